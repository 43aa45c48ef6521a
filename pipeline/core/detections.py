"""What a detector and a tracker say about one frame, as arrays.

Boxes are never clipped to the picture here: a foot point taken from a clipped box lies on the
picture's edge instead of on the floor. Clip only to draw or to crop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
TRACK_SCORE = 0.4
"""From this score on a box may begin a track, unless its model's manifest asks for another."""
MAX_LOST_S = 3.0
"""A followed object keeps its track over so long without a box: hidden, it has not left."""
NO_ATTRIBUTES: Mapping[str, NDArray[np.int8]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Detections:
    """N boxes of one frame.

    Attributes:
        xyxy: (N, 4) pixels of the full frame, left, top, right, bottom; may reach outside.
        score: (N,) 0–1.
        class_id: (N,) index into ``class_names``.
        class_names: Names of the model's classes.
    """

    xyxy: Floats
    score: Floats
    class_id: Ints
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.score)
        if self.xyxy.shape != (n, 4) or self.class_id.shape != (n,):
            raise ValueError(
                f"xyxy {self.xyxy.shape}, score {self.score.shape} and class_id "
                f"{self.class_id.shape} do not belong together"
            )

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def empty(cls, class_names: tuple[str, ...] = ()) -> Detections:
        """No boxes."""
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int64),
            class_names,
        )

    def select(self, keep: NDArray[np.bool_] | Ints) -> Detections:
        """The boxes of a mask or an index, in its order."""
        return Detections(self.xyxy[keep], self.score[keep], self.class_id[keep], self.class_names)

    def joined(self, other: Detections) -> Detections:
        """These boxes and then another model's, whose classes stand after these."""
        return Detections(
            np.concatenate([self.xyxy, other.xyxy]),
            np.concatenate([self.score, other.score]),
            np.concatenate([self.class_id, other.class_id + len(self.class_names)]),
            (*self.class_names, *other.class_names),
        )

    def of_classes(self, names: frozenset[str]) -> Detections:
        """The boxes whose class is one of ``names``."""
        ids = [i for i, name in enumerate(self.class_names) if name in names]
        return self.select(np.isin(self.class_id, ids))


@dataclass(frozen=True, slots=True)
class Tracks:
    """N followed objects in one frame: those seen in it, confirmed, in order of ``track_id``.

    Attributes:
        xyxy: (N, 4) pixels, unclipped, of the detection matched in this frame.
        score: (N,) 0–1 of that detection.
        class_id: (N,) index into ``class_names``.
        track_id: (N,) positive, never used twice within a run.
        first_seen_s: (N,) media seconds at which the track began.
        class_names: Names of the model's classes.
        frame_size: (width, height) in pixels of the frame the boxes belong to.
        attributes: By name, as ``hat``, (N,) what a classifier says of each in this frame: 1 yes,
            0 no, −1 cannot tell; empty where no classifier looked.
    """

    xyxy: Floats
    score: Floats
    class_id: Ints
    track_id: Ints
    first_seen_s: NDArray[np.float64]
    class_names: tuple[str, ...]
    frame_size: tuple[int, int]
    attributes: Mapping[str, NDArray[np.int8]] = field(default_factory=lambda: NO_ATTRIBUTES)

    def __len__(self) -> int:
        return len(self.track_id)

    @classmethod
    def empty(
        cls, class_names: tuple[str, ...] = (), frame_size: tuple[int, int] = (1, 1)
    ) -> Tracks:
        """Nothing in sight."""
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros(0, np.float64),
            class_names,
            frame_size,
        )

    def box_norm_xyxy(self) -> Floats:
        """(N, 4) boxes as fractions of the picture's width and height, unclipped."""
        w, h = self.frame_size
        return (self.xyxy / np.array([w, h, w, h], np.float32)).astype(np.float32)

    def foot_norm_xy(self) -> Floats:
        """(N, 2) middle of each box's lower edge, as fractions of the picture, unclipped."""
        box = self.box_norm_xyxy()
        return np.stack([(box[:, 0] + box[:, 2]) / 2, box[:, 3]], axis=1).astype(np.float32)

    def attribute(self, name: str) -> NDArray[np.int8]:
        """(N,) 1 yes, 0 no, −1 cannot tell; cannot tell of all where no classifier looked."""
        given = self.attributes.get(name)
        return np.full(len(self), -1, np.int8) if given is None else given

    def class_name(self, index: int) -> str:
        """The class of the ``index``-th track."""
        return self.class_names[int(self.class_id[index])]
