"""What is wrong with one picture, judged by its own numbers and the reference; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipeline.diagnosis.config import DiagnosisConfig
from pipeline.diagnosis.focus import Focus, Mask, focus
from pipeline.diagnosis.measure import Measures, block_means, change
from pipeline.diagnosis.reference import Reference


class Fault(StrEnum):
    """The field's names, as video quality diagnosis (视频质量诊断) has them."""

    VIDEO_LOSS = "video_loss"
    BLACK_SCREEN = "black_screen"
    FREEZE = "freeze"
    BRIGHTNESS_ABNORMAL = "brightness_abnormal"
    OCCLUSION = "occlusion"
    BLUR = "blur"
    SCENE_CHANGE = "scene_change"
    COLOR_CAST = "color_cast"
    CLOCK_DRIFT = "clock_drift"


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one picture.

    Attributes:
        faults: Each fault that shows, with the numbers that say so.
        unjudged: Faults nothing could be said about: neither their presence nor their absence.
    """

    faults: Mapping[Fault, Mapping[str, float]]
    unjudged: frozenset[Fault]


_TEXTURED = 0.05
"""Least texture of a reference's block, of the picture's spread, that can be seen to vanish."""
_MIN_TEXTURED = 20
_ALIKE_LEVELS = 20.0
"""A block whose mean stayed within this of the reference, light allowed for, is not covered."""
_WIDTH_RATIO = 0.8
"""Edges over their own contrast, against the reference's, below which it is the focus and not the
light that made them less steep."""

_NEEDS_A_PICTURE = (
    Fault.BRIGHTNESS_ABNORMAL,
    Fault.OCCLUSION,
    Fault.BLUR,
    Fault.SCENE_CHANGE,
    Fault.COLOR_CAST,
)
_NEEDS_REFERENCE = (Fault.OCCLUSION, Fault.BLUR, Fault.SCENE_CHANGE)


def find_faults(
    now: Measures,
    before: Measures | None,
    reference: Reference | None,
    config: DiagnosisConfig,
    unmoved: Mask | None = None,
) -> Findings:
    """Judge one picture.

    A fault that hides others makes them unjudged: a black picture is not also blurred, and nobody
    can tell whether a covered camera was turned.

    Args:
        now: The picture.
        before: The one examined before, for ``freeze``.
        reference: What the camera should show; without it ``occlusion``, ``blur`` and
            ``scene_change`` cannot be judged.
        config: Thresholds.
        unmoved: Blocks that never changed since the reference; see ``focus.Drawn``.
    """
    faults: dict[Fault, Mapping[str, float]] = {}
    unjudged: set[Fault] = set()
    if now.mean < config.black_mean and now.peak < config.black_peak:
        faults[Fault.BLACK_SCREEN] = {"brightness": _round(now.mean)}
        return Findings(faults, frozenset({Fault.FREEZE, *_NEEDS_A_PICTURE}))
    if before is None or before.grey.shape != now.grey.shape:
        unjudged.add(Fault.FREEZE)
    elif (moved := change(before.grey, now.grey)) < config.freeze_change:
        faults[Fault.FREEZE] = {"change": _round(moved)}
    if _is_badly_lit(now, config):
        faults[Fault.BRIGHTNESS_ABNORMAL] = {
            "brightness": _round(now.mean),
            "saturated_share": _round(now.saturated_share),
        }
        unjudged.update({Fault.BLUR, Fault.SCENE_CHANGE, Fault.COLOR_CAST})
    if reference is None:
        unjudged.update(_NEEDS_REFERENCE)
    else:
        _against_reference(now, reference, config, unmoved, faults, unjudged)
    if Fault.COLOR_CAST not in unjudged:
        cast = _cast(now, reference, config)
        if cast is not None:
            faults[Fault.COLOR_CAST] = cast
    return Findings(faults, frozenset(unjudged - set(faults)))


def _against_reference(
    now: Measures,
    reference: Reference,
    config: DiagnosisConfig,
    unmoved: Mask | None,
    faults: dict[Fault, Mapping[str, float]],
    unjudged: set[Fault],
) -> None:
    match = reference.match(now)
    is_foreign = match.foreign_share >= config.foreign_share
    covered = covered_share(now, reference.measures, config.flat_ratio)
    if covered is None:
        unjudged.add(Fault.OCCLUSION)
    elif covered >= config.flat_share and not is_foreign:
        faults[Fault.OCCLUSION] = {"covered_share": _round(covered)}
        faults.pop(Fault.BRIGHTNESS_ABNORMAL, None)
        unjudged.update(set(_NEEDS_A_PICTURE) - {Fault.OCCLUSION})
        return
    if Fault.SCENE_CHANGE in unjudged:
        return
    seen = focus(now, reference.measures, unmoved)
    blurred = seen is not None and _is_blurred(seen, config)
    shift = math.hypot(*match.shift)
    if shift >= config.moved_px_share or match.same_share < config.same_share:
        if blurred and not is_foreign and shift < config.moved_px_share:
            # Strong blur wipes out the edges that would tell.
            unjudged.add(Fault.SCENE_CHANGE)
        else:
            faults[Fault.SCENE_CHANGE] = {
                "same_share": _round(match.same_share),
                "shift_right": _round(match.shift[0]),
                "shift_down": _round(match.shift[1]),
            }
            # What the reference says of sharpness, cover and colour holds for its own scene only.
            unjudged.update({Fault.BLUR, Fault.OCCLUSION, Fault.COLOR_CAST})
            return
    if seen is None:
        unjudged.add(Fault.BLUR)
    elif blurred:
        faults[Fault.BLUR] = {"sharpness_ratio": _round(seen.sharpness_ratio)}


def covered_share(now: Measures, reference: Measures, flat_ratio: float) -> float | None:
    """Share of the reference's textured blocks that are flat now and look different.

    A blurred block is flat too but keeps its place in the picture's light and dark; a covered one
    does not. None if the reference has too little texture to tell.
    """
    if now.texture.shape != reference.texture.shape:
        return None
    textured = reference.texture >= _TEXTURED
    if np.count_nonzero(textured) < _MIN_TEXTURED:
        return None
    # Texture in grey levels: the picture's own spread would shrink with what covers it.
    left = (now.texture * now.spread) / np.maximum(reference.texture * reference.spread, 1e-3)
    gain = min(1.0, max(0.2, now.mean / max(1.0, reference.mean)))
    flat = left < flat_ratio * gain
    then = block_means(reference.grey)
    expected = then * (now.mean / max(1.0, reference.mean))
    shown = block_means(now.grey)
    apart = np.abs(shown - expected)
    neighbours = np.abs(shown - then) >= _ALIKE_LEVELS
    different = (apart >= _ALIKE_LEVELS) | neighbours
    return float(np.mean((flat & different)[textured]))


def _is_badly_lit(now: Measures, config: DiagnosisConfig) -> bool:
    return (
        now.mean < config.dark_mean
        or now.mean > config.bright_mean
        or now.saturated_share > config.saturated_share
    )


def _is_blurred(seen: Focus, config: DiagnosisConfig) -> bool:
    return seen.sharpness_ratio < config.sharpness_ratio and seen.width_ratio < _WIDTH_RATIO


def _cast(
    now: Measures, reference: Reference | None, config: DiagnosisConfig
) -> Mapping[str, float] | None:
    strength = math.hypot(*now.chroma)
    if strength < config.cast_chroma or strength < config.cast_ratio * now.chroma_spread:
        return None
    if reference is not None:
        usual = reference.measures.chroma
        if math.dist(now.chroma, usual) < config.cast_from_reference:
            return None
    return {"lab_a": _round(now.chroma[0]), "lab_b": _round(now.chroma[1])}


def _round(value: float) -> float:
    return round(value, 3)
