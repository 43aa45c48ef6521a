"""A reviewer's hands: held keys, keys after a click, a server that hangs or is gone."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import demo_processes
import pytest
from playwright.sync_api import Page, Route, expect

from api.contract import (
    RiskLevel,
)
from tests.e2e.hands import (
    ALERTS,
    NO_1,
    NO_2,
    VERDICT,
    box_of,
    focused,
    hold,
    judged,
    listed_anew,
    own_token,
    raise_alert,
    sign_in,
    still_alive,
    wait_for_still,
)
from tests.e2e.stack import Stack, all_alerts

_BOUNCES_WITHIN_S = 0.2
"""A picture counts that stood for 250 ms."""
pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]


def test_a_held_key_judges_one_alert_and_one_that_was_seen(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    seen = focused(page)
    hold(page, "c", 700)
    expect(page.get_by_test_id("undo-toast")).to_be_visible()
    page.wait_for_timeout(1500)
    assert judged(stack) == [seen]
    expect(page.get_by_test_id("undo-toast")).to_contain_text("已保存")


def test_enter_held_on_a_button_judges_one_alert(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    page.get_by_test_id("confirm").focus()
    hold(page, "Enter", 700)
    page.wait_for_timeout(500)
    assert len(judged(stack)) == 1


def test_a_double_click_judges_one_alert(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    page.get_by_test_id("confirm").dblclick()
    page.wait_for_timeout(500)
    assert len(judged(stack)) == 1


def test_nobody_judges_a_picture_that_has_not_come(page: Page, stack: Stack) -> None:
    held: list[Route] = []
    comes = False

    def answer(route: Route) -> None:
        if comes:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/api/v1/evidence/"), answer)
    sign_in(page, stack)
    for _ in range(5):
        page.keyboard.press("c")
        page.wait_for_timeout(60)
    page.get_by_test_id("confirm").click()
    page.wait_for_timeout(500)
    assert judged(stack) == []
    comes = True
    for route in held:
        route.continue_()
    wait_for_still(page)
    with page.expect_response(VERDICT):
        page.keyboard.press("c")


def test_a_key_that_bounces_judges_one_alert(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    for _ in range(20):
        known = len(judged(stack))
        begin_s = time.monotonic()
        for _ in range(4):
            page.keyboard.press("c")
            page.wait_for_timeout(20)
        took_s = time.monotonic() - begin_s
        page.wait_for_timeout(1000)
        if took_s < _BOUNCES_WITHIN_S:
            break
        wait_for_still(page)
    assert took_s < _BOUNCES_WITHIN_S, "this machine is too slow to bounce"
    assert len(judged(stack)) == known + 1


def test_a_picture_that_cannot_be_had_is_told_and_takes_an_aimed_click(
    page: Page, stack: Stack
) -> None:
    page.route(re.compile(r"/api/v1/evidence/"), lambda route: route.abort())
    sign_in(page, stack)
    actions = page.get_by_test_id("review-actions")
    expect(actions).to_have_attribute("data-showing", "failed")
    page.keyboard.press("c")
    expect(page.get_by_text("没有可显示的截图").first).to_be_visible()
    assert judged(stack) == []
    without = focused(page)
    with page.expect_response(VERDICT):
        page.get_by_test_id("confirm").click()
    assert judged(stack) == [without]


def test_what_is_urgent_comes_first_and_moves_no_focus(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    rows = page.get_by_test_id("alert-row")
    expect(rows).to_have_count(ALERTS)
    aimed = focused(page)
    now = datetime.now(UTC)
    with box_of(stack, own_token(stack)) as box:
        slight = raise_alert(box, 1, 100, now - timedelta(hours=1), RiskLevel.CLASS_3)
        urgent = raise_alert(box, 1, 101, now, RiskLevel.CLASS_1)
    expect(rows).to_have_count(ALERTS + 2)
    expect(rows.first).to_have_attribute("data-alert-id", urgent)
    expect(rows.nth(1)).to_have_attribute("data-alert-id", aimed)
    expect(rows.last).to_have_attribute("data-alert-id", slight)
    assert focused(page) == aimed
    page.reload()
    expect(rows.first).to_have_attribute("data-alert-id", urgent)
    expect(rows.last).to_have_attribute("data-alert-id", slight)
    page.get_by_test_id("filter-order").click()
    page.locator(".ant-select-item-option").get_by_text("最新在前").click()
    expect(page).to_have_url(re.compile("order=newest"))
    expect(rows.first).to_have_attribute("data-alert-id", urgent)
    expect(rows.last).to_have_attribute("data-alert-id", slight)
    expect(rows.nth(ALERTS)).to_have_attribute("data-alert-id", aimed)


_CONFIRMED, _REFUTED = 42, 18
_KEYS_EACH = 1.3
_COUNT_KEYS = """
  window.keysPressed = 0;
  window.addEventListener('keydown', () => { window.keysPressed += 1; }, true);
