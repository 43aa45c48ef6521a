"""A reviewer's hands: held keys, keys after a click, a server that hangs or is gone."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import demo_processes
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from api.contract import (
    EpisodeState,
    EvidenceKind,
    FootageGap,
    GapCause,
    RetentionState,
    RiskLevel,
    WireModel,
)
from api.organisations.schemas import SchoolName
from tests.api.messages import (
    camera_beat,
    episode,
    evidence_ref,
    heartbeat,
    registration,
    retention,
)
from tests.api.messages import sha256 as hashed
from tests.e2e.stack import Stack, all_alerts

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ALERTS = 24
NO_1 = SchoolName(school_id="no-1", name="某某市某某区实验学校附属第二中心小学（东校区）")
NO_2 = SchoolName(school_id="no-2", name="第二中学")
_VERDICT = re.compile(r"/alerts/[0-9a-f-]+/(confirm|false-positive)$")


def _picture(number: int) -> bytes:
    picture = np.full((360, 640, 3), 40, np.uint8)
    cv2.putText(picture, str(number), (250, 220), cv2.FONT_HERSHEY_SIMPLEX, 4, (250, 250, 250), 8)
    return bytes(cv2.imencode(".jpg", picture)[1])


def _box(stack: Stack, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{stack.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=20,
    )


def _own_token(stack: Stack) -> str:
    return (stack.home / "api" / "worker.token").read_text().strip()


def _raise_alert(
    box: httpx.Client, school: int, number: int, raised_at: datetime, risk: RiskLevel
) -> str:
    """An alert with its picture, as a box sends it; answers its id."""
    content = _picture(number)
    school_id = f"no-{school}"
    reference = evidence_ref(content, EvidenceKind.SNAPSHOT)
    told = episode(
        f"hands-{number}",
        school_id=school_id,
        camera_id=f"gate-{school}",
        state=EpisodeState.CLOSED,
        risk=risk,
        raised_at=raised_at,
        evidence=(reference.model_copy(update={"width": 640, "height": 360}),),
    )
    box.put(f"alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
    box.put(
        f"evidence/{hashed(content)}?school_id={school_id}",
        content=content,
        headers={"Content-Type": "image/jpeg"},
    ).raise_for_status()
    return str(told.id)


def _fill(stack: Stack) -> None:
    """Two schools whose cameras have one name, and alerts with a picture each."""
    tokens = {"no-1": _own_token(stack), "no-2": stack.enrol("no-2", NO_2.name)}
    now = datetime.now(UTC)
    with ExitStack() as closing:
        boxes = {
            school_id: closing.enter_context(_box(stack, token))
            for school_id, token in tokens.items()
        }

        def put(school_id: str, path: str, told: WireModel) -> None:
            boxes[school_id].put(path, json=told.model_dump(mode="json")).raise_for_status()

        for camera, school in (("gate-1", NO_1), ("gate-2", NO_2)):
            of = {"school_id": school.school_id}
            told = registration(camera, **of, school_name=school.name)
            put(school.school_id, f"cameras/{camera}", told)
            beat = heartbeat(
                camera_beat(camera, since=now),
                **of,
                sent_at=now,
                started_at=now - timedelta(minutes=1),
            )
            worker = boxes[school.school_id]
            worker.post("heartbeat", json=beat.model_dump(mode="json")).raise_for_status()
        gone = now - timedelta(hours=3)
        gap = FootageGap(
            from_at=gone, to_at=gone + timedelta(minutes=40), cause=GapCause.DISK_READONLY
        )
        kept = retention("gate-1", now, school_id="no-1", state=RetentionState.GAP, gaps=(gap,))
        put("no-1", "retention/gate-1", kept)
        for number in range(ALERTS):
            school = 1 + number % 2
            raised_at = now - timedelta(minutes=ALERTS - number)
            _raise_alert(boxes[f"no-{school}"], school, number, raised_at, RiskLevel.CLASS_2)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Stack, demo_processes.Child]]:
    running = Stack(tmp_path)
    api = running.start_api()
    _fill(running)
    yield running, api
    running.stop()


@pytest.fixture
def stack(started: tuple[Stack, demo_processes.Child]) -> Stack:
    return started[0]


@pytest.fixture
def api(started: tuple[Stack, demo_processes.Child]) -> demo_processes.Child:
    return started[1]


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        # What is kept from the page here, a service worker would have.
        service_workers="block",
    )
    yield context.new_page()
    context.close()


def _sign_in(page: Page, stack: Stack) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("alert-row").first).to_be_visible(timeout=30_000)


def _wait_for_still(page: Page) -> None:
    expect(page.get_by_test_id("review-actions")).to_have_attribute("data-showing", "shown")


@contextmanager
def _listed_anew(page: Page) -> Iterator[None]:
    """What is done inside asks for other rows; afterwards they are there."""

    def is_list(response: Response) -> bool:
        url = httpx.URL(response.url)
        return url.path == "/api/v1/alerts" and url.params.get("limit") != "1"

    with page.expect_response(is_list):
        yield
    expect(page.get_by_test_id("alert-row").first).to_be_visible()


def _hold(page: Page, key: str, for_ms: int) -> None:
    """As a keyboard does: the first press, then repeats each 33 ms until it is let go."""
    for _ in range(max(1, for_ms // 33)):
        page.keyboard.down(key)
        page.wait_for_timeout(33)
    page.keyboard.up(key)


def _judged(stack: Stack) -> list[str]:
    return [str(a["id"]) for a in all_alerts(stack.sign_in()) if a["status"] != "pending_review"]


def _focused(page: Page) -> str:
    current = page.locator("[data-testid=alert-row][aria-current=true]")
    return str(current.get_attribute("data-alert-id"))


def test_a_held_key_judges_one_alert_and_one_that_was_seen(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    seen = _focused(page)
    _hold(page, "c", 700)
    expect(page.get_by_test_id("undo-toast")).to_be_visible()
    page.wait_for_timeout(1500)
    assert _judged(stack) == [seen]
    expect(page.get_by_test_id("undo-toast")).to_contain_text("已保存")


@pytest.mark.whole
def test_enter_held_on_a_button_judges_one_alert(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    page.get_by_test_id("confirm").focus()
    _hold(page, "Enter", 700)
    page.wait_for_timeout(500)
    assert len(_judged(stack)) == 1


@pytest.mark.whole
def test_a_double_click_judges_one_alert(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    page.get_by_test_id("confirm").dblclick()
    page.wait_for_timeout(500)
    assert len(_judged(stack)) == 1


@pytest.mark.whole
def test_nobody_judges_a_picture_that_has_not_come(page: Page, stack: Stack) -> None:
    held: list[Route] = []
    comes = False

    def answer(route: Route) -> None:
        if comes:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/api/v1/evidence/"), answer)
    _sign_in(page, stack)
    for _ in range(5):
        page.keyboard.press("c")
        page.wait_for_timeout(60)
    page.get_by_test_id("confirm").click()
    page.wait_for_timeout(500)
    assert _judged(stack) == []
    comes = True
    for route in held:
        route.continue_()
    _wait_for_still(page)
    with page.expect_response(_VERDICT):
        page.keyboard.press("c")


@pytest.mark.whole
def test_a_key_that_bounces_judges_one_alert(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    for _ in range(8):
        page.keyboard.press("c")
        page.wait_for_timeout(20)
    page.wait_for_timeout(500)
    assert len(_judged(stack)) == 1


@pytest.mark.whole
def test_a_picture_that_cannot_be_had_is_told_and_takes_an_aimed_click(
    page: Page, stack: Stack
) -> None:
    page.route(re.compile(r"/api/v1/evidence/"), lambda route: route.abort())
    _sign_in(page, stack)
    actions = page.get_by_test_id("review-actions")
    expect(actions).to_have_attribute("data-showing", "failed")
    page.keyboard.press("c")
    expect(page.get_by_text("没有可显示的截图").first).to_be_visible()
    assert _judged(stack) == []
    without = _focused(page)
    with page.expect_response(_VERDICT):
        page.get_by_test_id("confirm").click()
    assert _judged(stack) == [without]


def test_what_is_urgent_comes_first_and_moves_no_focus(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    rows = page.get_by_test_id("alert-row")
    expect(rows).to_have_count(ALERTS)
    aimed = _focused(page)
    now = datetime.now(UTC)
    with _box(stack, _own_token(stack)) as box:
        slight = _raise_alert(box, 1, 100, now - timedelta(hours=1), RiskLevel.CLASS_3)
        urgent = _raise_alert(box, 1, 101, now, RiskLevel.CLASS_1)
    expect(rows).to_have_count(ALERTS + 2)
    expect(rows.first).to_have_attribute("data-alert-id", urgent)
    expect(rows.nth(1)).to_have_attribute("data-alert-id", aimed)
    expect(rows.last).to_have_attribute("data-alert-id", slight)
    assert _focused(page) == aimed
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


@pytest.mark.whole
def test_sixty_alerts_cost_at_most_so_many_keys_each(
    page: Page, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    alerts = _CONFIRMED + _REFUTED
    now = datetime.now(UTC)
    with _box(stack, _own_token(stack)) as box:
        for number in range(ALERTS, alerts):
            _raise_alert(box, 1, number, now - timedelta(seconds=number), RiskLevel.CLASS_3)
    _sign_in(page, stack)
    page.evaluate(_COUNT_KEYS)
    for number in range(alerts):
        _wait_for_still(page)
        alert = _focused(page)
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


@pytest.mark.whole
def test_a_judgement_is_revised_and_of_two_the_second_is_told(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    alert = _focused(page)
    with page.expect_response(_VERDICT):
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
    with _box(stack, _own_token(stack)) as box:
        box.put(f"alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
    _sign_in(page, stack)
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
    assert _judged(stack) == [str(told.id)]
    page.keyboard.press("u")
    expect(digest).to_have_count(1)


@pytest.mark.whole
def test_chosen_alerts_are_judged_together_and_only_those_that_were_shown(
    page: Page, stack: Stack
) -> None:
    _sign_in(page, stack)
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
    pictures = page.get_by_test_id("bulk-picture")
    pictures.nth(ALERTS // 2).scroll_into_view_if_needed()
    page.wait_for_timeout(400)
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
    assert 0 < int(told[1]) < ALERTS - 1, "what lies at the end was not shown"
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
    _sign_in(page, stack)
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
    assert sorted(_judged(stack)) == sorted(chosen)
    page.get_by_test_id("bulk-ok").tap()
    expect(boxes).to_have_count(0)
    context.close()


@pytest.mark.whole
def test_a_filter_is_saved_applied_renamed_and_deleted(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
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
    assert _judged(stack) == []


def test_keys_live_after_every_tab_and_filter(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)

    def moves() -> None:
        before = _focused(page)
        page.keyboard.press("j")
        assert _focused(page) != before
        page.keyboard.press("ArrowDown")
        page.keyboard.press("k")
        page.keyboard.press("ArrowUp")
        assert _focused(page) == before

    with _listed_anew(page):
        page.get_by_test_id("filter-status").get_by_text("全部").click()
    expect(page).to_have_url(re.compile("status=all"))
    moves()
    page.get_by_test_id("filter-time").click()
    with _listed_anew(page):
        page.locator(".ant-select-item-option").get_by_text("近 24 小时").click()
    expect(page).to_have_url(re.compile("range=24h"))
    moves()
    page.get_by_test_id("filter-rule").click()
    with _listed_anew(page):
        page.locator(".ant-select-item-option").get_by_text("周界入侵").click()
    expect(page).to_have_url(re.compile("rule=perimeter_intrusion"))
    moves()
    # What was chosen is named.
    expect(page.get_by_test_id("filter-rule")).to_contain_text("周界入侵")


@pytest.mark.whole
def test_one_escape_gives_the_keys_back(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    page.get_by_test_id("filter-camera").click()
    expect(page.locator(".ant-select-item-option").first).to_be_visible()
    before = _focused(page)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert _focused(page) != before


@pytest.mark.whole
def test_cameras_of_one_name_are_told_apart_and_their_name_is_whole(
    page: Page, stack: Stack
) -> None:
    _sign_in(page, stack)
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


@pytest.mark.whole
def test_on_a_phone_a_gap_shows_its_cause(page: Page, stack: Stack) -> None:
    _sign_in(page, stack)
    page.set_viewport_size({"width": 390, "height": 844})
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


@pytest.mark.whole
def test_a_server_that_hangs_turns_the_mark_grey_and_saves_nothing(
    page: Page, stack: Stack, api: demo_processes.Child
) -> None:
    _sign_in(page, stack)
    _wait_for_still(page)
    mark = page.get_by_test_id("live-indicator")
    expect(mark).to_have_attribute("data-status", "live", timeout=20_000)
    alert = _focused(page)
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


@pytest.mark.whole
def test_a_page_that_cannot_be_loaded_leaves_the_rest(page: Page, stack: Stack) -> None:
    blocked = re.compile(r"/assets/RulesPage-")
    page.route(blocked, lambda route: route.abort())
    _sign_in(page, stack)
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
