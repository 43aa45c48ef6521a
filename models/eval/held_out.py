"""What the shipped weights have never seen, and are judged by."""

from __future__ import annotations

from pathlib import Path

SPLITS = Path(__file__).parent / "splits"
"""A table ``picture,source,fold`` of each set, the picture by its name without suffix."""

HELD_OUT = {"fire_smoke": 3, "rodents": 0}
"""The fold of each set that the shipped weights have never seen; both were chosen before any figure
was known: fire's scenes indoors, which are most like a school's, and a fifth of the rodents."""

TOWN_CENTRE_FRAMES = range(152, 303)
"""The second half of the street; the first was trained on."""
