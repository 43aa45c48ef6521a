"""A camera that follows a script of faults, and writes down what it really sent.

Each connection plays the next act of the script, the last one for ever. What was sent is the truth
that state, episodes, footage and gaps are held against, so it is written down by the peer and not
by the test.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.clock import Clock
from pipeline.video import nal
from scripts.demo_rtsp import RTP_CLOCK_HZ, Film, Picture, RtspServer, Session

PARAMETER_SETS = {"h264": {7, 8}, "hevc": {32, 33, 34}}
_KEY_TYPES = {"h264": {5}, "hevc": set(range(16, 22))}


@dataclass(frozen=True, slots=True)
class Sent:
    """One picture that left the camera whole.

    Attributes:
        at_s: When, by the stand's clock.
        session: Number of the connection, from 0.
        number: Of the picture in its film.
        is_keyframe: Whether decoding can begin with it.
        is_picture: Whether anybody could make its picture of it.
    """

    at_s: float
    session: int
    number: int
    is_keyframe: bool
    is_picture: bool = True


class Talk(Session):
    """One connection of a bad camera."""

    def __init__(self, camera: BadCamera, connection: socket.socket, act: Act, number: int) -> None:
        super().__init__(camera, connection)
        self.camera, self.act, self.number = camera, act, number

    def run(self) -> None:
        closed = self.camera.closed_next()
        with contextlib.suppress(ConnectionError, TimeoutError):
            if self.act.instead is not None:
                self.act.instead(self)
            else:
                super().run()
        if closed is not None:
            self.connection.close()
            self.camera.hang_up_for(closed.lasts_s)

    def send_picture(self, picture: Picture, pts: int) -> None:
        at = self.sent_pictures
        misdeed = self.act.misdeed
        if misdeed is None or not self.act.from_picture <= at < self.act.until_picture:
            self.send_whole(picture, pts)
        else:
            misdeed(self, picture, pts)

    def send_whole(self, picture: Picture, pts: int, *, is_picture: bool = True) -> None:
        """Send a picture, or what stands in its place, and write it down."""
        assert self.film is not None
        at_s = self.camera.clock.utc_s()
        super().send_picture(picture, pts)
        kinds = {nal.unit_type(self.film.codec, unit) for unit in picture.units}
        is_keyframe = is_picture and bool(kinds & _KEY_TYPES[self.film.codec])
        self.camera.sent.append(
            Sent(at_s, self.number, self.sent_pictures, is_keyframe, is_picture)
        )

    def is_stopping(self) -> bool:
        return self.server.stopping.is_set()

    def request(self) -> bytes | None:
        """The next piece from the client; None when it left or all is over."""
        while not self.is_stopping():
            if select.select([self.connection], [], [], 0.02)[0]:
                return self.connection.recv(65536) or None
        return None


Misdeed = Callable[[Talk, Picture, int], None]


@dataclass(frozen=True)
class Act:
    """What one connection meets, or several.

    Attributes:
        misdeed: In place of the pictures from ``from_picture`` on; None for an honest camera.
        from_picture: First picture it applies to.
        until_picture: First picture that is honest again.
        instead: In place of any RTSP.
        film: Another film than the camera's first one.
        lasts_s: Every connection within so many seconds of the act's first one plays it.
        is_closed: Connections are refused, for ``lasts_s``.
    """

    misdeed: Misdeed | None = None
    from_picture: int = 0
    until_picture: int = 1_000_000
    instead: Callable[[Talk], None] | None = None
    film: Film | None = None
    lasts_s: float = 0.0
    is_closed: bool = False


class BadCamera(RtspServer):
    """Serves one film at ``/cam`` along a script.

    Args:
        film: What it shows.
        acts: One for each connection, in order.
        clock: The stand's.
    """

    def __init__(self, film: Film, acts: Sequence[Act], clock: Clock) -> None:
        super().__init__({"cam": film})
        self.clock = clock
        self.sent: list[Sent] = []
        self.connections = 0
        self._film = film
        self._left = list(acts)
        self._act_since_s: float | None = None

    def session(self, connection: socket.socket) -> Session:
        act = self._next_act()
        self.films["cam"] = act.film or self._film
        number = self.connections
        self.connections += 1
        return Talk(self, connection, act, number)

    def closed_next(self) -> Act | None:
        """If connections are to be refused after this one, nobody listens from now on."""
        if len(self._left) < 2 or not self._left[1].is_closed:
            return None
        self._listener.close()
        return self._left.pop(1)

    def hang_up_for(self, seconds: float) -> None:
        """Called when the last connection is over: nobody listens for so long."""
        self.stopping.wait(seconds)
        while not self.stopping.is_set():
            try:
                self._listener = socket.create_server(("127.0.0.1", self.port))
            except OSError:
                self.stopping.wait(0.05)  # the last connection is not quite gone
            else:
                self.start()
                return

    def _next_act(self) -> Act:
        now_s = time.monotonic()
        since_s = self._act_since_s
        if len(self._left) > 1 and since_s is not None and now_s - since_s >= self._left[0].lasts_s:
            self._left.pop(0)
            self._act_since_s = None
        if self._act_since_s is None:
            self._act_since_s = now_s
        return self._left[0]

    @property
    def has_only_last_act_left(self) -> bool:
        """Whether the newest connection plays the end of the script."""
        return len(self._left) == 1

    def of_last_session(self) -> int:
        """Pictures the newest connection was sent."""
        return sum(one.session == self.connections - 1 for one in list(self.sent))


# --- in place of RTSP ----------------------------------------------------------------------


def answers(status: str, headers: Mapping[str, str] | None = None) -> Callable[[Talk], None]:
    """Every request gets this status."""

    def talk(session: Talk) -> None:
        while (request := session.request()) is not None:
            number = "0"
            for line in request.decode("utf-8", "replace").split("\r\n"):
                if line.lower().startswith("cseq:"):
                    number = line.partition(":")[2].strip()
            session.answer(number, status, headers or {})

    return talk


def black_hole(session: Talk) -> None:
    """Accept, read, and never say a word."""
    while session.request() is not None:
        pass


def drips_answers(session: Talk) -> None:
    """Answer the first request with a byte a second."""
    session.request()
    for byte in b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n" * 100:
        session.connection.sendall(bytes([byte]))
        if session.server.stopping.wait(1.0):
            return


# --- in place of pictures ------------------------------------------------------------------


def hangs_up(session: Talk, _picture: Picture, _pts: int) -> None:
    """Close the connection in the middle of everything."""
    session.connection.shutdown(socket.SHUT_RDWR)


def stalls(session: Talk, _picture: Picture, _pts: int) -> None:
    """Keep the connection, answer its requests, send nothing."""


def vanishes(session: Talk, _picture: Picture, _pts: int) -> None:
    """Half-open TCP: the connection stays, and nobody is there to read or write."""
    session.server.stopping.wait(60.0)


def half_closes(session: Talk, _picture: Picture, _pts: int) -> None:
    """The camera's direction ends; it goes on to listen."""
    session.connection.shutdown(socket.SHUT_WR)
    black_hole(session)


