"""Who may look at this box, as the command centre said last, and for how long that counts.

Kept on disk, for its user alone: a box that starts while the line is cut must know them. Whoever is
not named any more is forgotten at once; a box that the command centre said nothing to for too long
lets nobody in, and keeps nobody either.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from api.contract.offline import OfflineAccount, OfflineAccounts
from pipeline.core.clock import Clock
from pipeline.core.private_files import write_private

_log = structlog.get_logger(__name__)
ACCOUNTS_NAME = "offline-accounts.json"
"""In a worker's data folder."""
_DAY_S = 86400.0
_REWRITE_S = 3600.0
"""How old the moment on disk may be: a box heard of each minute need not write each minute."""
_CLOCK_SLACK_S = 3600.0
"""A clock that is set further back than that makes what was heard no younger."""


def forget_people(folder: Path) -> None:
    """Keep nobody on the disk of a box that is not looked at (any more)."""
    try:
        (folder / ACCOUNTS_NAME).unlink(missing_ok=True)
    except OSError as error:
        _log.error("people of the box are still on its disk", why=error.strerror or "")


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore")

    heard_s: float
    told: OfflineAccounts


@dataclass(frozen=True, slots=True)
class Line:
    """How it stands with the command centre.

    Attributes:
        is_cut: Whether it did not answer when it was asked last.
        heard_s: When it said last who may look, seconds since the epoch; None: never.
        is_too_long: Whether that is so long ago that nobody may sign in.
        is_allowed: Whether it lets boxes be looked at at all, as far as this one heard.
    """

    is_cut: bool
    heard_s: float | None
    is_too_long: bool
    is_allowed: bool


class AccountBook:
    """The people of this box. Thread-safe.

    Args:
        folder: The worker's data folder.
        school_id: The box's school; people of another are nobody here.
        trust_days: For how long the command centre's last word counts.
        clock: Time.
    """

    def __init__(self, folder: Path, school_id: str, trust_days: int, clock: Clock) -> None:
        self._path = folder / ACCOUNTS_NAME
        self._school_id = school_id
        self._trust_s = trust_days * _DAY_S
        self._clock = clock
        self._lock = threading.Lock()
        self._is_cut = False
        self._written_s = float("-inf")
        self._kept = self._read()

    def take(self, told: OfflineAccounts) -> None:
        """The command centre answered: these, and nobody else."""
        now_s = self._clock.utc_s()
        with self._lock:
            is_news = self._kept is None or self._kept.told != told
            self._kept = _Kept(heard_s=now_s, told=told)
            self._is_cut = False
            if is_news or abs(now_s - self._written_s) >= _REWRITE_S:
                self._write(self._kept)

    def not_heard(self) -> None:
        """The command centre did not answer; after too long nobody's password is kept any more."""
        with self._lock:
            self._is_cut = True
            kept = self._kept
            if kept is None or not kept.told.accounts or not self._is_too_old(kept):
                return
            _log.warning("people of the box are forgotten: not heard of for too long")
            nobody = kept.told.model_copy(update={"accounts": ()})
            self._kept = _Kept(heard_s=kept.heard_s, told=nobody)
            self._write(self._kept)

    def refused(self) -> None:
        """The command centre knows this box no more: nobody may look."""
        self.take(OfflineAccounts(school_id=self._school_id, is_allowed=False))

    def line(self) -> Line:
        """How it stands with the command centre."""
        with self._lock:
            kept = self._kept
            return Line(
                self._is_cut,
                None if kept is None else kept.heard_s,
                kept is not None and not self._is_fresh(kept),
                kept is not None and kept.told.is_allowed,
            )

    def find(self, username: str) -> OfflineAccount | None:
        """Somebody who may look now; None of anybody else."""
        with self._lock:
            kept = self._kept
            if kept is None or not self._is_fresh(kept):
                return None
            found = next((each for each in kept.told.accounts if each.username == username), None)
            if found is None or found.ends_at is None:
                return found
            return found if found.ends_at.timestamp() > self._clock.utc_s() else None

    def any_hash(self) -> str | None:
        """How the command centre hashes, by one example; None while nobody is known."""
        with self._lock:
            known = () if self._kept is None else self._kept.told.accounts
            return known[0].password_hash.get_secret_value() if known else None

    def _is_fresh(self, kept: _Kept) -> bool:
        """Whether the last word still counts; after the clock went far back it is not known."""
        return self._clock.utc_s() - kept.heard_s >= -_CLOCK_SLACK_S and not self._is_too_old(kept)

    def _is_too_old(self, kept: _Kept) -> bool:
        return self._clock.utc_s() - kept.heard_s > self._trust_s

    def _write(self, kept: _Kept) -> None:
        try:
            write_private(self._path, kept.model_dump_json())
            self._written_s = self._clock.utc_s()
        except OSError as error:
            # They count while the process lives; an older word must not come back after it.
            _log.error("people of the box are not kept", why=error.strerror or "")
            self._path.unlink(missing_ok=True)

    def _read(self) -> _Kept | None:
        try:
            kept = _Kept.model_validate_json(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, ValidationError):
            # Not the error itself: it might show what it read.
            _log.error("people of the box cannot be read; asked for again", where=ACCOUNTS_NAME)
            return None
        return kept if kept.told.school_id == self._school_id else None
