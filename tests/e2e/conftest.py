"""The browser of the end-to-end tests: Debian's Chromium, which plays H.264."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support import missing

expect.set_options(timeout=20_000)
"""Two of these run beside each other on two cores, each with a worker that analyses."""
_BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip(missing.debian("chromium"))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_BROWSER_FLAGS)
        yield running
        running.close()
