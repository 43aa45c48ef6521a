"""The audit of a folder as a document that is handed in, in Chinese or English."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from api.contract import RetentionState
from api.contract.paper.document import Cell, Document, Picture, Table, Tone
from api.contract.paper.wording import Wording, columns, down
from api.contract.vocabulary import Language, vocabulary
from pipeline.recorders.audit import Audit, AuditOrder, CameraAudit, shown
from pipeline.recorders.audit_strips import MOST_STRIPS, strips
from pipeline.recorders.stills import Still, Stills

_MOST_ROWS = 1000
"""Gaps, and files, that are listed; the counts hold the others."""
_TONES = {
    RetentionState.COMPLIANT: Tone.GOOD,
    RetentionState.GAP: Tone.BAD,
    RetentionState.INSUFFICIENT: Tone.BAD,
    RetentionState.OFFLINE: Tone.BAD,
    RetentionState.OVER_RETAINED: Tone.NOTE,
    RetentionState.IMMATURE: Tone.UNSURE,
    RetentionState.UNKNOWN: Tone.UNSURE,
}
_FAILING = (RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OFFLINE)
_KEPT = (RetentionState.COMPLIANT, RetentionState.OVER_RETAINED)
_NAMED = (*_FAILING, RetentionState.UNKNOWN, RetentionState.IMMATURE, RetentionState.OVER_RETAINED)


def audit_document(
    result: Audit, order: AuditOrder, language: Language, stills: Stills | None = None
) -> Document:
    """Lay an audit out; its date is the end of what was looked at, whenever it is made.

    Args:
        result: The audit.
        order: What was asked.
        language: Of its texts.
        stills: Pictures of its cameras; no word of pictures without.
    """
    say = Wording(language, order.requirement.zone)
    begin, end = [
        datetime.fromtimestamp(at, UTC) for at in (order.window.start_s, order.window.end_s)
    ]
    states = Counter(row.verdict.state for row in result.cameras)
    verdict, tone = _verdict(states)
    requirement = order.requirement
    return Document(
        language=language,
        title=say.word("folder_title"),
        subject=shown(order.root.resolve().name),
        sentence=say.stated(
            say.term(vocabulary().coverage_verdict, verdict), _parts(result, states, say)
        ),
        tone=tone,
        made_at=end,
        facts=(
            (say.word("window_of"), f"{say.moment(begin)} – {say.moment(end)}"),
            (say.word("required_days"), say.word("days", n=requirement.days)),
            (say.word("time_zone"), requirement.zone.key),
            (say.word("names"), order.pattern),
            (say.word("cameras"), say.word("camera_count", n=len(result.cameras))),
        ),
        strips_title=say.word("strips"),
        strips=strips(result, order.window, say),
        strips_ends=(say.moment(begin), say.moment(end)),
        strips_note=_strips_note(result, say),
        tables=(_cameras(result, say), _gaps(result, say), _files(result, say)),
        pictures_title=say.word("pictures"),
        pictures=[] if stills is None else _pictures(result, stills, say),
        pictures_note="" if stills is None else _pictures_note(stills, say),
        signatures=(say.word("inspector"), say.word("head"), say.word("date")),
        footer=say.word("folder_footer", at=say.moment(end)),
        page_word=say.word("page", page="{page}", pages="{pages}"),
        is_landscape=True,
    )


def _verdict(states: Counter[RetentionState]) -> tuple[str, Tone]:
    if any(states[state] for state in _FAILING):
        return "fails", Tone.BAD
    # Cameras that are all too young have failed nothing, and proven nothing.
    if states[RetentionState.UNKNOWN] or not any(states[state] for state in _KEPT):
        return "unknown", Tone.UNSURE
    return "meets", Tone.GOOD


def _parts(result: Audit, states: Counter[RetentionState], say: Wording) -> list[str]:
    missing_s = sum(
        gap.span.seconds
        for row in result.cameras
        if row.verdict.state is RetentionState.GAP
        for gap in row.gaps
    )
    parts = [
        say.part(state.value, n=states[state], lasting=say.lasting(missing_s))
        for state in _NAMED
        if states[state]
    ]
    if good := states[RetentionState.COMPLIANT]:
        parts.append(say.part("compliant", n=good))
    return parts or [say.part("nothing")]


def _moment(at_s: float | None, say: Wording) -> str:
    return "" if at_s is None else say.moment(datetime.fromtimestamp(at_s, UTC))


def _cameras(result: Audit, say: Wording) -> Table:
    heads = [
        *columns(say, ("camera", 2.4), ("verdict", 1.4), ("proven_days", 1.2, True)),
        *columns(say, ("completeness", 1.2, True), ("oldest", 2), ("gap_count", 1, True)),
        *columns(say, ("gap_total", 1.6), ("comment", 3)),
    ]
    rows = [_camera(row, say) for row in result.cameras]
    return Table(say.word("retention"), heads, rows, say.word("folder_note"), say.word("no_files"))


def _camera(row: CameraAudit, say: Wording) -> list[Cell]:
    state = row.verdict.state
    days = down(row.verdict.proven_days)
    complete = down(row.verdict.completeness * 100, 2)
    missing_s = sum(gap.span.seconds for gap in row.gaps)
    longest_s = max((gap.span.seconds for gap in row.gaps), default=0.0)
    comment = []
    if state is RetentionState.UNKNOWN:
        comment.append(say.comment("unreadable"))
    if row.gaps:
        comment.append(say.comment("longest", lasting=say.lasting(longest_s)))
    return [
        Cell(shown(row.camera)),
        Cell(say.term(vocabulary().retention_state, state), tone=_TONES[state]),
        Cell(f"{days:g}", days),
        Cell(f"{complete:g}", complete),
        Cell(_moment(row.oldest_s, say)),
        Cell(str(len(row.gaps)), len(row.gaps)),
        Cell(say.lasting(missing_s) if row.gaps else ""),
        Cell(say.listed(comment)),
    ]


def _gaps(result: Audit, say: Wording) -> Table:
    heads = [
        *columns(say, ("camera", 2.4), ("from_at", 2), ("to_at", 2), ("lasting", 1.4)),
        *columns(say, ("cause", 1.8), ("detail", 4)),
    ]
    found = [(row.camera, gap) for row in result.cameras for gap in row.gaps]
    rows = [
        [
            Cell(shown(camera)),
            Cell(_moment(gap.span.start_s, say)),
            Cell(_moment(gap.span.end_s, say)),
            Cell(say.lasting(gap.span.seconds)),
            Cell(say.term(vocabulary().gap_cause, gap.cause)),
            Cell(say.listed([shown(finding.path) for finding in gap.files[:3]])),
        ]
        for camera, gap in found[:_MOST_ROWS]
    ]
    return Table(say.word("gaps"), heads, rows, _left_out(found, say), say.word("no_gaps"))


def _files(result: Audit, say: Wording) -> Table:
    heads = columns(say, ("file", 4), ("cause", 1.6), ("detail", 4))
    causes = {**vocabulary().gap_cause, **vocabulary().finding}
    rows = [
        [
            Cell(shown(finding.path)),
            Cell(say.term(causes, finding.kind)),
            Cell(finding.detail),
        ]
        for finding in result.findings[:_MOST_ROWS]
    ]
    empty = say.word("no_bad_files")
    return Table(say.word("bad_files"), heads, rows, _left_out(result.findings, say), empty)


def _strips_note(result: Audit, say: Wording) -> str:
    note = say.word("strips_note")
    left_out = len(result.cameras) - MOST_STRIPS
    return f"{note} {say.word('strips_left_out', n=left_out)}" if left_out > 0 else note


def _pictures(result: Audit, stills: Stills, say: Wording) -> list[Picture]:
    pictures = []
    for row in result.cameras:
        if (found := stills.of_camera.get(row.camera)) is not None:
            for word, still in (("oldest_still", found.reference), ("newest_still", found.newest)):
                pictures.append(Picture(shown(row.camera), _caption(word, still, say), still.jpeg))
    return pictures


def _caption(word: str, still: Still, say: Wording) -> str:
    if still.jpeg is not None:
        return say.word(word, at=_moment(still.at_s, say))
    why = say.word("still_no_footage")
    if still.bad_file:
        why = say.word("still_undecoded", file=still.bad_file)
    return say.word(f"no_{word}", why=why)


def _pictures_note(stills: Stills, say: Wording) -> str:
    note = say.word("stills_coarse")
    if stills.hidden_by:
        note = say.word("stills_blurred", model=stills.hidden_by)
    left_out = stills.left_out
    return f"{note} {say.word('stills_left_out', n=left_out)}" if left_out else note


def _left_out(found: object, say: Wording) -> str:
    assert isinstance(found, list | tuple)
    left_out = len(found) - _MOST_ROWS
    return say.word("rows_left_out", n=left_out) if left_out > 0 else ""
