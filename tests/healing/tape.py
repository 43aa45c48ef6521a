"""What a camera sent and a recorder kept: a film whose pictures carry their numbers.

The recorder's index is a maker's fake over HTTP, its footage comes over real RTSP: from the
keyframe at or before the moment asked for to the moment asked for, much faster than it was.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np

from pipeline.core.packets import EncodedPacket, StreamInfo
from scripts.demo_rtsp import RTP_CLOCK_HZ, Credentials, Picture, RtspServer, Session, load_film
from tests.devices.isapi_fake import IsapiFake, serve_isapi
from tests.devices.script import Script
from tests.recorders.film import Stream, folder

FPS = 5
_BITS = 16
_WIDTH, _HEIGHT = 16 * _BITS, 32
_NTP = 2_208_988_800
_TIMES = re.compile(r"starttime=(\w+)&endtime=(\w+)")


@cache
def numbered_film(seconds: int, gop: int = 2 * FPS) -> Path:
    """A film whose pictures show how many came before them, as light and dark columns."""
    path = folder() / f"numbered-{seconds}-{gop}.mp4"
    if path.is_file():
        return path
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=FPS, options={"preset": "ultrafast"}, width=_WIDTH, height=_HEIGHT
        )
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        for number in range(seconds * FPS):
            bits = (number >> np.arange(_BITS)) & 1
            picture = np.full((_HEIGHT * 3 // 2, _WIDTH), 128, np.uint8)
            picture[:_HEIGHT] = np.repeat(np.where(bits, 220, 30), 16)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.rename(path)
    return path


def numbers_in(path: Path) -> list[int]:
    """The numbers of a file's pictures that are shown, decoded; a lead-in is over in no time."""
    found: list[tuple[float, int]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            row = frame.to_ndarray(format="gray")[_HEIGHT // 2, 8::16][:_BITS]
            number = int(sum(1 << at for at, light in enumerate(row) if light > 128))
            found.append((float(frame.time or 0.0), number))
    ends = [at_s for at_s, _ in found[1:]] + [math.inf]
    return [n for (at_s, n), end_s in zip(found, ends, strict=True) if end_s - at_s > 0.5 / FPS]


@cache
def packets_of(seconds: int, gop: int = 2 * FPS) -> Stream:
    """The film as a camera's packets."""
    with av.open(str(numbered_film(seconds, gop))) as container:
        video = container.streams.video[0]
        context, base = video.codec_context, Fraction(video.time_base)
        info = StreamInfo(
            "h264", context.width, context.height, FPS, base, bytes(context.extradata or b"")
        )
        raw = [packet for packet in container.demux(video) if packet.size]
        packets = tuple(
            EncodedPacket(
                bytes(each), each.pts, each.dts, each.is_keyframe, float(each.pts * base), 0.0, 0
            )
            for each in raw
        )
    return Stream(info, packets)


@dataclass
class Tape:
    """A channel's footage in the recorder.

    Attributes:
        begins_s: When the film begins, on our clock.
        seconds: How long it is.
        gop: Pictures from one keyframe to the next.
        reports: Whether the recorder says by RTCP when each picture was taken.
        holes: Numbers of pictures it lost.
        played: What was asked for, on our clock.
        sent: Numbers of the pictures it sent.
        breaks_after: Pictures after which it breaks off; None when it does not.
    """

    begins_s: float
    seconds: int
    gop: int = 2 * FPS
    reports: bool = True
    played: list[tuple[float, float]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    breaks_after: int | None = None


class _Player(RtspServer):
    def __init__(self, script: Script, tape: Tape) -> None:
        film = load_film(numbered_film(tape.seconds, tape.gop))
        super().__init__(
            {"Streaming/tracks/101": film},
            credentials=Credentials(script.user, script.password),
            is_looping=False,
        )
        self.script, self.tape = script, tape

    def session(self, connection: object) -> Session:
        return _Showing(self, connection)  # type: ignore[arg-type]


class _Showing(Session):
    """Plays from one moment to another."""

    server: _Player
    _asked: tuple[float, float] = (0.0, 0.0)

    def handle(self, method: str, uri: str, headers: Mapping[str, str]) -> None:
        if method == "DESCRIBE" and (asked := _TIMES.search(uri)) is not None:
            self._asked = self._ours(asked[1]), self._ours(asked[2])
        super().handle(method, uri, headers)

    def _ours(self, text: str) -> float:
        script = self.server.script
        shown = datetime.strptime(text, "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 -- zone follows
        return shown.replace(tzinfo=script.zone).timestamp() - script.skew_s

    def _schedule(self) -> Iterator[tuple[float, Picture, int]]:
        tape, film = self.server.tape, self.film
        assert film is not None
        from_s, to_s = self._asked
        tape.played.append(self._asked)
        first = max(0, int((from_s - tape.begins_s) * FPS)) // tape.gop * tape.gop
        last = min(len(film.pictures), int((to_s - tape.begins_s) * FPS))
        if tape.breaks_after is not None:
            last = min(last, first + tape.breaks_after)
        for number in range(first, last):
            picture = film.pictures[number]
            if number == first and tape.reports:
                self._report(tape.begins_s + picture.pts / RTP_CLOCK_HZ, picture.pts)
            tape.sent.append(number)
            yield 0.0, picture, picture.pts

    def _report(self, taken_s: float, pts: int) -> None:
        """A sender report: this RTP time was that moment, by the recorder's clock (RFC 3550)."""
        moment = taken_s + self.server.script.skew_s + _NTP
        body = struct.pack(
            "!BBHIIIIII",
            0x80, 200, 6, self._ssrc,
            int(moment), int((moment % 1) * 2**32), (self._base + pts) & 0xFFFFFFFF, 0, 0,
        )  # fmt: skip
        self.connection.sendall(struct.pack("!BBH", 0x24, self._channel + 1, len(body)) + body)


@contextmanager
def recorder_with(script: Script, tape: Tape) -> Iterator[str]:
    """Serve a recorder of Hikvision with that tape as its channel 1; gives its address."""
    player = _Player(script, tape)
    player.start()
    try:
        with serve_isapi(script, fake=IsapiFake(script)) as address:
            yield f"isapi://{address.partition('://')[2]}?rtsp_port={player.port}"
    finally:
        player.stop()
