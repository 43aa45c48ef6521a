"""A zone is changed at the command centre: its box follows, and no camera is connected to anew."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect

from scripts.demo_rtsp import Credentials, load_film
from tests.e2e.stack import Stack, until
from tests.support.counting_rtsp import CountingServer
from tests.video.media import make_video

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(240)]
_PASSWORD = "hunter2-planted-password"
_PATH = "hunter2-planted-path"
_APPLIED_WITHIN_S = 10.0
_ANSWERED_WITHIN_S = 30.0
"""Of what nobody waits for: a refusal is told with the next heartbeat."""


@pytest.fixture
def cameras(tmp_path: Path) -> Iterator[CountingServer]:
    film = load_film(make_video(tmp_path / "film.mp4", count=150, gop=25))
    server = CountingServer({_PATH: film}, credentials=Credentials("viewer", _PASSWORD))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stack(tmp_path: Path, cameras: CountingServer) -> Iterator[Stack]:
    running = Stack(tmp_path, rtsp_port=cameras.port)
    secret = tmp_path / "secret"
    secret.write_text(_PASSWORD)
    camera: Any = {
        "id": "gate-north",
        "name": "北门",
        "location": "",
        "source": {
            "type": "rtsp",
            "url": f"rtsp://127.0.0.1:{cameras.port}/{_PATH}",
            "username": "viewer",
            "password_file": str(secret),
        },
        "model": "campus_objects",
        "analysis_fps": 2,
        "rules": [
            {
                "type": "perimeter_intrusion",
                "zone": {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
            }
        ],
    }
    running.cameras = [camera, {**camera, "id": "gate-south", "name": "南门"}]
    running.start_api()
    running.start_worker()
    yield running
    running.stop()


class _Console:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        [box] = client.get("/boxes").raise_for_status().json()["items"]
        self._path = f"/boxes/{box['id']}/configuration"

    def view(self) -> dict[str, Any]:
        return dict(self._client.get(self._path).raise_for_status().json())

    def text(self, number: int) -> str:
        answer = self._client.get(f"{self._path}/versions/{number}").raise_for_status()
        return str(answer.json()["text"])

    def save(self, text: str, seen: int) -> int:
        answer = self._client.post(
            f"{self._path}/versions",
            json={"text": text, "reason": "新围栏"},
            headers={"If-Match": f'"{seen}"'},
        )
        return int(answer.raise_for_status().json()["version"]["number"])

    def restore(self, number: int, seen: int) -> int:
        answer = self._client.post(
            f"{self._path}/versions/{number}/restore",
            json={"reason": "恢复"},
            headers={"If-Match": f'"{seen}"'},
        )
        return int(answer.raise_for_status().json()["version"]["number"])

    def answered(self, number: int) -> dict[str, Any]:
        """A version once its box has answered; fails after the time that may take."""

        def found() -> dict[str, Any] | None:
            of = next(each for each in self.view()["versions"] if each["number"] == number)
            return None if of["state"] == "pending" else dict(of)

        return until(f"version {number} answered", found, _ANSWERED_WITHIN_S)


def _watched(client: httpx.Client) -> bool:
    states = [each["state"] for each in client.get("/cameras").json()["items"]]
    return states == ["watching", "watching"]


def _with_zone(text: str, polygon: list[list[float]]) -> str:
    box = yaml.safe_load(text)
    box["cameras"][0]["rules"][0]["zone"]["polygon"] = polygon
    return yaml.safe_dump(box, allow_unicode=True, sort_keys=False)


def _taken(home: Path) -> list[dict[str, Any]]:
    lines = (home / "log" / "worker-1.log").read_text().splitlines()
    return [json.loads(line) for line in lines if '"configuration taken"' in line]


def test_a_zone_is_changed_without_connecting_anew(
    stack: Stack, cameras: CountingServer, tmp_path: Path
) -> None:
    client = stack.sign_in()
    until("watched", lambda: _watched(client), 90)
    console = _Console(client)
    until("told", lambda: console.view()["running"] == 1, 20)
    assert console.view()["management"] == "local"
    before = cameras.connections

    first = console.text(1)
    half = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
    begun_s = time.monotonic()
    number = console.save(_with_zone(first, half), 1)
    assert console.answered(number)["state"] == "applied"
    assert time.monotonic() - begun_s < _APPLIED_WITHIN_S
    [taken] = _taken(tmp_path)
    assert (taken["rejudged"], taken["ended"], taken["untouched"]) == (["gate-north"], [], 1)

    tie = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    refused = console.answered(console.save(_with_zone(first, tie), 2))
    assert (refused["state"], refused["why"]) == ("refused", "invalid")
    assert refused["problems"][0]["path"].startswith("cameras[0].rules[0].zone")

    back = console.restore(1, 3)
    assert console.answered(back)["state"] == "applied"
    assert console.view()["management"] == "centre"
    until("still watched", lambda: _watched(client), 10)
    assert cameras.connections == before
    _no_secret_left_the_box(client, tmp_path)


@pytest.fixture
def drawer(stack: Stack, browser: Browser) -> Iterator[Page]:
    """Somebody with a mouse, a keyboard and a screen that can be touched."""
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        has_touch=True,
        service_workers="block",
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto("/sign-in?next=/cameras")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("camera-card").first).to_be_visible()
    yield page
    context.close()
    assert problems == [], "errors in the page"


def _drag(page: Page, corner: Locator, stage: Locator, x: float, y: float) -> None:
    from_box, box = corner.bounding_box(), stage.bounding_box()
    assert from_box is not None
    assert box is not None
    middle = (from_box["x"] + from_box["width"] / 2, from_box["y"] + from_box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=5)
    page.mouse.up()


def test_a_zone_is_drawn_by_mouse_keys_and_touch_and_its_box_follows(
    stack: Stack, cameras: CountingServer, drawer: Page, tmp_path: Path
) -> None:
    client, page = stack.sign_in(), drawer
    until("watched", lambda: _watched(client), 90)
    console = _Console(client)
    until("told", lambda: console.view()["running"] == 1, 20)
    before = cameras.connections
    page.goto(f"/cameras/{stack.key_of(client, 'gate-north')}/zones")
    stage, corners = page.get_by_test_id("zone-stage"), page.get_by_test_id("zone-corner")
    save, fault = page.get_by_test_id("zones-save"), page.get_by_test_id("zone-fault")
    expect(page.get_by_test_id("zones-local")).to_be_visible()
    expect(corners).to_have_count(0)
    page.get_by_test_id("zones-take").click()
    expect(corners).to_have_count(4)
    expect(save).to_be_disabled()

    _drag(page, corners.nth(0), stage, 0.5, 1.0)
    expect(corners.nth(0)).to_have_attribute("aria-label", "第 1 点：左起 50%，上起 100%")
    expect(fault).to_contain_text("自相交")
    expect(save).to_be_disabled()
    page.keyboard.press("Control+z")
    expect(fault).to_be_empty()
    _drag(page, corners.nth(0), stage, 0.3, 0.4)
    corners.nth(1).focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    page.get_by_test_id("zone-middle").nth(2).tap()
    expect(corners).to_have_count(5)

    save.click()
    expect(page.get_by_test_id("configuration-diff")).to_contain_text("polygon")
    page.get_by_test_id("zones-reason").fill("新围栏")
    page.get_by_test_id("zones-save-ok").click()
    state = page.get_by_test_id("zones-state")
    expect(state).to_contain_text("版本 2 已生效", timeout=_APPLIED_WITHIN_S * 1000)
    [taken] = _taken(tmp_path)
    assert (taken["rejudged"], taken["ended"], taken["untouched"]) == (["gate-north"], [], 1)
    document = yaml.safe_load(console.text(2))
    polygon = document["cameras"][0]["rules"][0]["zone"]["polygon"]
    assert polygon[0] == pytest.approx([0.3, 0.4], abs=0.02)
    assert 0.5 < polygon[1][0] < 1.0
    assert polygon[2:] == [[1, 1], [0.5, 1], [0, 1]]
    document["cameras"][0]["rules"][0]["zone"]["polygon"] = [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert document == yaml.safe_load(console.text(1)), "nothing else was touched"

    page.get_by_test_id("zones-back").click()
    page.locator(".ant-popover .ant-btn-primary").click()
    expect(state).to_contain_text("版本 3 已生效", timeout=_APPLIED_WITHIN_S * 1000)
    expect(corners).to_have_count(4)
    assert console.text(3) == console.text(1)
    assert cameras.connections == before

    # What it was told to look for before is kept by now: nobody came, but most hours nobody looked.
    page.get_by_test_id("preview-ask").click()
    expect(page.get_by_test_id("preview-held")).to_be_visible(timeout=_ANSWERED_WITHIN_S * 1000)
    expect(page.get_by_test_id("preview-total")).to_have_text("0 条告警")
    hours = page.get_by_test_id("preview-hour")
    expect(hours.first).to_have_attribute("data-state", "not_analysed")
    expect(hours.and_(page.locator('[data-state="partly"]')).last).to_contain_text("0 条告警")


def _no_secret_left_the_box(client: httpx.Client, home: Path) -> None:
    """Neither in what the command centre keeps, nor in what anybody logs or measures."""
    centre = [path for path in (home / "api").rglob("*") if path.is_file()]
    logs = [path for path in (home / "log").rglob("*") if path.is_file()]
    assert any(path.suffix.startswith(".db") or "sqlite" in path.name for path in centre), centre
    assert logs
    for path in (*centre, *logs):
        content = path.read_bytes()
        for secret in (_PASSWORD, _PATH):
            assert secret.encode() not in content, path
    for page in ("/audit?limit=200", "/health", "/cameras", "/boxes"):
        assert "hunter2" not in client.get(page).text, page


def test_a_camera_is_renamed_in_the_form_of_its_box_which_follows(
    stack: Stack, cameras: CountingServer, drawer: Page
) -> None:
    client, page = stack.sign_in(), drawer
    until("watched", lambda: _watched(client), 90)
    console = _Console(client)
    until("told", lambda: console.view()["running"] == 1, 20)
    before = cameras.connections
    [box] = client.get("/boxes").raise_for_status().json()["items"]

    page.goto(f"/first-hour?box={box['id']}")
    expect(page.locator("[data-step=pictures]")).to_have_attribute("data-state", "done")
    # The whole picture is nobody's drawing.
    expect(page.locator("[data-step=zone]")).not_to_have_attribute("data-state", "done")

    page.goto(f"/boxes/{box['id']}/settings")
    name, save = page.get_by_label("gate-north 名称"), page.get_by_test_id("settings-save")
    expect(name).to_be_disabled()
    page.get_by_test_id("settings-take").click()
    name.fill("")
    expect(page.get_by_text("请填写名称")).to_be_visible()
    expect(save).to_be_disabled()
    name.fill("北大门")
    save.click()
    expect(page.get_by_test_id("configuration-diff")).to_contain_text("cameras[gate-north].name")
    page.get_by_test_id("settings-reason").fill("改名")
    page.get_by_test_id("settings-save-ok").click()
    state = page.get_by_test_id("settings-state")
    expect(state).to_contain_text("版本 2 已生效", timeout=_APPLIED_WITHIN_S * 1000)
    document = yaml.safe_load(console.text(2))
    assert document["cameras"][0]["name"] == "北大门"
    document["cameras"][0]["name"] = "北门"
    assert document == yaml.safe_load(console.text(1)), "nothing else was touched"
    assert cameras.connections == before
