"""A camera over RTSP that has a microphone, built on the demonstration server."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.demo_rtsp import RTP_CLOCK_HZ, Picture, RtspServer, Session, load_film

_SAMPLES = 1024


@dataclass
class Talking:
    """The camera.

    Attributes:
        url: Its address.
        set_up: Tracks that a viewer asked for, in order.
    """

    url: str = ""
    set_up: list[str] = field(default_factory=list)


@contextmanager
def talking(
    path: Path, frames: Sequence[bytes], config: bytes, rate: int, *, speed: float = 8.0
) -> Iterator[Talking]:
    """Serve a film's pictures with sound.

    Args:
        path: The film.
        frames: AAC frames of 1024 samples; sent as G.711 when there is no ``config``.
        config: AAC's configuration.
        rate: Samples a second.
        speed: Times real time.
    """
    camera = Talking()
    if config:
        lines = [
            "m=audio 0 RTP/AVP 97",
            f"a=rtpmap:97 mpeg4-generic/{rate}/1",
            "a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
            f"indexdeltalength=3;config={config.hex()}",
        ]
    else:
        lines = ["m=audio 0 RTP/AVP 8", f"a=rtpmap:8 PCMA/{rate}"]
    description = "\r\n".join([*lines, "a=control:track1", ""])

    class TalkingSession(Session):
        sound_channel: int | None = None
        said = 0

        def handle(self, method: str, uri: str, headers: Mapping[str, str]) -> None:
            if method == "SETUP":
                camera.set_up.append(uri.rpartition("/")[2])
            if method == "SETUP" and uri.endswith("/track1"):
                channels = headers["transport"].partition("interleaved=")[2].partition(";")[0]
                self.sound_channel = int(channels.partition("-")[0])
                reply = {"Transport": f"RTP/AVP/TCP;unicast;interleaved={channels}"}
                reply["Session"] = f"{self._session_id};timeout=60"
                self.answer(headers["cseq"], "200 OK", reply)
                return
            super().handle(method, uri, headers)

        def answer(
            self, number: str, status: str, headers: Mapping[str, str], body: str = ""
        ) -> None:
            super().answer(number, status, headers, body + description if body else "")

        def send_picture(self, picture: Picture, pts: int) -> None:
            super().send_picture(picture, pts)
            while self.sound_channel is not None and self.said < len(frames):
                if self.said * _SAMPLES / rate > pts / RTP_CLOCK_HZ:
                    break
                self._say(frames[self.said], self.sound_channel)
                self.said += 1

        def _say(self, frame: bytes, channel: int) -> None:
            kind = 97 if config else 8
            head = struct.pack("!HH", 16, len(frame) << 3) if config else b""
            rtp = struct.pack("!BBHII", 0x80, 0x80 | kind, self.said, self.said * _SAMPLES, 77)
            packet = rtp + head + frame
            self.connection.sendall(struct.pack("!BBH", 0x24, channel, len(packet)) + packet)

    class TalkingServer(RtspServer):
        def session(self, connection: socket.socket) -> Session:
            return TalkingSession(self, connection)

    server = TalkingServer({"cam": load_film(path)}, is_looping=False, speed=speed)
    server.start()
    try:
        camera.url = server.url("cam")
        yield camera
    finally:
        server.stop()
