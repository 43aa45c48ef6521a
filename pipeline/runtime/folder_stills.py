"""Two pictures of each camera out of its own recordings: of its oldest day, and the newest.

Nobody is recognisable on them: what a model finds to be a person is blurred as on every snapshot;
where no model can be used, all of the picture is made so coarse that a place is known and nobody in
it. The original is never written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from api.contract.footage.school_days import local_day
from pipeline.core.errors import EvidenceError, ModelError
from pipeline.core.frame import Bgr, Frame
from pipeline.evidence.privacy import blur_people, coarse_picture
from pipeline.evidence.snapshot import encode_jpeg
from pipeline.inference.detector import load_detector
from pipeline.inference.finds import Finds
from pipeline.recorders.audit import Audit, AuditOrder, shown
from pipeline.recorders.shelf import Piece
from pipeline.recorders.stills import CameraStills, Still, Stills
from pipeline.runtime.analysis import TRACKING_SCORE
from pipeline.runtime.keyframes import keyframe_of

MODEL = "campus_objects"
MOST_CAMERAS = 300
_MOST_BYTES = 12 * 1024 * 1024
"""Of all pictures: what is handed in by mail."""
_WIDTHS_PX = (480, 360, 240, 160)
"""Printed some 60 mm wide: 200 points an inch."""
_QUALITY = 78
_PERSON = frozenset({"person"})
_TRIES = 6
"""Files that are tried for one picture."""
_PLAIN = 6.0
"""Standard deviation of a picture that shows nothing: a covered lens, a lost signal."""


class Hider:
    """Makes people unrecognisable.

    Args:
        detector: Finds people; None: nobody does, and all of a picture is made coarse.
        model: Its name, told beside the pictures.
    """

    def __init__(self, detector: Finds | None, model: str) -> None:
        self._detector = detector
        self.model = "" if detector is None else model

    def hide(self, frame: Frame) -> Bgr:
        """A picture of the frame that may be shown.

        Raises:
            ModelError: The model's output makes no sense.
        """
        picture = frame.picture.bgr()
        if self._detector is None:
            return coarse_picture(picture)
        people = self._detector.detect([frame])[0].of_classes(_PERSON)
        return blur_people(picture, people.xyxy)


@contextmanager
def opened_hider(model: str = MODEL) -> Iterator[Hider]:
    """With a model if it can be used."""
    try:
        # A chair that is blurred costs nothing, a child that is not does.
        detector = load_detector(model, threads=2, score=TRACKING_SCORE)
    except ModelError:
        yield Hider(None, "")
        return
    with detector:
        yield Hider(detector, model)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one audit's pictures."""

    root: Path
    zone: ZoneInfo
    hider: Hider
    room: int

    def of_camera(self, camera: str, pieces: Sequence[Piece]) -> CameraStills:
        """The picture of the oldest day, and the newest."""
        if not pieces:
            return CameraStills(Still(None), Still(None))
        first_day = local_day(pieces[0].span.start_s, self.zone)
        oldest = [p for p in pieces if local_day(p.span.start_s, self.zone) == first_day]
        # Spread over the day: the night may be too dark to show the place.
        spread = oldest[:: max(1, -(-len(oldest) // _TRIES))]
        return CameraStills(
            self._still(camera, spread, is_newest=False),
            self._still(camera, pieces[: -_TRIES - 1 : -1], is_newest=True),
        )

    def _still(self, camera: str, pieces: Sequence[Piece], *, is_newest: bool) -> Still:
        """The first that shows something, or else the first that there is."""
        bad_file, plain = "", None
        for piece in pieces:
            frame = keyframe_of(camera, piece, is_newest=is_newest)
            jpeg = None if frame is None else self._jpeg(frame)
            if frame is None or jpeg is None:
                bad_file = bad_file or self._name(piece.path)
                continue
            still = Still(jpeg, frame.time.utc_s)
            # The newest is what the camera shows now, be it nothing.
            if is_newest or not _is_plain(frame.picture.bgr()):
                return still
            plain = plain or still
        return plain or Still(None, bad_file=bad_file)

    def _jpeg(self, frame: Frame) -> bytes | None:
        """It, within the room there is for one picture."""
        hidden = self.hider.hide(frame)
        for width in _WIDTHS_PX:
            try:
                jpeg = encode_jpeg(_no_wider(hidden, width), _QUALITY)
            except EvidenceError:
                return None
            if len(jpeg) <= self.room or width == _WIDTHS_PX[-1]:
                return jpeg
        return None

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.root).as_posix())


def folder_stills(
    result: Audit,
    order: AuditOrder,
    hider: Hider,
    told: Callable[[float, float], None] = lambda done, total: None,
    most_cameras: int = MOST_CAMERAS,
) -> Stills:
    """Pictures of an audit's cameras.

    Args:
        result: The audit of a folder.
        order: What was asked.
        hider: Makes people unrecognisable.
        told: Called with cameras done and cameras in all.
        most_cameras: Others are left out and counted.

    Raises:
        ModelError: The model's output makes no sense.
    """
    cameras = [row.camera for row in result.cameras]
    kept = cameras[:most_cameras]
    room = _MOST_BYTES // (2 * max(1, len(kept)))
    maker = _Maker(order.root, order.requirement.zone, hider, room)
    made = {}
    for number, camera in enumerate(kept):
        told(number, len(kept))
        files = result.files.get(camera, ())
        made[camera] = maker.of_camera(
            camera, [each for each in files if each.span.end_s > order.window.start_s]
        )
    return Stills(made, hider.model, len(cameras) - len(kept))


def _is_plain(picture: Bgr) -> bool:
    small = cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA)
    return float(np.std(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))) < _PLAIN


def _no_wider(picture: Bgr, width: int) -> Bgr:
    """The picture, made smaller where it is wider or taller than that."""
    rows, columns = picture.shape[:2]
    scale = width / max(rows, columns)
    if scale >= 1:
        return picture
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
