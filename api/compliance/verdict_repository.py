"""Verdicts of the command centre in the database, and the rules they were made by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.compliance.requirements import Requirement
from api.contract.profile import Profile
from api.db.camera import Camera
from api.db.compliance import (
    FootageRequirement,
    FootageVerdict,
    JudgedProfile,
    Judgement,
    SupersededVerdict,
)
from api.db.locking import FROM_WRITERS
from api.db.upsert import insert_if_absent, insert_or_replace


class JudgedDay(NamedTuple):
    """The verdict on one camera-day, as it is stored."""

    camera_key: int
    day: date
    as_of_ms: int
    requirement_id: int
    state: str
    is_unconfirmed: bool
    completeness: float
    proven_days: float
    gap_count: int
    gap_s: float
    day_missing_s: float


_COLUMNS = tuple(getattr(FootageVerdict, name) for name in JudgedDay._fields)


class StoredVerdict(NamedTuple):
    """A verdict, and when it was made."""

    verdict: JudgedDay
    judged_at: datetime


class CameraOfSchool(NamedTuple):
    """A camera, and whose."""

    key: int
    school_id: str


class VerdictRepository:
    """Reads and writes verdicts, requirements, profiles and judgements."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def cameras(self, after: int = 0, limit: int | None = None) -> list[CameraOfSchool]:
        """Cameras by number."""
        query = select(Camera.id, Camera.school_id).where(Camera.id > after).order_by(Camera.id)
        found = await self._session.execute(query.limit(limit))
        return [CameraOfSchool(key, school_id) for key, school_id in found]

    async def schools_of(self, camera_keys: Collection[int]) -> list[CameraOfSchool]:
        """Whose these cameras are."""
        query = select(Camera.id, Camera.school_id).where(Camera.id.in_(camera_keys))
        return [
            CameraOfSchool(key, school_id) for key, school_id in await self._session.execute(query)
        ]

    async def stored(
        self, camera_keys: Collection[int], first: date, last: date
    ) -> dict[tuple[int, date], StoredVerdict]:
        """Verdicts of cameras on days."""
        query = select(*_COLUMNS, FootageVerdict.judged_at).where(
            FootageVerdict.camera_key.in_(camera_keys), FootageVerdict.day.between(first, last)
        )
        return {
            (row[0], row[1]): StoredVerdict(JudgedDay._make(row[:-1]), row[-1])
            for row in await self._session.execute(query)
        }

    async def latest(
        self, since: datetime, camera_keys: Collection[int] | None = None
    ) -> dict[int, JudgedDay]:
        """The newest verdict on each camera, of those on what was told since then.

        Args:
            since: When.
            camera_keys: Of these cameras alone; None for all in scope.
        """
        # In no zone is it an earlier day than the day before in UTC; the days are indexed.
        first = since.date() - timedelta(days=1)
        query = (
            select(*_COLUMNS)
            .where(
                FootageVerdict.day >= first,
                FootageVerdict.as_of_ms >= round(since.timestamp() * 1000),
            )
            .order_by(FootageVerdict.day)
        )
        if camera_keys is not None:
            query = query.where(FootageVerdict.camera_key.in_(camera_keys))
        return {row[0]: JudgedDay._make(row) for row in await self._session.execute(query)}

    async def history(self, camera_key: int, limit: int) -> list[FootageVerdict]:
        """Verdicts on one camera by day, newest first."""
        query = (
            select(FootageVerdict)
            .where(FootageVerdict.camera_key == camera_key)
            .order_by(FootageVerdict.day.desc())
            .limit(limit)
        )
        return list(await self._session.scalars(query))

    async def count_days(self, first: date, last: date) -> list[tuple[str, str, bool, int]]:
        """School, state, whether it is unconfirmed, and how many verdicts on days from first to
        last.
        """
        key = (Camera.school_id, FootageVerdict.state, FootageVerdict.is_unconfirmed)
        query = (
            select(*key, func.count())
            .join(Camera, Camera.id == FootageVerdict.camera_key)
            .where(FootageVerdict.day.between(first, last))
            .group_by(*key)
        )
        return [(*row,) for row in await self._session.execute(query)]

    async def put(self, verdicts: Sequence[JudgedDay], at: datetime) -> None:
        """Keep verdicts; each takes the place of the one before."""
        rows = [{**verdict._asdict(), "judged_at": at} for verdict in verdicts]
        await insert_or_replace(self._session, FootageVerdict, rows)

    async def supersede(self, verdicts: Sequence[StoredVerdict], judgement_id: int) -> None:
        """Keep what is about to be replaced."""
        rows = [
            {**each.verdict._asdict(), "judged_at": each.judged_at, "judgement_id": judgement_id}
            for each in verdicts
        ]
        if rows:
            await self._session.execute(insert(SupersededVerdict), rows)

    async def superseded(self, camera_key: int, day: date) -> list[SupersededVerdict]:
        """Former verdicts on a camera-day, newest first."""
        query = (
            select(SupersededVerdict)
            .where(SupersededVerdict.camera_key == camera_key, SupersededVerdict.day == day)
            .order_by(SupersededVerdict.judged_at.desc())
        )
        return list(await self._session.scalars(query))

    async def verdicts_on(self, camera_keys: Collection[int], day: date) -> list[FootageVerdict]:
        """Verdicts of cameras on one day."""
        query = select(FootageVerdict).where(
            FootageVerdict.camera_key.in_(camera_keys), FootageVerdict.day == day
        )
        return list(await self._session.scalars(query))

    async def intern(self, requirement: Requirement) -> int:
        """The number of a requirement; one of the same content has the same."""
        sha256 = requirement.sha256()
        query = select(FootageRequirement.id).where(FootageRequirement.sha256 == sha256)
        found = await self._session.scalar(query)
        if found is None:
            values = {"sha256": sha256, "body": requirement.model_dump_json()}
            await insert_if_absent(self._session, FootageRequirement, values)
            found = await self._session.scalar(query)
        assert found is not None
        return found

    async def requirements(self, ids: Collection[int]) -> dict[int, Requirement]:
        """Requirements by number."""
        query = select(FootageRequirement).where(FootageRequirement.id.in_(ids))
        return {
            row.id: Requirement.model_validate_json(row.body)
            for row in await self._session.scalars(query)
        }

    async def keep_profile(self, profile: Profile, at: datetime) -> None:
        """Keep a profile as it is."""
        values = {
            "sha256": profile.sha256,
            "body": profile.model_dump_json(),
            "first_used_at": at,
        }
        await insert_if_absent(self._session, JudgedProfile, values)

    async def profile(self, sha256: str) -> JudgedProfile | None:
        """A profile as it was."""
        return await self._session.get(JudgedProfile, sha256)

    async def delete_before(self, day: date) -> None:
        """Forget verdicts on days before this."""
        for model in (FootageVerdict, SupersededVerdict):
            await self._session.execute(delete(model).where(model.day < day))

    def add_judgement(self, row: Judgement) -> None:
        """Keep that somebody has days judged again."""
        self._session.add(row)

    async def flush(self) -> None:
        """Have numbers given."""
        await self._session.flush()

    async def lock_judgement(self, judgement_id: int) -> Judgement | None:
        """One of them, kept from others."""
        return await self._session.get(Judgement, judgement_id, with_for_update=FROM_WRITERS)

    async def judgements_of(self, verdicts: Collection[SupersededVerdict]) -> list[Judgement]:
        """Why these were replaced."""
        query = select(Judgement).where(Judgement.id.in_({each.judgement_id for each in verdicts}))
        return list(await self._session.scalars(query))

    async def judgements(self, limit: int) -> list[Judgement]:
        """The latest ones."""
        return list(
            await self._session.scalars(
                select(Judgement).order_by(Judgement.id.desc()).limit(limit)
            )
        )
