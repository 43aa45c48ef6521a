"""The whole way of an alert, 分类–研判–反馈–整改, by those who walk it, in their own browsers.

A reviewer's keyboard, a phone that was without a network, a second person's check, a deadline that
passed. Every step stands in the history and in the chained access log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.bureau import SCHOOL, Centre, Reader, confirm_and_assign, running_centre
from tests.e2e.phone import Phone, open_task, sign_in, take_photograph
from tests.e2e.stack import until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_DEADLINES = """
- {id: at_once, risk: class_1, due_h: 0.001, escalate_h: 0.0005, verified: false,
   source: {zh: 测试, en: a test}}
- {id: later, due_h: 72, verified: false, source: {zh: 测试, en: a test}}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder: Path = tmp_path_factory.mktemp("loop")
    table = folder / "deadlines.yaml"
    table.write_text(_DEADLINES, "utf-8")
    with running_centre(folder, MINGAN_API_ORDER_DEADLINES_FILE=str(table)) as found:
        yield found


def _hand_in(page: Page, note: str) -> None:
    take_photograph(page)
    page.get_by_test_id("task-note").fill(note)
    page.get_by_test_id("task-submit").tap()


def _has_been_submitted(page: Page) -> None:
    expect(page.get_by_test_id("task-page")).to_have_attribute(
        "data-state", "pending_verification", timeout=40_000
    )


def _log(admin: httpx.Client) -> list[Any]:
    entries: list[Any] = admin.get("/audit", params={"limit": 200}).json()["items"]
    return entries


def _logged(admin: httpx.Client, order_id: int) -> Counter[str]:
    return Counter(each["action"] for each in _log(admin) if each["subject"] == f"order {order_id}")


def _judgements(admin: httpx.Client, alert_id: str) -> list[tuple[str, str, str]]:
    found = [each for each in _log(admin) if each["alert_id"] == alert_id]
    return [(each["action"], each["username"], each["reason"]) for each in found]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_alert_to_the_second_persons_check(
    browser: Browser, centre: Centre, language: str
) -> None:
    admin = centre.stack.sign_in()
    alert_id = centre.raise_alert(f"loop {language}")
    reviewer = Reader(browser, centre, "li.wei", language)
    with closing(centre.client("sun.hao")) as school:
        order_id = confirm_and_assign(reviewer.page, centre, alert_id, school)["id"]

    # The school, on a phone that loses its network between photograph and sending.
    phone = Phone(browser, centre.stack.api_port, language)
    page = phone.new_page()
    sign_in(page, "sun.hao", centre.passwords["sun.hao"])
    expect(page.get_by_test_id("tasks-sentence")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    open_task(page, order_id)
    phone.lose_network()
    _hand_in(page, "围栏已修好")
    expect(page.get_by_test_id("draft-state")).to_have_attribute("data-state", "waiting")
    phone.find_network()
    _has_been_submitted(page)

    # Sent back, and handed in again.
    reviewer.page.goto(f"/orders/{order_id}")
    reviewer.sees("pending_verification")
    reviewer.sees_photograph()
    reviewer.page.keyboard.press("r")
    reviewer.page.get_by_test_id("reason").fill("照片看不清")
    reviewer.page.keyboard.press("Enter")
    reviewer.sees("rectifying")
    page.goto("/tasks")
    open_task(page, order_id)
    _hand_in(page, "重新拍摄")
    _has_been_submitted(page)

    # Checked and closed by somebody else; it broke again.
    other = Reader(browser, centre, "zhao.min", language)
    other.page.goto(f"/orders/{order_id}")
    other.sees("pending_verification")
    other.sees_photograph()
    other.page.keyboard.press("c")
    other.sees("closed")
    other.page.keyboard.press("o")
    other.page.get_by_test_id("reason").fill("围栏又坏了")
    other.page.keyboard.press("Enter")
    reviewer.sees("assigned")

    steps = [each["action"] for each in admin.get(f"/orders/{order_id}").json()["history"]]
    assert steps == [
        "assigned",
        *("photographed", "feedback", "begin", "submit", "return"),
        *("photographed", "submit", "close", "reopen"),
    ]
    assert _logged(admin, order_id) == Counter(f"order_{step}" for step in steps)
    assert _judgements(admin, alert_id) == [("alert_judged", "li.wei", "confirmed")]
    before = admin.get("/audit/chain").json()["checked"]
    admin.post("/audit/chain").raise_for_status()
    until("followed", lambda: admin.get("/audit/chain").json()["checked"] != before, 60)
    assert admin.get("/audit/chain").json()["checked"]["fault"] is None
    phone.close()
    other.leaves()
    reviewer.leaves()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_urgent_and_overdue_climbs(browser: Browser, centre: Centre, language: str) -> None:
    admin = centre.stack.sign_in()
    told = {"kind": "finding", "text": f"灭火器过期 {language}", "school_id": SCHOOL}
    order = admin.post("/orders", json={**told, "risk": "class_1", "subject": "safety"}).json()
    url = f"/orders/{order['id']}"
    until("escalated", lambda: admin.get(url).json()["escalated_at"] is not None, 60)
    assert _logged(admin, order["id"]) == Counter(
        ("order_assigned", "order_overdue", "order_escalated")
    )
    leader = Reader(browser, centre, "li.wei", language)
    leader.page.goto("/orders?column=overdue")
    row = leader.page.get_by_test_id("order-row").filter(has_text=f"灭火器过期 {language}")
    expect(row).to_be_visible()
    expect(row).to_contain_text("督办" if language == "zh" else "scalated")
    leader.leaves()
