"""Which places a role of places is about."""

from __future__ import annotations

from api.access.roles import Subject
from api.contract.places import PlaceKind

KITCHEN = frozenset(
    {
        PlaceKind.CANTEEN_OPS,
        PlaceKind.CANTEEN_STORE,
        PlaceKind.DINING_HALL,
        PlaceKind.FOOD_STORE,
        PlaceKind.COOKING,
        PlaceKind.SERVING_PREP,
        PlaceKind.DEDICATED_ROOM,
        PlaceKind.SAMPLE_ROOM,
        PlaceKind.DISHWASH,
        PlaceKind.ROUGH_PREP,
        PlaceKind.CUTTING,
        PlaceKind.MORNING_CHECK,
    }
)
FORBIDDEN = frozenset(
    {
        PlaceKind.DORM_ROOM_INTERIOR,
        PlaceKind.STAFF_REST_ROOM,
        PlaceKind.TOILET,
        PlaceKind.BATHROOM,
        PlaceKind.CHANGING_ROOM,
        PlaceKind.NURSING_ROOM,
    }
)
"""Where none may hang (国务院令799号 §8): what hangs there is nobody's everyday view."""

KINDS: dict[Subject, frozenset[PlaceKind]] = {
    Subject.KITCHEN: KITCHEN,
    Subject.CAMPUS: frozenset(PlaceKind) - KITCHEN - FORBIDDEN,
}


def subject_of(kind: PlaceKind) -> Subject | None:
    """Whose everyday view a place is; None where none may hang."""
    return next((subject for subject, kinds in KINDS.items() if kind in kinds), None)
