"""The demo in the database: many rows at once, and all of them away again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    CursorResult,
    delete,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.compliance.requirements import Requirement
from api.contract import DEFAULT_SCHOOL_ID
from api.db.base import Base
from api.db.camera import Camera, Worker
from api.db.compliance import (
    FootageRequirement,
    FootageVerdict,
    JudgedProfile,
    SupersededVerdict,
)
from api.db.inspection import Inspection, InspectionPlan
from api.db.job import Job
from api.db.models import (
    AccessLogEntry,
    EvidenceFile,
    EvidenceGrant,
    Identity,
    SignInSession,
    StoredEvent,
    User,
)
from api.db.narrowing import options_of, owned
from api.db.notice import Notice, NoticeChannel, NoticeItem
from api.db.order import WorkOrder
from api.db.organisation import Box, Bureau, Community, Membership, School
from api.db.report import Report
from api.db.saved_filter import SavedFilter
from api.demo.marks import CODE_PREFIX, PERSON_PREFIX, PREFIX

_AT_ONCE = 2000
_Row = TypeVar("_Row")


class DemoRepository:
    """Writes rows of all tables, and deletes what belongs to the demo."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert rows; answers how many."""
        count = 0
        for batch in _batches(rows):
            await self._session.execute(insert(model), batch)
            count += len(batch)
        return count

    async def numbered(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows that the database numbers; answers their numbers, in order."""
        found: list[int] = []
        query = insert(model).returning(inspect(model).c.id, sort_by_parameter_order=True)
        for batch in _batches(rows):
            found += (await self._session.scalars(query, batch)).all()
        return found

    # --- what is there ------------------------------------------------------------------------

    async def school_ids(self) -> frozenset[str]:
        """The demo's schools."""
        query = select(School.school_id).where(
            School.school_id.startswith(PREFIX, autoescape=True),
            School.code.startswith(CODE_PREFIX, autoescape=True),
        )
        return frozenset(await self._session.scalars(query))

    async def others(self) -> list[str]:
        """Names of schools that are not the demo's; the one made in advance is none while no camera
        was heard of.
        """
        has_camera = exists().where(Camera.school_id == School.school_id)
        is_in_use = or_(
            School.school_id != DEFAULT_SCHOOL_ID, School.described_at.is_not(None), has_camera
        )
        query = select(School.name_zh).where(
            School.school_id.not_in(await self.school_ids()), is_in_use
        )
        return list(await self._session.scalars(query.order_by(School.school_id)))

    async def has_bureau(self) -> bool:
        """Whether somebody named the bureau."""
        return await self._session.scalar(select(Bureau.id)) is not None

    async def evidence_of(self, scope: Scope) -> set[str]:
        """Hashes of all files that schools brought."""
        query = select(EvidenceFile.sha256).options(*options_of(scope))
        return set(await self._session.scalars(query))

    async def still_kept(self, sha256s: Collection[str]) -> set[str]:
        """Those of these files that some school keeps."""
        query = select(EvidenceFile.sha256).where(
            EvidenceFile.sha256.in_(sha256s), EvidenceFile.deleted_at.is_(None)
        )
        return set(await self._session.scalars(query))

    async def reports_of(self, scope: Scope) -> list[tuple[int, str]]:
        """Reports of schools: number and format."""
        query = select(Report.id, Report.format).options(*options_of(scope))
        return [(number, kind) for number, kind in await self._session.execute(query)]

    async def requirements_of(self, scope: Scope) -> set[int]:
        """By what footage of schools was judged."""
        found: set[int] = set()
        for model in (FootageVerdict, SupersededVerdict):
            query = select(model.requirement_id).distinct().options(*options_of(scope))
            found |= set(await self._session.scalars(query))
        return found

    # --- keeping boxes alive ------------------------------------------------------------------

    async def beat(self, scope: Scope, at: datetime) -> int:
        """Let boxes of schools that are in use, and their cameras, be heard of at a moment;
        answers how many boxes.
        """
        in_use = select(Box.id).join(School, School.school_id == Box.school_id)
        in_use = in_use.where(School.school_id.in_(scope.school_ids or ()))
        in_use = in_use.where(School.closed_at.is_(None))
        beating = update(Worker).where(Worker.box_id.in_(in_use))
        told = await self._session.execute(beating.values(sent_at=at, last_seen_at=at))
        reported = update(Camera).where(Camera.box_id.in_(in_use))
        await self._session.execute(reported.values(reported_at=at))
        seeing = reported.where(Camera.state == "watching")
        await self._session.execute(seeing.values(last_frame_at=at, last_analysed_at=at))
        assert isinstance(told, CursorResult)
        return told.rowcount

    # --- taking it away -----------------------------------------------------------------------

    async def delete_of(self, scope: Scope) -> int:
        """Delete all that belongs to schools, the access log aside; answers how many rows."""
        await self._delete_jobs(scope)
        notices = await self._notices(scope)
        models = {model.__tablename__: model for model in owned()}
        count = 0
        for table in reversed(Base.metadata.sorted_tables):
            if table.name == Notice.__tablename__:
                await self._session.execute(delete(Notice).where(Notice.id.in_(notices)))
            model = models.get(table.name)
            if model is not None and model is not AccessLogEntry:
                count += await self._delete(delete(model).options(*options_of(scope)))
        ids = scope.school_ids or ()
        await self._delete(delete(StoredEvent).where(StoredEvent.school_id.in_(ids)))
        await self._delete_plans(frozenset(ids))
        return count

    async def delete_people(self) -> int:
        """Delete the demo's people of the district; answers how many."""
        theirs = User.username.startswith(PERSON_PREFIX, autoescape=True)
        names = list(await self._session.scalars(select(User.username).where(theirs)))
        for model in (EvidenceGrant, SavedFilter, SignInSession, Identity):
            await self._delete(delete(model).where(model.username.in_(names)))
        return await self._delete(delete(User).where(theirs))

    async def delete_communities(self) -> int:
        """Delete the demo's communities to which no school belongs."""
        used = exists().where(
            or_(
                School.community_id == Community.community_id,
                Membership.community_id == Community.community_id,
            )
        )
        theirs = Community.community_id.startswith(PREFIX, autoescape=True)
        return await self._delete(delete(Community).where(theirs, ~used))

    async def delete_bureau(self, name_zh: str) -> int:
        """Delete the bureau's name, if it is still this one."""
        return await self._delete(delete(Bureau).where(Bureau.name_zh == name_zh))

    async def delete_requirements(self, ids: Collection[int]) -> None:
        """Delete those of these that nobody was judged by any more, and profiles only they name."""
        used = set()
        for model in (FootageVerdict, SupersededVerdict):
            query = select(model.requirement_id).where(model.requirement_id.in_(ids)).distinct()
            used |= set(await self._session.scalars(query))
        gone, kept = set(), set()
        for row in await self._session.scalars(select(FootageRequirement)):
            body = Requirement.model_validate_json(row.body)
            names = {each.sha256 for each in body.profiles}
            if row.id in ids and row.id not in used:
                gone |= names
                await self._session.delete(row)
            else:
                kept |= names
        await self._session.flush()
        await self._delete(delete(JudgedProfile).where(JudgedProfile.sha256.in_(gone - kept)))

    async def _delete(self, statement: Any) -> int:
        done = await self._session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(done, CursorResult)
        return done.rowcount

    async def _notices(self, scope: Scope) -> list[str]:
        """Messages to channels of schools or to the demo's people, and those of schools alone."""
        channels = select(NoticeChannel.id).options(*options_of(scope))
        keys = list(await self._session.scalars(channels))
        of_them = or_(
            Notice.channel_id.in_(keys),
            Notice.username.startswith(PERSON_PREFIX, autoescape=True),
        )
        found = list(await self._session.scalars(select(Notice.id).where(of_them)))
        ids = scope.school_ids or ()
        others = exists().where(
            NoticeItem.notice_id == Notice.id,
            func.coalesce(NoticeItem.school_id, "").not_in(ids),
        )
        items = exists().where(NoticeItem.notice_id == Notice.id, NoticeItem.school_id.in_(ids))
        found += await self._session.scalars(select(Notice.id).where(items, ~others))
        await self._delete(delete(NoticeItem).where(NoticeItem.notice_id.in_(found)))
        return sorted(set(found))

    async def _delete_jobs(self, scope: Scope) -> None:
        """Jobs about orders, forms and reports that go: their numbers may be given again."""
        gone: set[tuple[str, str]] = set()
        kinds: tuple[tuple[str, type[WorkOrder | Inspection | Report]], ...] = (
            ("order_id", WorkOrder),
            ("inspection_id", Inspection),
            ("report_id", Report),
        )
        for name, model in kinds:
            numbers = await self._session.scalars(select(model.id).options(*options_of(scope)))
            gone |= {(name, str(number)) for number in numbers}
        query = select(Job.id, Job.key, Job.kind, Job.payload)
        theirs = [
            number
            for number, key, kind, payload in await self._session.execute(query)
            if gone & set(payload.items())
            or (kind.startswith("report") and ("report_id", key) in gone)
        ]
        for some in _batches(theirs):
            await self._delete(delete(Job).where(Job.id.in_(some)))

    async def _delete_plans(self, school_ids: frozenset[str]) -> None:
        """Plans of these schools alone."""
        plans = await self._session.execute(select(InspectionPlan.id, InspectionPlan.school_ids))
        theirs = [number for number, ids in plans if ids and school_ids.issuperset(ids)]
        await self._delete(delete(InspectionPlan).where(InspectionPlan.id.in_(theirs)))


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
