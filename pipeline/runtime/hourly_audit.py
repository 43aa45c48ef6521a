"""A thread that audits footage of others each hour and puts what it found into the outbox."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence

import structlog

from api.contract import RetentionStatus
from pipeline.delivery.outbox import MessageKind, Outbox

_log = structlog.get_logger(__name__)
_EVERY_S = 3600.0
_RETRY_S = 60.0


class HourlyAudit:
    """Audits each hour, and at once when it is woken.

    Args:
        name: What is audited, for the log.
        audit: One round; None when it could not be made.
        school_id: Whose cameras.
        outbox: Where retention facts wait.
    """

    def __init__(
        self,
        name: str,
        audit: Callable[[], Sequence[RetentionStatus] | None],
        school_id: str,
        outbox: Outbox,
    ) -> None:
        self._name = name
        self._audit = audit
        self._school_id = school_id
        self._outbox = outbox
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to audit."""
        self._thread.start()

    def wake(self) -> None:
        """Audit now."""
        self._wake.set()

    def stop(self, deadline_s: float) -> bool:
        """Audit no more; answers whether the round that was going on has ended."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        return not self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether a round should come to its end."""
        return self._stop.is_set()

    def round(self) -> bool:
        """One round; answers whether all of it was kept."""
        statuses = self._audit()
        return statuses is not None and self._post(statuses)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                is_done = self.round()
            except Exception:  # noqa: BLE001 -- boundary: an audit's fault is not the worker's
                _log.exception("footage not audited", what=self._name)
                is_done = False
            self._wake.wait(_EVERY_S if is_done else _RETRY_S)

    def _post(self, statuses: Sequence[RetentionStatus]) -> bool:
        for each in statuses:
            status = each.model_copy(update={"school_id": self._school_id})
            hour = status.as_of.strftime("%Y%m%dT%H")
            key = f"{status.camera_id}@{hour}"
            try:
                self._outbox.put(MessageKind.RETENTION, key, status.model_dump_json().encode())
            except sqlite3.Error as error:
                _log.error("retention status not kept, tried again soon", why=str(error))
                return False
        return True
