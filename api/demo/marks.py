"""How everything of the demo is marked, for people and for taking it away again."""

from __future__ import annotations

PREFIX = "sample-"
"""Begins the ids of its schools and communities, and of its cameras at no school else."""
CODE_PREFIX = "SAMPLE-"
"""Begins the official codes of its schools and cameras; a school is the demo's with both."""
PERSON_PREFIX = "sample."
"""Begins the names its people sign in with."""
MODEL_ID = "sample-model"
"""Told as the model of its alerts, so that no real model's precision is counted by them."""
MARK_ZH = "（示例）"
MARK_EN = " (Sample)"
