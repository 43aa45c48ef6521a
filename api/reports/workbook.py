"""A document as an Excel workbook: a summary, a sheet for each table, and the pictures.

No text becomes a formula: each is written as a string, whatever it begins with. What a sheet cannot
hold is refused; XlsxWriter itself would leave it out without a word.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.contract.paper.document import Cell, Column, Document, Picture, Table, Tone
from api.contract.paper.wording import Wording
from api.reports.errors import ReportTooLargeError

_MOST_CHARACTERS = 32_767
_NARROWEST, _WIDEST = 8.0, 60.0
_MEASURED_ROWS = 500
_FORMULA_LIKE = "=+-@＝＋－＠"
_PICTURE, _DRAWING = (150, 0.7), (409, 0.3)
"""Height of the row in points, 409 at most, and the share of its size at which it stands there."""
_FILLS = {Tone.GOOD: "#E7F4EA", Tone.BAD: "#FDECEB", Tone.UNSURE: "#E9EBEE", Tone.NOTE: "#FDF3E2"}
_INKS = {Tone.GOOD: "#1B6B34", Tone.BAD: "#B3261E", Tone.UNSURE: "#57626F", Tone.NOTE: "#8A4B00"}
_LIGHT_UP = 14
"""Excel's pattern of thin diagonal stripes: nothing is proven either way."""


def write_workbook(document: Document, say: Wording) -> bytes:
    """The file; the same document gives the same bytes.

    Raises:
        ReportTooLargeError: If a sheet cannot hold it.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {
            "title": document.title,
            "subject": document.subject,
            "created": document.made_at.replace(tzinfo=None),
        }
    )
    styles = _Styles(book)
    _summary(_Page(book, say.word("summary"), styles), document, say)
    for table in document.tables:
        _table(_Page(book, table.title, styles), table)
    if document.drawings:
        page = _Page(book, document.drawings_title, styles)
        _pictures(page, document.drawings, "", _DRAWING)
    if document.pictures or document.pictures_note:
        page = _Page(book, document.pictures_title, styles)
        _pictures(page, document.pictures, document.pictures_note, _PICTURE)
    book.close()
    return out.getvalue()


class _Styles:
    """Formats, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Format] = {}

    def of(self, tone: Tone = Tone.PLAIN, *, kind: str = "cell", is_quoted: bool = False) -> Format:
        key = (tone, kind, is_quoted)
        if key not in self._made:
            told: dict[str, object] = {"text_wrap": True, "valign": "top"}
            if tone in _FILLS:
                told |= {"bg_color": _FILLS[tone], "font_color": _INKS[tone]}
            if tone is Tone.UNSURE:
                told |= {"pattern": _LIGHT_UP, "fg_color": "#C4C9D0"}
            if kind == "head":
                told |= {"bold": True, "bg_color": "#E6EAF0"}
            if kind == "title":
                told = {"bold": True, "font_size": 16}
            if kind == "sentence":
                told |= {"bold": True, "font_size": 12}
            if is_quoted:
                told["quote_prefix"] = True
            self._made[key] = self._book.add_format(told)
        return self._made[key]


@dataclass(slots=True)
class _Page:
    """A sheet, and whether everything could be written onto it."""

    sheet: Worksheet
    styles: _Styles

    def __init__(self, book: xlsxwriter.Workbook, title: str, styles: _Styles) -> None:
        self.sheet = book.add_worksheet(_sheet_name(title))
        self.styles = styles

    def text(self, row: int, column: int, text: str, tone: Tone, kind: str = "cell") -> None:
        """Write a text."""
        shown = text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
        style = self.styles.of(tone, kind=kind, is_quoted=shown[:1] in tuple(_FORMULA_LIKE))
        _written(self.sheet.write_string(row, column, _printable(shown), style))

    def number(self, row: int, column: int, number: float, tone: Tone) -> None:
        """Write a number."""
        _written(self.sheet.write_number(row, column, number, self.styles.of(tone)))


def _written(code: int) -> None:
    if code != 0:
        raise ReportTooLargeError(f"a sheet does not hold it ({code})")


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' ") or "-"


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(
        each if each in "\n\t" or unicodedata.category(each) != "Cc" else "\ufffd" for each in text
    )


def _summary(page: _Page, document: Document, say: Wording) -> None:
    page.sheet.set_column(0, 0, 16)
    page.sheet.set_column(1, 1, 80)
    page.text(0, 0, document.title, Tone.PLAIN, "title")
    page.text(1, 0, document.subject, Tone.PLAIN, "title")
    page.text(2, 1, document.sentence, document.tone, "sentence")
    figures = [(each.label, say.with_these(each.value, [each.change])) for each in document.figures]
    lines = [*figures, *document.facts, *([(document.comment, "")] if document.comment else [])]
    for number, (label, value) in enumerate(lines, 4):
        page.text(number, 0, label, Tone.PLAIN)
        page.text(number, 1, value, Tone.PLAIN)
    page.text(5 + len(lines), 1, document.footer, Tone.PLAIN)


def _table(page: _Page, table: Table) -> None:
    first = 0
    if table.note:
        page.sheet.write_string(0, 0, table.note)
        first = 1
    for number, column in enumerate(table.columns):
        page.sheet.set_column(number, number, _width(number, column, table.rows))
        page.text(first, number, column.title, Tone.PLAIN, "head")
    for row, cells in enumerate(table.rows, first + 1):
        for number, cell in enumerate(cells):
            _cell(page, row, number, cell)
    if not table.rows:
        page.text(first + 1, 0, table.empty, Tone.PLAIN)
    page.sheet.freeze_panes(first + 1, 1)
    page.sheet.autofilter(first, 0, first + max(1, len(table.rows)), len(table.columns) - 1)


def _cell(page: _Page, row: int, column: int, cell: Cell) -> None:
    if cell.number is not None:
        page.number(row, column, cell.number, cell.tone)
    elif cell.text:
        page.text(row, column, cell.text, cell.tone)


def _width(number: int, column: Column, rows: Iterable[Sequence[Cell]]) -> float:
    """Of the longest line among the first rows; XlsxWriter's own gives Chinese half its width."""
    longest = _across(column.title) + 3
    for _, cells in zip(range(_MEASURED_ROWS), rows, strict=False):
        longest = max([longest, *(_across(line) for line in cells[number].text.split("\n"))])
    return min(_WIDEST, max(_NARROWEST, longest + 1.5))


def _across(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide


def _pictures(page: _Page, pictures: Sequence[Picture], note: str, size: tuple[int, float]) -> None:
    row_pt, scale = size
    page.sheet.set_column(0, 0, 30)
    page.sheet.set_column(1, 1, 70)
    page.text(0, 0, note, Tone.PLAIN)
    for row, picture in enumerate(pictures, 1):
        page.text(row, 0, f"{picture.title}\n{picture.caption}", Tone.PLAIN)
        if picture.jpeg is None:
            continue
        page.sheet.set_row(row, row_pt)
        options = {
            "image_data": io.BytesIO(picture.jpeg),
            "x_scale": scale,
            "y_scale": scale,
            "description": picture.title,
        }
        _written(page.sheet.insert_image(row, 1, f"{row}.jpg", options))
