"""The month of a school's canteen as a document of one page."""

from __future__ import annotations

from itertools import pairwise

from api.contract.paper.document import Cell, Column, Document, Figure, Picture, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.vocabulary import Language, name_in, vocabulary
from api.reports.canteen_facts import (
    BANDS,
    CanteenMonth,
    KitchenFigures,
    Worst,
)
from api.reports.district_month import Figures
from api.reports.month_document import change_figure
from api.reports.pictures import Thumbnails

_DAYS_OF_WEEK = 7


def canteen_document(
    canteen: CanteenMonth, language: Language, *, code: str, thumbnails: Thumbnails
) -> Document:
    """Lay the month of a school's canteen out; no person is named in it.

    Args:
        canteen: What is known.
        language: Of its texts.
        code: It is verified by.
        thumbnails: Makes pictures small enough to be printed.
    """
    say = Wording(language, canteen.month.zone)
    at = say.moment(canteen.as_of)
    kitchen = canteen.kitchen
    sentence, tone = _sentence(kitchen, say)
    school = canteen.school
    return Document(
        language=language,
        title=say.word("canteen_title", month=f"{canteen.month.first:%Y-%m}"),
        subject=name_in(language, school.name_zh, school.name_en),
        sentence=sentence,
        tone=tone,
        made_at=canteen.as_of,
        figures=_figures(kitchen, canteen.before, say),
        facts=(
            (say.word("as_of"), at),
            (say.word("kitchen_cameras"), _cameras(canteen, say)),
            (say.word("open_days"), _days(kitchen, say)),
            (say.word("kitchen_time"), _watched(kitchen, say)),
            *_orders(kitchen, say),
            (say.word("sources"), say.word("canteen_sources")),
            (say.word("code"), code),
        ),
        tables=[
            _rules(canteen, say),
            *([_when(canteen, say)] if canteen.when else []),
            _repeated(canteen, say),
        ],
        pictures_title=say.word("worst"),
        pictures=[_picture(each, canteen, say, thumbnails) for each in canteen.worst],
        pictures_note="" if canteen.worst else say.word("worst_none"),
        comment=say.word("comment_box"),
        signatures=(say.word("canteen_manager"), say.word("head"), say.word("date")),
        footer=say.word("footer", code=code, at=at),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_one_page=True,
    )


def _sentence(kitchen: KitchenFigures, say: Wording) -> tuple[str, Tone]:
    if not kitchen.cameras:
        return say.word("kitchen_unseen"), Tone.UNSURE
    counts = say.word(
        "canteen_counts",
        confirmed=kitchen.confirmed,
        false_positive=kitchen.false_positive,
        pending=kitchen.pending,
    )
    if not kitchen.open_days:
        return say.word("kitchen_closed", counts=counts), Tone.NOTE
    if not kitchen.is_watched:
        share = say.share(kitchen.watched_share)
        return say.word("kitchen_unwatched", share=share, counts=counts), Tone.UNSURE
    watched = say.word(
        "kitchen_watched",
        days=kitchen.open_days,
        cameras=kitchen.cameras,
        hours=f"{kitchen.hours:,.0f}",
        counts=counts,
    )
    return watched, Tone.PLAIN


def _figures(now: KitchenFigures, before: KitchenFigures | None, say: Wording) -> list[Figure]:
    was = Figures() if before is None else before
    rate = "—" if now.rate is None or not now.is_watched else f"{now.rate:.2f}"
    found = [
        change_figure("rate", rate, now.rate, was.rate, say, is_good=-1),
        _percents("false_share", now.false_share, was.false_share, say, is_good=-1),
        _percents("on_time", now.on_time_share, was.on_time_share, say, is_good=1),
        _percents(
            "watched",
            now.watched_share,
            None if before is None else before.watched_share,
            say,
            is_good=1,
        ),
    ]
    if not now.is_watched:
        found[0] = Figure(found[0].label, found[0].value, say.word("too_little"), Tone.UNSURE)
    if before is None:
        unknown = say.word("before_unknown")
        return [Figure(each.label, each.value, unknown, Tone.UNSURE) for each in found]
    return found


def _percents(
    word: str, now: float | None, before: float | None, say: Wording, *, is_good: int
) -> Figure:
    of, was = [None if each is None else each * 100 for each in (now, before)]
    return change_figure(word, say.share(now), of, was, say, is_good, say.word("points"))


def _cameras(canteen: CanteenMonth, say: Wording) -> str:
    count = say.word("camera_count", n=canteen.kitchen.cameras)
    if not canteen.unplaced:
        return count
    return say.with_these(count, [say.word("kitchen_unplaced", n=canteen.unplaced)])


