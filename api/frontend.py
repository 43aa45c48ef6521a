"""Serves the built console, or says plainly that it is not built.

Reached only when no API route matched. Any page address answers ``index.html`` so that a link
into the console can be opened; addresses under ``/api`` never do. What the build packed
(``vite.packed.js``) travels packed to whoever takes it.
"""

from __future__ import annotations

import re
from mimetypes import guess_type
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
_PACKED = {"br": ".br", "gzip": ".gz"}
"""By its name in HTTP what the file is called besides; the smallest first."""
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
            return _sent(request, file, _IMMUTABLE if hashed else "no-cache")
        if path.startswith("/assets/"):
            return problem_response(NotFoundError())
        return _sent(request, index, "no-cache")

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


def _sent(request: Request, file: Path, keeping: str) -> FileResponse:
    headers = {"Cache-Control": keeping, "Vary": "Accept-Encoding"}
    takes = _codings(request.headers.get("accept-encoding", ""))
    for coding, ending in _PACKED.items():
        packed = file.with_name(file.name + ending)
        if coding in takes and packed.is_file():
            headers["Content-Encoding"] = coding
            media_type = guess_type(file.name)[0] or "text/plain"
            return FileResponse(packed, headers=headers, media_type=media_type)
    return FileResponse(file, headers=headers)


def _codings(accepted: str) -> set[str]:
    """Those that a client's ``Accept-Encoding`` names and does not weigh with nothing."""
    found = set()
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if not re.fullmatch(r"q=0(\.0*)?", weight.replace(" ", "")):
            found.add(coding.strip())
    return found
