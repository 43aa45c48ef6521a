"""A moment as a clerk writes it, in the exam's time zone; days on which clocks change included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class BadMomentError(ValueError):
    """``code`` is of the vocabulary's ``workbook_error``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment in UTC; one with an offset means what it says.

    Args:
        text: As ``2026-06-07 09:00`` or ``2026-10-25 02:30+02:00``.
        zone: Of moments without an offset.

    Raises:
        BadMomentError: ``not_a_moment``; ``moment_skipped``: clocks were set forward over it;
            ``moment_twice``: clocks were set back over it, so an offset has to say which.

    >>> read_moment("2026-06-07 09:00", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-06-07T01:00:00+00:00'
    """
    try:
        told = datetime.fromisoformat(text.strip().replace("/", "-").replace("：", ":"))
        if told.tzinfo is not None:
            return told.astimezone(UTC)
        first = told.replace(tzinfo=zone, fold=0).astimezone(UTC)
        second = told.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if first.astimezone(zone).replace(tzinfo=None) != told:
            raise BadMomentError("moment_skipped")
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadMomentError):
            raise
        raise BadMomentError("not_a_moment") from error
    if first != second:
        raise BadMomentError("moment_twice")
    return first
