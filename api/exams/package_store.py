"""The folder of packages at the command centre: manifests, signatures, and what is handed out.

::

    exam-packages/<package>/manifest.json, manifest.sig
    exam-packages/<package>/segments/000001.mp4     only while it may be fetched
    exam-packages/incoming/                         being received
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    MAX_MANIFEST_BYTES,
    SEGMENT_FOLDER,
    SIGNATURE_NAME,
    SegmentFacts,
    segment_name,
)
from api.evidence.store import EvidenceStore

MAX_SEGMENT_BYTES = 16 * 2**30
_BLOCK = 1 << 20
_SILENT_S = 86_400.0
"""What nothing was written to for so long was given up."""


class PackageStore:
    """Packages by their id.

    Args:
        root: The folder; made when first needed.
        leaves_free_bytes: What a file must leave free on the disk, or it is not taken.
    """

    def __init__(self, root: Path, leaves_free_bytes: int) -> None:
        self._root = root
        self._incoming = EvidenceStore(root / "incoming", MAX_SEGMENT_BYTES, leaves_free_bytes)

    def close(self) -> None:
        """End the threads."""
        self._incoming.close()

    def folder(self, package_id: UUID) -> Path:
        """Where a package is, or would be."""
        return self._root / package_id.hex

    async def put(self, package_id: UUID, manifest: bytes, signature: bytes | None) -> None:
        """Keep a manifest, and its signature once there is one.

        Raises:
            StorageUnavailableError: If the disk is too full.
        """
        await asyncio.to_thread(self._incoming.sweep, _SILENT_S)
        await self._incoming.check_space(len(manifest))
        await asyncio.to_thread(self._put, package_id, manifest, signature)

    def _put(self, package_id: UUID, manifest: bytes, signature: bytes | None) -> None:
        folder = self.folder(package_id)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / MANIFEST_NAME, manifest)
        if signature is not None:
            _write(folder / SIGNATURE_NAME, signature)

    async def manifest(self, package_id: UUID) -> bytes | None:
        """A manifest as it came."""
        return await asyncio.to_thread(_read, self.folder(package_id) / MANIFEST_NAME)

    async def receive(
        self, package_id: UUID, segment: SegmentFacts, chunks: AsyncIterator[bytes]
    ) -> None:
        """Take a segment.

        Raises:
            HashMismatchError: If it is not what the manifest says.
            StorageUnavailableError: If the folder is full or cannot be written.
        """
        await asyncio.to_thread(self._incoming.sweep, _SILENT_S)
        await self._incoming.receive(segment.sha256, segment.size_bytes, chunks)
        await asyncio.to_thread(self._place, package_id, segment)

    def _place(self, package_id: UUID, segment: SegmentFacts) -> None:
        target = self.folder(package_id) / segment_name(segment.number)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._incoming.path(segment.sha256).replace(target)

    def numbers(self, package_id: UUID) -> set[int]:
        """Of the segments that are here."""
        try:
            found = list((self.folder(package_id) / SEGMENT_FOLDER).iterdir())
        except OSError:
            return set()
        return {int(path.stem) for path in found if path.stem.isdigit()}

    def with_segments(self) -> list[UUID]:
        """Packages of which segments are here."""
        if not self._root.is_dir():
            return []
        found = (path.parent.name for path in self._root.glob(f"*/{SEGMENT_FOLDER}"))
        return [UUID(name) for name in found if len(name) == 32]

    def remove_segments(self, package_id: UUID) -> None:
        """Keep of a package no more than its manifest and signature."""
        shutil.rmtree(self.folder(package_id) / SEGMENT_FOLDER, ignore_errors=True)

    def remove(self, package_id: UUID) -> None:
        """Keep nothing of a package."""
        shutil.rmtree(self.folder(package_id), ignore_errors=True)

    def archive(self, package_id: UUID, name: str) -> Iterator[bytes]:
        """The package as an uncompressed ZIP file, written while it is sent.

        The archive is the way only: unpacked, the folder is what is verified.
        """
        sink = _Sink()
        folder = self.folder(package_id)
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(each for each in folder.rglob("*") if _is_file(each)):
                inner = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}")
                with path.open("rb") as file, archive.open(inner, "w", force_zip64=True) as out:
                    while block := file.read(_BLOCK):
                        out.write(block)
                        yield sink.take()
        yield sink.take()


class _Sink:
    """What a ZIP file is written to: it goes forward only."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        return None
