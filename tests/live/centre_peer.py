"""A command centre for live view: hands out orders, takes parts, and says when to stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from api.contract import PartKind, VideoCodec, ViewOrder, ViewOrders, ViewPoll


class LivePeer:
    """What is looked at, and what came of it.

    Attributes:
        url: Where it listens.
        looked_at: Orders that stand.
        parts: Of each order: kind, whether decoding can start there, MIME type, bytes.
        troubles: Of each order: trouble and the camera's reason.
        fail_next: So many requests are answered 503.
    """

    def __init__(self) -> None:
        self.url = ""
        self.looked_at: dict[UUID, ViewOrder] = {}
        self.parts: dict[UUID, list[tuple[PartKind, bool, str, bytes]]] = {}
        self.troubles: dict[UUID, list[tuple[str, str]]] = {}
        self.transcoded: set[UUID] = set()
        self.fail_next = 0
        self.condition = threading.Condition()
        self._is_over = False

    def look(self, view_id: UUID, camera_id: str, *codecs: VideoCodec) -> None:
        """Somebody begins to look."""
        order = ViewOrder(
            view_id=view_id, camera_id=camera_id, accepts=codecs or (VideoCodec.H264,)
        )
        with self.condition:
            self.looked_at[view_id] = order
            self.condition.notify_all()

    def look_away(self, view_id: UUID) -> None:
        """Nobody looks any more."""
        with self.condition:
            del self.looked_at[view_id]
            self.condition.notify_all()

    def wait_for(self, is_true: Callable[[], bool]) -> None:
        """Until something came in.

        Raises:
            AssertionError: It did not within ten seconds.
        """
        with self.condition:
            assert self.condition.wait_for(is_true, 10), "not within 10 s"

    def file(self, view_id: UUID) -> bytes:
        """All parts of an order, as a player has them."""
        with self.condition:
            return b"".join(part[3] for part in self.parts.get(view_id, []))

    def close(self) -> None:
        """Answer what waits."""
        with self.condition:
            self._is_over = True
            self.condition.notify_all()

    def answer(self, path: str, content_type: str, body: bytes) -> tuple[int, bytes]:
        """One request: status and body."""
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        with self.condition:
            if self.fail_next:
                self.fail_next -= 1
                return 503, b"{}"
            if url.path.endswith("/poll"):
                return 200, self._orders(ViewPoll.model_validate_json(body))
            view_id = UUID(url.path.split("/")[-2])
            if url.path.endswith("/parts"):
                part = (PartKind(query["kind"]), query["is_key"] == "true", content_type, body)
                self.parts.setdefault(view_id, []).append(part)
                if query["is_transcoded"] == "true":
                    self.transcoded.add(view_id)
            else:
                told = (query["trouble"], query.get("reason", ""))
                self.troubles.setdefault(view_id, []).append(told)
            self.condition.notify_all()
            return 200, json.dumps({"is_wanted": view_id in self.looked_at}).encode()

    def _orders(self, poll: ViewPoll) -> bytes:
        def difference() -> ViewOrders:
            return ViewOrders(
                start=tuple(o for i, o in self.looked_at.items() if i not in poll.serving),
                stop=tuple(i for i in poll.serving if i not in self.looked_at),
            )

        def is_news() -> bool:
            found = difference()
            return bool(found.start or found.stop) or self._is_over

        self.condition.wait_for(is_news, 5)
        return difference().model_dump_json().encode()


@contextmanager
def live_peer() -> Iterator[LivePeer]:
    """Serve on a free loopback port until the block ends."""
    peer = LivePeer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = peer.answer(self.path, self.headers.get("Content-Type", ""), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield peer
    finally:
        peer.close()
        server.shutdown()
        thread.join()
        server.server_close()
