"""From an empty box to a reviewed alert, in the browser: no shell but for the box's own process."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.hands import COUNT_CLICKS, EXPECT_MS, choose, clicks, wait_for_still
from tests.e2e.stack import ROOT, Stack, street_video, until
from tests.support import rtsp
from tests.support.ipycam import NEEDED, running_camera

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(1400), *NEEDED]
_USER, _PASSWORD = "inspector", "hunter2-planted-password"
_CAMERAS = 2
_CLICKS_A_CAMERA = 8
_CLICKS_OF_BOX = 8
_SLOW_MS = 240_000
"""What is waited for is there in seconds on a machine that has nothing else to do."""


@dataclass
class Site:
    """A fresh command centre, two cameras of other makers in its network, and an empty box.

    Attributes:
        stack: The command centre.
        stream: Address of the camera that speaks RTSP alone.
        config: The box's file, as it comes with the box.
    """

    stack: Stack
    stream: str
    config: Path


def _where_it_is_night() -> str:
    """A time zone of whole hours where it is between one and two at night."""
    east = (1 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    film = street_video()
    account = rtsp.Credentials(_USER, _PASSWORD)
    stack = Stack(tmp_path)
    with (
        rtsp.serve({"live": film}, credentials=account, listen="127.0.0.2") as plain,
        running_camera(tmp_path / "camera", film, _USER, _PASSWORD),
    ):
        stack.start_api()
        config = tmp_path / "box.yaml"
        box = {
            "data_dir": str(tmp_path / "worker"),
            "site": {"time_zone": _where_it_is_night()},
            "api": {"url": stack.url, "token_file": str(tmp_path / "worker" / "box.token")},
            "cameras": [],
        }
        config.write_text(yaml.safe_dump(box, sort_keys=False))
        yield Site(stack, f"rtsp://127.0.0.2:{plain.port}/live", config)
        stack.stop()


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Two cameras are decoded, encoded and analysed beside the browser."""
    expect.set_options(timeout=_SLOW_MS)
    yield
    expect.set_options(timeout=EXPECT_MS)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site.stack.url,
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        service_workers="block",
    )
    context.add_init_script(COUNT_CLICKS)
    page = context.new_page()
    page.set_default_timeout(_SLOW_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == [], "errors in the page"


def _enrol(site: Site, command: str) -> None:
    """What the console says to type on the box, and the box's process."""
    program, *words = shlex.split(command)
    assert (program, words[:2]) == ("mingan", ["worker", "enroll"])
    told = [sys.executable, "-m", "pipeline.cli", *words, "--config", str(site.config)]
    subprocess.run(told, cwd=ROOT, check=True, capture_output=True)
    worker = [sys.executable, "-m", "pipeline.cli", "worker", "--config", str(site.config)]
    site.stack.processes.start("worker-1", worker)


def _make_box(page: Page, site: Site) -> str:
    """Sign in, make a school and its box; answers what is to be typed on it."""
    page.goto("/")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(site.stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("add-camera-guide")).to_be_visible()
    expect(_step(page, "box")).to_have_attribute("data-state", "next")
    page.goto("/organisation")
    page.get_by_test_id("add-school").click()
    page.get_by_test_id("school-id").fill("no-1")
    page.get_by_test_id("school-name").fill("第一小学")
    page.get_by_test_id("school-save").click()
    expect(page.get_by_test_id("school").filter(has_text="第一小学")).to_be_visible()
    page.goto("/first-hour")
    _step(page, "box").get_by_test_id("first-hour-go").click()
    page.get_by_test_id("add-box").click()
    choose(page, "box-school", "第一小学")
    page.get_by_test_id("box-create").click()
    command = page.locator(".ant-modal code, .ant-modal pre").filter(has_text="worker enroll")
    told = command.first.inner_text()
    page.get_by_test_id("code-done").click()
    return told


def _step(page: Page, step: str) -> Locator:
    return page.locator(f"[data-testid=first-hour-step][data-step={step}]")


def _prepare_search(page: Page, site: Site) -> None:
    """What is done once for a box: its network is named, its key compared and allowed."""
    page.get_by_test_id("discovery-name-network").fill("127.0.0.0/30")
    page.get_by_test_id("discovery-allow").click()
    page.get_by_test_id("key-look").click()
    shown = page.get_by_test_id("print-now").inner_text()
    assert shown in (site.stack.home / "log" / "worker-1.log").read_text(), "as the box says it"
    page.get_by_test_id("key-allow").click()
    expect(page.get_by_test_id("discovery-username")).to_be_visible(timeout=_SLOW_MS)


def _add_cameras(page: Page, site: Site) -> None:
    page.get_by_test_id("discovery-address").click()
    page.keyboard.type(site.stream)
    page.get_by_test_id("discovery-username").click()
    page.keyboard.type(_USER)
    page.keyboard.press("Tab")
    page.keyboard.type(_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("discovery-state")).to_have_text("查找完成")
    # Discovery has one port on a machine: who else listens there may answer too.
    seen = page.get_by_test_id("candidate").filter(has=page.locator("img"))
    expect(seen).to_have_count(_CAMERAS)
    page.get_by_test_id("discovery-all").click()
    page.get_by_test_id("discovery-add").click()
    save = page.get_by_test_id("configuration-save")
    expect(save).to_be_enabled()
    save.click()
    expect(page.get_by_test_id("first-hour-page")).to_be_visible()


def _draw_zone(page: Page) -> None:
    """Pull a corner of the whole picture in, and save."""
    _step(page, "zone").get_by_test_id("first-hour-go").click()
    corner, stage = page.get_by_test_id("zone-corner").first, page.get_by_test_id("zone-stage")
    expect(corner).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=zone-stage] img')]"
        ".every(each => each.complete)"
    )
    begun, box = corner.bounding_box(), stage.bounding_box()
    assert begun is not None
    assert box is not None
    page.mouse.move(begun["x"] + begun["width"] / 2, begun["y"] + begun["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2, steps=5)
    page.mouse.up()
    page.get_by_test_id("zones-save").click()
    page.get_by_test_id("zones-save-ok").click()
    expect(page.get_by_test_id("zones-state")).to_contain_text("已生效")
    page.get_by_test_id("zones-next").click()


def test_from_an_empty_box_to_a_reviewed_alert(page: Page, site: Site) -> None:
    client = site.stack.sign_in()
    _enrol(site, _make_box(page, site))
    page.goto("/first-hour")
    expect(_step(page, "box")).to_have_attribute("data-state", "done")
    expect(_step(page, "school")).to_have_attribute("data-state", "done")
    begun = clicks(page)
    _step(page, "cameras").get_by_test_id("first-hour-go").click()
    _prepare_search(page, site)
    of_box = clicks(page) - begun

    begun = clicks(page)
    _add_cameras(page, site)
    expect(_step(page, "pictures")).to_contain_text("2 / 2")
    for number in range(_CAMERAS):
        _draw_zone(page)
        expect(_step(page, "zone")).to_contain_text(f"{number + 1} / 2")

    alert = until("an alert", lambda: _alert_of_drawn_zone(client), 300)
    expect(_step(page, "review")).to_have_attribute("data-state", "next")
    _step(page, "review").get_by_test_id("first-hour-go").click()
    expect(page.get_by_test_id("detail-page")).to_be_visible()
    reviewed = page.url.rpartition("/")[2]
    wait_for_still(page)
    page.keyboard.press("c")
    until("judged", lambda: _status(client, reviewed) == "confirmed", 120)
    of_camera = (clicks(page) - begun) / _CAMERAS
    print(f"{of_camera} clicks a camera, {of_box} of the box")
    assert of_camera <= _CLICKS_A_CAMERA
    assert of_box <= _CLICKS_OF_BOX
    assert alert["rule"] == "perimeter_intrusion"
    told = client.get("/first-hour").raise_for_status().json()
    assert told["is_done"]
    _no_credential_left(client, site)


def _alert_of_drawn_zone(client: httpx.Client) -> dict[str, Any] | None:
    """One that the whole picture, which a camera begins with, did not raise."""
    items = client.get("/alerts").raise_for_status().json()["items"]
    drawn = [each for each in items if each["zone_norm"] and [0, 0] not in each["zone_norm"]]
    return drawn[0] if drawn else None


def _status(client: httpx.Client, alert_id: str) -> str:
    return str(client.get(f"/alerts/{alert_id}").raise_for_status().json()["status"])


def _no_credential_left(client: httpx.Client, site: Site) -> None:
    """Neither in what the command centre keeps, nor in what anybody logs."""
    home = site.stack.home
    files = [each for part in ("api", "log") for each in (home / part).rglob("*") if each.is_file()]
    assert any(each.name == "mingan.db" for each in files)
    for each in files:
        assert _PASSWORD.encode() not in each.read_bytes(), each
    for address in ("/audit?limit=200", "/boxes", "/cameras"):
        assert _PASSWORD not in json.dumps(client.get(address).json())
