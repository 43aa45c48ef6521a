"""Moments: the injected clock, and how they travel.

Nothing reads the wall clock by itself, so that tests can move time instead of waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

Clock = Callable[[], datetime]
"""Answers the present moment, aware, in UTC."""


def utc_now() -> datetime:
    """The present moment from the system's clock."""
    return datetime.now(UTC)


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: If UTC would put it outside of years 1 to 9999.
    """
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("moment is out of range") from error


Moment = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""A moment with its offset, read and written as UTC."""
