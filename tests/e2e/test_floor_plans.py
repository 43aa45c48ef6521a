"""A plan is uploaded, cameras are put on it by mouse and by keys, and it is there again."""

from __future__ import annotations

from collections.abc import Iterator

import demo_district
import demo_plan
import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.api.messages import registration
from tests.e2e.bureau import SCHOOL, Centre, Reader, running_centre
from tests.e2e.stack import LANGUAGES

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(180)]
PLANS = f"/api/v1/floor-plans/{SCHOOL}"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with running_centre(tmp_path_factory.mktemp("plans")) as found:
        yard = registration("yard", school_id=SCHOOL, school_name="第二中学", name="操场")
        told = found.box.put("/cameras/yard", json=yard.model_dump(mode="json"))
        told.raise_for_status()
        yield found


def _middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _on(stage: Locator, x: float, y: float) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def _drag(page: Page, from_at: tuple[float, float], to: tuple[float, float]) -> None:
    page.mouse.move(*from_at)
    page.mouse.down()
    page.mouse.move(*to, steps=5)
    page.mouse.up()


def _upload(page: Page, title: str) -> None:
    page.get_by_test_id("plan-add").click()
    page.get_by_test_id("plan-title").fill(title)
    sent: FilePayload = {"name": "a.svg", "mimeType": "image/png", "buffer": b"<svg></svg>"}
    chooser = page.locator(".ant-drawer input[type=file]")
    chooser.set_input_files(sent)
    page.get_by_test_id("plan-add-save").click()
    expect(page.get_by_test_id("plan-fault")).to_contain_text("SVG")
    chooser.set_input_files({**sent, "name": "plan.png", "buffer": demo_plan.draw()})
    page.get_by_test_id("plan-add-save").click()
    expect(page.get_by_test_id("plan-editor")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_is_drawn_by_mouse_and_keys_and_seen_again(
    centre: Centre, browser: Browser, language: str
) -> None:
    reader = Reader(browser, centre, "li.wei", language)
    page, title = reader.page, f"校园 {language}"
    page.goto(f"/coverage/{SCHOOL}")
    expect(page.get_by_test_id("plan-section")).to_be_visible()
    _upload(page, title)
    stage = page.get_by_test_id("plan-stage")
    to_place, hung = page.get_by_test_id("plan-to-place"), page.get_by_test_id("plan-hung")
    expect(to_place).to_have_count(2)
    stage.scroll_into_view_if_needed()
    _drag(page, _middle(to_place.first), _on(stage, 0.3, 0.4))
    expect(hung).to_have_count(1)
    # Chosen by a key, the other one hangs in the middle and has the focus.
    to_place.first.press("Enter")
    expect(hung).to_have_count(2)
    second = page.locator("[data-testid=plan-hung][aria-pressed=true]")
    expect(second).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "]", "]", "Delete", "Control+z"):
        page.keyboard.press(key)
    expect(hung).to_have_count(2)
    hung.first.click()
    turn = page.get_by_test_id("plan-turn")
    _drag(page, _middle(turn), _on(stage, 0.6, 0.4))
    page.get_by_test_id("plan-save").click()
    expect(page.get_by_test_id("plan-editor")).to_have_count(0)

    reviewer = centre.client("li.wei")
    plans = reviewer.get(PLANS).raise_for_status().json()["items"]
    [saved] = [each for each in plans if each["title_zh"] == title]
    by_mouse, by_keys = saved["cameras"]
    assert (by_mouse["x"], by_mouse["y"]) == pytest.approx((0.3, 0.4), abs=0.01)
    assert by_mouse["direction_deg"] == pytest.approx(90, abs=8), "to the right"
    assert (by_keys["x"], by_keys["y"]) == pytest.approx((0.51, 0.5), abs=0.001)
    assert by_keys["direction_deg"] == 190
    reviewer.close()

    page.goto(f"/coverage/{SCHOOL}?plan={saved['id']}")
    symbols = page.get_by_test_id("plan-symbol")
    expect(symbols).to_have_count(2)
    expect(page.get_by_test_id("plan-camera")).to_have_count(2)
    symbols.first.click()
    expect(page.get_by_test_id("plan-to-camera")).to_be_visible()
    reader.leaves()


def test_two_who_draw_lose_nothing_without_being_asked(centre: Centre, browser: Browser) -> None:
    other = centre.client("zhao.min")
    url = f"/api/v1/floor-plan-pictures/{SCHOOL}"
    made = other.post(url, params={"title_zh": "二层"}, content=demo_plan.draw())
    plan = made.raise_for_status().json()
    reader = Reader(browser, centre, "li.wei", "zh")
    page = reader.page
    page.goto(f"/coverage/{SCHOOL}?plan={plan['id']}")
    page.get_by_test_id("plan-edit").click()
    page.get_by_test_id("plan-to-place").first.press("Enter")
    theirs = {"title_zh": "二层（改）", "cameras": []}
    seen = {"If-Match": '"1"'}
    other.put(f"{PLANS}/{plan['id']}", json=theirs, headers=seen).raise_for_status()
    page.get_by_test_id("plan-save").click()
    expect(page.get_by_test_id("plan-conflict")).to_contain_text("zhao.min")
    expect(page.get_by_test_id("plan-hung")).to_have_count(1)
    page.get_by_test_id("plan-mine").click()
    expect(page.get_by_test_id("plan-editor")).to_have_count(0)
    plans = other.get(PLANS).raise_for_status().json()["items"]
    [kept] = [each for each in plans if each["id"] == plan["id"]]
    assert (kept["version"], len(kept["cameras"]), kept["title_zh"]) == (3, 1, "二层")
    other.close()
    reader.leaves()


def test_another_school_finds_no_plan(centre: Centre) -> None:
    centre.stack.enrol("no-9", "第九小学")
    admin = centre.stack.sign_in()
    told = {"username": "he.ping", "role": "school_manager", "school_id": "no-9"}
    given = admin.post("/users", json=told).raise_for_status().json()["password"]
    password = demo_district.own_password(centre.stack.url, "he.ping", given)
    neighbour = demo_district.sign_in(centre.stack.url, "he.ping", password)
    assert neighbour.get(PLANS).status_code == httpx.codes.NOT_FOUND
    assert neighbour.get("/api/v1/floor-plans/no-9").json()["items"] == []
    neighbour.close()
