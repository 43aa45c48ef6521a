"""Crops of people for kitchen_attributes, disturbed as a canteen's camera would.

Labelled people (kitchen_people) rarely wear masks, and the people in masks (masks, mask_faces) are
no cooks. Left so, the model would learn the set instead of the mask; so masks are painted over
found faces of kitchen_people as well. Crops too small to tell, or without their head, are labelled
*unknown*: the model must learn to abstain. People of other trades and passers-by, found by our own
detector, show what else is worn than a kitchen's uniform.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from models.eval.media import frame_of, read_video
from models.eval.people import is_held_out, read_people
from models.eval.voc import person_around, read_faces
from models.train.kitchen_net import ATTRIBUTES, CROP_SIZE
from models.train.samples import TOWN_CENTRE_LAST
from pipeline.core.detections import Floats, Ints
from pipeline.core.frame import Bgr
from pipeline.inference.attributes import PAD_VALUE, cut, upper_body
from pipeline.inference.detector import Detector, load_detector

NO, YES, UNKNOWN, UNLABELLED = 0, 1, 2, -1
FACE_SCORE = 0.7
TELL_PX = 14
"""Crops narrower than this tell nothing about hats and masks."""

TUNING_OF_8 = 1
"""One training image in eight is kept for temperatures and thresholds and not learnt from."""

CONTRARY_WEIGHT = 1.8
"""How much more often people without uniform are drawn: a third of them, half of the errors."""

OTHER_TRADES = {"pilot": NO, "police": NO, "engineer": NO, "farmer": UNLABELLED}
"""What their hats are to a kitchen; scarves of farmers could be a cook's."""

PASSERS_BY = {"one_by_one.mp4": 60, "retail_overhead.mp4": 40, "towncentre_h264.mp4": 15}
"""Videos without cooks, and how many pictures lie between two that are used."""

FALLS_STEP = 40
LEAST_PERSON_PX = 40
LEAST_PERSON_SCORE = 0.5
STANDS = 1.3
"""Height over width from which a box is an upright person's."""

MARGIN = 0.5
"""Share of a passer-by's width that is kept around the box."""


@dataclass(frozen=True, slots=True)
class Crop:
    """One person in one picture.

    Attributes:
        source: The set.
        picture: All of it.
        box_xyxy: (4,) of the person; may reach outside.
        face_xyxy: (4,) of the face, or None if none was found.
        labels: (3,) NO, YES, UNKNOWN or UNLABELLED per attribute.
        weight: How often it is drawn, relative to its set.
    """

    source: str
    picture: Bgr
    box_xyxy: Floats
    face_xyxy: Floats | None
    labels: Ints
    weight: float = 1.0


def is_tuning(image: str) -> bool:
    """Whether a training image is kept for temperatures; depends on its name alone."""
    return hashlib.sha256(b"tuning " + image.encode()).digest()[0] % 8 < TUNING_OF_8


def collect(data: Path, faces: Path) -> tuple[list[Crop], list[Crop]]:
    """All people to train on, and those to tune on; held-out images are left out.

    Args:
        data: The data folder.
        faces: ``version-RFB-320.onnx``, finds faces to paint masks on.
    """
    find = _face_finder(faces)
    meaning = {True: YES, False: NO, None: UNKNOWN}
    crops: list[Crop] = []
    tuning: list[Crop] = []
    for person in read_people(data / "kitchen_people/labels.csv"):
        if is_held_out(person.image):
            continue
        picture = _read(data / "kitchen_people/images" / person.image)
        labels = np.array([meaning[person.labels[name]] for name in ATTRIBUTES], np.int64)
        face = _face_of(person.box_xyxy, find(picture))
        weight = CONTRARY_WEIGHT if labels[2] == NO else 1.0
        crop = Crop("kitchen_people", picture, person.box_xyxy, face, labels, weight)
        (tuning if is_tuning(person.image) else crops).append(crop)
    for image, face, worn in read_faces(data / "masks/annotations"):
        if not is_held_out(image):
            crop = _masked("masks", _read(data / "masks/images" / image), face, worn)
            (tuning if is_tuning(image) else crops).append(crop)
    for folder, worn in (("with_mask", True), ("without_mask", False)):
        for path in sorted((data / "mask_faces" / folder).iterdir()):
            if not is_held_out(path.name):
                picture = _read(path)
                height, width = picture.shape[:2]
                face = np.array([0, 0, width, height], np.float32)
                crops.append(_masked("mask_faces", picture, face, worn))
    with load_detector("campus_objects", score=LEAST_PERSON_SCORE) as near:
        crops.extend(_of_other_trades(data, near))
    with load_detector("campus_objects", input_size=(640, 384), score=LEAST_PERSON_SCORE) as far:
        crops.extend(_passers_by(data, far))
    return crops, tuning


