"""A live camera over RTSP, always over TCP, that can never hang the worker.

FFmpeg's reads block, and PyAV has no way to interrupt one from another thread. So one daemon
thread owns FFmpeg's objects from opening to closing, and everybody else talks to it through a
bounded queue. Three limits stand behind each other: the socket's own timeout, PyAV's open and
read timeouts (which FFmpeg's poll loops honour), and the waiting side's deadline, which also ends
waits that FFmpeg does not interrupt, such as a name server that does not answer. ``close`` returns
at once; a thread still blocked then ends by itself within the read timeout and closes its socket.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

import av.error
import av.logging
import structlog
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.demux import demuxed
from pipeline.core.errors import MinganError, SourceError, SourceReason, frameless
from pipeline.core.packets import EncodedPacket, StreamInfo, seconds_of
from pipeline.core.redact import redact_url
from pipeline.video.sources.describe import stream_info
from pipeline.video.sources.rtsp_errors import source_error, stalled, timed_out
from pipeline.video.sources.rtsp_refusal import why_refused
from pipeline.video.sources.sender_reports import SenderReports
from pipeline.video.sources.sound import SoundRider, sound_of
from pipeline.video.timestamps import TimestampRepair
from pipeline.video.wallclock import UtcAnchor

if TYPE_CHECKING:
    from pipeline.video.sources.registry import SourceRequest

MAX_QUEUE_BYTES = 32 * 1024 * 1024
"""About a minute of 4 Mbit/s. When the worker falls behind so far, whole GOPs go, oldest first."""

_log = structlog.get_logger(__name__)
_WAITED_S = 0.005
_WAITED_COUNT = 3  # one may be the scheduler's doing
_MAX_HELD_S = 0.25

_MAX_GATHERED = 64

_ASK_S = 3.0
_JOIN_S = 0.2
"""How long ``close`` waits for a thread that reads; one that blocks is left to its timeout."""


class RtspSource:
    """One session with one camera.

    Args:
        url: ``rtsp://host[:port]/path``; may hold user and password, better given apart.
        open_timeout_s: Until the stream is described and its first packets have come.
        read_timeout_s: Longest silence between two video packets.
        clock: Stamps arrivals and gives UTC.
        username: In place of what the URL says.
        password: In place of what the URL says.
        camera_id: Goes into errors.
        max_queue_bytes: Bound of what waits to be taken.
        with_audio: Ask for the sound, too; the camera does not even send it otherwise.
    """

    def __init__(
        self,
        url: str,
        open_timeout_s: float = 10.0,
        read_timeout_s: float = 10.0,
        clock: Clock | None = None,
        username: str | None = None,
        password: str | None = None,
        camera_id: str = "",
        max_queue_bytes: int = MAX_QUEUE_BYTES,
        *,
        with_audio: bool = False,
    ) -> None:
        self._url = _with_credentials(url, username, password)
        safe_url = redact_url(self._url)
        self._where = f"{camera_id}: {safe_url}" if camera_id else safe_url
        self._open_timeout_s = open_timeout_s
        self._read_timeout_s = read_timeout_s
        self._clock: Clock = clock or SystemClock()
        self._max_queue_bytes = max_queue_bytes
        self._with_audio = with_audio
        self._changed = threading.Condition()
        self._queue: deque[EncodedPacket] = deque()
        self._queue_bytes = 0
        self._needs_keyframe = False
        self._last_arrival_s = 0.0
        # What came while FFmpeg looked at the stream is read at once, and late. Packets that had
        # to be waited for tell UTC's true offset; until some have come, all are held here.
        self._held: list[EncodedPacket] | None = []
        self._held_until_s = 0.0
        self._waited_count = 0
        self._arrived_ns = 0
        self._reports = SenderReports()
        self._anchor = UtcAnchor()
        self._rate_told = 1.0
        self._info: StreamInfo | None = None
        self._error: Exception | None = None
        self._is_closing = False
        self._gather_s = 0.0
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped_count = 0
        """Packets given up because nobody took them in time."""

    def __repr__(self) -> str:
        return f"RtspSource({self._where})"

    @property
    def is_live(self) -> bool:
        """A camera does not wait."""
        return True

    @property
    def info(self) -> StreamInfo:
        """What the camera says of its stream; raises ``RuntimeError`` before ``open``."""
        if self._info is None:
            raise RuntimeError("the source is not open")
        return self._info

    def open(self) -> StreamInfo:
        """Connect and wait until the stream is described.

        Raises:
            SourceError: AUTH_FAILED, NOT_FOUND, REFUSED, TIMEOUT or UNDECODABLE.
        """
        if self._thread is not None:
            raise RuntimeError("a source is opened once")
        # FFmpeg's own messages name the URL with its password.
        av.logging.set_level(None)
        deadline_s = time.monotonic() + self._open_timeout_s
        self._thread = threading.Thread(target=self._run, name="rtsp-reader", daemon=True)
        self._thread.start()
        with self._changed:
            while self._info is None and self._error is None and not self._is_closing:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not self._changed.wait(left_s):
                    self._error = self._reasoned(*timed_out())
            if self._info is not None:
                return self._info
            self._is_closing = True
            if self._error is not None:
                self._raise_error()
        raise self._reasoned(SourceReason.TIMEOUT, "closed while connecting", "")

    def packets(self) -> Iterator[EncodedPacket]:
        """The camera's packets as they come; ends after ``close``.

        Raises:
            SourceError: STALLED, UNDECODABLE or whatever ended the session.
        """
        _ = self.info
        while (packet := self._next()) is not None:
            yield packet

    def gather(self, seconds: float) -> None:
        """Leave what comes in the socket for so long, and read it at once; see ``PacketSource``.

        At most a quarter of the read timeout, so that it is not mistaken for silence.
        """
        self._gather_s = min(seconds, self._read_timeout_s / 4)

    def close(self) -> None:
        """End the session, from any thread; whoever waits in ``open`` or ``packets`` goes on."""
        self._closed.set()
        with self._changed:
            self._is_closing = True
            self._queue.clear()
            self._queue_bytes = 0
            self._changed.notify_all()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_JOIN_S)

    def _next(self) -> EncodedPacket | None:
        with self._changed:
            while True:
                if self._is_closing:
                    return None
                if self._queue:
                    packet = self._queue.popleft()
                    self._queue_bytes -= packet.size
                    return packet
                now_s = time.monotonic()
                left_s = self._last_arrival_s + self._read_timeout_s - now_s
                if self._held:
                    held_s = self._held_until_s - now_s
                    if held_s <= 0 or left_s <= 0 or self._error is not None:
                        self._release_held()
                    else:
                        self._changed.wait(min(left_s, held_s))
                elif self._error is not None:
                    self._is_closing = True
                    self._raise_error()
                elif left_s <= 0:
                    self._error = self._reasoned(*stalled())
                else:
                    self._changed.wait(left_s)

    # What follows runs in the reading thread, which alone touches FFmpeg.

    def _run(self) -> None:
        began_s = time.monotonic()
        try:
            self._session()
        except MinganError as error:
            self._fail(frameless(error))
        except av.error.FFmpegError as error:
            mapped = source_error(error, self._where, is_open=self._info is not None)
            is_late = time.monotonic() - began_s >= self._open_timeout_s
            if self._info is None and is_late and mapped.reason is SourceReason.UNDECODABLE:
                # Half an answer when the time was up is no answer of another kind.
                mapped = self._reasoned(*timed_out())
            if self._info is None:
                mapped = self._explained(mapped, error, began_s)
            mapped.__cause__ = error
            self._fail(frameless(mapped))
        except Exception as error:  # noqa: BLE001 - handed to the waiting side, which raises it
            self._fail(error)

    def _explained(
        self, mapped: SourceError, error: av.error.FFmpegError, began_s: float
    ) -> SourceError:
        """With the cause of a refusal, if the camera tells it in time."""
        left_s = min(_ASK_S, self._open_timeout_s - (time.monotonic() - began_s) - _JOIN_S)
        if left_s <= 0:
            return mapped
        if mapped.reason is SourceReason.AUTH_FAILED:
            return self._reasoned(*why_refused(self._url, left_s))
        if isinstance(error, av.error.HTTPClientError):
            why = why_refused(self._url, left_s)
            return self._reasoned(*why) if why[0] is SourceReason.AUTH_LOCKED else mapped
        return mapped

    def _session(self) -> None:
        longest_s = max(self._open_timeout_s, self._read_timeout_s)
        with av.open(
            self._url,
            mode="r",
            options={
                "rtsp_transport": "tcp",
                "allowed_media_types": "video+audio" if self._with_audio else "video",
                # The rate as the stream says it: it only steers guesses of ours, and a camera that
                # stamps all pictures alike would be measured until the time to open is over.
                "fpsprobesize": "0",
                "timeout": str(round(longest_s * 1e6)),
            },
            metadata_errors="replace",  # a session name in GBK
            timeout=(self._open_timeout_s, self._read_timeout_s),
        ) as container:
            stream = self._video_stream(container)
            audio, heard = sound_of(container) if self._with_audio else (None, None)
            info = stream_info(stream, heard)
            sound = None if audio is None else SoundRider(audio, info.time_base)
            if info.width <= 0 or info.height <= 0:
                raise self._reasoned(
                    SourceReason.UNDECODABLE,
                    "the camera sends no picture that tells its size",
                    "Check that the stream is H.264 or H.265",
                )
            with self._changed:
                self._last_arrival_s = time.monotonic()
                self._info = info
                self._changed.notify_all()
            self._read(container, stream, sound, info)

    def _read(
        self,
        container: InputContainer,
        stream: VideoStream,
        sound: SoundRider | None,
        info: StreamInfo,
    ) -> None:
        repair = TimestampRepair(info.time_base, info.fps)
        gathered: list[EncodedPacket] = []
        asked_s = time.monotonic()
        try:
            wanted = (stream,) if sound is None else (stream, sound.stream)
            with demuxed(container, *wanted) as packets:
                for packet in packets:
                    if self._is_closing:
                        return
                    if sound is not None and sound.takes(packet):
                        continue
                    if packet.size == 0:
                        continue
                    was_waited_for = time.monotonic() - asked_s > _WAITED_S
                    gathered.append(self._arrived(packet, repair, sound))
                    gather_s = self._gather_s
                    if was_waited_for or not gather_s or len(gathered) >= _MAX_GATHERED:
                        self._hand_over(gathered, was_waited_for=was_waited_for)
                        if gather_s and was_waited_for:
                            self._closed.wait(gather_s)  # nothing more is there: let it come
                    asked_s = time.monotonic()
        finally:
            self._hand_over(gathered, was_waited_for=False)
        raise self._reasoned(
            SourceReason.STALLED, "the camera ended the stream", "It may have been restarted"
        )

    def _arrived(
        self, packet: av.Packet[Stream], repair: TimestampRepair, sound: SoundRider | None
    ) -> EncodedPacket:
        arrived_ns = self._clock.mono_ns()
        waited_s = max(0.0, (arrived_ns - self._arrived_ns) / 1e9) if self._arrived_ns else 0.0
        self._arrived_ns = arrived_ns
        repaired = repair.repair(packet.pts, packet.dts, waited_s)
        return EncodedPacket(
            data=bytes(packet),
            pts=repaired.pts,
            dts=repaired.dts,
            is_keyframe=packet.is_keyframe,
            media_s=repaired.media_s,
            utc_s=self._clock.utc_s(),
            received_mono_ns=arrived_ns,
            audio=() if sound is None else sound.with_picture(packet.pts, repaired.media_s),
            camera_utc_s=self._reports.camera_utc_s(packet, arrived_ns),
        )

    def _hand_over(self, gathered: list[EncodedPacket], *, was_waited_for: bool) -> None:
        if gathered:
            with self._changed:
                for packet in gathered:
                    self._take(packet, was_waited_for=was_waited_for)
                self._changed.notify_all()
            gathered.clear()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            if self._error is None:
                self._error = error
            self._changed.notify_all()

    def _video_stream(self, container: InputContainer) -> VideoStream:
        for stream in container.streams.video:
            if stream.codec_context is not None:
                return stream
        raise self._reasoned(
            SourceReason.UNDECODABLE,
            "the camera offers no video that can be decoded",
            "Set the stream to H.264 or H.265",
        )

    # With the lock held:

    def _take(self, packet: EncodedPacket, *, was_waited_for: bool) -> None:
        self._last_arrival_s = time.monotonic()
        if self._held is None:
            self._put(packet)
            return
        if not self._held:
            self._held_until_s = self._last_arrival_s + _MAX_HELD_S
        self._held.append(packet)
        self._anchor.hint(packet.media_s, packet.utc_s)
        self._waited_count += was_waited_for
        if self._waited_count >= _WAITED_COUNT or self._last_arrival_s > self._held_until_s:
            self._release_held()

    def _release_held(self) -> None:
        held, self._held = self._held, None
        for packet in held or ():
            self._put(packet)

    def _put(self, packet: EncodedPacket) -> None:
        """Queue the packet, with the UTC of its picture in place of that of its arrival."""
        if self._needs_keyframe and not packet.is_keyframe:
            self.dropped_count += 1
            return
        self._needs_keyframe = False
        self._queue.append(self._placed(packet))
        self._queue_bytes += packet.size
        if self._queue_bytes > self._max_queue_bytes:
            self._drop_oldest()

    def _placed(self, packet: EncodedPacket) -> EncodedPacket:
        """The packet in real seconds: a camera's clock is not ours (``video/wallclock.py``)."""
        placed = self._anchor.place(packet.media_s, packet.utc_s, packet.received_mono_ns)
        if self._anchor.rate != self._rate_told:
            self._rate_told = self._anchor.rate
            _log.warning(
                "the camera's clock counts at another rate: its times are stretched to ours",
                camera=self._where,
                real_s_per_camera_s=round(self._rate_told, 4),
            )
        moved_s = placed.media_s - packet.media_s
        if moved_s:
            base = self.info.time_base
            decoded_s = packet.media_s - seconds_of(packet.pts - packet.dts, base)
            packet = packet.moved(
                packet.pts + round(moved_s / base),
                packet.dts + round(self._anchor.shift_s(decoded_s) / base),
                moved_s,
            )
        return packet.at(placed.utc_s)

    def _drop_oldest(self) -> None:
        """Make room, so that what remains begins with a keyframe."""
        while self._queue and (
            self._queue_bytes > self._max_queue_bytes or not self._queue[0].is_keyframe
        ):
            self._queue_bytes -= self._queue.popleft().size
            self.dropped_count += 1
        self._needs_keyframe = not self._queue

    def _raise_error(self) -> NoReturn:
        """Raise what ended the session and forget it: its traceback holds this source."""
        error, self._error = self._error, None
        assert error is not None, "called when there is one"
        try:
            raise error
        finally:
            del error

    def _reasoned(self, reason: SourceReason, what: str, remedy: str) -> SourceError:
        return SourceError(reason, what, where=self._where, remedy=remedy)


def _with_credentials(url: str, username: str | None, password: str | None) -> str:
    """The URL as FFmpeg wants it: user and password percent-encoded before the host."""
    if username is None and password is None:
        return url
    # By hand: urlsplit's errors quote the URL, and cameras' passwords hold any character.
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    given, _, host = authority.rpartition("@")
    own_user, mark_of_password, own_password = given.partition(":")
    # What stands in the address and is not given apart stays: a user there is no less a user.
    user = own_user if username is None else quote(username, safe="")
    secret = f"{mark_of_password}{own_password}"
    if password is not None:
        secret = f":{quote(password, safe='')}"
    elif username is not None:
        secret = ""  # another user's
    return f"{scheme}{mark}{user}{secret}@{host}{slash}{path}"


def make_rtsp_source(request: SourceRequest) -> RtspSource:
    """What the registry makes of an ``rtsp://`` address."""
    return RtspSource(
        request.address,
        request.open_timeout_s,
        request.read_timeout_s,
        request.clock,
        request.username,
        request.password,
        request.camera_id,
        with_audio=request.with_audio,
    )
