"""Answers the command centre's questions what other rules would have raised.

Judging a day takes seconds of Python, so a process of its own does it, with the lowest priority:
analysis goes on meanwhile. One at a time, and none for longer than ``LIMIT_S``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import ValidationError

from api.contract import PreviewAnswer, PreviewOrder, PreviewState
from pipeline.core.clock import Clock
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.episodes import utc

_log = structlog.get_logger(__name__)
LIMIT_S = 25.0
_LOOK_S = 0.1
_CALENDAR = {"time_zone", "holidays", "workday_overrides"}


class PreviewDesk:
    """Judges for the cameras of one process of a box.

    Args:
        config: Answers the box as it is configured now.
        clock: Time.
        limit_s: Longest time one question may take.
    """

    def __init__(
        self, config: Callable[[], BoxConfig], clock: Clock, limit_s: float = LIMIT_S
    ) -> None:
        self._config = config
        self._clock = clock
        self._limit_s = limit_s
        self._busy = threading.Lock()

    def answer(self, order: PreviewOrder, stop: threading.Event) -> PreviewAnswer:
        """What the rules would have raised; see :class:`pipeline.live.desk.Previews`."""
        if not self._busy.acquire(blocking=False):
            return self._without(order, PreviewState.BUSY)
        try:
            return self._judged(order, stop)
        finally:
            self._busy.release()

    def _judged(self, order: PreviewOrder, stop: threading.Event) -> PreviewAnswer:
        config = self._config()
        camera = next((each for each in config.cameras if each.id == order.camera_id), None)
        if camera is None:
            return self._without(order, PreviewState.UNREADABLE)
        asked = {
            "data_dir": str(Path(config.data_dir).absolute()),
            "camera_id": camera.id,
            "site": config.site.model_dump(mode="json", include=_CALENDAR),
            "economy": camera.economy.model_dump(mode="json"),
            "rules": list(order.rules),
            "to_s": self._clock.utc_s(),
            "hours": order.hours,
            "limit_s": 0.6 * self._limit_s,
        }
        told = self._run(json.dumps(asked).encode(), stop)
        if told is None:
            return self._without(order, PreviewState.TOO_SLOW)
        try:
            return PreviewAnswer.model_validate_json(told)
        except ValidationError:
            return self._without(order, PreviewState.UNREADABLE)

    def _run(self, asked: bytes, stop: threading.Event) -> bytes | None:
        """What the process says; None when it took too long, or nobody waits any more."""
        command = [sys.executable, "-m", "pipeline.runtime.preview_process"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said: list[tuple[bytes, bytes]] = []
        talk = threading.Thread(
            target=lambda: said.append(process.communicate(asked)), name="preview", daemon=True
        )
        talk.start()
        end_s = time.monotonic() + self._limit_s
        while talk.is_alive() and time.monotonic() < end_s and not stop.is_set():
            talk.join(_LOOK_S)
        is_late = talk.is_alive()
        if is_late:
            process.kill()
        talk.join()
        if is_late:
            return None
        out, errors = said[0]
        if process.returncode != 0:
            why = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
            _log.error("kept tracks could not be judged", why=why[:500])
        return out

    def _without(self, order: PreviewOrder, state: PreviewState) -> PreviewAnswer:
        now_s = self._clock.utc_s()
        from_s = now_s - 3600.0 * order.hours
        return PreviewAnswer(state=state, as_of=utc(now_s), from_at=utc(from_s), to_at=utc(now_s))
