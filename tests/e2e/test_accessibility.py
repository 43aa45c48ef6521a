"""Every page and dialog, looked at by axe-core: nothing serious, in any theme, on any screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from console_pages import VISITS, Visit, Who
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    TimeoutError,
    ViewportSize,
    expect,
)

from tests.e2e import axe
from tests.e2e.district import running_district
from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(900)]
_ROUTER = ROOT / "api" / "console" / "src" / "app" / "router.tsx"
_SETTLES_MS = 500
_DESKTOP: ViewportSize = {"width": 1366, "height": 768}
_PHONE: ViewportSize = {"width": 390, "height": 844}
_TOO_WIDE = """() => ['html', '#content'].filter(part => {
  const found = document.querySelector(part);
  return found && found.scrollWidth > found.clientWidth;
})"""


@dataclass(frozen=True, slots=True)
class District:
    """A command centre with something on every page."""

    stack: Stack
    passwords: dict[Who, tuple[str, str]]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    with running_district(tmp_path_factory.mktemp("district")) as (stack, passwords):
        yield District(stack, passwords)


def _looks_as(browser: Browser, district: District, who: Who, look: str) -> BrowserContext:
    language, theme, size = look.split("-")
    context = browser.new_context(
        base_url=district.stack.url,
        viewport=_PHONE if size == "phone" else _DESKTOP,
        has_touch=size == "phone",
        reduced_motion="reduce",
    )
    context.add_init_script(
        f"localStorage.setItem('mingan.language', '{language}');"
        f"localStorage.setItem('mingan.theme', '{theme}');"
    )
    axe.bring(context)
    if who is not Who.NOBODY:
        username, password = district.passwords[who]
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_test_id("username").fill(username)
        page.get_by_test_id("password").fill(password)
        page.get_by_test_id("sign-in-submit").click()
        expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
        page.close()
    return context


def _faults(page: Page, visit: Visit) -> list[str]:
    try:
        visit.open(page)
    except LookupError as error:
        return [str(error)]
    except TimeoutError as error:
        return [f"{visit.name}: does not open: {str(error).splitlines()[-1].strip()}"]
    page.wait_for_timeout(_SETTLES_MS)
    found = axe.violations(page)
    found += [f"{part} is wider than the screen" for part in page.evaluate(_TOO_WIDE)]
    return [f"{visit.name}: {each}" for each in found]


def _look_at(browser: Browser, district: District, look: str, visits: list[Visit]) -> list[str]:
    faults = []
    for who in Who:
        theirs = [
            visit
            for visit in visits
            if visit.who is who and not (visit.needs_keyboard and look.endswith("phone"))
        ]
        if theirs:
            context = _looks_as(browser, district, who, look)
            page = context.new_page()
            for visit in theirs:
                faults += _faults(page, visit)
            context.close()
    return faults


def test_every_page_of_the_console_is_visited() -> None:
    routes = set(re.findall(r'path: "([^"]+)"', _ROUTER.read_text("utf-8")))
    assert len(routes) > 15
    assert routes == {visit.route for visit in VISITS}


def test_the_main_pages_can_be_read_and_used_by_everybody(
    browser: Browser, district: District
) -> None:
    main = [visit for visit in VISITS if visit.is_main]
    assert not (faults := _look_at(browser, district, "zh-dark-desktop", main)), "\n".join(faults)


@pytest.mark.parametrize(
    "look",
    [
        "zh-light-desktop",
        "zh-dark-desktop",
        "zh-light-phone",
        "zh-dark-phone",
        "en-light-desktop",
        "en-dark-phone",
    ],
)
def test_every_page_and_dialog_can_be_read_and_used_by_everybody(
    browser: Browser, district: District, look: str
) -> None:
    assert not (faults := _look_at(browser, district, look, list(VISITS))), "\n".join(faults)
