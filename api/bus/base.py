"""What a live event is, and what else a subscriber hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

EventKind = Literal["alert", "camera", "order", "exam"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something consoles are to be told.

    Attributes:
        school_id: Whose it is.
        kind: What ``data`` is.
        data: JSON text.
    """

    school_id: str
    kind: EventKind
    data: str


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """Something a console should show now.

    Attributes:
        id: Grows with every event; what ``Last-Event-ID`` names.
        school_id: Whose it is.
        kind: What ``data`` is.
        data: JSON text of an ``AlertSummary``, a ``CameraView``, an ``OrderSummary`` or a
            ``SittingEvent``.
    """

    id: int
    school_id: str
    kind: EventKind
    data: str


@dataclass(frozen=True, slots=True)
class CommittedEvents:
    """The events of one transaction, and which event stood before them.

    Ids grow in the order of commits but leave holes, where a transaction was rolled back; only
    ``previous_id`` tells a hole from an event that has not arrived.

    Attributes:
        previous_id: Id of the newest event before these; 0 when there was none.
        events: At least one, by id.
    """

    previous_id: int
    events: Sequence[LiveEvent]

    @property
    def last_id(self) -> int:
        """Id of the newest."""
        return self.events[-1].id


class Signal(Enum):
    """What a subscriber hears besides events."""

    OVERFLOWED = auto()
    """It was too slow; events were dropped and it must reload."""
    ENDED = auto()
    """Its session ended or the server stops."""
    IDLE = auto()
    """Nothing happened for the time it was willing to wait."""


__all__ = ["CommittedEvents", "EventKind", "LiveEvent", "NewEvent", "Signal"]
