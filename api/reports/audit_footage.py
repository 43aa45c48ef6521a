"""The tables of an audit that are about footage: each camera, each gap, each broken promise."""

from __future__ import annotations

from datetime import datetime

from api.compliance.comments import comments, source_of
from api.compliance.standing import moment
from api.compliance.views import detail_at
from api.contract import RetentionState
from api.contract.footage.held import Hole
from api.contract.paper.document import Cell, Table, Tone
from api.contract.paper.wording import Wording, columns, down
from api.contract.vocabulary import vocabulary
from api.reports.school_audit import GAPS_OF_CAMERA, AuditedCamera, SchoolAudit

_STATE_TONES = {
    RetentionState.COMPLIANT: Tone.GOOD,
    RetentionState.GAP: Tone.BAD,
    RetentionState.INSUFFICIENT: Tone.BAD,
    RetentionState.OFFLINE: Tone.BAD,
    RetentionState.OVER_RETAINED: Tone.BAD,
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
    standing = camera.standing
    asked, verdict = standing.requirement, standing.verdict
    tone = Tone.NOTE if standing.is_unconfirmed else _STATE_TONES[standing.state]
    is_known = standing.state is not RetentionState.UNKNOWN
    lacking = standing.present.lacking
    numbers = Tone.PLAIN if is_known else Tone.UNSURE
    place = Cell(camera.place) if camera.place else Cell(say.word("unplaced"), tone=Tone.UNSURE)
    source = "" if asked.least is None else source_of(asked.least, say)
    days = 0.0 if verdict is None else down(verdict.proven_days)
    complete = 0.0 if verdict is None else down(verdict.completeness * 100, 2)
    since = None
    if verdict is not None and standing.held is not None:
        since = _moment(standing.held.continuous_ms)
    gap_count, gap_total = Cell(""), Cell("")
    if verdict is not None and is_known:
        gap_count = Cell(str(lacking.count), lacking.count, numbers)
        gap_total = Cell(say.lasting(lacking.seconds) if lacking.count else "")
    return [
        Cell(camera.name),
        place,
        Cell(say.term(vocabulary().retention_state, standing.state), tone=tone),
        Cell(str(asked.days), asked.days),
        Cell(source),
        Cell(f"{days:g}", days, numbers),
        Cell(f"{complete:g}", complete, numbers),
        Cell(say.moment(since)),
        gap_count,
        gap_total,
        Cell(say.listed(list(comments(standing, camera.facts, say)))),
    ]


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else moment(at_ms)


def _seconds(holes: list[Hole]) -> float:
    return sum(hole.end_ms - hole.start_ms for hole in holes) / 1000


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
    missing = [(each, each.standing.known_missing) for each in audit.cameras]
    listed = [(each, hole) for each, holes in missing for hole in reversed(holes[-GAPS_OF_CAMERA:])]
    if len(listed) > most_rows:
        listed = sorted(listed, key=lambda one: one[1].start_ms, reverse=True)[:most_rows]
    left_out = sum(len(holes) for _, holes in missing) - len(listed)
    rows = [_gap(each, hole, say) for each, hole in listed]
    note = say.word("gaps_left_out", n=left_out) if left_out else ""
    return Table(say.word("gaps"), heads, rows, note, say.word("no_gaps"))


def _gap(camera: AuditedCamera, hole: Hole, say: Wording) -> list[Cell]:
    lasting_s = _seconds([hole])
    hours = round(lasting_s / 3600, 4)
    told = () if camera.facts is None else camera.facts.gaps
    detail = detail_at(told, moment(hole.start_ms))
    return [
        Cell(camera.name),
        Cell(say.moment(moment(hole.start_ms))),
        Cell(say.moment(moment(hole.end_ms))),
        Cell(say.lasting(lasting_s)),
        Cell(f"{hours:g}", hours),
        Cell(say.term(vocabulary().gap_cause, hole.cause)),
        Cell(detail),
    ]


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
            Cell(each.name),
            Cell(say.moment(promise.broken_at)),
            Cell(say.moment(promise.from_at)),
            Cell(say.moment(promise.to_at)),
            Cell(str(promise.promised_days), promise.promised_days),
            Cell(f"{down(promise.kept_days):g}", down(promise.kept_days)),
            Cell(say.term(vocabulary().broken_reason, promise.why), tone=Tone.BAD),
        ]
        for each in audit.cameras
        if each.facts is not None
        for promise in each.facts.broken_promises
    ]
    return Table(say.word("broken"), heads, rows)
