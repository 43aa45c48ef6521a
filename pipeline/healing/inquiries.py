"""What recorders say they have, asked when somebody opens a day, and remembered for a while.

Whoever opens a day waits for milliseconds of our own disk, never for a recorder: it is asked by a
thread of its own, its answer is waited for shortly, and what comes later is there when the page
asks again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.devices.device import Coverage
from pipeline.healing.sources import HeldCamera
from pipeline.recorders.errors import AwayReason, FootageAwayError

_log = structlog.get_logger(__name__)
WAIT_S = 1.5
"""The command centre waits three seconds for all of the answer."""
_FRESH_S = 600.0
_AT_ONCE = 2
_MOST = 512
"""Answers that are remembered: a day of a camera each."""


@dataclass(frozen=True, slots=True)
class _Answer:
    held: HeldCamera
    coverage: Coverage
    at_s: float


class Inquiries:
    """Asks and remembers. Thread-safe.

    Args:
        ask: Asks a recorder; raises FootageAwayError.
        clock: Time.
    """

    def __init__(self, ask: Callable[[HeldCamera, Span], Coverage], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._answers: OrderedDict[tuple[str, float], _Answer] = OrderedDict()
        self._asking: dict[str, threading.Event] = {}
        self._away: dict[str, AwayReason] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Believe nothing that was said so far."""
        with self._lock:
            self._answers.clear()
            self._away.clear()

    def about(self, held: HeldCamera, window: Span) -> Coverage | None:
        """What a recorder said of a window that begins there; None when it did not say yet.

        Args:
            held: Whose footage.
            window: Asked for; the answer may reach less far when the window has grown since.
        """
        known = self._known(held, window)
        if known is not None and 0 <= self._clock.mono_ns() / 1e9 - known.at_s < _FRESH_S:
            return known.coverage
        answered = self._begin(held, window)
        if answered is not None:
            answered.wait(WAIT_S)
            known = self._known(held, window)
        return None if known is None else known.coverage

    def outcome(self, held: HeldCamera) -> tuple[bool, AwayReason | None]:
        """Whether an answer is still to come, and why the last question had none."""
        with self._lock:
            is_asking = held.camera in self._asking or len(self._asking) >= _AT_ONCE
            return is_asking, self._away.get(held.camera)

    def remembered(self, held: HeldCamera, window: Span) -> list[Coverage]:
        """What was said that touches a window; nobody is asked."""
        with self._lock:
            found = [each for each in self._answers.values() if each.held == held]
        return [
            each.coverage
            for each in found
            if each.coverage.window.start_s < window.end_s
            and each.coverage.window.end_s > window.start_s
        ]

    def _known(self, held: HeldCamera, window: Span) -> _Answer | None:
        with self._lock:
            found = self._answers.get((held.camera, window.start_s))
        return found if found is not None and found.held == held else None

    def _begin(self, held: HeldCamera, window: Span) -> threading.Event | None:
        """Ask, unless as many as may are being asked; answers what to wait for."""
        with self._lock:
            running = self._asking.get(held.camera)
            if running is not None:
                return running
            if len(self._asking) >= _AT_ONCE:
                return None
            answered = self._asking[held.camera] = threading.Event()
        threading.Thread(
            target=self._run, args=(held, window, answered), name="inquiry", daemon=True
        ).start()
        return answered

    def _run(self, held: HeldCamera, window: Span, answered: threading.Event) -> None:
        try:
            coverage = self._ask(held, window)
        except FootageAwayError as error:
            _log.info("a recorder does not say what it has", camera=held.camera, why=error.line())
            with self._lock:
                self._away[held.camera] = error.reason
        except Exception:  # noqa: BLE001 -- boundary: one question's fault stays its own
            _log.exception("a recorder was not asked", camera=held.camera)
        else:
            with self._lock:
                self._away.pop(held.camera, None)
                key = (held.camera, window.start_s)
                self._answers[key] = _Answer(held, coverage, self._clock.mono_ns() / 1e9)
                self._answers.move_to_end(key)
                while len(self._answers) > _MOST:
                    self._answers.popitem(last=False)
        finally:
            with self._lock:
                self._asking.pop(held.camera, None)
            answered.set()
