"""A school's person at a phone: signs in, opens a task, takes a photograph."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page, expect


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("sign-in-submit").tap()


def open_task(page: Page, order_id: int) -> None:
    page.locator(f"[data-testid=task-card][data-order='{order_id}']").tap()
    expect(page.get_by_test_id("task-editor")).to_be_visible()


def _picture() -> dict[str, Any]:
    """As large as a phone's camera makes it."""
    noise = np.random.default_rng(7).integers(0, 255, (300, 400, 3), np.uint8)
    large = cv2.resize(noise, (4000, 3000), interpolation=cv2.INTER_NEAREST)
    jpeg = cv2.imencode(".jpg", large)[1].tobytes()
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": jpeg}


def take_photograph(page: Page) -> None:
    taken = page.get_by_test_id("taken").count()
    with page.expect_file_chooser() as chooser:
        page.get_by_test_id("task-photograph").tap()
    chooser.value.set_files(_picture())
    expect(page.get_by_test_id("taken")).to_have_count(taken + 1)
