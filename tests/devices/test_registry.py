"""Addresses of devices."""

from __future__ import annotations

import pytest

from pipeline.core.errors import ConfigError
from pipeline.devices.dahua import DahuaDevice
from pipeline.devices.isapi import IsapiDevice
from pipeline.devices.registry import OPENERS, DeviceAddress, open_device, parse_address
from tests.devices.wvp_fake import RECORDER


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("isapi://192.0.2.8", None, DeviceAddress("isapi", "http://192.0.2.8")),
        ("dahua+https://nvr:8443/", None, DeviceAddress("dahua", "https://nvr:8443")),
        ("http://192.0.2.8:81", "isapi", DeviceAddress("isapi", "http://192.0.2.8:81")),
        ("192.0.2.8", "dahua", DeviceAddress("dahua", "http://192.0.2.8")),
        ("isapi://[fd00::8]:80", None, DeviceAddress("isapi", "http://[fd00::8]:80")),
        (
            "isapi://h/a/b?rtsp_port=8554",
            None,
            DeviceAddress("isapi", "http://h", "a/b", {"rtsp_port": "8554"}),
        ),
    ],
)
def test_addresses_are_read(text: str, kind: str | None, expected: DeviceAddress) -> None:
    assert parse_address(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("http://192.0.2.8", None, "what kind"),
        ("ftp://192.0.2.8", None, "what kind"),
        ("isapi+ftp://192.0.2.8", None, "what kind"),
        ("isapi://192.0.2.8", "dahua", "Leave one away"),
        ("isapi://", None, "no address"),
        ("isapi://h:99999", None, "no address"),
        ("isapi://admin:s3cret@192.0.2.8", None, "holds user or password"),
    ],
)
def test_what_is_no_address_is_told_without_its_password(
    text: str, kind: str | None, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as error:
        parse_address(text, kind)
    assert "s3cret" not in str(error.value)


def test_every_kind_opens() -> None:
    for kind in OPENERS:
        behind = f"/{RECORDER}" if kind == "gb28181" else ""
        device = open_device(parse_address(f"{kind}://192.0.2.8{behind}"), None)
        device.close()
    assert isinstance(open_device(parse_address("isapi://h"), None), IsapiDevice)
    assert isinstance(open_device(parse_address("dahua://h"), None), DahuaDevice)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("", "20 digits"),
        ("/34020000001340000001", "are 134"),
        (f"/{RECORDER}?clock_within_s=soon", "no number of seconds"),
        (f"/{RECORDER}?clock_within_s=-1", "no number of seconds"),
        (f"/{RECORDER}?clock_within_s=nan", "no number of seconds"),
    ],
)
def test_behind_a_gateway_the_recorder_is_named(rest: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_device(parse_address(f"gb28181://wvp:18080{rest}"), None)


def test_a_port_that_is_none_is_told() -> None:
    with pytest.raises(ConfigError, match="rtsp_port is no port"):
        open_device(parse_address("isapi://h?rtsp_port=many"), None)
