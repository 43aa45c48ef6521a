"""A camera's main stream where its substream is analysed: recorded, shown live, and evidence.

Nothing of it is decoded but the picture of an alert. The two streams know nothing of each other;
what joins them is the time at which their packets arrived (``video/wallclock.py``).
"""

from __future__ import annotations

import numpy as np
import structlog

from pipeline.core.clock import Clock
from pipeline.core.detections import Detections
from pipeline.core.errors import SourceError
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket
from pipeline.core.redact import redact_url
from pipeline.live.tap import PacketTap
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.runtime.config import RtspSourceConfig
from pipeline.runtime.reader import StreamReader
from pipeline.runtime.session import Session
from pipeline.video.decoder import Decoder
from pipeline.video.sources.base import PacketSource

_log = structlog.get_logger(__name__)
_MOST_PACKETS = 150
"""Decoded for one picture; with longer GOPs the substream's picture is the evidence."""
_GATHER_S = 0.2


class MainStream:
    """Reads the main stream of one camera.

    Args:
        camera_id: The camera.
        source: Its main stream.
        keep_s: Seconds to be able to go back for a clip.
        tap: Shows it live.
        footage: Records it, if it is recorded here.
        clock: Time.
        with_audio: Its sound is recorded, too.
    """

    def __init__(
        self,
        camera_id: str,
        source: RtspSourceConfig,
        keep_s: float,
        tap: PacketTap,
        footage: CameraFeed | None,
        clock: Clock,
        *,
        with_audio: bool = False,
    ) -> None:
        self._camera_id = camera_id
        self._keep_s = keep_s
        self._tap = tap
        self._footage = footage
        self._session: Session | None = None
        self._reader = StreamReader(camera_id, source, self, clock, with_audio=with_audio)
        self.reason = ""
        """Why nothing comes; ``""`` while it does."""

    def start(self) -> None:
        """Begin."""
        self._reader.start()

    def request_stop(self) -> None:
        """Ask the reader to end."""
        self._reader.request_stop()

    def join(self, deadline_s: float) -> None:
        """Wait for the reader."""
        self._reader.join(deadline_s)

    def at(self, utc_s: float) -> tuple[Session, float] | None:
        """The session and its media time of a moment; None while nothing comes."""
        session = self._session
        if session is None or session.ended.is_set() or not len(session.ring):
            return None
        return session, max(0.0, utc_s - session.offset_s)

    # --- called by the reader's thread (``TakesPackets``) ----------------------------------

    def opened(self, source: PacketSource) -> None:
        """A new session begins."""
        self._session = Session.begin(source, self._keep_s)
        source.gather(_GATHER_S)

    def took(self, packet: EncodedPacket) -> bool:
        """Keep, show and record a packet."""
        session = self._session
        assert session is not None, "a packet comes after its session was opened"
        session.keep(packet)
        self._tap.add(packet, session.info, session.ring)
        if self._footage is not None:
            self._footage.add(packet, session.info)
        self.reason = ""
        return True

    def ended(self) -> None:
        """The session is over."""
        assert self._session is not None, "only what was opened ends"
        self._session.ended.set()

    def lost(self, error: SourceError) -> None:
        """The main stream does not come; the analysis goes on without."""
        if self.reason != error.reason.value:
            line = redact_url(error.line())
            _log.warning("main stream lost", camera=self._camera_id, why=line)
        if self._footage is not None:
            self._footage.session_ended(error.reason.value)
        self.reason = error.reason.value

    def broken(self, why: str) -> None:
        """A fault of ours or of the configuration."""
        _log.error("main stream broken", camera=self._camera_id, why=redact_url(why))
        if self._footage is not None:
            self._footage.session_ended("offline", redact_url(why))
        self.reason = "internal_error"


def picture_at(session: Session, media_s: float, camera_id: str) -> Frame | None:
    """The main stream's picture of a moment.

    Args:
        session: Of the main stream.
        media_s: When, on its time line.
        camera_id: For the frame.

    Returns:
        None if it is not there, cannot be decoded, or would take too much decoding.
    """
    packets = session.ring.between(media_s, media_s)
    if not packets or len(packets) > _MOST_PACKETS:
        return None
    newest: Frame | None = None
    try:
        with Decoder(session.info, camera_id) as decoder:
            for packet in packets:
                newest = next(reversed(decoder.decode(packet)), newest)
            newest = next(reversed(decoder.flush(is_end=False)), newest)
    except SourceError as error:
        _log.warning("no picture of the main stream", camera=camera_id, why=error.line())
    return newest


def joined(
    found: Detections, seen: Detections, from_size: tuple[int, int], size: tuple[int, int]
) -> Detections:
    """Boxes found in the main stream's picture, and those the analysis saw in the substream's.

    Both, because people move between the two pictures and everybody is to be blurred.

    Args:
        found: In pixels of the main stream's picture.
        seen: In pixels of the substream's.
        from_size: (width, height) of the substream's picture.
        size: (width, height) of the main stream's.
    """
    scale = np.array([size[0] / from_size[0], size[1] / from_size[1]] * 2, np.float32)
    return Detections(
        np.concatenate([found.xyxy, seen.xyxy * scale]),
        np.concatenate([found.score, seen.score]),
        np.concatenate([found.class_id, seen.class_id]),
        found.class_names,
    )
