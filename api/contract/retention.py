"""What a worker can prove about one camera's footage: the retention verdict and its reasons.

A retention status is a whole fact like an episode: each one replaces the one before, so sending it
twice changes nothing. Identity: ``camera_id`` and ``as_of``. Numbers are proofs, not settings:
``proven_days`` counts footage that is there, ``required_days`` what the camera's policy asks for.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from api.contract.base import DEFAULT_SCHOOL_ID, Fraction, Identifier, UtcTime, WireModel
from api.contract.text import StorableText

Seconds = Annotated[float, Field(ge=0.0)]
Days = Annotated[float, Field(ge=0.0, le=36_500.0)]
Bytes = Annotated[int, Field(ge=0)]


class RetentionState(StrEnum):
    """The verdict on one camera; when several apply, the first of this list that does.

    ``unknown``: the footage could not be looked at, or not far enough back, so nothing is proven
    either way; it never means "no recording". ``offline``: the camera gives no picture now and so
    its newest footage is missing (only a running recorder says this). ``gap``: footage is missing
    between the camera's first footage and the end of the window. ``insufficient``: without a gap,
    but the footage reaches back less far than required although the camera is old enough.
    ``immature``: the same of a camera that is younger than the requirement. ``over_retained``:
    the promise is kept, and footage older than the policy's maximum is still there.
    ``compliant``: the promise is kept.
    """

    UNKNOWN = "unknown"
    OFFLINE = "offline"
    GAP = "gap"
    INSUFFICIENT = "insufficient"
    IMMATURE = "immature"
    OVER_RETAINED = "over_retained"
    COMPLIANT = "compliant"


class GapCause(StrEnum):
    """Why an interval has no footage; every gap has exactly one.

    Of a running recorder: the camera (``offline``, ``stalled``, ``auth_failed``,
    ``undecodable``, ``disabled``), the box (``disk_full``, ``disk_readonly``, ``disk_failed``,
    ``disk_slow``, ``worker_stopped``, ``clock_set``: its clock leapt forward), the
    footage afterwards (``deleted`` by retention, ``file_missing``, ``damaged``). Of files another
    recorder wrote: ``no_file``, ``empty_file``, ``truncated_file``, ``foreign_file``,
    ``unreadable_file``, ``no_times`` (a raw stream), ``contradictory_times`` (its times
    contradict its neighbours), ``pause_in_file`` (the file itself stands still),
    ``before_first_footage``. Of another maker's recorder: ``not_verified``, its answer is missing
    or no good, so footage may well be there. ``unexplained``: the index says nothing.
    """

    OFFLINE = "offline"
    STALLED = "stalled"
    AUTH_FAILED = "auth_failed"
    UNDECODABLE = "undecodable"
    DISABLED = "disabled"
    DISK_FULL = "disk_full"
    DISK_READONLY = "disk_readonly"
    DISK_FAILED = "disk_failed"
    DISK_SLOW = "disk_slow"
    WORKER_STOPPED = "worker_stopped"
    CLOCK_SET = "clock_set"
    DELETED = "deleted"
    FILE_MISSING = "file_missing"
    DAMAGED = "damaged"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    TRUNCATED_FILE = "truncated_file"
    FOREIGN_FILE = "foreign_file"
    UNREADABLE_FILE = "unreadable_file"
    NO_TIMES = "no_times"
    CONTRADICTORY_TIMES = "contradictory_times"
    PAUSE_IN_FILE = "pause_in_file"
    BEFORE_FIRST_FOOTAGE = "before_first_footage"
    NOT_VERIFIED = "not_verified"
    UNEXPLAINED = "unexplained"


class FootageSpan(WireModel):
    """An interval with footage; seams shorter than the tolerance are part of it."""

    from_at: UtcTime
    to_at: UtcTime

    @model_validator(mode="after")
    def _goes_forward(self) -> FootageSpan:
        if self.to_at <= self.from_at:
            raise ValueError("to_at must be later than from_at")
        return self


class HeldSpan(FootageSpan):
    """Footage that lies in a recorder and is fetched from there when somebody looks at it."""

    device: Identifier
    """The recorder or camera that holds it, as the box's configuration calls it."""
    channel: Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
    """The channel there, as the device counts it."""


class RecoveredSpan(HeldSpan):
    """Footage that the box did not record itself: it was fetched after an outage, and proven."""

    recovered_at: UtcTime | None = None
    """When the last of it was fetched; null of a box that does not tell."""


