"""Training pictures of the sets with YOLO boxes, and how they are drawn and laid together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.eval.boxes import read_folds, read_label_file
from models.eval.held_out import SPLITS
from models.eval.media import read_video
from models.train.augment import View, random_view
from models.train.samples import Sample
from pipeline.core.detections import Floats, Ints
from pipeline.core.frame import Bgr

STORED_LONG_SIDE = 640


def labelled(
    data: Path,
    name: str,
    classes: Mapping[int, str],
    held_out: Collection[int],
    only: Collection[str] | None = None,
) -> tuple[list[Sample], list[list[int]]]:
    """The pictures of a set but for some folds.

    Args:
        data: The data folder.
        name: Of the set and of its table of folds.
        classes: Our name of each class index; our index is the place here.
        held_out: The folds that are left out.
        only: The sources to take of the rest; all if None.

    Returns:
        The samples, and the indices of those of each source.

    Raises:
        ValueError: One of ``only`` is no source of the folds that are left.
    """
    places = {
        picture: source
        for fold, pictures in read_folds(SPLITS / f"{name}.csv").items()
        if fold not in held_out
        for picture, source in pictures.items()
    }
    if only is not None:
        if strangers := set(only) - set(places.values()):
            raise ValueError(f"{', '.join(sorted(strangers))}: no source of {name} to learn from")
        places = {picture: source for picture, source in places.items() if source in only}
    order = {ours: i for i, ours in enumerate(classes.values())}
    samples: list[Sample] = []
    by_source: dict[str, list[int]] = {}
    for path in sorted((data / name / "images").iterdir()):
        if path.stem not in places:
            continue
        by_source.setdefault(places[path.stem], []).append(len(samples))
        boxes = read_label_file(data / name / "labels" / f"{path.stem}.txt", classes, None)
        pixels = _read(path)
        size = np.array([pixels.shape[1], pixels.shape[0]] * 2, np.float32)
        xyxy = np.concatenate([np.zeros((0, 4), np.float32), *boxes.values()]) * size
        ids = [order[ours] for ours, rows in boxes.items() for _ in rows]
        samples.append(stored(pixels, xyxy, np.array(ids, np.int64)))
    return samples, list(by_source.values())


def frames(videos: Iterable[Path], step: int) -> Iterator[Sample]:
    """Every ``step``-th picture of videos without any object of ours."""
    for video in videos:
        for _, pixels in read_video(video, step):
            yield _empty(pixels)


def photographs(files: Iterable[Path]) -> Iterator[Sample]:
    """Pictures without any object of ours."""
    for path in files:
        yield _empty(_read(path))


def stored(pixels: Bgr, xyxy: Floats, class_id: Ints) -> Sample:
    """A sample kept small."""
    scale = min(1.0, STORED_LONG_SIDE / max(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    kept = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1.0 else pixels
    _, jpeg = cv2.imencode(".jpg", kept, [cv2.IMWRITE_JPEG_QUALITY, 95])
    nothing = np.zeros((0, 4), np.float32)
    return Sample("", jpeg.tobytes(), (xyxy * scale).astype(np.float32), class_id, nothing, 0.0)


def _read(path: Path) -> Bgr:
    decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError(f"{path} is no picture")
    return np.asarray(decoded, np.uint8)


def _empty(pixels: Bgr) -> Sample:
    return stored(pixels, np.zeros((0, 4), np.float32), np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True)
class Pool:
    """Samples that are drawn alike.

    Attributes:
        share: How often one of them is drawn; the shares of all pools add up to 1.
        samples: The pictures.
        sources: Indices of each source's pictures; a source's share grows with the square root of
            their number, for neighbouring frames say little new. Each its own if empty.
    """

    share: float
    samples: Sequence[Sample]
    sources: Sequence[Sequence[int]] = ()

    def draw(self, rng: np.random.Generator) -> Sample:
        """One of the samples."""
        if not self.sources:
            return self.samples[int(rng.integers(len(self.samples)))]
        weight = np.sqrt([len(source) for source in self.sources])
        source = self.sources[int(rng.choice(len(self.sources), p=weight / weight.sum()))]
        return self.samples[source[int(rng.integers(len(source)))]]


def views_of(
    pools: Sequence[Pool], mosaic_share: float
) -> Callable[[tuple[int, int], np.random.Generator], View]:
    """Draws views of (width, height) of the pools' samples, some of them four in one."""
    shares = [pool.share for pool in pools]

    def one(rng: np.random.Generator) -> Sample:
        return pools[int(rng.choice(len(pools), p=shares))].draw(rng)

    def draw(size: tuple[int, int], rng: np.random.Generator) -> View:
        if rng.random() < mosaic_share:
            return mosaic([one(rng) for _ in range(4)], size, rng)
        return random_view(one(rng), size, rng)

    return draw


def mosaic(samples: Sequence[Sample], size: tuple[int, int], rng: np.random.Generator) -> View:
    """Views of four samples beside and below each other."""
    width, height = size
    x, y = (int(rng.uniform(0.35, 0.65) * side) for side in size)
    corners = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    pixels = np.empty((height, width, 3), np.uint8)
    parts = []
    for sample, (left, top, right, bottom) in zip(samples, corners, strict=True):
        view = random_view(sample, (right - left, bottom - top), rng)
        pixels[top:bottom, left:right] = view.pixels
        offset = np.array([left, top, left, top], np.float32)
        parts.append((view.xyxy + offset, view.class_id, view.doubtful_xyxy + offset))
    boxes, classes, doubtful = (np.concatenate(column) for column in zip(*parts, strict=True))
    return View(pixels, boxes, classes, doubtful, np.zeros(len(doubtful), np.float32))
