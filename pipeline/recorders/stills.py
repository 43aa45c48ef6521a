"""Pictures of cameras for the document of an audit: values, made where pictures can be decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Still:
    """One picture, or why there is none.

    Attributes:
        jpeg: It, nobody in it recognisable; None when there is none.
        at_s: When it was taken by its file, seconds since the epoch.
        bad_file: The first file that was tried in vain, by its name; ``""`` when there was no
            file to try.
    """

    jpeg: bytes | None
    at_s: float = 0.0
    bad_file: str = ""


@dataclass(frozen=True, slots=True)
class CameraStills:
    """A camera at the beginning and at the end of its footage."""

    reference: Still
    newest: Still


@dataclass(frozen=True, slots=True)
class Stills:
    """Pictures of an audit's cameras.

    Attributes:
        of_camera: By the camera's name.
        hidden_by: The model that found whom to blur; ``""`` when there was none, and all of each
            picture was made coarse.
        left_out: Cameras with footage of which none was made because there are too many.
    """

    of_camera: Mapping[str, CameraStills] = field(default_factory=dict)
    hidden_by: str = ""
    left_out: int = 0
