"""Whether a package is what was sealed, told from its folder and a fingerprint alone."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from api.contract.exam_package.keys import SIGNATURE_BYTES, fingerprint_of, signer_of
from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    MAX_MANIFEST_BYTES,
    SEGMENT_FOLDER,
    SIGNATURE_NAME,
    Manifest,
    canonical,
    first_link,
    next_link,
    segment_name,
)

_BLOCK = 1 << 20


class PackageFault(StrEnum):
    """What is wrong with a package.

    Of segments: ``changed``; ``missing``; ``reordered`` (the file is another segment's);
    ``shortened`` (the file lost bytes); ``cut_off`` (the last ones are missing); ``unknown_file``
    (nobody sealed it). Of the manifest: ``no_manifest``; ``manifest_changed`` (it is not as it was
    written, or its chain does not close). Of the signature: ``unsigned``; ``signature_wrong``;
    ``other_key`` (somebody else signed). ``not_readable``: a file cannot be read here.
    """

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    SHORTENED = "shortened"
    CUT_OFF = "cut_off"
    UNKNOWN_FILE = "unknown_file"
    NO_MANIFEST = "no_manifest"
    MANIFEST_CHANGED = "manifest_changed"
    UNSIGNED = "unsigned"
    SIGNATURE_WRONG = "signature_wrong"
    OTHER_KEY = "other_key"
    NOT_READABLE = "not_readable"


class PackageSource(StrEnum):
    """Whose package it is.

    ``verified``: signed with the key whose fingerprint was given. ``not_verified``: nobody said
    which key it must be, so anybody could have signed. ``refuted``: not signed with that key.
    """

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class PackageFinding:
    """One fault.

    Attributes:
        fault: What it is.
        number: The first segment concerned; None of what concerns none.
        detail: A file's name, or which segment lies in the place of another.
    """

    fault: PackageFault
    number: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PackageVerdict:
    """What a package proves.

    Attributes:
        source: Whose it is.
        findings: All faults; empty when it is what was signed.
        manifest: What it says; None where that cannot be read.
        fingerprint: Of the key that really signed this manifest; None where none did.
        is_signed: There is a signature, good or not.
    """

    source: PackageSource
    findings: tuple[PackageFinding, ...]
    manifest: Manifest | None
    fingerprint: str | None
    is_signed: bool

    @property
    def is_proven(self) -> bool:
        """Nothing is wrong, and whose it is was verified."""
        return not self.findings and self.source is PackageSource.VERIFIED


def verify_package(folder: Path, key_fingerprint: str | None) -> PackageVerdict:
    """Follow signature, manifest, chain and every byte of every segment.

    Args:
        folder: The package.
        key_fingerprint: Of the bureau's key, in the form of ``parse_fingerprint``, known by
            another way than this package; None where nobody has it.
    """
    told = _read(folder / MANIFEST_NAME, MAX_MANIFEST_BYTES)
    signature = _read(folder / SIGNATURE_NAME, SIGNATURE_BYTES)
    is_signed = signature is not None
    public = None
    if told is not None and signature is not None:
        public = signer_of(signature, told)
    signer = None if public is None else fingerprint_of(public)
    findings: list[PackageFinding] = []
    if signature is None:
        findings.append(PackageFinding(PackageFault.UNSIGNED))
    elif signer is None:
        findings.append(PackageFinding(PackageFault.SIGNATURE_WRONG))
    source = PackageSource.NOT_VERIFIED
    if key_fingerprint is not None:
        fits = signer == key_fingerprint
        source = PackageSource.VERIFIED if fits else PackageSource.REFUTED
        if signer is not None and not fits:
            findings.append(PackageFinding(PackageFault.OTHER_KEY, detail=signer))
    manifest = None
    if told is None:
        findings.append(PackageFinding(PackageFault.NO_MANIFEST))
    else:
        manifest = _parsed(told)
        if manifest is None:
            findings.append(PackageFinding(PackageFault.MANIFEST_CHANGED))
        else:
            findings += _chain_faults(manifest)
            findings += _file_faults(folder, manifest)
    return PackageVerdict(source, tuple(findings), manifest, signer, is_signed)


def _read(path: Path, most: int) -> bytes | None:
    """A file of at most so many bytes, and one more to show that it has more."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError:
        return None


def _parsed(told: bytes) -> Manifest | None:
    """A manifest, if these are exactly the bytes that it is written as."""
    try:
        manifest = Manifest.model_validate_json(told)
    except (ValidationError, ValueError):
        return None
    return manifest if canonical(manifest) == told else None


def chain_holds(manifest: Manifest) -> bool:
    """Whether a manifest's chain closes, its head and count included."""
    return not list(_chain_faults(manifest))


def _chain_faults(manifest: Manifest) -> Iterator[PackageFinding]:
    """The first place where the chain does not hold."""
    link = first_link(manifest.facts, manifest.missing)
    numbers = [segment.number for segment in manifest.segments]
    for at, segment in enumerate(manifest.segments, start=1):
        if segment.number != at:
            is_there = at in numbers
            fault = PackageFault.REORDERED if is_there else PackageFault.MISSING
            yield PackageFinding(fault, at, detail=str(segment.number) if is_there else "")
            return
        link = next_link(link, segment)
        if segment.link != link:
            yield PackageFinding(PackageFault.MANIFEST_CHANGED, at)
            return
    if len(numbers) < manifest.count:
        yield PackageFinding(PackageFault.CUT_OFF, len(numbers) + 1)
    elif len(numbers) > manifest.count or link != manifest.head:
        yield PackageFinding(PackageFault.MANIFEST_CHANGED)


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[PackageFinding]:
    by_digest = {segment.sha256: segment.number for segment in manifest.segments}
    absent: list[int] = []
    for segment in manifest.segments:
        path = folder / segment_name(segment.number)
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                absent.append(segment.number)
                continue
            digest, size_bytes = _digest(path)
        except FileNotFoundError:
            absent.append(segment.number)
            continue
        except OSError as error:
            yield PackageFinding(
                PackageFault.NOT_READABLE, segment.number, detail=error.strerror or ""
            )
            continue
        if digest == segment.sha256 and size_bytes == segment.size_bytes:
            continue
        other = by_digest.get(digest)
        if other is not None and other != segment.number:
            yield PackageFinding(PackageFault.REORDERED, segment.number, detail=str(other))
        elif size_bytes < segment.size_bytes:
            yield PackageFinding(PackageFault.SHORTENED, segment.number)
        else:
            yield PackageFinding(PackageFault.CHANGED, segment.number)
    yield from _absence_faults(absent, max((s.number for s in manifest.segments), default=0))
    known = {segment_name(segment.number) for segment in manifest.segments}
    yield from _stranger_faults(folder, known | {MANIFEST_NAME, SIGNATURE_NAME})


def _absence_faults(absent: list[int], last: int) -> Iterator[PackageFinding]:
    """Files that are not there; those at the end together are a package that was cut off."""
    gone = set(absent)
    cut_from = last + 1
    while cut_from - 1 in gone:
        cut_from -= 1
    for number in absent:
        if number < cut_from:
            yield PackageFinding(PackageFault.MISSING, number)
    if cut_from <= last:
        yield PackageFinding(PackageFault.CUT_OFF, cut_from)


def _stranger_faults(folder: Path, known: set[str]) -> Iterator[PackageFinding]:
    try:
        found = sorted(folder.rglob("*"))
    except OSError as error:
        yield PackageFinding(PackageFault.NOT_READABLE, detail=error.strerror or "")
        return
    for path in found:
        name = path.relative_to(folder).as_posix()
        is_ours = name in known or (name == SEGMENT_FOLDER and not path.is_symlink())
        if not is_ours:
            yield PackageFinding(PackageFault.UNKNOWN_FILE, detail=name[:256])


def _digest(path: Path) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size_bytes += len(block)
    return digest.hexdigest(), size_bytes
