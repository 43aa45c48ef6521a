"""Lets the demo's boxes go on speaking while somebody looks, as real ones would.

A box that is silent for half a minute is lost, and what it told of footage three hours ago is no
longer taken for the present: so it is everywhere, and the demo is no exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from api.access.scope import EVERYTHING, of_schools
from api.cameras import service as cameras
from api.compliance import service as compliance
from api.contract import RetentionStatus
from api.demo.errors import NoDemoError
from api.demo.repository import DemoRepository
from api.runtime import Runtime

BEAT_S = 10.0
REPORT_S = 1800.0


async def beat(runtime: Runtime) -> int:
    """Let boxes be heard of now; answers how many.

    Raises:
        NoDemoError: If there is no demo.
    """
    async with runtime.work(EVERYTHING) as work:
        repository = DemoRepository(work.session)
        ids = await repository.school_ids()
        if not ids:
            raise NoDemoError
        return await repository.beat(of_schools(ids), work.now)


async def report(runtime: Runtime) -> int:
    """Tell that footage went on as it was; answers of how many cameras."""
    now = runtime.clock()
    async with runtime.database.read(EVERYTHING) as session:
        ids = await DemoRepository(session).school_ids()
        watch = cameras.Watch.of(runtime.settings, now)
        shown = [
            each
            for each in await cameras.list_shown(session, watch)
            if each.school.school_id in ids
        ]
        told = {each.id: await compliance.last_report(session, each) for each in shown}
    count = 0
    for some in _in_parts(list(told.items())):
        async with runtime.work(EVERYTHING) as work:
            for key, status in some:
                if status is not None and status.as_of < now:
                    await compliance.record_status(work, key, prolonged(status, now))
                    count += 1
    return count


def prolonged(status: RetentionStatus, now: dt.datetime) -> RetentionStatus:
    """The same report later: what went on goes on, footage or its absence."""
    spans, gaps = list(status.spans), list(status.gaps)
    if spans and spans[-1].to_at == status.as_of:
        spans[-1] = spans[-1].model_copy(update={"to_at": now})
    if gaps and gaps[-1].to_at == status.as_of:
        gaps[-1] = gaps[-1].model_copy(update={"to_at": now})
    return status.model_copy(update={"as_of": now, "spans": tuple(spans), "gaps": tuple(gaps)})


def _in_parts(
    rows: list[tuple[int, RetentionStatus | None]],
) -> Iterator[list[tuple[int, RetentionStatus | None]]]:
    """So few at a time that nobody else waits for long."""
    for start in range(0, len(rows), 25):
        yield rows[start : start + 25]
