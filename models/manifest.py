"""A model's passport: which file, whose licence, what goes in, what comes out, how well it does.

``models/registry/<id>.yaml`` describes one model; the weights' path in it is relative to that
file. Nothing here opens the weights beyond hashing them, so that the command centre can list
models without an inference library. Standard library, pydantic and PyYAML only.
"""

from __future__ import annotations

import hashlib
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

DEFAULT_REGISTRY = Path(__file__).parent / "registry"

ClassName = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]
"""As alerts carry it to the command centre."""
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(gt=0)]
Size = tuple[Positive, Positive]
"""(width, height) in pixels."""


class ManifestError(Exception):
    """A manifest or its weights file that cannot be used.

    Args:
        what: One sentence on what is wrong, without a trailing full stop.
        where: File, and the key in it.
        remedy: What to write or do instead.
    """

    def __init__(self, what: str, *, where: str, remedy: str) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(f"{where}: {what}. {remedy}")


class Task(StrEnum):
    """What a model answers."""

    DETECT = "detect"
    CLASSIFY = "classify"


class LicenceStatus(StrEnum):
    """Whether the terms of the weights and of all they were trained on are known.

    Production leaves a model of unknown status off unless an administrator turns it on.
    """

    KNOWN = "known"
    UNKNOWN = "unknown"


class Colour(StrEnum):
    """Order of the input's three channels."""

    BGR = "bgr"
    RGB = "rgb"


class Anchor(StrEnum):
    """How a picture lies in the input.

    ``top_left`` keeps its shape and truncates its scaled sides, as YOLOX does; ``center`` keeps its
    shape and rounds them, as Ultralytics does; ``stretch`` fills the input, as DETRs want it.
    """

    TOP_LEFT = "top_left"
    CENTER = "center"
    STRETCH = "stretch"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Weights(_Strict):
    """The weights file, relative to the manifest's folder."""

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: Positive


class Input(_Strict):
    """How a picture becomes the model's input, a float32 batch (N, 3, height, width).

    Attributes:
        name: The input tensor.
        layout: Only NCHW exists so far.
        size: Size used unless somebody asks for another.
        allowed_sizes: All sizes the weights were measured at.
        colour: Channel order.
        scale: Multiplied with 0–255 pixels before ``mean`` and ``std``.
        mean: Subtracted per channel, in the input's channel order.
        std: Divided by per channel.
        anchor: How the picture lies in it.
        pad_value: 0–255, fills the rest.
    """

    name: str
    layout: Annotated[str, Field(pattern="^NCHW$")] = "NCHW"
    size: Size
    allowed_sizes: tuple[Size, ...]
    colour: Colour
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    anchor: Anchor = Anchor.TOP_LEFT
    pad_value: Annotated[int, Field(ge=0, le=255)] = 114

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        if self.size not in self.allowed_sizes:
            raise ValueError(f"size {list(self.size)} is not among allowed_sizes")
        return self

    @field_validator("std")
    @classmethod
    def _std_divides(cls, std: tuple[float, float, float]) -> tuple[float, float, float]:
        if min(std) <= 0.0:
            raise ValueError("std must be above 0")
        return std


class Output(_Strict):
    """What the family's decoder must know.

    Attributes:
        names: The output tensors read, in order.
        strides: Pixels of input per cell of each detection level; empty where there are none.
        groups: Of a classifier, the name of each head with its classes.
    """

    names: tuple[str, ...]
    strides: tuple[Positive, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Thresholds(_Strict):
    """When a candidate counts.

    Attributes:
        score: Least score of a box, or least probability of a decided attribute. A camera, whose
            tracker weighs weak boxes itself, goes by it only where it asks for more than usual.
        nms_iou: Boxes of one class overlapping more are one object; null for families that do
            not repeat themselves.
        per_class: Scores for some classes that differ from ``score``; a camera's tracker as well
            begins a track from there on.
    """

    score: Fraction
    nms_iou: Fraction | None = None
    per_class: dict[str, Fraction] = Field(default_factory=dict)

    def track_score(self, name: str, usual: float) -> float:
        """From which score on a box of a class may begin a track.

        Args:
            name: Of the class.
            usual: Where the manifest asks for nothing else.
        """
        return self.per_class.get(name, max(self.score, usual))


class TrainingSet(_Strict):
    """A set the weights have seen, with its own terms as its publisher states them.

    Attributes:
        name: As in the card.
        licence: An SPDX id, "research use", or "unknown".
    """

    name: str
    licence: str


class ModelManifest(_Strict):
    """One model; see the module's text.

    Attributes:
        id: Equals the file's name.
        version: Of these weights, as "1.0.0".
        task: Detect or classify.
        family: Picks the decoder, as "yolox".
        origin: Where the weights come from, in a sentence.
        training_data: Every set they were trained on, the seed's included.
        metrics: Measured figures, by name; the card says how.
        card: The model card, relative to the manifest's folder.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str
    task: Task
    family: str
    weights: Weights
    licence: str
    licence_status: LicenceStatus
    origin: str
    training_data: tuple[TrainingSet, ...] = ()
    input: Input
    output: Output
    classes: tuple[ClassName, ...] = Field(min_length=1)
    thresholds: Thresholds
    metrics: dict[str, float] = Field(default_factory=dict)
    card: str
    _path: Path = PrivateAttr(default=Path())

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes names one class twice")
        unknown = sorted(set(self.thresholds.per_class) - set(self.classes))
        if unknown:
            raise ValueError(f"thresholds.per_class names {unknown[0]!r}, which is not a class")
        return self

    @property
    def path(self) -> Path:
        """The manifest's own file."""
        return self._path

    @property
    def weights_path(self) -> Path:
        """The weights file."""
        return self._path.parent / self.weights.file

    @property
    def card_path(self) -> Path:
        """The model card."""
        return self._path.parent / self.card


def own_registry() -> Path:
    """The folder of models a school imported itself: ``MINGAN_MODELS``, or in the user's data.

    It need not exist.
    """
    named = os.environ.get("MINGAN_MODELS")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path("~/.local/share").expanduser()) / "mingan" / "models"


