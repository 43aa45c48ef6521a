"""Evidence on the worker's disk, named by its content, until the command centre has it.

A name that is the hash makes writing twice harmless, tampering visible and the upload's check the
same as ours. A file is there whole or not at all, also after a power cut: written beside its
place, synced, renamed, and the folder synced.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pipeline.core.errors import EvidenceError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK_BYTES = 1 << 20
_PART_SUFFIX = ".part"


class EvidenceStore:
    """A folder of evidence, ``root/ab/ab12…``. Safe for several threads and processes.

    Args:
        root: The folder; made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    @property
    def root(self) -> Path:
        """The store's folder."""
        return self._root

    def put(self, content: bytes | Path) -> str:
        """Keep bytes, or a copy of a file; returns their SHA-256.

        Raises:
            EvidenceError: The folder cannot be written, the disk is full, or the file cannot be
                read.
        """
        self._make(self._root)
        part = self._root / f"{uuid.uuid4().hex}{_PART_SUFFIX}"
        try:
            with part.open("xb") as out:
                digest = _write(content, out)
                out.flush()
                os.fsync(out.fileno())
            place = self.path(digest)
            self._make(place.parent)
            part.replace(place)
            _sync_folder(place.parent)
        except OSError as error:
            raise self._error(error, part) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return digest

    def path(self, sha256: str) -> Path:
        """Where content of this hash lies or would lie.

        Raises:
            ValueError: Not 64 lower-case hexadecimal digits; so no name leads out of the folder.
        """
        if not _SHA256.fullmatch(sha256):
            raise ValueError("a SHA-256 is 64 lower-case hexadecimal digits")
        return self._root / sha256[:2] / sha256

    def contains(self, sha256: str) -> bool:
        """Whether the content is here."""
        return self.path(sha256).is_file()

    def delete(self, sha256: str) -> bool:
        """Remove the content; whether it was here.

        Raises:
            EvidenceError: It is here and cannot be removed.
        """
        place = self.path(sha256)
        try:
            place.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._error(error, place) from error
        return True

    def size(self, sha256: str) -> int:
        """Bytes of the content.

        Raises:
            EvidenceError: It is not here.
        """
        place = self.path(sha256)
        try:
            return place.stat().st_size
        except OSError as error:
            raise EvidenceError(
                "is not in the store", where=str(place), remedy="It was sent and removed, or lost"
            ) from error

    def total_size(self) -> int:
        """Bytes of everything kept."""
        return sum(size for _, size in self._entries())

    def hashes(self) -> Iterator[str]:
        """The SHA-256 of everything kept, in no order."""
        for name, _ in self._entries():
            yield name

    def remove_leftovers(self, before_s: float) -> int:
        """Remove what a crash left half written; how many files.

        Args:
            before_s: Seconds since the epoch; what was written later may be another process' work.
        """
        count = 0
        for part in (*self._root.glob(f"*{_PART_SUFFIX}"), *self._root.glob("*.mp4")):
            with contextlib.suppress(OSError):
                if part.stat().st_mtime < before_s:
                    part.unlink()
                    count += 1
        return count

    def _entries(self) -> Iterator[tuple[str, int]]:
        for place in self._root.glob("[0-9a-f][0-9a-f]/*"):
            if _SHA256.fullmatch(place.name):
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    yield place.name, place.stat().st_size

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error, folder) from error

    def _error(self, error: OSError, place: Path) -> EvidenceError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = "the disk is full, the evidence could not be kept"
            remedy = "Free space on this disk or move the evidence folder to a larger one"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            what = "the folder may not be written, the evidence could not be kept"
            remedy = "Give the worker's user the right to write there"
        else:
            what = f"the evidence could not be kept ({error.strerror or type(error).__name__})"
            remedy = "Check the path and the disk"
        return EvidenceError(what, where=str(error.filename or place), remedy=remedy)


def _write(content: bytes | Path, out: BinaryIO) -> str:
    digest = hashlib.sha256()
    if isinstance(content, bytes):
        digest.update(content)
        out.write(content)
        return digest.hexdigest()
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
