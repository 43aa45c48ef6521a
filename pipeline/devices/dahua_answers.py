"""What Dahua's lines of ``key=value`` say: files, disks, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from pipeline.devices.device import Disk, DiskState
from pipeline.devices.errors import BrokenAnswerError
from pipeline.devices.polite_http import Answer

_ROW = re.compile(r"([A-Za-z.]+)\[(\d{1,4})\]\.(.+)")
_STATES = {
    "success": DiskState.OK,
    "normal": DiskState.OK,
    "running": DiskState.OK,
    "error": DiskState.FAILED,
    "unmount": DiskState.MISSING,
}
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}")
FORM = "%Y-%m-%d %H:%M:%S"
"""Of its times, which are those of its zone."""


class Values:
    """An answer's keys and values; of a key said twice the first holds."""

    def __init__(self, text: str) -> None:
        self._values: dict[str, str] = {}
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            if equals:
                self._values.setdefault(key.strip(), value.strip())

    def get(self, key: str, default: str) -> str:
        """A key's value."""
        return self._values.get(key, default)

    def indexed(self, table: str, column: str) -> dict[int, str]:
        """A column of ``table[0].column``, ``table[1].column`` …, by index."""
        return {index: row[column] for index, row in self.rows(table).items() if column in row}

    def rows(self, table: str) -> dict[int, dict[str, str]]:
        """All rows of a table, by index; a column's name may hold further indices."""
        found: dict[int, dict[str, str]] = {}
        for key, value in self._values.items():
            at = _ROW.fullmatch(key)
            if at is not None and at[1] == table:
                found.setdefault(int(at[2]), {})[at[3]] = value
        return found


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of footage; its times naive as the device writes them."""

    start: datetime
    end: datetime
    path: str
    size_bytes: int | None


def values_of(answer: Answer) -> Values:
    """An answer's lines."""
    return Values(answer.text())


def moment_of(text: str) -> datetime:
    """A moment as it is written, naive.

    Raises:
        ValueError: It is none.
    """
    if not _MOMENT.fullmatch(text.strip()):  # its end may be missing, and what is left a moment
        raise ValueError("no moment")
    return datetime.strptime(text.strip(), FORM)  # noqa: DTZ007 -- its zone is found out elsewhere


def items_of(values: Values, where: str) -> tuple[int, list[FoundFile]]:
    """How many files a page announces, and those it gives.

    Raises:
        BrokenAnswerError: It announces nothing that is a number, or a file has no times.
    """
    announced = values.get("found", "")
    if not (announced.isascii() and announced.isdigit()):
        raise BrokenAnswerError("its page of files is none", where=where)
    files = []
    for _, row in sorted(values.rows("items").items()):
        try:
            start, end = (moment_of(row[name]) for name in ("StartTime", "EndTime"))
        except (KeyError, ValueError) as error:
            raise BrokenAnswerError("a file without times", where=where) from error
        if row.get("Type", "dav") == "dav":
            files.append(FoundFile(start, end, row.get("FilePath", ""), _whole(row.get("Length"))))
    return int(announced), files


def disks_of(values: Values) -> tuple[Disk, ...]:
    """Disks, their partitions together."""
    found = []
    for table in ("list.info", "list", "info"):
        found += [_disk(row) for _, row in sorted(values.rows(table).items())]
    return tuple(found)


def _disk(row: dict[str, str]) -> Disk:
    total, used = (
        [
            size
            for key, value in row.items()
            if key.endswith(name) and (size := _whole(value)) is not None
        ]
        for name in ("].TotalBytes", "].UsedBytes")
    )
    state = _STATES.get(row.get("State", "").lower(), DiskState.UNKNOWN)
    details = {key.rpartition(".")[2]: value for key, value in row.items() if "]." in key}
    if any(value.lower() == "true" for key, value in row.items() if key.endswith("].IsError")):
        state = DiskState.FAILED
    elif state is DiskState.OK and details.get("Type", "").lower() == "readonly":
        state = DiskState.READ_ONLY
    size = sum(total) if total else None
    free = max(0, sum(total) - sum(used)) if total and len(total) == len(used) else None
    return Disk(row.get("Name", ""), state, size, free)


def _sizes(row: dict[str, str], ending: str) -> list[int]:
    """A size of each partition that says it."""
    said = [_whole(value) for key, value in row.items() if key.endswith(ending)]
    return [size for size in said if size is not None]


def _whole(text: str | None) -> int | None:
    """Sizes are written as ``2000324395008.000000``."""
    whole = (text or "").partition(".")[0]
    return int(whole) if whole.isascii() and whole.isdigit() else None
