"""Several detectors that look at the same frame, as one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from models.manifest import LicenceStatus, ModelManifest
from pipeline.core.detections import Detections
from pipeline.core.errors import ConfigError, ModelError
from pipeline.core.frame import Frame
from pipeline.inference.finds import Finds


class SeveralDetectors:
    """Looks with each; the classes stand one detector's after the other's.

    Args:
        detectors: At least one.

    Attributes:
        class_names: Of all.
        track_scores: Of all, by class.

    Raises:
        ConfigError: Two of them find a class of the same name.
    """

    def __init__(self, detectors: Sequence[Finds]) -> None:
        self._detectors = tuple(detectors)
        self.class_names = joined_classes([each.class_names for each in detectors])
        self.track_scores = dict(item for each in detectors for item in each.track_scores.items())

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame, one detector's after the other's."""
        of_each = [each.detect(frames) for each in self._detectors]
        return [self._join(found) for found in zip(*of_each, strict=True)]

    def _join(self, found: Sequence[Detections]) -> Detections:
        first = np.cumsum([0, *(len(each.class_names) for each in self._detectors)])[:-1]
        return Detections(
            np.concatenate([one.xyxy for one in found]),
            np.concatenate([one.score for one in found]),
            np.concatenate([one.class_id + n for one, n in zip(found, first, strict=True)]),
            self.class_names,
        )


def joined_classes(of_each: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The classes of several detectors in one list.

    Raises:
        ConfigError: A class is there twice.
    """
    names = [name for classes in of_each for name in classes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(
            f"two models find '{twice[0]}', and everything of that class would be counted twice",
            where="more_models",
            remedy="Leave one of the models out",
        )
    return tuple(names)


def require_known_licence(manifest: ModelManifest, accepted: Collection[str]) -> None:
    """Keep a model of unknown terms off unless an administrator took it.

    Args:
        manifest: Of the model.
        accepted: Ids of the models of unknown terms that were taken.

    Raises:
        ModelError: It was not.
    """
    if manifest.licence_status is LicenceStatus.UNKNOWN and manifest.id not in accepted:
        raise ModelError(
            f"the terms of the pictures that {manifest.id} was trained on are not known, "
            "so it stays off",
            where="accept_unknown_licence",
            remedy=f"Read its card; to use it all the same, write: "
            f"accept_unknown_licence: [{manifest.id}]",
        )