def load_manifest(model_id: str, registry_dir: Path | None = None) -> ModelManifest:
    """Read the manifest of one model; the weights are not looked at.

    Args:
        model_id: Its id.
        registry_dir: The folder to look in; if None the shipped one, then ``own_registry``.

    Raises:
        ManifestError: No such model, or the file does not describe one.
    """
    folders = _folders(registry_dir)
    known = {name: folder for folder in reversed(folders) for name in _known(folder)}
    if model_id not in known:
        raise ManifestError(
            f"there is no model {model_id!r}",
            where=" and ".join(map(str, folders)),
            remedy=f"Known models: {', '.join(sorted(known)) or 'none'}",
        )
    path = known[model_id] / f"{model_id}.yaml"
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(
            "the manifest cannot be read", where=str(path), remedy=" ".join(str(error).split())
        ) from error
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise ManifestError(
            "this is not YAML", where=str(path), remedy=f"The parser says: {said}"
        ) from error
    try:
        manifest = ModelManifest.model_validate(document)
    except ValidationError as error:
        raise _explain(error, path) from error
    if manifest.id != model_id:
        raise ManifestError(
            f"the id is {manifest.id!r}",
            where=f"{path}: id",
            remedy=f"Write id: {model_id}, or rename the file to {manifest.id}.yaml",
        )
    manifest._path = path
    return manifest


def list_manifests(registry_dir: Path | None = None) -> list[ModelManifest]:
    """All manifests of a registry, by id; of the shipped and the own one if None.

    Raises:
        ManifestError: One of the files does not describe a model.
    """
    return [load_manifest(model_id, registry_dir) for model_id in list_ids(registry_dir)]


def list_ids(registry_dir: Path | None = None) -> list[str]:
    """The ids of all manifests, whether or not they can be read."""
    return sorted({name for folder in _folders(registry_dir) for name in _known(folder)})


def _folders(registry_dir: Path | None) -> list[Path]:
    if registry_dir is not None:
        return [registry_dir]
    return [folder for folder in (DEFAULT_REGISTRY, own_registry()) if folder.is_dir()]


def verify(manifest: ModelManifest) -> None:
    """Check that the weights on disk are the ones the manifest speaks of.

    Raises:
        ManifestError: The file is absent, or its size or sha256 differs.
    """
    path = manifest.weights_path
    where = f"{manifest.path}: weights"
    fetch = "Fetch the weights again (git checkout), or write the manifest of this file"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ManifestError(
            f"{path} cannot be read ({error.strerror})", where=f"{where}.file", remedy=fetch
        ) from error
    if len(content) != manifest.weights.size_bytes:
        raise ManifestError(
            f"{path.name} has {len(content)} bytes, not {manifest.weights.size_bytes}",
            where=f"{where}.size_bytes",
            remedy=fetch,
        )
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != manifest.weights.sha256:
        raise ManifestError(
            f"{path.name} has sha256 {sha256[:12]}…, not {manifest.weights.sha256[:12]}…",
            where=f"{where}.sha256",
            remedy=fetch,
        )


def _known(registry_dir: Path) -> list[str]:
    return sorted(path.stem for path in registry_dir.glob("*.yaml"))


def _explain(error: ValidationError, path: Path) -> ManifestError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        what, remedy = "this key is not known", "Remove it, or correct its spelling"
    elif first["type"] == "missing":
        what, remedy = "this key is missing", "Add it; any shipped manifest shows how"
    else:
        what = first["msg"].removeprefix("Value error, ")
        remedy = f"Correct the value, now {first['input']!r:.60}"
    return ManifestError(what, where=f"{path}: {key}" if key else str(path), remedy=remedy)
