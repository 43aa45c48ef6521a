"""A lens out of focus behind what the camera draws itself, and one fault for one cause."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from pipeline.core.frame import Bgr
from pipeline.diagnosis import Fault, PictureDiagnosis, Reference
from tests.diagnosis.scenes import (
    HEIGHT,
    WIDTH,
    blurred,
    covered,
    frame,
    lit,
    night,
    noisy,
    person,
    room,
    tinted,
    turned,
)

ROOM = room()


def clock(picture: Bgr, t_s: float) -> Bgr:
    """Time above, name below, in white with a black rim, as most makes draw them."""
    out = picture.copy()
    for text, at in ((f"2026-11-29 10:00:{int(t_s) % 60:02d}", (10, 24)), ("Gate 02", (500, 346))):
        cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 4)
        cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    return out


def bars(picture: Bgr, _: float) -> Bgr:
    """Black bars left and right: the picture stands upright in a wide one."""
    out = picture.copy()
    out[:, :80] = out[:, -80:] = 0
    return out


def page(picture: Bgr, t_s: float) -> Bgr:
    """A panel of readings over half of the picture, and a clock."""
    out = clock(picture, t_s)
    out[40:, :320] = 20
    for row in range(58, 350, 18):
        for column in range(8, 200, 130):
            text = f"CH{row}-{column} OK"
            cv2.putText(out, text, (column, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (230,) * 3, 1)
    return out


Draw = Callable[[Bgr, float], Bgr]


def raised(
    draw: Draw, lens: Callable[[float], Bgr], until_s: float, from_s: float = 60.0
) -> set[str]:
    """Faults whose episodes began at or after ``from_s``; the first minute is learned."""
    diagnosis = PictureDiagnosis()
    told = set()
    for t_s in np.arange(0.0, until_s, 5.0):
        seen = draw(noisy(lens(float(t_s)), 1.5, round(t_s * 10)), float(t_s))
        events = diagnosis.look(frame(seen, float(t_s)))
        told |= {e.rule for e in events if e.at.media_s >= from_s}
    return told


@pytest.mark.whole
@pytest.mark.parametrize("draw", [clock, bars, page], ids=["clock", "bars", "page"])
@pytest.mark.parametrize("sigma", [3.0, 4.0])
def test_a_lens_out_of_focus_is_found_behind_what_is_drawn(draw: Draw, sigma: float) -> None:
    # Daylight changes before: that teaches what is scene and what is drawn.
    def lens(t_s: float) -> Bgr:
        shown = lit(ROOM, 1.0 - 0.25 * min(1.0, max(0.0, (t_s - 80) / 100)))
        return shown if t_s < 200 else blurred(shown, sigma)

    assert raised(draw, lens, 400.0) == {"blur"}


@pytest.mark.whole
@pytest.mark.parametrize("draw", [clock, bars], ids=["clock", "bars"])
def test_without_a_change_of_light_the_majority_tells(draw: Draw) -> None:
    assert raised(draw, lambda t: ROOM if t < 100 else blurred(ROOM, 4.0), 300.0) == {"blur"}


@pytest.mark.whole
@pytest.mark.parametrize("draw", [clock, bars, page], ids=["clock", "bars", "page"])
@pytest.mark.parametrize("darkness", [pytest.param(0.6, marks=pytest.mark.whole), 1.0])
def test_dusk_and_people_are_no_loss_of_focus(draw: Draw, darkness: float) -> None:
    def lens(t_s: float) -> Bgr:
        shown = night(ROOM, darkness * min(1.0, max(0.0, (t_s - 80) / 300)), round(t_s))
        return person(shown, int(t_s * 3) % (WIDTH - 80)) if int(t_s) % 50 < 20 else shown

    assert "blur" not in raised(draw, lens, 700.0)


@pytest.mark.whole
@pytest.mark.parametrize("draw", [clock, bars, page], ids=["clock", "bars", "page"])
def test_a_wall_without_edges_behind_the_clock_is_not_judged(draw: Draw) -> None:
    wall = np.full((HEIGHT, WIDTH, 3), 150, np.uint8)
    assert "blur" not in raised(draw, lambda t: lit(wall, 1.0 - t / 1000), 400.0)


@pytest.mark.whole
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_camera_turned_towards_a_coloured_wall_has_one_fault(share: float) -> None:
    orange = (0.35, 0.75, 1.1)

    def lens(t_s: float) -> Bgr:
        return ROOM if t_s < 100 else tinted(turned(ROOM, share), orange)

    assert raised(clock, lens, 400.0) == {"scene_change"}


@pytest.mark.whole
def test_a_dark_cloth_over_the_lens_has_one_fault() -> None:
    def lens(t_s: float) -> Bgr:
        return ROOM if t_s < 100 else lit(covered(ROOM, 1.0), 0.4)

    assert raised(bars, lens, 400.0) == {"occlusion"}


def test_the_blur_of_a_reference_given_is_found_in_one_look() -> None:
    diagnosis = PictureDiagnosis(reference=Reference(clock(ROOM, 0.0)))
    for t_s in np.arange(0.0, 200.0, 5.0):
        diagnosis.look(frame(clock(blurred(ROOM, 4.0), float(t_s)), float(t_s)))
    assert Fault.BLUR in diagnosis.open_faults
