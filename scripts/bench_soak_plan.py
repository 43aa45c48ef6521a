"""What goes wrong during ``scripts/bench soak``, decided beforehand by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FIRST_FAULT_S = 40.0
"""Until then everything starts, and gates learn what is usual."""
LAST_FAULT_S = 45.0
"""So long before the end nothing new goes wrong: what was lost must have time to come back."""
CAMERA_FAULTS = ("hang_up", "stall", "refuse", "unauthorised", "garbage")
FAULT_S = (4.0, 12.0)
API_OUTAGE_S = (15.0, 40.0)
_MINUTES_A_CAMERA_FAULT = 2.5
_MINUTES_AN_API_OUTAGE = 5.0
_MINUTES_A_KILL = 5.0
_KILLS_UNTIL = 0.4
"""Kills end with this share of the run: memory is measured on the worker that lives on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: One of ``CAMERA_FAULTS``, or ``api_outage`` or ``worker_kill``.
        camera: Whose; "" of the last two.
        at_s: When, in seconds from the start.
        lasts_s: How long; 0.0 of a kill.
    """

    kind: str
    camera: str
    at_s: float
    lasts_s: float

    @property
    def until_s(self) -> float:
        """When it is over."""
        return self.at_s + self.lasts_s


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run.

    Attributes:
        cameras: Their ids.
        seconds: Length.
        faults: By time.
    """

    cameras: tuple[str, ...]
    seconds: float
    faults: tuple[Fault, ...]

    def of(self, camera: str) -> list[Fault]:
        """The faults of one camera, by time."""
        return [fault for fault in self.faults if fault.camera == camera]

    def of_kind(self, kind: str) -> list[Fault]:
        """The faults of one kind, by time."""
        return [fault for fault in self.faults if fault.kind == kind]

    def write(self, path: Path) -> None:
        """For the cameras' process."""
        path.write_text(json.dumps(asdict(self)), "utf-8")


def read_plan(path: Path) -> Plan:
    """What ``Plan.write`` wrote."""
    told = json.loads(path.read_text("utf-8"))
    faults = tuple(Fault(**fault) for fault in told["faults"])
    return Plan(tuple(told["cameras"]), told["seconds"], faults)


def make_plan(cameras: Sequence[str], seconds: float, seed: int) -> Plan:
    """Faults at random times, the same for the same seed.

    A camera has one fault after the other, with half a minute of health between; outages of the
    centre, and kills of the worker, may come at any time, also together with other faults.
    """
    rng = random.Random(seed)
    last_s = seconds - LAST_FAULT_S
    if last_s <= FIRST_FAULT_S:
        raise ValueError(f"a soak takes more than {FIRST_FAULT_S + LAST_FAULT_S:.0f} s")
    minutes = (last_s - FIRST_FAULT_S) / 60
    faults = []
    for camera in cameras:
        at_s = FIRST_FAULT_S + rng.uniform(0, 60 * _MINUTES_A_CAMERA_FAULT) * min(1, minutes / 3)
        while True:
            lasts_s = rng.uniform(*FAULT_S)
            if at_s + lasts_s > last_s:
                break
            faults.append(Fault(rng.choice(CAMERA_FAULTS), camera, at_s, lasts_s))
            at_s += lasts_s + 30 + rng.expovariate(1 / (60 * _MINUTES_A_CAMERA_FAULT - 30))
    for _ in range(max(1, round(minutes / _MINUTES_AN_API_OUTAGE))):
        lasts_s = rng.uniform(*API_OUTAGE_S)
        faults.append(Fault("api_outage", "", rng.uniform(FIRST_FAULT_S, last_s - 40), lasts_s))
    kills = max(1, round(minutes * _KILLS_UNTIL / _MINUTES_A_KILL))
    for number in range(kills):
        share = (number + rng.uniform(0.2, 1.0)) / kills
        at_s = FIRST_FAULT_S + share * (last_s - FIRST_FAULT_S) * _KILLS_UNTIL
        faults.append(Fault("worker_kill", "", at_s, 0.0))
    faults = _apart(faults)
    return Plan(tuple(cameras), seconds, tuple(sorted(faults, key=lambda f: f.at_s)))


def _apart(faults: list[Fault]) -> list[Fault]:
    """One outage of the centre after the other, not two at once."""
    kept: list[Fault] = []
    for fault in sorted(faults, key=lambda f: f.at_s):
        before = [k for k in kept if k.kind == fault.kind == "api_outage"]
        if not any(fault.at_s < k.until_s + 10 for k in before):
            kept.append(fault)
    return kept
