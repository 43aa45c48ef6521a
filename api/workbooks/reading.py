"""A workbook's bytes to rows. Whatever it is, reading it takes bounded time and memory.

openpyxl raises what the parser happened to stumble over, so every kind of error that a damaged file
was seen to raise becomes one of ours here.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from api.workbooks.cells import UnreadableError, read
from api.workbooks.errors import NotAWorkbookError, WorkbookTooLargeError
from api.workbooks.schemas import CellError
from api.workbooks.sheets import MAX_ROWS, SHEETS, Cells, Column, Sheet

_MAX_UNPACKED_BYTES = 48 * 1024 * 1024
_MAX_PARTS = 500
_MAX_COLUMNS = 64
_MAX_ERRORS = 200
_SHOWN = 40
_OLD_OR_ENCRYPTED = bytes.fromhex("D0CF11E0A1B11AE1")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7})')
_AT_ONCE = 1 << 20
_OVERLAP = 64
_DAMAGED = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    OSError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
    InvalidFileException,
)
"""What reading a damaged file was seen to raise; ``SyntaxError`` is the XML parser's."""

AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be read.

    Attributes:
        number: As the spreadsheet numbers it.
        cells: By column.
    """

    number: int
    cells: Cells


@dataclass(slots=True)
class ReadSheet:
    """A sheet as it was read.

    Attributes:
        sheet: Which one.
        title: As the workbook names it.
        letters: Where each column stands.
        rows: Those without an error.
    """

    sheet: Sheet
    title: str
    letters: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Errors:
    """What is wrong, the first of them in words."""

    count: int = 0
    first: list[CellError] = field(default_factory=list)

    def add(
        self, of: ReadSheet, row: int, key: str, code: str, value: object = "", letter: str = ""
    ) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) >= _MAX_ERRORS:
            return
        term = of.sheet.titles.get(key)
        self.first.append(
            CellError(
                sheet=of.title,
                row=row,
                column=letter or of.letters.get(key, ""),
                title=key if term is None else term.zh,
                title_en=key if term is None else term.en,
                code=code,
                value="" if value is None else str(value)[:_SHOWN],
            )
        )


def read_workbook(
    content: bytes, errors: Errors, sheets: Sequence[Sheet] = SHEETS
) -> list[ReadSheet]:
    """The sheets that the workbook has, in the order in which they build on each other.

    Args:
        content: The file.
        errors: Takes what is wrong in cells.
        sheets: Which ones there may be, in the order in which they build on each other.

    Raises:
        NotAWorkbookError: If it is none, or is damaged.
        WorkbookTooLargeError: If it holds more than is read.
    """
    if content.startswith(_OLD_OR_ENCRYPTED):
        raise NotAWorkbookError(
            "an .xls file, or one under a password", params={"why": "old_or_encrypted"}
        )
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise NotAWorkbookError("not a zip archive", params={"why": "not_zip"})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            found = []
            for worksheet in book.worksheets:
                assert isinstance(worksheet, ReadOnlyWorksheet)
                found.append(_read_sheet(worksheet, archive, errors, sheets))
    except _DAMAGED as error:
        raise NotAWorkbookError(
            f"damaged ({type(error).__name__})", params={"why": "damaged"}
        ) from error
    known = [each for each in found if each is not None]
    if not known and not errors.count:
        raise NotAWorkbookError("none of its sheets is known", params={"why": "no_sheet"})
    return sorted(known, key=lambda each: sheets.index(each.sheet))


def _check_size(archive: zipfile.ZipFile) -> None:
    # An entry is never unpacked further than the size it claims, so claims are what counts.
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(each.file_size for each in parts) > _MAX_UNPACKED_BYTES:
        raise WorkbookTooLargeError(
            f"unpacks to more than {_MAX_UNPACKED_BYTES // 2**20} MiB", params={"why": "bytes"}
        )


def _read_sheet(
    worksheet: ReadOnlyWorksheet,
    archive: zipfile.ZipFile,
    errors: Errors,
    sheets: Sequence[Sheet],
) -> ReadSheet | None:
    title = str(worksheet.title)
    sheet = next((each for each in sheets if title.strip() in _names(each)), None)
    if sheet is None:
        if worksheet.sheet_state == "visible" and _has_content(worksheet):
            errors.add(ReadSheet(sheets[0], title), 0, "", "unknown_sheet", title)
        return None
    found = ReadSheet(sheet, title)
    if _has_merged(worksheet, archive, found, errors):
        return found
    rows = _rows(worksheet)
    columns = _read_header(found, next(rows, (1, ()))[1], errors)
    if columns is None:
        return found
    count = 0
    for number, cells in rows:
        if number == 2 and _is_second_header(sheet, cells, columns):
            continue
        if all(cell.value is None for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise WorkbookTooLargeError(
                f"{title} has more than {MAX_ROWS} rows", params={"why": "rows"}
            )
        _read_row(found, number, cells, columns, errors)
    return found


def _names(sheet: Sheet) -> set[str]:
    term = sheet.title
    return {term.zh, term.en, f"{term.zh} {term.en}"}


def _rows(worksheet: ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[AnyCell, ...]]]:
    # What the file says of its own extent may be anything: rows are taken as they come.
    worksheet.reset_dimensions()
    yield from enumerate(worksheet.iter_rows(max_col=_MAX_COLUMNS), 1)  # type: ignore[misc]


def _has_content(worksheet: ReadOnlyWorksheet) -> bool:
    for number, cells in _rows(worksheet):
        if any(cell.value is not None for cell in cells):
            return True
        if number > MAX_ROWS:
            return False
    return False


def _has_merged(
    worksheet: ReadOnlyWorksheet, archive: zipfile.ZipFile, found: ReadSheet, errors: Errors
) -> bool:
    """Look for merged cells, which openpyxl does not tell of when it reads row by row."""
    is_any = False
    with archive.open(worksheet._worksheet_path) as part:  # type: ignore[attr-defined]
        tail = b""
        while piece := part.read(_AT_ONCE):
            text = tail + piece
            end = 0
            for match in _MERGED.finditer(text):
                is_any, end = True, match.end()
                letter = match[1].decode()
                errors.add(found, int(match[2]), "", "merged", letter=letter)
            tail = text[max(end, len(text) - _OVERLAP) :]
    return is_any


def _read_header(
    found: ReadSheet, cells: tuple[AnyCell, ...], errors: Errors
) -> dict[int, Column] | None:
    """Which column stands where; None if the sheet cannot be read by it."""
    titles = {
        text: column
        for column in found.sheet.columns
        for text in (found.sheet.titles[column.key].zh, found.sheet.titles[column.key].en)
    }
    columns: dict[int, Column] = {}
    before = errors.count
    for index, cell in enumerate(cells):
        text = "" if cell.value is None else str(cell.value).strip()
        letter = get_column_letter(index + 1)
        column = titles.get(text)
        if column is None:
            if text:
                errors.add(found, 1, "", "unknown_header", text, letter)
        elif column.key in found.letters:
            errors.add(found, 1, column.key, "duplicate_header", text, letter)
        else:
            columns[index] = column
            found.letters[column.key] = letter
    for key in found.sheet.keys:
        if key not in found.letters:
            errors.add(found, 1, key, "missing_header")
    return columns if errors.count == before else None


def _is_second_header(sheet: Sheet, cells: tuple[AnyCell, ...], columns: dict[int, Column]) -> bool:
    """Whether the row beneath the headings holds them once more, in the other language."""
    titles = {index: sheet.titles[column.key] for index, column in columns.items()}
    return any(
        cells[index].value in (term.zh, term.en)
        for index, term in titles.items()
        if index < len(cells)
    )


def _read_row(
    found: ReadSheet,
    number: int,
    cells: tuple[AnyCell, ...],
    columns: dict[int, Column],
    errors: Errors,
) -> None:
    row: dict[str, object] = {}
    before = errors.count
    for index, cell in enumerate(cells):
        column = columns.get(index)
        if column is None:
            if cell.value is not None:
                letter = get_column_letter(index + 1)
                errors.add(found, number, "", "unknown_header", cell.value, letter)
            continue
        if column.is_info:
            continue
        if cell.data_type == "f":
            errors.add(found, number, column.key, "formula", cell.value)
        elif cell.data_type == "e":
            errors.add(found, number, column.key, "error_value", cell.value)
        else:
            try:
                row[column.key] = read(column, cell.value)
            except UnreadableError as error:
                errors.add(found, number, column.key, error.code, cell.value)
    for index, column in columns.items():  # A short row ends before its empty cells.
        if index >= len(cells) and not column.is_info:
            row[column.key] = read(column, None)
    for key in found.sheet.keys:
        if row.get(key) == "":
            errors.add(found, number, key, "required")
    if errors.count == before:
        found.rows.append(Row(number, row))
