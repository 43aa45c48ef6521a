"""Which adapter speaks to which device: an address's scheme, or its kind, names it.

``isapi://192.168.1.64``, ``dahua+https://nvr.example:8443/?rtsp_port=8554``; behind a gateway
``gb28181://wvp.example:18080/34020000001180000001?clock_within_s=5``. User and password are
given apart; an address that holds them is refused, for addresses are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Device
from pipeline.devices.polite_http import Limits

OPENERS = {
    "isapi": "pipeline.devices.isapi:open_isapi",
    "dahua": "pipeline.devices.dahua:open_dahua",
    "gb28181": "pipeline.devices.gb28181:open_gb28181",
    "onvif": "pipeline.devices.onvif:open_onvif",
}
"""Kind -> the function that opens one; imported when it is asked for."""
RTSP_PORT = 554


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """Where a device is and how to speak to it.

    Attributes:
        kind: A key of ``OPENERS``.
        base_url: ``http://host[:port]`` or ``https://…``.
        path: Behind it, without the leading ``/``; which device behind a gateway.
        options: Of the query.
    """

    kind: str
    base_url: str
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        scheme, _, rest = self.base_url.partition("://")
        return f"{self.kind}{'+https' if scheme == 'https' else ''}://{rest}"

    def port(self, name: str, default: int) -> int:
        """A port among the options.

        Raises:
            ConfigError: It is none.
        """
        said = self.options.get(name)
        if said is None:
            return default
        if not (said.isascii() and said.isdigit() and 0 < int(said) < 65_536):
            raise ConfigError(
                f"{name} is no port", where=str(self), remedy=f"Write it as {name}={default}"
            )
        return int(said)

    def rtsp_port(self) -> int:
        """Where footage is played back."""
        return self.port("rtsp_port", RTSP_PORT)


class Opener(Protocol):
    """Makes a device of an address; asks it nothing yet."""

    def __call__(
        self,
        address: DeviceAddress,
        credentials: Credentials | None,
        *,
        zone: ZoneInfo | None,
        clock: Clock | None,
        limits: Limits | None,
    ) -> Device: ...


def with_playback(device: Callable[..., Device]) -> Opener:
    """Opens devices whose addresses say nothing but where they are asked and play back."""

    def opened(
        address: DeviceAddress,
        credentials: Credentials | None,
        *,
        zone: ZoneInfo | None,
        clock: Clock | None,
        limits: Limits | None,
    ) -> Device:
        port = address.rtsp_port()
        return device(
            address.base_url, credentials, rtsp_port=port, zone=zone, clock=clock, limits=limits
        )

    return opened


def parse_address(text: str, kind: str | None = None) -> DeviceAddress:
    """Read an address.

    Args:
        text: ``kind://host[:port][/path][?options]``, ``kind+https://…``, or an ``http`` address
            or bare host with ``kind`` given apart.
        kind: Of an address that does not say it.

    Raises:
        ConfigError: It is none, or holds user and password.
    """
    where = redact_url(text)
    known = ", ".join(sorted(OPENERS))
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = kind or "", text
    named, _, carrier = scheme.lower().partition("+")
    if named in ("http", "https"):
        named, carrier = kind or "", named
    if kind is not None and named != kind:
        raise ConfigError(
            f"the address says {named!r} and the kind {kind!r}",
            where=where,
            remedy="Leave one away",
        )
    if named not in OPENERS or carrier not in ("", "http", "https"):
        raise ConfigError(
            "it does not say what kind of recorder stands there",
            where=where,
            remedy=f"Write it as {sorted(OPENERS)[0]}://host; kinds: {known}",
        )
    try:
        parts = urlsplit(f"{carrier or 'http'}://{rest}")
        has_host, port = bool(parts.hostname), parts.port
    except ValueError:
        has_host, port = False, None
    if not has_host:
        raise ConfigError("it is no address", where=where, remedy=f"Write it as {named}://host")
    if "@" in parts.netloc:
        raise ConfigError(
            "the address holds user or password, and addresses are shown",
            where=where,
            remedy="Write it without, and give both apart",
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    base = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
    return DeviceAddress(named, base, parts.path.strip("/"), dict(parse_qsl(parts.query)))


def open_device(
    address: DeviceAddress,
    credentials: Credentials | None,
    *,
    zone: ZoneInfo | None = None,
    clock: Clock | None = None,
    limits: Limits | None = None,
) -> Device:
    """The device at an address; it is asked nothing yet.

    Args:
        address: Where it is.
        credentials: For it; None asks without signing in.
        zone: The school's.
        clock: Time.
        limits: On each answer.

    Raises:
        DeviceError: The user name cannot be sent.
        ConfigError: An option is wrong.
    """
    module, _, name = OPENERS[address.kind].partition(":")
    opener = cast("Opener", getattr(import_module(module), name))
    return opener(address, credentials, zone=zone, clock=clock, limits=limits)
