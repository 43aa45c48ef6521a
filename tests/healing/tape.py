"""What a camera sent and a recorder kept: a film whose pictures carry their numbers.

The recorder's index is a maker's fake over HTTP, its footage comes over real RTSP: from the
keyframe at or before the moment asked for to the moment asked for, much faster than it was.
"""

from __future__ import annotations

import math
import re
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np

from pipeline.core.packets import EncodedPacket, StreamInfo
from scripts.demo_rtsp import (
    RTP_CLOCK_HZ,
    Credentials,
    Picture,
    RtspServer,
    Session,
    load_film,
    rtp_payloads,
)
from tests.devices.isapi_fake import IsapiFake, serve_isapi
from tests.devices.onvif_fake import OnvifFake, serve_onvif
from tests.devices.script import Script
from tests.recorders.film import Stream, folder

FPS = 5
_BITS = 16
_WIDTH, _HEIGHT = 16 * _BITS, 32
_NTP = 2_208_988_800
_CLOCK = re.compile(r"clock=([\dT.]+Z)-([\dT.]+Z)")
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
        falls_silent: By ONVIF: it keeps the connection at the end of what was asked for.
        jumps_after: By ONVIF: pictures after which it goes on a minute later, and says so.
    """

    begins_s: float
    seconds: int
    gop: int = 2 * FPS
    reports: bool = True
    played: list[tuple[float, float]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    breaks_after: int | None = None
    falls_silent: bool = False
    jumps_after: int | None = None


class _Player(RtspServer):
    def __init__(self, script: Script, tape: Tape, kind: str) -> None:
        film = load_film(numbered_film(tape.seconds, tape.gop))
        super().__init__(
            {"Streaming/tracks/101" if kind == "isapi" else "replay": film},
            credentials=Credentials(script.user, script.password),
            is_looping=False,
        )
        self.script, self.tape, self.kind = script, tape, kind

    def session(self, connection: socket.socket) -> Session:
        return (_Showing if self.kind == "isapi" else _Replaying)(self, connection)


class _Showing(Session):
    """Plays from one moment to another."""

    server: _Player
    _asked: tuple[float, float] = (0.0, 0.0)
    _last_pts = 0

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
        self._last_pts = film.pictures[max(first, last - 1)].pts
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


class _Replaying(_Showing):
    """The same as ONVIF's Streaming Specification has it, to those who ask for it so."""

    def handle(self, method: str, uri: str, headers: Mapping[str, str]) -> None:
        number = headers.get("cseq", "0")
        if method in ("SETUP", "PLAY") and headers.get("require") != "onvif-replay":
            return self.answer(number, "551 Option not supported", {})
        if method == "PLAY":
            asked = _CLOCK.fullmatch(headers.get("range", ""))
            if asked is None or headers.get("rate-control") != "no":
                return self.answer(number, "457 Invalid Range", {})
            self._asked = self._ours(asked[1]), self._ours(asked[2])
        return Session.handle(self, method, uri, headers)

    def _ours(self, text: str) -> float:
        shown = datetime.strptime(text, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        return shown.timestamp() - self.server.script.skew_s

    def _report(self, taken_s: float, pts: int) -> None:
        """Each packet says it itself; reports are not sent."""

    def _schedule(self) -> Iterator[tuple[float, Picture, int]]:
        yield from super()._schedule()
        while self.server.tape.falls_silent and not self.server.stopping.wait(0.02):
            pass

    def send_picture(self, picture: Picture, pts: int) -> None:
        assert self.film is not None
        tape = self.server.tape
        jump_s, is_jump = 0.0, False
        if tape.jumps_after is not None and self.sent_pictures >= tape.jumps_after:
            jump_s, is_jump = 60.0, self.sent_pictures == tape.jumps_after
        moment = tape.begins_s + pts / RTP_CLOCK_HZ + jump_s + self.server.script.skew_s + _NTP
        is_first = self.sent_pictures == 0
        payloads = [p for unit in picture.units for p in rtp_payloads(self.film.codec, unit)]
        out = bytearray()
        for index, payload in enumerate(payloads):
            is_last = index == len(payloads) - 1
            flags = 0x20 if is_first or is_jump else 0
            if is_last and pts == self._last_pts:
                flags |= 0x40 | 0x10
            rtp = struct.pack(
                "!BBHIIHHIIBBH",
                0x90, (0x80 if is_last else 0) | 96, self._sequence,
                (self._base + pts) & 0xFFFFFFFF, self._ssrc,
                0xABAC, 3, int(moment), int((moment % 1) * 2**32), flags, 4, 0,
            )  # fmt: skip
            self._sequence = (self._sequence + 1) & 0xFFFF
            out += struct.pack("!BBH", 0x24, self._channel, len(rtp) + len(payload))
            out += rtp + payload
        self.connection.sendall(out)


@contextmanager
def recorder_with(script: Script, tape: Tape, kind: str = "isapi") -> Iterator[str]:
    """Serve a recorder with that tape as its channel 1; gives its address.

    Args:
        script: What else there is to it.
        tape: Its footage.
        kind: Hikvision's, or ``onvif``.
    """
    player = _Player(script, tape, kind)
    player.start()
    replayed_at = f"192.168.1.64:{player.port}"
    index = (
        serve_isapi(script, fake=IsapiFake(script))
        if kind == "isapi"
        else serve_onvif(script, fake=OnvifFake(script, replay_host=replayed_at))
    )
    try:
        with index as address:
            options = f"?rtsp_port={player.port}" if kind == "isapi" else ""
            yield f"{kind}://{address.partition('://')[2]}{options}"
    finally:
        player.stop()
