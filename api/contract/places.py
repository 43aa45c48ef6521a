"""Kinds of schools, and the places in them that rules speak of."""

from __future__ import annotations

from enum import StrEnum


class SchoolType(StrEnum):
    """Kinds of schools."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR_MIDDLE = "junior_middle"
    NINE_YEAR = "nine_year"
    SENIOR_HIGH = "senior_high"
    COMPLETE_SECONDARY = "complete_secondary"
    SECONDARY_VOCATIONAL = "secondary_vocational"
    SPECIAL = "special"


class PlaceKind(StrEnum):
    """Places that the rules on placement speak of: campus, kitchen, and where none may hang."""

    GATE_OUTSIDE = "gate_outside"
    PERIMETER = "perimeter"
    ENTRANCE = "entrance"
    GUARD_ROOM = "guard_room"
    OUTDOOR_GATHERING = "outdoor_gathering"
    TEACHING_PASSAGE = "teaching_passage"
    STAIRS_CORRIDOR = "stairs_corridor"
    DORM_ENTRANCE = "dorm_entrance"
    KG_ACTIVITY_ROOM = "kg_activity_room"
    KG_NAP_ROOM = "kg_nap_room"
    CANTEEN_OPS = "canteen_ops"
    CANTEEN_STORE = "canteen_store"
    DINING_HALL = "dining_hall"
    HAZMAT_ROOM = "hazmat_room"
    VALUABLES = "valuables"
    UTILITY_ROOM = "utility_room"
    PARKING = "parking"
    CONTROL_ROOM = "control_room"
    FOOD_STORE = "food_store"
    COOKING = "cooking"
    SERVING_PREP = "serving_prep"
    DEDICATED_ROOM = "dedicated_room"
    SAMPLE_ROOM = "sample_room"
    DISHWASH = "dishwash"
    ROUGH_PREP = "rough_prep"
    CUTTING = "cutting"
    MORNING_CHECK = "morning_check"
    DORM_ROOM_INTERIOR = "dorm_room_interior"
    STAFF_REST_ROOM = "staff_rest_room"
    TOILET = "toilet"
    BATHROOM = "bathroom"
    CHANGING_ROOM = "changing_room"
    NURSING_ROOM = "nursing_room"
    OTHER = "other"
