"""The folder of evidence: files named by their content, complete or not there at all.

::

    evidence/ab/abcdef….            sha256 of the content, first two digits as folder
    evidence/incoming/…             being received; swept on start

A file is hashed while it streams in, flushed to disk, and only then renamed into place, so a
power cut leaves no half file under a whole file's name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import BinaryIO

import structlog

from api.kit.errors import HashMismatchError, StorageUnavailableError, TooLargeError
from api.kit.pools import Pool

_BLOCK_BYTES = 1024 * 1024
_THREADS = 8
"""Uploads whose disk writes run at once; each upload has one call under way at most."""
_log = structlog.get_logger(__name__)


class _Receiving:
    """One upload: buffered, so that a thread is asked once a megabyte and not once a packet."""

    def __init__(self, file: BinaryIO, pool: Pool) -> None:
        self._file = file
        self._pool = pool
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self.size_bytes = 0

    async def add(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        self._pending += chunk
        if len(self._pending) >= _BLOCK_BYTES:
            await self._pool.run(self._write)

    async def finish(self) -> str:
        await self._pool.run(self._sync)
        return self._hash.hexdigest()

    def _write(self) -> None:
        self._hash.update(self._pending)
        self._file.write(self._pending)
        self._pending.clear()

    def _sync(self) -> None:
        self._write()
        self._file.flush()
        os.fsync(self._file.fileno())


class EvidenceStore:
    """Content-addressed files.

    Args:
        root: The folder; made when first needed.
        max_bytes: Largest file taken.
        leaves_free_bytes: What a file must leave free on the disk, or it is not taken.
    """

    def __init__(self, root: Path, max_bytes: int, leaves_free_bytes: int = 0) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._max_bytes = max_bytes
        self._leaves_free_bytes = leaves_free_bytes
        self._pool = Pool("evidence", _THREADS)

    def path(self, sha256: str) -> Path:
        """Where a file is, or would be."""
        return self._root / sha256[:2] / sha256

    async def delete(self, sha256s: Iterable[str]) -> None:
        """As :meth:`remove`, on a thread of its own."""
        await self._pool.run(self.remove, sha256s)

    def remove(self, sha256s: Iterable[str]) -> None:
        """Remove files; those that are not there are gone already."""
        for sha256 in sha256s:
            self.path(sha256).unlink(missing_ok=True)

    def close(self) -> None:
        """End the threads."""
        self._pool.close()

    def sweep(self, silent_s: float = 0.0) -> None:
        """Make the folders and remove what an interrupted upload left behind.

        Args:
            silent_s: For so long nothing was written to it.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        before = time.time() - silent_s
        for leftover in self._incoming.iterdir():
            if leftover.stat().st_mtime <= before:
                leftover.unlink(missing_ok=True)

    async def receive(
        self, sha256: str, declared_bytes: int | None, chunks: AsyncIterator[bytes]
    ) -> int:
        """Take a file; answers its size.

        Raises:
            TooLargeError: If it is larger than allowed.
            HashMismatchError: If its content has another hash.
            StorageUnavailableError: If the folder is full or cannot be written.
        """
        if declared_bytes is not None and declared_bytes > self._max_bytes:
            raise TooLargeError(f"at most {self._max_bytes} bytes")
        await self.check_space(declared_bytes or 0)
        part = self._incoming / f"{sha256}.{secrets.token_hex(8)}"
        try:
            return await self._receive_into(part, sha256, chunks)
        except OSError as error:
            raise self._refused(error) from error
        finally:
            await self._pool.run(self._discard, part)

    async def check_space(self, coming_bytes: int) -> None:
        """Ask whether so much may come to this disk, which the database needs too.

        Raises:
            StorageUnavailableError: If it would leave less free than it must.
        """
        try:
            await self._pool.run(self._check_space, coming_bytes)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StorageUnavailableError:
        what = errno.errorcode.get(error.errno or 0, "unknown")
        _log.error("evidence_not_stored", errno=what, folder=str(self._root))
        return StorageUnavailableError(f"the evidence folder refused the file ({what})")

    async def _receive_into(self, part: Path, sha256: str, chunks: AsyncIterator[bytes]) -> int:
        file = await self._pool.run(part.open, "xb")
        try:
            receiving = _Receiving(file, self._pool)
            async for chunk in chunks:
                await receiving.add(chunk)
                if receiving.size_bytes > self._max_bytes:
                    raise TooLargeError(f"at most {self._max_bytes} bytes")
            if await receiving.finish() != sha256:
                raise HashMismatchError(f"{receiving.size_bytes} bytes with another hash")
        finally:
            await self._pool.run(file.close)
        await self._pool.run(self._put_in_place, part, self.path(sha256))
        return receiving.size_bytes

    def _check_space(self, coming_bytes: int) -> None:
        if shutil.disk_usage(self._root).free - coming_bytes < self._leaves_free_bytes:
            raise OSError(errno.ENOSPC, "the rest of the disk is the database's")

    @staticmethod
    def _discard(part: Path) -> None:
        # What cannot be removed now is swept on the next start.
        with contextlib.suppress(OSError):
            part.unlink()

    def _put_in_place(self, part: Path, final: Path) -> None:
        is_new = not final.parent.exists()
        final.parent.mkdir(parents=True, exist_ok=True)
        part.replace(final)
        # The rename itself must survive a power cut, and so must a folder made for it.
        for folder in (final.parent, self._root) if is_new else (final.parent,):
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