"""


def test_sixty_alerts_cost_at_most_so_many_keys_each(
    page: Page, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    alerts = _CONFIRMED + _REFUTED
    now = datetime.now(UTC)
    with box_of(stack, own_token(stack)) as box:
        for number in range(ALERTS, alerts):
            raise_alert(box, 1, number, now - timedelta(seconds=number), RiskLevel.CLASS_3)
    sign_in(page, stack)
    page.evaluate(_COUNT_KEYS)
    for number in range(alerts):
        wait_for_still(page)
        alert = focused(page)
        # Spread as they come: three of ten are false.
        if number % 10 in (2, 5, 8):
            page.keyboard.press("f")
            page.keyboard.press(str(1 + number % 6))
        else:
            page.keyboard.press("c")
        expect(page.locator(f"[data-alert-id='{alert}']")).to_have_count(0)
    expect(page.get_by_test_id("undo-toast")).to_have_attribute("data-saved", "true")
    judged = [each["status"] for each in all_alerts(stack.sign_in())]
    assert judged.count("confirmed") == _CONFIRMED
    assert judged.count("false_positive") == _REFUTED
    pressed = int(page.evaluate("window.keysPressed"))
    with capsys.disabled():
        print(f"\n{alerts} alerts judged with {pressed} keys: {pressed / alerts:.2f} each")
    assert pressed / alerts <= _KEYS_EACH


def test_keys_live_after_every_tab_and_filter(page: Page, stack: Stack) -> None:
    sign_in(page, stack)

    def moves() -> None:
        before = focused(page)
        page.keyboard.press("j")
        assert focused(page) != before
        page.keyboard.press("ArrowDown")
        page.keyboard.press("k")
        page.keyboard.press("ArrowUp")
        assert focused(page) == before

    with listed_anew(page):
        page.get_by_test_id("filter-status").get_by_text("全部").click()
    expect(page).to_have_url(re.compile("status=all"))
    moves()
    page.get_by_test_id("filter-time").click()
    with listed_anew(page):
        page.locator(".ant-select-item-option").get_by_text("近 24 小时").click()
    expect(page).to_have_url(re.compile("range=24h"))
    moves()
    page.get_by_test_id("filter-rule").click()
    with listed_anew(page):
        page.locator(".ant-select-item-option").get_by_text("周界入侵").click()
    expect(page).to_have_url(re.compile("rule=perimeter_intrusion"))
    moves()
    # What was chosen is named.
    expect(page.get_by_test_id("filter-rule")).to_contain_text("周界入侵")


def test_one_escape_gives_the_keys_back(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    page.get_by_test_id("filter-camera").click()
    expect(page.locator(".ant-select-item-option").first).to_be_visible()
    before = focused(page)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert focused(page) != before


def test_cameras_of_one_name_are_told_apart_and_their_name_is_whole(
    page: Page, stack: Stack
) -> None:
    sign_in(page, stack)
    for row, school in ((0, NO_1), (1, NO_2)):
        place = page.get_by_test_id("alert-row").nth(row).get_by_test_id("camera-place")
        expect(place).to_contain_text(school.name)
        name = place.get_by_text("北门", exact=True)
        wide, room = name.evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room
    page.get_by_test_id("filter-camera").click()
    options = page.locator(".ant-select-item-option")
    expect(options.filter(has_text=NO_2.name)).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_test_id("nav-live").click()
    for school in (NO_1, NO_2):
        expect(page.get_by_test_id("live-tile").filter(has_text=school.name)).to_have_count(1)
    expect(page).to_have_title(re.compile("实时画面"))


def test_on_a_phone_a_gap_shows_its_cause(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    page.set_viewport_size({"width": 390, "height": 844})
    still_alive(stack)
    page.goto("/retention")
    page.locator("[data-testid=retention-row][data-camera-id=gate-1]").click()
    cause = page.get_by_test_id("gap").get_by_text("硬盘只读")
    expect(cause).to_be_visible()
    box = cause.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


@contextmanager
def _stopped(api: demo_processes.Child) -> Iterator[None]:
    """The command centre takes every connection and answers none."""
    api.kill(signal.SIGSTOP)
    try:
        yield
    finally:
        api.kill(signal.SIGCONT)


def test_a_server_that_hangs_turns_the_mark_grey_and_saves_nothing(
    page: Page, stack: Stack, api: demo_processes.Child
) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    mark = page.get_by_test_id("live-indicator")
    expect(mark).to_have_attribute("data-status", "live", timeout=20_000)
    alert = focused(page)
    with _stopped(api):
        page.keyboard.press("c")
        toast = page.get_by_test_id("undo-toast")
        expect(toast).to_be_visible()
        expect(toast).not_to_contain_text("已保存")
        expect(mark).not_to_have_attribute("data-status", "live", timeout=30_000)
        expect(page.get_by_text("可能未保存").first).to_be_visible(timeout=15_000)
        expect(page.locator(f"[data-alert-id='{alert}']")).to_have_attribute(
            "data-status", "pending_review"
        )
    expect(mark).to_have_attribute("data-status", "live", timeout=30_000)


def test_a_page_that_cannot_be_loaded_leaves_the_rest(page: Page, stack: Stack) -> None:
    blocked = re.compile(r"/assets/RulesPage-")
    page.route(blocked, lambda route: route.abort())
    sign_in(page, stack)
    page.get_by_test_id("nav-rules").click()
    expect(page.get_by_test_id("page-crash")).to_be_visible()
    expect(page.get_by_test_id("nav-queue")).to_be_visible()
    page.get_by_test_id("nav-queue").click()
    expect(page.get_by_test_id("alert-row").first).to_be_visible()
    page.get_by_test_id("nav-rules").click()
    expect(page.get_by_test_id("page-crash")).to_be_visible()
    page.unroute(blocked)
    page.get_by_test_id("page-retry").click()
    expect(page.get_by_test_id("rules-page")).to_be_visible()
