"""The tables of an audit that are about what is asked: places, days, and where none may hang."""

from __future__ import annotations

from datetime import date

from api.compliance.verdict_schemas import OverrideView
from api.contract.paper.document import Cell, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.profile import Duration, Reading, Subject
from api.contract.vocabulary import vocabulary
from api.coverage.judging import Coverage
from api.coverage.schemas import CoverageRow, RequirementSource
from api.reports.school_audit import SchoolAudit

_PLACE_TONES = {
    Coverage.COVERED: Tone.GOOD,
    Coverage.MISSING: Tone.BAD,
    Coverage.UNKNOWN: Tone.UNSURE,
    Coverage.NOT_APPLICABLE: Tone.PLAIN,
}


def _source(source: RequirementSource, say: Wording) -> list[Cell]:
    reading = say.term(vocabulary().reading, source.reading)
    return [Cell(f"{source.text.text(say.language)} {source.clause}".strip()), Cell(reading)]


def forbidden(audit: SchoolAudit, say: Wording) -> Table:
    """Cameras that hang where none may."""
    heads = columns(
        say, ("place", 2), ("place_kind", 2), ("cameras", 3), ("source", 4), ("reading", 1.2)
    )
    rows = [
        [
            Cell(each.name, tone=Tone.BAD),
            Cell(say.term(vocabulary().place_kind, each.kind), tone=Tone.BAD),
            Cell(say.listed([f"{camera.name} {camera.camera_id}" for camera in each.cameras])),
            *_source(each.source, say),
        ]
        for each in audit.coverage.forbidden
    ]
    return Table(say.word("forbidden"), heads, rows)


def places(audit: SchoolAudit, say: Wording) -> Table:
    """Every place asked for, and who asks."""
    heads = columns(
        say,
        ("place_kind", 2),
        ("level", 1),
        ("verdict", 1.2),
        ("why", 2.2),
        ("where", 4),
        ("source", 4),
        ("reading", 1.2),
    )
    rows = [_place(row, say) for profile in audit.coverage.profiles for row in profile.rows]
    return Table(say.word("places"), heads, rows, empty=say.word("no_places"))


def _place(row: CoverageRow, say: Wording) -> list[Cell]:
    words = vocabulary()
    tone = _PLACE_TONES[row.state]
    if tone is Tone.BAD and row.source.reading is not Reading.VERIFIED:
        tone = Tone.NOTE
    where = "\n".join(
        say.with_these(place.name, [camera.name for camera in place.cameras])
        if place.cameras
        else place.name
        for place in row.places
    )
    return [
        Cell(say.term(words.place_kind, row.kind)),
        Cell(say.term(words.level, row.level)),
        Cell(say.term(words.coverage, row.state), tone=tone),
        Cell(say.term(words.coverage_why, row.why)),
        Cell(where),
        *_source(row.source, say),
    ]


def requirements(audit: SchoolAudit, say: Wording) -> Table:
    """How long things have to be kept, and who asks."""
    heads = columns(
        say, ("requirement", 1.4), ("amount", 1), ("applies", 1.4), ("source", 5), ("reading", 1.2)
    )
    words = vocabulary()
    rows = []
    for each in audit.durations:
        source = RequirementSource(text=each.text, clause=each.row.clause, reading=each.row.reading)
        applies = say.term(words.coverage, "not_applicable")
        rows.append(
            [
                Cell(say.term(words.report_subject, each.row.applies_to)),
                Cell(_amount(each.row, say)),
                Cell(say.word("applies_yes") if each.applies else applies),
                *_source(source, say),
            ]
        )
    rows += [_override(each, audit.standing.today, say) for each in audit.overrides]
    return Table(say.word("requirements"), heads, rows, say.word("requirements_note"))


def _override(asked: OverrideView, today: date, say: Wording) -> list[Cell]:
    """What the bureau asks of this school alone, who said so and why."""
    days = (("at_least", asked.min_days), ("at_most", asked.max_days))
    amounts = [say.word(key, days=n) for key, n in days if n is not None]
    is_in_force = asked.from_day <= today
    since = say.word("applies_yes") if is_in_force else say.word("since_day", day=asked.from_day)
    until = [] if asked.until_day is None else [say.word("until_day", day=asked.until_day)]
    at = say.moment(asked.created_at)
    return [
        Cell(say.term(vocabulary().report_subject, Subject.FOOTAGE)),
        Cell(say.listed(amounts)),
        Cell(say.listed([since, *until])),
        Cell(say.word("bureau_asks", reason=asked.reason, by=asked.created_by, at=at)),
        Cell(say.word("bureau_reading")),
    ]


def _amount(row: Duration, say: Wording) -> str:
    [(unit, n)] = [
        (unit, n)
        for unit, n in (("days", row.days), ("months", row.months), ("years", row.years))
        if n is not None
    ]
    return say.word(unit, n=n)
