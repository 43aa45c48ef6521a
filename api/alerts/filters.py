"""What the queue can be narrowed down to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.alerts.schemas import AlertStatus
from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary


class QueueOrder(StrEnum):
    """What comes first.

    ``newest``: the newest. ``class``: the highest class, and in it what waits longest.
    """

    NEWEST = "newest"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """Filters of the queue; an empty one does not narrow."""

    statuses: tuple[AlertStatus, ...] = ()
    camera_keys: tuple[int, ...] = ()
    school_ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    risks: tuple[RiskLevel, ...] = ()
    raised_from: datetime | None = None
    raised_before: datetime | None = None
    text: str = ""

    def words(self) -> tuple[str, ...]:
        """What is searched for, word by word; an alert has to hold every one of them."""
        return tuple(dict.fromkeys(self.text.split()))


def rules_matching(word: str) -> tuple[str, ...]:
    """Rules whose Chinese or English name holds the word, so that 周界 finds them."""
    wanted = word.lower()
    return tuple(
        identifier
        for identifier, term in vocabulary().rules.items()
        if wanted in term.zh.lower() or wanted in term.en.lower()
    )
