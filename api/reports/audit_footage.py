"""The tables of an audit that are about footage: each camera, each gap, each broken promise."""

from __future__ import annotations

from collections.abc import Iterator

from api.compliance.schemas import RetentionFacts, RetentionRow
from api.contract import RetentionState
from api.contract.paper.document import Cell, Table, Tone
from api.contract.paper.wording import Wording, columns, down
from api.contract.vocabulary import vocabulary
from api.reports.school_audit import AuditedCamera, SchoolAudit

_STATE_TONES = {
    RetentionState.COMPLIANT: Tone.GOOD,
    RetentionState.GAP: Tone.BAD,
    RetentionState.INSUFFICIENT: Tone.BAD,
    RetentionState.OFFLINE: Tone.BAD,
    RetentionState.OVER_RETAINED: Tone.NOTE,
    RetentionState.IMMATURE: Tone.UNSURE,
    RetentionState.UNKNOWN: Tone.UNSURE,
}


def retention(audit: SchoolAudit, say: Wording) -> Table:
    """A row for each camera."""
    heads = columns(
        say,
        ("camera", 2.6),
        ("place", 1.6),
        ("verdict", 1.3),
        ("required_days", 1.2, True),
        ("source", 2.2),
        ("proven_days", 1.2, True),
        ("completeness", 1.2, True),
        ("continuous", 1.8),
        ("gap_count", 1, True),
        ("gap_total", 1.4),
        ("comment", 4),
    )
    rows = [_camera(each, say) for each in audit.cameras]
    note, empty = say.word("retention_note"), say.word("no_cameras")
    return Table(say.word("retention"), heads, rows, note, empty)


def _camera(camera: AuditedCamera, say: Wording) -> list[Cell]:
    row = camera.retention
    tone = Tone.NOTE if camera.is_open else _STATE_TONES[row.state]
    numbers = Tone.UNSURE if row.doubt is not None else Tone.PLAIN
    place = Cell(camera.place) if camera.place else Cell(say.word("unplaced"), tone=Tone.UNSURE)
    head = [
        Cell(name_of(row)),
        place,
        Cell(say.term(vocabulary().retention_state, row.state), tone=tone),
    ]
    comment = Cell(say.listed(list(_comments(camera, say))))
    if row.facts is None:
        nothing = [Cell("0", 0.0, numbers), Cell("0", 0.0, numbers)]
        return [*head, Cell(""), Cell(""), *nothing, Cell(""), Cell(""), Cell(""), comment]
    facts = row.facts
    days, complete = down(facts.proven_days), down(facts.completeness * 100, 2)
    return [
        *head,
        Cell(str(facts.required_days), facts.required_days),
        Cell(facts.required_source),
        Cell(f"{days:g}", days, numbers),
        Cell(f"{complete:g}", complete, numbers),
        Cell(say.moment(facts.oldest_continuous_at)),
        Cell(str(facts.gap_count), facts.gap_count, numbers),
        Cell(say.lasting(facts.gap_s) if facts.gap_count else ""),
        comment,
    ]


def name_of(row: RetentionRow) -> str:
    """A camera as people and its box call it."""
    return row.name if row.name == row.camera_id else f"{row.name} {row.camera_id}"


def _comments(camera: AuditedCamera, say: Wording) -> Iterator[str]:
    row, words = camera.retention, vocabulary()
    if row.doubt is not None:
        yield say.term(words.retention_doubt, row.doubt)
    if row.facts is None:
        yield say.comment("nothing_proven")
        return
    facts = row.facts
    if row.doubt is not None:
        yield say.comment("as_of", at=say.moment(facts.as_of))
    elif row.state is RetentionState.UNKNOWN:
        yield say.comment("unreadable")
    yield from _reasons(row.state, facts, say)
    if camera.is_open:
        yield say.comment("unread")
    if facts.broken_promises:
        why = sorted({say.term(words.broken_reason, each.why) for each in facts.broken_promises})
        yield say.comment("broken", n=len(facts.broken_promises), why=say.listed(why))
    for alarm in facts.alarms:
        yield say.term(words.retention_alarm, alarm)
    if facts.forecast is not None and facts.forecast.breaks_on is not None:
        yield say.comment("breaks_on", day=facts.forecast.breaks_on)
    if facts.is_truncated:
        yield say.comment("more")


def _reasons(state: RetentionState, facts: RetentionFacts, say: Wording) -> Iterator[str]:
    if state is RetentionState.OFFLINE:
        yield say.comment("no_picture")
    if facts.gaps:
        longest = max((gap.to_at - gap.from_at).total_seconds() for gap in facts.gaps)
        yield say.comment("longest", lasting=say.lasting(longest))
    oldest = say.moment(facts.oldest_footage_at)
    if not oldest:
        return
    if state is RetentionState.INSUFFICIENT:
        yield say.comment("reaches", at=oldest)
    elif state is RetentionState.IMMATURE:
        yield say.comment("young", at=oldest, days=facts.required_days)
    elif state is RetentionState.OVER_RETAINED:
        yield say.comment("too_old", at=oldest, days=facts.max_days)


def gaps(audit: SchoolAudit, say: Wording, most_rows: int) -> Table:
    """What is missing, by camera; where it is too much, the newest of all cameras."""
    heads = columns(
        say,
        ("camera", 2.6),
        ("from_at", 2),
        ("to_at", 2),
        ("lasting", 1.6),
        ("hours", 1.2, True),
        ("cause", 1.8),
        ("detail", 3),
    )
    listed = [
        (each.retention, gap)
        for each in audit.cameras
        if each.retention.facts is not None
        for gap in each.retention.facts.gaps
    ]
    if len(listed) > most_rows:
        listed = sorted(listed, key=lambda one: one[1].from_at, reverse=True)[:most_rows]
    total = sum(each.retention.facts.gap_count for each in audit.cameras if each.retention.facts)
    rows = []
    for row, gap in listed:
        lasting_s = (gap.to_at - gap.from_at).total_seconds()
        hours = round(lasting_s / 3600, 4)
        rows.append(
            [
                Cell(name_of(row)),
                Cell(say.moment(gap.from_at)),
                Cell(say.moment(gap.to_at)),
                Cell(say.lasting(lasting_s)),
                Cell(f"{hours:g}", hours),
                Cell(say.term(vocabulary().gap_cause, gap.cause)),
                Cell(gap.detail),
            ]
        )
    left_out = total - len(rows)
    note = say.word("gaps_left_out", n=left_out) if left_out else ""
    return Table(say.word("gaps"), heads, rows, note, say.word("no_gaps"))


def broken(audit: SchoolAudit, say: Wording) -> Table:
    """What was deleted before its time."""
    heads = columns(
        say,
        ("camera", 2.6),
        ("broken_at", 2),
        ("from_at", 2),
        ("to_at", 2),
        ("promised_days", 1.2, True),
        ("kept_days", 1.2, True),
        ("cause", 1.8),
    )
    rows = [
        [
            Cell(name_of(each.retention)),
            Cell(say.moment(promise.broken_at)),
            Cell(say.moment(promise.from_at)),
            Cell(say.moment(promise.to_at)),
            Cell(str(promise.promised_days), promise.promised_days),
            Cell(f"{down(promise.kept_days):g}", down(promise.kept_days)),
            Cell(say.term(vocabulary().broken_reason, promise.why), tone=Tone.BAD),
        ]
        for each in audit.cameras
        if each.retention.facts is not None
        for promise in each.retention.facts.broken_promises
    ]
    return Table(say.word("broken"), heads, rows)
