from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.app import create_app
from api.auth.passwords import Passwords
from api.auth.service import reset_password
from tests.api.centre import (
    ADMIN_PASSWORD,
    REVIEWER_PASSWORD,
    Centre,
    HandClock,
    cheap_settings,
    running_centre,
)

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/auth/me"


async def test_signing_in_sets_a_strict_cookie_that_scripts_cannot_read(centre: Centre) -> None:
    client = await centre.client()
    answer = await client.post(LOGIN, json={"username": "admin", "password": ADMIN_PASSWORD})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("mingan_session=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    me = (await client.get(ME)).json()
    assert (me["username"], me["role"]) == ("admin", "district_admin")
    assert me["csrf_token"] == answer.json()["csrf_token"]
    assert me["csrf_token"] not in answer.headers["set-cookie"]


async def test_the_cookie_is_secure_where_configured(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(tmp_path, template=migrated_data_dir, cookie_secure=True) as centre:
        client = await centre.client()
        body = {"username": "admin", "password": ADMIN_PASSWORD}
        assert "secure" in (await client.post(LOGIN, json=body)).headers["set-cookie"].lower()


async def test_neither_password_nor_token_is_stored_in_clear(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    token = admin.cookies["mingan_session"]
    async with centre.runtime.database.read(EVERYTHING) as session:
        rows = [
            str(tuple(row))
            for table in ("users", "sessions", "boxes")
            for row in await session.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(rows) == 3
    for secret in (ADMIN_PASSWORD, token, "worker-token-for-tests"):
        assert not any(secret in row for row in rows)


@pytest.mark.parametrize(
    ("username", "password"), [("admin", "wrong"), ("nobody", ADMIN_PASSWORD), ("\x00", "x")]
)
async def test_a_wrong_name_and_a_wrong_password_look_alike(
    centre: Centre, username: str, password: str
) -> None:
    client = await centre.client()
    answer = await client.post(LOGIN, json={"username": username, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")
    assert "set-cookie" not in answer.headers


async def test_a_user_without_a_password_hash_never_fits() -> None:
    assert await Passwords(1, 8).verify("anything", None) is False


async def test_repeated_failures_are_refused_even_with_the_right_password(centre: Centre) -> None:
    client = await centre.client()
    for _ in range(5):
        wrong = await client.post(LOGIN, json={"username": "admin", "password": "wrong"})
        assert wrong.status_code == 401
    right = {"username": "admin", "password": ADMIN_PASSWORD}
    refused = await client.post(LOGIN, json=right)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 840 < int(refused.headers["retry-after"]) <= 900
    elsewhere = await centre.client(address="10.1.1.2")
    assert (await elsewhere.post(LOGIN, json=right)).status_code == 200


async def test_guessing_many_at_once_gets_no_further(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    client = await centre.client(address="10.6.6.6")
    tries = ({"username": "admin", "password": f"wrong {number}"} for number in range(30))
    answers = await asyncio.gather(*(client.post(LOGIN, json=each) for each in tries))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 25
    log = (await admin.get("/api/v1/audit?action=sign_in_failed")).json()["items"]
    assert len(log) == 5


async def test_guessing_behind_a_schools_address_keeps_nobody_out_who_was_in_before(
    centre: Centre,
) -> None:
    """One address for all: 30 failures of many names, and 6 of the administrator's own."""
    await centre.add_user("wang.li", Role.DISTRICT_REVIEWER)
    admin, reviewer = [await centre.client() for _ in range(2)]
    for client, name, password in (
        (admin, "admin", ADMIN_PASSWORD),
        (reviewer, "wang.li", REVIEWER_PASSWORD),
    ):
        right = {"username": name, "password": password}
        assert (await client.post(LOGIN, json=right)).status_code == 200
    pupil = await centre.client()
    names = ["admin"] * 6 + [f"name{number}" for number in range(30)]
    for name in names:
        last = await pupil.post(LOGIN, json={"username": name, "password": "guess"})
    assert last.status_code == 429
    newcomer = await centre.client()
    right = {"username": "admin", "password": ADMIN_PASSWORD}
    assert (await newcomer.post(LOGIN, json=right)).status_code == 429
    assert (await admin.post(LOGIN, json=right)).status_code == 200
    other = {"username": "wang.li", "password": REVIEWER_PASSWORD}
    assert (await reviewer.post(LOGIN, json=other)).status_code == 200
    # A known browser is no licence to guess, and knows its own user only.
    for _ in range(5):
        wrong = {"username": "admin", "password": "guess"}
        assert (await admin.post(LOGIN, json=wrong)).status_code == 401
    assert (await admin.post(LOGIN, json=right)).status_code == 429
    assert (await reviewer.post(LOGIN, json=right)).status_code == 429


async def test_success_forgives_earlier_failures(centre: Centre) -> None:
    client = await centre.client()
    for _ in range(3):
        for _ in range(4):
            await client.post(LOGIN, json={"username": "admin", "password": "wrong"})
        right = {"username": "admin", "password": ADMIN_PASSWORD}
        assert (await client.post(LOGIN, json=right)).status_code == 200


async def test_failed_and_successful_sign_ins_are_logged(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    stranger = await centre.client(address="10.9.9.9")
    await stranger.post(LOGIN, json={"username": "admin", "password": "wrong"})
    log = (await admin.get("/api/v1/audit")).json()["items"]
    assert [(e["action"], e["username"], e["client"]) for e in log[:2]] == [
        ("sign_in_failed", "admin", "10.9.9.9"),
        ("signed_in", "admin", "10.1.1.1"),
    ]


async def test_a_session_ends_by_signing_out(centre: Centre, admin: httpx.AsyncClient) -> None:
    cookie = dict(admin.cookies)
    assert (await admin.post("/api/v1/auth/logout")).status_code == 204
    stolen = await centre.client()
    stolen.cookies.update(cookie)
    answer = await stolen.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.whole
async def test_a_session_ends_by_itself(centre: Centre, admin: httpx.AsyncClient) -> None:
    centre.clock.advance(12 * 3600 - 1)
    assert (await admin.get(ME)).status_code == 200
    centre.clock.advance(1)
    assert (await admin.get(ME)).status_code == 401


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
async def test_a_write_needs_this_sessions_csrf_token(
    admin: httpx.AsyncClient, token: str | None
) -> None:
    del admin.headers["X-CSRF-Token"]
    headers = {} if token is None else {b"X-CSRF-Token": token.encode()}
    answer = await admin.post(
        "/api/v1/users",
        json={"username": "new"},
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


async def test_another_sessions_csrf_token_does_not_do(centre: Centre) -> None:
    one, two = await centre.admin(), await centre.admin()
    one.headers["X-CSRF-Token"] = two.headers["X-CSRF-Token"]
    assert (await one.post("/api/v1/users", json={"username": "new"})).status_code == 403


async def test_an_administrator_makes_users(centre: Centre, admin: httpx.AsyncClient) -> None:
    made = await admin.post("/api/v1/users", json={"username": "li.na"})
    assert made.status_code == 201
    password = made.json()["password"]
    client = await centre.signed_in("li.na", password)
    assert (await client.get(ME)).json()["role"] == "district_reviewer"

    chosen = {"username": "boss", "role": "district_admin", "password": "chosen-password"}
    assert (await admin.post("/api/v1/users", json=chosen)).json()["password"] is None
    taken = await admin.post("/api/v1/users", json=chosen)
    assert (taken.status_code, taken.json()["code"]) == (409, "username_taken")
    users = (await admin.get("/api/v1/users")).json()["items"]
    assert [user["username"] for user in users] == ["admin", "boss", "li.na"]
    assert "hash" not in str(users)


@pytest.mark.parametrize(
    "body",
    [
        {"username": "Upper"},
        {"username": ""},
        {"username": "ok", "password": "short"},
        {"username": "ok", "role": "king"},
        {"username": "ok", "surprise": 1},
    ],
)
async def test_bad_users_are_refused(admin: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await admin.post("/api/v1/users", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["where"].startswith("body.")


async def test_resetting_a_password_ends_sessions(centre: Centre, admin: httpx.AsyncClient) -> None:
    password = await reset_password(centre.runtime, "admin")
    assert (await admin.get(ME)).status_code == 401
    again = await centre.signed_in("admin", password)
    assert (await again.get(ME)).status_code == 200


async def test_the_first_password_is_told_once_and_the_token_file_is_private(
    tmp_path: Path,
) -> None:
    settings = cheap_settings(tmp_path, admin_password=None, worker_token=None)
    told: list[str] = []
    for _ in range(2):
        app = create_app(settings, clock=HandClock(), announce=told.append)
        async with app.router.lifespan_context(app):
            token = (tmp_path / "worker.token").read_text().strip()
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                answer = await client.put(
                    "/api/v2/ingest/analysed-time",
                    json=[],
                    headers={"Authorization": f"Bearer {token}"},
                )
                assert answer.status_code == 200
    assert (tmp_path / "worker.token").stat().st_mode & 0o777 == 0o600
    assert told[0] == "console user: admin"
    assert told[1].startswith("console password: ")
    assert len(told) == 2


@pytest.mark.whole
async def test_a_replaced_worker_token_stops_working(tmp_path: Path) -> None:
    async with running_centre(tmp_path, worker_token="the-first-token-here") as centre:
        old = await centre.client(Authorization="Bearer the-first-token-here")
        assert (await old.put("/api/v2/ingest/analysed-time", json=[])).status_code == 200
    async with running_centre(tmp_path, worker_token="the-second-token-here") as centre:
        old = await centre.client(Authorization="Bearer the-first-token-here")
        new = await centre.client(Authorization="Bearer the-second-token-here")
        refused = await old.put("/api/v2/ingest/analysed-time", json=[])
        assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
        assert (await new.put("/api/v2/ingest/analysed-time", json=[])).status_code == 200
