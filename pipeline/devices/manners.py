"""How a school's recorder is asked without being slowed: the one place where that is decided.

A recorder has one small processor, and recording comes first. So at most two questions at a time
go to a host, whoever asks; one that says it is busy is left alone, longer each time; and a login
that was refused is not tried again until user or password change, for makers lock accounts after a
few, and a client that retries locks out the people who work there.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import AuthRefusedError

AT_ONCE = 2
"""Questions at a time to one host."""
BUSY_TRIES = 4
"""How often a busy device is asked in all before that is told."""
FIRST_REST_S = 1.0
LONGEST_REST_S = 30.0


class Manners:
    """What has to be known of a host by everybody who asks it. Thread-safe."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._rest_until_ns: dict[str, int] = {}
        self._refused: dict[tuple[str, Credentials], str] = {}

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for one of the host's places, for one question or one playback."""
        with self._slots:
            yield

    def await_rest(self, authority: str, clock: Clock) -> None:
        """Wait until a device that was busy has had its rest."""
        with self._lock:
            left_ns = self._rest_until_ns.get(authority, 0) - clock.mono_ns()
        if left_ns > 0:
            clock.sleep(min(left_ns / 1e9, LONGEST_REST_S))

    def was_busy(
        self, authority: str, clock: Clock, tries: int, asked_s: float | None = None
    ) -> None:
        """Leave a device alone for a while.

        Args:
            authority: Host and port.
            clock: Time.
            tries: How often it said so in a row, this one included.
            asked_s: For how long it asked itself; None when it did not.
        """
        rest_s = FIRST_REST_S * 2.0 ** (tries - 1) if asked_s is None else asked_s
        rest_s = min(LONGEST_REST_S, max(rest_s, FIRST_REST_S)) * random.uniform(1.0, 1.25)
        with self._lock:
            self._rest_until_ns[authority] = clock.mono_ns() + round(rest_s * 1e9)

    def was_refused(self, authority: str, credentials: Credentials, why: str) -> None:
        """Remember a refused login."""
        with self._lock:
            self._refused[authority, credentials] = why

    def check_refused(self, authority: str, credentials: Credentials) -> None:
        """Stop before a login that was refused already.

        Raises:
            AuthRefusedError: It was.
        """
        with self._lock:
            why = self._refused.get((authority, credentials))
        if why is not None:
            raise AuthRefusedError(
                f"{why}; it is not asked again with the same user and password",
                where=authority,
                remedy="Correct user or password, then start anew",
            )


_hosts: dict[str, Manners] = {}
_hosts_lock = threading.Lock()


def manners_of(host: str) -> Manners:
    """The manners towards a host, the same for everybody in this process."""
    with _hosts_lock:
        return _hosts.setdefault(host.lower(), Manners(host.lower()))


def authority_of(url: str) -> tuple[str, str]:
    """Host, and host with port, of an address.

    Raises:
        ValueError: It has no host, or its port is none.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("it has no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return parts.hostname, f"{host}:{parts.port}" if parts.port else host
