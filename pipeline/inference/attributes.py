"""What people wear, from their boxes: yes, no, or cannot tell.

A person's box is turned into a crop of the upper body with a fixed shape, so that nothing is
stretched: a little wider than the box, starting a little above it (hats rise over boxes), 1.25
times as high as wide. The third answer is as good as the others: absence rules must not guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.manifest import (
    Colour,
    ManifestError,
    ModelManifest,
    Task,
    load_manifest,
    verify,
)
from pipeline.core.detections import Floats
from pipeline.core.errors import ModelError
from pipeline.core.frame import Bgr, Frame
from pipeline.inference.backends.base import Backend, backend_factory, require_outputs

ANSWERS = ("no", "yes", "unknown")
"""Columns of the model's output, and what the manifest's groups must say."""

SIDE_MARGIN = 0.08
TOP_MARGIN = 0.14
"""Shares of the box's width added at each side and above."""

PAD_VALUE = 114


class Answer(IntEnum):
    """Whether an attribute is present."""

    UNDECIDED = -1
    NO = 0
    YES = 1


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of N people.

    Attributes:
        names: A attributes, as "hat".
        probability: (N, A, 3) of no, yes, unknown; each sums to 1.
        answer: (N, A) values of ``Answer``.
    """

    names: tuple[str, ...]
    probability: Floats
    answer: NDArray[np.int8]

    def of(self, name: str) -> NDArray[np.int8]:
        """(N,) answers of one attribute."""
        return self.answer[:, self.names.index(name)]


def upper_body(box_xyxy: Floats, aspect: float) -> tuple[float, float, float, float]:
    """The crop of a person's box: left, top, right, bottom, which may reach outside the picture.

    Args:
        box_xyxy: (4,) pixels.
        aspect: Height of the crop over its width.
    """
    left, top, right, _ = (float(value) for value in box_xyxy)
    margin = (right - left) * SIDE_MARGIN
    width = right - left + 2 * margin
    top -= (right - left) * TOP_MARGIN
    return left - margin, top, right + margin, top + width * aspect


def cut(picture: Bgr, region: tuple[float, float, float, float], size: tuple[int, int]) -> Bgr:
    """A region scaled to (width, height); what lies outside the picture is grey.

    Shrinking averages, so that the details of a large crop do not turn into noise.
    """
    left, top = round(region[0]), round(region[1])
    right, bottom = max(left + 1, round(region[2])), max(top + 1, round(region[3]))
    height, width = picture.shape[:2]
    inside = picture[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if not inside.size:
        return np.full((size[1], size[0], 3), PAD_VALUE, np.uint8)
    padded = cv2.copyMakeBorder(
        inside,
        max(0, -top),
        max(0, bottom - height),
        max(0, -left),
        max(0, right - width),
        cv2.BORDER_CONSTANT,
        value=(PAD_VALUE, PAD_VALUE, PAD_VALUE),
    )
    shrinks = padded.shape[1] > size[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(padded, size, interpolation=method), np.uint8)


class AttributeClassifier:
    """A model of people's attributes; several threads may ask at a time.

    Args:
        manifest: Of task classify, each group with the answers no, yes, unknown.
        backend: The manifest's weights, loaded.

    Raises:
        ModelError: The manifest's groups are not of this form.

    Attributes:
        names: The attributes.
        model_id: The manifest's id.
        model_sha256: Of the weights, for evidence.
        input_size: (width, height) of a crop.
    """

    def __init__(self, manifest: ModelManifest, backend: Backend) -> None:
        self._where = str(manifest.path)
        groups = manifest.output.groups
        if tuple(groups) != manifest.classes or any(g != ANSWERS for g in groups.values()):
            raise ModelError(
                "the groups are not the classes, each with the answers no, yes, unknown",
                where=f"{self._where}: output.groups",
                remedy=f"Write for every class: {list(ANSWERS)}",
            )
        if manifest.input.colour is not Colour.BGR:
            raise ModelError(
                "people's attributes are read from blue-first crops",
                where=f"{self._where}: input.colour",
                remedy="Write bgr",
            )
        self.names = manifest.classes
        self.model_id = manifest.id
        self.model_sha256 = manifest.weights.sha256
        self.input_size = manifest.input.size
        self._least = np.array(
            [
                manifest.thresholds.per_class.get(name, manifest.thresholds.score)
                for name in self.names
            ],
            np.float32,
        )
        self._backend = backend

    def classify(self, frame: Frame, person_xyxy: Floats) -> Attributes:
        """Look at people in one frame, at its full resolution.

        Args:
            frame: The frame.
            person_xyxy: (N, 4) boxes in its pixels, unclipped.

        Raises:
            ModelError: The model's output is not what the manifest says, or not finite.
        """
        if not len(person_xyxy):
            shape = (0, len(self.names))
            return Attributes(
                self.names, np.zeros((*shape, 3), np.float32), np.zeros(shape, np.int8)
            )
        picture = frame.picture.bgr()
        width, height = self.input_size
        crops = [
            cut(picture, upper_body(box, height / width), self.input_size) for box in person_xyxy
        ]
        batch = np.ascontiguousarray(np.stack(crops).transpose(0, 3, 1, 2), np.float32)
        outputs = self._backend.infer(batch)
        require_outputs(outputs, 1, self._where)
        wanted = (len(crops), len(self.names), len(ANSWERS))
        if outputs[0].shape != wanted:
            raise ModelError(
                f"the output has shape {outputs[0].shape}, not {wanted}",
                where=self._where,
                remedy="Write output.groups as the weights have them",
            )
        return Attributes(self.names, outputs[0], decide(outputs[0], self._least))

    def close(self) -> None:
        """Free the model."""
        self._backend.close()


def decide(probability: Floats, least: Floats) -> NDArray[np.int8]:
    """Answers from probabilities.

    Args:
        probability: (N, A, 3) of no, yes, unknown.
        least: (A,) probability an answer needs.

    Returns:
        (N, A): yes or no where one of them is that likely, undecided elsewhere.
    """
    no, yes = probability[:, :, 0], probability[:, :, 1]
    answer = np.full(no.shape, Answer.UNDECIDED, np.int8)
    answer[(no >= least) & (no >= yes)] = Answer.NO
    answer[(yes >= least) & (yes > no)] = Answer.YES
    return answer


def load_classifier(
    model_id: str, *, threads: int = 1, registry_dir: Path | None = None, backend: str = "onnx"
) -> AttributeClassifier:
    """Load a classifier by its id, after checking that its weights are the manifest's.

    Raises:
        ModelError: Manifest, weights, hash or backend is wrong; says where and what to do.
    """
    try:
        manifest = load_manifest(model_id, registry_dir)
        verify(manifest)
    except ManifestError as error:
        raise ModelError(error.what, where=error.where, remedy=error.remedy) from error
    if manifest.task is not Task.CLASSIFY or manifest.family != "attributes":
        raise ModelError(
            f"the model is a {manifest.family} of task {manifest.task}, not of attributes",
            where=f"{manifest.path}: family",
            remedy="Name a model of family attributes",
        )
    return AttributeClassifier(manifest, backend_factory(backend)(manifest, threads=threads))
