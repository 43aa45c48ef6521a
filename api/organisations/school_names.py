"""What names a school, read beside whatever else a statement reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Bundle

from api.db.organisation import School
from api.organisations.schemas import SchoolName


class _SchoolNameBundle(Bundle[SchoolName]):
    """Three columns that come as one :class:`SchoolName`; None where an outer join finds none."""

    def create_row_processor(
        self,
        query: Select[Any],
        procs: Sequence[Callable[[Row[Any]], Any]],
        labels: Sequence[str],
    ) -> Callable[[Row[Any]], Any]:
        school_id, name, name_en = procs

        def named(row: Row[Any]) -> SchoolName | None:
            found = school_id(row)
            if found is None:
                return None
            return SchoolName(school_id=found, name=name(row), name_en=name_en(row))

        return named


SCHOOL_NAME = _SchoolNameBundle("school", School.school_id, School.name_zh, School.name_en)
"""Whole schools would bring their calendars along, for each row anew."""
