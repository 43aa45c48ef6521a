"""What ``mingan config check`` says of a compliance profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.contract.profile import (
    Condition,
    Duration,
    Level,
    Placement,
    Profile,
    ProfileError,
    Reading,
    Sourced,
    load_profile,
)
from pipeline.core.errors import ConfigError


def describe_profile(path: Path) -> str:
    """One line on what a profile asks, one for each row, and what nobody has read.

    Raises:
        ConfigError: With one line per problem.
    """
    try:
        profile = load_profile(path)
    except ProfileError as error:
        raise ConfigError(
            str(error), where=str(path), remedy="Compare it with configs/compliance"
        ) from error
    return "\n".join(_lines(profile))


def _lines(profile: Profile) -> Iterator[str]:
    rows: list[Sourced] = [*profile.durations, *profile.forbidden, *profile.placements]
    read = sum(row.reading is Reading.VERIFIED for row in rows)
    until = "" if profile.until_day is None else f" until {profile.until_day}"
    yield (
        f"ok, {profile.name.en}: {len(rows)} requirements from {profile.from_day}{until}; "
        f"the text of {read} was read"
    )
    for duration in profile.durations:
        limit = duration.limit.replace("_", " ")
        yield _line(profile, duration, f"{duration.applies_to} for {_length(duration)} {limit}")
    for row in profile.forbidden:
        yield _line(profile, row, f"no camera in {', '.join(row.places)}")
    for placement in profile.placements:
        yield _line(profile, placement, _asked(placement))
    for check in profile.inspection:
        yield _line(profile, check, f"inspected {', '.join(check.kinds)}: {check.demand.en}")
    for slot in profile.open:
        yield f"  {slot.id}: asks nothing yet ({profile.texts[slot.text].en}: {slot.note.en})"


def _line(profile: Profile, row: Sourced, asks: str) -> str:
    condition = getattr(row, "when", Condition.ALWAYS)
    where = "" if condition is Condition.ALWAYS else f" if {condition}"
    source = " ".join(filter(None, (profile.texts[row.text].en, row.clause)))
    doubt = "" if row.reading is Reading.VERIFIED else f"; {row.reading}, not shown as law"
    return f"  {row.id}: {asks}{where} ({source}{doubt})"


def _length(duration: Duration) -> str:
    counted = (("days", duration.days), ("months", duration.months), ("years", duration.years))
    return next(f"{number} {unit}" for unit, number in counted if number is not None)


def _asked(row: Placement) -> str:
    level = "under legal review" if row.level is Level.LEGAL_REVIEW else str(row.level)
    of = "" if len(set(row.of)) > 1 else f", {row.of[0]}s alone"
    return f"{row.place}, {level}{of}"