def _of_other_trades(data: Path, detector: Detector) -> Iterator[Crop]:
    for trade, hat in OTHER_TRADES.items():
        for path in sorted((data / "kitchen_people/images" / trade).iterdir()):
            if is_held_out(f"{trade}/{path.name}"):
                continue
            picture = _read(path)
            labels = np.array([hat, UNLABELLED, NO], np.int64)
            for box in _upright(picture, detector):
                yield Crop("other_trades", picture, box, None, labels)


def _passers_by(data: Path, detector: Detector) -> Iterator[Crop]:
    """Only their surroundings are kept, for these pictures are large."""
    labels = np.array([UNLABELLED, UNLABELLED, NO], np.int64)
    videos = {data / "videos" / name: step for name, step in PASSERS_BY.items()}
    videos |= dict.fromkeys(sorted((data / "falls").rglob("*.mp4")), FALLS_STEP)
    for path, step in videos.items():
        for number, picture in read_video(path, step):
            if path.name.startswith("towncentre") and number > TOWN_CENTRE_LAST:
                break
            for box in _upright(picture, detector):
                margin = MARGIN * (box[2] - box[0])
                left, top = (max(0, round(float(side - margin))) for side in box[:2])
                right, bottom = (round(float(side + margin)) for side in box[2:])
                piece = picture[top:bottom, left:right].copy()
                moved = (box - np.array([left, top, left, top], np.float32)).astype(np.float32)
                yield Crop("passers_by", piece, moved, None, labels)


def _upright(picture: Bgr, detector: Detector) -> list[Floats]:
    (found,) = detector.detect([frame_of(picture)])
    person = detector.class_names.index("person")
    boxes = found.xyxy[found.class_id == person]
    sides = boxes[:, 2:] - boxes[:, :2]
    kept = (sides[:, 0] >= LEAST_PERSON_PX) & (sides[:, 1] >= STANDS * sides[:, 0])
    return list(boxes[kept])


def _masked(source: str, picture: Bgr, face: Floats, worn: bool) -> Crop:
    labels = np.array([UNLABELLED, YES if worn else NO, UNLABELLED], np.int64)
    return Crop(source, picture, person_around(face), face, labels)


def random_crop(crop: Crop, rng: np.random.Generator) -> tuple[Bgr, Ints]:
    """A crop at the model's size with its labels; every random number comes from ``rng``."""
    labels = crop.labels.copy()
    picture = crop.picture
    if crop.source == "kitchen_people" and crop.face_xyxy is not None and rng.random() < 0.3:
        picture = paint_mask(picture, crop.face_xyxy, rng)
        labels[1] = YES
    left, top, right, bottom = (float(value) for value in crop.box_xyxy)
    width = right - left
    shift = rng.normal(0.0, 0.06, 2) * width
    grow = float(np.exp(rng.normal(0.0, 0.1)))
    if rng.random() < 0.05:
        top += width * rng.uniform(0.5, 0.9)
        labels[:2][labels[:2] != UNLABELLED] = UNKNOWN
    middle, half = (left + right) / 2 + shift[0], width / 2 * grow
    box = np.array([middle - half, top + shift[1], middle + half, bottom], np.float32)
    pixels = plain_crop(picture, box)
    if rng.random() < 0.5:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    if rng.random() < 0.5:
        pixels = _tilted(pixels, rng)
    pixels, seen_px = _disturb(pixels, rng)
    if seen_px < TELL_PX:
        labels[labels != UNLABELLED] = UNKNOWN
    return pixels, labels


def plain_crop(picture: Bgr, box_xyxy: Floats) -> Bgr:
    """A person as the product cuts it."""
    return cut(picture, upper_body(box_xyxy, CROP_SIZE[1] / CROP_SIZE[0]), CROP_SIZE)


def _tilted(pixels: Bgr, rng: np.random.Generator) -> Bgr:
    """The crop as a camera higher up or askew sees it: turned a little, shorter, leaning."""
    width, height = CROP_SIZE
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-9.0, 9.0), 1.0)
    squeeze = np.array([[1.0, rng.uniform(-0.12, 0.12), 0.0], [0.0, rng.uniform(0.82, 1.08), 0.0]])
    turned = squeeze[:, :2] @ matrix
    turned[:, 2] += np.array([width, height]) / 2 - turned @ np.array([width / 2, height / 2, 1.0])
    border = (PAD_VALUE, PAD_VALUE, PAD_VALUE)
    return np.asarray(cv2.warpAffine(pixels, turned, CROP_SIZE, borderValue=border), np.uint8)


