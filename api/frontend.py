"""Serves the built console, or says plainly that it is not built.

Reached only when no API route matched. Any page address answers ``index.html`` so that a link
into the console can be opened; addresses under ``/api`` never do.
"""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import FileResponse, PlainTextResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.kit.errors import MethodNotAllowedError, NotFoundError
from api.kit.problems import problem_response

_NOT_BUILT = (
    "Mingan: the command centre is running, but its console is not built.\n"
    "Build it: cd api/console && npm ci && npm run build, then reload this page.\n"
)
_OURS = ("/api/", "/metrics")
_IMMUTABLE = "public, max-age=31536000, immutable"


class ConsoleFiles:
    """ASGI app over the folder of the built console."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        response = self._answer(Request(scope))
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/api" or path.startswith(_OURS):
            return problem_response(NotFoundError())
        if request.method not in ("GET", "HEAD"):
            return problem_response(MethodNotAllowedError(headers={"Allow": "GET, HEAD"}))
        index = self._folder / "index.html"
        if not index.is_file():
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        file = self._file_under(path)
        if file is not None and file != index:
            # Vite puts a hash of the content into the names under assets/.
            hashed = file.parent.name == "assets"
            return FileResponse(
                file, headers={"Cache-Control": _IMMUTABLE if hashed else "no-cache"}
            )
        if path.startswith("/assets/"):
            return problem_response(NotFoundError())
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    def _file_under(self, path: str) -> Path | None:
        root = self._folder.resolve()
        if "\x00" in path:
            return None
        try:
            file = (root / path.lstrip("/")).resolve()
            return file if file.is_file() and file.is_relative_to(root) else None
        except OSError:
            # A name too long for the file system.
            return None
