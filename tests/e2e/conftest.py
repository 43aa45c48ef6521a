"""The browser of the end-to-end tests: Debian's Chromium, which plays H.264."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import demo_processes
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.hands import EXPECT_MS, fill
from tests.e2e.stack import Stack
from tests.support import missing

expect.set_options(timeout=EXPECT_MS)
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Debian's Chromium; without it a test is skipped."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip(missing.debian("chromium"))
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_FLAGS)
        yield running
        running.close()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Stack, demo_processes.Child]]:
    running = Stack(tmp_path)
    api = running.start_api()
    fill(running)
    yield running, api
    running.stop()


@pytest.fixture
def stack(started: tuple[Stack, demo_processes.Child]) -> Stack:
    return started[0]


@pytest.fixture
def api(started: tuple[Stack, demo_processes.Child]) -> demo_processes.Child:
    return started[1]


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        # What is kept from the page here, a service worker would have.
        service_workers="block",
    )
    yield context.new_page()
    context.close()
