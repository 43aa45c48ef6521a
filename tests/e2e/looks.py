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
_WEARS = """(newValue) => {
  localStorage.setItem("mingan.theme", newValue);
  window.dispatchEvent(new StorageEvent("storage", { key: "mingan.theme", newValue }));
}"""
"""As after a choice in another window: whatever is open stays open."""
_IS_WORN = """(theme) => document.documentElement.dataset.theme === theme ||
  document.querySelector("[data-testid=leave-wall]")"""
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
        worn: Each language with its themes; a page is opened once in a language.
    """

    stack: Stack
    passwords: dict[Who, tuple[str, str]]
    browser: Browser
    phone: bool
    worn: dict[str, tuple[str, ...]]
    _pages: dict[tuple[Who, str], Page] = field(default_factory=dict)

    def faults(self, visit: Visit) -> list[str]:
        """What is wrong with a page or dialog, in any look."""
        return [
            f"{visit.name}, {language}: {each}"
            for language in self.worn
            for each in self._faults_in(visit, language)
        ]

    def _faults_in(self, visit: Visit, language: str) -> list[str]:
        page = self._page_of(visit.who, language)
        try:
            visit.open(page)
        except LookupError as error:
            return [str(error)]
        except TimeoutError as error:
            return [f"does not open: {str(error).splitlines()[-1].strip()}"]
        found = []
        page.wait_for_timeout(_SETTLES_MS)
        for number, theme in enumerate(self.worn[language]):
            if number:
                page.evaluate(_WEARS, theme)
                page.wait_for_timeout(_CHANGES_MS)
            page.wait_for_function(_IS_WORN, arg=theme)
            page.wait_for_function(_NOTHING_CHANGES)
            wrong = axe.violations(page)
            wrong += [f"{part} is wider than the screen" for part in page.evaluate(_TOO_WIDE)]
            found += [f"{theme}: {each}" for each in wrong]
        return found

    def _page_of(self, who: Who, language: str) -> Page:
        if (who, language) not in self._pages:
            self._pages[who, language] = self._context_of(who, language).new_page()
        return self._pages[who, language]

    def _context_of(self, who: Who, language: str) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.stack.url,
            viewport=_PHONE if self.phone else _DESKTOP,
            has_touch=self.phone,
            reduced_motion="reduce",
        )
        context.add_init_script(
            f"localStorage.setItem('mingan.language', '{language}');"
            f"localStorage.setItem('mingan.theme', '{self.worn[language][0]}');"
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
    folder: Path, browser: Browser, worn: dict[str, tuple[str, ...]], *, phone: bool = False
) -> Iterator[Looks]:
    """A district that is looked at in some looks, on a desk or a phone."""
    with running_district(folder) as (stack, passwords):
        yield Looks(stack, passwords, browser, phone, worn)


ON_A_PHONE = tuple(visit for visit in VISITS if not visit.needs_keyboard)
