"""What a reviewer does with the queue besides judging: choose, note, revise, keep filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from api.contract import (
    EpisodeState,
    RiskLevel,
)
from tests.api.messages import (
    episode,
)
from tests.e2e.hands import (
    ALERTS,
    VERDICT,
    box_of,
    focused,
    judged,
    own_token,
    sign_in,
    wait_for_still,
)
from tests.e2e.stack import Stack, all_alerts

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.mark.whole
def test_a_judgement_is_revised_and_of_two_the_second_is_told(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    wait_for_still(page)
    alert = focused(page)
    with page.expect_response(VERDICT):
        page.keyboard.press("c")
    page.goto(f"/alerts/{alert}")
    page.get_by_test_id("revise").click()
    expect(page.get_by_test_id("revise-now")).to_contain_text("属实")
    page.get_by_test_id("revise-reason-animal").click()
    expect(page.get_by_test_id("revise-ok")).to_be_disabled()
    page.get_by_test_id("revise-note").fill("画面中是一只猫")
    page.get_by_test_id("revise-ok").click()
    timeline = page.get_by_test_id("timeline")
    expect(timeline).to_contain_text("改判为误报")
    expect(timeline).to_contain_text("画面中是一只猫")
    page.get_by_test_id("revise").click()
    page.get_by_test_id("revise-note").fill("再看一遍")
    told = {"status": "confirmed", "note": "两人复看"}
    admin = stack.sign_in()
    seen = {"If-Match": admin.get(f"/alerts/{alert}").headers["ETag"]}
    admin.post(f"/alerts/{alert}/revise", json=told, headers=seen).raise_for_status()
    expect(page.get_by_test_id("revise-decided")).to_contain_text("admin")
    expect(page.get_by_test_id("revise-decided")).to_contain_text("属实")
    expect(page.get_by_test_id("revise-ok")).to_be_disabled()
    expect(page.get_by_test_id("revise-note")).to_have_value("再看一遍")
    expect(timeline).to_contain_text("两人复看")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("revise-note")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.get_by_test_id("note-ok")).to_be_disabled()
    # Letters are words here and judge nothing.
    page.keyboard.type("cf 已电话核实")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("note-text")).to_have_count(0)
    expect(timeline).to_contain_text("cf 已电话核实")


@pytest.mark.whole
def test_a_digest_is_opened_and_judged_by_no_key(page: Page, stack: Stack) -> None:
    told = episode(
        "digest",
        school_id="no-1",
        camera_id="gate-1",
        rule="alert_digest",
        rule_id="alert_digest",
        zone="",
        classes=(),
        facts={"withheld": 12.0, "withheld_fall": 12.0},
        state=EpisodeState.CLOSED,
        risk=RiskLevel.CLASS_1,
        raised_at=datetime.now(UTC),
    )
    with box_of(stack, own_token(stack)) as box:
        box.put(f"alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
    sign_in(page, stack)
    digest = page.locator(f"[data-testid=alert-row][data-alert-id='{told.id}']")
    digest.click()
    expect(page.get_by_test_id("open-digest")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.press("1")
    page.keyboard.press("x")
    expect(page.get_by_test_id("selection")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.get_by_test_id("digest")).to_contain_text("12")
    expect(digest).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("digest")).to_have_count(0)
    [seen] = [each for each in all_alerts(stack.sign_in()) if each["id"] == str(told.id)]
    assert (seen["status"], seen["reviewed_by"]) == ("seen", "admin")
    assert judged(stack) == [str(told.id)]
    page.keyboard.press("u")
    expect(digest).to_have_count(1)


@pytest.mark.whole
def test_chosen_alerts_are_judged_together_and_only_those_that_were_shown(
    page: Page, stack: Stack
) -> None:
    # So low that neither the beginning nor the end of the pictures reaches those between.
    page.set_viewport_size({"width": 1366, "height": 520})
    sign_in(page, stack)
    rows = page.get_by_test_id("alert-row")
    expect(rows).to_have_count(ALERTS)
    page.keyboard.press("x")
    for _ in range(ALERTS - 1):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.get_by_test_id("selection")).to_contain_text(f"已选 {ALERTS} 条")
    page.keyboard.press("v")
    seen = page.locator("[data-testid=bulk-picture][data-seen=true]")
    expect(seen.first).to_be_visible()
    page.wait_for_timeout(800)
    shown = seen.count()
    assert 0 < shown < ALERTS, "what lies below was not shown"
    first = str(rows.first.get_attribute("data-alert-id"))
    stack.sign_in().post(f"/alerts/{first}/confirm").raise_for_status()
    page.get_by_test_id("bulk-animal").click()
    expect(page.get_by_test_id("bulk-ok")).to_be_disabled()
    page.get_by_test_id("bulk-note").fill("同一只猫")
    page.get_by_test_id("bulk-ok").click()
    done = page.get_by_test_id("bulk-done")
    expect(done).to_contain_text("admin")
    told = re.search(r"已研判 (\d+) 条", done.inner_text())
    assert told is not None
    assert 0 < int(told[1]) < ALERTS - 1, "what lies between was not shown"
    judged = [each["status"] for each in all_alerts(stack.sign_in())]
    assert judged.count("false_positive") == int(told[1])
    assert judged.count("confirmed") == 1


@pytest.mark.whole
@pytest.mark.parametrize("size", [(390, 844), (1180, 820)], ids=["phone", "tablet"])
def test_alerts_are_chosen_by_touch_and_judged_together(
    browser: Browser, stack: Stack, size: tuple[int, int]
) -> None:
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        has_touch=True,
        is_mobile=True,
        service_workers="block",
    )
    page = context.new_page()
    sign_in(page, stack)
    mode = page.get_by_test_id("choose-mode")
    mode.tap()
    boxes = page.get_by_test_id("choose-row")
    expect(boxes).to_have_count(ALERTS)
    for each in (mode, boxes.first, page.get_by_test_id("bulk-open")):
        room = each.bounding_box()
        assert room is not None
        assert min(room["width"], room["height"]) >= 44, room
    rows = page.get_by_test_id("alert-row")
    chosen = [str(rows.nth(at).get_attribute("data-alert-id")) for at in (0, 2)]
    boxes.nth(0).tap()
    # A tap on the row itself chooses too, and opens nothing.
    rows.nth(1).tap()
    rows.nth(1).tap()
    rows.nth(2).tap()
    expect(page.get_by_test_id("selection")).to_contain_text("已选 2 条")
    page.get_by_test_id("bulk-open").tap()
    expect(page.locator("[data-testid=bulk-picture][data-seen=true]")).to_have_count(2)
    page.get_by_test_id("bulk-animal").tap()
    page.get_by_test_id("bulk-note").fill("同一只猫")
    page.get_by_test_id("bulk-ok").tap()
    expect(page.get_by_test_id("bulk-done")).to_contain_text("已研判 2 条")
    assert sorted(judged(stack)) == sorted(chosen)
    page.get_by_test_id("bulk-ok").tap()
    expect(boxes).to_have_count(0)
    context.close()


@pytest.mark.whole
def test_a_filter_is_saved_applied_renamed_and_deleted(page: Page, stack: Stack) -> None:
    sign_in(page, stack)
    page.goto("/?rule=perimeter_intrusion&camera_key=987654")
    expect(page.get_by_test_id("empty-filtered")).to_be_visible()
    page.get_by_test_id("saved-open").click()
    page.get_by_test_id("saved-name").fill("cf 旧摄像机")
    page.keyboard.press("Enter")
    kept = page.get_by_test_id("saved-filter")
    expect(kept).to_contain_text("cf 旧摄像机")
    page.goto("/")
    expect(page.get_by_test_id("alert-row").first).to_be_visible()
    page.get_by_test_id("saved-open").click()
    page.get_by_test_id("saved-apply").click()
    expect(page).to_have_url(re.compile(r"camera_key=987654"))
    expect(page.get_by_test_id("empty-filtered")).to_be_visible()
    expect(page.get_by_text("已不存在或您无权查看")).to_be_visible()
    page.get_by_test_id("saved-open").click()
    page.get_by_test_id("saved-rename").click()
    page.get_by_test_id("saved-rename-name").fill("旧")
    page.get_by_test_id("saved-rename-ok").click()
    expect(kept).to_have_text("旧")
    page.goto("/orders")
    page.get_by_test_id("saved-open").click()
    expect(page.get_by_test_id("saved-menu")).to_contain_text("还没有保存筛选")
    page.goto("/")
    page.get_by_test_id("saved-open").click()
    page.get_by_test_id("saved-delete").click()
    expect(kept).to_have_count(0)
    assert judged(stack) == []
