"""Looks at every page and dialog of the console as everybody sees it: each theme and language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

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
from tests.e2e.stack import Stack

_DESKTOP: ViewportSize = {"width": 1366, "height": 768}
_PHONE: ViewportSize = {"width": 390, "height": 844}
_WEARS = """([language, theme]) => {
  for (const [key, value] of [["mingan.language", language], ["mingan.theme", theme]]) {
    localStorage.setItem(key, value);
    window.dispatchEvent(new StorageEvent("storage", { key, newValue: value }));
  }
}"""
"""As after a choice in another window: whatever is open stays open."""
_IS_WORN = """([language, theme]) => document.documentElement.lang.startsWith(language) &&
  (document.documentElement.dataset.theme === theme ||
    document.querySelector("[data-testid=leave-wall]"))"""
"""What is shown on a wall is dark in every theme."""
_NOTHING_CHANGES = """() => !document.getAnimations().some(
  (each) => each instanceof CSSTransition && each.playState === "running")"""
_SETTLES_MS = 500
_CHANGES_MS = 100
_TOO_WIDE = """() => ['html', '#content'].filter(part => {
  const found = document.querySelector(part);
  return found && found.scrollWidth > found.clientWidth;
})"""


@dataclass(slots=True)
class Looks:
    """A command centre with something on every page, and a browser on one kind of screen.

    Attributes:
        worn: Each look by language and theme; a page is opened in the first.
    """

    stack: Stack
    passwords: dict[Who, tuple[str, str]]
    browser: Browser
    phone: bool
    worn: tuple[tuple[str, str], ...]
    _pages: dict[Who, Page] = field(default_factory=dict)

    def faults(self, visit: Visit) -> list[str]:
        """What is wrong with a page or dialog, in any look."""
        page = self._page_of(visit.who)
        try:
            visit.open(page)
        except LookupError as error:
            return [str(error)]
        except TimeoutError as error:
            return [f"{visit.name}: does not open: {str(error).splitlines()[-1].strip()}"]
        found = []
        page.wait_for_timeout(_SETTLES_MS)
        for number, (language, theme) in enumerate(self.worn):
            if number:
                page.evaluate(_WEARS, [language, theme])
                page.wait_for_timeout(_CHANGES_MS)
            page.wait_for_function(_IS_WORN, arg=[language, theme])
            page.wait_for_function(_NOTHING_CHANGES)
            wrong = axe.violations(page)
            wrong += [f"{part} is wider than the screen" for part in page.evaluate(_TOO_WIDE)]
            found += [f"{visit.name}, {language} {theme}: {each}" for each in wrong]
        return found

    def _page_of(self, who: Who) -> Page:
        if who not in self._pages:
            self._pages[who] = self._context_of(who).new_page()
        return self._pages[who]

    def _context_of(self, who: Who) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.stack.url,
            viewport=_PHONE if self.phone else _DESKTOP,
            has_touch=self.phone,
            reduced_motion="reduce",
        )
        language, theme = self.worn[0]
        context.add_init_script(
            f"localStorage.setItem('mingan.language', '{language}');"
            f"localStorage.setItem('mingan.theme', '{theme}');"
        )
        axe.bring(context)
        if who is not Who.NOBODY:
            username, password = self.passwords[who]
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_test_id("username").fill(username)
            page.get_by_test_id("password").fill(password)
            page.get_by_test_id("sign-in-submit").click()
            expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
            page.close()
        return context


@contextmanager
def looking(
    folder: Path, browser: Browser, *worn: tuple[str, str], phone: bool = False
) -> Iterator[Looks]:
    """A district that is looked at in some looks, on a desk or a phone."""
    with running_district(folder) as (stack, passwords):
        yield Looks(stack, passwords, browser, phone, worn)


ON_A_PHONE = tuple(visit for visit in VISITS if not visit.needs_keyboard)
