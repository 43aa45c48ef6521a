"""One process of a box as its supervisor sees it: started, listened to, restarted, ended."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

import structlog
from pydantic import ValidationError

from api.contract import CameraHeartbeat, CameraState, HeartbeatOrders
from pipeline.core.clock import Clock
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.episodes import utc
from pipeline.runtime.parent_link import Down, Up
from pipeline.runtime.restarts import RestartPolicy

_log = structlog.get_logger(__name__)
_MESSAGES = 16
_CLOSE_S = 2.0


@dataclass(slots=True)
class _Run:
    """One life of the process."""

    process: subprocess.Popen[bytes]
    down: queue.Queue[bytes | None]
    threads: list[threading.Thread]
    heard_s: float
    is_hung: bool = False
    is_ending: bool = False


class Child:
    """One process and its restarts; ``tend`` and ``follow`` are called by one thread.

    Args:
        name: As ``p1`` or ``recorder``.
        command: Starts it.
        clock: Time.
        on_wake: Called when it says that something waits in the outbox.
        hung_s: Killed when it said nothing for so long.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        clock: Clock,
        on_wake: Callable[[], None],
        *,
        hung_s: float,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._clock = clock
        self._on_wake = on_wake
        self._hung_s = hung_s
        self._policy = RestartPolicy()
        self._box: BoxConfig | None = None
        self._run: _Run | None = None
        self._start_at_s = 0.0
        self._trouble = ""
        self._since_utc_s = clock.utc_s()
        self._told: dict[str, CameraHeartbeat] = {}
        self._complaint = ""
        self.starts = 0

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._run is not None

    @property
    def pid(self) -> int | None:
        """Of the process, if it is there."""
        return None if self._run is None else self._run.process.pid

    def take_complaint(self) -> str:
        """What it did since the last look that a new configuration may be the cause of; or empty.

        It did not take one, or it died.
        """
        complaint, self._complaint = self._complaint, ""
        return complaint

    def follow(self, box: BoxConfig | None) -> None:
        """From now on this is its configuration; None: it has nothing to do and ends."""
        if box == self._box:
            return
        self._box = box
        if self._run is not None and box is not None:
            self._say(self._run, Down(box=box))

    def tend(self, now_s: float) -> None:
        """Start it, notice its death, kill it if it hangs; as things stand at ``now_s``."""
        run = self._run
        if run is None:
            if self._box is not None and now_s >= self._start_at_s:
                self._start(now_s)
            return
        code = run.process.poll()
        if code is not None:
            self._bury(run, code, now_s)
        elif self._box is None:
            self.end()
        elif now_s - run.heard_s > self._hung_s and not run.is_hung:
            run.is_hung = True
            _log.error("process hangs and is killed", process=self.name, silent_s=self._hung_s)
            run.process.kill()

    def forgive(self, now_s: float) -> None:
        """The whole machine stood still: what was not heard meanwhile does not count."""
        if self._run is not None:
            self._run.heard_s = now_s

    def order(self, orders: HeartbeatOrders) -> None:
        """Hand on what the command centre wants of its cameras."""
        ours = {camera.id for camera in self._box.cameras} if self._box else set()
        found = tuple(each for each in orders.approved_pictures if each.camera_id in ours)
        if found and self._run is not None:
            self._say(self._run, Down(orders=HeartbeatOrders(approved_pictures=found)))

    def cameras(self) -> tuple[CameraHeartbeat, ...]:
        """Its cameras for the wire; while it is not there, that nobody watches them."""
        if self._box is None:
            return ()
        told = self._told
        ids = [camera.id for camera in self._box.cameras]
        if self._run is not None or not self._trouble:
            return tuple(told.get(id_) or self._silent(id_, CameraState.CONNECTING) for id_ in ids)
        return tuple(self._silent(id_, CameraState.NOT_WATCHING) for id_ in ids)

    def end(self) -> None:
        """Ask it to finish what is open and go."""
        if self._run is not None and not self._run.is_ending:
            self._run.is_ending = True
            with contextlib.suppress(ProcessLookupError):
                self._run.process.terminate()

    def kill(self) -> None:
        """End it at once."""
        if self._run is not None:
            self._run.process.kill()

    def _silent(self, camera_id: str, state: CameraState) -> CameraHeartbeat:
        is_away = state is CameraState.NOT_WATCHING
        return CameraHeartbeat(
            camera_id=camera_id,
            state=state,
            reason="internal_error" if is_away else "",
            detail=self._trouble[:512] if is_away else "",
            since=utc(self._since_utc_s),
        )

    def _start(self, now_s: float) -> None:
        try:
            process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:  # no memory or no process to be had now
            self._failed(now_s, f"not started: {error.strerror}")
            return
        assert process.stdin is not None
        assert process.stdout is not None
        down: queue.Queue[bytes | None] = queue.Queue(_MESSAGES)
        run = _Run(process, down, [], now_s)
        run.threads = [
            threading.Thread(target=_send, args=(process.stdin, down), daemon=True),
            threading.Thread(target=self._listen, args=(process.stdout, run), daemon=True),
        ]
        self._run = run
        self._told = {}
        self._since_utc_s = self._clock.utc_s()
        self.starts += 1
        for thread in run.threads:
            thread.start()
        self._say(run, Down(box=self._box))
        _log.info("process started", process=self.name, pid=process.pid, starts=self.starts)

    def _bury(self, run: _Run, code: int, now_s: float) -> None:
        _drain(run.down)
        run.down.put(None)
        for thread in run.threads:
            thread.join(_CLOSE_S)
        assert run.process.stdout is not None
        run.process.stdout.close()
        self._run = None
        self._told = {}
        self._since_utc_s = self._clock.utc_s()
        if run.is_ending:
            self._start_at_s = now_s
            _log.info("process ended", process=self.name, code=code)
            return
        self._failed(now_s, "hung" if run.is_hung else _cause(code))

    def _failed(self, now_s: float, cause: str) -> None:
        wait_s = self._policy.died(now_s, cause)
        self._start_at_s = now_s + wait_s
        self._trouble = f"process {self.name} ended ({cause}), starts again"
        self._complaint = f"process {self.name} ended ({cause})"
        _log.error("process died", process=self.name, cause=cause, starts_again_in_s=wait_s)

    def _say(self, run: _Run, message: Down) -> None:
        try:
            run.down.put_nowait(message.line())
        except queue.Full:  # it does not read: what it missed it gets when it is started again
            _log.error("process does not listen", process=self.name)

    def _listen(self, up: IO[bytes], run: _Run) -> None:
        for line in up:
            try:
                message = Up.model_validate_json(line)
            except ValidationError as error:
                _log.error("not understood", process=self.name, why=str(error)[:300])
                continue
            if message.cameras is not None:
                run.heard_s = self._clock.mono_ns() / 1e9
                if self._run is run:
                    self._told = {each.camera_id: each for each in message.cameras}
            if message.refused:
                self._complaint = f"process {self.name}: {message.refused}"
            if message.wakes:
                self._on_wake()


def _send(down: IO[bytes], messages: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(OSError), down:
        while (line := messages.get()) is not None:
            down.write(line)
            down.flush()


def _drain(messages: queue.Queue[bytes | None]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            messages.get_nowait()


def _cause(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
