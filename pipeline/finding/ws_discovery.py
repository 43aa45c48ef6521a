"""WS-Discovery: who in these networks says that it is an ONVIF device.

Written from WS-Discovery 1.0 (2005) and ONVIF's Core Specification, chapter 7. The question goes to
the group and, for networks behind a router, to each address by itself, slowly. Only answers from
inside the networks count, and an answer's word about where it is counts for its port alone: whoever
answers may name any host of the world.
"""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import select
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pipeline.core.clock import Clock
from pipeline.devices.errors import BrokenAnswerError
from pipeline.devices.xml_answer import parse_xml, text_of

GROUP, PORT = "239.255.255.250", 3702
RATE_PER_S = 100.0
"""Questions a second; each has some 700 bytes."""
LISTEN_S = 3.0
"""After the last question: devices answer within half a second, slow ones within two."""
MAX_ANSWERS = 4096
_MAX_BYTES = 65_535
_USUAL = {"http": 80, "https": 443}
_QUESTION = """<?xml version="1.0" encoding="UTF-8"?>\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" \
xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" \
xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>\
<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\
<a:MessageID>urn:uuid:{id}</a:MessageID>\
<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>\
<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"""


@dataclass(frozen=True, slots=True)
class DiscoveredDevice:
    """A device that answered.

    Attributes:
        host: Where its answer came from.
        port: Of its ONVIF; None is the usual one.
        is_https: Whether that is encrypted.
        endpoint: What it calls itself.
        model: In its own words; ``""`` when not told.
    """

    host: str
    port: int | None
    is_https: bool
    endpoint: str
    model: str


def discover(
    networks: tuple[ipaddress.IPv4Network, ...],
    clock: Clock,
    is_over: Callable[[], bool],
    *,
    port: int = PORT,
) -> Iterator[DiscoveredDevice]:
    """Ask; each device once.

    Args:
        networks: Whose answers count.
        clock: Time.
        is_over: Asked often; ends it.
        port: Where is asked.
    """
    seen: set[tuple[str, int | None, str]] = set()
    answers = 0
    for datagram, host in _asked(networks, clock, is_over, port):
        answers += 1
        if answers > MAX_ANSWERS:
            return
        if not any(ipaddress.IPv4Address(host) in each for each in networks):
            continue
        for device in read_answer(datagram, host):
            key = (device.host, device.port, device.endpoint)
            if key not in seen:
                seen.add(key)
                yield device


def read_answer(datagram: bytes, host: str) -> Iterator[DiscoveredDevice]:
    """The devices of one answer; none of what is no answer."""
    try:
        root = parse_xml(datagram, host)
    except BrokenAnswerError:
        return
    # Some leave out the list around it.
    for match in itertools.islice(root.iter("ProbeMatch"), 16):
        port, is_https = _place(text_of(match, "XAddrs"))
        endpoint = text_of(match, "EndpointReference/Address")[:128]
        yield DiscoveredDevice(host, port, is_https, endpoint, _model(text_of(match, "Scopes")))


def _asked(
    networks: tuple[ipaddress.IPv4Network, ...],
    clock: Clock,
    is_over: Callable[[], bool],
    port: int,
) -> Iterator[tuple[bytes, str]]:
    """Send all questions, and give what comes meanwhile and for a while after."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.bind(("", 0))
        for network in networks:
            _ask_group(line, network, port)
        for address in (each for network in networks for each in hosts_of(network)):
            if is_over():
                return
            with contextlib.suppress(OSError):
                line.sendto(_question(), (str(address), port))
            yield from _heard(line, 1.0 / RATE_PER_S, clock)
        until_ns = clock.mono_ns() + round(LISTEN_S * 1e9)
        while not is_over() and clock.mono_ns() < until_ns:
            yield from _heard(line, 0.2, clock)


def hosts_of(network: ipaddress.IPv4Network) -> Iterator[ipaddress.IPv4Address]:
    """Its addresses without those of the network and the broadcast."""
    return iter(network.hosts())


def _ask_group(line: socket.socket, network: ipaddress.IPv4Network, port: int) -> None:
    """To the group, out of the interface that leads to the network; without one, nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        route.connect((str(network.network_address + (network.num_addresses > 1)), port))
        own = socket.inet_aton(route.getsockname()[0])
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        for _ in range(2):  # datagrams are lost
            line.sendto(_question(), (GROUP, port))


def _heard(line: socket.socket, wait_s: float, clock: Clock) -> Iterator[tuple[bytes, str]]:
    until_ns = clock.mono_ns() + round(wait_s * 1e9)
    while (left_s := (until_ns - clock.mono_ns()) / 1e9) > 0:
        if not select.select([line], [], [], left_s)[0]:
            return
        try:
            datagram, (host, _) = line.recvfrom(_MAX_BYTES)
        except OSError:  # nobody listens at an address that was asked
            continue
        yield datagram, host


def _question() -> bytes:
    return _QUESTION.format(id=uuid.uuid4()).encode()


def _place(addresses: str) -> tuple[int | None, bool]:
    """Port and encryption of the first address that can be read; plain HTTP goes first."""
    for wanted in ("http", "https"):
        for each in addresses.split()[:8]:
            try:
                parts = urlsplit(each)
                if parts.scheme == wanted and parts.hostname:
                    port = None if parts.port == _USUAL[wanted] else parts.port
                    return port, wanted == "https"
            except ValueError:
                continue
    return None, False


def _model(scopes: str) -> str:
    for wanted in ("/hardware/", "/name/"):
        for scope in scopes.split()[:64]:
            if scope.startswith("onvif://") and wanted in scope:
                return unquote(scope.partition(wanted)[2], errors="replace")[:128]
    return ""
