"""Signing in with a real provider of OpenID Connect, in a real browser, in both languages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack
from tests.support import oidc_provider

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
PEOPLE = {
    "u1": {"preferred_username": "wang.li", "groups": ["reviewers"]},
    "u2": {"preferred_username": "stranger", "groups": ["others"]},
}
WORDS = {
    "zh": {
        "button": "使用区教育统一认证登录",
        "unmapped": "身份已核实，但该账号尚未获准使用本系统，请联系管理员。",
        "sign_out": "退出登录",
    },
    "en": {
        "button": "Sign in with district sign-on",
        "unmapped": "We know who you are, but this account may not use this system yet."
        " Ask your administrator.",
        "sign_out": "Sign out",
    },
}


@dataclass(frozen=True, slots=True)
class Site:
    """A command centre and the provider its people sign in with."""

    stack: Stack
    provider: oidc_provider.Provider


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if (reason := oidc_provider.why_not()) is not None:
        pytest.skip(reason)
    stack = Stack(tmp_path_factory.mktemp("stack"))
    with oidc_provider.running(tmp_path_factory.mktemp("provider"), stack.url) as provider:
        provider.tell(PEOPLE)
        oidc = {
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "public_url": stack.url,
            "name_zh": "区教育统一认证",
            "name_en": "district sign-on",
            "rules": [{"claims": {"groups": "reviewers"}, "role": "district_reviewer"}],
        }
        api = stack.processes.start(
            "api",
            [
                *(sys.executable, "-m", "pipeline.cli", "api"),
                *("--data-dir", str(stack.home / "api"), "--port", str(stack.api_port)),
            ],
            extra_environment={
                "MINGAN_API_OIDC": json.dumps(oidc),
                "MINGAN_API_OIDC_CLIENT_SECRET": provider.client_secret,
            },
        )
        api.wait_until(
            lambda: api.printed("console: ") is not None, 60, "the command centre did not start"
        )
        yield Site(stack, provider)
        stack.stop()


@pytest.fixture(params=["zh", pytest.param("en", marks=pytest.mark.whole)])
def page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.stack.url)
    context.add_init_script(f"localStorage.setItem('mingan.language', '{request.param}')")
    new = context.new_page()
    problems: list[str] = []
    new.on("pageerror", lambda error: problems.append(str(error)))
    yield new
    context.close()
    assert problems == [], "errors in the page"


def _words(page: Page) -> dict[str, str]:
    return WORDS[page.evaluate("localStorage.getItem('mingan.language')")]


def _at_the_provider(page: Page, subject: str) -> None:
    page.locator("input[name=login]").fill(subject)
    page.locator("input[name=password]").fill("whatever")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()  # that the console may know one's name


def test_a_person_of_the_provider_signs_in_and_out(page: Page, site: Site) -> None:
    page.goto("/cameras")
    words = _words(page)
    expect(page.get_by_test_id("sign-in-oidc")).to_have_text(words["button"])
    page.get_by_test_id("sign-in-oidc").click()
    _at_the_provider(page, "u1")
    page.wait_for_url(f"{site.stack.url}/cameras")
    page.get_by_test_id("user-menu").click()
    expect(page.get_by_text("wang.li").first).to_be_visible()
    page.get_by_text(words["sign_out"], exact=True).click()
    page.wait_for_url(f"{site.provider.issuer}/session/end**")
    page.locator("button[name=logout]").click()
    page.wait_for_url(f"{site.stack.url}/sign-in**")
    page.goto("/")
    expect(page.get_by_test_id("sign-in")).to_be_visible()


def test_whom_no_rule_names_is_told_in_words(page: Page) -> None:
    page.goto("/")
    words = _words(page)
    page.get_by_test_id("sign-in-oidc").click()
    _at_the_provider(page, "u2")
    expect(page.get_by_test_id("sign-in-error")).to_have_text(words["unmapped"])
    page.goto("/")
    expect(page.get_by_test_id("sign-in")).to_be_visible()
