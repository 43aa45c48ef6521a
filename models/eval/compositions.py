"""Recipes: recordings of what no recording at hand shows, each put together from real pictures.

A recipe gives the pictures and, with the same numbers, the moments of truth. The pictures that a
model is judged on are those its weights never saw: held-out photographs, held-out scenes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from models.eval.boxes import read_fold
from models.eval.film import (
    FPS,
    brightness,
    ellipse,
    fitted,
    pasted,
    scaled,
    soft_edges,
    take,
    to_and_fro,
)
from models.eval.held_out import HELD_OUT, SPLITS
from models.eval.people import Person, is_held_out, read_people
from pipeline.core.frame import Bgr

T = TypeVar("T")
Span = tuple[float, float]
ROOM_FPS = 10.0
"""Of ``one_by_one``, whose room is the stage of most films."""
_EMPTY = (45.2, 49.8)
"""Seconds of ``one_by_one`` in which nobody is in the room."""
_FIRE, _SMOKE = 0, 2
"""Classes in the labels of ``fire_smoke``."""


@dataclass(frozen=True, slots=True)
class Composition:
    """A film before it is written.

    Attributes:
        pictures: Of one size, ``FPS`` a second.
        truth: By rule, when what it tells of begins and ends, seconds.
    """

    pictures: Iterator[Bgr]
    truth: Mapping[str, tuple[Span, ...]]


Recipe = Callable[[Path, Path | None], Composition]
"""Takes the data folder and the street recording ``vtest.avi``, if there is one; raises
``FileNotFoundError`` when a recording or photograph it needs is not there."""


def _room(data: Path, start_s: float, end_s: float) -> Iterator[Bgr]:
    return take(data / "videos" / "one_by_one.mp4", start_s, end_s, ROOM_FPS)


def _empty_room(data: Path, seconds: float) -> Iterator[Bgr]:
    return to_and_fro(list(_room(data, *_EMPTY)), seconds)


def guard_post(data: Path, street: Path | None = None) -> Composition:
    """A guard leaves twice for half a minute; a change of guards that takes 5 s is none.

    Three real visits of ``one_by_one``; between them the empty room, shown to and fro.
    """
    parts = [_room(data, 0.0, 19.7), _empty_room(data, 30.0), _room(data, 22.7, 69.8)]
    second_s = 19.7 + 30.0 + 47.1
    parts += [_empty_room(data, 35.0), _room(data, 74.4, 86.8)]
    truth = ((19.7, 49.7), (second_s, second_s + 35.0))
    return Composition(chain(*parts), {"off_post": truth})


def sleeping_guard(data: Path, street: Path | None = None) -> Composition:
    """Two guards who stand up and move, then do not move for 50 s, then walk away.

    Real visits; stillness is eight real tenths of a second shown to and fro, so the picture keeps
    its noise and the body its sway.
    """
    parts, truth, now_s = [], [], 0.0
    for come_s, still_s, leave_s in ((22.7, 35.0, 44.8), (92.3, 110.0, 119.9)):
        parts += [_room(data, come_s - 2.0, still_s)]
        now_s += still_s - come_s + 2.0
        parts += [to_and_fro(list(_room(data, still_s, still_s + 0.8)), 50.0)]
        truth.append((now_s, now_s + 50.0))
        parts += [_room(data, still_s + 0.8, leave_s), _empty_room(data, 8.0)]
        now_s += 50.0 + leave_s - still_s - 0.8 + 8.0
    return Composition(chain(*parts), {"sleeping_on_post": tuple(truth)})


_SHOWN_S, _PAUSE_S = 8.0, 4.0
_EACH = 8
_FLAMBE = "chef/chef-213.jpg"
"""The one photograph of them in which a flame is seen."""


def _chosen_people(data: Path) -> list[Person]:
    """The first eight held-out photographs, by name, of each kind of dress that is common.

    One labelled person in the picture, at least 100 pixels tall, all three answers known.
    """
    labels = data / "kitchen_people" / "labels.csv"
    if not labels.is_file():
        raise FileNotFoundError(labels)
    everybody = read_people(labels)
    images = [person.image for person in everybody]
    fit = [
        person
        for person in sorted(everybody, key=lambda p: p.image)
        if images.count(person.image) == 1
        and is_held_out(person.image)
        and person.box_xyxy[3] - person.box_xyxy[1] >= 100
    ]
    kinds = [
        {"hat": False, "mask": False, "uniform": False},
        {"hat": False, "mask": False, "uniform": True},
        {"hat": True, "mask": False, "uniform": True},
    ]
    groups = [[p for p in fit if dict(p.labels) == kind][:_EACH] for kind in kinds]
    return [person for together in zip(*groups, strict=True) for person in together]


def kitchen_staff(data: Path, street: Path | None = None) -> Composition:
    """24 people, one after another, each for 8 s: a photograph that sways before an empty room.

    Eight each without hat and uniform, without a hat alone, with both; nobody wears a mask.
    """
    people = _chosen_people(data)
    rules = {"hat": ["no_chef_hat"], "mask": ["no_mask"]}
    rules["uniform"] = ["no_uniform", "unauthorized_entry"]
    truth: dict[str, list[Span]] = {rule: [] for some in rules.values() for rule in some}
    for n, person in enumerate(people):
        start_s = n * (_SHOWN_S + _PAUSE_S) + _PAUSE_S
        for attribute, named in rules.items():
            if person.labels[attribute] is False:
                for rule in named:
                    truth[rule].append((start_s, start_s + _SHOWN_S))
        if person.image == _FLAMBE:
            truth["fire_smoke"] = [(start_s, start_s + _SHOWN_S)]

    def pictures() -> Iterator[Bgr]:
        room = list(_room(data, *_EMPTY))
        for person in people:
            yield from to_and_fro(room, _PAUSE_S)
            photograph = _read(data / "kitchen_people" / "images" / person.image)
            matte = soft_edges(photograph.shape[0], photograph.shape[1], 4)
            for n, scene in enumerate(to_and_fro(room, _SHOWN_S)):
                x, y = 250 + 12 * np.sin(n / 8), 180 + 4 * np.sin(n / 5)
                yield pasted(scene, photograph, x, y, matte)

    return Composition(pictures(), {rule: tuple(spans) for rule, spans in truth.items()})


def parked_van(data: Path, street: Path | None = None) -> Composition:
    """A van drives up, stands for 45 s and drives off; later it passes without stopping.

    ``vtest.avi`` with its own van, cut out and enlarged as it comes nearer; whoever walks there is
    in front of it.
    """
    if street is None:
        raise FileNotFoundError("vtest.avi")
    scenes = list(take(street, 0.0, 79.0, 10.0))
    usual = np.median(np.stack(scenes[::20]), axis=0).astype(np.uint8)
    van = usual[36:104, 644:726]
    stops, back = (10.0, 55.0), 59.0
    path = [
        (6.0, 690, 104, 1.0), (stops[0], 600, 250, 1.9), (stops[1], 600, 250, 1.9),
        (back, 690, 104, 1.0), (64.0, 690, 104, 1.0), (67.0, 600, 250, 1.9), (70.0, 330, 330, 2.3),
        (74.0, -150, 340, 2.4),
    ]  # fmt: skip
    times, *places = zip(*path, strict=True)

    def pictures() -> Iterator[Bgr]:
        for n, scene in enumerate(scenes):
            t_s = n / FPS
            if not times[0] <= t_s <= times[-1] or back <= t_s < 64.0:
                yield scene
                continue
            x, foot, scale = (float(np.interp(t_s, times, one)) for one in places)
            piece = scaled(van, scale)
            height, width = piece.shape[:2]
            shown = pasted(scene, piece, x - width / 2, foot - height, soft_edges(height, width, 5))
            differs = np.abs(scene.astype(np.int16) - usual.astype(np.int16)).max(axis=2) > 35
            people = cv2.dilate(differs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            shown[people] = scene[people]
            yield shown

    return Composition(pictures(), {"illegal_parking": (stops,), "fire_lane_blocked": (stops,)})


def lonely_fire(data: Path, street: Path | None = None) -> Composition:
    """A fire on the floor: attended, then alone for 25 s, attended again, out; then one alone.

    ``one_by_one`` with the flames of ``flames.mp4``, as large as a wok's, by their brightness.
    """
    parts = [_room(data, 0.0, 19.7), _empty_room(data, 25.0), _room(data, 22.7, 44.8)]
    parts += [_empty_room(data, 60.0)]
    second_s = 19.7 + 25.0 + 22.1 + 20.0
    burns = ((8.0, second_s - 15.0), (second_s, second_s + 25.0))

    def pictures() -> Iterator[Bgr]:
        flames = list(take(data / "videos" / "flames.mp4", 0.0, 20.0, 24.0))[::2]
        burning = to_and_fro([scaled(one, 0.45) for one in flames], 200.0)
        for n, (scene, flame) in enumerate(zip(chain(*parts), burning, strict=False)):
            if any(start <= n / FPS < end for start, end in burns):
                scene = pasted(
                    scene, flame, 120, 290, brightness(flame) * ellipse(*flame.shape[:2])
                )
            yield scene

    truth = {"unattended_fire": ((19.7, 44.7), burns[1]), "fire_smoke": burns}
    return Composition(pictures(), truth)


_STILL_S = 5.0
_STILLS = 12
_STILL_SIZE = 640, 480


def fire_stills(data: Path, street: Path | None = None) -> Composition:
    """Twelve held-out pictures with fire, 5 s each, each after 5 s of a normal scene.

    From the fold by scene that fire_smoke never saw, evenly spaced in the order of names.
    """
    folder = data / "fire_smoke"
    fold = read_fold(SPLITS / "fire_smoke.csv", HELD_OUT["fire_smoke"])
    seen = {name: _labelled(folder / "labels" / f"{name}.txt") for name in sorted(fold)}
    fire = [n for n, classes in seen.items() if _FIRE in classes]
    normal = [n for n, classes in seen.items() if not classes & {_FIRE, _SMOKE}]
    return _stills(
        [folder / "images" / f"{name}.jpg" for name in _spaced(normal, _STILLS)],
        [folder / "images" / f"{name}.jpg" for name in _spaced(fire, _STILLS)],
        "fire_smoke",
    )


def rodent_stills(data: Path, street: Path | None = None) -> Composition:
    """Twelve held-out photographs of rats and mice, each of another source, as ``fire_stills``."""
    folder = data / "rodents"
    fold = read_fold(SPLITS / "rodents.csv", HELD_OUT["rodents"])
    first = {source: name for name, source in sorted(fold.items(), reverse=True)}
    there = [n for n in sorted(first.values()) if _labelled(folder / "labels" / f"{n}.txt")]
    normal = data / "fire_smoke"
    rooms = read_fold(SPLITS / "fire_smoke.csv", HELD_OUT["fire_smoke"])
    quiet = [
        name
        for name in sorted(rooms)
        if not _labelled(normal / "labels" / f"{name}.txt") & {_FIRE, _SMOKE}
    ]
    return _stills(
        [normal / "images" / f"{name}.jpg" for name in _spaced(quiet, _STILLS)],
        [folder / "images" / f"{name}.jpg" for name in _spaced(there, _STILLS)],
        "rodent",
    )


_PHONES = (
    "kitchen_people/images/chef/chef-2.jpg",
    "kitchen_people/images/doctor/doctor-177.jpg",
    "kitchen_people/images/doctor/doctor-644.jpg",
    "kitchen_people/images/engineer/engineer-119.jpg",
    *(
        f"masks/images/maksssksksss{number}.jpg"
        for number in (
            2, 104, 167, 182, 229, 247, 250, 361, 400, 430,
            457, 466, 524, 527, 578, 682, 731, 733, 736, 772,
        )
    ),
)  # fmt: skip
"""Photographs in which somebody holds a phone in plain view: looked through by eye were the 264 of
2,000 in which campus_objects says phone with 0.05 or more, so phones it does not see at all are
missing."""


def phone_stills(data: Path, street: Path | None = None) -> Composition:
    """24 photographs of people who hold a phone, 5 s each, each after 5 s of a cook who does not.

    The cooks are evenly spaced by name among all of ``kitchen_people``; none of them has a phone.
    """
    shown = [data / name for name in _PHONES]
    cooks = sorted((data / "kitchen_people" / "images" / "chef").glob("*.jpg"))
    return _stills(_spaced([c for c in cooks if c not in shown], len(shown)), shown, "phone_use")


def running_mouse(data: Path, street: Path | None = None) -> Composition:
    """A mouse crosses the floor of an empty room four times, 5 s each.

    Held-out pictures of one mouse, cut out with soft edges at three sizes.
    """
    folder = data / "rodents"
    names = [
        name
        for name, source in sorted(read_fold(SPLITS / "rodents.csv", HELD_OUT["rodents"]).items())
        if source == "r0037"
    ]
    runs = tuple((6.0 + 12.0 * n, 11.0 + 12.0 * n) for n in range(4))
    widths = (50, 70, 90, 70)

    def pictures() -> Iterator[Bgr]:
        mice = [_cut_out(folder, name) for name in names]
        for n, scene in enumerate(_empty_room(data, 54.0)):
            for run, (start_s, end_s) in enumerate(runs):
                t_s = n / FPS
                if start_s <= t_s < end_s:
                    mouse = mice[(n // 3) % len(mice)]
                    mouse = scaled(mouse, widths[run] / mouse.shape[1])
                    x = 40 + (t_s - start_s) / (end_s - start_s) * 600
                    scene = pasted(scene, mouse, x, 300, ellipse(mouse.shape[0], mouse.shape[1]))
            yield scene

    return Composition(pictures(), {"rodent": runs})


def _cut_out(folder: Path, name: str) -> Bgr:
    """The first labelled thing of a picture, with a fifth of its size around it."""
    picture = _read(folder / "images" / f"{name}.jpg")
    row = (folder / "labels" / f"{name}.txt").read_text("utf-8").split("\n")[0].split()
    x, y, w, h = (float(value) for value in row[1:5])
    high, wide = picture.shape[:2]
    x1, x2 = (x - 0.6 * w) * wide, (x + 0.6 * w) * wide
    y1, y2 = (y - 0.6 * h) * high, (y + 0.6 * h) * high
    return picture[max(0, round(y1)) : round(y2), max(0, round(x1)) : round(x2)]


def _stills(between: Sequence[Path], shown: Sequence[Path], rule: str) -> Composition:
    """Photographs one after another, each as from a camera that trembles."""

    def pictures() -> Iterator[Bgr]:
        for path in (path for pair in zip(between, shown, strict=True) for path in pair):
            still = fitted(_read(path), *_STILL_SIZE)
            for n in range(round(_STILL_S * FPS)):
                shift = np.array([[1, 0, 2 * np.sin(n / 3)], [0, 1, np.sin(n / 4)]], np.float32)
                yield np.asarray(
                    cv2.warpAffine(still, shift, _STILL_SIZE, borderMode=cv2.BORDER_REPLICATE),
                    np.uint8,
                )

    spans = tuple(((2 * n + 1) * _STILL_S, (2 * n + 2) * _STILL_S) for n in range(len(shown)))
    return Composition(pictures(), {rule: spans})


def _labelled(path: Path) -> set[int]:
    if not path.is_file():
        return set()
    return {int(line.split()[0]) for line in path.read_text("utf-8").splitlines() if line.strip()}


def _spaced(names: Sequence[T], count: int) -> list[T]:
    if not names:
        raise FileNotFoundError("pictures with labels")
    return [names[i] for i in np.linspace(0, len(names) - 1, count).astype(int)]


def _read(path: Path) -> Bgr:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(f"{path} is no picture")
    return np.asarray(picture, np.uint8)
