"""A district's month as a document: one page of paper, all schools in the workbook."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from api.contract.paper.document import Bar, Cell, Column, Document, Figure, Table, Tone
from api.contract.paper.wording import Wording, columns, down
from api.contract.vocabulary import Language, name_in, vocabulary
from api.reports.district_month import PER_HOURS, DistrictMonth, Figures

_CAUSES = 3
_Ranked = TypeVar("_Ranked")
_SHOWN_STEP = 0.01
"""Rates are shown to so much; what moved by less did not improve."""


def month_document(
    month: DistrictMonth, language: Language, *, code: str, asked_by: str, most_schools: int | None
) -> Document:
    """Lay a month out.

    Args:
        month: What is known.
        language: Of its texts.
        code: It is verified by.
        asked_by: Who had it made.
        most_schools: Of the ranking; None for all.
    """
    say = Wording(language, month.month.zone)
    at = say.moment(month.as_of)
    district = month.district
    bureau = name_in(language, month.bureau.name_zh, month.bureau.name_en)
    blind = max(0.0, district.of_hours - district.hours)
    return Document(
        language=language,
        title=say.word("month_title", month=f"{month.month.first:%Y-%m}"),
        subject=bureau or say.word("all_schools"),
        sentence=_sentence(month, say),
        tone=Tone.PLAIN,
        made_at=month.as_of,
        figures=_figures(month, say),
        facts=(
            (say.word("as_of"), at),
            (say.word("blind"), say.word("blind_text", hours=f"{blind:,.0f}")),
            (say.word("footage_unknown"), _footage_unknown(district, say)),
            (say.word("sources"), say.word("sources_text")),
            (say.word("asked_by"), asked_by),
            (say.word("code"), code),
        ),
        tables=(_ranking(month, say, most_schools), _causes(month, say), _improved(month, say)),
        signatures=(say.word("author"), say.word("reviewer"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_one_page=True,
    )


def _footage_unknown(district: Figures, say: Wording) -> str:
    judged = district.days_kept + district.days_short
    return say.word("footage_unknown_text", judged=judged, unknown=district.days_unknown)


def _sentence(month: DistrictMonth, say: Wording) -> str:
    district = month.district
    share = district.hours / district.of_hours if district.of_hours else None
    return say.word(
        "month_sentence",
        schools=len(month.schools),
        hours=f"{district.hours:,.0f}",
        share=say.share(None if share is None else min(1.0, share)),
        confirmed=district.confirmed,
        pending=district.pending,
        unwatched=sum(not each.is_watched for each in month.by_school.values()),
    )


def _figures(month: DistrictMonth, say: Wording) -> list[Figure]:
    now, before = month.district, month.district_before
    was = Figures() if before is None else before
    rate = "—" if now.rate is None else f"{now.rate:.2f}"
    found = [change_figure("rate", rate, now.rate, was.rate, say, is_good=-1)]
    for word, value, earlier, is_good in (
        ("false_share", now.false_share, was.false_share, -1),
        ("on_time", now.on_time_share, was.on_time_share, 1),
        ("kept", now.kept_share, was.kept_share, 1),
    ):
        percents = [None if each is None else each * 100 for each in (value, earlier)]
        found.append(
            change_figure(
                word, say.share(value), percents[0], percents[1], say, is_good, say.word("points")
            )
        )
    if before is None:
        unknown = say.word("before_unknown")
        return [Figure(each.label, each.value, unknown, Tone.UNSURE) for each in found]
    return found


def change_figure(
    word: str,
    shown: str,
    now: float | None,
    before: float | None,
    say: Wording,
    is_good: int,
    unit: str = "",
) -> Figure:
    """A figure against what it was; ``is_good`` is 1 where more is better, -1 where less is."""
    if before is None or now is None:
        return Figure(say.word(word), shown, say.word("before_nothing"), Tone.UNSURE)
    was = say.share(before / 100) if unit else f"{before:.2f}"
    change = say.word("before", value=was, change=say.change(now, before, unit))
    moved = (now - before) * is_good
    tone = Tone.PLAIN if not moved else Tone.GOOD if moved > 0 else Tone.BAD
    return Figure(say.word(word), shown, change, tone)


def _ranking(month: DistrictMonth, say: Wording, most: int | None) -> Table:
    watched = [each for each in month.by_school.items() if each[1].is_watched]
    others = [each for each in month.by_school.items() if not each[1].is_watched]
    watched.sort(key=lambda each: (-(each[1].rate or 0.0), each[0]))
    ranked = [(number, *each) for number, each in enumerate(watched, 1)]
    rows = [*ranked, *((None, *each) for each in sorted(others))]
    shown = rows if most is None else some_of(rows, len(ranked), most)
    widest = max(
        (each.rate_interval[1] for _, _, each in shown if each.rate_interval and each.is_watched),
        default=1.0,
    )
    note = say.word("ranking_note")
    if left_out := len(rows) - len(shown):
        note = f"{note} {say.word('ranking_left_out', n=left_out)}"
    heads = [
        *columns(say, ("rank", 0.6, True), ("school", 3.2), ("rate", 1.6, True)),
        *columns(say, ("interval", 2.6), ("low", 1, True), ("high", 1, True)),
        *columns(say, ("confirmed", 1.3, True), ("watched", 1.4, True)),
        *columns(say, ("on_time", 1.2, True), ("kept", 1.2, True)),
    ]
    cells = [_school(month, rank, key, each, widest, say) for rank, key, each in shown]
    return Table(say.word("ranking"), heads, cells, note, say.word("no_schools"))


def some_of(rows: list[_Ranked], ranked: int, most: int) -> list[_Ranked]:
    """The first and the last of those that are ranked, and some that are not."""
    if len(rows) <= most:
        return rows
    unranked = rows[ranked:][: most // 4]
    room = min(ranked, most - len(unranked))
    last = room // 3
    return [*rows[: room - last], *rows[ranked - last : ranked], *unranked]


def _school(
    month: DistrictMonth,
    rank: int | None,
    school_id: str,
    figures: Figures,
    widest: float,
    say: Wording,
) -> list[Cell]:
    school = month.schools[school_id]
    name = name_in(say.language, school.name, school.name_en)
    share = min(1.0, figures.hours / figures.of_hours) if figures.of_hours else 0.0
    tone = Tone.PLAIN if figures.is_watched else Tone.UNSURE
    head = [
        Cell("" if rank is None else str(rank), rank, tone),
        Cell(name, tone=tone),
    ]
    interval = figures.rate_interval
    if not figures.is_watched or interval is None or figures.rate is None:
        middle = [
            Cell(say.word("too_little"), tone=tone),
            Cell("", tone=tone),
            Cell("", tone=tone),
            Cell("", tone=tone),
        ]
    else:
        low, high = interval
        middle = [
            Cell(f"{figures.rate:.2f}", round(figures.rate, 4)),
            Cell("", bar=Bar(low / widest, figures.rate / widest, high / widest)),
            Cell(f"{low:.2f}", round(low, 4)),
            Cell(f"{high:.2f}", round(high, 4)),
        ]
    return [
        *head,
        *middle,
        Cell(str(figures.confirmed), figures.confirmed, tone),
        percent_cell(share, tone, say),
        percent_cell(figures.on_time_share, tone, say),
        percent_cell(figures.kept_share, tone, say),
    ]


def percent_cell(value: float | None, tone: Tone, say: Wording) -> Cell:
    """A share as percent."""
    return Cell(say.share(value), None if value is None else down(value * 100), tone)


def _rates(figures: Figures) -> dict[str, float]:
    if not figures.hours:
        return {}
    return {rule: count / figures.hours * PER_HOURS for rule, count in figures.by_rule.items()}


def _rule_columns(say: Wording) -> tuple[Column, ...]:
    return columns(
        say, ("rule", 3), ("confirmed", 1, True), ("per_hundred", 1.4, True), ("change", 2)
    )


def _rule(rule: str, month: DistrictMonth, say: Wording) -> list[Cell]:
    now, before = month.district, month.district_before
    rate = _rates(now).get(rule, 0.0)
    was = None if before is None or not before.hours else _rates(before).get(rule, 0.0)
    count = now.by_rule.get(rule, 0)
    title = say.term(vocabulary().rules, rule)
    return [
        Cell(title),
        Cell(str(count), count),
        Cell(f"{rate:.2f}", round(rate, 4)),
        Cell(say.change(rate, was)),
    ]


def _causes(month: DistrictMonth, say: Wording) -> Table:
    most = Counter(month.district.by_rule).most_common(_CAUSES)
    rows = [_rule(rule, month, say) for rule, _ in most]
    return Table(say.word("causes"), _rule_columns(say), rows, empty=say.word("causes_none"))


def _improved(month: DistrictMonth, say: Wording) -> Table:
    before = month.district_before
    fell: list[tuple[float, str]] = []
    if before is not None and before.hours and month.district.hours:
        now = _rates(month.district)
        fell = [
            (now.get(rule, 0.0) - rate, rule)
            for rule, rate in _rates(before).items()
            if round(rate - now.get(rule, 0.0), 2) >= _SHOWN_STEP
        ]
    rows = [_rule(rule, month, say) for _, rule in sorted(fell)[:_CAUSES]]
    return Table(say.word("improved"), _rule_columns(say), rows, empty=say.word("improved_none"))
