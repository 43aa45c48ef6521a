"""Empties the outbox into the command centre, for ever, with back-off."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections.abc import Collection
from pathlib import Path

import structlog

from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient, HeldError, RefusedError
from pipeline.delivery.outbox import Backlog, Message, MessageKind, Outbox

_log = structlog.get_logger(__name__)
_BATCH = 64
_MAX_HELD = 8


class Postman:
    """One thread that sends what waits.

    Args:
        outbox: What waits.
        client: Where it goes.
        idle_s: Pause when nothing waits; ``wake`` ends it.
        retry_min_s: First pause after a failure.
        retry_max_s: Longest pause; half of each pause is random, so that a hundred boxes do not
            come back at once.
        alarm_bytes: Backlog from which each round logs an alarm.
    """

    def __init__(
        self,
        outbox: Outbox,
        client: CentreClient,
        *,
        idle_s: float = 1.0,
        retry_min_s: float = 0.5,
        retry_max_s: float = 15.0,
        alarm_bytes: int = 2_000_000_000,
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._idle_s = idle_s
        self._retry_min_s = retry_min_s
        self._retry_max_s = retry_max_s
        self._alarm_bytes = alarm_bytes
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Something new waits."""
        self._wake.set()

    def stop(self, deadline_s: float) -> None:
        """Send what can be sent before the deadline; the rest stays on disk."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)

    def send_waiting(self) -> int:
        """Send until nothing waits that can go now.

        A message over which the command centre stumbles is passed over in this round, so that
        one bad file does not keep all later alerts back; after a few of them the round ends.

        Returns:
            How many messages were taken.

        Raises:
            DeliveryError: The command centre does not answer or says later; the rest waits.
            sqlite3.Error: The outbox's disk is full or gone.
        """
        sent = 0
        held: dict[int, HeldError] = {}
        while batch := self._next_batch(held):
            for message in batch:
                try:
                    self._client.send(message)
                except RefusedError as error:
                    _log.error(
                        "message refused", kind=message.kind, key=message.key, why=str(error)
                    )
                    self._outbox.refused(message, str(error))
                    continue
                except HeldError as error:
                    held[message.seq] = error
                    if len(held) >= _MAX_HELD:
                        raise
                    continue
                if self._outbox.delivered(message):
                    _forget_file(message)
                sent += 1
        if held:
            raise next(iter(held.values()))
        return sent

    def _next_batch(self, held: Collection[int]) -> list[Message]:
        return [m for m in self._outbox.next_batch(_BATCH + len(held)) if m.seq not in held]

    def _run(self) -> None:
        pause_s = 0.0
        while True:
            last_round = self._stop.is_set()
            self._wake.clear()
            try:
                self.send_waiting()
                pause_s = 0.0
            except (DeliveryError, sqlite3.Error) as error:
                pause_s = min(max(pause_s * 2, self._retry_min_s), self._retry_max_s)
                self._tell_waiting(error, pause_s)
            except Exception:  # noqa: BLE001 -- boundary: whatever happened, delivery goes on
                pause_s = self._retry_max_s
                _log.exception("delivery failed", retry_in_s=pause_s)
            if last_round:
                return
            if pause_s:
                self._stop.wait(pause_s * random.uniform(0.5, 1.0))
            else:
                self._wake.wait(self._idle_s)

    def _tell_waiting(self, why: Exception, retry_in_s: float) -> None:
        try:
            backlog = self._outbox.backlog()
        except sqlite3.Error:  # the disk is gone: how much waits on it cannot be told
            backlog = Backlog(0, 0, 0)
        _log.warning("delivery waits", why=str(why), pending=backlog.pending, retry_in_s=retry_in_s)
        if backlog.pending_bytes > self._alarm_bytes:
            _log.error("outbox is filling the disk", pending_bytes=backlog.pending_bytes)


def _forget_file(message: Message) -> None:
    """Delete the local copy of evidence the command centre now holds."""
    if message.kind is MessageKind.EVIDENCE:
        Path(json.loads(message.body)["path"]).unlink(missing_ok=True)
