"""Serves the built console from a box, told that it stands there."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_MARK = '<meta name="mingan-place" content="box" />'
"""By which the console shows the pages of a box and no others."""
_NOT_BUILT = "Mingan: this box can be looked at, but the console is not built on it.\n"


class Pages:
    """ASGI app over the folder of the built console; any page address answers the first page.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith("/api/") or request.method not in ("GET", "HEAD"):
            return PlainTextResponse("", 404)
        index = self._folder / "index.html"
        if not index.is_file():
            return PlainTextResponse(_NOT_BUILT, 503)
        file = self._file_under(path)
        # Its service worker would answer for a box that is not there any more.
        if path == "/sw.js" or (file is None and path.startswith("/assets/")):
            return PlainTextResponse("", 404)
        if file is not None and file != index:
            return FileResponse(file, headers={"Cache-Control": "no-cache"})
        page = index.read_text("utf-8").replace("<head>", f"<head>\n    {_MARK}", 1)
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    def _file_under(self, path: str) -> Path | None:
        root = self._folder.resolve()
        if "\x00" in path:
            return None
        try:
            file = (root / path.lstrip("/")).resolve()
            return file if file.is_file() and file.is_relative_to(root) else None
        except OSError:
            return None  # a name too long for the file system
