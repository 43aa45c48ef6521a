"""A box searches when it is asked, where its own configuration lets it, and tells as it goes."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nacl.public import PrivateKey

from api.contract.finding import FindOrder, FindRefusal, FindReport, FindTrouble
from pipeline.core.clock import SystemClock
from pipeline.core.errors import DeliveryError
from pipeline.devices import manners
from pipeline.live.centre import ViewingClient
from pipeline.runtime import finding_desk
from pipeline.runtime.box_key import BoxKey
from pipeline.runtime.discovery_config import DiscoveryConfig
from pipeline.runtime.finding_desk import FindingDesk
from tests.devices.isapi_fake import serve_isapi
from tests.devices.script import Script, ScriptedChannel
from tests.support.sealing import seal_bytes

_PASSWORD = "s3cret-Pass"
_KEY = BoxKey(PrivateKey.generate())


def _sealed(*networks: str, key: BoxKey = _KEY, **other: Any) -> str:
    told = {
        "format": 1,
        "kind": "search",
        "networks": networks,
        "username": "inspector",
        "password": _PASSWORD,
        **other,
    }
    return seal_bytes(json.dumps(told).encode(), key.public)


class Peer(ViewingClient):
    """A command centre's end of a search.

    Attributes:
        reports: As they came.
        wants: So many reports are wanted.
        fails: So many do not arrive.
    """

    def __init__(self) -> None:
        self.reports: list[FindReport] = []
        self.wants = 1_000
        self.fails = 0

    def found(self, scan_id: Any, report: FindReport) -> bool:
        if self.fails:
            self.fails -= 1
            raise DeliveryError("no answer", where="peer")
        self.reports.append(report)
        return len(self.reports) < self.wants


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manners, "_hosts", {})
    monkeypatch.setattr(finding_desk, "_EVERY_S", 0.02)


def config(tmp_path: Path, **keys: Any) -> DiscoveryConfig:
    secret = tmp_path / "secret"
    secret.write_text(_PASSWORD)
    account = {"username": "inspector", "password_file": str(secret)}
    return DiscoveryConfig.model_validate(
        {"networks": ["127.0.0.1/32"], "accounts": {"cameras": account}, **keys}
    )


def served(allowed: DiscoveryConfig, peer: Peer, **order: Any) -> list[FindReport]:
    desk = FindingDesk(peer, lambda: allowed, SystemClock(), _KEY.open)
    desk.serve(FindOrder(scan_id=uuid4(), **order), threading.Event())
    return peer.reports


def offline(count: int) -> Script:
    channels = [ScriptedChannel(str(n), f"第{n}路", False) for n in range(1, count + 1)]
    return Script(channels=channels, clock=SystemClock())


def test_cameras_come_in_small_reports_and_the_last_says_so(tmp_path: Path) -> None:
    with serve_isapi(offline(20)) as address:
        there = address.replace("http://", "hikvision://")
        reports = served(config(tmp_path), Peer(), addresses=(there,), account="cameras")
    assert [each.is_over for each in reports[:-1]] == [False] * (len(reports) - 1)
    assert (reports[-1].is_over, reports[-1].refusal) == (True, None)
    assert max(len(each.cameras) for each in reports) <= 8
    found = [camera for each in reports for camera in each.cameras]
    assert [camera.channel for camera in found] == [str(n) for n in range(1, 21)]
    assert {camera.troubles for camera in found} == {(FindTrouble.OFFLINE,)}
    assert not any("password" in (camera.yaml or "") for camera in found)
    assert _PASSWORD not in "".join(each.model_dump_json() for each in reports)


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        ({"networks": ("10.0.0.0/24",)}, FindRefusal.NOT_ALLOWED),
        ({"networks": ("127.0.0.0/24",)}, FindRefusal.NOT_ALLOWED),
        ({"networks": ("10.0.0.1/24",)}, FindRefusal.BAD_ADDRESS),
        ({"addresses": ("hikvision://10.0.0.9",)}, FindRefusal.NOT_ALLOWED),
        ({"addresses": ("acme://127.0.0.1",)}, FindRefusal.BAD_ADDRESS),
        ({}, FindRefusal.NOT_ALLOWED),
        ({"addresses": ("onvif://127.0.0.1",), "account": "root"}, FindRefusal.NO_ACCOUNT),
    ],
)
def test_what_is_not_allowed_is_refused_and_nothing_asked(
    tmp_path: Path, order: dict[str, Any], refusal: FindRefusal
) -> None:
    [report] = served(config(tmp_path), Peer(), **order)
    assert (report.is_over, report.refusal, report.total) == (True, refusal, 0)


def test_a_box_that_names_no_network_searches_nowhere() -> None:
    [report] = served(DiscoveryConfig(), Peer(), addresses=("onvif://127.0.0.1",))
    assert report.refusal is FindRefusal.NOT_ALLOWED


def test_a_password_that_cannot_be_read_is_no_account(tmp_path: Path) -> None:
    allowed = config(tmp_path)
    (tmp_path / "secret").unlink()
    [report] = served(allowed, Peer(), addresses=("onvif://127.0.0.1",), account="cameras")
    assert report.refusal is FindRefusal.NO_ACCOUNT


def test_an_account_that_came_sealed_signs_in_and_is_written_nowhere() -> None:
    recorder = offline(3)
    recorder.user, recorder.password = "inspector", _PASSWORD
    with serve_isapi(recorder) as address:
        there = address.replace("http://", "hikvision://")
        allowed = DiscoveryConfig.model_validate({"networks": ["127.0.0.0/24"]})
        sealed = _sealed("127.0.0.1/32")
        reports = served(allowed, Peer(), addresses=(there,), sealed=sealed)
    found = [camera for each in reports for camera in each.cameras]
    assert [camera.channel for camera in found] == ["1", "2", "3"]
    assert recorder.refused_logins == 0
    assert _PASSWORD not in "".join(each.model_dump_json() for each in reports)


@pytest.mark.parametrize(
    ("sealed", "refusal"),
    [
        (_sealed("10.0.0.0/24"), FindRefusal.NOT_ALLOWED),
        (_sealed("127.0.0.1/32", key=BoxKey(PrivateKey.generate())), FindRefusal.NO_ACCOUNT),
        (_sealed(), FindRefusal.NO_ACCOUNT),
        (_sealed("127.0.0.1/32", kind="camera"), FindRefusal.NO_ACCOUNT),
        (_sealed("127.0.0.1/32", username=""), FindRefusal.NO_ACCOUNT),
        (_sealed("nowhere/32"), FindRefusal.NO_ACCOUNT),
    ],
)
def test_a_sealed_account_is_used_where_it_says_alone(sealed: str, refusal: FindRefusal) -> None:
    allowed = DiscoveryConfig.model_validate({"networks": ["127.0.0.1/32"]})
    [report] = served(allowed, Peer(), addresses=("onvif://127.0.0.1",), sealed=sealed)
    assert (report.is_over, report.refusal) == (True, refusal)


def test_reports_that_do_not_arrive_are_sent_again(tmp_path: Path) -> None:
    peer = Peer()
    peer.fails = 3
    with serve_isapi(offline(9)) as address:
        there = address.replace("http://", "hikvision://")
        reports = served(config(tmp_path), peer, addresses=(there,), account="cameras")
    assert [camera.channel for each in reports for camera in each.cameras] == [
        str(n) for n in range(1, 10)
    ]
    assert reports[-1].is_over


def test_a_search_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    peer = Peer()
    peer.wants = 1
    with serve_isapi(offline(20)) as address:
        there = address.replace("http://", "hikvision://")
        served(config(tmp_path), peer, addresses=(there,), account="cameras")
    assert len(peer.reports) == 1


def test_one_search_at_a_time(tmp_path: Path) -> None:
    peer = Peer()
    desk = FindingDesk(peer, lambda: config(tmp_path), SystemClock(), _KEY.open)
    with desk._one:
        desk.serve(FindOrder(scan_id=uuid4(), addresses=("onvif://127.0.0.1",)), threading.Event())
    assert [each.refusal for each in peer.reports] == [FindRefusal.BUSY]


@pytest.mark.parametrize(
    "networks",
    [["8.8.8.0/24"], ["10.0.0.0/8"], ["192.168.1.5/24"], ["10.0.0.0/21"] * 3, ["fe80::/64"]],
)
def test_networks_are_private_and_few(networks: list[str]) -> None:
    with pytest.raises(ValueError, match=r"network|addresses|IPv4|bits"):
        DiscoveryConfig.model_validate({"networks": networks})
