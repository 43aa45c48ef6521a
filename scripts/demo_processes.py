"""Child processes with logs: started in order, watched together, stopped in reverse order.

Each child leads a process group of its own, so that Ctrl-C in a terminal reaches only us and
the order of stopping is ours; should we be killed outright, the kernel ends the children.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

TICK_S = 0.1
STOP_S = 15.0
TAIL_LINES = 15
_PR_SET_PDEATHSIG = 1


class ProcessError(Exception):
    """A child ended by itself, or did not become ready in time."""


class StopRequestedError(Exception):
    """Ctrl-C or SIGTERM reached us."""


class Child:
    """One process and its log."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    def printed(self, prefix: str) -> str | None:
        """What followed ``prefix`` on the first line of the log that begins with it."""
        for line in self.log.read_text("utf-8", errors="replace").splitlines():
            if line.startswith(prefix):
                return line.removeprefix(prefix).strip()
        return None

    def require_running(self) -> None:
        """Raise ProcessError, with the end of the log, if the process ended."""
        code = self.process.poll()
        if code is not None:
            raise ProcessError(f"{self.name} ended with code {code}\n{self.tail()}")

    def wait_until(self, is_ready: Callable[[], bool], within_s: float, otherwise: str) -> None:
        """Wait for a condition; raise ProcessError when it does not come about."""
        deadline = time.monotonic() + within_s
        while not is_ready():
            self.require_running()
            if time.monotonic() > deadline:
                raise ProcessError(f"{otherwise} within {within_s:.0f} s\n{self.tail()}")
            time.sleep(TICK_S)

    def tail(self) -> str:
        """The last lines of the log."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"--- {self.log} (end)", *(f"    {line}" for line in lines)])

    def kill(self, number: signal.Signals) -> None:
        """Signal the child's whole process group."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


class Processes:
    """The children of one run.

    Args:
        log_dir: Where each child's output goes, as ``<name>.log``; made if absent.
    """

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._children: list[Child] = []
        self._stops = 0
        self._is_stopping = False
        log_dir.mkdir(parents=True, exist_ok=True)

    def stop_on_signals(self) -> None:
        """The first Ctrl-C or SIGTERM raises StopRequestedError here; the second kills at once."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        extra_environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a child; its output begins a new log."""
        log = self._log_dir / f"{name}.log"
        log.unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(extra_environment or {})}
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def wait(
        self,
        until_mono: float | None = None,
        every_second: Callable[[], None] | None = None,
    ) -> None:
        """Watch the children until a moment of the monotonic clock, or for ever.

        Raises:
            ProcessError: A child ended by itself.
        """
        next_call_mono = time.monotonic()
        while until_mono is None or time.monotonic() < until_mono:
            self.require_running()
            if every_second is not None and time.monotonic() >= next_call_mono:
                every_second()
                next_call_mono = time.monotonic() + 1.0
            time.sleep(TICK_S)

    def require_running(self) -> None:
        """Raise ProcessError, with the end of its log, if a child ended."""
        for child in self._children:
            child.require_running()

    def stop_all(self) -> None:
        """End the children, the youngest first; each gets time to finish its work."""
        self._is_stopping = True
        for child in reversed(self._children):
            self._end(child)
        self._children.clear()

    def stop(self, child: Child) -> None:
        """End one child; it gets time to finish its work."""
        self._end(child)
        self._children.remove(child)

    def _end(self, child: Child) -> None:
        if child.process.poll() is None:
            print(f"stopping {child.name} …", flush=True)
            child.kill(signal.SIGTERM)
            try:
                child.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                print(f"{child.name} did not stop within {STOP_S:.0f} s: killed", flush=True)
        child.kill(signal.SIGKILL)  # also whatever the child may have left behind
        child.process.wait()

    def print_tails(self) -> None:
        """Show the end of every log."""
        for child in self._children:
            print(child.tail(), file=sys.stderr)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1
        if self._stops > 1:
            for child in self._children:
                child.kill(signal.SIGKILL)
            os._exit(130)
        if not self._is_stopping:
            print("", flush=True)
            raise StopRequestedError


def _end_with_parent() -> None:
    """Runs in the child before its program: the kernel is to end it when we die."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
