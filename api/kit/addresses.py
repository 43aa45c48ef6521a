"""Network addresses as limits count them."""

from __future__ import annotations

import ipaddress


def group_of(host: str) -> str:
    """What one household or attacker has: an IPv4 address, or an IPv6 network of 64 bits.

    >>> group_of("192.0.2.7"), group_of("2001:db8::1:2"), group_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
