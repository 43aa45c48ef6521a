"""Making a package: collect the footage of a session on its box, sign it at the bureau."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nacl.signing import SigningKey

from api.contract.exam_package.errors import PackageError
from api.contract.exam_package.keys import signed
from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    MAX_SEGMENTS,
    SEGMENT_FOLDER,
    SIGNATURE_NAME,
    Manifest,
    MissingFootage,
    SealingFacts,
    SegmentFacts,
    canonical,
    chained,
    first_link,
    segment_name,
)
from api.contract.exam_package.verifying import PackageFault, verify_package

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """An original segment on a box.

    Attributes:
        path: The file; it is read and never changed.
        original: Its name in the recorder's folder.
        camera_id: Of whom.
        starts_at: Of its first picture.
        ends_at: Of its last picture's end.
        origin: Where it was fetched from; empty where the box recorded it itself.
    """

    path: Path
    original: str
    camera_id: str
    starts_at: datetime
    ends_at: datetime
    origin: str = ""


def collect_package(
    folder: Path,
    facts: SealingFacts,
    sources: Sequence[Source],
    missing: Sequence[MissingFootage],
    now: datetime,
) -> Manifest:
    """Copy segments as they are and write the manifest; appears whole or not at all.

    Args:
        folder: Must not exist; its parent must.
        facts: From the command centre.
        sources: Segments that touch the session, of the facts' cameras.
        missing: Where the session has no footage, with its cause.
        now: The moment of collecting.

    Raises:
        PackageError: The folder exists, a file cannot be read or written, or there are too many.
    """
    if folder.exists():
        raise PackageError(
            "is there already", where=str(folder), remedy="Name a folder that is not"
        )
    if len(sources) > MAX_SEGMENTS:
        raise PackageError(
            f"{len(sources)} segments are more than one package takes ({MAX_SEGMENTS})",
            remedy="Collect the session's cameras in several packages",
        )
    part = folder.with_name(folder.name + ".part")
    try:
        (part / SEGMENT_FOLDER).mkdir(parents=True)
    except OSError as error:
        remedy = "Remove what an interrupted attempt left there" if part.exists() else ""
        raise PackageError(
            f"cannot be made ({error.strerror})", where=str(part), remedy=remedy
        ) from error
    try:
        manifest = _fill(part, facts, sources, missing, now)
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise PackageError(
            f"cannot be read or written ({error.strerror}); no package was made",
            where=str(error.filename or folder),
            remedy="Check the disk's room and the recorder's folder, and collect again",
        ) from error
    return manifest


def _fill(
    part: Path,
    facts: SealingFacts,
    sources: Sequence[Source],
    missing: Sequence[MissingFootage],
    now: datetime,
) -> Manifest:
    ordered = sorted(sources, key=lambda each: (each.camera_id, each.starts_at, each.original))
    segments = []
    for number, source in enumerate(ordered, start=1):
        digest, size_bytes = _copy(source.path, part / segment_name(number))
        segments.append(
            SegmentFacts(
                number=number,
                camera_id=source.camera_id,
                original=source.original,
                origin=source.origin,
                starts_at=source.starts_at,
                ends_at=source.ends_at,
                size_bytes=size_bytes,
                sha256=digest,
            )
        )
    told = tuple(missing)
    links = chained(facts, told, segments)
    manifest = Manifest(
        format="mingan-exam-package-1",
        facts=facts,
        collected_at=now,
        missing=told,
        segments=links,
        count=len(links),
        head=links[-1].link if links else first_link(facts, told),
    )
    _write(part / MANIFEST_NAME, canonical(manifest))
    return manifest


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Bytes as they are; the digest is of what was written."""
    digest, size_bytes = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("xb") as writing:
        while block := reading.read(_BLOCK):
            writing.write(block)
            digest.update(block)
            size_bytes += len(block)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest(), size_bytes


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sign_package(folder: Path, key: SigningKey) -> bytes:
    """Sign what a box collected, once everything in it agrees with its manifest.

    Returns:
        The manifest as it was signed.

    Raises:
        PackageError: It is signed already, does not agree with itself, or cannot be written.
    """
    found = verify_package(folder, None)
    if found.is_signed:
        raise PackageError(
            "is signed already", where=str(folder), remedy="Verify it with `mingan exam verify`"
        )
    faults = [each for each in found.findings if each.fault is not PackageFault.UNSIGNED]
    if faults:
        first = faults[0]
        at = f" at segment {first.number}" if first.number else ""
        raise PackageError(
            f"is not what was collected ({first.fault.value}{at}); nothing was signed",
            where=str(folder),
            remedy="Bring it from the box anew",
        )
    try:
        manifest = (folder / MANIFEST_NAME).read_bytes()
        _write(folder / SIGNATURE_NAME, signed(key, manifest))
    except OSError as error:
        raise PackageError(
            f"the signature cannot be written ({error.strerror})", where=str(folder)
        ) from error
    return manifest
