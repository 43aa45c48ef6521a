"""The exception tree of the worker.

::

    MinganError                     code, retryable, where, remedy
    ├── ConfigError                 a file or key a person must change (exit code 2)
    ├── ModelError                  weights, manifest or output that cannot be used (exit code 2)
    ├── SourceError                 a camera or recording that cannot be read; has a SourceReason
    ├── EvidenceError               a snapshot or clip that could not be made
    ├── UpgradeError                a release that this box does not take, or cannot (exit code 2)
    └── DeliveryError               the command centre did not take a message

Each error says *what* happened, *where* (file and key, camera, path) and *what to do*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration.

    Attributes:
        path: Where in the document, as ``cameras[2].rules[0].zone``; empty: the whole.
        line: Of its text, from 1; None if that is not known.
        what: One sentence without a full stop; never a credential.
        remedy: What to do next.
    """

    path: str
    line: int | None
    what: str
    remedy: str = ""


class MinganError(Exception):
    """Base of all errors a person may read.

    Args:
        what: One sentence on what is wrong, without a trailing full stop.
        where: File and key, camera or path it concerns; never a credential.
        remedy: What to do next.
        problems: Of a configuration, each thing that is wrong, for whoever shows it at its place.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 2

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", problems: Sequence[Problem] = ()
    ) -> None:
        self.what = what
        self.problems = tuple(problems)
        self.where = where.replace("\n", "\\n")  # a file may be called so
        self.remedy = remedy
        super().__init__(self.line())

    def line(self) -> str:
        """One line: where, what, remedy."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class ConfigError(MinganError):
    """Configuration that a person must change."""

    code = "config"


class UpgradeError(MinganError):
    """A release that this box does not take, or cannot."""

    code = "upgrade"


class ModelError(MinganError):
    """Weights, manifest or model output that cannot be used."""

    code = "model"


class SourceReason(StrEnum):
    """Why a camera or recording gives no pictures; shown in the console as its state's reason."""

    AUTH_FAILED = "auth_failed"
    AUTH_LOCKED = "auth_locked"
    AUTH_UNSUPPORTED = "auth_unsupported"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    UNDECODABLE = "undecodable"


class SourceError(MinganError):
    """A camera or recording that cannot be read now."""

    code = "source"
    retryable = True

    def __init__(
        self, reason: SourceReason, what: str, *, where: str = "", remedy: str = ""
    ) -> None:
        self.reason = reason
        super().__init__(what, where=where, remedy=remedy)


class EvidenceError(MinganError):
    """A snapshot or clip that could not be made; the alert itself is still delivered."""

    code = "evidence"


class DeliveryError(MinganError):
    """The command centre did not take a message; it stays in the outbox."""

    code = "delivery"
    retryable = True


Kept = TypeVar("Kept", bound=BaseException)


def frameless(error: Kept) -> Kept:
    """The same error without its traceback, for one that is kept or passed between threads.

    A traceback holds every frame it came through with all that stood in it: decoders, connections,
    seconds of packets. If one of those holds the error, only the collector of cycles frees them,
    which in a process as large as a worker comes by once in many minutes.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            waiting += [one.__cause__, one.__context__]
    return error
