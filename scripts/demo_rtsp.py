"""Serve video files as RTSP cameras: for demonstrations and for the tests.

    demo_rtsp.py --port 8554 --path gate=recording.mp4 --path yard=other.avi

Each path plays its file from the beginning for each viewer, over and over, with timestamps that
go on at the loop. H.264 and H.265 are sent as they are; anything else is encoded once to H.264
with a GOP of two seconds and kept in the cache folder. RTSP over TCP only, Basic or Digest
authentication. Made for this repository because the library at hand knows no authentication and
gives B-frames wrong presentation times. Not a product: no RTCP, no seeking, no encryption.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import os
import random
import secrets
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.core.errors import SourceError
from pipeline.video import nal
from pipeline.video.decoder import Decoder
from pipeline.video.encoder import H264Encoder
from pipeline.video.picture import AvPicture
from pipeline.video.sources.file import FileSource

RTP_CLOCK_HZ = 90_000
_PAYLOAD_TYPE = 96
_MAX_PAYLOAD = 1400
_SEND_TIMEOUT_S = 5.0
_REALM = "demo"
_DEFAULT_CACHE = Path(__file__).resolve().parents[1] / ".cache" / "demo-rtsp"


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded picture: its NAL units, presentation and sending time in RTP ticks."""

    units: tuple[bytes, ...]
    pts: int
    due: int


@dataclass(frozen=True, slots=True)
class Film:
    """A file ready to be sent."""

    codec: str
    parameter_sets: tuple[bytes, ...]
    pictures: tuple[Picture, ...]
    duration: int

    def sdp(self) -> str:
        """The session's description (RFC 8866, RFC 6184, RFC 7798)."""
        coded = [base64.b64encode(unit).decode() for unit in self.parameter_sets]
        if self.codec == "h264":
            name, fmtp = "H264", "packetization-mode=1"
            if coded:
                profile = self.parameter_sets[0][1:4].hex()
                fmtp += f";profile-level-id={profile};sprop-parameter-sets={','.join(coded)}"
        else:
            name, fields = "H265", {32: "vps", 33: "sps", 34: "pps"}
            fmtp = ";".join(
                f"sprop-{fields[nal.unit_type('hevc', unit)]}={text}"
                for unit, text in zip(self.parameter_sets, coded, strict=True)
            )
        lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=demo", "t=0 0", "a=control:*"]
        lines += [f"m=video 0 RTP/AVP {_PAYLOAD_TYPE}", "c=IN IP4 0.0.0.0"]
        lines += [f"a=rtpmap:{_PAYLOAD_TYPE} {name}/{RTP_CLOCK_HZ}"]
        lines += [f"a=fmtp:{_PAYLOAD_TYPE} {fmtp}"] if fmtp else []
        return "\r\n".join([*lines, "a=control:track0", ""])


def load_film(path: Path) -> Film:
    """Read an H.264 or H.265 file whole.

    Raises:
        SourceError: It cannot be read, or is of another codec.
    """
    source = FileSource(path, "", 0.0)
    info = source.open()
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    packets = list(source.packets())
    to_ticks = info.time_base * RTP_CLOCK_HZ
    first_pts = packets[0].pts
    # A camera cannot send a picture before it took it, so B-frames delay all of them.
    delay = max(packet.pts - packet.dts for packet in packets)
    pictures = []
    for packet in packets:
        annexb = nal.to_annexb(info.codec, packet.data, sets, with_parameters=packet.is_keyframe)
        pictures.append(
            Picture(
                tuple(nal.annexb_units(annexb)),
                round((packet.pts - first_pts) * to_ticks),
                round((packet.dts + delay - first_pts) * to_ticks),
            )
        )
    last_pts = max(p.pts for p in pictures)
    step = last_pts / (len(pictures) - 1) if len(pictures) > 1 else RTP_CLOCK_HZ / 25
    return Film(info.codec, sets.units, tuple(pictures), last_pts + round(step))


