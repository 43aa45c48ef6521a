"""From sign-in to a confirmed alert whose clip plays, in a real browser on the real stack."""

from __future__ import annotations

import re
from collections.abc import Iterator

import demo_site
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack, all_alerts, free_port, street_video, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"))
    nobody_there: demo_site.Source = {
        "type": "rtsp",
        "url": f"rtsp://127.0.0.1:{free_port()}/nothing",
    }
    template = running.cameras[0]
    blind: demo_site.Camera = {**template, "id": "blind", "name": "盲区", "source": nobody_there}
    running.cameras = [*running.cameras, blind]
    running.start_rtsp(street_video(), demo_site.STREET_PATHS)
    running.start_api()
    running.start_worker()
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.url, viewport={"width": 1366, "height": 768}, locale="zh-CN"
    )
    new = context.new_page()
    problems: list[str] = []
    new.on("pageerror", lambda error: problems.append(str(error)))
    yield new
    context.close()
    assert problems == [], "errors in the page"


def _sign_in(page: Page, stack: Stack) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("queue-page")).to_be_visible()


def _with_clip(stack: Stack) -> dict[str, object]:
    client = stack.sign_in()
    return until(
        "an alert with a clip",
        lambda: next(
            (a for a in all_alerts(client) if a["clip_url"] and a["status"] == "pending_review"),
            None,
        ),
        120,
    )


def test_a_wrong_password_is_told(page: Page) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill("wrong")
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("sign-in-error")).to_be_visible()


