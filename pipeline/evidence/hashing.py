"""SHA-256 of evidence: its name, and the proof that it was not changed (DESIGN §4.8)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.core.errors import EvidenceError

_CHUNK_BYTES = 1 << 20


def sha256_of_bytes(data: bytes) -> str:
    """64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """64 lower-case hexadecimal digits of the file's content, read piece by piece.

    Raises:
        EvidenceError: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise EvidenceError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            remedy="Check that the file exists and may be read",
        ) from error
    return digest.hexdigest()
