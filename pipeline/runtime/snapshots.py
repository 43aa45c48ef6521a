"""The pictures of an alert: what is shown by default, and the original kept apart."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr, Frame
from pipeline.evidence.privacy import blur_people
from pipeline.evidence.snapshot import draw_snapshot

_PERSON = frozenset({"person"})


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn on a snapshot, as fractions of the picture.

    Attributes:
        box_norm_xyxy: The object the alert is about; None where it is the whole picture.
        shape_norm: Corners of the zone, or points of the line.
        is_line: Whether it is a line, whose last point does not join the first.
    """

    box_norm_xyxy: tuple[float, float, float, float] | None
    shape_norm: tuple[tuple[float, float], ...] = ()
    is_line: bool = False


def render_snapshots(
    frame: Frame, detections: Detections, mark: Mark, *, blur: bool
) -> tuple[bytes, bytes]:
    """Draw the alert on its frame.

    Args:
        frame: The frame.
        detections: All boxes found in it; every person is blurred, not only the alert's.
        mark: What to draw.
        blur: Whether people are blurred.

    Returns:
        (shown, original) as JPEG; the same picture when nothing is to be blurred.

    Raises:
        EvidenceError: It cannot be encoded.
    """
    picture = frame.picture.bgr()
    original = _drawn(picture, mark)
    if not blur:
        return original, original
    return _drawn(blur_people(picture, detections.of_classes(_PERSON).xyxy), mark), original


def _drawn(picture: Bgr, mark: Mark) -> bytes:
    return draw_snapshot(
        picture,
        zone_norm=mark.shape_norm,
        box_norm_xyxy=mark.box_norm_xyxy,
        is_line=mark.is_line,
    )
