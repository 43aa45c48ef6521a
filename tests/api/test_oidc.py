"""Signing in with a provider of OpenID Connect, against a real one."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from api.auth.oidc.mapping import Identity, mapped, wanted_name
from api.auth.oidc.settings import OidcRule, OidcSettings
from api.kit.errors import SettingsError
from api.settings import load_settings
from tests.api.centre import Centre, HandClock, running_centre
from tests.support import oidc_provider

BASE_URL = "http://127.0.0.1:1"
"""Where the console is for browsers; nothing is sent there."""
START = "/api/v1/auth/oidc/start"
RULES: tuple[dict[str, Any], ...] = (
    {"claims": {"groups": "mingan-reviewers"}, "role": "district_reviewer"},
    {"claims": {"groups": "heads"}, "role": "school_manager", "school_claim": "school"},
)
PEOPLE: dict[str, dict[str, Any]] = {
    "u1": {"preferred_username": "Wang.Li", "groups": ["mingan-reviewers", "all"]},
    "u2": {"preferred_username": "li.na", "groups": ["heads"], "school": "3212-001"},
    "u3": {"preferred_username": "nobody", "groups": ["all"], "email": "admin@example.org"},
    "u4": {"preferred_username": "admin", "groups": ["mingan-reviewers"]},
}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[oidc_provider.Provider]:
    if (reason := oidc_provider.why_not()) is not None:
        pytest.skip(reason)
    with oidc_provider.running(tmp_path_factory.mktemp("provider"), BASE_URL) as running:
        yield running


@dataclass
class Browser:
    """What a browser is to both: cookies of each, and redirects that are followed."""

    centre: httpx.AsyncClient
    provider: httpx.AsyncClient
    seen: list[str] = field(default_factory=list)

    async def go(self, url: str) -> httpx.Response:
        """Follow from an address of either to a page that leads nowhere else."""
        for _ in range(20):
            self.seen.append(url)
            url = url.removeprefix(BASE_URL)
            is_ours = url.startswith("/")
            client = self.centre if is_ours else self.provider
            answer = await client.get(url)
            if not answer.is_redirect:
                return answer
            url = answer.headers["location"]
            if not is_ours:
                url = str(answer.url.join(url))
            elif url.startswith("/"):  # a page of the console: the browser is there
                self.seen.append(url)
                return answer
        raise AssertionError(self.seen)

    async def sign_in(self, subject: str, start: str = START) -> str:
        """All the way; answers where in the console it ended."""
        page = await self.go(start)
        while "<form" in page.text:
            [action] = re.findall(r'action="([^"]+)"', page.text)[:1]
            form = dict(re.findall(r'name="(\w+)" value="(\w+)"', page.text))
            sent = await self.provider.post(
                str(page.url.join(action)), data=form | {"login": subject, "password": "x"}
            )
            page = await self.go(str(sent.url.join(sent.headers["location"])))
        return self.seen[-1].removeprefix(BASE_URL)


@asynccontextmanager
async def _browser(centre: Centre) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        yield Browser(await centre.client(), elsewhere)


@pytest.fixture
async def oidc_centre(
    tmp_path: Path, migrated_data_dir: Path, provider: oidc_provider.Provider
) -> AsyncIterator[Centre]:
    provider.tell(PEOPLE)
    now = HandClock(datetime.now(UTC))
    async with running_centre(
        tmp_path / "data",
        template=migrated_data_dir,
        clock=now,
        oidc=_settings(issuer=provider.issuer),
        oidc_client_secret=provider.client_secret,
    ) as centre:
        admin = await centre.admin()
        school = {"school_id": "no-1", "name_zh": "第一小学", "code": "3212-001"}
        assert (await admin.post("/api/v1/schools", json=school)).status_code == 201
        yield centre


# --- who comes in, and as what ---------------------------------------------------------------


@pytest.mark.whole
async def test_whom_a_rule_names_comes_in_with_its_role(oidc_centre: Centre) -> None:
    async with _browser(oidc_centre) as browser:
        assert await browser.sign_in("u1", f"{START}?next=/cameras") == "/cameras"
        me = (await browser.centre.get("/api/v1/auth/me")).json()
        assert (me["username"], me["role"], me["school"]) == ("wang.li", "district_reviewer", None)
        assert me["has_password"] is me["password_must_change"] is False
        assert (await browser.centre.get("/api/v1/alerts")).status_code == 200
    async with _browser(oidc_centre) as browser:
        assert await browser.sign_in("u2") == "/"
        me = (await browser.centre.get("/api/v1/auth/me")).json()
        assert (me["role"], me["school"]["school_id"]) == ("school_manager", "no-1")


@pytest.mark.whole
async def test_whom_no_rule_names_stays_out_and_is_told(oidc_centre: Centre) -> None:
    """A known mail address opens nothing."""
    async with _browser(oidc_centre) as browser:
        assert await browser.sign_in("u3") == "/sign-in?problem=oidc_unmapped"
        assert (await browser.centre.get("/api/v1/auth/me")).status_code == 401
    admin = await oidc_centre.admin()
    assert [each["username"] for each in (await admin.get("/api/v1/users")).json()["items"]] == [
        "admin"
    ]
    [failed] = (await admin.get("/api/v1/audit?action=sign_in_failed")).json()["items"]
    assert (failed["username"], failed["reason"]) == ("nobody", "oidc_unmapped")


async def test_anothers_name_is_not_taken_over(oidc_centre: Centre) -> None:
    async with _browser(oidc_centre) as browser:
        await browser.sign_in("u4")
        me = (await browser.centre.get("/api/v1/auth/me")).json()
    assert re.fullmatch("admin-[0-9a-f]{8}", me["username"])
    assert me["role"] == "district_reviewer"
    await oidc_centre.admin()


@pytest.mark.whole
async def test_a_person_is_recognised_by_issuer_and_subject(
    oidc_centre: Centre, provider: oidc_provider.Provider
) -> None:
    async with _browser(oidc_centre) as browser:
        await browser.sign_in("u1")
    provider.tell({"u1": {**PEOPLE["u1"], "preferred_username": "wang.renamed"}})
    async with _browser(oidc_centre) as browser:
        await browser.sign_in("u1")
        assert (await browser.centre.get("/api/v1/auth/me")).json()["username"] == "wang.li"


@pytest.mark.whole
async def test_what_the_provider_says_anew_counts(
    oidc_centre: Centre, provider: oidc_provider.Provider
) -> None:
    async with _browser(oidc_centre) as before, _browser(oidc_centre) as after:
        await before.sign_in("u1")
        provider.tell({"u1": {**PEOPLE["u1"], "groups": ["heads"], "school": ["3212-001"]}})
        await after.sign_in("u1")
        assert (await before.centre.get("/api/v1/auth/me")).status_code == 401
        me = (await after.centre.get("/api/v1/auth/me")).json()
        assert (me["role"], me["school"]["school_id"]) == ("school_manager", "no-1")
    provider.tell({"u1": {**PEOPLE["u1"], "groups": ["heads"], "school": "of another district"}})
    async with _browser(oidc_centre) as unmapped:
        assert await unmapped.sign_in("u1") == "/sign-in?problem=oidc_unmapped"
    assert (await after.centre.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.whole
async def test_who_was_disabled_stays_out(oidc_centre: Centre) -> None:
    admin = await oidc_centre.admin()
    async with _browser(oidc_centre) as browser:
        await browser.sign_in("u1")
        assert (await admin.post("/api/v1/users/wang.li/disable")).status_code == 200
        assert (await browser.centre.get("/api/v1/auth/me")).status_code == 401
    async with _browser(oidc_centre) as browser:
        assert await browser.sign_in("u1") == "/sign-in?problem=oidc_disabled"


@pytest.mark.whole
async def test_no_password_opens_the_account_of_whom_a_provider_vouches_for(
    oidc_centre: Centre,
) -> None:
    admin = await oidc_centre.admin()
    async with _browser(oidc_centre) as browser:
        await browser.sign_in("u1")
    for password in ("", "x", "wang.li"):
        body = {"username": "wang.li", "password": password}
        stranger = await oidc_centre.client()
        answer = await stranger.post("/api/v1/auth/login", json=body)
        assert answer.status_code in (401, 422)
    for method, path, body in (
        ("POST", "reset-password", None),
        ("PUT", "", {"role": "district_admin", "school_id": None}),
    ):
        url = f"/api/v1/users/wang.li/{path}".rstrip("/")
        refused = await admin.request(method, url, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


# --- what cannot be forged -------------------------------------------------------------------


async def test_the_request_carries_pkce_state_and_nonce(oidc_centre: Centre) -> None:
    client = await oidc_centre.client()
    answer = await client.get(START)
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/api/v1/auth/oidc" in cookie


@pytest.mark.whole
@pytest.mark.parametrize("forged", ["state", "nonce", "verifier", "code", "cookie", "iss"])
async def test_what_does_not_belong_together_opens_nothing(
    oidc_centre: Centre, forged: str
) -> None:
    async with _browser(oidc_centre) as browser:
        plain = browser.centre.get
        caught: list[str] = []

        async def get(url: str) -> httpx.Response:
            if "/oidc/callback" not in url:
                return await plain(url)
            caught.append(url)
            return httpx.Response(200, request=httpx.Request("GET", url))

        browser.centre.get = get  # type: ignore[method-assign,assignment]
        await browser.sign_in("u1")
        url = httpx.URL(caught[0])
        name = "mingan_oidc"
        flow = json.loads(base64.urlsafe_b64decode(browser.centre.cookies[name]))
        if forged in flow:
            flow[forged] = "forged" * 8
        elif forged != "cookie":
            url = url.copy_set_param(forged, "forged")
        browser.centre.cookies.clear()
        kept = base64.urlsafe_b64encode(json.dumps(flow).encode()).decode()
        headers = {} if forged == "cookie" else {"Cookie": f"{name}={kept}"}
        answer = await (await oidc_centre.client(**headers)).get(str(url))
        assert answer.status_code == 303
        assert answer.headers["location"] in (
            "/sign-in?problem=oidc_expired",
            "/sign-in?problem=oidc_failed",
        )
        assert "mingan_session" not in answer.headers.get("set-cookie", "")


@pytest.mark.whole
@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_led_elsewhere(oidc_centre: Centre, path: str) -> None:
    async with _browser(oidc_centre) as browser:
        assert await browser.sign_in("u1", f"{START}?next={quote(path)}") == "/"


async def test_refusing_at_the_provider_leads_back(oidc_centre: Centre) -> None:
    client = await oidc_centre.client()
    asked = parse_qs(urlsplit((await client.get(START)).headers["location"]).query)
    answer = await client.get(
        f"/api/v1/auth/oidc/callback?error=access_denied&state={asked['state'][0]}"
    )
    assert answer.headers["location"] == "/sign-in?problem=oidc_refused"


async def test_a_provider_that_is_away_is_told(tmp_path: Path, migrated_data_dir: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings = _settings(issuer=f"http://127.0.0.1:{closed.getsockname()[1]}")
        async with running_centre(
            tmp_path / "data", template=migrated_data_dir, oidc=settings
        ) as centre:
            client = await centre.client()
            assert (await client.get(START)).headers["location"] == (
                "/sign-in?problem=oidc_unavailable"
            )
            assert (await client.get("/api/v1/auth/oidc/end")).headers["location"] == "/sign-in"
            await centre.admin()


async def test_signing_out_leads_to_the_provider(
    oidc_centre: Centre, provider: oidc_provider.Provider
) -> None:
    client = await oidc_centre.client()
    url = httpx.URL((await client.get("/api/v1/auth/oidc/end")).headers["location"])
    assert str(url).startswith(f"{provider.issuer}/session/end")
    assert url.params["post_logout_redirect_uri"] == f"{BASE_URL}/sign-in"


async def test_without_a_provider_there_is_no_way_there(centre: Centre) -> None:
    client = await centre.client()
    assert (await client.get("/api/v1/auth/ways")).json() == {"oidc": None}
    for name in ("start", "callback", "end"):
        assert (await client.get(f"/api/v1/auth/oidc/{name}")).status_code == 404


# --- settings and rules ----------------------------------------------------------------------


def _settings(**changes: Any) -> OidcSettings:
    values: dict[str, Any] = {
        "issuer": "https://id.example",
        "client_id": "mingan",
        "public_url": BASE_URL,
        "rules": RULES,
    }
    return OidcSettings.model_validate(values | changes)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"issuer": "http://id.example"}, "issuer"),
        ({"rules": []}, "rules"),
        ({"rules": [{"claims": {}, "role": "leader"}]}, "rules.0.claims"),
        ({"rules": [{"claims": {"a": "b"}, "role": "king"}]}, "rules.0.role"),
        ({"rules": [{"claims": {"a": "b"}, "role": "school_manager"}]}, "rules.0"),
        ({"rules": [{**RULES[0], "school_id": "no-1"}]}, "rules.0"),
        ({"scope": "profile"}, "scope"),
        ({"client_secret": "in a file"}, "client_secret"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, change: dict[str, Any], key: str) -> None:
    values = {"issuer": "https://id.example", "client_id": "m", "public_url": "https://m.example"}
    config = tmp_path / "centre.yaml"
    config.write_text(json.dumps({"oidc": {**values, "rules": RULES, **change}}), "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(config)
    assert f"oidc.{key}:" in caught.value.line()
    assert "in a file" not in caught.value.line()


_RULES = [OidcRule.model_validate(rule) for rule in RULES]


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"groups": "mingan-reviewers"}, ("district_reviewer", None)),
        ({"groups": ["heads", "mingan-reviewers"], "school": "x"}, ("district_reviewer", None)),
        ({"groups": ["heads"], "school": "no-1"}, ("school_manager", "no-1")),
        ({"groups": ["heads"], "school": ["no-1"]}, ("school_manager", "no-1")),
        ({"groups": ["heads"], "school": ["no-1", "no-2"]}, None),
        ({"groups": ["heads"]}, None),
        ({"groups": ["heads"], "school": ""}, None),
        ({"groups": "mingan-reviewers-not"}, None),
        ({"groups": {"mingan-reviewers": True}}, None),
        ({}, None),
    ],
)
def test_claims_become_a_role_and_a_school(
    claims: dict[str, object], found: tuple[str, str | None] | None
) -> None:
    got = mapped(_RULES, claims)
    assert (None if got is None else (got.role, got.school)) == found


@pytest.mark.parametrize("claim", ["王丽", "", None, "Ⅻ", "-.-", "a" * 300, "x\x00y", ["li"]])
def test_every_person_can_be_called_something(claim: object) -> None:
    for name in wanted_name(claim, Identity("https://id", "7")):
        assert re.fullmatch(r"[a-z0-9][a-z0-9._\-]{0,63}", name)
