"""What each school is asked for on a day, with its number in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.compliance.override_repository import OverrideRepository
from api.compliance.requirements import Override, Requirement, requirement_of
from api.compliance.verdict_repository import VerdictRepository
from api.contract.profile import Condition, Profile
from api.coverage.profiles import Profiles, conditions_of
from api.organisations import service as organisations


@dataclass(frozen=True, slots=True)
class Demand:
    """What a day is judged by; see ``Requirement``."""

    id: int
    days: int
    max_days: int | None
    unread_days: int | None

    @classmethod
    def of(cls, number: int, asked: Requirement) -> Demand:
        """Of an interned requirement."""
        return cls(number, asked.days, asked.max_days, asked.unread_days)


@dataclass(frozen=True, slots=True)
class _School:
    zone: ZoneInfo
    holds: frozenset[Condition]
    overrides: tuple[Override, ...]


class Rules:
    """What each school is asked for on each day, as far as somebody wants to know."""

    def __init__(self, profiles: Profiles, schools: Mapping[str, _School]) -> None:
        self._profiles = profiles
        self._schools = schools
        self._kept: set[str] = set()
        self._by_content: dict[tuple[object, ...], Demand] = {}
        self._in_force: dict[date, tuple[Profile, ...]] = {}

    @classmethod
    async def read(cls, session: AsyncSession, profiles: Profiles) -> Rules:
        """As schools and overrides are now."""
        overrides: dict[str, list[Override]] = {}
        for school_id, override in await OverrideRepository(session).in_use():
            overrides.setdefault(school_id, []).append(override)
        schools = {
            view.school_id: _School(
                ZoneInfo(view.time_zone),
                conditions_of(view),
                tuple(overrides.get(view.school_id, ())),
            )
            for view in (await organisations.list_schools(session, closed=True)).items
        }
        return cls(profiles, schools)

    def zone(self, school_id: str) -> ZoneInfo:
        """The school's."""
        return self._schools[school_id].zone

    def requirement(self, school_id: str, day: date) -> Requirement:
        """What is asked of a school on a day."""
        school = self._schools[school_id]
        return requirement_of(
            self._on(day),
            school.holds,
            [each for each in school.overrides if each.is_in_force(day)],
        )

    async def demand(self, work: UnitOfWork, school_id: str, day: date) -> Demand:
        """The same with its number; kept with its profiles."""
        school = self._schools[school_id]
        profiles = self._on(day)
        key = (
            *(profile.sha256 for profile in profiles),
            school.holds,
            *(each.id for each in school.overrides if each.is_in_force(day)),
        )
        found = self._by_content.get(key)
        if found is None:
            verdicts = VerdictRepository(work.session)
            for profile in profiles:
                if profile.sha256 not in self._kept:
                    await verdicts.keep_profile(profile, work.now)
                    self._kept.add(profile.sha256)
            asked = self.requirement(school_id, day)
            found = Demand.of(await verdicts.intern(asked), asked)
            self._by_content[key] = found
        return found

    def _on(self, day: date) -> tuple[Profile, ...]:
        if day not in self._in_force:
            self._in_force[day] = tuple(self._profiles.in_force(day))
        return self._in_force[day]
