#!/usr/bin/env python3
"""Take the console's pictures of a running demo.

    scripts/run &                                # and wait some minutes for alerts
    scripts/screenshots.py                       # those of the guide, into docs/images
    scripts/screenshots.py --every --out shots   # every page and dialog, to be looked at

Before, it does in the demo what its people would do (``demo_content``). Stills are blurred by the
system; a moving clip is not, so it is blurred here. With ffmpeg on PATH the files are reduced to
256 colours.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import demo_content
from console_pages import VISITS, Who
from demo_district import sign_in as api_of
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

ROOT = Path(__file__).resolve().parent.parent
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
LIMIT_BYTES = 300_000
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BLUR_CLIPS = "video { filter: blur(3px); }"


@dataclass(frozen=True, slots=True)
class Look:
    """One combination of language, theme and screen."""

    language: str
    theme: str
    phone: bool = False

    @property
    def suffix(self) -> str:
        """Ends the file's name."""
        return f"{self.language}-{'phone-' if self.phone else ''}{self.theme}"


@dataclass(frozen=True, slots=True)
class Shot:
    """One page to be shown."""

    name: str
    show: Callable[[Page], None]
    looks: tuple[Look, ...]
    who: Who = Who.ADMIN


EVERY = tuple(Look(*each) for each in product(("zh", "en"), ("light", "dark"), (False, True)))
LIGHT = (Look("zh", "light"), Look("en", "light"))
DARK = (Look("zh", "dark"), Look("en", "dark"))
ON_PHONE = (Look("zh", "light", phone=True), Look("en", "light", phone=True))


def wait_for_moment(page: Page) -> None:
    """Let the clip run until the box is drawn, then hold it."""
    try:
        page.wait_for_selector("[data-testid=player][data-shows=clip]", timeout=8000)
        page.wait_for_selector("[data-testid=box]", timeout=8000)
        page.keyboard.press("Space")
    except TooLate:  # a still is a good picture too
        print("  no clip", file=sys.stderr)
    page.wait_for_timeout(300)


def live_moves(page: Page) -> None:
    """Let every picture of the wall move."""
    page.wait_for_selector("[data-testid=live-tile][data-status=playing]")
    moving = "[...document.querySelectorAll('[data-status=playing] video')]"
    page.wait_for_function(f"() => {moving}.every(v => v.currentTime > 1)")
    page.wait_for_timeout(3000)


def plays_footage(page: Page) -> None:
    """Play the footage around a gap, or else an alert, with the hours around it."""
    gaps = page.get_by_test_id("day-gap")
    (gaps if gaps.count() else page.get_by_test_id("day-alert")).last.click()
    page.get_by_test_id("viewing-reason-inspection").click()
    page.get_by_test_id("viewing-ok").click()
    page.wait_for_selector("[data-testid=footage-player][data-status=playing]")
    for _ in range(4):
        page.keyboard.press("+")
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)


def shot(
    name: str, visit: str, looks: tuple[Look, ...], then: Callable[[Page], None] | None = None
) -> Shot:
    """A picture of a page of ``console_pages``."""
    [found] = [each for each in VISITS if each.name == visit]

    def show(page: Page) -> None:
        found.open(page)
        page.wait_for_timeout(900)
        if then is not None:
            then(page)

    return Shot(name, show, looks, found.who)


def show_picture_fault(page: Page) -> None:
    """A fault of the picture itself: reference beside now."""
    page.goto("/?status=all&rule=occlusion")
    row = page.locator("[data-testid=alert-row]:has(img)").first
    row.wait_for()
    page.goto(str(row.get_attribute("href")))
    page.wait_for_selector("[data-testid=comparison-reference] img")
    page.wait_for_selector("[data-testid=comparison-now] img")
    page.wait_for_timeout(900)


def show_empty(page: Page) -> None:
    """A new box: what the lists would hold is left out on the way."""
    now = datetime.now(UTC).isoformat()
    counts = {"pending_review": 0, "confirmed": 0, "false_positive": 0, "seen": 0}
    nothing: dict[str, object] = {"items": [], "as_of": now, "next_cursor": None, "counts": counts}
    for path in ("alerts", "cameras"):
        page.route(re.compile(rf"/api/v1/{path}(\?|$)"), lambda route: route.fulfill(json=nothing))
    page.goto("/")
    page.wait_for_selector("[data-testid=add-camera-guide]")
    page.wait_for_timeout(500)


def show_error(page: Page) -> None:
    """The command centre went away while somebody looked."""
    page.goto("/")
    page.wait_for_selector("[data-testid=alert-row]")
    page.wait_for_timeout(900)
    page.context.set_offline(True)
    page.wait_for_selector("[data-testid=offline-banner]", timeout=60_000)
    page.wait_for_timeout(3000)


GUIDE = (
    shot("queue", "queue", LIGHT, wait_for_moment),
    shot("detail", "alert", LIGHT, wait_for_moment),
    Shot("picture-fault", show_picture_fault, LIGHT),
    shot("cameras", "cameras", LIGHT),
    shot("cameras-school", "cameras-of-school", LIGHT),
    shot("rules", "rules", LIGHT),
    shot("rule-steps", "rules-steps", LIGHT),
    shot("live", "live", DARK, live_moves),
    shot("recordings", "recordings", LIGHT, plays_footage),
    shot("gaps", "recordings", LIGHT),
    shot("retention", "retention", LIGHT),
    shot("orders", "orders", LIGHT),
    shot("order", "order", LIGHT),
    shot("tasks", "tasks", ON_PHONE),
    shot("task", "task", ON_PHONE),
    Shot("empty", show_empty, LIGHT),
    Shot("error", show_error, LIGHT),
)
"""What the guide shows."""


