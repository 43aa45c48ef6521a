"""A work order in a real browser: given away by keyboard, put right, checked by somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.api.district import photograph
from tests.e2e.bureau import SCHOOL, Centre, Reader, confirm_and_assign, running_centre
from tests.e2e.stack import LANGUAGES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with running_centre(tmp_path_factory.mktemp("orders")) as found:
        yield found


def _answer(school: httpx.Client, order_id: int, seed: int) -> None:
    """The school sends a photograph and says that it was put right."""
    sent = school.post(
        f"/api/v1/order-photographs/{order_id}", content=photograph(seed, (320, 240))
    )
    sent.raise_for_status()
    etag = school.get(f"/api/v1/orders/{order_id}").headers["ETag"]
    school.post(
        f"/api/v1/orders/{order_id}/submit",
        json={"note": "围栏已修好"},
        headers={"If-Match": etag},
    ).raise_for_status()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_is_assigned_checked_sent_back_closed_and_reopened_by_keyboard(
    browser: Browser, centre: Centre, language: str
) -> None:
    alert_id = centre.raise_alert(f"a {language}")
    school = centre.client("sun.hao")
    reviewer = Reader(browser, centre, "li.wei", language)
    page = reviewer.page
    order = confirm_and_assign(page, centre, alert_id, school)
    order_id = order["id"]

    # From the alert to its order.
    page.goto(f"/alerts/{alert_id}")
    page.get_by_test_id("to-order").click()
    reviewer.sees("assigned")
    expect(page.get_by_test_id("before").locator("img")).to_be_visible()

    _answer(school, order_id, 1)
    reviewer.sees("pending_verification")
    reviewer.sees_photograph()
    page.keyboard.press("r")
    page.get_by_test_id("reason").fill("照片看不清")
    page.keyboard.press("Enter")
    reviewer.sees("rectifying")

    _answer(school, order_id, 2)
    reviewer.sees("pending_verification")
    # Two decide at once: the second is told what the first decided.
    page.keyboard.press("r")
    page.get_by_test_id("reason").fill("还差一点")
    other = Reader(browser, centre, "zhao.min", language)
    other.opens_first_of("pending_verification")
    other.sees_photograph()
    other.page.keyboard.press("c")
    other.sees("closed")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("order-lost")).to_contain_text("zhao.min")
    reviewer.sees("closed")

    page.keyboard.press("o")
    page.get_by_test_id("reason").fill("围栏又坏了")
    page.keyboard.press("Enter")
    reviewer.sees("assigned")
    other.sees("assigned")

    history = school.get(f"/api/v1/orders/{order_id}").json()["history"]
    told = [each["action"] for each in history]
    assert told == [
        "assigned",
        *("photographed", "feedback", "begin", "submit", "return"),
        *("photographed", "submit", "close", "reopen"),
    ]
    steps = page.get_by_test_id("order-step").evaluate_all("all => all.map(e => e.dataset.action)")
    assert steps == told
    other.leaves()
    reviewer.leaves()
    school.close()


def test_the_board_says_what_is_where_and_its_address_can_be_sent(
    browser: Browser, centre: Centre
) -> None:
    admin = centre.stack.sign_in()
    finding = {"kind": "finding", "school_id": SCHOOL, "subject": "safety"}
    told = {**finding, "text": "灭火器过期", "risk": "class_1"}
    admin.post("/orders", json=told).raise_for_status()
    reviewer = Reader(browser, centre, "li.wei", "zh")
    page = reviewer.page
    # What a caller said, through the page itself.
    page.goto("/orders")
    page.get_by_test_id("new-order").click()
    page.get_by_text("电话反映").click()
    page.get_by_test_id("new-order-text").fill("安全出口堵塞")
    page.get_by_test_id("new-order-school").click()
    page.locator(".ant-select-dropdown").get_by_text("第二中学").click()
    page.get_by_test_id("new-order-ok").click()
    reviewer.sees("assigned")
    expect(page.get_by_test_id("before")).to_contain_text("安全出口堵塞")
    page.goto("/orders?risk=class_1")
    expect(page.get_by_test_id("order-row")).to_have_count(1)
    expect(page.get_by_text("灭火器过期")).to_be_visible()
    expect(page.get_by_text("sun.hao").first).to_be_visible()
    page.get_by_test_id("board-column").get_by_text("已销号").click()
    expect(page).to_have_url(re.compile(r"column=closed"))
    expect(page).to_have_url(re.compile(r"risk=class_1"))
    expect(page.get_by_test_id("no-orders-filtered")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/orders")
    expect(page.get_by_test_id("order-row").first).to_be_visible()
    too_wide = "e => [e.scrollWidth, e.clientWidth]"
    wide, room = page.locator("#content").evaluate(too_wide)
    assert wide <= room
    page.get_by_test_id("order-row").first.click()
    expect(page.get_by_test_id("order-page")).to_be_visible()
    wide, room = page.locator("#content").evaluate(too_wide)
    assert wide <= room
    reviewer.leaves()
