"""Credentials that the command centre carries to this box sealed: opened, kept, used, answered."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import ValidationError

from api.contract import (
    Credential,
    CredentialAnswer,
    CredentialOutcome,
    CredentialRefusal,
    SealedCredential,
)
from pipeline.delivery.client import RefusedError
from pipeline.runtime.box_key import BoxKey, NotOpenedError, box_key
from pipeline.runtime.changes import Followed
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.credential_store import CredentialStore, KeptCredential, Target
from pipeline.runtime.credential_use import Use, applied, filled
from pipeline.runtime.kept_credentials import is_near

_log = structlog.get_logger(__name__)


class Centre(Protocol):
    """The command centre, as far as credentials go; see :class:`CentreClient`."""

    def answer_credential(self, answer: CredentialAnswer) -> None:
        """Tell what became of a credential."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A credential that the worker has not taken yet, and what was there before."""

    kept: KeptCredential
    before: KeptCredential | None


class SealedCredentials:
    """What a box was given; ``look`` and ``took`` are one thread's, ``exchange`` another's.

    Args:
        data_dir: Taken by this process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._key: BoxKey | None = box_key(data_dir)
        self._store = CredentialStore(data_dir)
        self._lock = threading.RLock()
        self._kept = self._store.read()
        self._fresh: dict[Target, _Fresh] = {}
        self._applying: tuple[_Fresh, ...] | None = None
        self._refused: dict[Target, tuple[str, CredentialRefusal]] = {}

    @property
    def public_key(self) -> str | None:
        """What credentials are sealed to; None while none can be taken."""
        return None if self._key is None else self._key.public

    def filled(self, document: object) -> object:
        """A version with what is kept where it holds a marker for it."""
        return filled(document, self._uses())

    def applied(self, box: BoxConfig, *, is_everywhere: bool = False) -> BoxConfig:
        """A configuration with what is kept, as :func:`credential_use.applied` says."""
        return applied(box, self._uses(), is_everywhere=is_everywhere)

    def hosts(self) -> dict[Path, str]:
        """The files of kept passwords, and the host each was sealed for."""
        return {use.file: use.kept.host for use in self._uses().values()}

    def look(self, current: BoxConfig, found: BoxConfig | None) -> BoxConfig | None:
        """What the worker is to follow: a configuration that was found, or new credentials."""
        with self._lock:
            if found is not None:
                return self.applied(found)
            if not self._fresh or self._applying is not None:
                return None
            self._applying = tuple(self._fresh.values())
            return self.applied(current)

    def took(self, followed: Followed) -> bool:
        """What became of the last look; answers whether that was about credentials alone."""
        with self._lock:
            applying, self._applying = self._applying, None
            if applying is None:
                return False
            for fresh in applying:
                target = fresh.kept.target
                if self._fresh.get(target) is fresh:
                    del self._fresh[target]
                if not followed.is_taken and self._kept.get(target) is fresh.kept:
                    self._go_back(fresh)
            self._save(tidies=not self._fresh)
            of = [f"{one.kept.kind.value} {one.kept.name}" for one in applying]
            _log.info("sealed credentials followed", of=of, is_taken=followed.is_taken)
            return True

    def exchange(self, centre: Centre, school_id: str, ordered: Iterable[SealedCredential]) -> None:
        """Open what came, and tell what became of it; what is not heard is ordered again.

        Raises:
            DeliveryError: An answer did not arrive.
        """
        for order in ordered:
            with self._lock:
                outcome = self._outcome(order)
            if outcome is None:
                continue  # the worker has not followed it yet
            is_taken = isinstance(outcome, CredentialOutcome)
            answer = CredentialAnswer(
                school_id=school_id,
                kind=order.kind,
                name=order.name,
                number=order.number,
                outcome=CredentialOutcome.TAKEN if is_taken else CredentialOutcome.REFUSED,
                why=outcome if isinstance(outcome, CredentialRefusal) else None,
            )
            try:
                centre.answer_credential(answer)
            except RefusedError as error:
                _log.error("the command centre refuses an answer", why=error.line())

    def _outcome(self, order: SealedCredential) -> CredentialOutcome | CredentialRefusal | None:
        target, mark = (order.kind, order.name), _mark(order)
        kept, refused = self._kept.get(target), self._refused.get(target)
        if refused is not None and refused[0] == mark:
            return refused[1]
        if kept is None or kept.mark != mark:
            refusal = self._take(order)
            if refusal is not None:
                self._refused[target] = (mark, refusal)
                _log.error("sealed credential refused", of=order.name, why=refusal.value)
                return refusal
        return None if target in self._fresh else CredentialOutcome.TAKEN

    def _take(self, order: SealedCredential) -> CredentialRefusal | None:
        if self._key is None:
            return CredentialRefusal.NOT_OPENED
        try:
            told = Credential.model_validate_json(self._key.open(order.sealed))
        except NotOpenedError:
            return CredentialRefusal.NOT_OPENED
        except ValidationError:
            return CredentialRefusal.NOT_READABLE
        new = KeptCredential(
            kind=told.kind,
            name=told.name,
            mark=_mark(order),
            host=told.host,
            username=told.username,
            url=told.url,
        )
        if new.target != (order.kind, order.name):
            return CredentialRefusal.OTHER_TARGET
        if new.url and not is_near(new.url, new.address):
            return CredentialRefusal.NOT_READABLE
        try:
            self._store.put(new, told.password)
        except OSError as error:
            _log.error("a credential cannot be kept", why=error.strerror)
            return CredentialRefusal.NOT_KEPT
        fresh = self._fresh.get(new.target)
        before = self._kept.get(new.target) if fresh is None else fresh.before
        self._kept[new.target] = new
        self._fresh[new.target] = _Fresh(new, before)
        self._refused.pop(new.target, None)
        self._save(tidies=False)
        return None

    def _go_back(self, fresh: _Fresh) -> None:
        target = fresh.kept.target
        self._refused[target] = (fresh.kept.mark, CredentialRefusal.NOT_USABLE)
        if fresh.before is None:
            del self._kept[target]
        else:
            self._kept[target] = fresh.before

    def _save(self, *, tidies: bool) -> None:
        """A disk that is full loses what is remembered over a death, never what is used."""
        try:
            self._store.save(self._kept.values(), tidies=tidies)
        except OSError as error:
            _log.error("credentials cannot be kept", why=error.strerror)

    def _uses(self) -> dict[Target, Use]:
        with self._lock:
            return {
                target: Use(kept, self._store.file(kept)) for target, kept in self._kept.items()
            }


def _mark(order: SealedCredential) -> str:
    """By what was sealed: numbers begin anew in a command centre that was restored."""
    return f"{order.number}-{sha256(order.sealed.encode()).hexdigest()[:16]}"
