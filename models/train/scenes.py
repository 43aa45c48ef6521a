"""The scenes of fire_smoke and their folds: ``python -m models.train.scenes IMAGES``.

The set is a few dozen clips, cut into pictures and numbered; some clips are there under two names,
and some numbers twice with different clips. Whatever shares a place, a name or a number is one
scene here, told apart by eye.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scene:
    """Clips that cannot be told apart by name.

    Attributes:
        fold: 0 to 3.
        numbers: First and last number of its files ``img_N``.
        names: Beginnings of its other files' names.
    """

    fold: int
    numbers: tuple[tuple[int, int], ...] = ()
    names: tuple[str, ...] = ()


SCENES = {
    "motorway": Scene(0, ((601, 669),)),
    "town_from_above": Scene(0, (), ("pexels-alan-w-8365989", "pexels-alan-w-8365993")),
    "volcano": Scene(0, ((800, 806),)),
    "smoke_beyond_road": Scene(0, ((807, 820),)),
    "trees": Scene(0, ((821, 828),)),
    "wall_and_street": Scene(1, ((335, 501), (503, 543))),
    "shop": Scene(1, ((900, 911),)),
    "store_room": Scene(1, ((980, 987),)),
    "jeweller": Scene(1, ((988, 996),)),
    "warehouse": Scene(2, ((700, 786),)),
    "fog_machines": Scene(
        2, ((920, 975), (1002, 1062), (2036, 2152), (3000, 3000)), ("newsmoke1",)
    ),
    "window_and_yard": Scene(3, ((1, 29), (100, 102)), ("smoke1",)),
    "house": Scene(3, ((50, 97), (103, 118), (200, 206), (502, 502)), ("fire1",)),
    "office_and_station": Scene(3, ((225, 263),), ("test2",)),
}
"""Fold 3 are the scenes indoors, staircase, kitchen, office, which are most like a school's."""


def scene_of(name: str) -> str:
    """The scene of a file.

    Raises:
        ValueError: No scene has it, or more than one.
    """
    number = re.match(r"img_(\d+)", name)
    found = [
        scene
        for scene, held in SCENES.items()
        if (
            any(first <= int(number[1]) <= last for first, last in held.numbers)
            if number
            else name.startswith(held.names or ("\0",))
        )
    ]
    if len(found) != 1:
        raise ValueError(f"{name} is in {found or 'no scene'}")
    return found[0]


def main() -> None:
    """Print ``picture,source,fold`` of every picture of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    options = parser.parse_args()
    sys.stdout.write("picture,source,fold\n")
    for path in sorted(options.images.iterdir()):
        scene = scene_of(path.name)
        sys.stdout.write(f"{path.stem},{scene},{SCENES[scene].fold}\n")


if __name__ == "__main__":
    main()
