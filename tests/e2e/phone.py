"""A school's person at a phone: signs in, opens a task, takes a photograph."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.cable import Cable


class Phone:
    """A browser of a phone's size that reaches the centre through a network that can go away.

    Args:
        browser: Who runs it.
        port: Of 127.0.0.1, where the centre listens.
        language: "zh" or "en".
        more: Of its browser context.
    """

    def __init__(self, browser: Browser, port: int, language: str, **more: Any) -> None:
        self._network = Cable(port)
        self.context = browser.new_context(
            base_url=self._network.url,
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            **more,
        )
        self.context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")

    def new_page(self) -> Page:
        return self.context.new_page()

    def lose_network(self) -> None:
        self._network.pull()
        self.context.set_offline(True)

    def find_network(self) -> None:
        self._network.plug_in()
        self.context.set_offline(False)

    def close(self) -> None:
        self.context.close()
        self._network.close()


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("sign-in-submit").tap()


def open_task(page: Page, order_id: int) -> None:
    page.locator(f"[data-testid=task-card][data-order='{order_id}']").tap()
    expect(page.get_by_test_id("task-editor")).to_be_visible()


def take_picture() -> FilePayload:
    """As large as a phone's camera makes it."""
    noise = np.random.default_rng(7).integers(0, 255, (300, 400, 3), np.uint8)
    large = cv2.resize(noise, (4000, 3000), interpolation=cv2.INTER_NEAREST)
    jpeg = cv2.imencode(".jpg", large)[1].tobytes()
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": jpeg}


def take_photograph(page: Page) -> None:
    taken = page.get_by_test_id("taken").count()
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("task-photograph").tap()
    chooser.value.set_files(take_picture())
    expect(page.get_by_test_id("taken")).to_have_count(taken + 1)
