"""Addresses of makers' streams, and those that are refused."""

from __future__ import annotations

import pytest

from pipeline.core.errors import ConfigError
from pipeline.core.redact import redact_url
from pipeline.finding.makers import CameraMaker, parse_target


@pytest.mark.parametrize(
    ("address", "main", "sub"),
    [
        ("hikvision://10.0.0.8", "/Streaming/Channels/301", "/Streaming/Channels/302"),
        (
            "dahua://10.0.0.8:8080",
            "/cam/realmonitor?channel=3&subtype=0",
            "/cam/realmonitor?channel=3&subtype=1",
        ),
        ("uniview://10.0.0.8", "/unicast/c3/s0/live", "/unicast/c3/s1/live"),
        ("tplink://10.0.0.8", "/stream1", "/stream2"),
        ("reolink://10.0.0.8", "/Preview_03_main", "/Preview_03_sub"),
    ],
)
def test_a_makers_streams_are_shown_whole(address: str, main: str, sub: str) -> None:
    target = parse_target(address)
    found = target.streams(3)
    assert found == (f"rtsp://10.0.0.8:554{main}", f"rtsp://10.0.0.8:554{sub}")
    assert [redact_url(each or "") for each in found] == list(found)


def test_a_plain_stream_is_what_was_written() -> None:
    target = parse_target("rtsp://10.0.0.8:8554/live/main?x=1")
    assert target.streams(1) == ("rtsp://10.0.0.8:8554/live/main?x=1", None)
    assert parse_target("rtsps://10.0.0.8/live").streams(1) == ("rtsps://10.0.0.8:322/live", None)
    channel = "rtsp://10.0.0.8/live?channels=main&rtsp_port=x"
    assert parse_target(channel).streams(1)[0] == channel.replace("/live", ":554/live")
    assert parse_target("uniview://10.0.0.8?channels=16&rtsp_port=8554").channels == 16
    assert parse_target("hikvision+https://10.0.0.8").base_url == "https://10.0.0.8"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.8",
        "acme://10.0.0.8",
        "hikvision://",
        "hikvision://admin:hunter2@10.0.0.8",
        "dahua://10.0.0.8?channels=0",
        "dahua://10.0.0.8?channels=9999",
        "dahua://10.0.0.8?rtsp_port=x",
        "dahua://10.0.0.8?chanels=16",
        "dahua://10.0.0.8/cam/realmonitor",
        "onvif://10.0.0.8:0",
        "hikvision+ftp://10.0.0.8",
        "onvif://10.0.0.8:99999",
    ],
)
def test_what_is_no_address_is_refused_without_a_password_in_the_words(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_target(address)
    assert "hunter2" not in refused.value.line()
    assert refused.value.remedy


def test_every_maker_is_named_in_the_refusal() -> None:
    with pytest.raises(ConfigError) as refused:
        parse_target("x")
    assert all(each.value in refused.value.remedy for each in CameraMaker)
