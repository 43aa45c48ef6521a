"""Live pictures in a real browser: they come at once, move, stop, and say why there are none."""

from __future__ import annotations

from collections.abc import Iterator

import demo_site
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack, free_port, street_video, until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(240)]
_PLAYS = """cameras => cameras.every(id => {
  const v = document.querySelector(`[data-camera-id="${id}"] video`);
  return v && v.videoWidth > 0 && v.readyState >= 2 && v.currentTime > 0.2;
})"""
_MOMENTS = "[...document.querySelectorAll('[data-status=playing] video')].map(v => v.currentTime)"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("live"))
    nobody_there: demo_site.Source = {
        "type": "rtsp",
        "url": f"rtsp://127.0.0.1:{free_port()}/nothing",
    }
    blind: demo_site.Camera = {
        **running.cameras[0],
        "id": "blind",
        "name": "盲区",
        "source": nobody_there,
    }
    running.cameras = [*running.cameras, blind]
    running.start_rtsp(street_video(), demo_site.STREET_PATHS)
    running.start_api()
    running.start_worker()
    client = running.sign_in()
    until(
        "two cameras that are watched",
        lambda: sum(c["state"] == "watching" for c in client.get("/cameras").json()["items"]) >= 2,
        90,
    )
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
    new.goto("/sign-in?next=/live")
    new.get_by_test_id("username").fill("admin")
    new.get_by_test_id("password").fill(stack.password)
    new.get_by_test_id("sign-in-submit").click()
    expect(new.get_by_test_id("wall")).to_be_visible()
    yield new
    context.close()
    assert problems == [], "errors in the page"


def test_the_wall_plays_and_tells_of_the_camera_that_does_not(page: Page, stack: Stack) -> None:
    page.wait_for_function(_PLAYS, arg=list(demo_site.STREET_PATHS), timeout=20_000)
    before = page.evaluate(_MOMENTS)
    page.wait_for_function(
        f"before => {{ const now = {_MOMENTS}; return now.every((s, i) => s > before[i] + 2); }}",
        arg=before,
        timeout=20_000,
    )
    blind = page.locator("[data-camera-id=blind]")
    expect(blind.get_by_text("连接被拒绝")).to_be_visible(timeout=20_000)
    address = page.content()
    assert "rtsp://" not in address


def test_each_viewing_is_in_the_access_log_with_its_end(page: Page, stack: Stack) -> None:
    page.wait_for_function(_PLAYS, arg=list(demo_site.STREET_PATHS), timeout=20_000)
    page.goto("/cameras")
    client = stack.sign_in()

    def ended() -> bool:
        items = client.get("/audit", params={"action": "live_ended"}).json()["items"]
        cameras = {each["camera_id"] for each in items if each["from_at"] < each["to_at"]}
        return cameras >= {*demo_site.STREET_PATHS, "blind"}

    until("an end of each viewing", ended, 15)
    until("the worker sends no more", lambda: _worker_stopped(stack), 15)


def test_double_click_fills_the_screen_and_the_keyboard_turns_pages(page: Page) -> None:
    page.wait_for_function(_PLAYS, arg=list(demo_site.STREET_PATHS), timeout=20_000)
    page.keyboard.press("l")
    page.keyboard.press("l")
    expect(page.get_by_test_id("live-tile")).to_have_count(1)
    page.keyboard.press("]")
    expect(page.get_by_text("2 / 3")).to_be_visible()
    page.get_by_test_id("live-tile").dblclick()
    page.wait_for_function("document.fullscreenElement !== null")


def _worker_stopped(stack: Stack) -> bool:
    log = (stack.home / "log" / "worker-1.log").read_text()
    return log.count('"live view ends"') >= log.count('"live view begins"') > 0
