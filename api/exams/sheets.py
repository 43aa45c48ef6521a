"""Sheets of an exam's workbook."""

from __future__ import annotations

from api.contract.vocabulary import vocabulary
from api.workbooks.sheets import Column, Kind, Sheet

_WORDS = vocabulary()
SESSIONS = Sheet(
    "sessions",
    _WORDS.exam_column,
    (
        Column("session", is_key=True, width=20),
        Column("starts_at", width=22),
        Column("ends_at", width=22),
    ),
    _WORDS.exam_sheet["sessions"],
)
ROOMS = Sheet(
    "rooms",
    _WORDS.exam_column,
    (
        Column("school_id", is_key=True, width=20),
        Column("school", width=24, is_info=True),
        Column("room", is_key=True, width=16),
        Column("name", width=20),
        Column("seats", Kind.INTEGER, 10),
        Column("cameras", width=30),
    ),
    _WORDS.exam_sheet["rooms"],
)
SITTINGS = Sheet(
    "sittings",
    _WORDS.exam_column,
    (
        Column("school_id", is_key=True, width=20),
        Column("school", width=24, is_info=True),
        Column("room", is_key=True, width=16),
        Column("session", is_key=True, width=20),
        Column("expected", Kind.INTEGER, 12),
    ),
    _WORDS.exam_sheet["sittings"],
)
EXAM_SHEETS = (SESSIONS, ROOMS, SITTINGS)
