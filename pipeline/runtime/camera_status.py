"""What can be said of one camera now; written by its threads, read by the heartbeat."""

from __future__ import annotations

import threading

import structlog

from api.contract import CameraClock, CameraHeartbeat, CameraState, ClockDoubt, StreamFacts
from pipeline.core.clock import Clock
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.core.redact import redact_url
from pipeline.runtime.episodes import utc
from pipeline.video import camera_clock

_log = structlog.get_logger(__name__)
_SILENCE_S = 20.0
"""Longer than a read time-out with a reconnect's first wait, so that only real silence counts."""
_COUNT_NS = 10_000_000_000
"""Over so long the pictures a second are counted."""


class CameraStatus:
    """State, reason and counters of one camera.

    A camera is ``watching`` only once a picture of it was analysed; that it connects proves
    nothing.
    """

    def __init__(self, camera_id: str, clock: Clock) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._camera_clock = camera_clock.CameraClock()
        self._lock = threading.Lock()
        self._state = CameraState.CONNECTING
        self._reason = ""
        self._detail = ""
        self._since_s = clock.utc_s()
        self._last_frame_s: float | None = None
        self._last_analysed_s: float | None = None
        self._received_mono_ns: int | None = None
        self._looked_mono_ns: int | None = None
        self._stream: StreamFacts | None = None
        self._received_count = 0
        self._counted_since_ns = 0
        self._frames_analysed = 0
        self._reconnects = 0
        self._is_away = False

    @property
    def state(self) -> CameraState:
        """The state now."""
        return self._state

    @property
    def reason(self) -> str:
        """Code of the reason now; ``""`` while watching."""
        return self._reason

    def connected(self, info: StreamInfo) -> None:
        """The stream was opened; no picture yet."""
        with self._lock:
            self._is_away = False
            self._received_count, self._counted_since_ns = 0, self._clock.mono_ns()
            self._stream = StreamFacts(
                codec=info.codec, width=info.width, height=info.height, fps=round(info.fps, 2)
            )

    def received(self, packet: EncodedPacket) -> None:
        """A packet arrived."""
        self._last_frame_s = packet.utc_s
        self._received_mono_ns = now_ns = self._clock.mono_ns()
        if packet.camera_utc_s is not None:
            self._camera_clock.reported(packet.camera_utc_s, packet.utc_s, now_ns)
        self._received_count += 1
        passed_ns = now_ns - self._counted_since_ns
        if passed_ns >= _COUNT_NS:
            # What really comes; the camera's own clock may count another rate.
            fps = round((self._received_count - 1) / passed_ns * 1e9, 2)
            with self._lock:
                if self._stream is not None and self._received_count > 1:
                    self._stream = self._stream.model_copy(update={"fps": fps})
            self._received_count, self._counted_since_ns = 1, now_ns

    def analysed(self) -> None:
        """The model looked at a picture."""
        with self._lock:
            self._frames_analysed += 1

    def looked(self, utc_s: float) -> None:
        """A picture taken at ``utc_s`` was looked at, by the model or by the gate.

        What is still looked at after the connection was lost does not make the camera watched.
        """
        with self._lock:
            self._last_analysed_s = utc_s
            self._looked_mono_ns = self._clock.mono_ns()
        self._become(CameraState.WATCHING, "", "", unless_away=True)

    def lost(self, error: SourceError) -> None:
        """The stream ended or never came."""
        with self._lock:
            self._reconnects += 1
            self._is_away = True
        self._become(CameraState.NOT_WATCHING, error.reason.value, redact_url(error.line()))

    def broken(self, why: str) -> None:
        """Pictures come but cannot be judged: a fault of ours or of the model."""
        self._become(CameraState.NOT_WATCHING, "internal_error", redact_url(why))

    def disabled(self) -> None:
        """Switched off by configuration."""
        self._become(CameraState.DISABLED, "disabled", "")

    def camera_clock(self) -> camera_clock.ClockReading:
        """What is known of the camera's own clock now."""
        return self._camera_clock.reading(self._clock.mono_ns())

    def heartbeat(self, frames_dropped: int, rate: tuple[float, float]) -> CameraHeartbeat:
        """All of it, for the wire.

        Args:
            frames_dropped: Packets and pictures given up.
            rate: Pictures a second that are looked at now at most, and as configured.

        A camera that says it is watching although nothing of it was analysed for a while is told
        as overloaded if packets still come, else as stalled: silence must not look like watching.
        """
        # By the monotonic clock: an hour by which somebody sets the machine's clock is no silence.
        if self._state is CameraState.WATCHING and self._is_silent(
            self._looked_mono_ns, _SILENCE_S
        ):
            comes = not self._is_silent(self._received_mono_ns, _SILENCE_S / 2)
            self._become(
                CameraState.NOT_WATCHING,
                "overloaded" if comes else SourceReason.STALLED.value,
                f"nothing was analysed for {_SILENCE_S:.0f} s",
            )
        with self._lock:
            return CameraHeartbeat(
                camera_id=self._camera_id,
                state=self._state,
                reason=self._reason,
                detail=self._detail[:512],
                since=utc(self._since_s),
                last_frame_at=None if self._last_frame_s is None else utc(self._last_frame_s),
                last_analysed_at=(
                    None if self._last_analysed_s is None else utc(self._last_analysed_s)
                ),
                stream=self._stream,
                frames_analysed=self._frames_analysed,
                frames_dropped=frames_dropped,
                reconnects=self._reconnects,
                analysis_fps=round(rate[0], 2),
                analysis_fps_configured=rate[1],
                clock=_clock_facts(self.camera_clock()),
            )

    def _is_silent(self, since_mono_ns: int | None, longest_s: float) -> bool:
        return since_mono_ns is None or self._clock.mono_ns() - since_mono_ns > longest_s * 1e9

    def _become(
        self, state: CameraState, reason: str, detail: str, *, unless_away: bool = False
    ) -> None:
        with self._lock:
            if unless_away and self._is_away:
                return
            changed = (state, reason) != (self._state, self._reason)
            if changed:
                self._since_s = self._clock.utc_s()
            self._state, self._reason, self._detail = state, reason, detail
        if changed:
            _log.info(
                "camera", camera=self._camera_id, state=state.value, reason=reason, detail=detail
            )


def _clock_facts(reading: camera_clock.ClockReading) -> CameraClock:
    """The reading for the wire, to a hundredth of a second: more is not known."""
    offset_s, drift_s, measured_s = (
        reading.offset_s,
        reading.drift_s_per_day,
        reading.measured_utc_s,
    )
    return CameraClock(
        offset_s=None if offset_s is None else round(offset_s, 2),
        drift_s_per_day=None if drift_s is None else round(drift_s, 2),
        measured_at=None if measured_s is None else utc(measured_s),
        doubt=None if reading.doubt is None else ClockDoubt(reading.doubt.value),
    )
