"""ONVIF's replay for FFmpeg, which can send no header of its own with RTSP.

FFmpeg asks this relay on the loopback; the relay asks the device the same, with what ONVIF's
Streaming Specification adds: ``Require: onvif-replay`` when a stream is set up and played, the
interval in ``Range`` and ``Rate-Control: no`` with PLAY. It signs in itself, by Digest alone, so
the password is in no address. Packets go through as they are; from their extension it learns when
the first picture was taken, and where footage ends or breaks: there it ends what FFmpeg reads.
Without rate control the device would give all it can, so the pace is ours: ``FASTEST`` times as it
was.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import select
import socket
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pipeline.devices.device import Playback
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceError,
    DeviceUnreachableError,
)
from pipeline.devices.manners import authority_of
from pipeline.devices.registry import RTSP_PORT
from pipeline.devices.replay_packets import CLOCK_HZ, ReplayedPacket, replayed, ticks_between
from pipeline.devices.rtsp_messages import DigestSignIn, Incoming, Message, MessageError, Packet

FASTEST = 8.0
"""Times real time: ten minutes take more than one."""
_AT_ONCE_S = 20.0
"""Of footage that is not paced: a proof needs no more."""
_BREAK_S = 2.0
"""What is missing before a packet is a break when it is longer; shorter is a picture dropped."""
_PIECE = 65_536
_TICK_S = 0.2
_ADDRESS = re.compile(r"rtsps?://[^/\s;,\"<>?]+")
_REFUSED = frozenset({401, 403})
_BUSY = frozenset({453, 503})
_REQUIRE = "onvif-replay"


class ReplayRelay:
    """Stands between FFmpeg and one playback while the block runs.

    Args:
        playback: RTSP with ONVIF's headers.
        open_s: How long the device may take to be reached.
        read_s: How long whoever reads may take.

    Raises:
        DeviceError: The device is not reached, or its address is one this cannot relay.
    """

    def __init__(self, playback: Playback, *, open_s: float, read_s: float) -> None:
        parts = urlsplit(playback.url)
        self._where = authority_of(playback.url)[1]
        if parts.scheme != "rtsp":
            raise CapabilityMissingError(
                "its replay is encrypted (rtsps), which is not relayed", where=self._where
            )
        self._playback = playback
        self._device_base = f"rtsp://{parts.netloc}"
        self._read_s = read_s
        try:
            self._device = socket.create_connection(
                (parts.hostname or "", parts.port or RTSP_PORT), timeout=open_s
            )
        except OSError as error:
            raise DeviceUnreachableError(
                f"playback is not reached ({error.strerror or type(error).__name__})",
                where=self._where,
            ) from error
        self._device.settimeout(read_s)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        # Nobody else on this machine knows the path.
        self._own_base = f"rtsp://127.0.0.1:{port}/{secrets.token_hex(16)}"
        self.url = self._own_base + playback.url.removeprefix(self._device_base)
        self.first_s: float | None = None
        self.error: DeviceError | None = None
        self._stop = threading.Event()
        self._asked: dict[str, tuple[Message, str]] = {}
        self._number = 0
        self._sign_in: DigestSignIn | None = None
        self._session = ""
        self._channel = 0
        self._is_torn_down = False
        self._first_stamp: int | None = None
        self._taken_s: float | None = None
        self._began_s = 0.0
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="replay-relay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(self._read_s)
        self._listener.close()
        self._device.close()

    def _run(self) -> None:
        try:
            if (player := self._accepted()) is None:
                return
            with player:
                player.settimeout(self._read_s)
                try:
                    self._relay(player)
                except MessageError as error:
                    # Told before the player is let go: it is asked for as soon as FFmpeg sees that.
                    self._failed(
                        BrokenAnswerError(f"its replay speaks no RTSP ({error})", where=self._where)
                    )
                    return
                finally:
                    self._tear_down()
                self._drain(player)
        except OSError:
            # Whoever left says so to FFmpeg by its absence.
            return

    def _accepted(self) -> socket.socket | None:
        while not self._stop.is_set():
            if select.select([self._listener], [], [], _TICK_S)[0]:
                player, _ = self._listener.accept()
                return player
        return None

    def _relay(self, player: socket.socket) -> None:
        from_player, from_device = Incoming(), Incoming()
        while not self._stop.is_set():
            for ready in select.select([player, self._device], [], [], _TICK_S)[0]:
                data = ready.recv(_PIECE)
                if not data:
                    return
                if ready is player:
                    for each in from_player.take(data):
                        self._from_player(each)
                    continue
                for each in from_device.take(data):
                    answer = self._from_device(each)
                    if answer is not None:
                        player.sendall(answer.encode())
                    if self._is_ending:
                        return

    def _drain(self, player: socket.socket) -> None:
        """End what FFmpeg reads, and wait until it leaves: at once, it would lose the rest."""
        player.shutdown(socket.SHUT_WR)
        while not self._stop.is_set():
            if select.select([player], [], [], _TICK_S)[0] and not player.recv(_PIECE):
                return

    # --- what FFmpeg asks -----------------------------------------------------------------

    def _from_player(self, each: Message | Packet) -> None:
        if isinstance(each, Packet):
            self._device.sendall(each.encode())
            return
        method, uri, version = [*each.first.split(" "), "", ""][:3]
        if not uri.startswith(self._own_base):
            raise MessageError("a stranger")
        number = each.get("CSeq")
        each.first = f"{method} {self._device_base}{uri.removeprefix(self._own_base)} {version}"
        each.headers = each.without("CSeq", "Authorization")
        if method in ("SETUP", "PLAY"):
            each.headers = [*each.without("Require"), ("Require", _REQUIRE)]
        if method == "PLAY":
            added = {
                name: text for name, text in self._playback.headers.items() if name != "Require"
            }
            each.headers = [*each.without(*added), *added.items()]
        if method == "TEARDOWN":
            self._is_torn_down = True
        self._ask(each, number)

    def _ask(self, request: Message, number: str) -> None:
        """Send a request under a number of our own, signed if the device wants it."""
        self._number += 1
        self._asked[str(self._number)] = (request, number)
        headers = [("CSeq", str(self._number)), *request.headers]
        if self._sign_in is not None:
            method, uri = request.first.split(" ")[:2]
            headers.append(("Authorization", self._sign_in.header(method, uri)))
        self._device.sendall(Message(request.first, headers, request.body).encode())

    def _tear_down(self) -> None:
        """Free the device's place, if FFmpeg did not."""
        if not self._session or self._is_torn_down:
            return
        headers = [("Session", self._session)]
        with contextlib.suppress(OSError):
            self._ask(Message(f"TEARDOWN {self._playback.url} RTSP/1.0", headers), "0")

    # --- what the device says -------------------------------------------------------------

    def _from_device(self, each: Message | Packet) -> Message | Packet | None:
        if isinstance(each, Packet):
            return self._looked_at(each)
        if not each.first.startswith("RTSP/"):
            return None  # devices may ask for signs of life; the connection is one
        request, number = self._asked.pop(each.get("CSeq"), (None, ""))
        if request is None:
            return None
        status = _status_of(each)
        if status == 401 and self._signs_in(each):
            self._ask(request, number)
            return None
        if status >= 400 and self._first_stamp is None:
            self._failed(self._refusal(status, each))
        self._session = each.get("Session").partition(";")[0].strip() or self._session
        interleaved = re.search(r"interleaved=(\d+)", each.get("Transport"))
        if interleaved is not None:
            self._channel = int(interleaved[1])
        each.headers = [
            ("CSeq", number),
            *(
                (name, _ADDRESS.sub(self._own_base, text))
                for name, text in each.without("CSeq", "WWW-Authenticate")
            ),
        ]
        if each.body:
            text = each.body.decode("utf-8", "surrogateescape")
            each.body = _ADDRESS.sub(self._own_base, text).encode("utf-8", "surrogateescape")
        return each

    def _signs_in(self, answer: Message) -> bool:
        """Whether a refused request is worth being signed: once, or when a nonce ran out."""
        credentials = self._playback.credentials
        challenges = answer.all("WWW-Authenticate")
        is_stale = any("stale=true" in each.lower().replace('"', "") for each in challenges)
        if credentials is None or (self._sign_in is not None and not is_stale):
            return False
        sign_in = DigestSignIn(credentials, challenges)
        if not sign_in.is_possible:
            return False
        self._sign_in = sign_in
        return True

    def _looked_at(self, packet: Packet) -> Packet | None:
        """The packet, after its time; None when footage broke off before it."""
        found = replayed(packet.data) if packet.channel == self._channel else None
        if found is None:
            return packet
        if self._first_stamp is None:
            self._first_stamp, self._began_s = found.stamp, time.monotonic()
            self.first_s = found.taken_s
        elif self._is_broken_before(found):
            self._is_ending = True
            return None
        self._taken_s = found.taken_s if found.taken_s is not None else self._taken_s
        self._pace(ticks_between(self._first_stamp, found.stamp) / CLOCK_HZ)
        self._is_ending = found.is_end and found.is_last_of_picture
        return packet

    def _is_broken_before(self, found: ReplayedPacket) -> bool:
        if not found.is_after_break or found.taken_s is None or self._taken_s is None:
            return False
        return abs(found.taken_s - self._taken_s) > _BREAK_S

    def _pace(self, footage_s: float) -> None:
        """Wait until so much footage may have come; meanwhile the device waits, too."""
        due_s = self._began_s + max(0.0, footage_s - _AT_ONCE_S) / FASTEST
        while (left_s := due_s - time.monotonic()) > 0 and not self._stop.wait(min(left_s, 1.0)):
            pass

    # --- faults ---------------------------------------------------------------------------

    def _failed(self, error: DeviceError) -> None:
        self.error = self.error or error

    def _refusal(self, status: int, answer: Message) -> DeviceError:
        if status in _REFUSED:
            challenges = " ".join(answer.all("WWW-Authenticate")).lower()
            if status == 401 and challenges and "digest" not in challenges:
                return AuthRefusedError(
                    "playback wants the password in clear",
                    where=self._where,
                    remedy="Set its RTSP authentication to digest",
                )
            return AuthRefusedError(
                "playback was refused: user or password",
                where=self._where,
                remedy="Correct them, or give the user the right to play back",
            )
        if status in _BUSY:
            return DeviceBusyError("it plays back nothing more at the moment", where=self._where)
        if status == 551:
            return CapabilityMissingError("it does not know ONVIF's replay", where=self._where)
        return BrokenAnswerError(
            f"it has no such footage to play back ({status})", where=self._where
        )


def _status_of(answer: Message) -> int:
    said = [*answer.first.split(" "), ""][1]
    if not (said.isascii() and said.isdigit()):
        raise MessageError("an answer without status")
    return int(said)
