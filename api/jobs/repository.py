"""Jobs in the database."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.job import Job
from api.db.upsert import insert_absent, insert_if_absent
from api.jobs.kinds import RECURRING_KEY, ClaimedJob, JobKind
from api.jobs.schemas import JobState
from api.kit.pagination import Cursor

DIED = "process_died"
"""The error of an attempt that nobody ended."""


def _is_due(kinds: Mapping[str, JobKind], now: datetime) -> ColumnElement[bool]:
    """Due and claimed by nobody who still lives.

    A recurring job that is due later than its interval was put off by a clock that has been set
    back since.
    """
    waits = [Job.due_at <= now]
    waits += [
        and_(
            Job.kind == kind.name,
            Job.key == RECURRING_KEY,
            Job.due_at > now + timedelta(seconds=kind.every_s),
        )
        for kind in kinds.values()
        if kind.every_s is not None
    ]
    return and_(
        Job.kind.in_(kinds),
        or_(*waits),
        or_(Job.claim.is_(None), Job.claimed_until < now),
    )


def _new(
    kind: str, key: str, payload: Mapping[str, str], now: datetime, due_at: datetime
) -> dict[str, object]:
    return {
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "created_at": now,
        "due_at": due_at,
        "attempts": 0,
        "error": "",
    }


class JobRepository:
    """Reads and writes ``jobs``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, kind: str, key: str, payload: Mapping[str, str], now: datetime, due_at: datetime
    ) -> bool:
        """Add a job unless there is one of this kind and key; answers whether it was new."""
        return await insert_if_absent(self._session, Job, _new(kind, key, payload, now, due_at))

    async def add_all(
        self,
        kind: str,
        payloads: Mapping[str, Mapping[str, str]],
        now: datetime,
        due_at: datetime,
    ) -> None:
        """Add jobs by key, unless there are such of this kind."""
        rows = [_new(kind, key, payload, now, due_at) for key, payload in payloads.items()]
        await insert_absent(self._session, Job, rows)

    async def has_due(self, kinds: Mapping[str, JobKind], now: datetime) -> bool:
        """Whether there is anything to claim."""
        query = select(Job.id).where(_is_due(kinds, now)).limit(1)
        return await self._session.scalar(query) is not None

    async def claim(
        self, kinds: Mapping[str, JobKind], now: datetime, limit: int
    ) -> list[ClaimedJob]:
        """Claim what is due, the longest waiting first; gives up what died too often."""
        rows = await self._session.scalars(
            select(Job)
            .where(_is_due(kinds, now))
            .order_by(Job.due_at, Job.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = []
        for row in rows:
            kind = kinds[row.kind]
            if row.claim is not None and kind.every_s is None and row.attempts >= kind.attempts:
                self._give_up(row, now, DIED)
                continue
            row.attempts += 1
            row.claim = secrets.token_hex(8)
            row.claimed_until = now + timedelta(seconds=kind.lease_s)
            claimed.append(
                ClaimedJob(row.id, row.kind, row.key, row.payload, row.attempts, row.claim)
            )
        return claimed

    async def held(self, job: ClaimedJob) -> Job | None:
        """The row, kept from others, while this attempt is still the one that counts."""
        return await self._session.scalar(
            select(Job).where(Job.id == job.id, Job.claim == job.claim).with_for_update()
        )

    def finish(self, row: Job, now: datetime, due_at: datetime | None) -> None:
        """It succeeded; it is due again then, or never."""
        row.done_at, row.due_at, row.attempts, row.error = now, due_at, 0, ""
        row.claim = row.claimed_until = None

    def put_off(self, row: Job, due_at: datetime, error: str) -> None:
        """It failed and is tried again then."""
        row.due_at, row.error = due_at, error
        row.claim = row.claimed_until = None

    def give_up(self, row: Job, now: datetime, error: str) -> None:
        """It failed for the last time."""
        self._give_up(row, now, error)

    @staticmethod
    def _give_up(row: Job, now: datetime, error: str) -> None:
        row.failed_at, row.due_at, row.error = now, None, error
        row.claim = row.claimed_until = None

    async def lock_failed(self, job_id: int) -> Job | None:
        """A job that was given up, kept from others."""
        return await self._session.scalar(
            select(Job).where(Job.id == job_id, Job.failed_at.is_not(None)).with_for_update()
        )

    async def remove(self, row: Job) -> None:
        """Forget a job."""
        await self._session.delete(row)

    async def remove_open(self, kind: str, key: str) -> bool:
        """Forget a job that is neither running nor ended; answers whether there was one."""
        query = delete(Job).where(
            Job.kind == kind, Job.key == key, Job.due_at.is_not(None), Job.claim.is_(None)
        )
        return (await self._session.execute(query.returning(Job.id))).first() is not None

    async def open_keys(self, kind: str, keys: Collection[str]) -> set[str]:
        """Those of these keys of a kind whose job waits or runs."""
        query = select(Job.key).where(Job.kind == kind, Job.key.in_(keys), Job.due_at.is_not(None))
        return set(await self._session.scalars(query))

    async def delete_done_before(self, moment: datetime) -> None:
        """Forget what was done before then and is not due again."""
        await self._session.execute(
            delete(Job).where(Job.done_at < moment, Job.due_at.is_(None), Job.failed_at.is_(None))
        )

    async def page(self, state: JobState, after: Cursor | None, limit: int) -> list[Job]:
        """Jobs of one state: given up latest first, waiting by when they are due."""
        if state is JobState.FAILED:
            column, query = Job.failed_at, select(Job).where(Job.failed_at.is_not(None))
            query = query.order_by(Job.failed_at.desc(), Job.id.desc())
        else:
            column, query = Job.due_at, select(Job).where(Job.due_at.is_not(None))
            query = query.order_by(Job.due_at, Job.id)
        if after is not None:
            last_id = after.number
            beyond = (
                (column < after.at, Job.id < last_id)
                if state is JobState.FAILED
                else (column > after.at, Job.id > last_id)
            )
            query = query.where(or_(beyond[0], and_(column == after.at, beyond[1])))
        return list(await self._session.scalars(query.limit(limit)))
