"""A command centre whose clock stands still, with the school of planted faults, for a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tests.api.audited_school import plant
from tests.api.centre import over_network, running_centre
from tests.e2e.stack import ROOT

_WITHIN_S = 120.0


@contextmanager
def audited_school(folder: Path) -> Iterator[str]:
    """Serve it; answers the console's address.

    The faults lie on days of the calendar, one of 25 hours among them, so that the clock must be
    the tests' own; the rest is the real application on a real port.
    """
    served: Future[str] = Future()
    # In a thread of its own: this one is the browser's.
    stop: Future[None] = Future()
    thread = Thread(target=lambda: asyncio.run(_serve(folder, served, stop)), daemon=True)
    thread.start()
    try:
        yield served.result(_WITHIN_S)
    finally:
        stop.set_result(None)
        thread.join(_WITHIN_S)
        assert not thread.is_alive()


async def _serve(folder: Path, served: Future[str], stop: Future[None]) -> None:
    try:
        async with running_centre(folder, console_dir=ROOT / "api" / "console" / "dist") as centre:
            await plant(centre, await centre.worker(), await centre.admin())
            async with over_network(centre) as url:
                served.set_result(url)
                await asyncio.wrap_future(stop)
    except BaseException as error:
        if not served.done():
            served.set_exception(error)
        raise
