"""The whole stack: the line is cut, somebody of the school looks at the box, it comes back."""

from __future__ import annotations

import json
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import demo_district
import demo_processes
import demo_site
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.offline.accounts import ACCOUNTS_NAME
from tests.e2e import axe
from tests.e2e.stack import Stack, free_port, street_video, until
from tests.offline.test_desk import own_certificate
from tests.support.cable import Cable

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(420)]
_WHO = "sun.hao"
_CAMERA = demo_site.STREET_PATHS[0]
_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
WORDS = {
    "zh": {"cut": "离线查看", "judging": "不能研判", "sent": "待上报"},
    "en": {"cut": "Offline view", "judging": "not judge", "sent": "To be reported"},
}


@dataclass
class Cut:
    """A box behind a cable that is pulled, and who may look at it."""

    stack: Stack
    cable: Cable
    address: str
    password: str
    trust: ssl.SSLContext

    def answers(self) -> bool:
        try:
            with httpx.Client(verify=self.trust, trust_env=False) as client:
                return client.get(f"{self.address}/api/v1/auth/me").status_code == 401
        except httpx.HTTPError:
            return False


def _start_worker(stack: Stack, url: str, offline_view: dict[str, Any]) -> demo_processes.Child:
    cameras = [{**each, "recording": _PROMISE} for each in stack.cameras]
    config = demo_site.write_config(stack.home, url, cameras)
    box = json.loads(config.read_text("utf-8"))
    config.write_text(json.dumps({**box, "offline_view": offline_view}), "utf-8")
    command = [sys.executable, "-m", "pipeline.cli", "worker", "--config", str(config)]
    return stack.processes.start("worker-1", command)


_PROMISE = {"keep_days": 30, "source": "国务院令799号 §17"}


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cut]:
    stack = Stack(tmp_path_factory.mktemp("offline"))
    pem, key = own_certificate(stack.home)
    stack.start_rtsp(street_video(), demo_site.STREET_PATHS)
    stack.start_api(MINGAN_API_OFFLINE_VIEW="true")
    admin = stack.sign_in()
    school = demo_site.FIRST
    made = {"school_id": school.id, "name_zh": school.name}
    admin.post("/schools", json=made)
    cable = Cable(stack.api_port)
    port = free_port()
    offline_view = {
        "enabled": True,
        "listen": "127.0.0.1",
        "port": port,
        "certificate_file": str(pem),
        "key_file": str(key),
    }
    worker = _start_worker(stack, cable.url, offline_view)
    until("the cameras are known", lambda: len(admin.get("/cameras").json()["items"]) > 1, 90)
    body = {"username": _WHO, "role": "school_manager", "school_id": school.id}
    given = admin.post("/users", json=body).raise_for_status().json()["password"]
    password = demo_district.own_password(stack.url, _WHO, given)
    people = stack.home / "worker" / ACCOUNTS_NAME
    # It asks each minute.
    until("the box knows its people", lambda: _WHO in _text(people), 90)
    assert people.stat().st_mode & 0o077 == 0
    cable.pull()
    trust = ssl.create_default_context(cafile=str(pem))
    found = Cut(stack, cable, f"https://127.0.0.1:{port}", password, trust)
    until("the box serves its pages", found.answers, 20)
    before = len(_raised(stack))
    until("alerts without a line", lambda: len(_raised(stack)) >= before + 2, 150)
    until("the first minute is on the disk", lambda: any(_footage(stack)), 120)
    worker.require_running()
    yield found
    cable.close()
    stack.stop()


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _footage(stack: Stack) -> list[Path]:
    return list((stack.home / "footage").rglob("*.mp4"))


def _raised(stack: Stack) -> list[str]:
    log = stack.home / "log" / "worker-1.log"
    return [line for line in log.read_text().splitlines() if '"alert raised"' in line]


def _open(browser: Browser, cut: Cut, language: str, width: int) -> Page:
    phone = {"has_touch": True, "is_mobile": True} if width < 500 else {}
    context = browser.new_context(
        base_url=cut.address,
        viewport={"width": width, "height": 844},
        timezone_id="Asia/Shanghai",
        # The certificate is the test's own; what it is worth is asked over httpx above.
        ignore_https_errors=True,
        **phone,
    )
    context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
    axe.bring(context)
    return context.new_page()


