"""The first password is changed, guessing is slowed and never keeps anybody out for ever, and
everybody sees where they are signed in."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.auth.service import reset_password
from api.auth.throttle import WINDOWS_MIN, LoginThrottle
from api.kit.errors import TooManyAttemptsError
from api.settings import Settings
from tests.api.centre import ADMIN_PASSWORD, REVIEWER_PASSWORD, Centre
from tests.api.district import MINE, THEIRS, two_schools

LOGIN = "/api/v1/auth/login"
PASSWORD = "/api/v1/auth/password"
SESSIONS = "/api/v1/auth/sessions"
CHOSEN = "chosen by herself"


async def _sign_in(client: httpx.AsyncClient, username: str, password: str) -> dict[str, Any]:
    answer = await client.post(LOGIN, json={"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return dict(answer.json())


async def _choose(client: httpx.AsyncClient, current: str, new: str) -> httpx.Response:
    answer = await client.post(PASSWORD, json={"current_password": current, "new_password": new})
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


# --- the first password ---------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, "told by the administrator"])
async def test_who_was_made_by_another_chooses_a_password_first(
    centre: Centre, admin: httpx.AsyncClient, given: str | None
) -> None:
    made = await admin.post(
        "/api/v1/users", json={"username": "li.na", "role": "district_admin", "password": given}
    )
    assert made.json()["password_must_change"] is True
    first = given or made.json()["password"]
    client = await centre.client()
    assert (await _sign_in(client, "li.na", first))["password_must_change"] is True
    for method, path in (
        ("GET", "/api/v1/alerts"),
        ("GET", "/api/v1/users"),
        ("GET", "/api/v1/schools"),
        ("GET", "/api/v1/stream"),
        ("GET", SESSIONS),
        ("POST", "/api/v1/users"),
        ("GET", "/api/v1/evidence/" + "ab" * 32),
    ):
        refused = await client.request(
            method, path, json={"username": "x"} if method == "POST" else None
        )
        told = (refused.status_code, refused.json()["code"])
        assert told == (403, "password_must_change"), path
    assert set((await client.get("/api/v1/health")).json()) == {"status"}
    assert (await client.get("/api/v1/auth/me")).json()["password_must_change"] is True

    assert (await _choose(client, first, CHOSEN)).json()["password_must_change"] is False
    assert (await client.get("/api/v1/alerts")).status_code == 200
    old = await (await centre.client()).post(LOGIN, json={"username": "li.na", "password": first})
    assert old.status_code == 401
    again = await centre.client()
    assert (await _sign_in(again, "li.na", CHOSEN))["password_must_change"] is False


async def test_a_reset_password_must_be_changed_too(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    reviewer = await centre.reviewer()
    reset = await admin.post("/api/v1/users/wang.li/reset-password")
    assert reset.status_code == 200
    assert (await reviewer.get("/api/v1/auth/me")).status_code == 401
    told = await _sign_in(await centre.client(), "wang.li", reset.json()["password"])
    assert told["password_must_change"] is True
    on_the_command_line = await reset_password(centre.runtime, "admin")
    told = await _sign_in(await centre.client(), "admin", on_the_command_line)
    assert told["password_must_change"] is True


async def test_the_new_password_is_another_one_and_the_present_one_is_known(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await centre.reviewer()
    client = await centre.signed_in("wang.li", REVIEWER_PASSWORD)
    for current, new, code in (
        (REVIEWER_PASSWORD, REVIEWER_PASSWORD, "same_password"),
        ("not mine at all", CHOSEN, "wrong_password"),
        (REVIEWER_PASSWORD, "short", "invalid"),
        (REVIEWER_PASSWORD, "x" * 257, "invalid"),
    ):
        answer = await _choose(client, current, new)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for _ in range(4):
        assert (await _choose(client, "a guess", CHOSEN)).status_code == 422
    refused = await _choose(client, REVIEWER_PASSWORD, CHOSEN)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    # Guesses in an open session do not keep its owner from signing in.
    await centre.signed_in("wang.li", REVIEWER_PASSWORD)


async def test_a_new_password_ends_all_other_sessions(centre: Centre) -> None:
    here, there = await centre.reviewer(), await centre.signed_in("wang.li", REVIEWER_PASSWORD)
    stolen = await centre.client()
    stolen.cookies.update(dict(here.cookies))
    assert (await _choose(here, REVIEWER_PASSWORD, CHOSEN)).status_code == 200
    assert (await there.get("/api/v1/auth/me")).status_code == 401
    assert (await stolen.get("/api/v1/auth/me")).status_code == 401
    assert (await here.get("/api/v1/alerts")).status_code == 200


# --- guessing -------------------------------------------------------------------------------


class _Time:
    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def hand_time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    clock = _Time()
    monkeypatch.setattr("time.time", clock)
    return clock


async def _fail(throttle: LoginThrottle, client: str = "10.0.0.1", mark: str = "") -> float | None:
    """Try and fail; answers how long to wait, None if it was tried."""
    try:
        async with throttle.attempt("admin", client, None, mark):
            return None
    except TooManyAttemptsError as error:
        return float(error.headers["Retry-After"])


async def _failures_until_refused(throttle: LoginThrottle, hand_time: _Time) -> tuple[int, float]:
    for count in range(100):
        if (wait_s := await _fail(throttle)) is not None:
            return count, wait_s
        hand_time.now_s += 1
    raise AssertionError("never refused")


async def test_who_goes_on_failing_waits_longer_and_never_longer_than_four_hours(
    hand_time: _Time,
) -> None:
    throttle = LoginThrottle(Settings.model_fields["login_failures"].default)
    waits = []
    for _ in range(12):
        count, wait_s = await _failures_until_refused(throttle, hand_time)
        waits.append(wait_s)
        assert count > 0, "after the time that was told, one more may be tried"
        hand_time.now_s += wait_s
    assert max(waits[:2]) < max(waits[2:])
    assert waits[0] <= WINDOWS_MIN[0] * 60
    assert max(waits) <= WINDOWS_MIN[-1] * 60
    assert max(waits) > WINDOWS_MIN[1] * 60, "it escalates beyond the second window"


async def test_what_is_refused_does_not_lengthen_the_wait(hand_time: _Time) -> None:
    throttle = LoginThrottle(5)
    _, wait_s = await _failures_until_refused(throttle, hand_time)
    ends_s = hand_time.now_s + wait_s
    while hand_time.now_s < ends_s - 30:
        assert await _fail(throttle) is not None
        hand_time.now_s += 20
    hand_time.now_s = ends_s
    async with throttle.attempt("admin", "10.0.0.1") as attempt:
        attempt.has_succeeded = True
    assert await _fail(throttle) is None


async def test_one_source_keeps_out_itself_alone(hand_time: _Time) -> None:
    throttle = LoginThrottle(5)
    await _failures_until_refused(throttle, hand_time)
    assert await _fail(throttle, "10.0.0.2") is None
    assert await _fail(throttle, "2001:db8::1") is None


async def test_a_reset_lets_in_whom_another_kept_out(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await centre.add_user("wang.li", Role.DISTRICT_REVIEWER)
    same_address = await centre.client(address="10.7.7.7")
    for _ in range(6):
        wrong = {"username": "wang.li", "password": "guess"}
        refused = await same_address.post(LOGIN, json=wrong)
    right = {"username": "wang.li", "password": REVIEWER_PASSWORD}
    refused = await same_address.post(LOGIN, json=right)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    reset = await admin.post("/api/v1/users/wang.li/reset-password")
    await _sign_in(same_address, "wang.li", reset.json()["password"])


# --- sessions -------------------------------------------------------------------------------


async def _sessions(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(SESSIONS)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_everybody_sees_where_they_are_signed_in_and_ends_it(centre: Centre) -> None:
    here = await centre.reviewer()
    centre.clock.advance(60)
    there = await centre.client(address="10.2.2.2", **{"User-Agent": "Firefox on a phone"})
    await _sign_in(there, "wang.li", REVIEWER_PASSWORD)
    centre.clock.advance(600)
    await there.get("/api/v1/alerts")
    newest, oldest = await _sessions(here)
    assert (newest["client"], newest["user_agent"]) == ("10.2.2.2", "Firefox on a phone")
    assert (newest["is_current"], oldest["is_current"]) == (False, True)
    assert newest["last_used_at"] > newest["created_at"] > oldest["created_at"]
    token = there.cookies["mingan_session"]
    assert token not in str(newest), "the list opens no session"

    ended = await here.delete(f"{SESSIONS}/{newest['session_id']}")
    assert ended.status_code == 204
    assert (await there.get("/api/v1/auth/me")).status_code == 401
    assert len(await _sessions(here)) == 1
    again = await here.delete(f"{SESSIONS}/{newest['session_id']}")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


async def test_the_last_use_outlives_the_process(centre: Centre) -> None:
    reviewer = await centre.reviewer()
    centre.clock.advance(3600)
    moved = await centre.client(address="10.3.3.3")
    moved.cookies.update(dict(reviewer.cookies))
    await moved.get("/api/v1/auth/me")
    await centre.runtime.last_use.write()
    used = centre.clock.now
    centre.clock.advance(-1800)
    await reviewer.get("/api/v1/auth/me")
    await centre.runtime.last_use.write()  # an older use is no news
    centre.clock.advance(1800)
    [session] = [each for each in await _sessions(moved) if each["is_current"]]
    assert session["client"] == "10.3.3.3"
    assert session["last_used_at"][:19] == used.isoformat()[:19]


async def test_nobody_ends_anothers_session(centre: Centre, admin: httpx.AsyncClient) -> None:
    reviewer = await centre.reviewer()
    [theirs] = await _sessions(reviewer)
    foreign = await admin.delete(f"{SESSIONS}/{theirs['session_id']}")
    none = await admin.delete(f"{SESSIONS}/{'ab' * 32}")
    assert (foreign.status_code, foreign.text) == (none.status_code, none.text)
    assert foreign.status_code == 404
    assert (await reviewer.get("/api/v1/auth/me")).status_code == 200


@pytest.mark.whole
async def test_an_administrator_sees_and_ends_sessions_of_their_own_people(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await two_schools(centre, admin)
    leaders = [await centre.person(Role.LEADER, school) for school in (MINE, THEIRS)]
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    seen = (await manager.get(f"/api/v1/users/leader.{MINE}/sessions")).json()["items"]
    assert [each["is_current"] for each in seen] == [False]
    foreign = await manager.delete(f"/api/v1/users/leader.{THEIRS}/sessions")
    none = await manager.delete("/api/v1/users/nobody/sessions")
    assert (foreign.status_code, foreign.text) == (none.status_code, none.text)
    assert foreign.status_code == 404
    assert (await manager.delete(f"/api/v1/users/leader.{MINE}/sessions")).status_code == 204
    me = [(await leader.get("/api/v1/auth/me")).status_code for leader in leaders]
    assert me == [401, 200]
    forbidden = await manager.delete("/api/v1/users/admin/sessions")
    assert forbidden.status_code == 404, "the district's people are not a school's to know"


async def test_what_a_session_listens_to_ends_with_it(centre: Centre) -> None:
    listening, other = await centre.reviewer(), await centre.signed_in("wang.li", REVIEWER_PASSWORD)
    [session] = [each for each in await _sessions(listening) if each["is_current"]]
    with centre.runtime.bus.subscribe(session["session_id"], lambda _: True) as subscription:
        await other.delete(f"{SESSIONS}/{session['session_id']}")
        async with asyncio.timeout(5):
            assert (await subscription.next(5)).name == "ENDED"  # type: ignore[union-attr]


async def test_what_is_done_to_passwords_and_sessions_is_logged(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    reviewer = await centre.reviewer()
    await _choose(reviewer, REVIEWER_PASSWORD, CHOSEN)
    await admin.delete("/api/v1/users/wang.li/sessions")
    await admin.post("/api/v1/users/wang.li/reset-password")
    log = (await admin.get("/api/v1/audit?limit=3")).json()["items"]
    assert [(each["action"], each["username"], each["subject"]) for each in log] == [
        ("password_reset", "admin", "wang.li"),
        ("session_ended", "admin", "wang.li"),
        ("password_changed", "wang.li", "wang.li"),
    ]
    assert ADMIN_PASSWORD not in str(log)
