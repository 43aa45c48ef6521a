"""Rows to a workbook that reads back as it was."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from api.contract.vocabulary import Language, vocabulary
from api.workbooks.cells import Written, written
from api.workbooks.sheets import EXPLANATION_ROWS, MAX_ROWS, SHEETS, Cells, Column, Kind, Sheet

_AS_TEXT = "@"
_HEAD = PatternFill("solid", fgColor="FFE6EAF0")
_HEAD_INFO = PatternFill("solid", fgColor="FFF3F3F3")
_LISTS = "_"
"""Name of the hidden sheet that holds what can be chosen."""
_CHOICES = (Kind.CHOICE, Kind.FLAG)
_REPLACEMENT = "\ufffd"


def storable(text: str) -> str:
    """A text without the control characters that no workbook can hold."""
    return ILLEGAL_CHARACTERS_RE.sub(_REPLACEMENT, text)


def write_workbook(
    rows: Mapping[str, Iterable[Cells]], language: Language, sheets: Sequence[Sheet] = SHEETS
) -> bytes:
    """The file.

    Args:
        rows: By name of the sheet; every sheet is written, if empty.
        language: Of words in cells; headings are in both.
        sheets: Which ones.
    """
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    book.remove(book.active)
    lists = _Lists()
    for sheet in sheets:
        page = book.create_sheet(sheet.title.text(language))
        _write_head(page, sheet)
        for number, cells in enumerate(rows.get(sheet.name, ()), EXPLANATION_ROWS + 1):
            for index, column in enumerate(sheet.columns, 1):
                _put(page, number, index, column, written(column, cells.get(column.key), language))
        _offer_choices(page, sheet, lists, language)
    lists.write(book.create_sheet(_LISTS))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_head(page: Worksheet, sheet: Sheet) -> None:
    for index, column in enumerate(sheet.columns, 1):
        term = sheet.titles[column.key]
        for row, text in enumerate((term.zh, term.en), 1):
            cell = page.cell(row, index, text)
            cell.font = Font(bold=row == 1, color="FF17202B" if row == 1 else "FF57626F")
            cell.fill = _HEAD_INFO if column.is_info else _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(index)].width = column.width
    page.freeze_panes = f"{get_column_letter(1 + len(sheet.keys))}{EXPLANATION_ROWS + 1}"


def _put(page: Worksheet, row: int, index: int, column: Column, value: Written) -> None:
    if value is None or value == "":
        return
    cell = page.cell(row, index)
    assert isinstance(cell, Cell)
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, dt.date):
            cell.number_format = "yyyy-mm-dd"
        return
    # A text for good: neither shown nor taken for a formula or a number when it is typed anew.
    cell.value, cell.data_type = storable(value), "s"
    cell.number_format = _AS_TEXT
    cell.quotePrefix = value[0] in "=+-@＝＋－＠"
    if column.kind in (Kind.DAYS, Kind.TERMS):
        cell.alignment = Alignment(wrap_text=True, vertical="top")


class _Lists:
    """What can be chosen, a column each; longer than what a rule may hold itself."""

    def __init__(self) -> None:
        self._columns: list[Sequence[str]] = []

    def add(self, words: Sequence[str]) -> str:
        """Keep words; answers where they stand."""
        self._columns.append(words)
        letter = get_column_letter(len(self._columns))
        return f"'{_LISTS}'!${letter}$1:${letter}${len(words)}"

    def write(self, page: Worksheet) -> None:
        """Write them, out of sight."""
        page.sheet_state = "hidden"
        for index, words in enumerate(self._columns, 1):
            for row, word in enumerate(words, 1):
                page.cell(row, index, word)


def _offer_choices(page: Worksheet, sheet: Sheet, lists: _Lists, language: Language) -> None:
    for index, column in enumerate(sheet.columns, 1):
        if column.is_info or column.kind not in _CHOICES:
            continue
        terms = column.choices or vocabulary().yes_no
        place = lists.add([term.text(language) for term in terms.values()])
        rule = DataValidation("list", formula1=place, allow_blank=True, showErrorMessage=True)
        letter = get_column_letter(index)
        rule.add(f"{letter}{EXPLANATION_ROWS + 1}:{letter}{EXPLANATION_ROWS + MAX_ROWS}")
        page.add_data_validation(rule)
