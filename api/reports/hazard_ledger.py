"""A school's ledger of hazards 隐患台账: every work order, what became of it and who did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.paper.document import Cell, Document, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.vocabulary import Language, name_in, vocabulary
from api.inspections import ledger as inspections
from api.inspections.ledger_schemas import HazardRow
from api.orders import figures as orders
from api.orders.machine import OrderState
from api.orders.schemas import OrderSummary
from api.organisations import service as organisations
from api.organisations.schemas import SchoolView
from api.reports.errors import ReportTooLargeError

MOST_ORDERS = 5000
"""Of one school."""


@dataclass(frozen=True, slots=True)
class HazardLedger:
    """The work orders of a school at one moment; merged ones stand in those they went into.

    Attributes:
        school: Whose.
        as_of: The moment.
        orders: All of them.
        hazards: What inspections found, by the order it became.
    """

    school: SchoolView
    as_of: datetime
    orders: list[OrderSummary]
    hazards: Mapping[int, Sequence[HazardRow]]

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school.time_zone)


async def read_ledger(session: AsyncSession, school_id: str, now: datetime) -> HazardLedger:
    """Read a school's ledger.

    Raises:
        NotFoundError: If there is no such school.
        ReportTooLargeError: If it has more orders than one report holds.
    """
    school = await organisations.get_school(session, school_id)
    found = await orders.list_all(session, now, MOST_ORDERS + 1)
    if len(found) > MOST_ORDERS:
        raise ReportTooLargeError(f"more than {MOST_ORDERS} work orders")
    hazards = await inspections.of_orders(session, school_id, now)
    return HazardLedger(school, now, found, hazards)


def ledger_document(
    ledger: HazardLedger, language: Language, *, code: str, asked_by: str
) -> Document:
    """Lay a ledger out: what is open first, then what was closed, each by its deadline."""
    say = Wording(language, ledger.zone)
    at = say.moment(ledger.as_of)
    states = Counter(each.state for each in ledger.orders)
    closed = states[OrderState.CLOSED]
    overdue = sum(each.is_overdue for each in ledger.orders)
    name = name_in(language, ledger.school.name_zh, ledger.school.name_en)
    ordered = sorted(ledger.orders, key=lambda each: each.state is OrderState.CLOSED)
    return Document(
        language=language,
        title=say.word("ledger_title"),
        subject=name,
        sentence=say.word(
            "ledger_sentence",
            all=len(ledger.orders),
            open=len(ledger.orders) - closed,
            closed=closed,
            overdue=overdue,
        ),
        tone=Tone.BAD if overdue else Tone.PLAIN,
        made_at=ledger.as_of,
        facts=(
            (say.word("as_of"), at),
            (say.word("time_zone"), ledger.school.time_zone),
            (say.word("asked_by"), asked_by),
            (say.word("code"), code),
        ),
        tables=(_table(ordered, ledger.hazards, say),),
        signatures=(say.word("author"), say.word("head"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_landscape=True,
    )


def _table(
    found: list[OrderSummary], hazards: Mapping[int, Sequence[HazardRow]], say: Wording
) -> Table:
    heads = [
        *columns(say, ("number", 0.8, True), ("hazard", 3), ("risk", 1.2)),
        *columns(say, ("order_state", 1.3), ("given_at", 1.8), ("responsible", 1.4)),
        *columns(say, ("due_at", 1.8), ("rectified", 2.2), ("checked", 2.2)),
    ]
    rows = [_row(each, hazards.get(each.id, ()), say) for each in found]
    return Table(say.word("ledger"), heads, rows, empty=say.word("no_orders"))


def _row(order: OrderSummary, hazards: Sequence[HazardRow], say: Wording) -> list[Cell]:
    words = vocabulary()
    state = say.term(words.order_state, order.state)
    tone = Tone.GOOD if order.state is OrderState.CLOSED else Tone.PLAIN
    if order.is_overdue:
        state, tone = say.with_these(state, [say.word("overdue")]), Tone.BAD
    return [
        Cell(str(order.id), order.id),
        Cell(_hazard(order, hazards, say)),
        Cell(say.term(words.risk, order.risk)),
        Cell(state, tone=tone),
        Cell(_by(order.created_by, order.created_at, say)),
        Cell(order.responsible or say.word("nobody")),
        Cell(say.moment(order.due_at)),
        Cell(_by(order.rectified_by, order.rectified_at, say)),
        Cell(_by(order.closed_by, order.closed_at, say)),
    ]


def _hazard(order: OrderSummary, hazards: Sequence[HazardRow], say: Wording) -> str:
    lines = [_found(each, say) for each in hazards]
    if order.alert is not None:
        rule = say.term(vocabulary().rules, order.alert.rule)
        lines.insert(0, f"{rule} · {order.alert.camera_name}")
    return "\n".join(lines) or order.text


def _found(row: HazardRow, say: Wording) -> str:
    """A hazard as the form names it: the item, what is wrong, and who says so."""
    words = vocabulary()
    by = [
        say.term(words.hazard_grade, row.hazard.grade),
        say.term(words.inspection_kind, row.kind),
        row.signer,
    ]
    return f"{row.demand.text(say.language)}\n{say.with_these(row.note, by)}"


def _by(who: str | None, at: datetime | None, say: Wording) -> str:
    return "" if who is None or at is None else f"{say.moment(at)}\n{who}"
