"""A document as values: a sentence, facts, tables and pictures, already in its reader's language.

The workbook and the PDF are two ways to lay out one of these, so they cannot say different things.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.contract.vocabulary import Language


class Tone(StrEnum):
    """What a cell means at a glance; always beside a word that says it.

    ``unsure`` is hatched grey: nothing is proven either way.
    """

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: What is read.
        number: The value behind it, where it is one to be reckoned with in a spreadsheet.
        tone: See :class:`Tone`.
        bar: Drawn beside the text on paper.
    """

    text: str
    number: float | None = None
    tone: Tone = Tone.PLAIN
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A value between what it may be at least and at most, as shares of the widest in its column.

    Attributes:
        low: 0 to 1.
        value: 0 to 1.
        high: 0 to 1.
    """

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands out.

    Attributes:
        label: What it is.
        value: Itself, with its unit.
        change: Against what it is compared with.
        tone: Of the change.
    """

    label: str
    value: str
    change: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        title: Its heading.
        share: Of the page's width, against the other columns of its table.
        is_number: Stands at the right edge.
    """

    title: str
    share: float = 1.0
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a heading; ``empty`` is said where it has no rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, or why there is none.

    Attributes:
        title: Whose it is.
        caption: What it shows and of when; of a missing one why.
        jpeg: Its bytes, no larger than it is printed; None when there is none.
    """

    title: str
    caption: str
    jpeg: bytes | None


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of time as one band: what is there and what is not.

    Attributes:
        title: Whose it is.
        text: What it shows, in words.
        svg: The band as in HTML, without a word in it; drawn as wide and as high as there is room.
    """

    title: str
    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class Document:
    """Everything on paper.

    Attributes:
        language: Of all its texts.
        title: What it is.
        subject: Of whom.
        sentence: The outcome; one sentence.
        tone: Of the sentence.
        made_at: The moment its data are of; also the document's date.
        figures: Side by side below the sentence.
        facts: Label and text, a line each.
        strips_title: Heading of the strips.
        strips: One below the other, before the tables.
        strips_ends: What stands at their left and right end.
        strips_note: Said below their heading: what their colours mean.
        tables: In their order.
        drawings_title: Heading of the drawings.
        drawings: Each as wide as the page, below its own title.
        pictures_title: Heading of the pictures.
        pictures: In their order.
        pictures_note: Said below their heading, as of whom there is none.
        comment: Label of a box to write into; none without it.
        signatures: Labels of lines to sign on.
        footer: Below each page, left.
        page_word: With ``{page}`` and ``{pages}``; below each page, right.
        is_landscape: Whether the paper lies.
        is_one_page: Made smaller until it fits on one page.
    """

    language: Language
    title: str
    subject: str
    sentence: str
    tone: Tone
    made_at: dt.datetime
    figures: Sequence[Figure] = ()
    facts: Sequence[tuple[str, str]] = ()
    strips_title: str = ""
    strips: Sequence[Strip] = ()
    strips_ends: tuple[str, str] = ("", "")
    strips_note: str = ""
    tables: Sequence[Table] = ()
    drawings_title: str = ""
    drawings: Sequence[Picture] = ()
    pictures_title: str = ""
    pictures: Sequence[Picture] = ()
    pictures_note: str = ""
    comment: str = ""
    signatures: Sequence[str] = ()
    footer: str = ""
    page_word: str = "{page} / {pages}"
    is_landscape: bool = False
    is_one_page: bool = False
