"""A bureau: two reviewers at browsers of their own, and a school whose box reports over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import demo_district
import httpx
import numpy as np
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.messages import alert_uuid, episode, evidence_ref, registration, sha256
from tests.e2e.stack import Stack

SCHOOL = "no-2"


@dataclass(frozen=True, slots=True)
class Centre:
    """A command centre with two reviewers, and a school whose box reports over HTTP."""

    stack: Stack
    box: httpx.Client
    passwords: dict[str, str]

    def raise_alert(self, name: str) -> str:
        """An alert at the school's north gate, with its still."""
        still = _still(name)
        told = episode(
            name,
            school_id=SCHOOL,
            zone="",
            raised_at=datetime.now(UTC),
            evidence=(evidence_ref(still),),
        )
        self.box.put(f"/alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
        self.box.put(
            f"/evidence/{sha256(still)}",
            params={"school_id": SCHOOL},
            content=still,
            headers={"Content-Type": "image/jpeg"},
        ).raise_for_status()
        return str(alert_uuid(name))

    def client(self, username: str) -> httpx.Client:
        """Somebody signed in to the API; whoever asks closes it."""
        return demo_district.sign_in(self.stack.url, username, self.passwords[username])


def _still(name: str) -> bytes:
    picture = np.full((270, 480, 3), 70, np.uint8)
    cv2.rectangle(picture, (0, 180), (480, 270), (90, 100, 95), -1)
    cv2.rectangle(picture, (210, 90), (250, 220), (60, 80, 170), -1)
    cv2.putText(picture, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


class Reader:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, centre: Centre, username: str, language: str) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=centre.stack.url, viewport={"width": 1366, "height": 768}
        )
        self.context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto("/")
        self.page.get_by_test_id("username").fill(username)
        self.page.get_by_test_id("password").fill(centre.passwords[username])
        self.page.get_by_test_id("sign-in-submit").click()
        expect(self.page.get_by_test_id("queue-page")).to_be_visible()

    def opens_first_of(self, column: str) -> None:
        """By the keyboard, from the board."""
        self.page.goto(f"/orders?column={column}")
        expect(self.page.get_by_test_id("order-row").first).to_be_visible()
        self.page.keyboard.press("j")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_test_id("order-page")).to_be_visible()

    def sees(self, state: str) -> None:
        """The order on the page stands there, without a reload."""
        expect(self.page.get_by_test_id("order-page")).to_have_attribute("data-state", state)

    def sees_photograph(self) -> None:
        """Of what was put right."""
        photo = self.page.get_by_test_id("after").get_by_test_id("photograph")
        expect(photo.first).to_be_visible()
        actions = self.page.get_by_test_id("order-actions")
        expect(actions).to_have_attribute("data-showing", "shown")

    def leaves(self) -> None:
        """Nothing in the page went wrong."""
        self.context.close()
        assert self.problems == [], "errors in the page"


@contextmanager
def running_centre(folder: Path, **environment: str) -> Iterator[Centre]:
    """A command centre, its people and the school's box."""
    stack = Stack(folder)
    stack.start_api(**environment)
    token = stack.enrol(SCHOOL, "第二中学")
    box = httpx.Client(
        base_url=f"{stack.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    gate = registration(school_id=SCHOOL, school_name="第二中学").model_dump(mode="json")
    box.put("/cameras/gate-north", json=gate).raise_for_status()
    admin = stack.sign_in()
    passwords = {}
    for username, role in (
        ("li.wei", "district_reviewer"),
        ("zhao.min", "district_reviewer"),
        ("sun.hao", "school_manager"),
    ):
        of = {"school_id": SCHOOL} if role == "school_manager" else {}
        made = admin.post("/users", json={"username": username, "role": role, **of})
        made.raise_for_status()
        given = made.json()["password"]
        passwords[username] = demo_district.own_password(stack.url, username, given)
    duty = admin.put(f"/schools/{SCHOOL}/duties/safety", json={"username": "sun.hao"})
    duty.raise_for_status()
    yield Centre(stack, box, passwords)
    box.close()
    stack.stop()


def confirm_and_assign(page: Page, centre: Centre, alert_id: str, school: httpx.Client) -> Any:
    """C, A, Enter."""
    row = page.locator(f"[data-testid=alert-row][data-alert-id='{alert_id}']")
    expect(row).to_be_visible()
    expect(row).to_have_attribute("aria-current", "true")
    expect(page.get_by_test_id("review-actions")).to_have_attribute("data-showing", "shown")
    page.keyboard.press("c")
    expect(page.get_by_test_id("undo-toast")).to_be_visible()
    page.keyboard.press("a")
    dialog = page.get_by_test_id("assign-dialog")
    expect(dialog.get_by_test_id("deadline-source")).to_be_visible()
    expect(dialog.get_by_text("sun.hao")).to_be_visible()
    expect(page.get_by_test_id("assign-submit")).to_be_focused()
    with page.expect_response(re.compile(r"/api/v1/orders$")) as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 201
    expect(dialog).to_have_count(0)
    [order] = school.get("/api/v1/orders", params={"alert_id": alert_id}).json()["items"]
    assert (order["responsible"], order["state"]) == ("sun.hao", "assigned")
    return order
