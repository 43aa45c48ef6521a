"""Credentials that are sealed in a browser to a box's key, kept here unreadable, and brought there.

Nothing is sealed to a key that nobody allowed, and nothing is brought to a box with another key
than it was sealed to.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change
from api.audit.schemas import AccessAction
from api.boxes import service as boxes
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.configurations.credential_schemas import (
    CredentialState,
    CredentialsView,
    CredentialView,
    CredentialWrite,
    SealingKeyState,
    SealingKeyView,
)
from api.configurations.errors import SealingKeyError
from api.configurations.repository import ConfigurationRepository, CredentialRepository
from api.contract import (
    CredentialAnswer,
    CredentialKind,
    CredentialOutcome,
    CredentialRefusal,
    SealedCredential,
)
from api.contract.credentials import MAX_ORDERED, fingerprint
from api.db.configuration import BoxCredential, BoxSealingKey
from api.db.organisation import Box
from api.kit.errors import NotFoundError
from api.kit.moments import Moment

_Places = dict[tuple[CredentialKind, str], tuple[str, str]]
"""Title and host of each camera and recorder."""


async def get(session: AsyncSession, now: Moment, box_id: int) -> CredentialsView:
    """What was set for a box, and the key to seal to.

    Raises:
        NotFoundError: If there is no such box.
    """
    box = await _box(session, box_id)
    kept = CredentialRepository(session)
    key = await kept.key(box_id)
    rows = {(CredentialKind(row.kind), row.name): row for row in await kept.all(box_id)}
    places = await _places(session, box_id)
    targets = [*places, *(target for target in rows if target not in places)]
    return CredentialsView(
        box_id=box_id,
        is_revoked=box.revoked_at is not None,
        key=_key_view(key),
        items=[
            _view(target, places.get(target, ("", "")), rows.get(target), key) for target in targets
        ],
        as_of=now,
    )


async def allow(work: UnitOfWork, box_id: int, key: str, by: Actor) -> None:
    """Let credentials be sealed to the key that a box tells; logged.

    Raises:
        NotFoundError: If there is no such box.
        SealingKeyError: If it tells another one by now, or was revoked.
    """
    box = await _box(work.session, box_id)
    row = await CredentialRepository(work.session).lock_key(box_id)
    if row is None or row.told != key or box.revoked_at is not None:
        raise SealingKeyError("look at the box's key again")
    if row.allowed == key:
        return
    before = None if row.allowed is None else fingerprint(row.allowed)
    row.allowed, row.allowed_at, row.allowed_by = key, work.now, by.username
    _log(work, AccessAction.BOX_KEY_ALLOWED, by, box, Change(
        field="sealing_key", old=before, new=fingerprint(key)
    ))  # fmt: skip


async def put(work: UnitOfWork, box_id: int, told: CredentialWrite, by: Actor) -> None:
    """Keep what was sealed, for the box to fetch; logged without what is in it.

    Raises:
        NotFoundError: If there is no such box, or no such camera or recorder.
        SealingKeyError: If the key was not allowed, is another one by now, or the box was revoked.
    """
    box = await _box(work.session, box_id)
    kept = CredentialRepository(work.session)
    key = await kept.lock_key(box_id)
    is_good = key is not None and key.told == key.allowed == told.key
    if not is_good or box.revoked_at is not None:
        raise SealingKeyError("seal it to the key that the box tells and somebody allowed")
    if not (await _places(work.session, box_id)).get((told.kind, told.name), ("", ""))[1]:
        raise NotFoundError("no such camera or recorder in the newest version")
    row = await kept.one(box_id, told.kind, told.name)
    before = None if row is None else str(row.number)
    number = await kept.newest(box_id) + 1
    if row is None:
        row = BoxCredential(box_id=box_id, kind=told.kind.value, name=told.name)
        kept.add(row)
    row.number, row.sealed, row.key = number, told.sealed, told.key
    row.set_at, row.set_by = work.now, by.username
    row.state, row.why, row.answered_at = CredentialState.WAITING.value, None, None
    await work.session.flush()
    field = f"{told.kind.value}:{told.name}"
    _log(work, AccessAction.CREDENTIAL_SET, by, box, Change(
        field=field, old=before, new=str(number)
    ))  # fmt: skip


async def heard(work: UnitOfWork, box: ReportingBox, key: str) -> tuple[SealedCredential, ...]:
    """Take the key that a heartbeat tells; answers what is to be brought to it."""
    kept = CredentialRepository(work.session)
    row = await kept.key(box.box_id)
    if row is None or row.told != key:
        row = await kept.ensure_key(box.box_id, key, work.now)
        if row.told != key:
            row.told, row.told_at = key, work.now
    if row.allowed != key:
        return ()
    waiting = await kept.waiting(box.box_id, key, MAX_ORDERED)
    return tuple(
        SealedCredential(
            kind=CredentialKind(each.kind), name=each.name, number=each.number, sealed=each.sealed
        )
        for each in waiting
    )


async def answer(work: UnitOfWork, box: ReportingBox, told: CredentialAnswer) -> bool:
    """Take what became of a credential; answers whether that is news."""
    admitted = await boxes.admit(work, box, told.school_id)
    kept = CredentialRepository(work.session)
    row = await kept.one(admitted.box_id, told.kind, told.name)
    if row is None or row.number != told.number or row.state != CredentialState.WAITING:
        return False  # another was set meanwhile, or the answer came before
    is_taken = told.outcome is CredentialOutcome.TAKEN
    row.state = (CredentialState.TAKEN if is_taken else CredentialState.REFUSED).value
    row.why = None if is_taken else (told.why or CredentialRefusal.NOT_USABLE).value
    row.answered_at = work.now
    action = AccessAction.CREDENTIAL_TAKEN if is_taken else AccessAction.CREDENTIAL_REFUSED
    audit.log(
        work,
        action,
        "",
        "",
        subject=admitted.name,
        school_id=admitted.school_id,
        reason=row.why,
        changes=[Change(field=f"{row.kind}:{row.name}", old=None, new=str(row.number))],
    )
    return True


async def _box(session: AsyncSession, box_id: int) -> Box:
    found = await ConfigurationRepository(session).box(box_id)
    if found is None:
        raise NotFoundError("no such box")
    return found[0]


async def _places(session: AsyncSession, box_id: int) -> _Places:
    """Cameras and recorders of a box's newest version."""
    versions = ConfigurationRepository(session)
    head = await versions.head(box_id)
    newest = None if head is None else await versions.version(box_id, head.newest)
    document: dict[str, object] = {} if newest is None else newest.document
    found: _Places = {}
    cameras, devices = document.get("cameras"), document.get("devices")
    for camera in cameras if isinstance(cameras, list) else ():
        source = camera.get("source") if isinstance(camera, dict) else None
        if isinstance(source, dict) and source.get("type") == "rtsp":
            target = (CredentialKind.CAMERA, str(camera.get("id")))
            found[target] = (str(camera.get("name") or ""), _host(source.get("url")))
    for name, device in devices.items() if isinstance(devices, dict) else ():
        address = device.get("address") if isinstance(device, dict) else None
        found[CredentialKind.RECORDER, str(name)] = ("", _host(address))
    return found


