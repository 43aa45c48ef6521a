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
            is_new = not place.parent.exists()
            self._make(place.parent)
            part.replace(place)
            _sync_folder(place.parent)
            if is_new:
                _sync_folder(self._root)
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