class FootageGap(FootageSpan):
    """An interval without footage, and why."""

    cause: GapCause
    detail: Annotated[StorableText, StringConstraints(max_length=256)] = ""
    """One line for an engineer, as a file's name; never a credential."""


class DayCompleteness(WireModel):
    """One calendar day in the school's time zone."""

    day: dt.date
    expected_s: Seconds
    """Seconds of the day that should have footage: 23 or 25 hours when clocks change, less on
    the first and the last day."""
    recorded_s: Seconds

    @model_validator(mode="after")
    def _fits_its_day(self) -> DayCompleteness:
        if self.recorded_s > self.expected_s + 0.001:
            raise ValueError("more seconds recorded than the day has")
        return self


class RetentionForecast(WireModel):
    """What today's bit rate and the disk allow."""

    bytes_per_day: Bytes
    """Of this camera, measured over the last day it recorded; 0 while that is too little to tell,
    and then ``reachable_days`` tells nothing."""
    reachable_days: Days
    """How many days of this camera the disk will hold when every camera goes on like this."""
    breaks_on: dt.date | None = None
    """First day on which ``required_days`` can no longer be proven; null when it can for good."""


class BrokenPromise(WireModel):
    """Footage that had to go although its camera's policy asked to keep it."""

    broken_at: UtcTime
    from_at: UtcTime
    to_at: UtcTime
    promised_days: Annotated[int, Field(ge=0)]
    kept_days: Days
    """Age of the footage when it was deleted."""
    why: Annotated[StorableText, StringConstraints(max_length=64)]


class RetentionStatus(WireModel):
    """What can be proven about one camera at one moment."""

    school_id: Identifier = DEFAULT_SCHOOL_ID
    camera_id: Identifier
    as_of: UtcTime
    state: RetentionState
    required_days: Annotated[int, Field(ge=0)]
    required_source: Annotated[StorableText, StringConstraints(max_length=256)] = ""
    """Where the requirement comes from, as ``国务院令799号 §17``."""
    max_days: Annotated[int, Field(ge=0)] | None = None
    """Delete after so many days; null when the policy sets none."""
    time_zone: Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
    """IANA name; days are calendar days there."""
    proven_days: Days
    """Continuous days back from ``as_of``."""
    completeness: Fraction
    """Of the required days, or of the camera's life when that is shorter."""
    oldest_footage_at: UtcTime | None = None
    oldest_continuous_at: UtcTime | None = None
    """Beginning of the footage that reaches ``as_of`` without a gap."""
    spans: Annotated[tuple[FootageSpan, ...], Field(max_length=4096)] = ()
    days: Annotated[tuple[DayCompleteness, ...], Field(max_length=1024)] = ()
    gaps: Annotated[tuple[FootageGap, ...], Field(max_length=4096)] = ()
    is_truncated: bool = False
    """Older spans and gaps were left out because there are too many; the numbers count them."""
    bytes_held: Bytes = 0
    forecast: RetentionForecast | None = None
    broken_promises: Annotated[tuple[BrokenPromise, ...], Field(max_length=256)] = ()
    alarms: Annotated[tuple[Identifier, ...], Field(max_length=16)] = ()
    """Codes of what is wrong with the disk or the promise now, as ``disk_full``."""
    earlier_spans: Annotated[tuple[FootageSpan, ...], Field(max_length=4096)] | None = None
    """Footage from before the days that ``spans`` and ``gaps`` are about; null when it was not
    looked at, as by a box that does not tell it."""
    recovered: Annotated[tuple[RecoveredSpan, ...], Field(max_length=4096)] = ()
    """Of all footage that which was fetched from elsewhere; it counts like any other."""
    life_since_at: UtcTime | None = None
    """Since when the camera is known to exist; null when nobody said."""
    is_offline: bool | None = None
    """Whether the camera gives no picture now; null when ``state`` says it, if anything does."""
    is_incomplete: bool | None = None
    """Whether part of the footage could not be looked at; null when ``state`` says it."""
    clock_offset_s: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    """Clock of who wrote the footage minus UTC; null when it was not compared."""

    @property
    def recovered_s(self) -> float:
        """Seconds of footage that was fetched from elsewhere."""
        return sum((span.to_at - span.from_at).total_seconds() for span in self.recovered)