def _host(address: object) -> str:
    try:
        host = urlsplit(address).hostname if isinstance(address, str) else None
    except ValueError:
        host = None
    if host is None or "*" in host:
        return ""
    return f"[{host}]" if ":" in host else host


def _key_view(row: BoxSealingKey | None) -> SealingKeyView:
    return SealingKeyView(
        state=_key_state(row),
        key=None if row is None else row.told,
        fingerprint=None if row is None else fingerprint(row.told),
        told_at=None if row is None else row.told_at,
        allowed_fingerprint=None
        if row is None or row.allowed is None
        else fingerprint(row.allowed),
        allowed_at=None if row is None else row.allowed_at,
        allowed_by=None if row is None else row.allowed_by,
    )


def _key_state(row: BoxSealingKey | None) -> SealingKeyState:
    if row is None:
        return SealingKeyState.NONE
    if row.allowed is None:
        return SealingKeyState.NEW
    return SealingKeyState.ALLOWED if row.allowed == row.told else SealingKeyState.CHANGED


def _view(
    target: tuple[CredentialKind, str],
    place: tuple[str, str],
    row: BoxCredential | None,
    key: BoxSealingKey | None,
) -> CredentialView:
    state = CredentialState.UNSET if row is None else CredentialState(row.state)
    if row is not None and (key is None or row.key != key.told):
        state = CredentialState.OUTDATED
    why = row.why if row is not None and state is CredentialState.REFUSED else None
    return CredentialView(
        kind=target[0],
        name=target[1],
        title=place[0],
        host=place[1],
        state=state,
        why=None if why is None else CredentialRefusal(why),
        set_at=None if row is None else row.set_at,
        set_by=None if row is None else row.set_by,
        answered_at=None if row is None else row.answered_at,
    )


def _log(work: UnitOfWork, action: AccessAction, by: Actor, box: Box, change: Change) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=box.name,
        school_id=box.school_id,
        changes=[change],
    )
