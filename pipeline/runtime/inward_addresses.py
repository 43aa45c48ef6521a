"""Addresses inside the box itself, which a version written from afar may not name.

Cameras live in private networks, and a version may name any of these. On the loopback and on the
link itself, though, there is what was never meant to be reached from outside of the machine, and
whether it answers tells whoever writes versions about it. So only hosts that the box's own file
names, or networks that it lets the box search, are reached there. A name is not resolved: whoever
keeps the box's names could lead it anywhere.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections.abc import Iterator

from pipeline.core.errors import Problem
from pipeline.runtime.config import BoxConfig, RtspSourceConfig
from pipeline.runtime.kept_credentials import host_of

_WHAT = "may lead into the box itself, at a host that the box's own file does not name"
_REMEDY = "Write it in the box's own file first, if it is meant"


def inward(own: BoxConfig, wanted: BoxConfig) -> list[Problem]:
    """Addresses of a version that lead into the box, where its own file does not.

    Args:
        own: What stands in the box's file.
        wanted: The version, with the box's secrets in it.
    """
    known = {address for _, address in _addresses(own)}
    hosts = {host_of(address) for address in known} - {None}
    return [
        Problem(place, None, _WHAT, _REMEDY)
        for place, address in _addresses(wanted)
        if address not in known
        and (host := host_of(address)) not in hosts
        and _is_inward(host, own.discovery.networks)
    ]


def _addresses(box: BoxConfig) -> Iterator[tuple[str, str]]:
    for index, camera in enumerate(box.cameras):
        if isinstance(camera.source, RtspSourceConfig):
            place = f"cameras[{index}].source"
            yield f"{place}.url", camera.source.url
            if camera.source.substream_url is not None:
                yield f"{place}.substream_url", camera.source.substream_url
    for name, device in box.devices.items():
        address = device.address
        yield f"devices.{name}.address", address if "://" in address else f"any://{address}"


def _is_inward(host: str | None, searched: list[ipaddress.IPv4Network]) -> bool:
    if host is None:
        return True  # two readers may see two hosts in it
    # Who resolves a name takes wide digits and full stops for narrow ones.
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    if host.rstrip(".").rpartition(".")[2] == "localhost":
        return True
    address = _address(host)
    if address is None or any(address in each for each in searched):
        return False
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address == ipaddress.IPv4Address("255.255.255.255")
    )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """What a host in numbers means, also one like ``127.1`` or ``0x7f000001``; None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