def prepare(path: Path, cache: Path = _DEFAULT_CACHE) -> Path:
    """A file that can be served: the given one, or its H.264 copy in the cache.

    Raises:
        SourceError: The file cannot be read.
    """
    source = FileSource(path, "", 0.0)
    info = source.open()
    if info.codec in ("h264", "hevc"):
        source.close()
        return path
    found = path.stat()
    key = f"{path.resolve()}:{found.st_size}:{found.st_mtime_ns}"
    copy = cache / f"{path.stem}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.mp4"
    if copy.exists():
        source.close()
        return copy
    cache.mkdir(parents=True, exist_ok=True)
    part = copy.with_suffix(f".{os.getpid()}.part")
    width, height = info.width // 2 * 2, info.height // 2 * 2
    decoder = Decoder(info, str(path))
    try:
        with H264Encoder(part, width, height, info.fps, crf=21) as encoder:
            for packet in source.packets():
                for frame in decoder.decode(packet):
                    _encode(encoder, frame.picture, frame.time.media_s)
            for frame in decoder.flush():
                _encode(encoder, frame.picture, frame.time.media_s)
            encoder.finish()
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    return copy


def _encode(encoder: H264Encoder, picture: object, at_s: float) -> None:
    assert isinstance(picture, AvPicture)
    encoder.write(picture.av_frame, at_s)