def paint_mask(picture: Bgr, face: Floats, rng: np.random.Generator) -> Bgr:
    """A surgical mask, roughly, over the lower half of a face."""
    left, top, right, bottom = (float(value) for value in face)
    w, h = right - left, bottom - top
    upper = top + h * rng.uniform(0.42, 0.55)
    outline = np.array(
        [
            (left + w * rng.uniform(0.0, 0.12), upper + h * 0.06),
            (left + w * 0.5, upper - h * rng.uniform(0.0, 0.06)),
            (right - w * rng.uniform(0.0, 0.12), upper + h * 0.06),
            (right - w * rng.uniform(0.08, 0.2), top + h * 0.85),
            (left + w * 0.5, top + h * rng.uniform(0.95, 1.08)),
            (left + w * rng.uniform(0.08, 0.2), top + h * 0.85),
        ]
    )
    colours = ((225, 205, 160), (240, 240, 240), (40, 40, 45), (200, 215, 150), (200, 190, 225))
    base = np.array(colours[int(rng.integers(len(colours)))]) + rng.normal(0.0, 12.0, 3)
    light = float(picture[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)].mean())
    colour = np.clip(base * np.clip(light / 140.0, 0.5, 1.15), 0, 255)
    scale = 4
    cover = np.zeros((picture.shape[0] * scale, picture.shape[1] * scale), np.uint8)
    cv2.fillPoly(cover, [np.round(outline * scale).astype(np.int32)], 255)
    soft = cv2.resize(cover, picture.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / 255.0
    shade = 1.0 + 0.12 * np.sin(np.arange(picture.shape[0]) / max(2.0, h / 10))[:, None, None]
    painted = picture * (1 - soft) + colour * shade * soft
    return np.asarray(np.clip(painted, 0, 255), np.uint8)


def _disturb(pixels: Bgr, rng: np.random.Generator) -> tuple[Bgr, float]:
    """The crop as a worse camera sees it, and how many pixels wide it then was."""
    seen = float(CROP_SIZE[0])
    if rng.random() < 0.5:
        seen = float(np.exp(rng.uniform(np.log(11.0), np.log(CROP_SIZE[0]))))
        small = (max(4, round(seen)), max(5, round(seen * CROP_SIZE[1] / CROP_SIZE[0])))
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        pixels = np.asarray(cv2.resize(pixels, CROP_SIZE, interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.2:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.5, 2.0)), np.uint8)
    if rng.random() < 0.8:
        gain, shift = np.exp(rng.uniform(-0.5, 0.35)), rng.uniform(-25.0, 25.0)
        table = np.clip(np.arange(256) * gain + shift, 0, 255).astype(np.uint8)
        pixels = np.asarray(cv2.LUT(pixels, table), np.uint8)
    if rng.random() < 0.3:
        hsv = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV).astype(np.int16)
        hsv[..., 0] = (hsv[..., 0] + int(rng.integers(-10, 11))) % 180
        hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.4, 1.5), 0, 255)
        pixels = np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)
    if rng.random() < 0.12:
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        pixels = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    elif rng.random() < 0.6:
        tint = rng.uniform(0.85, 1.15, 3).astype(np.float32)
        pixels = np.clip(pixels * tint, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, packed = cv2.imencode(
            ".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 80))]
        )
        pixels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < 0.3:
        w, h = int(rng.integers(15, 90)), int(rng.integers(15, 90))
        x, y = int(rng.integers(0, CROP_SIZE[0])), int(rng.integers(110, CROP_SIZE[1]))
        pixels = pixels.copy()
        pixels[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return pixels, seen


def _face_finder(model: Path) -> Callable[[Bgr], Floats]:
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 3
    session = ort.InferenceSession(str(model), settings, providers=["CPUExecutionProvider"])

    def find(picture: Bgr) -> Floats:
        resized = cv2.resize(picture, (320, 240))[:, :, ::-1].astype(np.float32)
        batch = np.ascontiguousarray(((resized - 127.0) / 128.0).transpose(2, 0, 1)[None])
        scores, boxes = session.run(None, {"input": batch})
        kept = scores[0, :, 1] >= FACE_SCORE
        order = np.argsort(-scores[0, kept, 1])
        sides = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
        return np.asarray(boxes[0, kept][order] * sides, np.float32)

    return find


def _face_of(person: Floats, faces: Floats) -> Floats | None:
    """The best face whose middle is in the upper part of the person's box."""
    for face in faces:
        x, y = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
        lower = person[1] + 0.6 * (person[3] - person[1])
        if person[0] <= x <= person[2] and person[1] <= y <= lower:
            return np.asarray(face, np.float32)
    return None


def _read(path: Path) -> Bgr:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
