"""Faces in Pascal VOC files as people: the box of head and shoulders is guessed from the face."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

from models.eval.people import Person
from pipeline.core.detections import Floats

WORN = {"with_mask": True, "con_mascarilla": True, "without_mask": False, "sin_mascarilla": False}
"""Labels that say it; a mask worn wrongly is neither."""

SHOULDERS_PER_FACE = 2.5
HAIR_PER_FACE = 0.35
"""Width of the shoulders in face widths, and what lies above a face box in face heights."""

LEAST_FACE_PX = 14
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def person_around(face_xyxy: Floats, shoulders: float = SHOULDERS_PER_FACE) -> Floats:
    """(4,) box of the person from the box of the face, pixels, perhaps outside the picture."""
    left, top, right, bottom = (float(value) for value in face_xyxy)
    half = (right - left) * shoulders / 2
    middle = (left + right) / 2
    top -= (bottom - top) * HAIR_PER_FACE
    return np.array([middle - half, top, middle + half, top + 4 * half], np.float32)


def read_faces(annotations: Path) -> list[tuple[str, Floats, bool]]:
    """Image name, face box (4,) and whether a mask is worn, of every face large enough to tell."""
    faces = []
    for path in sorted(annotations.glob("*.xml")):
        root = ET.parse(path).getroot()  # noqa: S314 - our own evaluation data
        image = _text(root, "filename")
        for item in root.iter("object"):
            worn = WORN.get(_text(item, "name"))
            corners = [
                float(_text(item, f"bndbox/{key}")) for key in ("xmin", "ymin", "xmax", "ymax")
            ]
            if worn is not None and corners[2] - corners[0] >= LEAST_FACE_PX:
                faces.append((image, np.array(corners, np.float32), worn))
    return faces


def read_masked_people(annotations: Path) -> list[Person]:
    """The faces as people labelled with ``mask`` alone."""
    return [
        Person(image, person_around(face), {"mask": worn})
        for image, face, worn in read_faces(annotations)
    ]


def _text(node: ET.Element, path: str) -> str:
    found = node.findtext(path)
    if found is None:
        raise ValueError(f"a VOC file lacks {path}")
    return found
