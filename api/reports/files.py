"""The folder of reports: a file is there as a whole, under its report's number, or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import structlog

from api.kit.errors import StorageUnavailableError
from api.reports.errors import ReportGoneError

_log = structlog.get_logger(__name__)


class ReportFiles:
    """Files of reports.

    Args:
        folder: Where they are; made when first needed, closed to other users of the machine.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, report_id: int, extension: str) -> Path:
        """Where a report's file is, or would be."""
        return self._folder / f"{report_id}.{extension}"

    def write(self, report_id: int, extension: str, content: bytes) -> str:
        """Keep a file; answers its SHA-256.

        Raises:
            StorageUnavailableError: If the disk does not take it.
        """
        path = self.path(report_id, extension)
        part = path.with_name(f"{path.name}.part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise StorageUnavailableError(f"the folder of reports took no file: {error}") from error
        return hashlib.sha256(content).hexdigest()

    def read(self, report_id: int, extension: str, sha256: str) -> bytes:
        """A file, if it is still what was written.

        Raises:
            ReportGoneError: If it is not there, or is another one; that is logged.
        """
        try:
            content = self.path(report_id, extension).read_bytes()
        except OSError as error:
            _log.error("report_gone", report_id=report_id)
            raise ReportGoneError("the file is not there") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            _log.error("report_changed", report_id=report_id)
            raise ReportGoneError("the file is not what was written")
        return content

    def remove(self, report_id: int, extension: str) -> None:
        """Delete a file; one that is not there is gone already."""
        self.path(report_id, extension).unlink(missing_ok=True)