def drips(session: Talk, picture: Picture, pts: int) -> None:
    """One byte a second."""
    session.connection.sendall(b"\x24")
    session.server.stopping.wait(1.0)


def sends_garbage(session: Talk, picture: Picture, pts: int) -> None:
    """NAL units of the right kind with noise in them."""
    noise = random.Random(session.sent_pictures)  # the same noise in every run
    units = tuple(unit[:2] + noise.randbytes(max(1, len(unit) - 2)) for unit in picture.units)
    session.send_whole(replace(picture, units=units), pts, is_picture=False)


def sends_ones(session: Talk, picture: Picture, pts: int) -> None:
    """NAL units of the right kind with nothing in them that a decoder takes."""
    units = tuple(unit[:1] + b"\xff" * 20 for unit in picture.units)
    session.send_whole(replace(picture, units=units), pts, is_picture=False)


def leaves_out_keyframes(session: Talk, picture: Picture, pts: int) -> None:
    """Only the pictures between keyframes, which lean on what nobody got."""
    assert session.film is not None
    kinds = {nal.unit_type(session.film.codec, unit) for unit in picture.units}
    if not kinds & _KEY_TYPES[session.film.codec]:
        session.send_whole(picture, pts, is_picture=False)


def leaves_out_parameter_sets(session: Talk, picture: Picture, pts: int) -> None:
    """No SPS, no PPS; pictures that can be decoded once they come."""
    session.send_whole(_without_sets(session, picture), pts)


def never_sends_parameter_sets(session: Talk, picture: Picture, pts: int) -> None:
    """No SPS, no PPS; nobody can ever decode this."""
    Session.send_picture(session, _without_sets(session, picture), pts)


def _without_sets(session: Talk, picture: Picture) -> Picture:
    assert session.film is not None
    codec = session.film.codec
    units = tuple(u for u in picture.units if nal.unit_type(codec, u) not in PARAMETER_SETS[codec])
    return replace(picture, units=units)


def leaps(seconds: float) -> Misdeed:
    """The camera's own clock is off by so much from here on."""

    def send(session: Talk, picture: Picture, pts: int) -> None:
        session.send_whole(picture, pts + round(seconds * RTP_CLOCK_HZ))

    return send


def shows(film: Film) -> Misdeed:
    """From here on the pictures of another film, in the same session."""

    def send(session: Talk, picture: Picture, pts: int) -> None:
        other = film.pictures[session.sent_pictures % len(film.pictures)]
        session.send_whole(replace(picture, units=other.units), pts)

    return send


def reports_a_wrong_clock(hours: float) -> Misdeed:
    """Pictures are honest; the sender reports (RFC 3550 §6.4.1) are off by hours."""

    def send(session: Talk, picture: Picture, pts: int) -> None:
        if session.sent_pictures % 10 == 0:
            ntp_s = session.camera.clock.utc_s() + 2_208_988_800 + hours * 3600
            seconds, fraction = int(ntp_s), int(ntp_s % 1 * (1 << 32))
            report = struct.pack("!BBHIIIIII", 0x80, 200, 6, session._ssrc, seconds & 0xFFFFFFFF,
                                 fraction, (session._base + pts) & 0xFFFFFFFF,
                                 session.sent_pictures, 0)  # fmt: skip
            session.connection.sendall(
                struct.pack("!BBH", 0x24, session._channel + 1, len(report)) + report
            )
        session.send_whole(picture, pts)

    return send


def without_parameter_sets(film: Film) -> Film:
    """The film as a camera announces it that says nothing in its SDP."""
    return replace(film, parameter_sets=())


@dataclass
class Street:
    """Bad cameras by name; all of them end together."""

    clock: Clock
    cameras: dict[str, BadCamera] = field(default_factory=dict)

    def open(self, name: str, film: Film, acts: Sequence[Act]) -> BadCamera:
        camera = self.cameras[name] = BadCamera(film, acts, self.clock)
        camera.start()
        return camera

    def close(self) -> None:
        for camera in self.cameras.values():
            camera.stopping.set()
        for camera in self.cameras.values():
            camera.stop()
