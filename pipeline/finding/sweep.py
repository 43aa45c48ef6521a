"""Who in these networks listens where cameras stream: for those that answer no WS-Discovery."""

from __future__ import annotations

import errno
import ipaddress
import selectors
import socket
from collections.abc import Callable, Iterator

from pipeline.core.clock import Clock

RATE_PER_S = 50.0
"""Connections begun a second: a school's switch and its firewall do not notice."""
WAIT_S = 1.5


def sweep(
    networks: tuple[ipaddress.IPv4Network, ...],
    port: int,
    clock: Clock,
    is_over: Callable[[], bool],
) -> Iterator[str]:
    """Addresses that take a connection; nothing is sent on it."""
    with selectors.DefaultSelector() as waiting:
        try:
            for address in (each for network in networks for each in network.hosts()):
                if is_over():
                    return
                _begin(waiting, str(address), port, clock)
                yield from _opened(waiting, 1.0 / RATE_PER_S, clock)
            until_ns = clock.mono_ns() + round(WAIT_S * 1e9)
            while waiting.get_map() and clock.mono_ns() < until_ns and not is_over():
                yield from _opened(waiting, 0.1, clock)
        finally:
            for key in list(waiting.get_map().values()):
                _close(key.fileobj)


def _begin(waiting: selectors.BaseSelector, host: str, port: int, clock: Clock) -> None:
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setblocking(False)
    try:
        if line.connect_ex((host, port)) not in (0, errno.EINPROGRESS):
            line.close()  # refused at once, or no way there
            return
        waiting.register(line, selectors.EVENT_WRITE, (host, clock.mono_ns()))
    except OSError:
        line.close()


def _opened(waiting: selectors.BaseSelector, wait_s: float, clock: Clock) -> Iterator[str]:
    """Who took the connection; who did not for ``WAIT_S`` is let go."""
    until_ns = clock.mono_ns() + round(wait_s * 1e9)
    while (left_s := (until_ns - clock.mono_ns()) / 1e9) > 0:
        ready = waiting.select(left_s)
        for key, _ in ready:
            line = key.fileobj
            assert isinstance(line, socket.socket)
            is_open = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            waiting.unregister(line)
            line.close()
            if is_open:
                yield str(key.data[0])
    oldest_ns = clock.mono_ns() - round(WAIT_S * 1e9)
    for key in [each for each in waiting.get_map().values() if each.data[1] < oldest_ns]:
        waiting.unregister(key.fileobj)
        _close(key.fileobj)


def _close(line: object) -> None:
    assert isinstance(line, socket.socket)
    line.close()
