"""Versions as people write them: saved on what they saw, compared, gone back to, taken out.

Nothing is lost by two who write at once: who comes second is told (412), compares, and decides. The
box hears of a version with its next heartbeat (:mod:`api.configurations.taking`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.changes import Actor, Change
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.configurations.diff import diff
from api.configurations.documents import ReadDraft, read_draft
from api.configurations.entries import log_version, logged
from api.configurations.errors import BadConfigurationError, ConfigurationChangedError
from api.configurations.reading import box_of, numbered_version
from api.configurations.repository import ConfigurationRepository
from api.configurations.schemas import (
    ConfigurationView,
    Draft,
    DraftView,
    Management,
    VersionDetail,
    VersionOrigin,
    VersionState,
    VersionSummary,
    VersionWrite,
)
from api.contract import ConfigurationProblem, RefusalReason
from api.db.configuration import BoxConfiguration, BoxConfigurationVersion
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName
from api.workers import service as workers


async def get(session: AsyncSession, watch: workers.Silence, box_id: int) -> ConfigurationView:
    """Where a box stands, and its versions.

    Raises:
        NotFoundError: If there is no such box.
    """
    versions = ConfigurationRepository(session)
    box, school = await box_of(versions, box_id)
    head = await versions.head(box_id)
    found = await versions.versions(box_id)
    on_it = await workers.list_workers(session, watch.now, watch.lost_after_s)
    ours = [each for each in on_it if each.box_id == box_id]
    return ConfigurationView(
        box_id=box_id,
        box_name=box.name,
        school=organisations.name_of(school),
        management=_management(head, found),
        is_box_there=any(not each.lost for each in ours),
        newest=0 if head is None else head.newest,
        running=None if head is None else head.running,
        wanted=None if head is None else head.wanted,
        reported_at=None if head is None else head.reported_at,
        versions=[_summary(each) for each in found],
        as_of=watch.now,
    )


@dataclass(frozen=True, slots=True)
class RunningDocument:
    """What a box is known to run, for who reads it.

    Attributes:
        box_name: Its name.
        school: Its school.
        newest: Its newest version; 0: none is known.
        document: What the version says that it runs, else the newest; secrets are markers.
    """

    box_name: str
    school: SchoolName
    newest: int
    document: Mapping[str, object]


async def running_document(session: AsyncSession, box_id: int) -> RunningDocument:
    """What a box is known to run.

    Raises:
        NotFoundError: If there is no such box.
    """
    versions = ConfigurationRepository(session)
    box, school = await box_of(versions, box_id)
    head = await versions.head(box_id)
    newest = 0 if head is None else head.newest
    number = newest if head is None or head.running is None else head.running
    found = await versions.version(box_id, number) if number else None
    document = {} if found is None else found.document
    return RunningDocument(
        box.name,
        organisations.name_of(school),
        newest,
        document if isinstance(document, dict) else {},
    )


async def get_version(
    session: AsyncSession, box_id: int, number: int, against: int | None
) -> VersionDetail:
    """A version, and what it changed.

    Args:
        session: To read with.
        box_id: Whose.
        number: Which.
        against: The version to compare with; the one before it if None.

    Raises:
        NotFoundError: If there is no such box or version.
    """
    versions = ConfigurationRepository(session)
    await box_of(versions, box_id)
    version = await numbered_version(versions, box_id, number)
    return await _detail(versions, version, against)


async def compare(session: AsyncSession, box_id: int, draft: Draft) -> DraftView:
    """What a text would change, and what keeps it from becoming a version.

    Raises:
        NotFoundError: If there is no such box or version.
    """
    versions = ConfigurationRepository(session)
    await box_of(versions, box_id)
    against = draft.against
    if against is None:
        head = await versions.head(box_id)
        against = head.newest if head is not None and head.newest else None
    old = None if against is None else (await numbered_version(versions, box_id, against)).document
    read = await read_draft(draft.text)
    told = None if read.document is None else diff(old, read.document, against)
    return DraftView(problems=read.problems, diff=told)


async def save(
    work: UnitOfWork, box_id: int, seen: int, written: VersionWrite, read: ReadDraft, by: Actor
) -> VersionDetail:
    """Make a version, which the box is to take.

    Args:
        work: The unit of work.
        box_id: Whose.
        seen: The newest version when it was written.
        written: It.
        read: The same, as it was read.
        by: Who.

    Raises:
        NotFoundError: If there is no such box.
        BadConfigurationError: If it is none, or holds a credential.
        ConfigurationChangedError: If there is a newer one.
    """
    if read.document is None or read.problems:
        raise BadConfigurationError.of(read.problems)
    versions = ConfigurationRepository(work.session)
    await box_of(versions, box_id)
    head = await _seen(versions, box_id, seen)
    new = _New(written.text, read.document, read.digest, written.reason)
    return await _add(work, head, new, AccessAction.CONFIGURATION_SAVED, by)


async def restore(
    work: UnitOfWork, box_id: int, seen: int, number: int, reason: str, by: Actor
) -> VersionDetail:
    """Go back: a new version that is equal to an older one.

    Raises:
        NotFoundError: If there is no such box or version.
        ConfigurationChangedError: If there is a newer one than was seen.
    """
    versions = ConfigurationRepository(work.session)
    await box_of(versions, box_id)
    old = await numbered_version(versions, box_id, number)
    head = await _seen(versions, box_id, seen)
    new = _New(old.text, old.document, old.digest, reason, restored_from=number)
    return await _add(work, head, new, AccessAction.CONFIGURATION_RESTORED, by)


async def export(work: UnitOfWork, box_id: int, number: int, by: Actor) -> tuple[str, str]:
    """A version's YAML, and what the file is called; logged.

    Raises:
        NotFoundError: If there is no such box or version.
    """
    versions = ConfigurationRepository(work.session)
    box, _ = await box_of(versions, box_id)
    version = await numbered_version(versions, box_id, number)
    log_version(work, AccessAction.CONFIGURATION_EXPORTED, box, number, by)
    return version.text, f"{box.school_id}-{box.name}-{number}.yaml"


@dataclass(frozen=True, slots=True)
class _New:
    """What a version is made of."""

    text: str
    document: dict[str, object]
    digest: str
    reason: str
    restored_from: int | None = None


async def _add(
    work: UnitOfWork, head: BoxConfiguration, new: _New, action: AccessAction, by: Actor
) -> VersionDetail:
    versions = ConfigurationRepository(work.session)
    box, _ = await box_of(versions, head.box_id)
    if head.wanted is not None:
        await supersede(versions, head.box_id, head.wanted)
    before = head.newest or None
    head.newest += 1
    head.wanted = head.newest
    version = await versions.add(
        {
            "box_id": head.box_id,
            "number": head.newest,
            "origin": VersionOrigin.CENTRE,
            "created_at": work.now,
            "created_by": by.username,
            "reason": new.reason,
            "text": new.text,
            "document": new.document,
            "digest": new.digest,
            "restored_from": new.restored_from,
            "state": VersionState.PENDING,
            "problems": [],
            "waits": [],
        }
    )
    detail = await _detail(versions, version, before)
    written = Change(field="reason", old=None, new=new.reason)
    changes = [written, *logged(detail.diff.changes)]
    log_version(work, action, box, detail.version.number, by, changes)
    return detail


async def supersede(versions: ConfigurationRepository, box_id: int, number: int) -> None:
    """A version that waits is not waited for any more."""
    waiting = await versions.brief(box_id, number)
    if waiting is not None and waiting.state == VersionState.PENDING:
        waiting.state = VersionState.SUPERSEDED


async def _seen(versions: ConfigurationRepository, box_id: int, seen: int) -> BoxConfiguration:
    head = await versions.ensure(box_id)
    if head.newest == seen:
        return head
    newest = await versions.brief(box_id, head.newest)
    raise ConfigurationChangedError(
        "compare with the newest version, and save again",
        params={
            "version": str(head.newest),
            "by": "" if newest is None else newest.created_by,
            "at": "" if newest is None else newest.created_at.isoformat(),
        },
    )


async def _detail(
    versions: ConfigurationRepository, version: BoxConfigurationVersion, against: int | None
) -> VersionDetail:
    if against is None and version.number > 1:
        against = version.number - 1
    before = None if against is None else await numbered_version(versions, version.box_id, against)
    old = None if before is None else before.document
    return VersionDetail(
        version=_summary(version),
        text=version.text,
        diff=diff(old, version.document, against),
    )


def _management(
    head: BoxConfiguration | None, versions: list[BoxConfigurationVersion]
) -> Management:
    running = None if head is None else head.running
    for version in versions:
        if version.number == running:
            is_ours = version.origin == VersionOrigin.CENTRE
            return Management.CENTRE if is_ours else Management.LOCAL
    return Management.UNKNOWN


def _summary(version: BoxConfigurationVersion) -> VersionSummary:
    return VersionSummary(
        number=version.number,
        origin=VersionOrigin(version.origin),
        created_at=version.created_at,
        created_by=version.created_by,
        reason=version.reason,
        restored_from=version.restored_from,
        state=VersionState(version.state),
        answered_at=version.answered_at,
        why=None if version.why is None else RefusalReason(version.why),
        problems=[ConfigurationProblem.model_validate(each) for each in version.problems],
        waits=version.waits,
    )
