"""Two people meet in two browsers through a real Janus; a third without an invitation does not.

Needs Debian's ``janus`` and an address of this machine other than 127.0.0.1, which ICE never
offers; without either it is skipped and says so.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator

import demo_processes
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import BROWSER_FLAGS
from tests.e2e.phone import sign_in
from tests.e2e.stack import LANGUAGES, Stack, until
from tests.support import janus, missing

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(240)]
SCHOOL, PASSWORD = "no-1", "chosen by the person"
_WORDS = {"zh": ("进入", "静音"), "en": ("Come in", "Mute")}
_FRAMES = """() => [...document.querySelectorAll('[data-testid=other-video] video')]
    .map(each => each.getVideoPlaybackQuality().totalVideoFrames)"""


def _own_address() -> str | None:
    """An address of this machine that others could reach; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") else found


@pytest.fixture(scope="module")
def talking() -> Iterator[Browser]:
    """A browser with a camera and a microphone of its own making."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip(missing.debian("chromium"))
    if (reason := janus.why_not()) is not None:
        pytest.skip(reason)
    if _own_address() is None:
        pytest.skip("this machine has no address but 127.0.0.1: give it a network, or a veth pair")
    media = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=[*BROWSER_FLAGS, *media]
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, talking: Browser
) -> Iterator[tuple[Stack, demo_processes.Child]]:
    made = Stack(tmp_path_factory.mktemp("meetings"))
    settings = janus.free_ports()
    made.start_api(MINGAN_API_MEETINGS=settings.model_dump_json())
    engine = made.processes.start("meetings", ["janus", "-F", str(made.home / "api" / "meetings")])
    made.enrol(SCHOOL, "第一小学")
    admin = made.sign_in()
    until("the engine", lambda: admin.get("/meetings/engine").json()["state"] == "ready", 30)
    for name in ("chen.an", "zhao.min"):
        _person(made, admin, name)
    yield made, engine
    made.stop()


def _person(stack: Stack, admin: httpx.Client, username: str) -> None:
    told = {"username": username, "role": "school_manager", "school_id": SCHOOL}
    first = admin.post("/users", json=told).raise_for_status().json()["password"]
    with httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20, trust_env=False) as client:
        body = {"username": username, "password": first}
        answer = client.post("/auth/login", json=body).raise_for_status().json()
        client.headers["X-CSRF-Token"] = answer["csrf_token"]
        chosen = {"current_password": first, "new_password": PASSWORD}
        client.post("/auth/password", json=chosen).raise_for_status()


def _page(browser: Browser, stack: Stack, username: str, password: str, language: str) -> Page:
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        permissions=["camera", "microphone"],
        service_workers="block",
    )
    context.add_init_script(f"localStorage.setItem('mingan.language', '{language}');")
    page = context.new_page()
    sign_in(page, username, password)
    expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_people_see_each_other_and_a_third_does_not(
    stack: tuple[Stack, demo_processes.Child], talking: Browser, language: str
) -> None:
    running, _ = stack
    admin = running.sign_in()
    called = {"reason": "emergency", "title": "x", "usernames": ["chen.an"]}
    number = admin.post("/meetings", json=called).raise_for_status().json()["id"]
    enter, mute = _WORDS[language]
    pages = [
        _page(talking, running, name, password, language)
        for name, password in (("admin", running.password), ("chen.an", PASSWORD))
    ]
    for page in pages:
        page.goto(f"/meetings/{number}")
        expect(page.get_by_test_id("meeting-enter")).to_have_text(enter)
        page.get_by_test_id("meeting-enter").click()
        expect(page.get_by_test_id("meeting-mute")).to_have_text(mute)
    for page in pages:
        expect(page.get_by_test_id("other-video")).to_have_count(1)
        page.wait_for_function(f"() => ({_FRAMES})().some(count => count > 30)", timeout=60_000)
    stranger = _page(talking, running, "zhao.min", PASSWORD, language)
    stranger.goto(f"/meetings/{number}")
    expect(stranger.get_by_test_id("meeting-not-found")).to_be_visible()
    pages[1].get_by_test_id("meeting-leave").click()
    expect(pages[0].get_by_test_id("other-video")).to_have_count(0)
    admin.post(f"/meetings/{number}/end").raise_for_status()
    expect(pages[0].get_by_test_id("meeting-door")).to_be_visible()
    entries = admin.get(f"/meetings/{number}").json()["entries"]
    assert {each["username"] for each in entries} == {"admin", "chen.an"}
    assert all(each["left_at"] for each in entries)
    for page in (*pages, stranger):
        page.context.close()


def test_the_centre_goes_on_when_the_engine_dies_and_the_room_opens_again(
    stack: tuple[Stack, demo_processes.Child], talking: Browser
) -> None:
    running, engine = stack
    admin = running.sign_in()
    called = {"reason": "routine", "title": "x"}
    number = admin.post("/meetings", json=called).raise_for_status().json()["id"]
    page = _page(talking, running, "admin", running.password, "zh")
    page.goto(f"/meetings/{number}")
    page.get_by_test_id("meeting-enter").click()
    expect(page.get_by_test_id("meeting-room")).to_be_visible()
    expect(page.get_by_text("正在连接音视频")).to_have_count(0, timeout=60_000)
    engine.process.kill()
    engine.process.wait()
    expect(page.get_by_text("视频会议服务暂时没有应答")).to_be_visible(timeout=60_000)
    assert admin.get("/alerts").status_code == 200
    assert admin.get("/meetings/engine").json()["state"] == "absent"
    folder = str(running.home / "api" / "meetings")
    running.processes.start("meetings-again", ["janus", "-F", folder])
    until("the engine", lambda: admin.get("/meetings/engine").json()["state"] == "ready", 30)
    expect(page.get_by_test_id("meeting-ending")).to_be_visible(timeout=60_000)
    page.get_by_test_id("meeting-enter").click()
    expect(page.get_by_test_id("meeting-room")).to_be_visible()
    page.context.close()
