"""Where makers' cameras stream: main and substream of a channel, by address and maker.

From the makers' own documents: Hikvision's "RTSP URL" note, Dahua's "RTSP protocol", Uniview's
"How to get RTSP", TP-Link's FAQ 2680 (VIGI and Tapo), Reolink's "RTSP URL". Nothing is guessed
beyond that: each wrong path would be another login.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pipeline.core.errors import ConfigError
from pipeline.core.redact import redact_url

RTSP_PORT, RTSPS_PORT = 554, 322
MAX_CHANNELS = 256


class CameraMaker(StrEnum):
    """Whose ways are followed."""

    ONVIF = "onvif"
    """Any maker's, as ONVIF tells."""
    HIKVISION = "hikvision"
    DAHUA = "dahua"
    UNIVIEW = "uniview"
    TPLINK = "tplink"
    REOLINK = "reolink"
    RTSP = "rtsp"
    """A stream whose path is given, also as ``rtsps``."""


_STREAMS: Mapping[CameraMaker, tuple[str, str]] = {
    CameraMaker.HIKVISION: ("/Streaming/Channels/{0}01", "/Streaming/Channels/{0}02"),
    CameraMaker.DAHUA: (
        "/cam/realmonitor?channel={0}&subtype=0",
        "/cam/realmonitor?channel={0}&subtype=1",
    ),
    CameraMaker.UNIVIEW: ("/unicast/c{0}/s0/live", "/unicast/c{0}/s1/live"),
    CameraMaker.TPLINK: ("/stream1", "/stream2"),
    CameraMaker.REOLINK: ("/Preview_{0:02d}_main", "/Preview_{0:02d}_sub"),
}
_LISTS_CHANNELS = {CameraMaker.HIKVISION: "isapi", CameraMaker.DAHUA: "dahua"}


@dataclass(frozen=True, slots=True)
class Target:
    """A device to be looked at.

    Attributes:
        host: Its name or address.
        maker: Whose ways are followed; None of one that only streams, as far as is known.
        port: Of its HTTP; None is the usual one.
        is_https: Whether that is encrypted; of a plain stream whether it is.
        rtsp_port: Where it streams.
        channels: How many to try of a maker that does not list them.
        path: Of a plain stream, with its query.
        endpoints: What devices there call themselves in WS-Discovery.
        model: In its own words; ``""`` when not told.
    """

    host: str
    maker: CameraMaker | None
    port: int | None = None
    is_https: bool = False
    rtsp_port: int = RTSP_PORT
    channels: int = 1
    path: str = ""
    endpoints: frozenset[str] = field(default_factory=frozenset)
    model: str = ""

    @property
    def url_host(self) -> str:
        """As it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def base_url(self) -> str:
        """Of its HTTP."""
        port = "" if self.port is None else f":{self.port}"
        return f"http{'s' if self.is_https else ''}://{self.url_host}{port}"

    @property
    def http_port(self) -> int:
        """Of its HTTP, the usual one as well."""
        return self.port or (443 if self.is_https else 80)

    @property
    def authority(self) -> str:
        """What names it: host, and port where it is not the usual one."""
        if self.maker is None or self.maker is CameraMaker.RTSP:
            return f"{self.url_host}:{self.rtsp_port}"
        return self.url_host if self.port is None else f"{self.url_host}:{self.port}"

    @property
    def maker_name(self) -> str:
        """Whose ways are followed; ``""`` when nobody's."""
        return "" if self.maker is None else self.maker.value

    @property
    def lists_channels(self) -> str | None:
        """The kind of recorder that can be asked for its channels; None of others."""
        return None if self.maker is None else _LISTS_CHANNELS.get(self.maker)

    def streams(self, channel: int) -> tuple[str, str | None]:
        """Addresses of a channel's main and substream, without user; None: it has none."""
        base = f"rtsp://{self.url_host}:{self.rtsp_port}"
        if self.maker is CameraMaker.RTSP:
            return (base.replace("rtsp:", "rtsps:", 1) if self.is_https else base) + self.path, None
        assert self.maker is not None, "nobody knows its paths"
        main, sub = _STREAMS[self.maker]
        return base + main.format(channel), base + sub.format(channel)


def parse_target(text: str) -> Target:
    """Read ``maker://host[:port][?rtsp_port=8554&channels=16]``, or ``rtsp[s]://host[:port]/path``.

    Raises:
        ConfigError: It is none, or holds user and password.
    """
    where = redact_url(text)
    known = ", ".join(CameraMaker)
    scheme, mark, rest = text.partition("://")
    scheme = "rtsp+https" if scheme.lower() == "rtsps" else scheme
    named, _, carrier = scheme.lower().partition("+")
    if not mark or named not in list(CameraMaker) or carrier not in ("", "http", "https"):
        raise ConfigError(
            "it does not say whose camera stands there",
            where=where,
            remedy=f"Write it as hikvision://192.168.1.64; makers: {known}",
        )
    try:
        parts = urlsplit(f"http://{rest}")
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not host or port == 0:
        raise ConfigError("it is no address", where=where, remedy=f"Write it as {named}://host")
    if "@" in parts.netloc:
        raise ConfigError(
            "the address holds user or password, and addresses are shown",
            where=where,
            remedy="Write it without, and name an account",
        )
    maker = CameraMaker(named)
    if maker is CameraMaker.RTSP:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        usual = RTSPS_PORT if carrier == "https" else RTSP_PORT
        return Target(
            host,
            maker,
            is_https=carrier == "https",
            rtsp_port=port or usual,
            path=path or "/",
        )
    rtsp_port, channels = _options(parts, where)
    return Target(host, maker, port, carrier == "https", rtsp_port=rtsp_port, channels=channels)


def _options(parts: SplitResult, where: str) -> tuple[int, int]:
    """Port of its streams, and how many channels to try."""
    options = {"rtsp_port": RTSP_PORT, "channels": 1}
    try:
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            options[name] = int(value)
    except ValueError:
        options["rtsp_port"] = 0
    is_known = len(options) == 2 and parts.path in ("", "/")
    if not is_known or not (
        1 <= options["channels"] <= MAX_CHANNELS and 0 < options["rtsp_port"] < 65_536
    ):
        raise ConfigError(
            "what stands behind the host is not known",
            where=where,
            remedy=f"Write no path, and of options ?rtsp_port=8554&channels=1..{MAX_CHANNELS}",
        )
    return options["rtsp_port"], options["channels"]


def is_inside(host: str, networks: tuple[ipaddress.IPv4Network, ...]) -> bool:
    """Whether a host is an address of one of the networks; a name never is."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return any(address in each for each in networks)
