"""The examination of a recording's own picture, where the configuration asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.core.clock import FrameTime
from pipeline.core.events import RuleEvent
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import DiagnosisConfig, PictureDiagnosis, StillPicture, side_by_side
from pipeline.evidence.privacy import blur_people
from pipeline.evidence.snapshot import encode_jpeg
from pipeline.inference.finds import Finds
from pipeline.runtime.episodes import Provenance
from pipeline.runtime.picture_watch import diagnosis_sha256

_PERSON = frozenset({"person"})


class RecordingFaults:
    """Faults of one recording's picture; learns its reference from the first sound minute.

    Args:
        config: Thresholds.
        detector: Finds whom to blur.
        blur: Whether people are blurred.
    """

    def __init__(self, config: DiagnosisConfig, detector: Finds, *, blur: bool) -> None:
        self._diagnosis = PictureDiagnosis(config)
        self._detector = detector
        self._blur = blur

    @property
    def now(self) -> frozenset[str]:
        """Faults that go on."""
        return frozenset(fault.value for fault in self._diagnosis.open_faults)

    def look(self, frame: Frame) -> Iterator[RuleEvent]:
        """Take the next decoded keyframe."""
        yield from self._diagnosis.look(frame)

    def finish(self, time: FrameTime) -> Iterator[RuleEvent]:
        """End what is open, at the recording's end."""
        yield from self._diagnosis.finish(time)

    def picture(self, frame: Frame) -> bytes:
        """The reference beside the picture now, as JPEG.

        Raises:
            EvidenceError: It cannot be encoded.
            ModelError: Whom to blur cannot be told.
        """
        shown = self._shown(frame)
        reference = self._diagnosis.reference
        if reference is not None:
            then = Frame(frame.camera_id, frame.time, StillPicture(reference.bgr))
            shown = side_by_side(self._shown(then), shown)
        return encode_jpeg(shown)

    def _shown(self, frame: Frame) -> Bgr:
        picture = frame.picture.bgr()
        if not self._blur:
            return picture
        people = self._detector.detect([frame])[0].of_classes(_PERSON)
        return blur_people(picture, people.xyxy)


def made_by_diagnosis(made_by: Provenance) -> Provenance:
    """Who decided a picture fault."""
    return Provenance("picture_diagnosis", diagnosis_sha256(), made_by.config_sha256)
