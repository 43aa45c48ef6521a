"""Why a camera's verdict is what it is, in words: alike on screen, in a workbook and a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from api.compliance.requirements import RequirementRow
from api.compliance.schemas import RetentionFacts
from api.compliance.standing import CameraStanding, moment
from api.contract import RetentionState
from api.contract.footage.held import Hole
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.paper.wording import Wording, down
from api.contract.vocabulary import Term, vocabulary


def comment_of(standing: CameraStanding, facts: RetentionFacts | None, zone: ZoneInfo) -> Term:
    """All comments on a camera as one line, by the clocks of its school; empty without any."""
    zh, en = (
        say.listed(list(comments(standing, facts, say)))
        for say in (Wording("zh", zone), Wording("en", zone))
    )
    return Term(zh=zh, en=en)


def comments(standing: CameraStanding, facts: RetentionFacts | None, say: Wording) -> Iterator[str]:
    """What is said of a camera beside its verdict, in turn.

    Args:
        standing: What holds of its footage.
        facts: What its box last told beside it; None when it never did.
        say: In which language, and by whose clocks.
    """
    if standing.doubt is not None:
        yield say.term(vocabulary().retention_doubt, standing.doubt)
        if standing.told_at is not None:
            yield say.comment("as_of", at=say.moment(standing.told_at))
        yield say.comment("nothing_proven")
    yield from _reasons(standing, say)
    asked = standing.requirement
    if standing.is_unconfirmed and asked.unread is not None:
        source = source_of(asked.unread, say)
        yield say.comment("unread", source=source, days=asked.unread.days)
    if asked.is_contradictory and asked.most is not None:
        yield say.comment("contradictory", most=asked.most.days, least=asked.days)
    if facts is not None:
        yield from _facts(facts, asked.days, say)


def _reasons(standing: CameraStanding, say: Wording) -> Iterator[str]:
    """Why the verdict is what it is."""
    state, held, asked = standing.state, standing.held, standing.requirement
    if standing.verdict is None or held is None:
        return
    if state is RetentionState.UNKNOWN:
        unverified_s = _seconds(standing.missing)
        if unverified_s:
            yield say.comment("unverified", lasting=say.lasting(unverified_s))
        else:
            yield say.comment("unreadable")
        return
    if state is RetentionState.OFFLINE:
        yield say.comment("no_picture")
    missing = standing.known_missing
    if state is RetentionState.GAP and missing:
        longest_s = max(_seconds([hole]) for hole in missing)
        yield say.comment("longest", lasting=say.lasting(longest_s))
    oldest = say.moment(_moment(held.oldest_ms))
    if not oldest:
        return
    if state is RetentionState.INSUFFICIENT:
        yield say.comment("reaches", at=oldest)
    elif state is RetentionState.IMMATURE:
        yield say.comment("young", at=oldest, days=asked.days)
    elif state is RetentionState.OVER_RETAINED and asked.most is not None:
        yield say.comment("too_old", at=oldest, days=asked.most.days)
        if asked.most.override_id is not None:
            yield source_of(asked.most, say)


def _facts(facts: RetentionFacts, asked_days: int, say: Wording) -> Iterator[str]:
    """What the box told beside its footage."""
    words = vocabulary()
    if facts.broken_promises:
        why = sorted({say.term(words.broken_reason, each.why) for each in facts.broken_promises})
        yield say.comment("broken", n=len(facts.broken_promises), why=say.listed(why))
    if facts.recovered:
        sources = list(dict.fromkeys(f"{each.device}/{each.channel}" for each in facts.recovered))
        yield say.comment(
            "recovered", lasting=say.lasting(facts.recovered_s), sources=say.listed(sources)
        )
    for alarm in facts.alarms:
        yield say.term(words.retention_alarm, alarm)
    offset_s = facts.clock_offset_s
    if offset_s is not None and abs(offset_s) >= DEFAULT_SEAM_S:
        way = "clock_slow" if offset_s < 0 else "clock_fast"
        yield say.comment(way, lasting=say.lasting(abs(offset_s)))
    forecast = facts.forecast
    if forecast is not None and forecast.bytes_per_day and forecast.reachable_days < asked_days:
        yield say.comment("reachable", days=f"{down(forecast.reachable_days):g}")


def source_of(row: RequirementRow, say: Wording) -> str:
    """Who asks for a number of days."""
    if row.text is None:
        return say.word("bureau_source", reason=row.reason, by=row.by)
    return f"{row.text.text(say.language)} {row.clause}".strip()


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else moment(at_ms)


def _seconds(holes: list[Hole]) -> float:
    return sum(hole.end_ms - hole.start_ms for hole in holes) / 1000
