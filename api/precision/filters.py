"""Which alerts the report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.alerts.schemas import AlertStatus, FalsePositiveReason


@dataclass(frozen=True, slots=True)
class ReportFilters:
    """An empty one does not narrow.

    Attributes:
        since: ``queued_at`` from then on.
        school_ids: Of these schools.
        rules: Of these rules.
        camera_keys: Of these cameras.
    """

    since: datetime
    school_ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    camera_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BehindFilters:
    """Which of them stand behind one number.

    Attributes:
        statuses: Judged so.
        reasons: False for these reasons.
        model_id: Of this model.
        model_sha256: Of these weights.
        below: With a score of a model, below this many hundredths.
    """

    statuses: tuple[AlertStatus, ...] = ()
    reasons: tuple[FalsePositiveReason, ...] = ()
    model_id: str | None = None
    model_sha256: str | None = None
    below: int | None = None