def _sign_in(page: Page, password: str) -> None:
    page.get_by_test_id("username").fill(_WHO)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("sign-in-submit").click()


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 390), ("en", 1366)])
def test_somebody_looks_at_the_box_while_the_line_is_cut(
    browser: Browser, cut: Cut, language: str, width: int
) -> None:
    page = _open(browser, cut, language, width)
    page.goto("/alerts")  # a bookmark of the command centre leads to the sign-in, too
    _sign_in(page, "not my password")
    expect(page.locator(".ant-alert")).to_be_visible()
    assert axe.violations(page) == []
    _sign_in(page, cut.password)
    expect(page.get_by_test_id("offline-page")).to_be_visible()
    banner = page.get_by_test_id("line-banner")
    # It asks each minute; until then it has not noticed.
    expect(banner).to_have_attribute("data-cut", "true", timeout=90_000)
    expect(banner).to_contain_text(WORDS[language]["cut"])
    expect(page.get_by_text(WORDS[language]["judging"])).to_be_visible()
    waiting = page.get_by_test_id("offline-alert").filter(has_text=WORDS[language]["sent"])
    assert waiting.count() >= 2
    still = waiting.locator("img").first
    still.scroll_into_view_if_needed()
    expect(still).to_have_js_property("complete", True)
    assert still.evaluate("image => image.naturalWidth") > 100
    expect(page.get_by_test_id("offline-camera")).to_have_count(2)
    assert axe.violations(page) == []
    assert not page.evaluate(_TOO_WIDE)

    page.get_by_test_id("offline-camera-footage").first.click()
    page.get_by_test_id("footage-begin").click()
    page.get_by_test_id("viewing-reason-incident").click()
    page.get_by_test_id("viewing-ok").click()
    expect(page.get_by_test_id("footage-player")).to_have_attribute("data-status", "playing")
    video = page.locator("video").first
    expect(video).to_have_js_property("paused", False)
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    assert not page.evaluate(_TOO_WIDE)
    assert axe.violations(page) == []
    page.goto("/")
    page.get_by_test_id("box-sign-out").click()
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    page.context.close()


def test_what_was_seen_is_in_the_chained_log_once_when_the_line_is_back(
    browser: Browser, cut: Cut
) -> None:
    page = _open(browser, cut, "zh", 390)
    page.goto("/")
    _sign_in(page, cut.password)
    expect(page.get_by_test_id("offline-page")).to_be_visible()
    admin = cut.stack.sign_in()
    assert [each for each in _entries(admin) if each["username"] == _WHO] == []
    cut.cable.plug_in()

    def arrived() -> bool:
        return bool(_counts(admin).get("offline_playback_ended")) and _waiting(cut.stack) == 0

    until("all entries are at the command centre", arrived, 120)
    counts = _counts(admin)
    time.sleep(3)
    assert _counts(admin) == counts, "and no entry comes twice"
    assert counts["offline_signed_in"] == counts["offline_alerts_viewed"]
    assert counts["offline_people_told"] >= 1
    played = [each for each in _entries(admin) if each["action"].startswith("offline_playback")]
    assert {each["reason"] for each in played} <= {"incident"}
    assert {each["camera_id"] for each in played} <= set(demo_site.STREET_PATHS)
    assert counts.get("offline_playback_started") == counts.get("offline_playback_ended")
    head = admin.post("/audit/chain").raise_for_status().json()["head_count"]

    def followed() -> dict[str, Any] | None:
        checked: dict[str, Any] | None = admin.get("/audit/chain").json()["checked"]
        return checked if checked and checked["count"] >= head else None

    assert until("the chain was followed", followed, 60)["fault"] is None
    # Whoever is disabled is out within a minute of the line's return.
    admin.post(f"/users/{_WHO}/disable").raise_for_status()
    expect(page.get_by_test_id("sign-in")).to_be_visible(timeout=90_000)
    _sign_in(page, cut.password)
    expect(page.locator(".ant-alert")).to_be_visible()
    page.context.close()


def _waiting(stack: Stack) -> int:
    """Entries that the box still has to tell."""
    with sqlite3.connect(stack.home / "worker" / "outbox.db") as db:
        query = "SELECT count(*) FROM messages WHERE kind = 'offline_entry'"
        waiting = int(db.execute(query).fetchone()[0])
    db.close()
    return waiting


def _entries(admin: httpx.Client) -> list[dict[str, Any]]:
    items = admin.get("/audit", params={"limit": 100}).raise_for_status().json()["items"]
    return [each for each in items if str(each["action"]).startswith("offline_")]


def _counts(admin: httpx.Client) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in _entries(admin):
        found[each["action"]] = found.get(each["action"], 0) + 1
    return found
