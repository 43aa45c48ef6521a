"""What a recorder has of an exam's session, as a package takes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from api.contract.exam_package.manifest import MissingFootage, SealingFacts
from api.contract.exam_package.writing import Source
from api.contract.footage.spans import Span
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.shelf import timeline_of


def footage_of(
    index: FootageIndex, root: Path, facts: SealingFacts, now_s: float
) -> tuple[list[Source], list[MissingFootage]]:
    """Segments that touch the session, and where it has none.

    Args:
        index: Knows every file.
        root: The recorder's folder.
        facts: Of cameras that were recorded here.
        now_s: Seconds since the epoch.

    Raises:
        FootageIndexError: The index cannot be read.
    """
    window = Span(facts.starts_at.timestamp(), facts.ends_at.timestamp())
    names = [camera.camera_id for camera in facts.cameras]
    since = index.cameras()
    sources = [each for name in names for each in _sources(index, root, name, window)]
    missing = [each for name in names for each in _missing(index, name, window, since[name], now_s)]
    return sources, missing


def _sources(index: FootageIndex, root: Path, camera: str, window: Span) -> Iterator[Source]:
    for segment in index.segments(camera, window):
        yield Source(
            root / segment.path,
            segment.path,
            camera,
            _moment(segment.span.start_s),
            _moment(segment.span.end_s),
            "" if segment.origin is None else str(segment.origin),
        )


def _missing(
    index: FootageIndex, camera: str, window: Span, since_s: float, now_s: float
) -> Iterator[MissingFootage]:
    told = timeline_of(
        index.spans(camera, window),
        index.absences(camera, window, now_s),
        window,
        since_s,
        now_s,
        is_known=True,
    )
    for gap in told.gaps:
        yield MissingFootage(
            camera_id=camera,
            starts_at=_moment(gap.span.start_s),
            ends_at=_moment(gap.span.end_s),
            cause=gap.cause,
        )


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
