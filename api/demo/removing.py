"""Takes the demo away: every row of its schools, its people and its files; the log keeps that."""

from __future__ import annotations

import asyncio

from api.access.scope import EVERYTHING, of_schools
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.demo.district import marked
from api.demo.errors import NoDemoError
from api.demo.repository import DemoRepository
from api.demo.schools import BUREAU
from api.reports.files import ReportFiles
from api.runtime import Runtime


async def remove(runtime: Runtime) -> int:
    """Take the demo away; answers how many rows that were.

    Raises:
        NoDemoError: If there is none.
    """
    async with runtime.work(EVERYTHING) as work:
        repository = DemoRepository(work.session)
        ids = await repository.school_ids()
        if not ids:
            raise NoDemoError
        scope = of_schools(ids)
        pictures = await repository.evidence_of(scope)
        reports = await repository.reports_of(scope)
        requirements = await repository.requirements_of(scope)
        count = await repository.delete_of(scope)
        count += await repository.delete_people()
        count += await repository.delete_communities()
        count += await repository.delete_bureau(marked(BUREAU).zh)
        await repository.delete_requirements(requirements)
        kept = await repository.still_kept(pictures)
        subject = f"{len(ids)} schools, {count} rows"
        audit.log(work, AccessAction.DEMO_REMOVED, "", "", subject=subject)
    # After the commit: a file too many is found again, one too few is not.
    await runtime.evidence.delete(pictures - kept)
    files = ReportFiles(runtime.settings.data_dir / "reports")
    for number, kind in reports:
        await asyncio.to_thread(files.remove, number, kind)
    return count


async def is_there(runtime: Runtime) -> bool:
    """Whether there is a demo."""
    async with runtime.database.read(EVERYTHING) as session:
        return bool(await DemoRepository(session).school_ids())
