"""Makes an alert's pictures and clip beside the analysis, so that no camera waits for a JPEG."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from api.contract import EvidenceKind, EvidenceRef
from pipeline.core.detections import Detections
from pipeline.core.errors import MinganError
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.evidence.store import EvidenceStore
from pipeline.runtime.episodes import EpisodeBook, utc
from pipeline.runtime.snapshots import Mark, render_snapshots
from pipeline.video.remux import write_clip

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """Packets to cut a clip from.

    Attributes:
        packets: From the keyframe at or before ``start_media_s``.
        info: Of their stream.
        start_media_s: Where the clip should begin, in the session's media time.
        end_media_s: Where it should end.
    """

    packets: Sequence[EncodedPacket]
    info: StreamInfo
    start_media_s: float
    end_media_s: float


class EvidenceDesk:
    """One thread that makes evidence, stores it and puts it into the outbox.

    The queue is bounded; an alert whose evidence found no place is delivered without it, and the
    loss is counted and logged.

    Args:
        store: Where files are kept until delivered.
        outbox: Where their messages wait.
        book: Adds them to their episodes.
        limit: Jobs that may wait.
    """

    def __init__(
        self, store: EvidenceStore, outbox: Outbox, book: EpisodeBook, *, limit: int = 256
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._book = book
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(limit)
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self.lost = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Finish what waits, within the deadline."""
        self._jobs.put(None)
        self._thread.join(deadline_s)

    def snapshot(
        self,
        alert: UUID,
        shown: Callable[[], tuple[Frame, Detections]],
        mark: Mark,
        *,
        blur: bool,
    ) -> None:
        """Ask for the pictures of an alert.

        Args:
            alert: Its episode.
            shown: The picture, and all that was found in it; called by the desk's thread.
            mark: What to draw.
            blur: Whether people are blurred.
        """
        self._submit(lambda: self._make_snapshots(alert, *shown(), mark, blur))

    def clip(self, alert: UUID, request: ClipRequest) -> None:
        """Ask for the clip of an alert."""
        self._submit(lambda: self._make_clip(alert, request))

    def comparison(
        self,
        alert: UUID,
        now: Frame | None,
        reference: Frame | None,
        find_people: Callable[[Frame], Detections],
        *,
        blur: bool,
    ) -> None:
        """Ask for the pictures of a fault of the picture itself.

        Args:
            alert: The fault's episode.
            now: What the camera shows, or showed last; None if it never showed anything.
            reference: What it should show; None while that is not known.
            find_people: Whom to blur; called by the desk's thread, once a picture.
            blur: Whether people are blurred.
        """
        if now is not None:
            self._submit(
                lambda: self._make_snapshots(alert, now, find_people(now), Mark(None), blur)
            )
        if reference is not None:
            self._submit(lambda: self._make_reference(alert, reference, find_people, blur))

    def _submit(self, job: Callable[[], None]) -> None:
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            self.lost += 1
            _log.error("evidence dropped: the desk is full", lost=self.lost)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except (MinganError, sqlite3.Error, OSError) as error:
                self.lost += 1
                _log.error("evidence could not be made", why=str(error), lost=self.lost)
            except Exception:  # noqa: BLE001 -- boundary: one alert's picture does not end the desk
                self.lost += 1
                _log.exception("evidence failed", lost=self.lost)

    def _make_snapshots(
        self, alert: UUID, frame: Frame, people: Detections, mark: Mark, blur: bool
    ) -> None:
        shown, original = render_snapshots(frame, people, mark, blur=blur)
        self._hand_over(alert, self._still(EvidenceKind.SNAPSHOT, shown, frame))
        if blur:
            self._hand_over(alert, self._still(EvidenceKind.SNAPSHOT_ORIGINAL, original, frame))

    def _make_reference(
        self, alert: UUID, frame: Frame, find_people: Callable[[Frame], Detections], blur: bool
    ) -> None:
        shown, _ = render_snapshots(frame, find_people(frame), Mark(None), blur=blur)
        self._hand_over(alert, self._still(EvidenceKind.REFERENCE, shown, frame))

    def _still(self, kind: EvidenceKind, data: bytes, frame: Frame) -> EvidenceRef:
        width, height = frame.size
        return EvidenceRef(
            kind=kind,
            sha256=self._store.put(data),
            media_type="image/jpeg",
            size_bytes=len(data),
            width=width,
            height=height,
            starts_at=utc(frame.time.utc_s),
        )

    def _make_clip(self, alert: UUID, request: ClipRequest) -> None:
        self._store.root.mkdir(parents=True, exist_ok=True)
        path = self._store.root / f"clip-{alert}.mp4"
        try:
            facts = write_clip(
                request.packets, request.info, path, request.start_media_s, request.end_media_s
            )
            first = request.packets[0]
            reference = EvidenceRef(
                kind=EvidenceKind.CLIP,
                sha256=self._store.put(path),
                media_type="video/mp4",
                size_bytes=facts.size_bytes,
                width=facts.width,
                height=facts.height,
                starts_at=utc(first.utc_s + facts.starts_media_s - first.media_s),
                duration_s=round(facts.duration_s, 3),
            )
        finally:
            path.unlink(missing_ok=True)
        self._hand_over(alert, reference)

    def _hand_over(self, alert: UUID, reference: EvidenceRef) -> None:
        entry = {
            "path": str(self._store.path(reference.sha256)),
            "media_type": reference.media_type,
        }
        self._outbox.put(
            MessageKind.EVIDENCE,
            reference.sha256,
            json.dumps(entry).encode(),
            file_bytes=reference.size_bytes,
        )
        self._book.attach(alert, reference)
