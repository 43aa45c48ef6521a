"""Where this program may connect to: nowhere inside the machine's own networks by itself.

An address that a person types decides to which host the command centre speaks from the inside. A
name is resolved once, every address it has is judged, and the connection is made to an address that
was judged: a name that resolves differently a moment later leads nowhere else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """All addresses of a host lie where only an administrator may let it connect."""


class UnknownHostError(Exception):
    """A name has no address."""


def _embedded(address: Address) -> list[Address]:
    """The address and those that a gateway on the way would make of it."""
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        found += [each for each in (address.ipv4_mapped, address.sixtofour) if each is not None]
        if address.teredo is not None:
            found += address.teredo
        if address in _NAT64:
            found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return found


def may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it is a public address, or lies in a network that was allowed.

    >>> may_reach(ipaddress.ip_address("::ffff:10.0.0.1"), [])
    False
    """
    if is_allowed(address, allowed):
        return True
    # Whatever is mapped to IPv4 is judged by that: the outer address is of no network.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    judged = [mapped] if mapped is not None else _embedded(address)
    return all(each.is_global and not each.is_multicast for each in judged)


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it lies in a network that an administrator allowed."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    judged = mapped or address
    return any(judged.version == each.version and judged in each for each in allowed)


async def resolve(host: str, port: int, allowed: Sequence[Network]) -> Address:
    """An address of a host that may be connected to.

    Args:
        host: A name, or an address without brackets.
        port: Where it is going to be connected to.
        allowed: Networks of ``networks_allowed``.

    Raises:
        UnknownHostError: If it has no address.
        AddressRefusedError: If none of its addresses may be reached.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHostError(host) from error
    # An address of one link carries its interface's name, which is no part of the address.
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses:
        raise UnknownHostError(host)
    for address in addresses:
        if may_reach(address, allowed):
            return address
    raise AddressRefusedError(host)
