"""Whoever answers a discovery is believed from inside the network, and its port alone."""

from __future__ import annotations

import ipaddress
import re
import socket

import pytest

from api.contract.finding import FindTrouble, FoundCamera
from pipeline.core.clock import SystemClock
from pipeline.finding import ws_discovery
from pipeline.finding.devices import MAX_DEVICES
from pipeline.finding.makers import parse_target
from pipeline.finding.search import CameraSearch, Search, outside
from pipeline.finding.sweep import sweep
from pipeline.finding.ws_discovery import DiscoveredDevice, discover, read_answer
from tests.finding.discovery_fake import answer, peer

LOOPBACK = (ipaddress.IPv4Network("127.0.0.1/32"),)


@pytest.fixture(autouse=True)
def not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ws_discovery, "LISTEN_S", 0.3)


def test_devices_are_told_apart_by_what_they_call_themselves() -> None:
    one = answer(
        "urn:uuid:1", "https://127.0.0.1:8443/x http://192.0.2.7:8080/onvif/device_service"
    )
    with peer(one, one, b"<garbage", answer("urn:uuid:2", "")) as (port, asked):
        devices = list(discover(LOOPBACK, SystemClock(), lambda: False, port=port))
    assert devices == [
        DiscoveredDevice("127.0.0.1", 8080, False, "urn:uuid:1", "DS-2CD A"),
        DiscoveredDevice("127.0.0.1", None, False, "urn:uuid:2", "DS-2CD A"),
    ]
    assert re.search(rb"urn:uuid:[0-9a-f-]{36}", asked[0])


def test_who_answers_from_outside_does_not_count() -> None:
    """It is asked at one address and answers from another."""
    other = (ipaddress.IPv4Network("127.0.0.2/32"),)
    with peer(answer("urn:uuid:1", "http://127.0.0.2/"), host="") as (port, asked):
        assert not list(discover(other, SystemClock(), lambda: False, port=port))
    assert asked


def test_an_answer_without_a_list_around_it_counts() -> None:
    told = answer("urn:uuid:1", "http://10.0.0.1/")
    bare = re.sub(rb"</?d:ProbeMatches>", b"", told)
    assert bare != told
    assert list(read_answer(bare, "10.0.0.1")) == list(read_answer(told, "10.0.0.1"))


def test_a_document_with_entities_is_no_answer() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa">]><a>&a;</a>'
    assert not list(read_answer(bomb, "10.0.0.1"))


def test_two_cameras_on_one_address_are_one_device_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    there = f"http://127.0.0.1:{dead}/onvif/device_service"
    with peer(answer("urn:uuid:1", there), answer("urn:uuid:2", there)) as (port, _):
        cameras: list[FoundCamera] = []
        wish = Search(networks=LOOPBACK, rtsp_port=dead, discovery_port=port)
        CameraSearch(wish, SystemClock(), cameras.append).run()
    assert [each.troubles for each in cameras] == [
        (FindTrouble.UNREACHABLE, FindTrouble.SHARED_ADDRESS)
    ]


@pytest.mark.parametrize(
    ("named", "makers"),
    [
        ("tplink://127.0.0.1?rtsp_port=1", ["tplink"]),
        ("onvif://127.0.0.1:{}", ["onvif"]),
        ("hikvision://127.0.0.1:{}", ["hikvision"]),
        ("hikvision://127.0.0.1:2", ["hikvision", "onvif"]),
        ("onvif://127.0.0.1:2", ["onvif", "onvif"]),
        ("onvif://127.0.0.1", ["onvif", "onvif"]),
        ("rtsp://127.0.0.1:{}/live", ["rtsp", "onvif"]),
    ],
)
def test_whose_maker_was_named_is_not_asked_in_two_ways(named: str, makers: list[str]) -> None:
    """On another port stands another device, and a stream says nothing of who else is there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    with peer(answer("urn:uuid:1", f"http://127.0.0.1:{dead}/")) as (port, _):
        cameras: list[FoundCamera] = []
        target = parse_target(named.format(dead))
        wish = Search(LOOPBACK, (target,), rtsp_port=dead, discovery_port=port)
        CameraSearch(wish, SystemClock(), cameras.append).run()
    assert [each.maker for each in cameras] == makers
    assert len({each.key for each in cameras}) == len(makers)


def test_who_refuses_a_connection_or_cannot_be_reached_is_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    nowhere = ipaddress.IPv4Network("255.255.255.255/32")
    assert not list(sweep((*LOOPBACK, nowhere), dead, SystemClock(), lambda: False))


def test_who_only_listens_is_found_and_no_path_is_guessed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        cameras: list[FoundCamera] = []
        wish = Search(networks=LOOPBACK, rtsp_port=line.getsockname()[1], discovery_port=9)
        CameraSearch(wish, SystemClock(), cameras.append).run()
        line.settimeout(2)
        heard, _ = line.accept()
        with heard:
            heard.settimeout(2)
            assert heard.recv(100) == b""
    assert [each.troubles for each in cameras] == [(FindTrouble.NEEDS_MAKER,)]


def test_a_stopped_search_asks_nobody() -> None:
    with peer(answer("urn:uuid:1", "")) as (port, asked):
        assert not list(discover(LOOPBACK, SystemClock(), lambda: True, port=port))
    assert not asked


def test_only_networks_that_were_named_are_searched() -> None:
    named = (ipaddress.IPv4Network("192.168.1.0/24"),)
    inside = Search(
        (ipaddress.IPv4Network("192.168.1.128/25"),), (parse_target("onvif://192.168.1.9"),)
    )
    assert not outside(inside, named)
    away = Search(
        (ipaddress.IPv4Network("192.168.0.0/16"),), (parse_target("onvif://nvr.example"),)
    )
    assert outside(away, named) == ["192.168.0.0/16", "nvr.example"]
    assert MAX_DEVICES < 1000
