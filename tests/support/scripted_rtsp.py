"""RTSP peers that do one wrong thing each, over real sockets.

Two families: peers that never become a camera (``StatusPeer``, ``BlackHolePeer``, ``GarbagePeer``,
``closed_port``), and cameras that are real until they misbehave (``misbehaving``), built on the
demonstration server.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.demo_rtsp import RTP_CLOCK_HZ, Picture, RtspServer, Session, load_film


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class Peer:
    """Accepts connections and gives each to ``serve`` in its own thread, until ``stop``."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.connected = threading.Event()
        """Set with the first connection."""
        self.requests: list[bytes] = []
        """What was received, in pieces as it came."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """Its address, with credentials that must not show up anywhere."""
        return f"rtsp://admin:s3cret@127.0.0.1:{self._listener.getsockname()[1]}/ch1"

    def serve(self, connection: socket.socket) -> None:
        """Talk to one client."""
        raise NotImplementedError

    def stop(self) -> None:
        """Close everything."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def receive(self, connection: socket.socket) -> bytes | None:
        """The next piece; ``None`` when the client left or the peer is to stop."""
        while not self.stopping.is_set():
            if select.select([connection], [], [], 0.02)[0]:
                data = connection.recv(65536)
                self.requests.append(data)
                return data or None
        return None

    def _accept(self) -> None:
        while not self.stopping.is_set():
            if not select.select([self._listener], [], [], 0.02)[0]:
                continue
            connection, _ = self._listener.accept()
            self.connected.set()
            thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            self.serve(connection)


class StatusPeer(Peer):
    """Answers every request with one status line, as ``404 Not Found``."""

    def __init__(self, status: str, headers: Mapping[str, str] | None = None) -> None:
        self._status = status
        self._headers = dict(headers or {})
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        """Answer until the client leaves."""
        while (request := self.receive(connection)) is not None:
            number = "0"
            for line in request.decode("utf-8", "replace").split("\r\n"):
                if line.lower().startswith("cseq:"):
                    number = line.partition(":")[2].strip()
            lines = [f"RTSP/1.0 {self._status}", f"CSeq: {number}"]
            lines += [f"{key}: {value}" for key, value in self._headers.items()]
            connection.sendall("\r\n".join([*lines, "", ""]).encode())


class BlackHolePeer(Peer):
    """Accepts and never says a word."""

    def serve(self, connection: socket.socket) -> None:
        """Listen only."""
        while self.receive(connection) is not None:
            pass


class GarbagePeer(Peer):
    """Answers with bytes that are no RTSP, and closes."""

    def serve(self, connection: socket.socket) -> None:
        """Send noise once."""
        if self.receive(connection) is not None:
            connection.sendall(bytes(range(256)) * 64)


class HangUpPeer(Peer):
    """Closes every connection at its first request."""

    def serve(self, connection: socket.socket) -> None:
        """Leave."""
        self.receive(connection)


Misdeed = Callable[[Session, Picture, int], None]
"""What a camera does in place of sending a picture, once it misbehaves."""


def stalls(session: Session, _picture: Picture, _pts: int) -> None:
    """Keep the connection, send nothing."""


def trickles(session: Session, _picture: Picture, _pts: int) -> None:
    """Send only control packets: bytes flow, pictures do not."""
    report = b"\x80\xc8\x00\x06" + bytes(24)
    session.connection.sendall(b"\x24\x01" + len(report).to_bytes(2, "big") + report)


def hangs_up(session: Session, _picture: Picture, _pts: int) -> None:
    """Close the connection in the middle of everything."""
    session.connection.shutdown(socket.SHUT_RDWR)


def babbles(session: Session, _picture: Picture, _pts: int) -> None:
    """Send noise in place of packets."""
    session.connection.sendall(bytes(range(255, -1, -1)) * 8)


def jumps_ahead(session: Session, picture: Picture, pts: int) -> None:
    """Send on with timestamps an hour later."""
    Session.send_picture(session, picture, pts + 3_600 * RTP_CLOCK_HZ)


def jumps_back(session: Session, picture: Picture, pts: int) -> None:
    """Send on with timestamps a second earlier, as after a restart."""
    Session.send_picture(session, picture, pts - RTP_CLOCK_HZ)


def leaves_out_every_other(session: Session, picture: Picture, pts: int) -> None:
    """Lose half of the pictures, as an overloaded camera does."""
    if session.sent_pictures % 2:
        Session.send_picture(session, picture, pts)


@contextmanager
def misbehaving(
    path: Path, after_pictures: int, misdeed: Misdeed, *, speed: float = 10.0
) -> Iterator[str]:
    """The address of a camera that sends some pictures of a file and then does ``misdeed``."""

    class BadSession(Session):
        def send_picture(self, picture: Picture, pts: int) -> None:
            if self.sent_pictures < after_pictures:
                super().send_picture(picture, pts)
            else:
                misdeed(self, picture, pts)

    class BadServer(RtspServer):
        def session(self, connection: socket.socket) -> Session:
            return BadSession(self, connection)

    server = BadServer({"cam": load_film(path)}, speed=speed)
    server.start()
    try:
        yield server.url("cam").replace("rtsp://", "rtsp://admin:s3cret@")
    finally:
        server.stop()
