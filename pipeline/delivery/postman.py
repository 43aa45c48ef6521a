"""Empties the outbox into the command centre, for ever, with back-off.

Alerts go first. A message that cannot be taken waits for a time of its own while the others go; a
command centre that does not answer is asked again after a pause, with another message, so that no
message can stand for all.
"""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient, HeldError, RefusedError
from pipeline.delivery.outbox import Backlog, Message, MessageKind, Outbox

_log = structlog.get_logger(__name__)
_ORDER = (
    MessageKind.ALERT,
    MessageKind.CAMERA,
    MessageKind.RETENTION,
    MessageKind.OFFLINE_ENTRY,
    MessageKind.ANALYSED_TIME,
    MessageKind.EVIDENCE,
)
"""Whoever reads an alert needs it now; its pictures are large and may follow."""
_MAX_IN_A_ROW = 8
"""So many of a kind that cannot be taken one after the other end that kind's turn in a round."""
_MAX_UNANSWERED = 256
"""With so many different messages nobody answered: from here on the line is taken for dead."""


class Postman:
    """One thread that sends what waits.

    Args:
        outbox: What waits.
        client: Where it goes.
        idle_s: Pause when nothing waits; ``wake`` ends it.
        retry_min_s: First pause after a failure.
        retry_max_s: Longest pause; half of each pause is random, so that a hundred boxes do not
            come back at once.
        put_off_max_s: Longest wait of one message that cannot be taken while others are.
        alarm_bytes: Backlog from which each round logs an alarm.
        clock: Time.
        delivered: Told of each message that the command centre took.
    """

    def __init__(
        self,
        outbox: Outbox,
        client: CentreClient,
        *,
        idle_s: float = 1.0,
        retry_min_s: float = 0.5,
        retry_max_s: float = 15.0,
        put_off_max_s: float = 300.0,
        alarm_bytes: int = 2_000_000_000,
        clock: Clock | None = None,
        delivered: Callable[[Message], None] | None = None,
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._idle_s = idle_s
        self._retry_min_s = retry_min_s
        self._retry_max_s = retry_max_s
        self._put_off_max_s = put_off_max_s
        self._alarm_bytes = alarm_bytes
        self._clock = clock or SystemClock()
        self._delivered = delivered
        self._unanswered: dict[int, Message] = {}
        """What got no answer since the last message that did: the line's fault, or its own?"""
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

        Returns:
            How many messages were taken.

        Raises:
            HeldError: Some messages cannot be taken now; all others were.
            DeliveryError: The command centre does not answer or says later; the rest waits.
            sqlite3.Error: The outbox's disk is full or gone.
        """
        sent = 0
        in_a_row = dict.fromkeys(_ORDER, 0)
        held: HeldError | None = None
        began_mono_s = self._mono_s()
        while (message := self._next(in_a_row, began_mono_s)) is not None:
            try:
                self._client.send(message)
            except RefusedError as error:
                _log.error("message refused", kind=message.kind, key=message.key, why=str(error))
                self._outbox.refused(message, str(error))
                self._answered(message)
            except HeldError as error:
                self._put_off(message)
                in_a_row[message.kind] += 1
                held = held or error
            except DeliveryError:
                self._unanswered[message.seq] = message
                raise
            else:
                if self._outbox.delivered(message):
                    _forget_file(message)
                if self._delivered is not None:
                    self._delivered(message)
                in_a_row[message.kind] = 0
                sent += 1
                self._answered(message)
        if held is not None:
            raise held
        return sent

    def _next(self, in_a_row: Mapping[MessageKind, int], due_mono_s: float) -> Message | None:
        """The next message whose time has come; what got no answer comes after all others."""
        if len(self._unanswered) >= _MAX_UNANSWERED:
            self._unanswered.clear()
        unanswered = Counter(message.kind for message in self._unanswered.values())
        again = None
        for kind in sorted(_ORDER, key=unanswered.__getitem__):
            if in_a_row[kind] >= _MAX_IN_A_ROW:
                continue
            limit = unanswered[kind] + 1
            for message in self._outbox.next_batch(limit, kind=kind, due_mono_s=due_mono_s):
                if message.seq not in self._unanswered:
                    return message
                again = again or message
        if again is not None:  # nothing else is left to ask with
            self._unanswered.clear()
        return again

    def _answered(self, message: Message) -> None:
        """The line is well: what got no answer before this one waits by itself."""
        for before in self._unanswered.values():
            if before.seq != message.seq:
                self._put_off(before)
        self._unanswered.clear()

    def _put_off(self, message: Message) -> None:
        wait_s = min(self._retry_min_s * 2 ** min(message.tries, 20), self._put_off_max_s)
        self._outbox.put_off(message, self._mono_s() + wait_s * random.uniform(0.5, 1.0))

    def _mono_s(self) -> float:
        return self._clock.mono_ns() / 1e9

    def _run(self) -> None:
        pause_s = 0.0
        is_fresh = True
        while True:
            last_round = self._stop.is_set()
            self._wake.clear()
            try:
                if is_fresh:
                    self._outbox.forget_waits()
                    is_fresh = False
                self.send_waiting()
                pause_s = 0.0
            except HeldError as error:
                pause_s = 0.0
                self._tell_waiting(error, self._idle_s)
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
