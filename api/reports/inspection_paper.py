"""The paper of an inspection's form: what was asked, known, answered and found, with lines to sign.

A form may be printed before it is signed in the console, to be signed by hand; the paper says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.contract.paper.document import Cell, Document, Picture, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.profile import Reading
from api.contract.vocabulary import Language, name_in, vocabulary
from api.coverage.profiles import Profiles
from api.inspections import photographs
from api.inspections import service as inspections
from api.inspections.record import Inspector
from api.inspections.schemas import (
    Fact,
    FactKind,
    HazardGrade,
    HazardOrder,
    InspectionDetail,
    ItemView,
    Result,
)
from api.kit.pools import Pool
from api.orders.people import Actor
from api.organisations import service as organisations
from api.reports.pictures import as_printed

MOST_PHOTOGRAPHS = 400
"""A hundred rows of four; a form of 200 items may have 2,000, and the paper says how many it has
not."""
_HOUR_S = 3600
_TONES = {
    Result.MET: Tone.GOOD,
    Result.MOSTLY_MET: Tone.NOTE,
    Result.NOT_MET: Tone.BAD,
    Result.NOT_APPLICABLE: Tone.PLAIN,
}
_NOBODY = Actor("", "", frozenset())
_one_at_a_time = Pool("paper", 1)
"""A photograph takes some 20 ms of a core."""


@dataclass(frozen=True, slots=True)
class FormPaper:
    """A form at one moment.

    Attributes:
        form: With its items.
        zone: Of the school it is about.
        pictures: JPEG by the photograph's number, as small as printed; None if it is broken.
        has_pictures: Whether photographs were wanted.
    """

    form: InspectionDetail
    zone: ZoneInfo
    pictures: Mapping[int, bytes | None]
    has_pictures: bool


async def read_paper(
    session: AsyncSession,
    inspection_id: int,
    watch: Watch,
    profiles: Profiles,
    told: Callable[[float], Awaitable[None]],
    *,
    with_pictures: bool,
) -> FormPaper:
    """Read a form.

    Args:
        session: In the scope of the whole school it is about.
        inspection_id: The form.
        watch: The moment of looking.
        profiles: What is asked of schools.
        told: Hears how much of it was read, 0 to 1.
        with_pictures: Whether its photographs are read.

    Raises:
        NotFoundError: If there is no such form in scope.
    """
    by = Inspector(_NOBODY, None, watch, profiles)
    form = await inspections.get(session, inspection_id, by)
    zone = ZoneInfo(await organisations.zone_of(session, form.school.school_id))
    pictures: dict[int, bytes | None] = {}
    wanted = [each.id for item in form.items for each in item.photographs] if with_pictures else []
    for photograph_id in wanted[:MOST_PHOTOGRAPHS]:
        jpeg, _ = await photographs.jpeg(session, inspection_id, photograph_id)
        pictures[photograph_id] = await _one_at_a_time.run(as_printed, jpeg)
        if len(pictures) % 20 == 0:
            await told(len(pictures) / len(wanted))
    return FormPaper(form, zone, pictures, with_pictures)


def paper_document(paper: FormPaper, language: Language, *, code: str, asked_by: str) -> Document:
    """Lay a form out: whose and of when, each item with its answer, photographs, signatures."""
    say, form = Wording(language, paper.zone), paper.form
    at, words = say.moment(form.as_of), vocabulary()
    title = [
        form.name,
        say.term(words.inspection_kind, form.kind),
        say.term(words.order_subject, form.subject),
    ]
    sentence, tone = _sentence(form, say)
    return Document(
        language=language,
        title=" · ".join(each for each in title if each),
        subject=name_in(language, form.school.name, form.school.name_en),
        sentence=sentence,
        tone=tone,
        made_at=form.as_of,
        facts=(
            *_facts(form, say),
            (say.word("as_of"), at),
            (say.word("time_zone"), paper.zone.key),
            (say.word("asked_by"), asked_by),
            (say.word("code"), code),
        ),
        tables=(_table(form, say),),
        pictures_title=say.word("form_photographs"),
        pictures=_pictures(paper, say),
        pictures_note=_pictures_note(paper, say),
        comment=say.word("form_comment"),
        signatures=tuple(say.word(each) for each in ("inspector", "head", "stamp", "date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_landscape=True,
    )


def _sentence(form: InspectionDetail, say: Wording) -> tuple[str, Tone]:
    if not form.items:
        return say.word("form_no_items"), Tone.NOTE
    answers = Counter(item.result for item in form.items)
    grades = Counter(item.hazard.grade for item in form.items if item.hazard is not None)
    said = say.word(
        "form_sentence",
        items=len(form.items),
        hazards=sum(grades.values()),
        major=grades[HazardGrade.MAJOR],
        **{each.value: answers[each] for each in Result},
    )
    tone = Tone.NOTE if answers[Result.MOSTLY_MET] else Tone.GOOD
    if form.signed_at is None:
        answered = len(form.items) - answers[None]
        said = say.stated(say.word("form_open", answered=answered, items=len(form.items)), [said])
        tone = Tone.NOTE
    if answers[Result.NOT_MET] or grades[HazardGrade.MAJOR]:
        tone = Tone.BAD
    return said, tone


def _facts(form: InspectionDetail, say: Wording) -> list[tuple[str, str]]:
    days = form.first_day.isoformat()
    if form.last_day != form.first_day:
        days = say.word("form_days", first=days, last=form.last_day.isoformat())
    facts = [
        (say.word("form_number"), say.word("form_version", id=form.id, version=form.version)),
        (say.word("form_period"), days),
        (say.word("form_due"), say.moment(form.due_at)),
        (say.word("order_state"), say.term(vocabulary().inspection_state, form.state)),
        (say.word("inspector"), form.inspector or say.word("nobody")),
        (say.word("form_profiles"), say.listed(form.profiles)),
    ]
    if form.visitor is not None:
        name = name_in(say.language, form.visitor.name, form.visitor.name_en)
        facts.insert(0, (say.word("form_visitor"), name))
    if form.signed_at is not None:
        signed = say.with_these(form.signer, [form.signed_by or "", say.moment(form.signed_at)])
        facts.append((say.word("form_signed"), signed))
    return facts


def _table(form: InspectionDetail, say: Wording) -> Table:
    heads = [
        *columns(say, ("rank", 0.5, True), ("form_demand", 4), ("form_known", 3)),
        *columns(say, ("form_answer", 1.7), ("form_note", 2.8), ("form_hazard", 2.6)),
    ]
    rows = [_row(number, item, form, say) for number, item in enumerate(form.items, 1)]
    return Table(
        say.word("form_items"),
        heads,
        rows,
        note=say.word("form_known_note"),
        empty=say.word("form_no_items"),
    )


def _row(number: int, item: ItemView, form: InspectionDetail, say: Wording) -> list[Cell]:
    words = vocabulary()
    answer = Cell(say.word("form_unanswered"), tone=Tone.UNSURE)
    if item.result is not None:
        told = [say.term(words.inspection_result, item.result), item.answered_by or ""]
        told.append(say.moment(item.answered_at))
        answer = Cell("\n".join(told), tone=_TONES[item.result])
    note = [item.note] if item.note else []
    if item.photographs:
        note.append(say.word("form_photograph_count", n=len(item.photographs)))
    return [
        Cell(str(number), number),
        Cell(_demand(item, say)),
        Cell(_known(item, form, say)),
        answer,
        Cell("\n".join(note)),
        _hazard(item, say),
    ]


def _demand(item: ItemView, say: Wording) -> str:
    words, source = vocabulary(), item.source
    basis = [say.term(words.inspection_rank, item.rank)]
    basis.append(" ".join(each for each in (source.text.text(say.language), source.clause) if each))
    if source.reading is not Reading.VERIFIED:
        basis.append(say.term(words.reading, source.reading))
    return f"{item.demand.text(say.language)}\n{say.listed(basis)}"


def _known(item: ItemView, form: InspectionDetail, say: Wording) -> str:
    """What the command centre knew by itself, and when: as of the answer, or of this paper."""
    if not item.facts:
        return "—"
    lines = [_fact(each, form.window_s, say) for each in item.facts]
    lines.append(say.word("form_known_at", at=say.moment(item.answered_at or form.as_of)))
    return "\n".join(lines)


def _fact(fact: Fact, window_s: float, say: Wording) -> str:
    counts = {"total": fact.total, "good": fact.good, "late": fact.total - fact.good}
    match fact.kind:
        case FactKind.FORBIDDEN:
            return say.word("fact_forbidden" if fact.total else "fact_not_forbidden", n=fact.total)
        case FactKind.ORDERS:
            return say.word("fact_orders" if fact.total else "fact_no_orders", **counts)
        case FactKind.CAMERAS | FactKind.FOOTAGE:
            said = say.word("fact_no_camera")
            if fact.total:
                said = say.word(f"fact_{fact.kind}", hours=round(window_s / _HOUR_S), **counts)
            if fact.unknown:
                said = say.listed([said, say.word("fact_unknown", n=fact.unknown)])
            return say.stated(fact.place, [said]) if fact.place else said


def _hazard(item: ItemView, say: Wording) -> Cell:
    words, hazard = vocabulary(), item.hazard
    if hazard is None:
        return Cell("—")
    by = say.term(words.hazard_at_once, "at_once")
    if hazard.rectify_by is not None:
        by = say.word("form_rectify_by", day=hazard.rectify_by.isoformat())
    lines = [say.term(words.hazard_grade, hazard.grade), by]
    if hazard.order is not None:
        lines += _order(hazard.order, say)
    is_bad = hazard.grade is HazardGrade.MAJOR or (
        hazard.order is not None and hazard.order.is_overdue
    )
    return Cell("\n".join(lines), tone=Tone.BAD if is_bad else Tone.NOTE)


def _order(order: HazardOrder, say: Wording) -> list[str]:
    state = say.term(vocabulary().order_state, order.state)
    if order.is_overdue:
        state = say.listed([state, say.word("overdue")])
    lines = [say.with_these(say.word("form_order", id=order.order_id), [state])]
    lines.append(say.word("form_order_due", at=say.moment(order.due_at)))
    for key, who, at in (
        ("rectified", order.rectified_by, order.rectified_at),
        ("checked", order.closed_by, order.closed_at),
    ):
        if who is not None:
            lines.append(say.stated(say.word(key), [who, say.moment(at)]))
    return lines


def _pictures(paper: FormPaper, say: Wording) -> list[Picture]:
    found = []
    for number, item in enumerate(paper.form.items, 1):
        for each in item.photographs:
            if each.id in paper.pictures:
                jpeg = paper.pictures[each.id]
                caption = say.listed([say.moment(each.at), each.by])
                if jpeg is None:
                    caption = say.word("form_photograph_broken")
                found.append(Picture(say.word("form_of_item", n=number), caption, jpeg))
    return found


def _pictures_note(paper: FormPaper, say: Wording) -> str:
    taken = sum(len(item.photographs) for item in paper.form.items)
    if not taken:
        return ""
    if not paper.has_pictures:
        return say.word("form_photographs_withheld", n=taken)
    left_out = taken - len(paper.pictures)
    note = say.word("form_photographs_note")
    return note if not left_out else f"{note} {say.word('form_photographs_left_out', n=left_out)}"
