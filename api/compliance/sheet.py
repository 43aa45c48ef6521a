"""The retention table as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from api.compliance.retention_table import ListedCamera
from api.compliance.schemas import RetentionFacts
from api.contract import FootageGap, RetentionState
from api.contract.vocabulary import Language, Term, name_in, vocabulary
from api.kit.csv_file import Cell, csv_file

COLUMNS = (
    "school",
    "school_id",
    "worker_id",
    "camera_id",
    "name",
    "location",
    "state",
    "doubt",
    "required_days",
    "required_source",
    "required_verified",
    "max_days",
    "proven_days",
    "completeness_percent",
    "oldest_continuous_at",
    "oldest_footage_at",
    "gap_count",
    "gap_hours",
    "gaps",
    "recovered_minutes",
    "recovered_from",
    "broken_promises",
    "reachable_days",
    "breaks_on",
    "time_zone",
    "as_of",
)
Terms = Mapping[str, Term]


def _word(terms: Terms, identifier: str, language: Language) -> str:
    return terms[identifier].text(language) if identifier in terms else identifier


def local_text(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment by the clocks of a zone; in UTC where they cannot tell it, empty without one."""
    if moment is None:
        return ""
    try:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def _gap(gap: FootageGap, zone: ZoneInfo, language: Language) -> str:
    cause = _word(vocabulary().gap_cause, gap.cause, language)
    return f"{local_text(gap.from_at, zone)} – {local_text(gap.to_at, zone)} {cause}"


def _days(days: float) -> float:
    """Down, never up: 29.96 days are not 30. Less than a day is told to a minute or two."""
    steps = 10 if days >= 1 else 1000
    return int(days * steps) / steps


def _judged(camera: ListedCamera, language: Language) -> dict[str, Cell]:
    """What was asked for; of a camera whose verdict holds also what is proven and missing."""
    row = camera.row
    cells: dict[str, Cell] = {
        "required_days": row.required_days,
        "max_days": "" if row.max_days is None else row.max_days,
    }
    by = row.required_by
    if by is not None:
        source = by.reason if by.text is None else f"{by.text.text(language)} {by.clause}".strip()
        cells["required_source"] = source
        if by.reading is not None:
            verified = str(by.is_binding).lower()
            cells["required_verified"] = _word(vocabulary().verified, verified, language)
    if row.as_of is None or row.facts is None:
        return cells
    zone = ZoneInfo(row.facts.time_zone)  # Was checked when the report came in.
    cells["as_of"] = local_text(row.as_of, zone)
    cells["proven_days"] = _days(row.proven_days)
    if row.state is RetentionState.UNKNOWN:
        return cells
    gaps = [_gap(gap, zone, language) for gap in camera.gaps]
    return cells | {
        # Down, never up: 99.996 % are not all.
        "completeness_percent": int(row.completeness * 10_000) / 100,
        "oldest_continuous_at": local_text(camera.continuous_at, zone),
        "gap_count": row.gap_count,
        "gap_hours": round(row.gap_s / 3600, 2),
        "gaps": "; ".join([*gaps, "…"] if camera.has_more else gaps),
    }


def _facts(facts: RetentionFacts, language: Language) -> dict[str, Cell]:
    zone = ZoneInfo(facts.time_zone)
    cells: dict[str, Cell] = {
        "oldest_footage_at": local_text(facts.oldest_footage_at, zone),
        # Down, never up: what was not recorded here is not made more than it is.
        "recovered_minutes": int(facts.recovered_s / 6) / 10,
        "recovered_from": "; ".join(
            dict.fromkeys(f"{span.device}/{span.channel}" for span in facts.recovered)
        ),
        "broken_promises": len(facts.broken_promises),
        "reachable_days": vocabulary().forecast["not_known"].text(language),
        "time_zone": facts.time_zone,
        "as_of": local_text(facts.as_of, zone),
    }
    if facts.forecast is not None:
        if facts.forecast.bytes_per_day:
            cells["reachable_days"] = _days(facts.forecast.reachable_days)
        breaks_on = facts.forecast.breaks_on
        cells["breaks_on"] = "" if breaks_on is None else breaks_on.isoformat()
    return cells


def _cells(camera: ListedCamera, language: Language) -> Sequence[Cell]:
    row, words = camera.row, vocabulary()
    state = _word(words.retention_state, row.state, language)
    if row.is_unconfirmed:
        state = _word(words.coverage_verdict, "unconfirmed", language)
    cells: dict[str, Cell] = {
        "school": name_in(language, row.school.name, row.school.name_en),
        "school_id": row.school.school_id,
        "worker_id": row.worker_id or "",
        "camera_id": row.camera_id,
        "name": row.name,
        "location": row.location,
        "state": state,
        "doubt": "" if row.doubt is None else _word(words.retention_doubt, row.doubt, language),
        **({} if row.facts is None else _facts(row.facts, language)),
        **_judged(camera, language),
    }
    return [cells.get(column, "") for column in COLUMNS]


def sheet(listed: Iterable[ListedCamera], language: Language) -> str:
    """The file's text, byte order mark included.

    Args:
        listed: Cameras.
        language: Of the headings and words.
    """
    titles = vocabulary().retention_column
    return csv_file(
        [titles[column].text(language) for column in COLUMNS],
        [_cells(camera, language) for camera in listed],
    )
