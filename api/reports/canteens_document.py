"""The month of a district's canteens as a document: schools ranked, and all of them by rule."""

from __future__ import annotations

from collections.abc import Sequence

from api.contract.paper.document import Bar, Cell, Document, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.vocabulary import Language, name_in, vocabulary
from api.reports.canteen_facts import DistrictCanteens, KitchenFigures
from api.reports.district_month import Figures, added
from api.reports.month_document import percent_cell, some_of


def canteens_document(
    district: DistrictCanteens, language: Language, *, code: str, most_schools: int | None
) -> Document:
    """Lay the month of a district's canteens out.

    Args:
        district: What is known.
        language: Of its texts.
        code: It is verified by.
        most_schools: Of the ranking; None for all.
    """
    say = Wording(language, district.month.zone)
    at = say.moment(district.as_of)
    all_ = added(district.by_school.values())
    bureau = name_in(language, district.bureau.name_zh, district.bureau.name_en)
    unwatched = sum(not each.is_watched for each in district.by_school.values())
    return Document(
        language=language,
        title=say.word("canteen_title", month=f"{district.month.first:%Y-%m}"),
        subject=bureau or say.word("all_schools"),
        sentence=say.word(
            "canteens_sentence",
            schools=len(district.schools),
            cameras=sum(each.cameras for each in district.by_school.values()),
            hours=f"{all_.hours:,.0f}",
            confirmed=all_.confirmed,
            pending=all_.pending,
            unwatched=unwatched,
        ),
        tone=Tone.PLAIN,
        made_at=district.as_of,
        facts=(
            (say.word("as_of"), at),
            (say.word("sources"), say.word("canteen_sources")),
            (say.word("code"), code),
        ),
        tables=(_ranking(district, say, most_schools), _district_rules(district, say)),
        comment=say.word("comment_box"),
        signatures=(say.word("author"), say.word("reviewer"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_one_page=True,
    )


def _ranking(district: DistrictCanteens, say: Wording, most: int | None) -> Table:
    watched = [each for each in district.by_school.items() if _is_ranked(each[1])]
    others = [each for each in district.by_school.items() if not _is_ranked(each[1])]
    watched.sort(key=lambda each: (-(each[1].rate or 0.0), each[0]))
    ranked = [(number, *each) for number, each in enumerate(watched, 1)]
    rows = [*ranked, *((None, *each) for each in sorted(others))]
    shown = rows if most is None else some_of(rows, len(ranked), most)
    note = say.word("canteens_note")
    if left_out := len(rows) - len(shown):
        note = f"{note} {say.word('ranking_left_out', n=left_out)}"
    widest = max(
        (each.rate_interval[1] for _, _, each in shown if each.rate_interval and _is_ranked(each)),
        default=1.0,
    )
    heads = [
        *columns(say, ("rank", 0.6, True), ("school", 3), ("cameras", 0.9, True)),
        *columns(say, ("open_days", 0.9, True), ("watched", 1.2, True), ("rate", 1.6, True)),
        *columns(say, ("interval", 2), ("confirmed", 0.9, True), ("false_alarm", 0.9, True)),
        *columns(say, ("pending", 0.9, True), ("on_time", 1.1, True)),
    ]
    cells = [_school(district, *each, widest, say) for each in shown]
    return Table(say.word("canteens"), heads, cells, note, say.word("canteens_none"))


def _is_ranked(kitchen: KitchenFigures) -> bool:
    return kitchen.is_watched and kitchen.open_days > 0


def _school(
    district: DistrictCanteens,
    rank: int | None,
    school_id: str,
    kitchen: KitchenFigures,
    widest: float,
    say: Wording,
) -> list[Cell]:
    school = district.schools[school_id]
    name = name_in(say.language, school.name_zh, school.name_en)
    tone = Tone.PLAIN if _is_ranked(kitchen) else Tone.UNSURE
    rate, interval = kitchen.rate, kitchen.rate_interval
    if rank is None or rate is None or interval is None:
        why = "too_little" if kitchen.open_days else "not_open"
        middle = [
            Cell(say.word(why if kitchen.cameras else "no_kitchen_camera"), tone=tone),
            Cell("", tone=tone),
        ]
    else:
        bar = Bar(interval[0] / widest, rate / widest, interval[1] / widest)
        middle = [Cell(f"{rate:.2f}", round(rate, 4)), Cell("", bar=bar)]
    return [
        Cell("" if rank is None else str(rank), rank, tone),
        Cell(name, tone=tone),
        Cell(str(kitchen.cameras), kitchen.cameras, tone),
        Cell(str(kitchen.open_days), kitchen.open_days, tone),
        percent_cell(kitchen.watched_share, tone, say),
        *middle,
        *(
            Cell(str(count), count, tone)
            for count in (kitchen.confirmed, kitchen.false_positive, kitchen.pending)
        ),
        percent_cell(kitchen.on_time_share, tone, say),
    ]


def _district_rules(district: DistrictCanteens, say: Wording) -> Table:
    heads = [
        *columns(say, ("rule", 3), ("confirmed", 1, True), ("false_alarm", 1, True)),
        *columns(say, ("pending", 1, True), ("looked_hours", 1.2, True)),
        *columns(say, ("per_hundred", 1.4, True)),
    ]
    rows = [_district_rule(rule, each, say) for rule, each in district.judged.items()]
    return Table(say.word("by_rule"), heads, rows, empty=say.word("rules_none"))


def _district_rule(rule: str, now: Figures, say: Wording) -> Sequence[Cell]:
    rate = now.rate
    return [
        Cell(say.term(vocabulary().rules, rule)),
        *(Cell(str(count), count) for count in (now.confirmed, now.false_positive, now.pending)),
        Cell(f"{now.hours:,.0f}", round(now.hours, 1)),
        Cell(say.word("too_little"), tone=Tone.UNSURE)
        if rate is None
        else Cell(f"{rate:.2f}", round(rate, 4)),
    ]
