"""A camera over RTSP that tells its own clock in RTCP sender reports (RFC 3550 §6.4.1)."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

from scripts.demo_rtsp import Picture, RtspServer, Session, load_film

NTP_S = 2_208_988_800
"""From 1900 to 1970."""


class Place(Enum):
    """Where a report lies among the packets."""

    BEFORE_PICTURE = auto()
    IN_PICTURE = auto()


class _Splicing:
    """A connection that puts a report behind the first packet of what is sent."""

    def __init__(self, connection: socket.socket, report: bytes) -> None:
        self._connection = connection
        self._report = report

    def sendall(self, data: bytearray) -> None:
        first = 4 + int.from_bytes(data[2:4], "big")
        assert first < len(data), "a picture of one packet has no inside"
        self._connection.sendall(bytes(data[:first]) + self._report + bytes(data[first:]))


@contextmanager
def reporting(
    path: Path,
    camera_utc_s: Callable[[int], float | None],
    *,
    every: int = 5,
    place: Place = Place.BEFORE_PICTURE,
) -> Iterator[RtspServer]:
    """Serve a film as ``cam``, with a report at each so many pictures.

    Args:
        path: The film.
        camera_utc_s: The camera's clock when a picture is sent, by the picture's number; None
            sends no report with it.
        every: Pictures from one report to the next.
        place: Where it lies.
    """

    class ReportingSession(Session):
        def send_picture(self, picture: Picture, pts: int) -> None:
            told_s = None
            if self.sent_pictures % every == 0:
                told_s = camera_utc_s(self.sent_pictures)
            if told_s is None:
                super().send_picture(picture, pts)
            elif place is Place.BEFORE_PICTURE:
                self.connection.sendall(self._report(told_s, pts))
                super().send_picture(picture, pts)
            else:
                connection = self.connection
                self.connection = _Splicing(connection, self._report(told_s, pts))  # type: ignore[assignment]
                try:
                    super().send_picture(picture, pts)
                finally:
                    self.connection = connection

        def _report(self, utc_s: float, pts: int) -> bytes:
            ntp_s = utc_s + NTP_S
            body = struct.pack(
                "!BBHIIIIII",
                0x80,
                200,
                6,
                self._ssrc,
                int(ntp_s) & 0xFFFFFFFF,
                int(ntp_s % 1 * (1 << 32)),
                (self._base + pts) & 0xFFFFFFFF,
                self.sent_pictures,
                0,
            )
            return struct.pack("!BBH", 0x24, self._channel + 1, len(body)) + body

    class ReportingServer(RtspServer):
        def session(self, connection: socket.socket) -> Session:
            return ReportingSession(self, connection)

    server = ReportingServer({"cam": load_film(path)})
    server.start()
    try:
        yield server
    finally:
        server.stop()


def off_by(seconds: float) -> Callable[[int], float]:
    """A clock that is fast by so much."""
    return lambda _number: time.time() + seconds
