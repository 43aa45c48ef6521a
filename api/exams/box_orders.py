"""What a box is told about exams, and the segments that it brings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.contract.exam_orders import ExamOrders, HeldHours, PackageOrder, PackageSending
from api.contract.exam_package.manifest import Manifest, SealingFacts
from api.exams.keeping_repository import KeepingRepository
from api.exams.package_store import PackageStore
from api.kit.errors import NotFoundError

_MADE_AT_ONCE = 4
_SENT_AT_ONCE = 4
_NUMBERS_AT_ONCE = 200


async def of_box(
    work: UnitOfWork, store: PackageStore, box: ReportingBox, keep_days: int
) -> ExamOrders:
    """Hours to keep, packages to make, to send and to leave where they are."""
    stored = KeepingRepository(work.session)
    held = await stored.held_hours(box.box_id, work.now)
    to_make = await stored.to_make(box.box_id, _MADE_AT_ONCE)
    over_since = work.now - timedelta(days=keep_days)
    sending: list[PackageSending] = []
    for package in await stored.to_send(box.box_id, work.now):
        here = await asyncio.to_thread(store.numbers, package.package_id)
        missing = [n for n in range(1, (package.segment_count or 0) + 1) if n not in here]
        if missing and len(sending) < _SENT_AT_ONCE:
            sending.append(
                PackageSending(
                    package_id=package.package_id, numbers=tuple(missing[:_NUMBERS_AT_ONCE])
                )
            )
    return ExamOrders(
        school_id=box.school_id,
        held=tuple(
            HeldHours(camera_id=each.camera_id, from_at=each.starts_at, to_at=each.ends_at)
            for each in held
        ),
        make=tuple(
            PackageOrder(
                package_id=each.package_id, facts=SealingFacts.model_validate_json(each.facts)
            )
            for each in to_make
        ),
        send=tuple(sending),
        keep=tuple(await stored.to_keep(box.box_id, over_since, work.now)),
    )


async def take_segment(
    work: UnitOfWork,
    store: PackageStore,
    box_id: int,
    package_id: UUID,
    number: int,
    chunks: AsyncIterator[bytes],
) -> None:
    """Take a segment that may be handed out.

    Raises:
        NotFoundError: If it may not, or the manifest has no such segment.
        HashMismatchError: If it is not what the manifest says.
        StorageUnavailableError: If there is no room for it.
    """
    sent = await KeepingRepository(work.session).to_send(box_id, work.now)
    written = None
    if package_id in {each.package_id for each in sent}:
        written = await store.manifest(package_id)
    if written is None:
        raise NotFoundError("nobody agreed to hand this package out")
    manifest = await asyncio.to_thread(Manifest.model_validate_json, written)
    if number > manifest.count:
        raise NotFoundError("the manifest has no such segment")
    await store.receive(package_id, manifest.segments[number - 1], chunks)
