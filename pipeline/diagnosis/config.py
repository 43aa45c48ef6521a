"""From when on a picture is called faulty; each default says where it comes from.

Thresholds "of vendors" are starting points seen in the field; those "measured" come from faults
made on five scenes of the evaluation data (``docs/guide/picture-diagnosis.md``).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0.0, le=86_400.0, allow_inf_nan=False)]
Level = Annotated[float, Field(ge=0.0, le=255.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultTiming(_Strict):
    """When a fault becomes an episode, and when that ends.

    Attributes:
        after_s: The fault must show for this long.
        clear_s: The episode ends once it did not show for this long.
    """

    after_s: Seconds
    clear_s: Seconds = 30.0


class DiagnosisConfig(_Strict):
    """What is looked for in the picture itself.

    Attributes:
        enabled: Whether it is looked for at all.
        interval_s: A keyframe is examined at most this often. Faults last minutes; at 5 s the
            examination costs a few thousandths of a core.
        learn_s: Without a stored reference, the first sound pictures of so many seconds make one:
            their median, so that passers-by are not in it.
        loss_after_s: No packet for this long is ``video_loss``: 5 s, vendors' value and the longest
            keyframe interval in common use.
        black_mean: Mean brightness below which nothing is shown. A lens cap or a dead sensor
            gives 0 to 10 after limited range; a yard at night without lamps about 20.
        black_peak: The brightest hundredth must be below this too: a night scene has a lamp.
        dark_mean: Vendors' value, 30.
        bright_mean: Vendors' value, 220.
        saturated_share: Pixels burnt out (≥ 250) before it is ``brightness_abnormal``: half. The
            sky in a yard's picture takes a third.
        freeze_change: Median change, grey levels, of the picture's blocks between examined
            keyframes below which nothing lives in it. Measured: a repeated picture encoded with
            constant quality gives 0 to 0.16 and mostly 0; still scenes with sensor noise 0.8 to 3.
            A strictly constant rate re-quantises a repeated picture for a while (up to 2), so there
            a freeze is found late. Vendors' "95 % alike" calls every empty corridor frozen.
        flat_share: Textured blocks of the reference that lost their texture and look different,
            before the view counts as covered. Measured: people in a street leave 0.03, fog, night
            and glare up to 0.09; a hand, cloth or paper over 60 % of the view 0.28 to 0.63, over
            all of it 0.5 to 1.
        flat_ratio: Texture left in such a block, of the reference's: at 0.3 the figures above.
        sharpness_ratio: Steepest edges of the blocks against the reference's, their median, below
            which it is ``blur``, if the edges became wider too (see ``focus``). Measured over the
            whole picture at 480 pixels: a Gaussian of 2 pixels leaves 0.36 to 0.44, of 1 pixel
            0.62 to 0.70; JPEG at quality 30 and heavy noise 0.87 and more, a night with lamps
            0.57 to 1.03.
        same_share: Blocks that still show the reference's edges, below which the scene is another
            one. Measured: the same scene later, in the night, fog or glare 0.44 to 1, 60 % covered
            0.32 to 0.54; another scene 0 to 0.15, turned by a tenth of the picture 0.05 to 0.6 (the
            shift tells), rolled by 8 degrees 0.14 to 0.42.
        foreign_share: Edges where the reference has others or none, as a share of the blocks with
            edges: more than this is another scene, not a cover. A cover brings no edges of its own
            (measured: 0 to 0.31), a crowd 0.45, another scene 0.6 and more.
        moved_px_share: Shift of the whole picture, as a share of its width, that is a turned
            camera. 0.02: wind on a pole moves 0.5 %, somebody's broom more than 3 %.
        cast_chroma: Mean colour, CIE Lab units, beyond which there may be a cast. Measured: sound
            street and room pictures 2 to 14, a filter that halves two channels 40 to 50.
        cast_ratio: Mean colour over its spread: a cast colours all alike (Lab equivalent circle,
            Gasparini and Schettini 2004, call more than 1.5 evident).
        clock_off_s: The camera's own clock, by its reports, may be off by less than so many seconds
            without being called ``clock_drift``. No rule was found that says how much: 10 is a
            choice, enough for all that reports, network and encoder take, and for the operator to
            change (its source is ``operator``).
        cast_from_reference: A green wall is no cast: the mean must be so far, Lab units, from the
            reference's.
    """

    enabled: bool = True
    interval_s: Seconds = 5.0
    learn_s: Seconds = 60.0
    loss_after_s: Seconds = 5.0
    black_mean: Level = 15.0
    black_peak: Level = 40.0
    dark_mean: Level = 30.0
    bright_mean: Level = 220.0
    saturated_share: Share = 0.5
    freeze_change: Annotated[float, Field(ge=0.0, le=5.0)] = 0.1
    flat_share: Share = 0.4
    flat_ratio: Share = 0.3
    sharpness_ratio: Share = 0.5
    same_share: Share = 0.3
    foreign_share: Share = 0.5
    moved_px_share: Share = 0.02
    cast_chroma: Annotated[float, Field(ge=0.0, le=128.0)] = 14.0
    cast_ratio: Annotated[float, Field(ge=0.0)] = 1.5
    cast_from_reference: Annotated[float, Field(ge=0.0, le=128.0)] = 10.0
    clock_off_s: Annotated[float, Field(ge=1.0, le=86_400.0, allow_inf_nan=False)] = 10.0

    video_loss: FaultTiming = FaultTiming(after_s=0.0, clear_s=10.0)
    """``loss_after_s`` has passed by then; flapping links give one episode."""
    black_screen: FaultTiming = FaultTiming(after_s=15.0)
    """Longer than a restart or an infrared filter's switching."""
    freeze: FaultTiming = FaultTiming(after_s=60.0)
    """A minute of still pictures in a row is no accident of compression."""
    brightness_abnormal: FaultTiming = FaultTiming(after_s=120.0, clear_s=60.0)
    """Exposure needs seconds, headlights pass in one minute."""
    occlusion: FaultTiming = FaultTiming(after_s=30.0)
    """Somebody standing right before the lens goes on; a bag over it stays."""
    blur: FaultTiming = FaultTiming(after_s=120.0, clear_s=60.0)
    """Autofocus hunts for seconds; steam in a kitchen comes and goes."""
    scene_change: FaultTiming = FaultTiming(after_s=60.0)
    """A pan and back for cleaning is not reported."""
    color_cast: FaultTiming = FaultTiming(after_s=120.0, clear_s=60.0)
    """White balance adapts within a minute."""
    clock_drift: FaultTiming = FaultTiming(after_s=60.0, clear_s=60.0)
    """A clock that is off stays off until somebody sets it; three reports had to agree before."""
