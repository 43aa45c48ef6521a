"""Learning rates and averages shared by the trainings."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

WARM_UP_STEPS = 100
LAST_SHARE = 0.03


def relative_groups(parameters: list[nn.Parameter], rate: float) -> list[dict[str, Any]]:
    """Optimiser groups whose rate is ``rate`` times each tensor's root mean square.

    Batch norms folded into the weights left tensors of 0.01 beside tensors of 20; Adam's steps,
    alike for all, would shatter the former.
    """
    return [
        {"params": [p], "lr": rate * float(p.detach().square().mean().sqrt().clamp(0.02, 1.0))}
        for p in parameters
    ]


def set_rate(optimiser: torch.optim.Optimizer, bases: list[float], step: int, done: float) -> None:
    """Warm up, then fall as a cosine to ``LAST_SHARE``; ``done`` goes from 0 to 1."""
    fall = (1.0 + math.cos(math.pi * min(done, 1.0))) / 2
    share = min(1.0, (step + 1) / WARM_UP_STEPS) * (LAST_SHARE + (1.0 - LAST_SHARE) * fall)
    for group, base in zip(optimiser.param_groups, bases, strict=True):
        group["lr"] = share * base


def follow(average: nn.Module, net: nn.Module, decay: float) -> None:
    """Move the exponential average of the weights a little towards the network."""
    with torch.no_grad():
        for kept, now in zip(average.parameters(), net.parameters(), strict=True):
            kept.lerp_(now, 1.0 - decay)
