"""A school's person on a phone: a rectification that waits for the network is handed in once.

Everything runs in Chinese and in English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from tests.api.messages import alert_uuid, episode, registration
from tests.e2e.phone import Phone, open_task, sign_in, take_photograph
from tests.e2e.stack import LANGUAGES, Stack, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
SCHOOL = "no-1"
WORDS = {
    "zh": {
        "writing": "草稿已保存",
        "waiting": "等待网络",
        "submitted": "已提交",
        "sentence": "今日待整改 1 件",
        "photograph": "拍照并提交整改",
    },
    "en": {
        "writing": "Draft saved",
        "waiting": "Waiting for the network",
        "submitted": "Handed in",
        "sentence": "1 thing to put right today",
        "photograph": "Photograph and hand in",
    },
}


@dataclass
class School:
    """A school with a box, and how its people sign in."""

    stack: Stack
    token: str
    admin: httpx.Client
    passwords: dict[str, str]

    def person(self, username: str, role: str, school_id: str | None) -> str:
        """Make somebody who has chosen a password; answers it."""
        body = {"username": username, "role": role, "school_id": school_id}
        made = self.admin.post("/users", json=body).raise_for_status().json()
        first = self.signed_in(username, made["password"])
        chosen = {"current_password": made["password"], "new_password": f"chosen by {username}"}
        first.post("/auth/password", json=chosen).raise_for_status()
        first.close()
        self.passwords[username] = chosen["new_password"]
        return chosen["new_password"]

    def signed_in(self, username: str, password: str | None = None) -> httpx.Client:
        client = httpx.Client(base_url=f"{self.stack.url}/api/v1", timeout=20, trust_env=False)
        body = {"username": username, "password": password or self.passwords[username]}
        told = client.post("/auth/login", json=body).raise_for_status().json()
        client.headers["X-CSRF-Token"] = told["csrf_token"]
        return client

    def order(self, name: str, assignee: str) -> int:
        """A confirmed alert given to somebody."""
        with httpx.Client(
            base_url=f"{self.stack.url}/api/v2/ingest",
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
        ) as box:
            of = {"school_id": SCHOOL}
            gate = registration(school_name="第一小学", **of).model_dump(mode="json")
            box.put("/cameras/gate-north", json=gate).raise_for_status()
            told = episode(name, raised_at=datetime.now(UTC), zone=name, **of)
            box.put(f"/alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
        self.admin.post(f"/alerts/{alert_uuid(name)}/confirm").raise_for_status()
        body = {"alert_ids": [str(alert_uuid(name))], "assignee": assignee}
        return int(self.admin.post("/orders", json=body).raise_for_status().json()["id"])

    def get(self, order_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.admin.get(f"/orders/{order_id}").raise_for_status().json()
        return found

    def actions(self, order_id: int) -> list[str]:
        return [each["action"] for each in self.get(order_id)["history"]]


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    stack = Stack(tmp_path_factory.mktemp("tasks"))
    stack.start_api()
    token = stack.enrol(SCHOOL, "第一小学")
    yield School(stack, token, stack.sign_in(), {})
    stack.stop()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def phone(browser: Browser, school: School, language: str) -> Iterator[Callable[..., Phone]]:
    made: list[Phone] = []

    def make(**more: Any) -> Phone:
        made.append(Phone(browser, school.stack.api_port, language, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_what_was_photographed_without_a_network_is_handed_in_once(
    phone: Callable[..., Phone], school: School, language: str
) -> None:
    words = WORDS[language]
    username = f"safety.{language}"
    password = school.person(username, "school_manager", SCHOOL)
    checker = f"checker.{language}"
    school.person(checker, "district_reviewer", None)
    order_id = school.order(f"offline {language}", username)
    own = phone()
    page = own.new_page()
    sign_in(page, username, password)
    expect(page.get_by_test_id("tasks-sentence")).to_contain_text(words["sentence"])
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    open_task(page, order_id)
    expect(page.get_by_test_id("task-photograph")).to_contain_text(words["photograph"])

    own.lose_network()
    take_photograph(page)
    page.get_by_test_id("task-note").fill("已更换")
    state = page.get_by_test_id("draft-state")
    expect(state).to_contain_text(words["writing"])
    page.get_by_test_id("task-submit").tap()
    expect(state).to_contain_text(words["waiting"])
    page.close()

    page = own.new_page()
    page.goto("/tasks")
    card = page.get_by_test_id("draft-card")
    expect(card).to_contain_text(words["waiting"])
    card.tap()
    expect(page.get_by_test_id("taken")).to_have_count(1)
    assert school.actions(order_id) == ["assigned"]

    own.find_network()
    expect(page.get_by_test_id("task-page")).to_have_attribute(
        "data-state", "pending_verification", timeout=40_000
    )
    expect(page.get_by_test_id("draft-state")).to_contain_text(words["submitted"])
    page.reload()
    expect(page.get_by_test_id("task-state")).to_be_visible()
    expect(page.get_by_test_id("task-editor")).to_have_count(0)

    found = school.get(order_id)
    assert (found["state"], found["photograph_count"]) == ("pending_verification", 1)
    [kept] = found["photographs"]
    assert (kept["width"], kept["height"], kept["by"]) == (2048, 1536, username)
    with closing(school.signed_in(checker)) as other:
        opened = other.get(kept["url"].removeprefix("/api/v1"))
        assert opened.headers["content-type"] == "image/jpeg"
        closed = other.post(
            f"/orders/{order_id}/close", headers={"If-Match": f'"{found["version"]}"'}
        )
        assert closed.json()["state"] == "closed", closed.text
    steps = ["assigned", "photographed", "feedback", "begin", "submit", "close"]
    assert school.actions(order_id) == steps
    entries = school.admin.get("/audit", params={"limit": 200}).json()["items"]
    logged = [each for each in entries if each["subject"] == f"order {order_id}"]
    assert sorted(each["action"] for each in logged) == sorted(f"order_{each}" for each in steps)
    subject = f"order {order_id} photograph {kept['id']}"
    assert [each["username"] for each in entries if each["subject"] == subject] == [checker]


@pytest.mark.whole
def test_an_answer_that_is_lost_doubles_nothing(
    phone: Callable[..., Phone], school: School, language: str
) -> None:
    username = f"lost.{language}"
    password = school.person(username, "school_manager", SCHOOL)
    order_id = school.order(f"lost {language}", username)
    page = phone().new_page()
    sign_in(page, username, password)
    open_task(page, order_id)
    lost: list[str] = []

    def lose(route: Route) -> None:
        path = route.request.url.split("/api/v1/")[1]
        if route.request.method != "POST" or path in lost:
            route.continue_()
            return
        lost.append(path)
        assert route.fetch().ok
        route.abort()

    page.route(f"**/api/v1/order-photographs/{order_id}", lose)
    page.route(f"**/api/v1/orders/{order_id}/submit", lose)
    take_photograph(page)
    page.get_by_test_id("task-note").fill("done")
    page.get_by_test_id("task-submit").tap()
    expect(page.get_by_test_id("task-page")).to_have_attribute(
        "data-state", "pending_verification", timeout=60_000
    )
    until("the draft is gone", lambda: page.get_by_test_id("task-editor").count() == 0, 30)
    assert lost == [f"order-photographs/{order_id}", f"orders/{order_id}/submit"]
    actions = school.actions(order_id)
    assert (actions.count("photographed"), actions.count("submit")) == (1, 1)


@pytest.mark.whole
def test_a_draft_of_an_order_that_went_on_is_kept_with_the_reason_and_shown_to_nobody_else(
    phone: Callable[..., Phone], school: School, language: str
) -> None:
    username, other = f"first.{language}", f"second.{language}"
    password = school.person(username, "school_manager", SCHOOL)
    others = school.person(other, "school_manager", SCHOOL)
    order_id = school.order(f"went on {language}", username)
    own = phone()
    page = own.new_page()
    sign_in(page, username, password)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    open_task(page, order_id)
    own.lose_network()
    take_photograph(page)
    page.get_by_test_id("task-note").fill("done")
    page.get_by_test_id("task-submit").tap()
    expect(page.get_by_test_id("draft-state")).to_have_attribute("data-state", "waiting")
    given = {"subject": "safety", "assignee": other}
    school.admin.put(
        f"/orders/{order_id}/assignment", json=given, headers={"If-Match": '"1"'}
    ).raise_for_status()
    own.find_network()
    refused = page.get_by_test_id("refused")
    expect(refused).to_have_attribute("data-code", "order_changed", timeout=40_000)
    expect(refused).to_contain_text("admin")
    assert "submit" not in school.actions(order_id)

    page.get_by_test_id("user-menu").tap()
    page.locator(".ant-dropdown-menu-item").last.tap()
    sign_in(page, other, others)
    open_task(page, order_id)
    expect(page.get_by_test_id("taken")).to_have_count(0)
    expect(page.get_by_test_id("refused")).to_have_count(0)
    page.get_by_test_id("user-menu").tap()
    page.locator(".ant-dropdown-menu-item").last.tap()

    sign_in(page, username, password)
    page.get_by_test_id("draft-card").tap()
    expect(page.get_by_test_id("taken")).to_have_count(1)
    page.get_by_test_id("submit-again").tap()
    expect(page.get_by_test_id("task-page")).to_have_attribute("data-state", "pending_verification")
    assert school.get(order_id)["photograph_count"] == 1
