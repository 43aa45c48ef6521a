"""How well a share is known that was counted on a few."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True)
class CountedShare:
    """A share, and between which bounds the true one lies in 95 of 100 such counts.

    Attributes:
        value: 0 to 1, as counted.
        low: 0 to 1.
        high: 0 to 1.
    """

    value: float
    low: float
    high: float


def counted_share(hits: int, of: int) -> CountedShare | None:
    """``hits`` of ``of`` with Wilson's score interval; None of none.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference": unlike
    the normal interval it stays within 0 and 1 and is no point where all or none are hits.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if of == 0:
        return None
    value, z2 = hits / of, _Z * _Z
    centre = (value + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(value * (1 - value) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    # What is known exactly is not left to rounding.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == of else min(1.0, centre + half)
    return CountedShare(value, low, high)
