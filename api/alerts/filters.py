"""What the queue can be narrowed down to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.alerts.schemas import AlertStatus
from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """Filters of the queue; an empty one does not narrow."""

    statuses: tuple[AlertStatus, ...] = ()
    camera_ids: tuple[str, ...] = ()
    school_ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    risks: tuple[RiskLevel, ...] = ()
    raised_from: datetime | None = None
    raised_before: datetime | None = None
    text: str = ""

    def rules_matching_text(self) -> tuple[str, ...]:
        """Rules whose Chinese or English name holds the text, so that 周界 finds them."""
        wanted = self.text.strip().lower()
        if not wanted:
            return ()
        return tuple(
            identifier
            for identifier, term in vocabulary().rules.items()
            if wanted in term.zh.lower() or wanted in term.en.lower()
        )
