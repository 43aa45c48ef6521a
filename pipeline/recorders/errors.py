"""What can go wrong with footage.

::

    MinganError
    └── RecorderError           code, retryable; has no ``str`` a person could not act on
        ├── StorageError        the disk did not take or give the bytes; has the gap's cause
        ├── FootageIndexError   the index cannot be opened or written
        ├── FootageError        a file that is not the footage it should be
        │   └── NoVideoError    a sound film, or a still one: whole, and no footage
        ├── FootageAwayError    footage in a recorder elsewhere that cannot be had now, and why
        └── ExportError         an export that could not be made
"""

from __future__ import annotations

import errno
from enum import StrEnum

from api.contract.retention import GapCause
from pipeline.core.errors import MinganError


class RecorderError(MinganError):
    """Base of the room's errors."""

    code = "recorder"


class StorageError(RecorderError):
    """The disk refused; recording goes on when it takes bytes again."""

    code = "storage"
    retryable = True

    def __init__(self, cause: GapCause, what: str, *, where: str = "", remedy: str = "") -> None:
        self.cause = cause
        super().__init__(what, where=where, remedy=remedy)


class FootageIndexError(RecorderError):
    """The index cannot be opened or written; the footage itself is not touched by it."""

    code = "footage_index"
    retryable = True


class FootageError(RecorderError):
    """A file that is not the footage it should be."""

    code = "footage"


class NoVideoError(FootageError):
    """A file without a video track: it may be whole, and is no footage."""


class AwayReason(StrEnum):
    """Why footage in a recorder elsewhere cannot be had."""

    BUSY = "busy"
    REFUSED = "refused"
    SILENT = "silent"
    GONE = "gone"
    CANNOT = "cannot"
    DISK_FULL = "disk_full"
    UNREADABLE = "unreadable"


class FootageAwayError(RecorderError):
    """Footage in a recorder elsewhere that cannot be had now."""

    code = "footage_away"
    retryable = True

    def __init__(self, reason: AwayReason, what: str, *, where: str = "") -> None:
        self.reason = reason
        super().__init__(what, where=where)


class ExportError(RecorderError):
    """An export that could not be made."""

    code = "export"


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def storage_error(error: OSError, where: str) -> StorageError:
    """The disk's refusal in our words."""
    said = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return StorageError(
            GapCause.DISK_FULL,
            f"the disk is full ({said})",
            where=where,
            remedy="Make room, add a disk, or lower a camera's days or bit rate",
        )
    if error.errno in _READONLY:
        return StorageError(
            GapCause.DISK_READONLY,
            f"the disk cannot be written ({said})",
            where=where,
            remedy="Check the mount and the folder's owner; a failing disk is mounted read-only",
        )
    return StorageError(
        GapCause.DISK_FAILED,
        f"the disk failed ({said})",
        where=where,
        remedy="Check the disk's health and cable",
    )
