"""How long a school has, and where that number comes from."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.contract import RiskLevel
from api.contract.base import Identifier
from api.contract.vocabulary import Term
from api.kit.errors import SettingsError
from api.kit.tables import read_rows
from api.orders.subjects import Subject

_FILE = Path(__file__).with_name("deadlines.yaml")
_Hours = Annotated[float, Field(gt=0, le=24 * 366)]


class DeadlineRule(BaseModel):
    """One row of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[Identifier, Field(max_length=32)]
    subject: Subject | None = None
    """For orders of this subject alone."""
    risk: RiskLevel | None = None
    """For orders of this class alone."""
    due_h: _Hours
    """Hours from the assignment."""
    escalate_h: Annotated[float, Field(ge=0, le=24 * 366)] | None = None
    """Hours from the deadline until a leader is to look after it; null for never."""
    source: Term
    verified: bool
    """Whether the text of the source was read."""


class Deadlines:
    """The table of deadlines.

    Args:
        rules: Its rows; the first that fits counts.
    """

    def __init__(self, rules: tuple[DeadlineRule, ...]) -> None:
        self._rules = rules

    def rule(self, subject: Subject, risk: RiskLevel) -> DeadlineRule:
        """The row for an order."""
        return next(rule for rule in self._rules if _fits(rule, subject, risk))

    def of_id(self, rule_id: str | None) -> DeadlineRule | None:
        """A row by its name; None of one that is in the table no more."""
        return next((rule for rule in self._rules if rule.id == rule_id), None)

    def escalates_at(self, subject: Subject, risk: RiskLevel, due_at: datetime) -> datetime | None:
        """When a leader is to look after an order; None for never."""
        hours = self.rule(subject, risk).escalate_h
        return None if hours is None else due_at + timedelta(hours=hours)


def _fits(rule: DeadlineRule, subject: Subject, risk: RiskLevel) -> bool:
    return rule.subject in (None, subject) and rule.risk in (None, risk)


def load_deadlines(path: Path | None) -> Deadlines:
    """Read the table.

    Args:
        path: The file; None for the one shipped with the code.

    Raises:
        SettingsError: If it cannot be read, or leaves some order without a deadline.
    """
    file = path or _FILE
    remedy = "Correct it, or remove order_deadlines_file to have the shipped table"
    rules = read_rows(file, DeadlineRule, remedy)
    for subject in Subject:
        for risk in RiskLevel:
            if not any(_fits(rule, subject, risk) for rule in rules):
                raise SettingsError(
                    f"has no row for {subject}, {risk}", where=str(file), remedy=remedy
                )
    return Deadlines(rules)
