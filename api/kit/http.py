"""Middleware in plain ASGI, so that streams are not buffered on their way.

It counts requests by route template, bounds request bodies, and adds the headers that keep a
browser from doing anything the console does not need.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.contract.browser import SECURITY_HEADERS
from api.kit.errors import TooLargeError
from api.kit.metrics import Metrics
from api.kit.problems import problem_response

# Of meetings alone, which a box's own pages have none of.
_HEADERS = {
    **SECURITY_HEADERS,
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
    ),
}
_OF_ALL = tuple((name.lower().encode(), each.encode()) for name, each in _HEADERS.items())
# What is told of people must not stay behind in a browser.
_OF_API = (*_OF_ALL, (b"cache-control", b"no-store"))
_log = structlog.get_logger(__name__)


class SecurityHeaders:
    """Adds the security headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.setdefault("headers", [])
                is_api = scope["path"].startswith("/api/")
                wanted = _OF_API if is_api else _OF_ALL
                set_already = {name.lower() for name, _ in own}
                message["headers"] = [
                    *own,
                    *(each for each in wanted if each[0] not in set_already),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RequestMetrics:
    """Counts and times requests by route template; an unmatched path is ``unmatched``."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, int(message["status"]), time.perf_counter() - began_s)
            await send(message)

        await self._app(scope, receive, send_counted)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", None) or "unmatched"
        # A method is a label too: one that is made up must not make up a series.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.duration.labels(method, route).observe(seconds)
        _log.debug("request", method=method, route=route, status=status)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class BodyLimit:
    """Refuses bodies over a limit before they fill memory; evidence has its own, larger limit.

    Args:
        app: What it stands before.
        max_bytes: Of one body.
        larger_bytes: Of one body at paths that begin so; they take no room from the others.
        at_once: So many of the largest are received together; who comes then is to come later.
        exempt_prefix: Paths that begin so, whose bodies are not kept in memory.
        open_paths: Paths that strangers may send to.
        open_max_bytes: Of one body there.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        larger_bytes: Mapping[str, int],
        at_once: int,
        exempt_prefix: str | tuple[str, ...],
        open_paths: Collection[str],
        open_max_bytes: int,
    ) -> None:
        self._app = app
        self._max_bytes = {**larger_bytes, "": max_bytes}
        self._exempt_prefix = exempt_prefix
        self._open_paths = open_paths
        self._open_max_bytes = open_max_bytes
        self._room_bytes = {prefix: at_once * most for prefix, most in self._max_bytes.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(self._exempt_prefix):
            await self._app(scope, receive, send)
            return
        room = next(prefix for prefix in self._max_bytes if scope["path"].startswith(prefix))
        most_bytes = self._max_bytes[room]
        if scope["path"] in self._open_paths:
            most_bytes = min(self._open_max_bytes, most_bytes)
        detail = f"at most {most_bytes} bytes"
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most_bytes:
            await problem_response(TooLargeError(detail))(scope, receive, send)
            return
        received_bytes = 0

        async def receive_bounded() -> Message:
            nonlocal received_bytes
            message = await receive()
            more_bytes = len(message.get("body", b""))
            received_bytes += more_bytes
            self._room_bytes[room] -= more_bytes
            # FastAPI lets this one kind of exception through while it reads a body.
            if received_bytes > most_bytes:
                raise HTTPException(413, detail)
            if self._room_bytes[room] < 0:
                raise HTTPException(503, "too many bodies are being received")
            return message

        try:
            await self._app(scope, receive_bounded, send)
        finally:
            self._room_bytes[room] += received_bytes