def prepare(page: Page, look: Look) -> None:
    """Choose language and theme, and blur every clip, before the console starts."""
    page.add_init_script(
        f"localStorage.setItem('mingan.language', '{look.language}');"
        f"localStorage.setItem('mingan.theme', '{look.theme}');"
        "addEventListener('DOMContentLoaded', () => {"
        "  const style = document.createElement('style');"
        f"  style.textContent = '{BLUR_CLIPS}';"
        "  document.head.append(style);"
        "});"
    )


def sign_in(browser: Browser, base: str, user: str, password: str) -> StorageState:
    """Sign in once and keep the session for all pages."""
    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[data-testid=username]", user)
    page.fill("input[data-testid=password], [data-testid=password] input", password)
    page.click("[data-testid=sign-in-submit]")
    page.wait_for_selector("[data-testid=sign-in-submit]", state="detached")
    kept = context.storage_state()
    context.close()
    return kept


def save(page: Page, target: Path) -> None:
    """Write the picture, reduced where ffmpeg can do it."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        page.screenshot(path=str(raw))
        ffmpeg = shutil.which("ffmpeg")
        if ffmpeg is None:
            shutil.copyfile(raw, target)
        else:
            reduce = "split[a][b];[a]palettegen=max_colors=256:stats_mode=single[p];[b][p]"
            reduce += "paletteuse=dither=sierra2_4a"
            command = [ffmpeg, "-v", "error", "-y", "-i", str(raw), "-vf", reduce]
            subprocess.run([*command, "-compression_level", "100", str(target)], check=True)
    size = target.stat().st_size
    note = "" if size <= LIMIT_BYTES else f"  larger than {LIMIT_BYTES // 1000} kB"
    print(f"{target.name}  {size // 1000} kB{note}")


def take(
    browser: Browser, base: str, shot: Shot, look: Look, session: StorageState | None, out: Path
) -> None:
    """One picture."""
    context = browser.new_context(
        base_url=base,
        viewport=PHONE if look.phone else DESKTOP,
        device_scale_factor=1,
        has_touch=look.phone,
        locale="zh-CN" if look.language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        storage_state=session,
    )
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"  page error: {error}", file=sys.stderr))
    prepare(page, look)
    shot.show(page)
    save(page, out / f"{shot.name}-{look.suffix}.png")
    context.close()


def people(url: str, home: Path) -> dict[Who, tuple[str, str]]:
    """Fill the demo, and say who signs in to it with which password."""

    def kept(username: str) -> str:
        named = "console" if username == "admin" else username
        try:
            return (home / f"{named}-password").read_text("utf-8").strip()
        except FileNotFoundError:
            sys.exit(f"{home} holds no password of {username}: start scripts/run first")

    names = ("admin", "reviewer", "school-2")
    clients = [api_of(url, username, kept(username)) for username in names]
    demo_content.fill(demo_content.People(*clients))
    newcomer = demo_content.new_password(clients[0])
    for client in clients:
        client.close()
    return {
        Who.ADMIN: ("admin", kept("admin")),
        Who.SCHOOL: ("school-2", kept("school-2")),
        Who.NEWCOMER: (demo_content.NEWCOMER, newcomer),
    }


def take_all(
    browser: Browser, base: str, shots: list[Shot], given: Mapping[Who, tuple[str, str]], out: Path
) -> int:
    """Take them; answers how many failed, which are said."""
    sessions = {who: sign_in(browser, base, *word) for who, word in given.items()}
    failed = 0
    for each in shots:
        for look in each.looks:
            try:
                take(browser, base, each, look, sessions.get(each.who), out)
            except (TooLate, LookupError) as error:
                failed += 1
                print(f"{each.name}-{look.suffix}  {error}", file=sys.stderr)
    return failed


def main() -> int:
    """Take all pictures, or those named with ``--only``."""
    parser = argparse.ArgumentParser(description="Take the console's pictures of a running demo.")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "demo", help="of the demo")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--every", action="store_true", help="every page and dialog, in every look")
    parser.add_argument("--only", help="comma-separated names, as queue,detail")
    parser.add_argument("--looks", help="comma-separated ends of names, as zh-light,en-phone-dark")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    arguments = parser.parse_args()
    shots = [shot(each.name, each.name, EVERY) for each in VISITS] if arguments.every else GUIDE
    if arguments.only:
        shots = [each for each in shots if each.name in arguments.only.split(",")]
    if arguments.looks:
        looks = arguments.looks.split(",")
        shots = [
            replace(each, looks=tuple(look for look in each.looks if look.suffix in looks))
            for each in shots
        ]
    arguments.out.mkdir(parents=True, exist_ok=True)
    given = people(arguments.url, arguments.home)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, headless=True, args=list(CHROMIUM_ARGS)
        )
        failed = take_all(browser, arguments.url, list(shots), given, arguments.out)
        browser.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
