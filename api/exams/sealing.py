"""What a box packs with a room's footage, and what is noted of the package once it is signed."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as NotBase64Error
from collections.abc import Collection

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras import reading
from api.cameras.views import Watch
from api.contract.exam_package.errors import PackageError
from api.contract.exam_package.keys import fingerprint_of, parse_fingerprint, signer_of
from api.contract.exam_package.manifest import (
    MAX_VIEWINGS,
    LogHead,
    Manifest,
    SealedCamera,
    SealingFacts,
    Showing,
    Viewing,
    canonical,
)
from api.contract.exam_package.verifying import chain_holds
from api.exams import patrol, service
from api.exams.errors import BadSealError, ExamNotOverError, ExamSealedError
from api.exams.patrol_repository import PatrolRepository
from api.exams.repository import ExamRepository, Sat
from api.exams.schemas import SealWrite, SittingView
from api.exams.table import seal
from api.kit.errors import ConflictError, NotFoundError


async def take_facts(work: UnitOfWork, sitting_id: int, watch: Watch, by: Actor) -> SealingFacts:
    """The facts of a room and session; that they were taken is logged.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        ExamNotOverError: If the session is not over.
        ConflictError: If no camera sees the room.
    """
    sat = await _sat(work, sitting_id)
    if work.now < sat.session.ends_at:
        raise ExamNotOverError("facts are taken after the session")
    stored = ExamRepository(work.session)
    keys = (await stored.cameras_of_rooms([sat.room.id])).get(sat.room.id, [])
    if not keys:
        raise ConflictError("no camera is written down for the room")
    facts = await facts_of(work.session, sat, keys, watch)
    audit.log(
        work,
        AccessAction.EXAM_FACTS_TAKEN,
        by.username,
        by.client,
        subject=service.named(sat),
        school_id=sat.sitting.school_id,
    )
    return facts


async def facts_of(
    session: AsyncSession, sat: Sat, keys: Collection[int], watch: Watch
) -> SealingFacts:
    """What the command centre knows of a room and session."""
    cameras = await reading.list_conditions(session, watch, keys)
    names = await ExamRepository(session).school_names({sat.sitting.school_id})
    seen = await audit.viewings(
        session,
        sat.sitting.school_id,
        [camera.camera_id for camera in cameras.values()],
        sat.session.starts_at,
        sat.session.ends_at,
    )
    head = await audit.anchor(session)
    return SealingFacts(
        format=1,
        sitting_id=sat.sitting.id,
        exam=sat.exam.name,
        session=sat.session.name,
        school_id=sat.sitting.school_id,
        school=names[sat.sitting.school_id][0],
        room=f"{sat.room.code} {sat.room.name}"[:128],
        starts_at=sat.session.starts_at,
        ends_at=sat.session.ends_at,
        time_zone=sat.exam.time_zone,
        cameras=tuple(
            SealedCamera(
                camera_id=camera.camera_id,
                name=camera.name,
                clock_offset_s=None if camera.clock is None else camera.clock.offset_s,
                clock_measured_at=None if camera.clock is None else camera.clock.measured_at,
            )
            for camera in cameras.values()
        ),
        viewings=tuple(
            Viewing(
                entry=entry.id,
                entry_hash=entry.hash,
                at=entry.at,
                action=entry.action,
                username=entry.username,
                camera_id=entry.camera_id,
                from_at=entry.from_at,
                to_at=entry.to_at,
                reason=(entry.reason or "")[:512],
            )
            for entry in seen
        ),
        showings=await _showings(session, sat),
        log_head=LogHead(count=head.count, hash=head.hash),
        made_at=watch.now,
    )


async def _showings(session: AsyncSession, sat: Sat) -> tuple[Showing, ...]:
    rows, _ = await PatrolRepository(session).page(sat.sitting.id, MAX_VIEWINGS)
    return tuple(
        Showing(
            username=row.username,
            camera_id=row.camera_id,
            from_at=patrol.moment_of(row.from_ms),
            to_at=patrol.moment_of(row.to_ms),
            frames=row.frames,
        )
        for row in reversed(rows)
    )


async def note_seal(
    work: UnitOfWork, sitting_id: int, told: SealWrite, watch: Watch, by: Actor
) -> SittingView:
    """Note that a room's footage was sealed; the same package again changes nothing.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        BadSealError: If it is no signed manifest of this room and session.
        ExamSealedError: If another package was noted.
    """
    sat = await _sat(work, sitting_id)
    written, manifest, signature = _read(told)
    if (manifest.facts.sitting_id, manifest.facts.exam, manifest.facts.school_id) != (
        sitting_id,
        sat.exam.name,
        sat.sitting.school_id,
    ):
        raise BadSealError("of another room or session", params={"why": "other_room"})
    digest, sitting = hashlib.sha256(written).hexdigest(), sat.sitting
    if (known := seal(sitting)) is not None and known.manifest_sha256 != digest:
        raise ExamSealedError(
            "another package was noted",
            params={"by": known.by, "at": known.at.isoformat(timespec="seconds")},
        )
    if known is None:
        write_seal(work, sat, by.username, written, manifest, signature, by.client)
        service.tell(work, sat)
    return await service.row_of(work.session, sat, watch)


def write_seal(
    work: UnitOfWork,
    sat: Sat,
    username: str,
    written: bytes,
    manifest: Manifest,
    signature: bytes,
    client: str = "",
) -> None:
    """Write down what was sealed; the signature is known to fit."""
    public = signer_of(signature, written)
    assert public is not None, "the signature fits"
    sitting, digest = sat.sitting, hashlib.sha256(written).hexdigest()
    sitting.sealed_at, sitting.sealed_by = work.now, username
    sitting.manifest_sha256, sitting.chain_head = digest, manifest.head
    sitting.segment_count, sitting.key_fingerprint = manifest.count, fingerprint_of(public)
    audit.log(
        work,
        AccessAction.EXAM_SEALED,
        username,
        client,
        subject=digest,
        school_id=sitting.school_id,
    )


def _read(told: SealWrite) -> tuple[bytes, Manifest, bytes]:
    try:
        written = b64decode("".join(told.manifest.split()), validate=True)
        signature = b64decode("".join(told.signature.split()), validate=True)
    except NotBase64Error as error:
        raise BadSealError("not Base64", params={"why": "not_base64"}) from error
    public = signer_of(signature, written)
    if public is None:
        raise BadSealError("the signature does not fit", params={"why": "not_signed"})
    try:
        wanted = parse_fingerprint(told.fingerprint)
    except PackageError as error:
        raise BadSealError("no fingerprint", params={"why": "other_key"}) from error
    if fingerprint_of(public) != wanted:
        raise BadSealError("another key signed it", params={"why": "other_key"})
    try:
        manifest = Manifest.model_validate_json(written)
    except ValidationError as error:
        raise BadSealError("not a manifest", params={"why": "not_a_manifest"}) from error
    if canonical(manifest) != written or not chain_holds(manifest):
        raise BadSealError("its chain does not close", params={"why": "not_a_manifest"})
    return written, manifest, signature


async def _sat(work: UnitOfWork, sitting_id: int) -> Sat:
    sat = await ExamRepository(work.session).sat(sitting_id, lock=True)
    if sat is None:
        raise NotFoundError("no such sitting")
    return sat
