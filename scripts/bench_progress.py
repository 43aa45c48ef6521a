"""A progress bar on standard error, so that standard output is the figures' alone."""

from __future__ import annotations

import threading
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """Shows what is being done; not at all where standard error is no terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,
        )
        self._task: TaskID | None = None
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._is_timed = False

    def __enter__(self) -> Self:
        self._progress.start()
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._progress.stop()

    def begin(self, what: str, seconds: float) -> None:
        """Something that takes so many seconds begins."""
        self._next(what, seconds)
        self._is_timed = True

    def at(self, what: str, share: float) -> None:
        """Something is so far, 0–1."""
        if self._task is None or self._progress.tasks[-1].description != what:
            self._next(what, 1.0)
            self._is_timed = False
        assert self._task is not None
        self._progress.update(self._task, completed=share)

    def _next(self, what: str, total: float) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(what, total=total)

    def _tick(self) -> None:
        while not self._stop.wait(0.5):
            if self._is_timed and self._task is not None:
                self._progress.advance(self._task, 0.5)