def rtp_payloads(codec: str, unit: bytes) -> Iterator[bytes]:
    """One NAL unit as RTP payloads: whole, or in fragments (RFC 6184 §5.8, RFC 7798 §4.4.3)."""
    if len(unit) <= _MAX_PAYLOAD:
        yield unit
        return
    if codec == "h264":
        head, kind, body = bytes([unit[0] & 0xE0 | 28]), unit[0] & 0x1F, unit[1:]
    else:
        head = bytes([unit[0] & 0x81 | 49 << 1, unit[1]])
        kind, body = nal.unit_type("hevc", unit), unit[2:]
    room = _MAX_PAYLOAD - len(head) - 1
    for at in range(0, len(body), room):
        is_first, is_last = at == 0, at + room >= len(body)
        flags = (0x80 if is_first else 0) | (0x40 if is_last else 0)
        yield head + bytes([flags | kind]) + body[at : at + room]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may watch, and how it is asked for: ``digest`` or ``basic``."""

    username: str
    password: str
    scheme: str = "digest"


class RtspServer:
    """Serves films until ``stop``; one thread for each viewer.

    Args:
        films: Path without slash -> film.
        port: 0 for a free one.
        credentials: None lets everybody in.
        is_looping: Play for ever; else end the stream after the file.
        speed: Times real time; timestamps stay those of the film.
        listen: Address to listen on.
    """

    def __init__(
        self,
        films: Mapping[str, Film],
        *,
        port: int = 0,
        credentials: Credentials | None = None,
        is_looping: bool = True,
        speed: float = 1.0,
        listen: str = "127.0.0.1",
    ) -> None:
        self.films = dict(films)
        self.credentials = credentials
        self.is_looping = is_looping
        self.speed = speed
        self.stopping = threading.Event()
        self._listener = socket.create_server((listen, port))
        self.port: int = self._listener.getsockname()[1]
        self._host = listen
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Accept viewers in the background."""
        thread = threading.Thread(target=self._accept, name="rtsp-accept", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Close every connection and wait for the threads."""
        self.stopping.set()
        self._listener.close()
        for thread in self._threads:
            thread.join(2 * _SEND_TIMEOUT_S)

    def url(self, name: str, credentials: Credentials | None = None) -> str:
        """The address of one film; with credentials only if they are given here."""
        user = f"{credentials.username}:{credentials.password}@" if credentials else ""
        return f"rtsp://{user}{self._host}:{self.port}/{name}"

    def session(self, connection: socket.socket) -> Session:
        """A viewer; tests put one here that misbehaves."""
        return Session(self, connection)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                if not select.select([self._listener], [], [], 0.05)[0]:
                    continue
                connection, _ = self._listener.accept()
            except (OSError, ValueError):
                return  # closed by stop
            thread = threading.Thread(
                target=self._serve, args=(connection,), name="rtsp-session", daemon=True
            )
            self._threads = [t for t in self._threads if t.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError, TimeoutError):
            connection.settimeout(_SEND_TIMEOUT_S)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.session(connection).run()


class Session:
    """One viewer: requests and pictures in turn on one connection."""

    def __init__(self, server: RtspServer, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.film: Film | None = None
        self.sent_pictures = 0
        self._received = b""
        self._is_playing = False
        self._is_over = False
        self._channel = 0
        self._session_id = secrets.token_hex(4)
        self._nonce = secrets.token_hex(16)
        self._sequence = random.randrange(1 << 16)
        self._base = random.randrange(1 << 32)
        self._ssrc = random.randrange(1 << 32)

    def run(self) -> None:
        """Serve until the viewer leaves, the film ends or the server stops."""
        schedule = self._schedule()
        due_s, picture, pts = 0.0, None, 0
        while not self.server.stopping.is_set() and not self._is_over:
            if self._is_playing and picture is None:
                following = next(schedule, None)
                if following is None:
                    return
                due_s, picture, pts = following
            wait_s = 0.05
            if picture is not None:
                wait_s = min(wait_s, max(0.0, due_s - time.monotonic()))
            if select.select([self.connection], [], [], wait_s)[0]:
                data = self.connection.recv(65536)
                if not data:
                    return
                self._received += data
                self._take_requests()
            if picture is not None and time.monotonic() >= due_s:
                self.send_picture(picture, pts)
                self.sent_pictures += 1
                picture = None

    def send_picture(self, picture: Picture, pts: int) -> None:
        """Send one picture as RTP in RTSP's own connection (RFC 2326 §10.12)."""
        assert self.film is not None
        payloads = [p for unit in picture.units for p in rtp_payloads(self.film.codec, unit)]
        out = bytearray()
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == len(payloads) - 1 else 0
            rtp = struct.pack(
                "!BBHII",
                0x80,
                marker | _PAYLOAD_TYPE,
                self._sequence,
                (self._base + pts) & 0xFFFFFFFF,
                self._ssrc,
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
            out += struct.pack("!BBH", 0x24, self._channel, len(rtp) + len(payload))
            out += rtp + payload
        self.connection.sendall(out)

    def _schedule(self) -> Iterator[tuple[float, Picture, int]]:
        """(monotonic second to send at, picture, presentation time in ticks) from now on."""
        film = self.film
        assert film is not None
        start_s = time.monotonic()
        ticks_a_second = RTP_CLOCK_HZ * self.server.speed
        offset = 0
        while True:
            for picture in film.pictures:
                due_s = start_s + (offset + picture.due) / ticks_a_second
                yield due_s, picture, offset + picture.pts
            if not self.server.is_looping:
                return
            offset += film.duration

    def _take_requests(self) -> None:
        while self._received:
            if self._received[0] == 0x24:  # the viewer's RTCP
                size = 4 + int.from_bytes(self._received[2:4], "big")
                if len(self._received) < max(4, size):
                    return
                self._received = self._received[size:]
                continue
            head, mark, rest = self._received.partition(b"\r\n\r\n")
            if not mark:
                return
            lines = head.decode("utf-8", "replace").split("\r\n")
            headers = {
                key.strip().lower(): value.strip()
                for key, _, value in (line.partition(":") for line in lines[1:])
            }
            size = int(headers.get("content-length", "0"))
            if len(rest) < size:
                return
            self._received = rest[size:]
            method, _, uri = lines[0].partition(" ")
            self.handle(method, uri.split(" ")[0], headers)

    def handle(self, method: str, uri: str, headers: Mapping[str, str]) -> None:
        """Answer one request."""
        number = headers.get("cseq", "0")
        if method == "OPTIONS":
            public = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
            return self.answer(number, "200 OK", {"Public": public})
        if not self._may_watch(method, headers.get("authorization", "")):
            return self.answer(number, "401 Unauthorized", {"WWW-Authenticate": self._challenge()})
        name = uri.partition("://")[2].partition("/")[2].partition("?")[0]
        film = self.server.films.get(name.removesuffix("/track0").strip("/"))
        if film is None:
            return self.answer(number, "404 Not Found", {})
        session = {"Session": f"{self._session_id};timeout=60"}
        if method == "DESCRIBE":
            base = {"Content-Type": "application/sdp", "Content-Base": uri.rstrip("/") + "/"}
            return self.answer(number, "200 OK", base, film.sdp())
        if method == "SETUP":
            transport = headers.get("transport", "")
            if "TCP" not in transport.upper():
                return self.answer(number, "461 Unsupported Transport", {})
            self.film = film
            channels = transport.partition("interleaved=")[2].partition(";")[0] or "0-1"
            self._channel = int(channels.partition("-")[0])
            reply = {"Transport": f"RTP/AVP/TCP;unicast;interleaved={channels}"}
            return self.answer(number, "200 OK", session | reply)
        if method == "PLAY" and self.film is not None:
            self._is_playing = True
            return self.answer(number, "200 OK", session | {"Range": "npt=0.000-"})
        if method == "TEARDOWN":
            self._is_over = True
        if method in ("TEARDOWN", "GET_PARAMETER", "PAUSE"):
            return self.answer(number, "200 OK", session)
        return self.answer(number, "405 Method Not Allowed", {})

    def answer(self, number: str, status: str, headers: Mapping[str, str], body: str = "") -> None:
        """Send one response."""
        lines = [f"RTSP/1.0 {status}", f"CSeq: {number}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        lines += [f"Content-Length: {len(body.encode())}"] if body else []
        self.connection.sendall(("\r\n".join([*lines, "", ""]) + body).encode())

    def _challenge(self) -> str:
        credentials = self.server.credentials
        if credentials is not None and credentials.scheme == "basic":
            return f'Basic realm="{_REALM}"'
        return f'Digest realm="{_REALM}", nonce="{self._nonce}"'

    def _may_watch(self, method: str, given: str) -> bool:
        wanted = self.server.credentials
        if wanted is None:
            return True
        kind, _, rest = given.partition(" ")
        if kind.lower() != wanted.scheme:
            return False
        if wanted.scheme == "basic":
            pair = f"{wanted.username}:{wanted.password}".encode()
            return secrets.compare_digest(rest.strip(), base64.b64encode(pair).decode())
        fields = {
            key.strip(): value.strip().strip('"')
            for key, _, value in (part.partition("=") for part in rest.split(","))
        }
        first = _md5(f"{wanted.username}:{_REALM}:{wanted.password}")
        second = _md5(f"{method}:{fields.get('uri', '')}")
        expected = _md5(f"{first}:{self._nonce}:{second}")
        return secrets.compare_digest(fields.get("response", ""), expected)


def _md5(text: str) -> str:
    # RFC 2069's digest, which cameras use; nothing of ours is protected by it.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Serve video files as RTSP cameras.")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--listen", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--path", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--cache", type=Path, default=_DEFAULT_CACHE)
    parser.add_argument("--once", action="store_true", help="end the stream after the file")
    parser.add_argument("--user", help="ask for this user; the password is DEMO_RTSP_PASSWORD")
    chosen = parser.parse_args(arguments)
    credentials = None
    if chosen.user:
        password = os.environ.get("DEMO_RTSP_PASSWORD", "")
        if not password:
            parser.error("--user needs the password in DEMO_RTSP_PASSWORD")
        credentials = Credentials(chosen.user, password)
    films = {}
    for entry in chosen.path:
        name, mark, file = entry.partition("=")
        if not mark or not name.strip("/") or not file:
            parser.error(f"--path wants NAME=FILE, not {entry!r}")
        try:
            films[name.strip("/")] = load_film(prepare(Path(file), chosen.cache))
        except SourceError as error:
            parser.error(error.line())
    server = RtspServer(
        films,
        port=chosen.port,
        credentials=credentials,
        is_looping=not chosen.once,
        listen=chosen.listen,
    )
    server.start()
    for name, film in films.items():
        seconds = float(Fraction(film.duration, RTP_CLOCK_HZ))
        print(f"{server.url(name)}  {film.codec}  {seconds:.1f} s", flush=True)
    try:
        while not server.stopping.wait(1.0):
            pass
    except KeyboardInterrupt:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
