"""A command centre that answers as scripted, and remembers what it was told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Peer:
    """A running peer.

    Attributes:
        url: Where it listens.
        bodies: What the next answers hold; nothing when it is used up.
        script: Status codes of the next answers; 200 when it is used up, 0 hangs up.
        heard: (method, path, body) of each request, in order.
    """

    url: str
    script: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@contextmanager
def http_peer() -> Iterator[Peer]:
    """Serve on a free loopback port until the block ends."""
    peer = Peer("")

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            peer.heard.append((self.command, self.path, body))
            peer.tokens.append(self.headers.get("Authorization", ""))
            status = peer.script.pop(0) if peer.script else 200
            if status == 0:
                self.close_connection = True
                return
            answer = peer.bodies.pop(0) if peer.bodies else b""
            self.send_response(status)
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
