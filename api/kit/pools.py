"""Threads for one kind of work each, so that one kind cannot make another wait.

The pool that asyncio shares out by default has a handful of threads: some sign-ins that hash for
a while would hold up every upload.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from api.kit.errors import UnavailableError

P = ParamSpec("P")
R = TypeVar("R")
_RETRY_AFTER_S = 5


class Pool:
    """A bounded number of threads, and a bounded number of calls that wait for one.

    Args:
        name: Of the threads.
        threads: Calls that run at once.
        waiting: Calls that may wait; None where the callers are bounded already.
    """

    def __init__(self, name: str, threads: int, waiting: int | None = None) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = None if waiting is None else threads + waiting
        self._calls = 0

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call on a thread.

        Raises:
            UnavailableError: As many wait as may.
        """
        if self._most is not None and self._calls >= self._most:
            raise UnavailableError(
                "too many requests of this kind", headers={"Retry-After": str(_RETRY_AFTER_S)}
            )
        self._calls += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, lambda: call(*args, **kwargs))
        finally:
            self._calls -= 1

    def close(self) -> None:
        """End the threads as soon as they have nothing to do."""
        self._executor.shutdown(wait=False)
