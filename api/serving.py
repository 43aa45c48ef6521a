"""How connections are served, so that strangers cannot use up what everybody needs.

uvicorn 0.54 ends an idle connection between two requests, and that is all: a request sent by half
stays for ever, connections are taken until the process has no descriptor left, and then each failed
``accept`` is a line in the log, thousands a second. Here

- the head of a request must arrive within ``HEAD_S``; its body within ``BODY_S`` and a second more
  for each ``BODY_BYTES_PER_S``, counted only while the server itself is ready to read;
- an answer that nobody reads for ``UNREAD_S`` is cut off;
- connections are limited in all, and for each address but those of the configured proxies, which
  stand for many people.
"""

from __future__ import annotations

import asyncio
import ipaddress
import resource
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import h11
import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.kit.addresses import group_of
from api.kit.errors import ApiError, RequestTimeoutError, UnavailableError
from api.kit.logging import Seldom
from api.kit.problems import problem_response
from api.settings import Network, Settings

HEAD_S = 10.0
BODY_S = 10.0
BODY_BYTES_PER_S = 512
UNREAD_S = 60.0
GRACE_S = 2
"""How long requests in flight may take to finish after a signal to stop."""
_TICK_S = 1.0
_LINGER_S = 2.0
"""For the last words to reach the other side before the connection is cut."""
_IDLE_S = 15
_BACKLOG = 128
"""Connections the kernel keeps waiting. asyncio tries to accept so many in one go, and reports
each that fails."""
_KEPT_DESCRIPTORS = 64
"""For the database, the log and all that is no connection."""
_log = structlog.get_logger(__name__)


def raise_descriptor_limit() -> int:
    """Use all descriptors the service may have; answers how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return 1 << 20 if hard == resource.RLIM_INFINITY else hard


class Connections:
    """Counts connections and says whether there is room for one more.

    Args:
        total: At most so many in all.
        per_address: At most so many of one address; of IPv6, of one /64.
        proxies: Networks whose addresses stand for many people.
    """

    def __init__(self, total: int, per_address: int, proxies: tuple[Network, ...]) -> None:
        self._total = total
        self._per_address = per_address
        self._proxies = proxies
        self._count = 0
        self._of: Counter[str] = Counter()
        self._refused = Seldom()

    def enter(self, host: str) -> bool:
        """Count one in; answers whether there was room. One without room counts until it left."""
        group = group_of(host)
        self._count += 1
        self._of[group] += 1
        why = ""
        if self._count > self._total:
            why = "in all"
        elif self._of[group] > self._per_address and not self._is_proxy(host):
            why = "of one address"
        if why and (since := self._refused.due()) is not None:
            _log.warning("connections_refused", too_many=why, address=host, more_before=since)
        return not why

    def leave(self, host: str) -> None:
        """Count one out."""
        group = group_of(host)
        self._count -= 1
        self._of[group] -= 1
        if not self._of[group]:
            del self._of[group]

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


class BoundedProtocol(H11Protocol):
    """One connection with deadlines; see the module."""

    def __init__(self, *args: Any, connections_of_all: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._all = connections_of_all
        self._host = ""
        self._ticking: asyncio.TimerHandle | None = None
        self._request: object = None
        self._head_s = self._body_s = self._unread_s = 0.0
        self._received_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Serve it, or say that there is no room."""
        super().connection_made(transport)
        self._host = "" if self.client is None else self.client[0]
        if not self._all.enter(self._host):
            self._end_with(UnavailableError("too many connections"))
            return
        self._ticking = self.loop.call_later(_TICK_S, self._tick)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        if self._ticking is not None:
            self._ticking.cancel()
        self._all.leave(self._host)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        self._received_bytes += len(data)
        super().data_received(data)

    def _tick(self) -> None:
        self._ticking = self.loop.call_later(_TICK_S, self._tick)
        if self._request is not self.scope:
            self._request = self.scope
            self._head_s = self._body_s = 0.0
            self._received_bytes = 0
        self._unread_s = self._unread_s + _TICK_S if self.flow.write_paused else 0.0
        if self._unread_s > UNREAD_S:
            self.transport.abort()
            return
        theirs = self.conn.their_state
        if theirs is h11.IDLE and self.timeout_keep_alive_task is None:
            self._head_s += _TICK_S
        elif theirs is h11.SEND_BODY and not self.flow.read_paused:
            self._body_s += _TICK_S
        else:
            self._head_s = 0.0
        # What is still sent after the answer is read only so that the answer is not lost.
        is_answered = self.cycle is not None and self.cycle.response_complete
        earned_s = 0.0 if is_answered else self._received_bytes / BODY_BYTES_PER_S
        if self._head_s > HEAD_S or self._body_s > BODY_S + earned_s:
            self._end_with(RequestTimeoutError("the request did not arrive in time"))

    def _end_with(self, error: ApiError) -> None:
        """Say why, if that can still be said, and close."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and not self.transport.is_closing():
            self.transport.write(self._answer(error))
        self.transport.close()
        self._ticking = self.loop.call_later(_LINGER_S, self.transport.abort)

    def _answer(self, error: ApiError) -> bytes:
        response = problem_response(error)
        head = h11.Response(
            status_code=error.status,
            reason=error.title.encode("ascii"),
            headers=[*response.raw_headers, (b"connection", b"close")],
        )
        parts = (head, h11.Data(data=bytes(response.body)), h11.EndOfMessage())
        return b"".join(self.conn.send(part) or b"" for part in parts)


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the command centre is served."""
    spare = max(raise_descriptor_limit() - _KEPT_DESCRIPTORS, 2)
    # A connection may need a second descriptor, for the file it sends or fetches.
    total = min(settings.max_connections, spare // 2)
    connections = Connections(
        total, min(settings.max_connections_per_address, total), settings.trusted_proxies
    )
    protocol: Callable[..., asyncio.Protocol] = partial(
        BoundedProtocol, connections_of_all=connections
    )
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", protocol),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # A forwarded address is a claim: only who is configured may make it.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
        backlog=_BACKLOG,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )
