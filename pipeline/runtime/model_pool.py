"""The models of a worker: loaded once, asked by every camera, freed when no camera needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.core.detections import Detections, Floats
from pipeline.core.frame import Frame
from pipeline.geometry.site import SiteConfig
from pipeline.inference.attributes import AttributeClassifier, Attributes, load_classifier
from pipeline.inference.batcher import Batcher, Line, usable_cores
from pipeline.inference.detector import Detector, load_detector
from pipeline.runtime.analysis import TRACKING_SCORE
from pipeline.runtime.config import CameraConfig, InferenceConfig, config_sha256
from pipeline.runtime.episodes import Provenance, UsedModel
from pipeline.runtime.models import OpenModels, abilities, detectors_of, in_lanes

_DetectorKey = tuple[str, tuple[int, int] | None]


class SharedDetector:
    """A detector asked by several cameras."""

    def __init__(self, detector: Detector, batcher: Batcher) -> None:
        self._detector = detector
        self._batcher = batcher
        self._line: Line[Frame, Detections] = batcher.line(detector.detect)
        self.class_names = detector.class_names
        self.track_scores = detector.track_scores
        self.model_id = detector.model_id
        self.model_sha256 = detector.model_sha256

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame."""
        return [self._line.ask(frame) for frame in frames]

    def close(self) -> None:
        """Free the model; nobody may ask any more."""
        self._batcher.remove(self._line)
        self._detector.close()


class SharedClassifier:
    """A classifier of people asked by several cameras; the people of a frame are its batch."""

    def __init__(self, classifier: AttributeClassifier, batcher: Batcher) -> None:
        self._classifier = classifier
        self._batcher = batcher
        self._line: Line[tuple[Frame, Floats], Attributes] = batcher.line(self._look, max_batch=1)
        self.names = classifier.names
        self.label = f"{classifier.model_id} {classifier.model_sha256}"

    def classify(self, frame: Frame, person_xyxy: Floats) -> Attributes:
        """Look at the people in a frame."""
        return self._line.ask((frame, person_xyxy))

    def close(self) -> None:
        """Free the model; nobody may ask any more."""
        self._batcher.remove(self._line)
        self._classifier.close()

    def _look(self, asked: Sequence[tuple[Frame, Floats]]) -> list[Attributes]:
        return [self._classifier.classify(frame, people) for frame, people in asked]


class ModelPool:
    """All models of a worker; used by the thread that builds cameras.

    Args:
        config: How they share the cores.
    """

    def __init__(self, config: InferenceConfig) -> None:
        self._backend = config.backend
        self.batcher = Batcher(
            runners=config.threads or usable_cores(),
            max_batch=config.max_batch,
            wait_s=config.max_wait_ms / 1000,
        )
        self._detectors: dict[_DetectorKey, SharedDetector] = {}
        self._classifiers: dict[str, SharedClassifier] = {}

    def models_for(self, camera: CameraConfig, site: SiteConfig) -> OpenModels:
        """The models of one camera, loaded now if no other camera did.

        Raises:
            ModelError: A model cannot be used, or may not.
            ConfigError: Two detectors find the same class.
        """
        abilities(camera)
        first, *others = (self._detector(key) for key in detectors_of(camera))
        classifier = (
            self._classifier(camera.attributes_model) if camera.needs_attributes() else None
        )
        made_by = Provenance(
            first.model_id,
            first.model_sha256,
            config_sha256(camera, site),
            classifier.label if classifier else "",
            tuple(UsedModel(o.model_id, o.model_sha256, o.class_names) for o in others),
        )
        sees, bound = in_lanes(camera, [first, *others])
        return OpenModels(sees, classifier, made_by, bound)

    def keep_only(self, cameras: Iterable[CameraConfig]) -> None:
        """Free what none of these cameras asks; the others' threads must have ended."""
        kept = list(cameras)
        detectors = {key for camera in kept for key in detectors_of(camera)}
        classifiers = {camera.attributes_model for camera in kept if camera.needs_attributes()}
        for key in self._detectors.keys() - detectors:
            self._detectors.pop(key).close()
        for model_id in self._classifiers.keys() - classifiers:
            self._classifiers.pop(model_id).close()

    def close(self) -> None:
        """Stop answering and free everything."""
        self.batcher.close()
        self.keep_only([])

    def _detector(self, key: _DetectorKey) -> SharedDetector:
        if key not in self._detectors:
            model_id, input_size = key
            detector = load_detector(
                model_id, input_size=input_size, score=TRACKING_SCORE, backend=self._backend
            )
            self._detectors[key] = SharedDetector(detector, self.batcher)
        return self._detectors[key]

    def _classifier(self, model_id: str) -> SharedClassifier:
        if model_id not in self._classifiers:
            classifier = load_classifier(model_id, backend=self._backend)
            self._classifiers[model_id] = SharedClassifier(classifier, self.batcher)
        return self._classifiers[model_id]
