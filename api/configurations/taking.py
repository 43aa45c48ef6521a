"""What boxes say of their configuration, and what they are told to take.

A box's own file is its own word: when it was changed by hand, what waited for the box was written
on something else, and is not taken over it; its writer is told so and compares.
"""

from __future__ import annotations

from api.audit.changes import Change
from api.audit.schemas import AccessAction
from api.boxes import service as boxes
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.configurations import credentials
from api.configurations.diff import diff
from api.configurations.documents import ReadDraft
from api.configurations.entries import log_version, logged
from api.configurations.repository import ConfigurationRepository
from api.configurations.schemas import VersionOrigin, VersionState
from api.contract import (
    CONFIGURATION_FORMAT,
    ConfigurationAnswer,
    ConfigurationFacts,
    ConfigurationOrder,
    ConfigurationOutcome,
    ConfigurationReport,
    ConfigurationVersion,
    RefusalReason,
    SealedCredential,
)
from api.db.configuration import BoxConfiguration, BoxConfigurationVersion
from api.kit.errors import InvalidError, NotFoundError


async def heard(
    work: UnitOfWork, box: ReportingBox, facts: ConfigurationFacts | None
) -> ConfigurationOrder | None:
    """Take what a heartbeat says; answers what the box is to do about it."""
    if facts is None:
        return None  # it takes its file alone
    sealed: tuple[SealedCredential, ...] = ()
    if facts.sealing_key is not None:
        sealed = await credentials.heard(work, box, facts.sealing_key)
    versions = ConfigurationRepository(work.session)
    head = await versions.head(box.box_id)
    if head is None or head.reported_at is None:
        return ConfigurationOrder(report=True, credentials=sealed)
    running = await _running(versions, box.box_id, facts)
    if running is not None and running.number != head.running:
        await _runs(work, versions, box, running)
    if head.wanted is None and not sealed:
        return None
    return ConfigurationOrder(version=head.wanted, credentials=sealed)


async def report(
    work: UnitOfWork, box: ReportingBox, told: ConfigurationReport, read: ReadDraft
) -> bool:
    """Take what a box runs; answers whether that is news.

    Raises:
        InvalidError: If it is no configuration, or shows what may be a credential.
    """
    if read.document is None or read.problems:
        where = [f"{each.line or ''} {each.path}".strip() for each in read.problems[:5]]
        raise InvalidError(f"not a configuration without credentials: {', '.join(where)}")
    admitted = await boxes.admit(work, box, told.school_id)
    versions = ConfigurationRepository(work.session)
    head = await versions.ensure(admitted.box_id)
    head.reported_at = work.now
    facts = ConfigurationFacts(digest=read.digest, version=told.version)
    known = await _running(versions, admitted.box_id, facts)
    if known is not None and (known.number == head.running or told.version is not None):
        if known.number != head.running:
            await _runs(work, versions, admitted, known)
            return True
        return False
    await _add(work, versions, head, admitted, told.text, read)
    return True


async def fetch(
    work: UnitOfWork, box: ReportingBox, school_id: str, number: int
) -> ConfigurationVersion:
    """A version for its box.

    Raises:
        NotFoundError: If it has no such version.
    """
    admitted = await boxes.admit(work, box, school_id)
    found = await ConfigurationRepository(work.session).version(admitted.box_id, number)
    if found is None:
        raise NotFoundError("no such version of the configuration")
    return ConfigurationVersion(format=CONFIGURATION_FORMAT, version=found.number, text=found.text)


async def answer(work: UnitOfWork, box: ReportingBox, told: ConfigurationAnswer) -> bool:
    """Take what became of a version; answers whether that is news."""
    admitted = await boxes.admit(work, box, told.school_id)
    versions = ConfigurationRepository(work.session)
    head = await versions.lock(admitted.box_id)
    version = await versions.brief(admitted.box_id, told.version)
    if head is None or version is None or version.origin != VersionOrigin.CENTRE:
        return False  # from a time that this command centre does not remember
    if head.wanted == version.number:
        head.wanted = None
    if told.outcome is ConfigurationOutcome.APPLIED:
        version.waits = list(told.waits)
        if head.running == version.number or version.state == VersionState.REFUSED:
            return False
        await _runs(work, versions, admitted, version)
        return True
    if version.state == VersionState.REFUSED:
        return False
    _refuse(work, admitted, version, told)
    return True


def _refuse(
    work: UnitOfWork,
    box: ReportingBox,
    version: BoxConfigurationVersion,
    told: ConfigurationAnswer,
) -> None:
    version.state = VersionState.REFUSED
    version.answered_at = work.now
    version.why = told.why or RefusalReason.NOT_USABLE
    version.problems = [each.model_dump(mode="json") for each in told.problems]
    why = Change(field="why", old=None, new=version.why)
    log_version(work, AccessAction.CONFIGURATION_REFUSED, box, version.number, changes=[why])


async def _running(
    versions: ConfigurationRepository, box_id: int, facts: ConfigurationFacts
) -> BoxConfigurationVersion | None:
    """The version that a box means; None of one that is not known."""
    if facts.version is None:
        return await versions.reported(box_id, facts.digest)
    found = await versions.brief(box_id, facts.version)
    return found if found is not None and found.digest == facts.digest else None


async def _runs(
    work: UnitOfWork,
    versions: ConfigurationRepository,
    box: ReportingBox,
    version: BoxConfigurationVersion,
) -> None:
    """From now on the box runs this version."""
    head = await versions.lock(box.box_id)
    assert head is not None, "it has a version"
    for other in await versions.applied(box.box_id):
        if other.number != version.number:
            other.state = VersionState.SUPERSEDED
    version.state = VersionState.APPLIED
    version.answered_at = version.answered_at or work.now
    version.why, version.problems = None, []
    head.running = version.number
    if head.wanted == version.number:
        head.wanted = None
    if version.origin == VersionOrigin.CENTRE:
        log_version(work, AccessAction.CONFIGURATION_APPLIED, box, version.number)


async def _add(
    work: UnitOfWork,
    versions: ConfigurationRepository,
    head: BoxConfiguration,
    box: ReportingBox,
    text: str,
    read: ReadDraft,
) -> None:
    """What the box's own file says by now."""
    if head.wanted is not None:
        waiting = await versions.brief(box.box_id, head.wanted)
        # Before its first word nothing could be written on it: what waits is meant to replace it.
        if waiting is not None and head.running is not None:
            told = ConfigurationAnswer(
                school_id=box.school_id,
                version=waiting.number,
                outcome=ConfigurationOutcome.REFUSED,
                why=RefusalReason.CHANGED_LOCALLY,
            )
            _refuse(work, box, waiting, told)
            head.wanted = None
    before = None if head.running is None else await versions.version(box.box_id, head.running)
    head.newest += 1
    version = await versions.add(
        {
            "box_id": box.box_id,
            "number": head.newest,
            "origin": VersionOrigin.BOX,
            "created_at": work.now,
            "created_by": "",
            "reason": "",
            "text": text,
            "document": read.document,
            "digest": read.digest,
            "restored_from": None,
            "state": VersionState.APPLIED,
            "problems": [],
            "waits": [],
        }
    )
    await _runs(work, versions, box, version)
    changes = [] if before is None else diff(before.document, read.document, None).changes
    log_version(
        work,
        AccessAction.CONFIGURATION_REPORTED,
        box,
        version.number,
        changes=logged(changes),
    )