def test_an_alert_is_reviewed_by_keyboard_and_its_clip_plays(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    expect(page.get_by_test_id("alert-row").first).to_be_visible(timeout=60_000)
    for _ in range(50):
        if page.locator("[data-testid=clip]").count():
            break
        page.keyboard.press("j")
        page.wait_for_timeout(200)
    clip = page.get_by_test_id("clip")
    expect(clip).to_be_visible(timeout=30_000)
    page.wait_for_function(
        """() => {
          const v = document.querySelector('video');
          return v && v.readyState >= 2 && v.videoWidth > 0 && v.currentTime > 0.2;
        }""",
        timeout=30_000,
    )
    duration_s = page.evaluate("document.querySelector('video').duration")
    assert 2.0 <= duration_s <= 25.0

    expect(page.get_by_test_id("review-actions")).to_have_attribute("data-showing", "shown")
    with page.expect_response(re.compile(r"/alerts/[0-9a-f-]+/confirm$")) as answer:
        page.keyboard.press("c")
    assert answer.value.status == 200
    alert_id = answer.value.url.split("/")[-2]
    detail = stack.sign_in().get(f"/alerts/{alert_id}").json()
    assert detail["status"] == "confirmed"
    assert any(entry["by"] == "admin" for entry in detail["history"])


def test_a_new_alert_arrives_without_a_reload(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    page.goto("/?order=newest")
    expect(page.get_by_test_id("alert-row").first).to_be_visible(timeout=30_000)
    known = {str(a["id"]) for a in all_alerts(stack.sign_in())}
    client = stack.sign_in()
    fresh = until(
        "one more alert",
        lambda: next((a for a in all_alerts(client) if a["id"] not in known), None),
        150,
    )
    expect(page.locator(f"[data-alert-id='{fresh['id']}']")).to_have_count(1, timeout=10_000)


@pytest.mark.whole
def test_the_row_under_the_pointer_stays_while_alerts_arrive(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    page.goto("/?order=newest")
    rows = page.get_by_test_id("alert-row")
    expect(rows.nth(1)).to_be_visible(timeout=60_000)
    aimed = str(rows.nth(1).get_attribute("data-alert-id"))
    row = page.locator(f"[data-alert-id='{aimed}']")
    row.hover()
    before = row.bounding_box()
    first = str(rows.first.get_attribute("data-alert-id"))
    until("one more row", lambda: rows.first.get_attribute("data-alert-id") != first, 150)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2
    page.get_by_test_id("unseen").click()
    expect(page.get_by_test_id("unseen")).to_have_count(0)
    expect(rows.first).to_be_in_viewport()


def test_letters_typed_into_the_search_are_never_keys(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    expect(page.get_by_test_id("alert-row").first).to_be_visible(timeout=60_000)
    judged = []
    page.on(
        "request", lambda request: judged.append(request.url) if request.method == "POST" else 0
    )
    page.keyboard.press("/")
    page.keyboard.type("北")
    expect(page).to_have_url(re.compile("q="))
    page.wait_for_timeout(300)
    page.keyboard.type("c")
    expect(page.get_by_test_id("filter-text")).to_have_value("北c")
    expect(page.get_by_test_id("empty-filtered")).to_be_visible()
    page.get_by_test_id("filter-clear").click()
    expect(page.get_by_test_id("filter-text")).to_have_value("")
    assert not [url for url in judged if "/alerts/" in url]


def test_a_verdict_on_an_alerts_page_leads_on_to_the_next(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    rows = page.get_by_test_id("alert-row")
    expect(rows.nth(1)).to_be_visible(timeout=60_000)
    # One that is over: what goes on gets other pictures, which have to be seen anew.
    first = str(rows.first.get_attribute("data-alert-id"))
    client = stack.sign_in()

    def is_over() -> bool:
        told = client.get(f"/alerts/{first}").json()
        return bool(told["state"] == "closed" and told["snapshot_url"] and told["clip_url"])

    until("the first alert is over, with its pictures", is_over, 90)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("detail-page").get_by_test_id("confirm")).to_be_visible()
    assert first in page.url
    # Nobody judges what was not shown: the still, or the clip that has arrived meanwhile.
    expect(page.get_by_test_id("review-actions")).to_have_attribute("data-showing", "shown")
    judged = page.url
    page.keyboard.press("f")
    page.keyboard.press("3")
    expect(page).not_to_have_url(judged)
    expect(page.get_by_test_id("detail-page")).to_be_visible()
    page.keyboard.press("u")
    expect(page).to_have_url(judged)
    expect(page.get_by_test_id("confirm")).to_be_visible()


def test_a_blind_camera_is_told_on_the_queue_and_with_its_reason(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    expect(page.get_by_test_id("blind-row")).to_be_visible(timeout=60_000)
    page.goto("/cameras")
    expect(page.get_by_text("盲区").first).to_be_visible()
    expect(page.get_by_text("连接被拒绝").first).to_be_visible(timeout=60_000)


def test_rules_say_where_they_watch_and_what_the_others_wait_for(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    page.get_by_test_id("nav-rules").click()
    intrusion = page.locator("[data-testid=rule-row][data-rule=perimeter_intrusion]")
    expect(intrusion).to_have_attribute("data-state", "ready", timeout=30_000)
    expect(intrusion.get_by_test_id("rule-cameras")).to_be_visible()
    smoking = page.locator("[data-testid=rule-row][data-rule=smoking]")
    expect(smoking).to_have_attribute("data-state", "needs_model")
    expect(smoking.get_by_text("没有模型能识别：香烟")).to_be_visible()
    smoking.get_by_test_id("rule-how").click()
    expect(smoking.get_by_text("--classes cigarette")).to_be_visible()
    page.get_by_test_id("rule-state-filter").get_by_text("缺少模型").click()
    expect(page).to_have_url(re.compile(r"state=needs_model"))
    expect(intrusion).to_have_count(0)


def test_on_a_phone_every_page_can_be_reached_and_none_is_wider(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    page.set_viewport_size({"width": 390, "height": 844})
    _sign_in(page, stack)
    expect(page.get_by_test_id("user-menu")).to_be_in_viewport(ratio=1)
    for name in ("queue", "live", "cameras", "retention", "rules"):
        tab = page.get_by_test_id(f"nav-{name}")
        # The row of pages is longer than a phone is wide, and is drawn along with a finger.
        tab.scroll_into_view_if_needed()
        expect(tab).to_be_in_viewport(ratio=1)
        tab.click()
        expect(tab).to_have_attribute("aria-current", "page")
    page.locator("[data-rule=smoking]").get_by_test_id("rule-how").click()
    expect(page.get_by_test_id("rule-steps")).to_be_visible()
    too_wide = "e => [e.scrollWidth, e.clientWidth]"
    wide, room = page.locator("#content").evaluate(too_wide)
    assert wide <= room
    steps = page.get_by_test_id("rule-steps").bounding_box()
    assert steps is not None
    assert steps["x"] + steps["width"] <= 390


def test_the_console_speaks_english_too(page: Page, stack: Stack) -> None:
    _with_clip(stack)
    _sign_in(page, stack)
    expect(page.get_by_text("待研判").first).to_be_visible()
    page.get_by_test_id("language-switch").first.click()
    english = page.get_by_text("English")
    if english.count():
        english.first.click()
    expect(page.get_by_text("Pending review").first).to_be_visible()
