"""What a box says of a package that was ordered, and the bureau's signature on what it made."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import ValidationError

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract.exam_orders import PackageReport, PackageTrouble
from api.contract.exam_package.keys import signed
from api.contract.exam_package.manifest import Manifest, SealingFacts, canonical
from api.contract.exam_package.verifying import chain_holds
from api.contract.signing_keys import KeyFileError, read_key
from api.db.exam_keeping import ExamPackage
from api.exams import sealing, service
from api.exams.keeping_repository import KeepingRepository
from api.exams.package_store import PackageStore
from api.exams.repository import ExamRepository
from api.exams.schemas import PackageState, SealWrite

_log = structlog.get_logger(__name__)


async def take_report(work: UnitOfWork, box_id: int, package_id: UUID, told: PackageReport) -> bool:
    """Note that a box began, or why it cannot; answers whether that is news."""
    row = await KeepingRepository(work.session).of_box(box_id, package_id)
    if row is None or row.state not in (PackageState.ORDERED, PackageState.MAKING):
        return False
    state = PackageState.MAKING if told.trouble is None else PackageState.FAILED
    trouble = None if told.trouble is None else told.trouble.value
    if (row.state, row.trouble) == (state, trouble):
        return False
    await _put(work, row, state, trouble, told.detail)
    return True


async def take_manifest(
    work: UnitOfWork,
    store: PackageStore,
    key_file: Path | None,
    box_id: int,
    package_id: UUID,
    written: bytes,
) -> bool:
    """Take what a box collected and sign it where the key is; answers whether that is news."""
    row = await KeepingRepository(work.session).of_box(box_id, package_id)
    if row is None or row.state not in (PackageState.ORDERED, PackageState.MAKING):
        return False
    manifest = _manifest(written)
    if manifest is None or manifest.facts != SealingFacts.model_validate_json(row.facts):
        await _put(work, row, PackageState.FAILED, PackageTrouble.OTHER_FACTS.value, "")
        return True
    row.manifest_sha256 = hashlib.sha256(written).hexdigest()
    row.chain_head, row.segment_count = manifest.head, manifest.count
    row.size_bytes = sum(each.size_bytes for each in manifest.segments)
    signature = _signature(key_file, written)
    sat = await ExamRepository(work.session).sat(row.sitting_id, lock=True)
    assert sat is not None, "a package is of a sitting"
    is_sealed = signature is not None and sat.sitting.sealed_at is None
    await store.put(package_id, written, signature if is_sealed else None)
    if is_sealed and signature is not None:
        sealing.write_seal(work, sat, row.ordered_by, written, manifest, signature)
    await _put(work, row, PackageState.SEALED if is_sealed else PackageState.COLLECTED, None, "")
    return True


async def signed_by_hand(
    work: UnitOfWork, store: PackageStore, sitting_id: int, told: SealWrite
) -> None:
    """A seal was noted: if it is that of the package that was ordered, that is sealed now."""
    row = (await KeepingRepository(work.session).packages([sitting_id])).get(sitting_id)
    if row is None or row.state != PackageState.COLLECTED:
        return
    written = await store.manifest(row.package_id)
    if written is None or written != b64decode(told.manifest):
        return
    await store.put(row.package_id, written, b64decode(told.signature))
    row.state, row.changed_at = PackageState.SEALED.value, work.now


def _manifest(written: bytes) -> Manifest | None:
    try:
        found = Manifest.model_validate_json(written)
    except ValidationError:
        return None
    return found if canonical(found) == written and chain_holds(found) else None


def _signature(key_file: Path | None, written: bytes) -> bytes | None:
    if key_file is None:
        return None
    try:
        return signed(read_key(key_file), written)
    except KeyFileError as error:
        _log.error("exam_package_not_signed", file=error.where, why=error.what)
        return None


async def _put(
    work: UnitOfWork, row: ExamPackage, state: PackageState, trouble: str | None, detail: str
) -> None:
    row.state, row.trouble, row.detail = state.value, trouble, detail
    row.changed_at = work.now
    sat = await ExamRepository(work.session).sat(row.sitting_id)
    assert sat is not None, "a package is of a sitting"
    if state is not PackageState.MAKING:
        audit.log(
            work,
            AccessAction.EXAM_PACKAGE_MADE
            if state is not PackageState.FAILED
            else AccessAction.EXAM_PACKAGE_FAILED,
            "",
            "",
            reason=trouble,
            subject=service.named(sat),
            school_id=row.school_id,
        )
    service.tell(work, sat)
