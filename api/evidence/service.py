"""Who may see which file, and how it travels.

A blurred snapshot or a clip is for anyone signed in. A file that alerts name only as
``snapshot_original`` needs a grant: made for one person, one file and a short while, after a
reason was logged. A file no alert names is nobody's to see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import anyio
import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.contract import EvidenceKind
from api.db.models import EvidenceGrant
from api.evidence.ranges import ByteRange, parse_range
from api.evidence.repository import EvidenceRepository, ReadableRow
from api.evidence.store import EvidenceStore
from api.kit.errors import GrantRequiredError, NotFoundError
from api.kit.tokens import new_token, token_sha256

_FILES_AT_ONCE = 300
_CHUNK_BYTES = 256 * 1024
_TRIED = 3
"""Pictures of a camera that are looked at for one that may be shown."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file the person may see.

    Attributes:
        sha256: Its name.
        media_type: What it is.
        size_bytes: Its length.
        is_original: Unblurred pictures, opened with a reason.
        clip_of: The alerts it is the clip of, and their schools; nobody is blurred there either.
    """

    sha256: str
    media_type: str
    size_bytes: int
    is_original: bool
    clip_of: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A blurred picture of a camera.

    Attributes:
        sha256: Its name.
        taken_at: The moment it shows.
    """

    sha256: str
    taken_at: datetime


async def newest_pictures(
    session: AsyncSession, camera_keys: Collection[int], since: datetime
) -> dict[int, dict[EvidenceKind, ShownFile]]:
    """The newest blurred snapshot and reference of each camera that alerts since then brought.

    What any alert names as an original is left out, whatever else names it.
    """
    files = EvidenceRepository(session)
    found: dict[int, dict[EvidenceKind, ShownFile]] = defaultdict(dict)
    for key in camera_keys:
        for kind in (EvidenceKind.SNAPSHOT, EvidenceKind.REFERENCE):
            for sha256, taken_at in await files.newest(key, kind, since, _TRIED):
                if not _names_an_original(await files.readable(sha256)):
                    found[key][kind] = ShownFile(sha256, taken_at)
                    break
    return dict(found)


async def snapshots_of(session: AsyncSession, alert_ids: Collection[UUID]) -> dict[UUID, ShownFile]:
    """The blurred snapshot of each of some alerts that has one; originals are left out as above."""
    files = EvidenceRepository(session)
    found: dict[UUID, ShownFile] = {}
    for alert_id in alert_ids:
        for sha256, taken_at in await files.of_alert(alert_id, EvidenceKind.SNAPSHOT, _TRIED):
            if not _names_an_original(await files.readable(sha256)):
                found[alert_id] = ShownFile(sha256, taken_at)
                break
    return found


async def is_known(
    session: AsyncSession, store: EvidenceStore, school_id: str, sha256: str
) -> bool:
    """Whether a file of a school arrived and is still in its place, or was deleted in its time."""
    known = await EvidenceRepository(session).get(school_id, sha256)
    return known is not None and (known.deleted_at is not None or store.path(sha256).is_file())


async def record_arrival(
    work: UnitOfWork, school_id: str, sha256: str, media_type: str, size_bytes: int
) -> bool:
    """Note that a school's file is in its place; answers whether that is new."""
    files = EvidenceRepository(work.session)
    return await files.add(school_id, sha256, media_type, size_bytes, work.now)


async def delete_files(work: UnitOfWork, store: EvidenceStore, sha256s: Collection[str]) -> None:
    """Delete the bytes of some files, then note that they are gone: the other way round, a stop in
    between would leave pictures of people that nothing names.
    """
    await store.delete(sha256s)
    await EvidenceRepository(work.session).mark_deleted(sha256s, work.now)


async def delete_unnamed(
    work: UnitOfWork, store: EvidenceStore, after: datetime | None, before: datetime
) -> tuple[int, datetime] | None:
    """Look through some files that arrived in between, and delete those that no alert names.

    Returns:
        How many were deleted, and up to when it was looked; None when nothing arrived in between.
    """
    files = EvidenceRepository(work.session)
    some = await files.arrived(after, before, _FILES_AT_ONCE)
    if not some:
        return None
    known = {file.sha256 for file in some}
    unnamed = known - await files.named(known)
    await store.delete(unnamed)
    await files.forget(unnamed)
    return len(unnamed), some[-1].received_at


