"""Patrol in a real browser: a room counts as seen when its picture was on a screen, and only then.

The browser is attached to without Playwright's defaults: with these a page is told that it is
visible whatever becomes of its window.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import demo_exam
import demo_processes
import demo_site
import httpx
import pytest
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from tests.e2e.conftest import BROWSER_FLAGS, chromium
from tests.e2e.stack import Stack, street_video, until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_STAYS_MS = 7000
"""Longer than a page waits before it tells what it saw."""
_HIDDEN = "document.visibilityState === 'hidden'"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("patrol"))
    running.start_rtsp(street_video(), demo_site.STREET_PATHS)
    running.start_api()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def worker(stack: Stack) -> demo_processes.Child:
    started = stack.start_worker()
    client = stack.sign_in()
    until(
        "two cameras that are watched",
        lambda: sum(c["state"] == "watching" for c in client.get("/cameras").json()["items"]) >= 2,
        90,
    )
    return started


@pytest.fixture(scope="module")
def table(stack: Stack, worker: demo_processes.Child) -> str:
    """Address of a running session's table: two rooms with a camera, one without."""
    client = stack.sign_in()
    made = client.post("/exams", json={"name": "期末考试"}).raise_for_status().json()
    client.post(
        f"/exams/{made['id']}/import", content=demo_exam.book(list(demo_site.STREET_PATHS))
    ).raise_for_status()
    exam = client.get(f"/exams/{made['id']}").json()
    return f"/exams/{made['id']}/sessions/{exam['sessions'][0]['id']}/table"


@pytest.fixture(scope="module")
def page(stack: Stack, table: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The patrol, in a browser whose windows are what they are."""
    folder = tmp_path_factory.mktemp("profile")
    told = [*BROWSER_FLAGS, "--headless=new", "--window-size=1366,900", "about:blank"]
    command = [chromium(), *told, "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = until("a browser that listens", lambda: _port(folder), 30)
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(
                f"http://127.0.0.1:{port}", no_defaults=True
            )
            new = browser.contexts[0].pages[0]
            _, _, exam, _, session, _ = table.split("/")
            address = f"/exams/patrol?exam={exam}&session={session}&size=4&dwell=60"
            new.goto(f"{stack.url}/sign-in")
            new.get_by_test_id("username").fill("admin")
            new.get_by_test_id("password").fill(stack.password)
            new.get_by_test_id("sign-in-submit").click()
            expect(new.get_by_test_id("sign-in-submit")).to_have_count(0)
            new.goto(f"{stack.url}{address}")
            expect(new.get_by_test_id("patrol")).to_be_visible()
            yield new
    finally:
        process.terminate()
        process.wait()


def _port(folder: Path) -> int | None:
    found = folder / "DevToolsActivePort"
    return int(lines[0]) if found.exists() and (lines := found.read_text().split()) else None


def _shown(stack: Stack, table: str) -> list[dict[str, Any]]:
    client: httpx.Client = stack.sign_in()
    return [row["shown"] for row in client.get(table).raise_for_status().json()["items"]]


def _seconds(stack: Stack, table: str) -> list[float]:
    return [shown["seconds"] for shown in _shown(stack, table)]


def _grows(stack: Stack, table: str) -> None:
    """Both rooms with a camera are seen now."""
    before = _seconds(stack, table)
    until(
        "two rooms that are seen for longer",
        lambda: all(
            now > was + 2 for now, was in zip(_seconds(stack, table)[:2], before, strict=False)
        ),
        40,
    )


def _stands(page: Page, stack: Stack, table: str) -> None:
    """Nothing is seen, although the page goes on."""
    page.wait_for_timeout(_STAYS_MS)  # What was seen before is told.
    before = _seconds(stack, table)
    page.wait_for_timeout(_STAYS_MS)
    assert _seconds(stack, table) == before


def _window(page: Page, state: str) -> None:
    cdp: CDPSession = page.context.new_cdp_session(page)
    window = cdp.send("Browser.getWindowForTarget")["windowId"]
    cdp.send("Browser.setWindowBounds", {"windowId": window, "bounds": {"windowState": state}})


def test_what_is_on_the_screen_counts(page: Page, stack: Stack, table: str) -> None:
    _grows(stack, table)
    first, second, bare = _shown(stack, table)
    assert first["times"] >= 1
    assert second["times"] >= 1
    assert first["last_at"] is not None
    assert (bare["times"], bare["seconds"], bare["last_at"]) == (0, 0, None)
    expect(page.get_by_test_id("patrol-proven")).to_have_attribute("data-rooms", "2")
    expect(page.get_by_test_id("patrol-doubt")).to_have_count(0)


def test_a_hidden_tab_does_not_count(page: Page, stack: Stack, table: str) -> None:
    _grows(stack, table)
    other = page.context.new_page()
    other.bring_to_front()
    page.wait_for_function(_HIDDEN, polling=200)
    _stands(page, stack, table)
    page.bring_to_front()
    other.close()
    _grows(stack, table)


def test_a_minimised_window_does_not_count(page: Page, stack: Stack, table: str) -> None:
    _grows(stack, table)
    _window(page, "minimized")
    page.wait_for_function(_HIDDEN, polling=200)
    _stands(page, stack, table)
    _window(page, "normal")
    _grows(stack, table)


def test_what_lies_under_a_dialog_does_not_count(page: Page, stack: Stack, table: str) -> None:
    _grows(stack, table)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    _stands(page, stack, table)
    page.keyboard.press("Escape")
    _grows(stack, table)


def test_a_stalled_player_does_not_count(
    page: Page, stack: Stack, table: str, worker: demo_processes.Child
) -> None:
    _grows(stack, table)
    worker.kill(signal.SIGSTOP)
    try:
        _stands(page, stack, table)
        assert page.evaluate("document.visibilityState") == "visible"
    finally:
        worker.kill(signal.SIGCONT)
    _grows(stack, table)
