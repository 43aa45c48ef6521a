"""The workbook's sheets and columns: what stands in each, and how it is written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.contract.vocabulary import Term, vocabulary


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    DAY = "day"
    DAYS = "days"
    """Days and spans of days, one a line."""
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: Its name in the vocabulary, and in what is written.
        kind: What it holds.
        width: In characters.
        choices: Words of a ``CHOICE``.
        is_key: Names the row; a sheet without it cannot be read.
        is_info: Is written for the reader, and not read.
    """

    key: str
    kind: Kind = Kind.TEXT
    width: int = 16
    choices: Mapping[str, Term] | None = None
    is_key: bool = False
    is_info: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        name: Its name in the vocabulary.
        titles: Titles of its columns.
        columns: Them, in order.
        term: What it is called, of a sheet of another workbook than that of the register.
    """

    name: str
    titles: Mapping[str, Term]
    columns: tuple[Column, ...]
    term: Term | None = None

    @property
    def title(self) -> Term:
        """What it is called."""
        return vocabulary().workbook_sheet[self.name] if self.term is None else self.term

    @property
    def keys(self) -> tuple[str, ...]:
        """What names a row."""
        return tuple(column.key for column in self.columns if column.is_key)


_WORDS = vocabulary()
COMMUNITIES = Sheet(
    "communities",
    _WORDS.community_column,
    (Column("community_id", is_key=True), Column("name_zh", width=24), Column("name_en", width=28)),
)
SCHOOLS = Sheet(
    "schools",
    _WORDS.school_column,
    (
        Column("school_id", is_key=True, width=20),
        Column("name_zh", width=24),
        Column("name_en", width=28),
        Column("code", width=14),
        Column("community_id", width=14),
        Column("type", Kind.CHOICE, 18, _WORDS.school_type),
        Column("pupils", Kind.INTEGER, 10),
        Column("grade", Kind.INTEGER, 14, is_info=True),
        *(
            Column(key, Kind.FLAG, 14)
            for key in ("boarding", "canteen", "ct_key_target", "hazmat", "parking")
        ),
        Column("time_zone"),
        Column("terms", Kind.TERMS, 34),
        Column("holidays", Kind.DAYS, 24),
        Column("workdays", Kind.DAYS, 24),
    ),
)
PLACES = Sheet(
    "places",
    _WORDS.place_column,
    (
        Column("school_id", is_key=True, width=20),
        Column("school", width=24, is_info=True),
        Column("name", is_key=True, width=24),
        Column("kind", Kind.CHOICE, 26, _WORDS.place_kind),
    ),
)
CAMERAS = Sheet(
    "cameras",
    _WORDS.camera_column,
    (
        Column("school_id", is_key=True, width=20),
        Column("school", width=24, is_info=True),
        Column("camera_id", is_key=True, width=18),
        Column("name", width=22, is_info=True),
        Column("place", width=22),
        Column("code", width=24),
        Column("vendor"),
        Column("model", width=20),
        Column("district"),
        Column("address", width=30),
        Column("longitude", Kind.NUMBER, 12),
        Column("latitude", Kind.NUMBER, 12),
        Column("position", width=22),
        Column("network"),
        Column("police_station", width=20),
        Column("installed_on", Kind.DAY, 14),
        Column("manager"),
        Column("manager_phone"),
        Column("proven_days", Kind.NUMBER, 20, is_info=True),
        Column("clock_offset_s", Kind.NUMBER, 20, is_info=True),
        Column("state", Kind.CHOICE, 16, _WORDS.camera_state, is_info=True),
    ),
)
SHEETS = (COMMUNITIES, SCHOOLS, PLACES, CAMERAS)
EXPLANATION_ROWS = 2
"""Chinese headings with the English ones beneath."""
MAX_ROWS = 20_000
"""Rows of one sheet that are read."""

Cells = Mapping[str, object]
"""One row by column: what JSON would hold for it; a column that is not there is not touched."""