async def forget_deleted(work: UnitOfWork, sha256s: Collection[str]) -> None:
    """Forget those of these files whose bytes are gone and that no alert names any more."""
    files = EvidenceRepository(work.session)
    await files.forget(set(sha256s) - await files.named(sha256s), only_deleted=True)


async def grant(work: UnitOfWork, sha256: str, username: str, expires_at: datetime) -> str:
    """Let a person fetch an original for a while; answers the token to fetch it with."""
    token = new_token()
    await EvidenceRepository(work.session).add_grant(
        EvidenceGrant(
            token_sha256=token_sha256(token),
            evidence_sha256=sha256,
            username=username,
            expires_at=expires_at,
        ),
        work.now,
    )
    return token


async def find_readable(
    session: AsyncSession, sha256: str, *, username: str, grant: str | None, now: datetime
) -> ReadableFile:
    """The file, if this person may see it.

    Raises:
        NotFoundError: If no alert names it or its bytes have not arrived.
        GrantRequiredError: If it is an original and the grant is missing, another's or too old.
    """
    evidence = EvidenceRepository(session)
    named = await evidence.readable(sha256)
    if all(row.standing == "dropped" for row in named):
        raise NotFoundError(f"no evidence {sha256}")
    is_original = _names_an_original(named)
    if is_original:
        found = None if grant is None else await evidence.find_grant(token_sha256(grant))
        if (
            found is None
            or found.evidence_sha256 != sha256
            or found.username != username
            or found.expires_at <= now
        ):
            raise GrantRequiredError("ask for the original with a reason first")
    clip_of = {row.alert_id: row.school_id for row in named if row.kind == EvidenceKind.CLIP}
    return ReadableFile(sha256, named[0].media_type, named[0].size_bytes, is_original, clip_of)


def _names_an_original(named: Iterable[ReadableRow]) -> bool:
    namings: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in named:
        namings[row.alert_id][row.kind] = row.revision
    return any(_is_original(since) for since in namings.values())


def _is_original(since: Mapping[str, int]) -> bool:
    """Whether an alert names a file as its original, and not from the beginning as more than that.

    Where nobody was in the picture, the blurred file is the original, byte for byte: one revision
    names it as both. A later one that calls an original blurred unveils nothing.
    """
    original = since.get(EvidenceKind.SNAPSHOT_ORIGINAL)
    if original is None:
        return False
    others = [at for kind, at in since.items() if kind != EvidenceKind.SNAPSHOT_ORIGINAL]
    return original < min(others, default=original + 1)


async def _read(path: Path, part: ByteRange) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(part.start)
        left = part.length
        while left > 0:
            chunk = await file.read(min(_CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk


def file_response(
    store: EvidenceStore, file: ReadableFile, request_headers: Mapping[str, str]
) -> Response:
    """The file or the part asked for.

    Raises:
        NotFoundError: If the file is gone from its place; that is logged.
        BadRangeError: If the range lies outside the file.
    """
    path = store.path(file.sha256)
    if not path.is_file():
        _log.error("evidence_gone", sha256=file.sha256)
        raise NotFoundError(f"the file of evidence {file.sha256} is gone")
    etag = f'"{file.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        # Named by its content, so it never changes. What shows people unblurred must not stay
        # behind, where whoever signs in next on this machine would see it unwritten.
        "Cache-Control": "private, no-store"
        if file.is_original or file.clip_of
        else "private, max-age=86400, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    known = request_headers.get("if-none-match", "")
    if known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status_code=304, headers=headers)
    wanted = request_headers.get("range")
    if request_headers.get("if-range", etag) != etag:
        wanted = None
    part = parse_range(wanted, file.size_bytes)
    if part is None:
        status, part = 200, ByteRange(0, file.size_bytes)
    else:
        status = 206
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size_bytes}"
    headers["Content-Length"] = str(part.length)
    return StreamingResponse(
        _read(path, part), status_code=status, headers=headers, media_type=file.media_type
    )
