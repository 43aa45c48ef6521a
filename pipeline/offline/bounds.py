"""Bodies are small, and every answer keeps a browser from doing what the console does not need.

In plain ASGI, so that footage is not buffered on its way.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.contract.browser import SECURITY_HEADERS
from pipeline.offline.problems import problem

_BODY_BYTES = 16 * 1024
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_ALL = tuple((name.lower().encode(), each.encode()) for name, each in SECURITY_HEADERS.items())


class Bounds:
    """Stands before the pages of a box."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                if scope["path"].startswith("/api/"):
                    own.append((b"cache-control", b"no-store"))
                message["headers"] = [*own, *_OF_ALL]
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        is_small = length.isdigit() and int(length) <= _BODY_BYTES
        has_length = "transfer-encoding" not in Headers(scope=scope)
        if scope["method"] not in _BODILESS and not (is_small and has_length):
            await problem(413, "too_large")(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)
