"""A real command centre on a real port whose clock stands still, for a browser.

What is looked at lies on days of the calendar that were long ago when the test runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread

from tests.api.centre import Centre, HandClock, over_network, running_centre
from tests.api.messages import T0
from tests.e2e.stack import ROOT

_WITHIN_S = 120.0


@contextmanager
def still_centre(
    folder: Path, prepare: Callable[[Centre], Awaitable[None]], now: datetime = T0
) -> Iterator[str]:
    """Serve one; answers the console's address.

    Args:
        folder: Of its data.
        prepare: What is done before anybody looks.
        now: What its clock says.
    """
    served: Future[str] = Future()
    stop: Future[None] = Future()
    clock = HandClock(now)

    async def serve() -> None:
        console = ROOT / "api" / "console" / "dist"
        async with running_centre(folder, clock=clock, console_dir=console) as centre:
            await prepare(centre)
            async with over_network(centre) as url:
                served.set_result(url)
                await asyncio.wrap_future(stop)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if not served.done():
                served.set_exception(error)
            raise

    # In a thread of its own: this one is the browser's.
    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield served.result(_WITHIN_S)
    finally:
        stop.set_result(None)
        thread.join(_WITHIN_S)
    assert not thread.is_alive()
