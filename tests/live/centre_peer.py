"""A command centre for live view: hands out orders, takes parts, and says when to stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from api.contract import (
    FootageAnswer,
    FootageOrder,
    PartKind,
    PlayOrder,
    PreviewAnswer,
    PreviewOrder,
    VideoCodec,
    ViewOrder,
    ViewOrders,
    ViewPoll,
)
from api.contract.finding import FindOrder


class LivePeer:
    """What is looked at, and what came of it.

    Attributes:
        url: Where it listens.
        looked_at: Orders that stand.
        parts: Of each order: kind, whether decoding can start there, MIME type, bytes.
        troubles: Of each order: trouble and the camera's reason.
        fail_next: So many requests are answered 503.
        played: Orders to play that stand.
        moments: Of each part of an order to play: ``from_at`` and ``to_at``.
        room: So many parts of what was recorded are taken before the worker is to wait.
        refused: How often it was told so.
        answers: Of each question for footage.
        drawn: Questions what rules would have raised.
        previews: Of each of those, the answer.
        can_preview: Whether the worker's last request said that it can answer them.
        searches: Searches for cameras that stand.
        poll: The worker's last request for orders: keys of its body, and what else it can do.
    """

    def __init__(self) -> None:
        self.url = ""
        self.looked_at: dict[UUID, ViewOrder] = {}
        self.parts: dict[UUID, list[tuple[PartKind, bool, str, bytes]]] = {}
        self.troubles: dict[UUID, list[tuple[str, str]]] = {}
        self.transcoded: set[UUID] = set()
        self.fail_next = 0
        self.played: dict[UUID, PlayOrder] = {}
        self.moments: dict[UUID, list[tuple[datetime, datetime]]] = {}
        self.room = 1_000_000
        self.refused = 0
        self.questions: dict[UUID, FootageOrder] = {}
        self.answers: dict[UUID, FootageAnswer] = {}
        self.drawn: dict[UUID, PreviewOrder] = {}
        self.previews: dict[UUID, PreviewAnswer] = {}
        self.can_preview = False
        self.searches: dict[UUID, FindOrder] = {}
        self.poll: tuple[set[str], list[str]] = (set(), [])
        self._served: set[UUID] = set()
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

    def play(self, view_id: UUID, camera_id: str, at: datetime, *codecs: VideoCodec) -> None:
        """Somebody begins to look at what was recorded."""
        with self.condition:
            self.played[view_id] = PlayOrder(
                view_id=view_id,
                camera_id=camera_id,
                accepts=codecs or (VideoCodec.H264,),
                from_at=at,
            )
            self.condition.notify_all()

    def ask(self, query_id: UUID, camera_id: str, begin: datetime, end: datetime) -> None:
        """Somebody opens a day."""
        with self.condition:
            self.questions[query_id] = FootageOrder(
                query_id=query_id, camera_id=camera_id, from_at=begin, to_at=end
            )
            self.condition.notify_all()

    def draw(self, order: PreviewOrder) -> None:
        """Somebody asks what rules would have raised."""
        with self.condition:
            self.drawn[order.query_id] = order
            self.condition.notify_all()

    def give_room(self, parts: int) -> None:
        """So many more parts may come."""
        with self.condition:
            self.room += parts
            self.condition.notify_all()

    def is_served(self, view_id: UUID) -> bool:
        """Whether the worker's last request for orders said that it works on this one."""
        return view_id in self._served

    def look_away(self, view_id: UUID) -> None:
        """Nobody looks any more."""
        with self.condition:
            self.looked_at.pop(view_id, None)
            self.drawn.pop(view_id, None)
            self.played.pop(view_id, None)
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
                can = parse_qs(url.query).get("can", [])
                self.can_preview = "preview" in can
                self.poll = (set(json.loads(body)), can)
                return 200, self._orders(ViewPoll.model_validate_json(body))
            view_id = UUID(url.path.split("/")[-2])
            if url.path.endswith("/parts"):
                part = (PartKind(query["kind"]), query["is_key"] == "true", content_type, body)
                self.parts.setdefault(view_id, []).append(part)
                if query["is_transcoded"] == "true":
                    self.transcoded.add(view_id)
                if "from_at" in query:
                    moment = tuple(datetime.fromisoformat(query[n]) for n in ("from_at", "to_at"))
                    self.moments.setdefault(view_id, []).append((moment[0], moment[1]))
            elif url.path.endswith("/footage"):
                self.answers[view_id] = FootageAnswer.model_validate_json(body)
                del self.questions[view_id]
            elif url.path.endswith("/preview"):
                self.previews[view_id] = PreviewAnswer.model_validate_json(body)
                self.drawn.pop(view_id, None)
            elif url.path.endswith("/ready"):
                self.refused += 1
                self.condition.notify_all()
                self.condition.wait_for(
                    lambda: self._is_over or self._is_ready(view_id) or view_id not in self.played,
                    5,
                )
            else:
                told = (query["trouble"], query.get("reason", ""))
                self.troubles.setdefault(view_id, []).append(told)
            self.condition.notify_all()
            is_wanted = view_id in self.looked_at or view_id in self.played
            answer = {"is_wanted": is_wanted, "is_ready": self._is_ready(view_id)}
            return 200, json.dumps(answer).encode()

    def _is_ready(self, view_id: UUID) -> bool:
        return view_id in self.looked_at or len(self.parts.get(view_id, [])) < self.room

    def _orders(self, poll: ViewPoll) -> bytes:
        self._served = set(poll.serving)
        self.condition.notify_all()

        def difference() -> ViewOrders:
            known = self.looked_at.keys() | self.played.keys() | self.questions.keys()
            known |= self.drawn.keys()
            known |= self.searches.keys()
            return ViewOrders(
                start=tuple(o for i, o in self.looked_at.items() if i not in poll.serving),
                play=tuple(o for i, o in self.played.items() if i not in poll.serving),
                footage=tuple(o for i, o in self.questions.items() if i not in poll.serving),
                preview=tuple(o for i, o in self.drawn.items() if i not in poll.serving),
                find=tuple(o for i, o in self.searches.items() if i not in poll.serving),
                stop=tuple(i for i in poll.serving if i not in known),
            )

        def is_news() -> bool:
            return difference() != ViewOrders() or self._is_over

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
