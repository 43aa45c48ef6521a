"""Hazards that inspections of all schools found, as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from api.contract.paper.document import Cell, Column, Document, Table, Tone
from api.contract.paper.wording import Wording
from api.contract.vocabulary import Language, name_in, vocabulary
from api.inspections.ledger_schemas import HazardRow
from api.inspections.schemas import HazardOrder
from api.kit.pools import Pool
from api.orders.machine import OrderState
from api.organisations.schemas import SchoolName
from api.reports.workbook import write_workbook

_UTC = ZoneInfo("UTC")
"""Schools of several time zones stand in one table."""
_one_at_a_time = Pool("hazards", 1)
"""A large one takes seconds of a core."""


async def write_hazards(
    rows: Sequence[HazardRow], language: Language, now: datetime, *, asked_by: str
) -> bytes:
    """The file; its moments are UTC.

    Raises:
        ReportTooLargeError: If a sheet cannot hold it.
    """
    return await _one_at_a_time.run(_write, rows, language, now, asked_by)


def _write(rows: Sequence[HazardRow], language: Language, now: datetime, asked_by: str) -> bytes:
    say = Wording(language, _UTC)
    orders = [row.hazard.order for row in rows]
    closed = sum(order is not None and order.state is OrderState.CLOSED for order in orders)
    overdue = sum(order is not None and order.is_overdue for order in orders)
    sentence = say.word(
        "ledger_sentence", all=len(rows), open=len(rows) - closed, closed=closed, overdue=overdue
    )
    title = say.word("ledger_title")
    document = Document(
        language=language,
        title=title,
        subject="",
        sentence=sentence,
        tone=Tone.BAD if overdue else Tone.PLAIN,
        made_at=now,
        facts=(
            (say.word("as_of"), say.moment(now)),
            (say.word("time_zone"), _UTC.key),
            (say.word("asked_by"), asked_by),
        ),
        tables=(_table(title, rows, say),),
    )
    return write_workbook(document, say)


def _table(title: str, rows: Sequence[HazardRow], say: Wording) -> Table:
    cells = [_cells(row, say) for row in rows]
    heads = [Column(term.text(say.language)) for term in vocabulary().hazard_column.values()]
    return Table(
        title,
        heads,
        [[row[name] for name in vocabulary().hazard_column] for row in cells],
        empty=say.word("no_hazards"),
    )


def _cells(row: HazardRow, say: Wording) -> dict[str, Cell]:
    words, hazard = vocabulary(), row.hazard
    kind = say.term(words.inspection_kind, row.kind)
    by_day = "" if hazard.rectify_by is None else hazard.rectify_by.isoformat()
    told = {
        "school": _name(row.school, say),
        "visitor": "" if row.visitor is None else _name(row.visitor, say),
        "kind": f"{kind} · {say.term(words.order_subject, row.subject)}",
        "period": f"{row.name} {row.first_day}".strip(),
        "found_at": say.moment(row.found_at),
        "signer": row.signer,
        "rank": say.term(words.inspection_rank, row.rank),
        "demand": row.demand.text(say.language),
        "note": row.note,
        "grade": say.term(words.hazard_grade, hazard.grade),
        "rectify_by": by_day or say.term(words.hazard_at_once, "at_once"),
    }
    return {key: Cell(text) for key, text in told.items()} | _order(hazard.order, say)


def _name(school: SchoolName, say: Wording) -> str:
    return name_in(say.language, school.name, school.name_en)


def _order(order: HazardOrder | None, say: Wording) -> dict[str, Cell]:
    if order is None:
        keys = ("order", "state", "rectified_by", "rectified_at", "closed_by", "closed_at")
        return {key: Cell("") for key in keys}
    state, tone = say.term(vocabulary().order_state, order.state), Tone.PLAIN
    if order.state is OrderState.CLOSED:
        tone = Tone.GOOD
    if order.is_overdue:
        state, tone = say.with_these(state, [say.word("overdue")]), Tone.BAD
    return {
        "order": Cell(str(order.order_id), order.order_id),
        "state": Cell(state, tone=tone),
        "rectified_by": Cell(order.rectified_by or ""),
        "rectified_at": Cell(say.moment(order.rectified_at)),
        "closed_by": Cell(order.closed_by or ""),
        "closed_at": Cell(say.moment(order.closed_at)),
    }
