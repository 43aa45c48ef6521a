"""Starts the release that `current` names, and goes back when a new one does not live.

This program is copied beside the releases once and belongs to none of them: a broken release
cannot break its own way back. It uses nothing but Python's library, and reads no clock that
somebody could set.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

TRIAL_S = 600.0
"""A start has as long to prove itself."""
STARTS = 3
"""A release that was begun so often without proving itself is left."""
_END_S = 100.0
_LOOK_S = 1.0


def main() -> None:
    """Become the worker of the current release; what this was called with goes to it."""
    folder = Path(__file__).resolve().parent
    trial = _read(folder / "trial.json")
    if trial is not None:
        _try(folder, trial)
    command = folder / "current" / "bin" / "mingan"
    sys.stdout.flush()
    try:
        os.execv(command, [str(command), *sys.argv[1:]])  # noqa: S606
    except OSError as error:
        sys.exit(f"error: {command}: cannot be started ({error.strerror})")


def _try(folder: Path, trial: dict[str, Any]) -> None:
    """Count this start of a release on trial, or go back to the one before."""
    if str((folder / "current").readlink()) != trial["version"]:
        (folder / "trial.json").unlink()  # it was never begun, or was left already
    elif trial.get("ran_out"):
        _go_back(folder, trial, "it did not prove itself in time")
    elif trial["starts"] >= STARTS:
        _go_back(folder, trial, f"it ended {trial['starts']} times")
    else:
        trial["starts"] += 1
        _write(folder / "trial.json", trial)
        print(f"mingan-launch: {trial['version']} is on trial", file=sys.stderr, flush=True)  # noqa: T201
        _watch(folder, os.getpid())


def _go_back(folder: Path, trial: dict[str, Any], why: str) -> None:
    _write(folder / "went_back.json", {"version": trial["version"], "why": why})
    new = folder / "current.new"
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    new.symlink_to(trial["previous"])
    new.replace(folder / "current")
    (folder / "trial.json").unlink()
    told = f"mingan-launch: {trial['version']} is left, {why}; back to {trial['previous']}"
    print(told, file=sys.stderr, flush=True)  # noqa: T201


def _watch(folder: Path, worker: int) -> None:
    """Leave a process behind that ends a worker which does not prove itself in time."""
    handle = os.pidfd_open(worker)
    child = os.fork()
    if child:
        os.close(handle)
        os.waitpid(child, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        _wait(folder / "trial.json", handle)
    finally:
        os._exit(0)


def _wait(path: Path, worker: int) -> None:
    until_s = time.monotonic() + TRIAL_S
    while time.monotonic() < until_s:
        if _is_over(worker, _LOOK_S) or not path.exists():
            return
    trial = _read(path)
    if trial is None:
        return
    _write(path, {**trial, "ran_out": True})
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(worker, number)
        if _is_over(worker, _END_S):
            return


def _is_over(worker: int, seconds: float) -> bool:
    return bool(select.select([worker], [], [], seconds)[0])


def _read(path: Path) -> dict[str, Any] | None:
    """A trial; None where there is none, or none that can be read: then nothing is tried."""
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        told = None
    known = {"version": str, "previous": str, "starts": int}
    is_whole = isinstance(told, dict) and all(
        isinstance(told.get(name), kind) for name, kind in known.items()
    )
    if is_whole:
        return dict(told)
    print(f"mingan-launch: {path} cannot be read", file=sys.stderr, flush=True)  # noqa: T201
    return None


def _write(path: Path, told: dict[str, Any]) -> None:
    new = path.with_name(path.name + ".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


if __name__ == "__main__":
    main()
