"""A camera's password goes from a browser to its box, and nobody between can read it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tarfile
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from playwright.sync_api import Page, expect

from api.contract.credentials import fingerprint
from scripts.demo_rtsp import Credentials, load_film
from tests.e2e.stack import ROOT, Stack, until
from tests.support.counting_rtsp import CountingServer
from tests.support.sealing import seal
from tests.video.media import make_video

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_USER = "planted-viewer"
_PASSWORD = "hunter2-planted-password"
_TAKEN_WITHIN_S = 30.0


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_video(tmp_path / "film.mp4", count=150, gop=25)


@pytest.fixture
def locked(film: Path) -> Iterator[CountingServer]:
    """A camera whose password nobody wrote on the box."""
    server = CountingServer({"ch1": load_film(film)}, credentials=Credentials(_USER, _PASSWORD))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_to_all(film: Path) -> Iterator[CountingServer]:
    server = CountingServer({"ch1": load_film(film)})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stack(tmp_path: Path, locked: CountingServer, open_to_all: CountingServer) -> Iterator[Stack]:
    running = Stack(tmp_path)

    def camera(name: str, port: int) -> Any:
        zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
        return {
            "id": name,
            "name": name,
            "location": "",
            "source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{port}/ch1"},
            "model": "campus_objects",
            "analysis_fps": 2,
            "rules": [{"type": "perimeter_intrusion", "zone": zone}],
        }

    running.cameras = [camera("locked", locked.port), camera("open", open_to_all.port)]
    running.start_api()
    running.start_worker()
    yield running
    running.stop()


class _Desk:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        [box] = client.get("/boxes").raise_for_status().json()["items"]
        self._path = f"/boxes/{box['id']}/credentials"

    def view(self) -> dict[str, Any]:
        return dict(self._client.get(self._path).raise_for_status().json())

    def state(self) -> str:
        items = self.view()["items"]
        return str(next(each["state"] for each in items if each["name"] == "locked"))

    def allow(self, key: str) -> None:
        self._client.post(f"{self._path}/key", json={"key": key}).raise_for_status()

    def set(self, key: str, password: str) -> None:
        sealed = seal(key, "locked", host="127.0.0.1", username=_USER, password=password)
        told = {"kind": "camera", "name": "locked", "key": key, "sealed": sealed}
        self._client.put(self._path, json=told).raise_for_status()


def _states(client: httpx.Client) -> dict[str, str]:
    items = client.get("/cameras").json()["items"]
    return {each["camera_id"]: each["state"] for each in items}


def test_a_camera_is_opened_by_what_only_its_box_can_read(
    stack: Stack, locked: CountingServer, open_to_all: CountingServer, tmp_path: Path
) -> None:
    client = stack.sign_in()
    until("the other is watched", lambda: _states(client).get("open") == "watching", 90)
    assert _states(client)["locked"] != "watching"
    desk = _Desk(client)
    until("told its key", lambda: desk.view()["key"]["state"] == "new", 20)
    key = str(desk.view()["key"]["key"])
    log = (tmp_path / "log" / "worker-1.log").read_text()
    assert fingerprint(key) in log, "what a person compares"
    before = open_to_all.connections

    desk.allow(key)
    desk.set(key, _PASSWORD)
    begun_s = time.monotonic()
    until("taken", lambda: desk.state() == "taken", _TAKEN_WITHIN_S)
    taken_s = time.monotonic() - begun_s
    until("watched", lambda: _states(client)["locked"] == "watching", 60)
    print(f"taken after {taken_s:.1f} s")
    assert open_to_all.connections == before, "the camera that did not change noticed nothing"

    _nothing_shows_it(stack, client, tmp_path)
    _only_the_box_opens_it(tmp_path)

    desk.set(key, "a-wrong-one-planted")
    until("taken", lambda: desk.state() == "taken", _TAKEN_WITHIN_S)
    until("locked again", lambda: _states(client)["locked"] != "watching", 60)
    assert open_to_all.connections == before


def test_it_is_sealed_in_a_browser_and_used_by_its_box(
    page: Page, stack: Stack, tmp_path: Path
) -> None:
    client = stack.sign_in()
    until("the other is watched", lambda: _states(client).get("open") == "watching", 90)
    desk = _Desk(client)
    until("told its key", lambda: desk.view()["key"]["state"] == "new", 20)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    page.goto(f"/sign-in?next=/boxes/{desk.view()['box_id']}/configuration")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(stack.password)
    page.get_by_test_id("sign-in-submit").click()

    page.get_by_test_id("key-look").click()
    shown = page.get_by_test_id("print-now").inner_text()
    assert shown in (tmp_path / "log" / "worker-1.log").read_text(), "as the box itself says it"
    page.get_by_test_id("key-allow").click()
    row = page.locator("[data-testid=credential][data-name=locked]")
    row.get_by_test_id("credential-set").click()
    page.get_by_test_id("credential-username").fill(_USER)
    page.get_by_test_id("credential-password").fill(_PASSWORD)
    page.get_by_test_id("credential-save").click()

    mark = row.get_by_test_id("credential-state")
    expect(mark).to_have_attribute("data-tone", "ok", timeout=_TAKEN_WITHIN_S * 1000)
    until("watched", lambda: _states(client)["locked"] == "watching", 60)
    assert any("/credentials" in each and '"sealed"' in each for each in sent)
    for each in (*sent, page.content()):
        assert _PASSWORD not in each
        assert _USER not in each
    _nothing_shows_it(stack, client, tmp_path)
    _only_the_box_opens_it(tmp_path)


def _nothing_shows_it(stack: Stack, client: httpx.Client, home: Path) -> None:
    """Neither what the command centre keeps and answers, nor what anybody logs or measures."""
    archive = home / "backup.tar"
    command = [sys.executable, "-m", "pipeline.cli", "backup", "--data-dir", str(home / "api")]
    subprocess.run([*command, str(archive)], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(archive) as tar:
        assert "mingan.db" in tar.getnames()
        assert not any("sealing.key" in name or ".secret" in name for name in tar.getnames())
    kept = [path for path in (home / "api").rglob("*") if path.is_file()]
    logs = [path for path in (home / "log").rglob("*") if path.is_file()]
    assert any(path.name == "mingan.db" for path in kept), kept
    assert any("worker" in path.name for path in logs), logs
    of_box = [
        path
        for path in (home / "worker").rglob("*")
        if path.is_file() and path.suffix != ".secret" and path.name != "index.json"
    ]
    assert any(path.name == "outbox.db" for path in of_box), of_box
    for path in (archive, *kept, *logs, *of_box):
        content = path.read_bytes()
        assert _PASSWORD.encode() not in content, path
        assert _USER.encode() not in content, path
    with closing(sqlite3.connect(home / "api" / "mingan.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
        assert {"events", "access_log", "box_credentials"} <= set(tables)
    pages = ["/audit?limit=200", "/health", "/cameras", "/boxes", "/openapi.json"]
    boxes = client.get("/boxes").json()["items"]
    pages += [f"/boxes/{boxes[0]['id']}/{part}" for part in ("credentials", "configuration")]
    pages += [f"/boxes/{boxes[0]['id']}/configuration/versions/1"]
    for page in pages:
        answer = client.get(page)
        assert answer.is_success, page
        assert _PASSWORD not in answer.text, page
        assert _USER not in answer.text, page
    metrics = httpx.get(f"{stack.url}/metrics", trust_env=False)
    assert metrics.is_success
    assert _PASSWORD not in metrics.text


def _only_the_box_opens_it(home: Path) -> None:
    with closing(sqlite3.connect(home / "api" / "mingan.db")) as stolen:
        [(sealed,)] = stolen.execute("SELECT sealed FROM box_credentials").fetchall()
    file = home / "worker" / "sealing.key"
    assert file.stat().st_mode & 0o077 == 0
    private = b64decode(file.read_text())
    for path in (each for each in (home / "api").rglob("*") if each.is_file()):
        content = path.read_bytes()
        assert private not in content, path
        assert file.read_text().strip().encode() not in content, path
    with pytest.raises(CryptoError):
        SealedBox(PrivateKey.generate()).decrypt(b64decode(sealed))
    opened = json.loads(SealedBox(PrivateKey(private)).decrypt(b64decode(sealed)))
    assert opened["password"] == _PASSWORD
