"""One line in front of each model and a few threads that answer: cameras share models and cores.

A camera's thread asks and waits for its answer. As many runners as there are cores to use take what
waits, oldest first, whatever the model; what several cameras asked of one model meanwhile goes
through it together, as far as the model's line allows. So batches form by themselves when the box
is busy, and an idle box answers at once.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pipeline.core.errors import ModelError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
_LIMIT = 512


@dataclass(slots=True)
class _Request(Generic[Asked, Answer]):
    item: Asked
    asked_s: float
    answer: Future[Answer] = field(default_factory=Future)


class Line(Generic[Asked, Answer]):
    """Where cameras ask one model; made by :meth:`Batcher.line`."""

    def __init__(
        self,
        batcher: Batcher,
        look: Callable[[Sequence[Asked]], Sequence[Answer]],
        max_batch: int,
    ) -> None:
        self._batcher = batcher
        self.look = look
        self.max_batch = max_batch
        self.waiting: deque[_Request[Asked, Answer]] = deque()

    def ask(self, item: Asked) -> Answer:
        """Wait in line and get the answer to this item, as if it had been asked alone.

        Raises:
            ModelError: The batcher was closed, or the model could not answer this item; whatever
                else ``look`` raises for it.
        """
        return self._batcher.ask(self, item)


class Batcher:
    """The runners and their lines; safe to use from many threads.

    Nothing is dropped here: who asks waits anyway, and a full queue makes it wait before it is in
    line. What a camera cannot look at in time is dropped, and counted, before it asks.

    Args:
        runners: Threads that answer.
        max_batch: Items that go through a model together, where a line says no other.
        wait_s: How long a batch that has begun to form waits to be full. An item that is alone in
            its line never waits for others.
        limit: Items that may wait.
    """

    def __init__(
        self, *, runners: int, max_batch: int = 1, wait_s: float = 0.004, limit: int = _LIMIT
    ) -> None:
        if runners < 1 or max_batch < 1 or wait_s < 0 or limit < 1:
            raise ValueError("runners, max_batch and limit are 1 or more, wait_s not negative")
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._limit = limit
        self._condition = threading.Condition()
        self._lines: list[Line[Any, Any]] = []
        self._waiting = 0
        self._waited_s = 0.0
        self._waits = 0
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"model-{number}", daemon=True)
            for number in range(runners)
        ]
        for thread in self._threads:
            thread.start()

    def take_waited_s(self) -> float:
        """How long an item waited in line on average, of those since this was last asked."""
        with self._condition:
            mean_s = self._waited_s / self._waits if self._waits else 0.0
            self._waited_s, self._waits = 0.0, 0
        return mean_s

    def line(
        self,
        look: Callable[[Sequence[Asked]], Sequence[Answer]],
        *,
        max_batch: int | None = None,
    ) -> Line[Asked, Answer]:
        """A line in front of a model.

        Args:
            look: Answers several items at once, one answer each; called by several runners at the
                same time.
            max_batch: Items given to ``look`` together; the batcher's if None.
        """
        made = Line(self, look, max_batch or self._max_batch)
        with self._condition:
            self._lines.append(made)
        return made

    def remove(self, line: Line[Any, Any]) -> None:
        """Forget a line that nobody asks any more."""
        with self._condition:
            self._lines.remove(line)

    def ask(self, line: Line[Asked, Answer], item: Asked) -> Answer:
        """See :meth:`Line.ask`."""
        request: _Request[Asked, Answer] = _Request(item, time.monotonic())
        with self._condition:
            while self._waiting >= self._limit and not self._is_closed:
                self._condition.wait()
            if self._is_closed:
                raise _closed()
            line.waiting.append(request)
            self._waiting += 1
            self._condition.notify_all()
        return request.answer.result()

    def close(self, deadline_s: float = 5.0) -> None:
        """Finish what is being looked at; what still waits is told that it is too late."""
        with self._condition:
            self._is_closed = True
            left = [request for line in self._lines for request in line.waiting]
            for line in self._lines:
                line.waiting.clear()
            self._waiting = 0
            self._condition.notify_all()
        for request in left:
            request.answer.set_exception(_closed())
        for thread in self._threads:
            thread.join(deadline_s)

    # --- the runners ---------------------------------------------------------------------

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            line, requests = taken
            if len(requests) > 1 and _answer_together(line, requests):
                continue
            for request in requests:
                _answer_alone(line, request)

    def _take(self) -> tuple[Line[Any, Any], list[_Request[Any, Any]]] | None:
        with self._condition:
            while True:
                if self._is_closed:
                    return None
                in_line = [line for line in self._lines if line.waiting]
                if in_line:
                    break
                self._condition.wait()
            line = min(in_line, key=lambda each: each.waiting[0].asked_s)
            requests = self._pick(line, line.max_batch)
            if 1 < len(requests) < line.max_batch:
                until_s = time.monotonic() + self._wait_s
                while (
                    len(requests) < line.max_batch
                    and not self._is_closed
                    and (left_s := until_s - time.monotonic()) > 0
                ):
                    self._condition.wait(left_s)
                    requests += self._pick(line, line.max_batch - len(requests))
            return line, requests

    def _pick(self, line: Line[Any, Any], count: int) -> list[_Request[Any, Any]]:
        picked = [line.waiting.popleft() for _ in range(min(count, len(line.waiting)))]
        now_s = time.monotonic()
        for request in picked:
            self._waited_s += now_s - request.asked_s
            self._waits += 1
        self._waiting -= len(picked)
        if picked:
            self._condition.notify_all()
        return picked


def usable_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


def _answer_together(line: Line[Any, Any], requests: Sequence[_Request[Any, Any]]) -> bool:
    """Whether all were answered; if not, each is asked alone, so that only the bad one fails."""
    try:
        answers = line.look([request.item for request in requests])
    except Exception:  # noqa: BLE001 -- whose fault it was shows when each is asked alone
        return False
    if len(answers) != len(requests):
        return False
    for request, answer in zip(requests, answers, strict=True):
        request.answer.set_result(answer)
    return True


def _answer_alone(line: Line[Any, Any], request: _Request[Any, Any]) -> None:
    try:
        request.answer.set_result(line.look([request.item])[0])
    except Exception as error:  # noqa: BLE001 -- handed on to who asked
        request.answer.set_exception(error)


def _closed() -> ModelError:
    return ModelError("the models were closed", where="batcher", remedy="The worker is stopping")
