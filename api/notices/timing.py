"""When a message is sent: a rule's hours, its digest, and the channel's rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.contract import RiskLevel


@dataclass(frozen=True, slots=True)
class Window:
    """Within which something is told.

    Attributes:
        since: Not before; None: at once.
        until: Not after, as far as the channel's rate allows.
    """

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """When people want to be told, in their own time; past midnight if it ends before it begins."""

    begin: time
    end: time

    @classmethod
    def of(cls, begin: str | None, end: str | None) -> Hours | None:
        """As rules keep them."""
        if begin is None or end is None:
            return None
        return cls(time.fromisoformat(begin), time.fromisoformat(end))

    def covers(self, at: time) -> bool:
        """Whether it lies within.

        >>> night = Hours(time(22), time(6))
        >>> night.covers(time(23)), night.covers(time(5, 59)), night.covers(time(6))
        (True, True, False)
        """
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end

    def next_begin(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When they begin next, in UTC."""
        local = now.astimezone(zone)
        begin = local.replace(
            hour=self.begin.hour, minute=self.begin.minute, second=0, microsecond=0
        )
        if begin <= local:
            begin += timedelta(days=1)
        return begin.astimezone(now.tzinfo)


def window(
    now: datetime, risk: str | None, hours: Hours | None, digest_min: int, zone: str
) -> Window:
    """When a rule wants something told. What may hurt somebody waits for nothing.

    Args:
        now: The present moment, in UTC.
        risk: Class of what happened; None of what has none.
        hours: The rule's.
        digest_min: For how long it collects, in minutes.
        zone: Name of the time zone the hours are of.
    """
    if risk == RiskLevel.CLASS_1:
        return Window(None, now)
    where = ZoneInfo(zone)
    since = None
    if hours is not None and not hours.covers(now.astimezone(where).time()):
        since = hours.next_begin(now, where)
    begin = since or now
    until = begin + timedelta(minutes=digest_min)
    if digest_min and hours is not None and not hours.covers(until.astimezone(where).time()):
        # It is not collected into the night: what there is by then comes with the next hours.
        until = hours.next_begin(until, where)
    return Window(since, until)
