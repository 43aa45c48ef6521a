"""A command centre that answers as scripted, and remembers what it was told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Peer:
    """A running peer.

    Attributes:
        url: Where it listens.
        bodies: What the next answers hold; as a command centre's own when it is used up.
        media_types: Of what media type the next answers are.
        script: Status codes of the next answers; 200 when it is used up, 0 hangs up.
        answer_to: Answers a body with a status once the script is used up.
        heard: (method, path, body) of each request, in order.
    """

    url: str
    script: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    media_types: list[str] = field(default_factory=list)
    answer_to: Callable[[bytes], int] | None = None
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


_CODES = {401: "bad_token", 413: "too_large", 415: "unsupported_media_type", 422: "invalid"}


def _own_answer(method: str, status: int) -> tuple[bytes, str]:
    """What a command centre answers: an acknowledgement, nothing, or a problem."""
    if status >= 300:
        problem = {"code": _CODES.get(status, "other"), "title": "Scripted", "status": status}
        return json.dumps(problem).encode(), "application/problem+json"
    is_empty = method == "POST" or status == 204
    return b"" if is_empty else b'{"accepted": true, "changed": true}', "application/json"


@contextmanager
def http_peer() -> Iterator[Peer]:
    """Serve on a free loopback port until the block ends."""
    peer = Peer("")

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            peer.heard.append((self.command, self.path, body))
            peer.tokens.append(self.headers.get("Authorization", ""))
            status = peer.answer_to(body) if peer.answer_to else 200
            status = peer.script.pop(0) if peer.script else status
            if status == 0:
                self.close_connection = True
                return
            answer, media_type = _own_answer(self.command, status)
            answer = peer.bodies.pop(0) if peer.bodies else answer
            media_type = peer.media_types.pop(0) if peer.media_types else media_type
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_PUT = do_POST = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
