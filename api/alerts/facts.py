"""What a worker says of an alert, and what of it still counts once a person judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from api.alerts.schemas import AlertStatus
from api.contract import AlertEpisode, EpisodeState
from api.db.models import Alert

_IDENTITY = {"id", "revision", "school_id", "camera_id", "evidence"}
_CLOCKS_DIFFER = timedelta(minutes=10)
"""By so much a box's clock may be ahead and its alerts still stand where it says."""

_FLOAT32_STEP = 1e-5
"""In hundredths."""


def queued_at(raised_at: datetime, received_at: datetime) -> datetime:
    """By which an alert is sorted: no box's clock puts it on top of the queue for years."""
    return raised_at if raised_at - received_at <= _CLOCKS_DIFFER else received_at


def hundredth(score: float) -> int:
    """A score in hundredths, down.

    Boxes count in single precision, where 0.29 may read 0.28999999 and is 0.29.
    """
    return int(score * 100 + _FLOAT32_STEP)


def told(episode: AlertEpisode) -> dict[str, object]:
    """What a worker says, by column."""
    return episode.model_dump(exclude=_IDENTITY) | {
        "hundredth": hundredth(episode.score),
        "classes": list(episode.classes),
        "box_norm_xyxy": list(episode.box_norm_xyxy),
        "zone_norm": [list(point) for point in episode.zone_norm],
    }


def apply(alert: Alert, told: Mapping[str, object]) -> None:
    """Write what a worker says into its columns."""
    for name, value in told.items():
        setattr(alert, name, value)
    alert.queued_at = queued_at(alert.raised_at, alert.received_at)


_GOES_ON = frozenset({"state", "ended_at", "track_count"})
"""What changes about an alert while it simply lasts; no news to whoever judged it."""


def stand_beside(
    alert: Alert, episode: AlertEpisode, told: Mapping[str, object], now: datetime
) -> bool:
    """Move a judged alert's end, and keep what else is new; answers whether that is a first."""
    alert.state = episode.state
    alert.ended_at = max(alert.ended_at, min(episode.ended_at, now))
    differs = any(
        getattr(alert, name) != value for name, value in told.items() if name not in _GOES_ON
    )
    is_first = differs and alert.later is None
    if differs:
        alert.later = episode.model_dump(mode="json", exclude={"evidence"})
    return is_first


def ends_with_more_than_seen(alert: Alert) -> bool:
    """Whether a digest counted on after somebody opened it, and is over now."""
    is_seen = alert.status == AlertStatus.SEEN
    return is_seen and alert.state == EpisodeState.CLOSED and alert.later is not None
