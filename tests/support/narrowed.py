"""Looks at the text of statements: is each table of schools in them narrowed?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import ExecutionContext

from api.db.base import OfSchool
from api.db.narrowing import NARROWED, owned

_NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE|,) (\w+)\b(?!\.)(?: AS (\w+))?")
_OF_SCHOOL = re.compile(r"(\w+)\.school_id IN \(")
_LISTED = r"IN \((?:[^()]|\([^()]*\))*\)"
_AT_PLACE = re.compile(
    r"EXISTS \(SELECT \*\s+FROM camera_records AS at_place\s+WHERE at_place\.camera_key = "
    rf"[\w.]+ AND at_place\.place_id {_LISTED}\)"
)
_ALERT_AT = re.compile(
    r"EXISTS \(SELECT \*\s+FROM alerts AS alert_at\s+WHERE alert_at\.id = [\w.]+ AND \(?here\)?\)"
)
_NAMES_IT = re.compile(
    r"EXISTS \(SELECT \*\s+FROM alert_evidence AS names_it\s+WHERE names_it\.sha256 = [\w.]+ AND "
    r"names_it\.school_id = [\w.]+ AND \(?here\)?\)"
)
_ORDER_AT = re.compile(
    r"\(?(\w+)\.assignee = [^ ]+ OR \1\.assignee IS NULL AND \(?EXISTS \(SELECT \*\s+"
    r"FROM duties AS has_it\s+WHERE has_it\.school_id = \1\.school_id AND "
    r"has_it\.subject = \1\.subject AND has_it\.username = [^ ]+\)\)? OR "
    r"\(?EXISTS \(SELECT \*\s+FROM order_sources AS about_it\s+WHERE "
    r"about_it\.order_id = [\w.]+ AND \(?here\)?\)\)?\)?"
)
_OF_PARENT = re.compile(
    r"EXISTS \(SELECT \*\s+FROM (cameras|boxes|places|alerts|work_orders|inspections)\s+WHERE "
    r"\1\.id = (\w+)\.(\w+) AND \(?\1\.school_id IN \("
)


def unnarrowed(sql: str) -> list[str]:
    """Names by which a statement reads tables of schools more often than it narrows them."""
    models = {model.__tablename__: model for model in owned()}
    for narrower in (_AT_PLACE, _ALERT_AT, _NAMES_IT, _ORDER_AT):
        sql = narrower.sub("here", sql)
    # What the narrowing itself asks of the table above is no reading of it.
    by_parent = Counter(match[2] for match in _OF_PARENT.finditer(sql))
    rest = _OF_PARENT.sub("(", sql)
    by_school = Counter(match[1] for match in _OF_SCHOOL.finditer(rest))
    named: Counter[tuple[str, str]] = Counter()
    for match in _NAMED.finditer(re.sub(r"\s+", " ", rest)):
        if match[1] in models:
            named[match[1], match[2] or match[1]] += 1
    return [
        table
        for (table, name), count in named.items()
        if count > (by_school if issubclass(models[table], OfSchool) else by_parent)[name]
    ]


@contextmanager
def watched() -> Iterator[list[str]]:
    """Statements that were to be narrowed and were not, as they are sent."""
    found: list[str] = []

    def look(
        _connection: object,
        _cursor: object,
        sql: str,
        _given: object,
        context: ExecutionContext,
        _many: bool,
    ) -> None:
        options: Any = context.execution_options
        if options.get(NARROWED) and unnarrowed(sql):
            found.append(sql)

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)
