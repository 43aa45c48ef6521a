"""What a camera's gate can be told, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0.0, le=3600.0, allow_inf_nan=False)]


class GateConfig(BaseModel):
    """How a camera is watched while nothing happens.

    Attributes:
        mode: ``auto`` lets the gate choose; ``keyframes`` never trusts packet sizes; ``always``
            decodes everything.
        hold_s: Decode on for this long after the last motion or track. Tracks survive 2 s unseen
            and an episode 2 s without its condition: 4 s lets both run out before the camera rests.
        min_analysis_interval_s: While idle, analyse a keyframe at least this often: whoever came
            unnoticed or stands still is found within it.
        rewind_s: On a trigger by packet sizes, go back to the keyframe before so many seconds ago:
            the slow signal averages over two seconds.
        warm_up_s: Decode everything at first: nothing is known of the scene, and somebody may
            stand in it.
        max_blind_s: Longest stretch without a picture while packet sizes are not trusted; a camera
            with longer GOPs and no substream is decoded in full.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["auto", "keyframes", "always"] = "auto"
    hold_s: Seconds = 4.0
    min_analysis_interval_s: Seconds = 30.0
    rewind_s: Seconds = 2.0
    warm_up_s: Seconds = 10.0
    max_blind_s: Seconds = 5.0


class Mode(StrEnum):
    """What wakes the gate. Keyframe pictures always do; the mode says what does besides."""

    PACKETS = "packets"
    """Sizes of the packets between the keyframes, too."""
    KEYFRAMES = "keyframes"
    """Nothing: the sizes say nothing on this camera."""
    SUBSTREAM = "substream"
    """The small stream, decoded in full; asked for where the sizes say nothing."""
    ALWAYS = "always"
    """Not gated: everything is decoded."""


class Activity(StrEnum):
    """What is decoded now."""

    IDLE = "idle"
    ACTIVE = "active"


class Cause(StrEnum):
    """Why the gate is, or was last, awake."""

    START = "start"
    SIZES = "sizes"
    PICTURE = "picture"
    TRACKS = "tracks"


class Action(StrEnum):
    """What to do with a packet."""

    SKIP = "skip"
    KEYFRAME = "keyframe"
    """Decode this keyframe alone and show it to the gate."""
    DECODE = "decode"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate wants.

    Attributes:
        action: What to do with the packet.
        since_s: If not decoding yet: begin at the keyframe at or before this media time.
        analyse: Hand out this lone keyframe: the floor of ``min_analysis_interval_s`` is reached.
    """

    action: Action
    since_s: float = 0.0
    analyse: bool = False


@dataclass(frozen=True, slots=True)
class GateState:
    """What the gate says of itself, for the console, the metrics and the logs.

    Attributes:
        mode: What wakes it.
        activity: Whether it is awake.
        cause: Why it is, or was last.
        score: Share of the confirmed movements that the packet sizes announced, 0–1, the recent
            ones counting more; begins at 1 on credit.
        announced: Confirmed movements the sizes announced, ever.
        missed: Those they did not.
        false_alarms: Triggers by sizes after which nothing moved.
        caution: Factor on the sizes' threshold, 1–3, raised by false alarms.
        size_motion: The sizes' signal now; ``caution`` and more is motion.
        picture_motion: The last picture's; 1.0 and more is motion.
        keyframe_interval_s: Longest of the last keyframe intervals; 0.0 before two were seen.
        masked_share: Share of the picture that is not compared because it never rests.
        wants_substream: The small stream would serve better than keyframes alone.
    """

    mode: Mode
    activity: Activity
    cause: Cause
    score: float
    announced: int
    missed: int
    false_alarms: int
    caution: float
    size_motion: float
    picture_motion: float
    keyframe_interval_s: float
    masked_share: float
    wants_substream: bool
