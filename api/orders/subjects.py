"""What orders are about, so that they reach who answers for it at the school."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """A duty at a school."""

    SAFETY = "safety"
    CANTEEN = "canteen"
    EQUIPMENT = "equipment"


CANTEEN_RULES = frozenset(
    {
        "no_chef_hat",
        "no_mask",
        "no_uniform",
        "no_gloves",
        "bare_torso",
        "smoking",
        "phone_use",
        "rodent",
        "bin_uncovered",
        "unauthorized_entry",
        "unattended_fire",
        "floor_water",
    }
)
EQUIPMENT_RULES = frozenset(
    {
        "video_loss",
        "black_screen",
        "freeze",
        "occlusion",
        "scene_change",
        "blur",
        "brightness_abnormal",
        "color_cast",
        "clock_drift",
    }
)


def subject_of(rule: str) -> Subject:
    """The subject of an alert's rule; a person may choose another."""
    if rule in CANTEEN_RULES:
        return Subject.CANTEEN
    return Subject.EQUIPMENT if rule in EQUIPMENT_RULES else Subject.SAFETY