def _days(kitchen: KitchenFigures, say: Wording) -> str:
    if not kitchen.closed:
        return say.word("days", n=kitchen.open_days)
    why = vocabulary().inspection_why
    closed = [f"{say.term(why, each)} {count}" for each, count in sorted(kitchen.closed.items())]
    return say.word(
        "open_and_closed",
        open=kitchen.open_days,
        closed=say.with_these(str(sum(kitchen.closed.values())), closed),
    )


def _watched(kitchen: KitchenFigures, say: Wording) -> str:
    return say.word(
        "kitchen_hours",
        hours=f"{kitchen.hours:,.0f}",
        open=f"{kitchen.open_hours:,.0f}",
        due=f"{kitchen.of_hours:,.0f}",
        share=say.share(kitchen.watched_share),
    )


def _orders(kitchen: KitchenFigures, say: Wording) -> list[tuple[str, str]]:
    text = say.word("orders_none")
    if kitchen.due:
        share = say.share(kitchen.on_time_share)
        text = say.word("orders_due", due=kitchen.due, on_time=kitchen.on_time, share=share)
    return [(say.word("canteen_orders"), text)]


def _rules(canteen: CanteenMonth, say: Wording) -> Table:
    heads = [
        *columns(say, ("rule", 2.4), ("confirmed", 0.9, True), ("false_alarm", 0.9, True)),
        *columns(say, ("pending", 0.9, True), ("looked_hours", 1.2, True)),
        *columns(say, ("per_hundred", 1.4, True), ("interval_95", 1.5, True), ("change", 1.8)),
    ]
    rows = [_rule(rule, each, canteen, say) for rule, each in canteen.by_rule.items()]
    note = say.word("canteen_note")
    if unwatched := canteen.unwatched_rules:
        names = [say.term(vocabulary().rules, rule) for rule in unwatched]
        note = f"{note} {say.word('rules_unwatched', names=say.listed(names))}"
    return Table(say.word("by_rule"), heads, rows, note, say.word("rules_none"))


def _rule(rule: str, now: Figures, canteen: CanteenMonth, say: Wording) -> list[Cell]:
    is_known = bool(now.hours) and canteen.kitchen.is_watched
    tone = Tone.PLAIN if is_known else Tone.UNSURE
    rate, interval = now.rate, now.rate_interval
    shown = [Cell(say.word("too_little"), tone=tone), Cell("", tone=tone), Cell("", tone=tone)]
    if is_known and rate is not None and interval is not None:
        before = canteen.rules_before.get(rule)
        shown = [
            Cell(f"{rate:.2f}", round(rate, 4)),
            Cell(f"{interval[0]:.2f} – {interval[1]:.2f}"),
            Cell(say.change(rate, None if before is None else before.rate)),
        ]
    return [
        Cell(say.term(vocabulary().rules, rule), tone=tone),
        *(
            Cell(str(count), count, tone)
            for count in (now.confirmed, now.false_positive, now.pending)
        ),
        Cell(f"{now.hours:,.0f}", round(now.hours, 1), tone),
        *shown,
    ]


def _when(canteen: CanteenMonth, say: Wording) -> Table:
    bands = list(pairwise(BANDS))
    heads = [
        *columns(say, ("weekday", 1.4)),
        *(Column(f"{begin:02}–{end:02}", 1, is_number=True) for begin, end in bands),
        *columns(say, ("sum", 1, True)),
    ]
    rows = []
    for day in range(_DAYS_OF_WEEK):
        counts = [canteen.when[day, band] for band in range(len(bands))]
        cells = [Cell(str(count) if count else "", count) for count in [*counts, sum(counts)]]
        rows.append([Cell(say.word(f"weekday_{day + 1}")), *cells])
    return Table(say.word("when"), heads, rows)


def _repeated(canteen: CanteenMonth, say: Wording) -> Table:
    heads = columns(say, ("place", 3), ("rule", 3), ("times", 1, True), ("on_days", 1, True))
    rows = [
        [
            Cell(each.place),
            Cell(say.term(vocabulary().rules, each.rule)),
            Cell(str(each.count), each.count),
            Cell(str(each.days), each.days),
        ]
        for each in canteen.repeated
    ]
    return Table(say.word("repeated"), heads, rows, empty=say.word("repeated_none"))


def _picture(worst: Worst, canteen: CanteenMonth, say: Wording, thumbnails: Thumbnails) -> Picture:
    words, alert = vocabulary(), worst.alert
    kind = say.with_these(say.term(words.rules, alert.rule), [say.term(words.risk, alert.risk)])
    title = f"{worst.place} · {kind}"
    when = say.word("worst_at", at=say.moment(alert.at), lasting=say.lasting(alert.lasted_s))
    jpeg = None if worst.picture is None else thumbnails.of(worst.picture.sha256)
    if jpeg is None:
        why = "no_snapshot" if canteen.has_pictures else "pictures_withheld"
        return Picture(title, f"{when}\n{say.word(why)}", None)
    return Picture(title, when, jpeg)
