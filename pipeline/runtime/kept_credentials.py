"""Where the credentials of a box may go when somebody writes its configuration from afar.

A version names any address, and any variable or file of the box; unlimited, whoever may write
versions could have a box sign in to a host of theirs. So a version uses the credentials that the
box's own file uses, where that uses them, or at a neighbour: a camera whose address changed, or a
new one beside it, or one in a network where the file lets the box search as that account. Who holds
a host in a camera's own network could answer in its place anyway.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.core.errors import Problem
from pipeline.runtime.config import BoxConfig, RtspSourceConfig
from pipeline.runtime.device_config import AccountConfig, DeviceConfig

_NEIGHBOURS = 24
"""Bits that neighbours share: networks of cameras are as large as this, or a part of that."""
_REMEDY = "Write it in the box's own file first, or set the credential anew for this address"


@dataclass(frozen=True, slots=True)
class _Use:
    """A credential at an address.

    Attributes:
        place: Path of what the address is a key of.
        key: That key.
        named_by: Key of the credential, and what stands there: a variable or a file.
        address: It.
    """

    place: str
    key: str
    named_by: tuple[str, str | Path]
    address: str


def strayed(
    own: BoxConfig, wanted: BoxConfig, sealed: Mapping[Path, str] | None = None
) -> list[Problem]:
    """Credentials that a version would send where the box's own file does not send them.

    Args:
        own: What stands in the box's file.
        wanted: The version, with the box's secrets in it.
        sealed: Files of credentials that were sealed for this box, and the host of each.
    """
    known: dict[tuple[str, str | Path], set[str]] = defaultdict(set)
    for use in _uses(own):
        known[use.named_by].add(use.address)
    for file, host in (sealed or {}).items():
        known["password_file", file.absolute()].add(f"any://{host}")
    searched = {
        named_by for account in own.discovery.accounts.values() for named_by in _named_by(account)
    }
    found = []
    for use in _uses(wanted):
        if use.named_by in searched and _is_within(use.address, own.discovery.networks):
            continue
        if use.named_by not in known:
            what = "names a credential that the box's own file does not name"
            found.append(Problem(f"{use.place}.{use.named_by[0]}", None, what, _REMEDY))
        elif not any(is_near(use.address, each) for each in known[use.named_by]):
            what = "sends the credential to a host that is not beside one the box's own file names"
            found.append(Problem(f"{use.place}.{use.key}", None, what, _REMEDY))
    return found + _strayed_searches(own, wanted, searched)


def _strayed_searches(
    own: BoxConfig, wanted: BoxConfig, searched: set[tuple[str, str | Path]]
) -> list[Problem]:
    """A version that lets the box search as somebody, where its own file does not."""
    found = []
    for name, account in wanted.discovery.accounts.items():
        for key, value in _named_by(account):
            if (key, value) not in searched:
                what = "searches with a credential that the box's own file does not search with"
                found.append(Problem(f"discovery.accounts.{name}.{key}", None, what, _REMEDY))
    if wanted.discovery.accounts:
        for index, network in enumerate(wanted.discovery.networks):
            if not any(network.subnet_of(each) for each in own.discovery.networks):
                what = "searches as somebody in a network that the box's own file does not name"
                found.append(Problem(f"discovery.networks[{index}]", None, what, _REMEDY))
    return found


def _named_by(account: AccountConfig | RtspSourceConfig) -> Iterator[tuple[str, str | Path]]:
    if account.password_env:
        yield "password_env", account.password_env
    if account.password_file:
        yield "password_file", account.password_file


def _is_within(address: str, networks: Sequence[ipaddress.IPv4Network]) -> bool:
    host = _host(address)
    try:
        found = ipaddress.IPv4Address(host or "")
    except ValueError:
        return False
    return any(found in each for each in networks)


def _uses(box: BoxConfig) -> Iterator[_Use]:
    for index, camera in enumerate(box.cameras):
        if isinstance(camera.source, RtspSourceConfig):
            place = f"cameras[{index}].source"
            streams = {"url": camera.source.url, "substream_url": camera.source.substream_url}
            for key, address in streams.items():
                yield from _of(place, key, camera.source, address)
    for name, device in box.devices.items():
        yield from _of(f"devices.{name}", "address", device, device.address)


def _of(
    place: str, key: str, signs_in: RtspSourceConfig | DeviceConfig, address: str | None
) -> Iterator[_Use]:
    if address is None:
        return
    for named_by in _named_by(signs_in):
        yield _Use(place, key, named_by, address)


def is_near(address: str, known: str) -> bool:
    """Whether an address is a known one, of the same host, or of a neighbour of it."""
    if address == known:
        return True
    host, other = _host(address), _host(known)
    if host is None or other is None:
        return False
    return host == other or _network(host) == _network(other) is not None


def _host(address: str) -> str | None:
    """The host; None where two readers of the address may see two, as in ``a?b@c``."""
    rest = address.partition("://")[2]
    authority = rest.partition("/")[0].rpartition("@")[2]
    try:
        read, written = urlsplit(f"//{rest}").hostname, urlsplit(f"//{authority}").hostname
    except ValueError:
        return None
    return read if read == written else None


def _network(host: str) -> ipaddress.IPv4Network | None:
    """The network of an IPv4 address that is not of the whole world."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return None
    return (
        ipaddress.IPv4Network((address, _NEIGHBOURS), strict=False) if address.is_private else None
    )
