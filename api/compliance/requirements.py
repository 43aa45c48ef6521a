"""What a school's footage is asked for on a day: of all texts that apply the strictest binds.

Only what was read binds, and what the bureau itself says of one school. A text that nobody has read
may ask for more; who falls short of that alone is unconfirmed, and fails nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence

from pydantic import BaseModel, Field

from api.contract.profile import Condition, Duration, Limit, Profile, Reading, Subject
from api.contract.vocabulary import Term


class RequirementRow(BaseModel):
    """A number of days, and who asks for it."""

    id: str = Field(examples=["law_floor"])
    days: int
    profile: str | None = Field(description="Null of what the bureau says of this school.")
    profile_sha256: str | None
    text: Term | None
    clause: str = Field(description="Empty while it was not found.", examples=["§17"])
    reading: Reading | None
    override_id: int | None
    reason: str = Field(description="Of an override; else empty.")
    by: str = Field(description="Who wrote the override; else empty.")

    @property
    def is_binding(self) -> bool:
        """Whether somebody may fail by it."""
        return self.override_id is not None or self.reading is Reading.VERIFIED


class ProfileRef(BaseModel):
    """A profile as it was then."""

    profile: str
    from_day: dt.date
    sha256: str = Field(description="Of its content; ask for it by this.")


class Requirement(BaseModel):
    """What binds, and what is only heard of."""

    least: RequirementRow | None = Field(description="The strictest minimum that binds.")
    most: RequirementRow | None = Field(description="The lowest maximum that binds.")
    unread: RequirementRow | None = Field(
        description="A stricter minimum of a text that nobody has read; null without one."
    )
    is_contradictory: bool = Field(
        description="More days are asked for than are allowed: judged by the minimum alone."
    )
    profiles: list[ProfileRef] = Field(description="In force on that day.")

    @property
    def days(self) -> int:
        """What is judged by; 0 when nothing binds."""
        return 0 if self.least is None else self.least.days

    @property
    def max_days(self) -> int | None:
        """Delete after; None when nothing forbids keeping, or only what contradicts the minimum."""
        return None if self.most is None or self.is_contradictory else self.most.days

    @property
    def unread_days(self) -> int | None:
        """What a text that nobody has read asks for beyond."""
        return None if self.unread is None else self.unread.days

    def sha256(self) -> str:
        """Names it by what stands in it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Override(BaseModel):
    """What the bureau says of one school."""

    id: int
    min_days: int | None
    max_days: int | None
    from_day: dt.date
    until_day: dt.date | None
    reason: str
    by: str

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.from_day <= day and (self.until_day is None or day < self.until_day)


def requirement_of(
    profiles: Sequence[Profile], holds: Collection[Condition], overrides: Sequence[Override]
) -> Requirement:
    """What is asked of a school.

    Args:
        profiles: In force on the day.
        holds: Conditions that hold for the school.
        overrides: Of the school, in force on the day.
    """
    least: list[RequirementRow] = []
    most: list[RequirementRow] = []
    for profile in profiles:
        for row in profile.durations:
            if row.applies_to is Subject.FOOTAGE and row.is_asked_of(holds):
                (least if row.limit is Limit.AT_LEAST else most).append(_row(profile, row))
    for override in overrides:
        if override.min_days is not None:
            least.append(_own(override, override.min_days))
        if override.max_days is not None:
            most.append(_own(override, override.max_days))
    binding = max((row for row in least if row.is_binding), key=lambda row: row.days, default=None)
    heard = max(
        (row for row in least if not row.is_binding), key=lambda row: row.days, default=None
    )
    if heard is not None and binding is not None and heard.days <= binding.days:
        heard = None
    lowest = min((row for row in most if row.is_binding), key=lambda row: row.days, default=None)
    return Requirement(
        least=binding,
        most=lowest,
        unread=heard,
        is_contradictory=(
            lowest is not None and binding is not None and binding.days > lowest.days
        ),
        profiles=[
            ProfileRef(profile=each.profile, from_day=each.from_day, sha256=each.sha256)
            for each in profiles
        ],
    )


def _row(profile: Profile, row: Duration) -> RequirementRow:
    assert row.days is not None, "footage is counted in days"
    return RequirementRow(
        id=row.id,
        days=row.days,
        profile=profile.profile,
        profile_sha256=profile.sha256,
        text=profile.texts[row.text],
        clause=row.clause,
        reading=row.reading,
        override_id=None,
        reason="",
        by="",
    )


def _own(override: Override, days: int) -> RequirementRow:
    return RequirementRow(
        id=f"override-{override.id}",
        days=days,
        profile=None,
        profile_sha256=None,
        text=None,
        clause="",
        reading=None,
        override_id=override.id,
        reason=override.reason,
        by=override.by,
    )
