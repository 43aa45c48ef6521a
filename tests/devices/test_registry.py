"""Addresses of devices."""

from __future__ import annotations

import pytest

from pipeline.core.errors import ConfigError
from pipeline.devices.dahua import DahuaDevice
from pipeline.devices.isapi import IsapiDevice
from pipeline.devices.registry import OPENERS, DeviceAddress, open_device, parse_address


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
        device = open_device(parse_address(f"{kind}://192.0.2.8"), None)
        device.close()
    assert isinstance(open_device(parse_address("isapi://h"), None), IsapiDevice)
    assert isinstance(open_device(parse_address("dahua://h"), None), DahuaDevice)


def test_a_port_that_is_none_is_told() -> None:
    with pytest.raises(ConfigError, match="rtsp_port is no port"):
        open_device(parse_address("isapi://h?rtsp_port=many"), None)
