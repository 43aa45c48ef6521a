"""What a box runs: its own file, or the command centre's version of it.

The file is the box's own word: whoever changes it by hand decides, and the box says so. Otherwise
the newest version that the command centre gave goes before it. A version is checked before it is
taken; with one under which the worker dies, or a process of it, the box goes back to the last good
one, over a death of its own as well.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import structlog
from pydantic import ValidationError

from api.contract import (
    CONFIGURATION_FORMAT,
    ConfigurationAnswer,
    ConfigurationFacts,
    ConfigurationOrder,
    ConfigurationOutcome,
    ConfigurationProblem,
    ConfigurationReport,
    ConfigurationVersion,
    RefusalReason,
)
from api.contract.yaml_document import DocumentError
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.core.redact import redact_url
from pipeline.delivery.client import RefusedError
from pipeline.runtime.changes import Followed
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.config_version import (
    RefusedVersionError,
    checked_version,
    digest_of_text,
    reported_text,
)
from pipeline.runtime.config_watch import ConfigWatch
from pipeline.runtime.sealed_credentials import Centre as CredentialCentre
from pipeline.runtime.sealed_credentials import SealedCredentials
from pipeline.runtime.version_store import Adopted, State, VersionStore
from pipeline.runtime.yaml_file import read_text

_log = structlog.get_logger(__name__)
SETTLED_S = 30.0
"""Of life with a version after which it is a good one."""
_FAILED_STARTS = 3
"""In a row, after which even a version that was good is given up."""


class Centre(CredentialCentre, Protocol):
    """The command centre, as far as configurations go; see :class:`CentreClient`."""

    def report_configuration(self, report: ConfigurationReport) -> None:
        """Tell what this box runs."""

    def answer_configuration(self, answer: ConfigurationAnswer) -> None:
        """Tell what became of a version."""

    def configuration(self, version: int) -> bytes:
        """Fetch a version."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A version that was taken and is not good yet.

    Attributes:
        version: Its number.
        ran: What ran just before.
        state: What was remembered then.
        good: What ran before anything was tried.
        good_state: What was remembered then.
        earlier: The one being tried just before, if it was.
        is_followed: Whether the worker took it.
        waits: What of it comes with the next start only.
    """

    version: int
    ran: BoxConfig
    state: State
    good: BoxConfig
    good_state: State
    earlier: _Trial | None = None
    is_followed: bool = False
    waits: tuple[str, ...] = ()


class ManagedConfig:
    """One box's configuration; ``look`` and ``took`` are one thread's, ``exchange`` another's.

    Args:
        path: The box's own file.
        clock: Time.
        processes: In place of the configuration's ``processes``, if given.

    Attributes:
        current: What runs, or is about to.

    Raises:
        ConfigError: The file cannot be used to begin with.
        ModelError: A model that it names cannot.
    """

    def __init__(self, path: Path, clock: Clock, *, processes: int | str | None = None) -> None:
        self._path = path
        self._clock = clock
        self._processes = processes
        self._watch = ConfigWatch(path, processes=processes)
        self.current = self._watch.current
        self._store = VersionStore(self.current.data_dir)
        self._credentials: SealedCredentials | None = None
        self._school_id = self.current.site.id
        self._worker_id = self.current.worker_id
        self._lock = threading.RLock()
        self._own_text = ""
        self._text: str | None = None
        self._state = State(local_digest="")
        self._trial: _Trial | None = None
        self._ordered: ConfigurationVersion | None = None
        self._back: BoxConfig | None = None
        self._settles_at_s: float | None = None
        self._is_report_due = True
        self._facts: ConfigurationFacts | None = None

    def ask(self) -> None:
        """Read the file at the next look; for a signal's handler."""
        self._watch.ask()

    def begin(self) -> BoxConfig:
        """What to start with; the data folder is this process' own by now."""
        with self._lock:
            self._read_own()
            self._credentials = SealedCredentials(self.current.data_dir)
            kept = self._store.state()
            local = self._state.local_digest
            if kept is not None and kept.local_digest == local:
                self._state = kept
                if kept.is_unsettled:
                    self._note_failed_start()
                self._resume()
            elif kept is not None:
                self._state = State(
                    local_digest=local, answer=kept.answer, is_answered=kept.is_answered
                )
            self._remember(self._state)
            self._describe()
            return self._credentials.applied(self.current)

    def look(self) -> BoxConfig | None:
        """A new configuration to follow, once: the file's, the command centre's, or one before.

        Also the same with new credentials in it.
        """
        found = self._look()
        if self._credentials is None:
            return found
        with self._lock:
            return self._credentials.look(self.current, found)

    def _look(self) -> BoxConfig | None:
        if (local := self._watch.look()) is not None:
            with self._lock:
                return self._go_local(local)
        with self._lock:
            back, self._back = self._back, None
            if back is not None:
                return back
            ordered, self._ordered = self._ordered, None
            if ordered is not None:
                return self._try(ordered)
            self._settle()
            return None

    def took(self, followed: Followed) -> None:
        """What became of the configuration of the last look, and later if it was not borne."""
        with self._lock:
            if self._credentials is not None and self._credentials.took(followed):
                return
            trial = self._trial
            if trial is None:
                if self._settles_at_s is not None and not followed.is_taken:
                    # It was begun with and cannot be left while it runs; nor is it good by itself.
                    self._settles_at_s = self._now_s() + SETTLED_S
                return
            if followed.is_taken:
                self._trial = replace(trial, is_followed=True, waits=followed.waits)
                self._answer(trial.version, ConfigurationOutcome.APPLIED, waits=followed.waits)
                _log.info("version applied", version=trial.version, waits=list(followed.waits))
                return
            problem = ConfigurationProblem(what=redact_url(followed.problem)[:1000] or "not taken")
            why = RefusalReason.UNSTABLE if trial.is_followed else RefusalReason.NOT_USABLE
            if trial.is_followed:
                self._trial, self._settles_at_s = None, None
                self.current = self._back = trial.good
                self._remember(trial.good_state)
            else:  # the worker goes on as it was
                self._trial, self.current = trial.earlier, trial.ran
                self._settles_at_s = self._settles_at_s if trial.earlier else None
                self._remember(trial.state)
            self._describe()
            self._refuse(trial.version, RefusedVersionError(why, [problem]))

    def ended(self) -> None:
        """The worker ends because it was told to: that is no fault of a version."""
        with self._lock:
            if self._state.is_unsettled:
                self._remember(self._state.model_copy(update={"is_unsettled": False}))

    def facts(self) -> ConfigurationFacts | None:
        """What this box runs, for its heartbeat; None if it cannot be described."""
        with self._lock:
            return self._facts

    def exchange(self, centre: Centre, order: ConfigurationOrder | None) -> None:
        """Tell what is to be told, fetch what is to be taken; what fails is done again later."""
        try:
            if order is not None and order.report:
                self._is_report_due = True
            was_due = self._is_report_due
            if was_due:
                self._report(centre)
            answered = self._deliver(centre)
            if order is not None and self._credentials is not None:
                self._credentials.exchange(centre, self._school_id, order.credentials)
            wanted = None if order is None or was_due else order.version
            if wanted is not None and wanted != answered:
                self._fetch(centre, wanted)
        except DeliveryError as error:
            _log.warning("configuration not exchanged", why=error.line())

    def _report(self, centre: Centre) -> None:
        with self._lock:
            text, facts = self._text, self._facts
            self._is_report_due = False
        if text is None or facts is None:
            return
        try:
            report = ConfigurationReport(
                school_id=self._school_id,
                worker_id=self._worker_id,
                version=facts.version,
                text=text,
            )
            centre.report_configuration(report)
        except (RefusedError, ValidationError) as error:
            told = error.line() if isinstance(error, RefusedError) else "it is too large"
            _log.error("the configuration cannot be shown at the command centre", why=told)
        except DeliveryError:
            self._is_report_due = True
            raise

    def _deliver(self, centre: Centre) -> int | None:
        """Tell the last word about a version; answers about which, if it was not told before."""
        with self._lock:
            answer = None if self._state.is_answered else self._state.answer
        if answer is None:
            return None
        try:
            centre.answer_configuration(answer)
        except RefusedError as error:
            _log.error("the command centre refuses an answer", why=error.line())
        with self._lock:
            if self._state.answer == answer:
                self._remember(self._state.model_copy(update={"is_answered": True}))
        return answer.version

    def _fetch(self, centre: Centre, number: int) -> None:
        with self._lock:
            answer, adopted = self._state.answer, self._state.adopted
            if answer is not None and answer.version == number:
                self._state = self._state.model_copy(update={"is_answered": False})
                return
            is_known = adopted is not None and adopted.version == number
            if is_known or self._ordered is not None:
                return
        raw = centre.configuration(number)
        version = _read_version(raw, number)
        with self._lock:
            if version is None:
                self._refuse(number, RefusedVersionError(RefusalReason.NEWER))
            else:
                self._ordered = version

    def _try(self, version: ConfigurationVersion) -> BoxConfig | None:
        before = self._state
        try:
            box = self._checked(version)
            adopted = before.adopted
            is_good = adopted is not None and adopted.is_proven
            self._store.put(version)
            self._store.keep(
                state := before.model_copy(
                    update={
                        "adopted": Adopted(version=version.version),
                        "previous": adopted.version if adopted and is_good else before.previous,
                        "is_unsettled": True,
                    }
                )
            )
        except RefusedVersionError as error:
            self._refuse(version.version, error)
            return None
        except OSError as error:
            what = f"it cannot be kept ({error.strerror})"
            problem = ConfigurationProblem(what=what)
            self._refuse(version.version, RefusedVersionError(RefusalReason.NOT_USABLE, [problem]))
            return None
        self._state = state
        earlier = self._trial
        self._trial = _Trial(
            version.version,
            self.current,
            before,
            self.current if earlier is None else earlier.good,
            before if earlier is None else earlier.good_state,
            earlier,
        )
        self._settles_at_s = self._now_s() + SETTLED_S
        self.current = box
        self._describe()
        return box

    def _go_local(self, local: BoxConfig) -> BoxConfig:
        if self._state.adopted is not None:
            _log.warning("the file was changed: it goes before the command centre's version now")
        self._trial, self._settles_at_s, self._ordered, self._back = None, None, None, None
        self._read_own()
        self._remember(
            State(
                local_digest=self._state.local_digest,
                answer=self._state.answer,
                is_answered=self._state.is_answered,
            )
        )
        self.current = local
        self._is_report_due = True
        self._describe()
        return local

    def _settle(self) -> None:
        if self._settles_at_s is None or self._now_s() < self._settles_at_s:
            return
        self._settles_at_s = None
        waits = self._trial.waits if self._trial is not None else ()
        self._trial = None
        adopted = self._state.adopted
        if adopted is not None:
            good = Adopted(version=adopted.version, is_proven=adopted.is_proven or not waits)
            update = {"adopted": good, "is_unsettled": False}
            self._remember(self._state.model_copy(update=update))

    def _note_failed_start(self) -> None:
        """The worker before this one died while a version was being tried."""
        adopted = self._state.adopted
        if adopted is None:
            return
        failed = adopted.failed_starts + 1
        if failed >= (_FAILED_STARTS if adopted.is_proven else 1):
            self._give_up(RefusedVersionError(RefusalReason.DIED))
        else:
            update = {"adopted": adopted.model_copy(update={"failed_starts": failed})}
            self._state = self._state.model_copy(update=update)

    def _resume(self) -> None:
        """Go on with what was adopted, or with the last before it that can still be used."""
        while (adopted := self._state.adopted) is not None:
            kept = self._store.get(adopted.version)
            try:
                if kept is None:
                    what = "it cannot be read any more on the box"
                    raise RefusedVersionError(
                        RefusalReason.NOT_USABLE, [ConfigurationProblem(what=what)]
                    )
                self.current = self._checked(kept)
            except RefusedVersionError as error:
                self._give_up(error)
                continue
            self._state = self._state.model_copy(update={"is_unsettled": True})
            self._settles_at_s = self._now_s() + SETTLED_S
            return
        self._state = self._state.model_copy(update={"is_unsettled": False})

    def _give_up(self, error: RefusedVersionError) -> None:
        state, adopted = self._state, self._state.adopted
        assert adopted is not None
        before = None if state.previous is None else Adopted(version=state.previous, is_proven=True)
        update: dict[str, Any] = {"adopted": before, "previous": None, "is_unsettled": False}
        self._state = state.model_copy(update=update)
        self._refuse(adopted.version, error)

    def _refuse(self, number: int, error: RefusedVersionError) -> None:
        told = [f"{each.path}: {each.what}" for each in error.problems[:5]]
        _log.error("version refused", version=number, why=error.why.value, problems=told)
        self._answer(number, ConfigurationOutcome.REFUSED, why=error.why, problems=error.problems)

    def _answer(
        self,
        number: int,
        outcome: ConfigurationOutcome,
        *,
        why: RefusalReason | None = None,
        problems: tuple[ConfigurationProblem, ...] = (),
        waits: tuple[str, ...] = (),
    ) -> None:
        answer = ConfigurationAnswer(
            school_id=self._school_id,
            version=number,
            outcome=outcome,
            why=why,
            problems=problems,
            waits=waits,
        )
        self._remember(self._state.model_copy(update={"answer": answer, "is_answered": False}))

    def _remember(self, state: State) -> None:
        """A disk that is full loses what is remembered over a death, never what runs."""
        self._state = state
        try:
            self._store.keep(state)
        except OSError as error:
            _log.error("what became of a version cannot be kept", why=error.strerror)

    def _read_own(self) -> None:
        try:
            self._own_text = read_text(self._path)
            digest = digest_of_text(self._own_text)
        except (ConfigError, DocumentError) as error:
            _log.error("the configuration cannot be described", why=str(error))
            self._own_text, digest = "", ""
        self._state = self._state.model_copy(update={"local_digest": digest})

    def _checked(self, version: ConfigurationVersion) -> BoxConfig:
        box = checked_version(version, self._path, self._own_text, self._credentials)
        if self._processes is None:
            return box
        return box.model_copy(update={"processes": self._processes})

    def _describe(self) -> None:
        """What the heartbeat and a report say of what runs."""
        adopted = self._state.adopted
        kept = None if adopted is None else self._store.get(adopted.version)
        try:
            if kept is not None:
                self._text = kept.text
            else:
                self._text = reported_text(self._own_text, self._path.resolve().parent)
            self._facts = ConfigurationFacts(
                digest=digest_of_text(self._text),
                version=None if kept is None else kept.version,
                sealing_key=None if self._credentials is None else self._credentials.public_key,
            )
        except DocumentError as error:
            _log.error("the configuration cannot be described", why=str(error))
            self._text, self._facts = None, None

    def _now_s(self) -> float:
        return self._clock.mono_ns() / 1e9


def _read_version(raw: bytes, number: int) -> ConfigurationVersion | None:
    """What was fetched; None of one that a newer command centre wrote.

    Raises:
        DeliveryError: Something else answered.
    """
    try:
        version = ConfigurationVersion.model_validate_json(raw)
    except ValidationError as error:
        if _is_newer(raw, number):
            return None
        raise DeliveryError("answered what is no version", where="GET configuration") from error
    if version.version != number:
        raise DeliveryError("answered another version", where="GET configuration")
    return version


def _is_newer(raw: bytes, number: int) -> bool:
    try:
        told = json.loads(raw)
    except ValueError:
        return False
    is_ours = isinstance(told, dict) and told.get("version") == number
    form = told.get("format") if is_ours else None
    return isinstance(form, int) and form > CONFIGURATION_FORMAT
