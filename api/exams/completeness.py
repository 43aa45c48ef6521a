"""How much of a session there is, of one camera, to the millisecond; pure."""

from __future__ import annotations

from dataclasses import dataclass

from api.contract.footage.held import HeldFootage, Hole
from api.contract.retention import GapCause


@dataclass(frozen=True, slots=True)
class SessionFootage:
    """What is known of a camera's footage of a session.

    Attributes:
        until_ms: Nothing later is known.
        share: Of the session until then that is there, 0 to 1.
        holes: What is missing, in order, each with its cause.
    """

    until_ms: int
    share: float
    holes: tuple[Hole, ...]

    @property
    def missing_ms(self) -> int:
        """All holes together."""
        return sum(hole.end_ms - hole.start_ms for hole in self.holes)


def of_session(held: HeldFootage, start_ms: int, end_ms: int) -> SessionFootage | None:
    """A camera's footage of a session.

    Time before the camera existed is missing: the session was to be recorded all the same.

    Args:
        held: What was told last.
        start_ms: Of the session, since the epoch.
        end_ms: Of the session.

    Returns:
        None where that is not known: nothing was told of it, or not all of it could be looked at.
    """
    until_ms = min(end_ms, held.as_of_ms)
    if until_ms <= start_ms or held.is_incomplete:
        return None
    life_ms = start_ms if held.life_ms is None else max(start_ms, held.life_ms)
    if held.from_ms > life_ms:
        return None
    holes = held.missing(start_ms, until_ms)
    if life_ms > start_ms:
        lead = Hole(start_ms, min(life_ms, until_ms), GapCause.BEFORE_FIRST_FOOTAGE)
        holes = [lead, *(hole for hole in holes if hole.start_ms >= lead.end_ms)]
    missing_ms = sum(hole.end_ms - hole.start_ms for hole in holes)
    return SessionFootage(until_ms, 1 - missing_ms / (until_ms - start_ms), tuple(holes))
