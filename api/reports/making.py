"""The job that makes a report: read what is known, lay it out, keep the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.access.scope import of_school
from api.jobs.kinds import ClaimedJob, JobKind
from api.kit.errors import ApiError
from api.kit.pools import Pool
from api.reports import service
from api.reports.readers import LAID_OUT, READ, READERS, Making
from api.reports.repository import ReportRepository

if TYPE_CHECKING:
    from api.runtime import Runtime

_one_at_a_time = Pool("report", 1)
"""A large one takes seconds of a core and some hundred megabytes."""


async def make(runtime: Runtime, job: ClaimedJob) -> None:
    """Make a report, or write down why it cannot be made."""
    scope = of_school(job.payload["school_id"] or None)
    async with runtime.database.read(scope) as session:
        view = await service.get(session, int(job.payload["report_id"]))
    if view.sha256 is not None or view.error:
        return
    making = Making(runtime, scope, view)
    try:
        await _make(making)
    except ApiError as refused:
        async with runtime.work(scope) as work:
            report = await ReportRepository(work.session).lock(view.id)
            assert report is not None, "a report is never deleted"
            report.error = refused.code


async def _make(making: Making) -> None:
    runtime, view = making.runtime, making.view
    await making.progress(READ)
    read = await READERS[view.kind](making)
    await making.progress(LAID_OUT)
    content = await _one_at_a_time.run(read.laid_out)
    files = service.files_of(runtime.settings)
    sha256 = await _one_at_a_time.run(files.write, view.id, view.format.value, content)
    async with runtime.work(making.scope) as work:
        report = await ReportRepository(work.session).lock(view.id)
        assert report is not None, "a report is never deleted"
        report.progress, report.as_of, report.made_at = 1.0, read.as_of, work.now
        report.sha256, report.size_bytes = sha256, len(content)


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [JobKind(service.JOB, run=make, attempts=3)]
