"""A CSV file that opens in Excel without asking and without doing harm.

Excel takes a file for UTF-8 only when it begins with a byte order mark, and runs what begins like
a formula: names are typed by people, so such cells are marked as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
# Excel reads the full-width forms of its signs too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float


def text_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def csv_file(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The file's text, byte order mark included; texts of rows are made safe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows(
        [text_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return BYTE_ORDER_MARK + text.getvalue()
