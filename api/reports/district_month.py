"""What a district's month rests on: alerts by hours of analysis, orders in time, footage kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from scipy.special import gammaincinv
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import figures as alerts
from api.cameras import service as cameras
from api.cameras.service import Watch
from api.compliance import service as compliance
from api.orders import figures as orders
from api.organisations import communities
from api.organisations import service as organisations
from api.organisations.schemas import BureauView, SchoolName
from api.reports.errors import MonthNotKnownError

WATCHED_SHARE = 0.5
"""A school that was looked at for less of the month's camera-hours is not ranked."""
PER_HOURS = 100.0
_HALF_TAIL = 0.025
"""On each side of an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of a school or of the district.

    Attributes:
        hours: Camera-hours that were looked at.
        of_hours: Camera-hours that there were, by the cameras in use now.
        confirmed: Alerts judged true.
        false_positive: Alerts judged false.
        pending: Alerts nobody judged.
        due: Work orders whose deadline fell into the month.
        on_time: Those of them that were submitted by then.
        days_kept: Days of cameras whose footage was kept as asked.
        days_short: Days of cameras whose footage was not.
        days_unknown: Days of the cameras in use now whose footage nobody can tell of.
        by_rule: Confirmed alerts by rule.
    """

    hours: float = 0.0
    of_hours: float = 0.0
    confirmed: int = 0
    false_positive: int = 0
    pending: int = 0
    due: int = 0
    on_time: int = 0
    days_kept: int = 0
    days_short: int = 0
    days_unknown: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float | None:
        """Confirmed alerts per 100 camera-hours; None where nothing was looked at."""
        return self.confirmed / self.hours * PER_HOURS if self.hours else None

    @property
    def rate_interval(self) -> tuple[float, float] | None:
        """In which the true rate lies with 95 %, of counts that come by chance (Garwood 1936)."""
        if not self.hours:
            return None
        low = float(gammaincinv(self.confirmed, _HALF_TAIL)) if self.confirmed else 0.0
        high = float(gammaincinv(self.confirmed + 1, 1 - _HALF_TAIL))
        return low / self.hours * PER_HOURS, high / self.hours * PER_HOURS

    @property
    def false_share(self) -> float | None:
        """Of the judged ones."""
        return _share(self.false_positive, self.confirmed + self.false_positive)

    @property
    def on_time_share(self) -> float | None:
        """Of the orders that were due."""
        return _share(self.on_time, self.due)

    @property
    def kept_share(self) -> float | None:
        """Of the days that were judged."""
        return _share(self.days_kept, self.days_kept + self.days_short)

    @property
    def is_watched(self) -> bool:
        """Whether enough was looked at to be compared."""
        return self.hours > 0 and self.hours >= WATCHED_SHARE * self.of_hours


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def added(all_: Iterable[Figures]) -> Figures:
    """Several as one."""
    found = list(all_)
    rules: Counter[str] = Counter()
    for each in found:
        rules.update(each.by_rule)
    return Figures(
        hours=sum(each.hours for each in found),
        of_hours=sum(each.of_hours for each in found),
        confirmed=sum(each.confirmed for each in found),
        false_positive=sum(each.false_positive for each in found),
        pending=sum(each.pending for each in found),
        due=sum(each.due for each in found),
        on_time=sum(each.on_time for each in found),
        days_kept=sum(each.days_kept for each in found),
        days_short=sum(each.days_short for each in found),
        days_unknown=sum(each.days_unknown for each in found),
        by_rule=rules,
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of the district's clocks.

    Attributes:
        first: Its first day.
        zone: The district's zone.
    """

    first: dt.date
    zone: ZoneInfo

    @classmethod
    def read(cls, text: str, zone: ZoneInfo) -> Month:
        """Of 2026-10."""
        return cls(dt.date.fromisoformat(f"{text}-01"), zone)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.following - dt.timedelta(days=1)

    @property
    def following(self) -> dt.date:
        """The first day of the next."""
        return (self.first + dt.timedelta(days=31)).replace(day=1)

    @property
    def before(self) -> Month:
        """The one before."""
        return Month((self.first - dt.timedelta(days=1)).replace(day=1), self.zone)

    @property
    def begin(self) -> dt.datetime:
        """Its first moment."""
        return self.midnight(self.first)

    @property
    def end(self) -> dt.datetime:
        """The first moment after it."""
        return self.midnight(self.following)

    def midnight(self, day: dt.date) -> dt.datetime:
        """The first moment of a day."""
        return dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class DistrictMonth:
    """A month, and the one before where its hours are still known."""

    month: Month
    as_of: dt.datetime
    bureau: BureauView
    schools: dict[str, SchoolName]
    by_school: dict[str, Figures]
    before: dict[str, Figures] | None

    @property
    def district(self) -> Figures:
        """All schools."""
        return added(self.by_school.values())

    @property
    def district_before(self) -> Figures | None:
        """All schools, the month before."""
        return None if self.before is None else added(self.before.values())


def check_month(month: Month, now: dt.datetime, hours_from: dt.datetime) -> None:
    """Ask whether a month can be reported on.

    Raises:
        MonthNotKnownError: If it is not over, or its hours of analysis are no longer kept.
    """
    if month.end > now:
        raise MonthNotKnownError("the month is not over", params={"why": "not_over"})
    if month.begin < hours_from:
        raise MonthNotKnownError("its hours were deleted", params={"why": "too_old"})


async def read_month(
    session: AsyncSession,
    month: Month,
    watch: Watch,
    hours_from: dt.datetime,
    progress: Callable[[float], Awaitable[None]],
) -> DistrictMonth:
    """Read a district's month, a day at a time.

    Args:
        session: In the scope of the district.
        month: The month.
        watch: The moment of looking.
        hours_from: Hours of analysis are kept from then on.
        progress: Told how much of it was read, 0 to 1.

    Raises:
        MonthNotKnownError: See :func:`check_month`.
    """
    check_month(month, watch.now, hours_from)
    listed = await organisations.list_in_use(session)
    schools = {
        each.school_id: SchoolName(
            school_id=each.school_id, name=each.name_zh, name_en=each.name_en
        )
        for each in listed
    }
    in_use = Counter(each.school.school_id for each in await cameras.list_shown(session, watch))
    bureau = await communities.get_bureau(session)
    before: dict[str, Figures] | None = None
    if month.before.begin >= hours_from:
        before = await _figures(session, month.before, schools, in_use, lambda _: progress(0.0))
    found = await _figures(session, month, schools, in_use, progress)
    return DistrictMonth(month, watch.now, bureau, schools, found, before)


async def _figures(
    session: AsyncSession,
    month: Month,
    schools: Iterable[str],
    in_use: Counter[str],
    progress: Callable[[float], Awaitable[None]],
) -> dict[str, Figures]:
    seconds: Counter[str] = Counter()
    begin, days = month.begin, (month.following - month.first).days
    for number in range(days):
        # A day at a time: of 6,000 cameras a month has millions of hours.
        end = month.end if number == days - 1 else begin + dt.timedelta(days=1)
        seconds.update(await cameras.analysed_by_school(session, begin, end))
        begin = end
        await progress((number + 1) / days)
    judged: dict[str, list[alerts.JudgedCount]] = {}
    for each in await alerts.judged(session, month.begin, month.end):
        judged.setdefault(each.school_id, []).append(each)
    due = await orders.due_in(session, month.begin, month.end)
    kept = await compliance.judged_days(session, month.first, month.last)
    hours = (month.end - month.begin).total_seconds() / 3600

    def kept_in(school_id: str) -> compliance.JudgedDays:
        return kept.get(school_id, compliance.JudgedDays())

    return {
        school_id: Figures(
            hours=seconds[school_id] / 3600,
            of_hours=in_use[school_id] * hours,
            confirmed=sum(each.confirmed for each in judged.get(school_id, ())),
            false_positive=sum(each.false_positive for each in judged.get(school_id, ())),
            pending=sum(each.pending for each in judged.get(school_id, ())),
            due=due[school_id].due if school_id in due else 0,
            on_time=due[school_id].on_time if school_id in due else 0,
            days_kept=kept_in(school_id).kept,
            days_short=kept_in(school_id).short,
            days_unknown=max(0, in_use[school_id] * days - kept_in(school_id).judged),
            by_rule=Counter(
                {each.rule: each.confirmed for each in judged.get(school_id, ()) if each.confirmed}
            ),
        )
        for school_id in schools
    }
