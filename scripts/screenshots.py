#!/usr/bin/env python3
"""Take the console's pictures for the documentation.

    scripts/screenshots.py http://127.0.0.1:8000 --user admin --password-env MINGAN_PASSWORD \\
        --school-user school-2 --school-password-env MINGAN_SCHOOL_PASSWORD

Without a ``--school-user``, what one school's person sees is left out. Writes PNG files into
``docs/images`` (``--out`` for another folder). They show whatever the console shows: use recordings
that may be published. Stills are blurred by the system; a moving clip is not, so it is blurred
here. With ffmpeg on PATH the files are reduced to 256 colours.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

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
    signed_in: bool = True
    as_school: bool = False
    """As the person of one school, who sees no other."""


ZH_DARK, ZH_LIGHT = Look("zh", "dark"), Look("zh", "light")
EN_LIGHT, EN_DARK = Look("en", "light"), Look("en", "dark")
ZH_PHONE, EN_PHONE = Look("zh", "light", phone=True), Look("en", "light", phone=True)


def wait_for_moment(page: Page) -> None:
    """Let the clip run until the box is drawn, then hold it."""
    try:
        page.wait_for_selector("[data-testid=player][data-shows=clip]", timeout=8000)
        page.wait_for_selector("[data-testid=box]", timeout=8000)
        page.keyboard.press("Space")
    except Exception as error:  # noqa: BLE001 -- a still is a good picture too
        print(f"  no clip: {type(error).__name__}", file=sys.stderr)
    page.wait_for_timeout(300)


def show_queue(page: Page) -> None:
    """The first screen."""
    page.goto("/")
    page.wait_for_selector("[data-testid=alert-row]")
    page.wait_for_timeout(900)
    if page.viewport_size == DESKTOP:
        wait_for_moment(page)


def show_reasons(page: Page) -> None:
    """The false-alarm popover."""
    show_queue(page)
    page.keyboard.press("f")
    page.wait_for_selector("[data-testid=reasons]")
    page.wait_for_timeout(400)


def show_detail(page: Page) -> None:
    """One alert's own page."""
    page.goto("/?status=all")
    row = page.locator("[data-testid=alert-row]:has(img)").first
    row.wait_for()
    page.goto(str(row.get_attribute("href")))
    page.wait_for_selector("[data-testid=detail-page]")
    page.wait_for_timeout(900)
    wait_for_moment(page)


def show_picture_fault(page: Page) -> None:
    """A fault of the picture itself: reference beside now."""
    page.goto("/?status=all&rule=occlusion")
    row = page.locator("[data-testid=alert-row]:has(img)").first
    row.wait_for()
    page.goto(str(row.get_attribute("href")))
    page.wait_for_selector("[data-testid=comparison-reference] img")
    page.wait_for_selector("[data-testid=comparison-now] img")
    page.wait_for_timeout(900)


def show_cameras(page: Page) -> None:
    """All cameras."""
    page.goto("/cameras")
    page.wait_for_selector("[data-testid=camera-card]")
    page.wait_for_timeout(500)


def show_live(page: Page) -> None:
    """The live wall, every picture moving."""
    page.goto("/live")
    page.wait_for_selector("[data-testid=live-tile][data-status=playing]")
    moving = "[...document.querySelectorAll('[data-status=playing] video')]"
    page.wait_for_function(f"() => {moving}.every(v => v.currentTime > 1)")
    page.wait_for_timeout(3000)


def open_recordings(page: Page) -> None:
    """The day of the camera with the most stretches of footage; needs a recorded camera."""
    cameras = page.request.get("/api/v1/cameras").json()["items"]
    days = [page.request.get(f"/api/v1/recordings/{c['id']}").json() for c in cameras]
    best = max(days, key=lambda day: len(day["spans"]) if day["is_box_there"] else 0)
    page.goto(f"/recordings/{best['camera_key']}")
    page.wait_for_selector("[data-testid=timeline]")


def show_recordings(page: Page) -> None:
    """Footage around a gap, with the hours around it on the timeline."""
    open_recordings(page)
    page.get_by_test_id("day-gap").last.click()
    page.get_by_test_id("viewing-reason-inspection").click()
    page.get_by_test_id("viewing-ok").click()
    page.wait_for_selector("[data-testid=footage-player][data-status=playing]")
    for _ in range(4):
        page.keyboard.press("+")
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)


def show_retention(page: Page) -> None:
    """What footage each school can prove."""
    page.goto("/retention")
    page.wait_for_selector("[data-testid=retention-school]")
    page.wait_for_timeout(500)


def show_rules(page: Page) -> None:
    """Which rules can watch; what to do for one that cannot."""
    page.goto("/rules")
    page.wait_for_selector("[data-testid=rule-row][data-state=ready]")
    page.wait_for_selector("[data-testid=rule-cameras]")
    page.wait_for_timeout(500)


def show_rule_steps(page: Page) -> None:
    """What to do for a rule that waits for a model."""
    page.goto("/rules?state=needs_model")
    page.locator("[data-rule=smoking] [data-testid=rule-how]").click()
    page.wait_for_selector("[data-testid=rule-steps]")
    page.locator("[data-rule=smoking]").scroll_into_view_if_needed()
    page.wait_for_timeout(500)


def show_gaps(page: Page) -> None:
    """The whole day of a recorded camera, nothing playing yet."""
    open_recordings(page)
    page.wait_for_timeout(800)


def show_calendar(page: Page) -> None:
    """The days of a recorded camera."""
    show_gaps(page)
    page.get_by_test_id("day").click()
    page.wait_for_timeout(500)


