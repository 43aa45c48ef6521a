"""A camera's footage day after day, in a small place: each day keeps what the day before had not.

What is told of a camera is all of its footage; most of it is what was told yesterday. A day's row
says from which moment on its holes are other than before, and which they are since then. Read in
order the rows give back what was told on each day, to the millisecond.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from api.contract.footage.held import HeldFootage, Hole
from api.contract.retention import GapCause

_CAUSE = {cause.value: cause for cause in GapCause}


class DayFacts(NamedTuple):
    """What was last told of a camera on one day; see ``HeldFootage``.

    Attributes:
        changed_ms: Before this moment the holes are those of the day before.
        holes: Those since then.
    """

    day: date
    as_of_ms: int
    from_ms: int
    front_ms: int | None
    before: GapCause | None
    oldest_ms: int | None
    life_ms: int | None
    is_offline: bool
    is_incomplete: bool
    changed_ms: int
    holes: tuple[Hole, ...]


class PackedHoles(NamedTuple):
    """Holes as the database keeps them; null when there are none."""

    moments: bytes | None
    """Start and end of each in milliseconds, as eight bytes, the lowest first."""
    causes: str
    """Of each, apart by spaces."""


def pack(holes: Iterable[Hole]) -> PackedHoles:
    """For the database."""
    found = list(holes)
    if not found:
        return PackedHoles(None, "")
    moments = array("q", [at for hole in found for at in (hole.start_ms, hole.end_ms)])
    return PackedHoles(moments.tobytes(), " ".join(hole.cause for hole in found))


def row_of(camera_key: int, facts: DayFacts) -> dict[str, Any]:
    """A day as the columns of ``footage_days`` that it fills."""
    packed = pack(facts.holes)
    return {
        "camera_key": camera_key,
        "day": facts.day,
        "as_of_ms": facts.as_of_ms,
        "from_ms": facts.from_ms,
        "front_ms": facts.front_ms,
        "before_cause": facts.before or "",
        "oldest_ms": facts.oldest_ms,
        "life_ms": facts.life_ms,
        "is_offline": facts.is_offline,
        "is_incomplete": facts.is_incomplete,
        "changed_ms": facts.changed_ms,
        "holes": packed.moments,
        "causes": packed.causes,
    }


def unpack(moments: bytes | None, causes: str) -> tuple[Hole, ...]:
    """From the database."""
    if moments is None:
        return ()
    numbers = array("q")
    numbers.frombytes(moments)
    return tuple(map(Hole, numbers[::2], numbers[1::2], map(cause, causes.split(" "))))


def cause(text: str) -> GapCause:
    """A cause by its name; one that a later version wrote is not explained here."""
    return _CAUSE.get(text, GapCause.UNEXPLAINED)


def day_facts(day: date, held: HeldFootage, before: HeldFootage | None) -> DayFacts:
    """A day's row.

    Args:
        day: In the school's zone.
        held: What was last told on it.
        before: What was last told on the day before that anything was told on.
    """
    changed_ms = _changed_ms(held, before)
    return DayFacts(
        day=day,
        as_of_ms=held.as_of_ms,
        from_ms=held.from_ms,
        front_ms=held.front_ms,
        before=held.before,
        oldest_ms=held.oldest_ms,
        life_ms=held.life_ms,
        is_offline=held.is_offline,
        is_incomplete=held.is_incomplete,
        changed_ms=changed_ms,
        holes=tuple(hole for hole in held.holes if hole.start_ms >= changed_ms),
    )


def told_on(rows: Iterable[DayFacts]) -> Iterator[HeldFootage]:
    """What was told on each of a camera's days.

    Args:
        rows: In order; from the day on in which the ``from_ms`` of the first one wanted lies.
    """
    holes: tuple[Hole, ...] = ()
    for row in rows:
        kept = _inside(holes, row.front_ms, row.changed_ms)
        holes = (*kept, *row.holes)
        yield HeldFootage(
            as_of_ms=row.as_of_ms,
            from_ms=row.from_ms,
            front_ms=row.front_ms,
            before=row.before,
            holes=holes,
            oldest_ms=row.oldest_ms,
            life_ms=row.life_ms,
            is_offline=row.is_offline,
            is_incomplete=row.is_incomplete,
        )


def day_before(at_ms: int) -> date:
    """A day that is not later than that of the moment in any zone."""
    return date.fromordinal(datetime.fromtimestamp(at_ms / 1000, UTC).toordinal() - 1)


def _changed_ms(held: HeldFootage, before: HeldFootage | None) -> int:
    front_ms = held.front_ms
    if front_ms is None or before is None or before.front_ms is None:
        return held.from_ms
    if before.as_of_ms <= front_ms or before.front_ms > front_ms:
        return front_ms
    old, new = _inside(before.holes, front_ms, before.as_of_ms), held.holes
    same = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        same += 1
    ends = [holes[same].start_ms for holes in (old, new) if same < len(holes)]
    changed_ms = min([*ends, before.as_of_ms])
    # A hole of several causes is told as a whole.
    while same and new[same - 1].end_ms >= changed_ms:
        same -= 1
        changed_ms = new[same].start_ms
    return changed_ms


def _inside(holes: Iterable[Hole], front_ms: int | None, until_ms: int) -> list[Hole]:
    if front_ms is None:
        return []
    return [
        hole
        if hole.start_ms >= front_ms and hole.end_ms <= until_ms
        else Hole(max(hole.start_ms, front_ms), min(hole.end_ms, until_ms), hole.cause)
        for hole in holes
        if hole.end_ms > front_ms and hole.start_ms < until_ms
    ]
