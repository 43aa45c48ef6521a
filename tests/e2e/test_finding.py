"""A recorder's sixteen channels are found by the box, ticked in the browser, and run."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import demo_site
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from pipeline.core.clock import SystemClock
from tests.devices.isapi_fake import serve_isapi
from tests.devices.script import Script, ScriptedChannel
from tests.e2e.hands import COUNT_CLICKS, clicks
from tests.e2e.stack import Stack, until
from tests.support import rtsp
from tests.video.media import make_video

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(900)]
_USER, _PASSWORD = "viewer", "hunter2-planted"
_CHANNELS = 16
_WITHIN_MS = 300_000
_MOST_CLICKS = 8
"""Of all channels together."""


class _Site:
    """A recorder, its streams, a command centre and a box without cameras of it."""

    def __init__(self, stack: Stack, recorder: Script, address: str) -> None:
        self.stack, self.recorder, self.address = stack, recorder, address


@pytest.fixture
def site(tmp_path: Path) -> Iterator[_Site]:
    channels = [ScriptedChannel(str(n), f"{n} 号教室", True) for n in range(1, _CHANNELS + 1)]
    recorder = Script(user=_USER, password=_PASSWORD, channels=channels, clock=SystemClock())
    main = make_video(tmp_path / "main.mp4", count=60, fps=10, gop=10, width=640, height=360)
    sub = make_video(tmp_path / "sub.mp4", count=60, fps=10, gop=10, width=320, height=180)
    paths = [f"Streaming/Channels/{n}0{s}" for n in range(1, _CHANNELS + 1) for s in (1, 2)]
    films = {each: main if each.endswith("01") else sub for each in paths}
    account = rtsp.Credentials(_USER, _PASSWORD)
    stack = Stack(tmp_path)
    streams = rtsp.serve(films, credentials=account, cache=tmp_path)
    with streams as server, serve_isapi(recorder) as there:
        stack.start_api()
        _start_worker(stack, server.port)
        host = there.partition("://")[2]
        yield _Site(stack, recorder, f"{host}?rtsp_port={server.port}")
        stack.stop()


def _start_worker(stack: Stack, rtsp_port: int) -> None:
    secret = stack.home / "secret"
    secret.write_text(_PASSWORD)
    account = {"username": _USER, "password_file": str(secret)}
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    box: dict[str, Any] = {
        "data_dir": str(stack.home / "worker"),
        "site": {"id": demo_site.FIRST.id, "name": demo_site.FIRST.name},
        "api": {"url": stack.url, "token_file": str(stack.home / "api" / "worker.token")},
        "discovery": {"networks": ["127.0.0.1/32"], "accounts": {"cameras": account}},
        "cameras": [
            {
                "id": "gate",
                "name": "北门",
                "source": {
                    "type": "rtsp",
                    "url": f"rtsp://127.0.0.1:{rtsp_port}/Streaming/Channels/102",
                    **account,
                },
                "rules": [{"type": "perimeter_intrusion", "zone": zone}],
            }
        ],
    }
    config = stack.home / "box.yaml"
    config.write_text(yaml.safe_dump(box, allow_unicode=True, sort_keys=False))
    command = [sys.executable, "-m", "pipeline.cli", "worker", "--config", str(config)]
    stack.processes.start("worker-1", command)


@pytest.fixture
def page(browser: Browser, site: _Site) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site.stack.url,
        viewport={"width": 1366, "height": 768},
        locale="zh-CN",
        service_workers="block",
    )
    context.add_init_script(COUNT_CLICKS)
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto("/sign-in?next=/boxes")
    opened.get_by_test_id("username").fill("admin")
    opened.get_by_test_id("password").fill(site.stack.password)
    opened.get_by_test_id("sign-in-submit").click()
    expect(opened.get_by_test_id("box-find").first).to_be_visible(timeout=90_000)
    yield opened
    context.close()


def test_a_recorder_of_sixteen_channels_is_added_in_one_pass(page: Page, site: _Site) -> None:
    client = site.stack.sign_in()
    box = until("the box", lambda: client.get("/boxes").json()["items"], 60)[0]["id"]
    of = f"/boxes/{box}/discovery"
    until("able", lambda: client.get(of).json()["is_able"] and client.get(of).json()["newest"], 90)
    page.goto(f"/boxes/{box}/cameras")
    network = page.get_by_test_id("discovery-network")
    before = clicks(page)
    network.click()  # only the address
    page.get_by_test_id("discovery-address").click()
    page.keyboard.type(site.address)
    begun_s = time.monotonic()
    page.get_by_test_id("discovery-start").click()
    expect(page.get_by_test_id("discovery-state")).to_have_text("查找完成", timeout=_WITHIN_MS)
    took_s = time.monotonic() - begun_s
    candidates = page.get_by_test_id("candidate")
    expect(candidates).to_have_count(_CHANNELS)
    expect(candidates.first.locator("img")).to_be_visible()
    print(f"{_CHANNELS} channels in {took_s:.1f} s")
    if shots := _folder():
        page.screenshot(path=shots / "found-zh.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=shots / "found-zh-phone.png")
        page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_test_id("discovery-all").click()
    page.get_by_test_id("discovery-add").click()
    save = page.get_by_test_id("configuration-save")
    expect(save).to_be_enabled()
    save.click()
    expect(page.get_by_test_id("first-hour-page")).to_be_visible()
    pressed = clicks(page) - before
    print(f"{pressed} clicks for {_CHANNELS} channels")
    assert 0 < pressed <= _MOST_CLICKS
    applied = until("the box's answer", lambda: _answer(client, box), 180)
    assert applied["state"] == "applied", json.dumps(applied, ensure_ascii=False)
    kept = client.get(f"/boxes/{box}/configuration/versions/{applied['number']}").json()["text"]
    assert len(yaml.safe_load(kept)["cameras"]) >= _CHANNELS
    assert _PASSWORD not in kept
    assert site.recorder.refused_logins == 0


def _answer(client: Any, box: int) -> dict[str, Any] | None:
    versions = client.get(f"/boxes/{box}/configuration").json()["versions"]
    [newest] = [each for each in versions if each["number"] == max(v["number"] for v in versions)]
    settled = newest["origin"] != "box" and newest["state"] in ("applied", "refused")
    return newest if settled else None


def _folder() -> Path | None:
    named = os.environ.get("MINGAN_SHOTS")
    return Path(named) if named else None