def show_board(page: Page) -> None:
    """Work orders by what they wait for; needs some."""
    page.goto("/orders")
    page.wait_for_selector("[data-testid=order-row]")
    page.wait_for_timeout(900)


def show_order(page: Page) -> None:
    """One that waits for its check: before, and after."""
    page.goto("/orders?column=pending_verification")
    page.locator("[data-testid=order-row]").first.click()
    page.wait_for_selector("[data-testid=after] [data-testid=photograph]")
    page.wait_for_timeout(900)


def show_tasks(page: Page) -> None:
    """What a school has to put right."""
    page.goto("/tasks")
    page.wait_for_selector("[data-testid=task-card]")
    page.wait_for_timeout(900)


def show_task(page: Page) -> None:
    """One of them, to be photographed."""
    show_tasks(page)
    page.locator("[data-testid=task-card]").first.click()
    page.wait_for_selector("[data-testid=task-editor]")
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
    show_queue(page)
    page.context.set_offline(True)
    page.wait_for_selector("[data-testid=offline-banner]", timeout=60_000)
    page.wait_for_timeout(3000)


def show_help(page: Page) -> None:
    """The keys."""
    show_queue(page)
    page.keyboard.press("?")
    page.wait_for_selector("[data-testid=help-overlay]")
    page.wait_for_timeout(500)


def show_sign_in(page: Page) -> None:
    """The door."""
    page.goto("/")
    page.wait_for_selector("[data-testid=sign-in]")
    page.wait_for_timeout(300)


SHOTS = (
    Shot("sign-in", show_sign_in, (ZH_LIGHT, EN_LIGHT), signed_in=False),
    Shot("queue", show_queue, (ZH_LIGHT, EN_LIGHT, ZH_DARK, EN_DARK, ZH_PHONE)),
    Shot("false-alarm", show_reasons, (ZH_DARK,)),
    Shot("detail", show_detail, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("picture-fault", show_picture_fault, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("cameras", show_cameras, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("cameras-school", show_cameras, (ZH_LIGHT, EN_LIGHT), as_school=True),
    Shot("rules", show_rules, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("rule-steps", show_rule_steps, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("live", show_live, (ZH_DARK, EN_DARK, ZH_PHONE)),
    Shot("recordings", show_recordings, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("gaps", show_gaps, (ZH_LIGHT, EN_LIGHT, ZH_PHONE)),
    Shot("calendar", show_calendar, (ZH_LIGHT, EN_DARK)),
    Shot("retention", show_retention, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("orders", show_board, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("order", show_order, (ZH_LIGHT, EN_LIGHT, ZH_DARK, ZH_PHONE)),
    Shot("tasks", show_tasks, (ZH_PHONE, EN_PHONE), as_school=True),
    Shot("task", show_task, (ZH_PHONE, EN_PHONE), as_school=True),
    Shot("empty", show_empty, (ZH_LIGHT, EN_LIGHT, ZH_PHONE)),
    Shot("error", show_error, (ZH_LIGHT, EN_LIGHT, ZH_DARK)),
    Shot("keys", show_help, (ZH_LIGHT, ZH_DARK)),
)


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


def sign_in(browser: Browser, base: str, user: str, password: str, keep: Path) -> None:
    """Sign in once and keep the session for all pages."""
    context = browser.new_context(base_url=base)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[data-testid=username]", user)
    page.fill("input[data-testid=password], [data-testid=password] input", password)
    page.click("[data-testid=sign-in-submit]")
    page.wait_for_selector("[data-testid=nav-queue]")
    context.storage_state(path=str(keep))
    context.close()


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


def take(browser: Browser, base: str, shot: Shot, look: Look, session: Path, out: Path) -> None:
    """One picture."""
    context = browser.new_context(
        base_url=base,
        viewport=PHONE if look.phone else DESKTOP,
        device_scale_factor=1,
        has_touch=look.phone,
        locale="zh-CN" if look.language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        storage_state=str(session) if shot.signed_in else None,
    )
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"  page error: {error}", file=sys.stderr))
    prepare(page, look)
    shot.show(page)
    save(page, out / f"{shot.name}-{look.suffix}.png")
    context.close()


def _password(variable: str) -> str:
    password = os.environ.get(variable)
    if not password:
        sys.exit(f"put the password into the environment variable {variable}")
    return password


def main() -> None:
    """Take all pictures, or those named with ``--only``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password-env", default="MINGAN_PASSWORD")
    parser.add_argument("--school-user", help="of one school, as school-2 of the demo")
    parser.add_argument("--school-password-env", default="MINGAN_SCHOOL_PASSWORD")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", help="comma-separated names, as queue,detail")
    parser.add_argument("--looks", help="comma-separated ends of names, as zh-light,en-light")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    arguments = parser.parse_args()
    password = _password(arguments.password_env)
    school_password = _password(arguments.school_password_env) if arguments.school_user else ""
    wanted = set(arguments.only.split(",")) if arguments.only else {shot.name for shot in SHOTS}
    looks = set(arguments.looks.split(",")) if arguments.looks else None
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, headless=True, args=list(CHROMIUM_ARGS)
        )
        session = Path(folder) / "session.json"
        sign_in(browser, arguments.url, arguments.user, password, session)
        of_school = Path(folder) / "school.json"
        if arguments.school_user:
            sign_in(browser, arguments.url, arguments.school_user, school_password, of_school)
        for shot in SHOTS:
            if shot.name in wanted and (arguments.school_user or not shot.as_school):
                kept = of_school if shot.as_school else session
                for look in shot.looks:
                    if looks is not None and look.suffix not in looks:
                        continue
                    take(browser, arguments.url, shot, look, kept, arguments.out)
        browser.close()


if __name__ == "__main__":
    main()
