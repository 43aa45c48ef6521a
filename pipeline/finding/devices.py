"""Which devices of a search are the same: each is asked in one way, and none is left out.

Another port is another device, and so is another stream that was named by its path: software
cameras, gateways and port forwarding put several behind one address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from pipeline.finding.channels import FoundChannel
from pipeline.finding.makers import RTSP_PORT, RTSPS_PORT, CameraMaker, Target
from pipeline.finding.ws_discovery import DiscoveredDevice

MAX_DEVICES = 512
_MAX_ENDPOINTS = 16


class Devices:
    """Who is to be asked: who was named, then who answered, then who only listens.

    Args:
        named: Devices that are known already; of one that was named twice the first way counts.
        most: How many there may be; what comes later is left out.
    """

    def __init__(self, named: Iterable[Target], most: int = MAX_DEVICES) -> None:
        self._most = most
        self._of_host: dict[str, list[Target]] = {}
        self._count = 0
        for each in named:
            if not any(_names_same(known, each) for known in self._of_host.get(each.host, ())):
                self._add(each)

    @property
    def is_full(self) -> bool:
        """Whether what comes now is left out."""
        return self._count >= self._most

    def answered(self, device: DiscoveredDevice) -> None:
        """Take in one that answered a discovery; two at one place stay one, and say so."""
        new = Target(
            device.host,
            CameraMaker.ONVIF,
            device.port,
            device.is_https,
            endpoints=frozenset({device.endpoint}),
            model=device.model,
        )
        there = self._of_host.get(device.host, [])
        for at, known in enumerate(there):
            if _stands_for(known, new):
                endpoints = islice(known.endpoints | new.endpoints, _MAX_ENDPOINTS)
                there[at] = replace(known, endpoints=frozenset(endpoints))
                return
        self._add(new)

    def listens(self, host: str, rtsp_port: int) -> None:
        """Take in one that streams, unless somebody who is asked there says what."""
        there = self._of_host.get(host, ())
        if not any(
            each.maker is CameraMaker.ONVIF or each.rtsp_port == rtsp_port for each in there
        ):
            self._add(Target(host, None, rtsp_port=rtsp_port))

    def by_host(self) -> list[list[Target]]:
        """All of them, those of one host together, in the order in which they came."""
        return list(self._of_host.values())

    def _add(self, target: Target) -> None:
        if not self.is_full:
            self._of_host.setdefault(target.host, []).append(target)
            self._count += 1


def take_unlisted(channels: Iterable[FoundChannel], listed: set[str]) -> list[FoundChannel]:
    """Those whose main stream nobody told of yet: one stream is one camera.

    Args:
        channels: Of one device.
        listed: Streams that were told of at its host before; these are added.
    """
    fresh = [each for each in channels if each.main is None or stream_of(each.main) not in listed]
    listed.update(stream_of(each.main) for each in fresh if each.main is not None)
    return fresh


def stream_of(url: str) -> str:
    """A stream's address in one spelling: devices leave out the usual port, people write it."""
    parts = urlsplit(url)
    port = parts.port or (RTSPS_PORT if parts.scheme == "rtsps" else RTSP_PORT)
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path}?{parts.query}"


def _names_same(known: Target, other: Target) -> bool:
    return (known.http_port, known.rtsp_port, known.path) == (
        other.http_port,
        other.rtsp_port,
        other.path,
    )


def _stands_for(known: Target, answered: Target) -> bool:
    """Whether who answered is asked already.

    Of a maker that was named without a port its ONVIF may be anywhere, so it stands for its host.
    """
    if known.maker in (None, CameraMaker.RTSP):
        return False
    anywhere = known.port is None and known.maker is not CameraMaker.ONVIF
    return anywhere or known.http_port == answered.http_port
