#!/usr/bin/env python3
"""Make a sample of each report, as PDF and as workbook, in both languages.

    scripts/samples.py                    # of a district made for it, into samples/
    scripts/samples.py --data-dir DIR     # of the district of a command centre's own folder
    scripts/samples.py --school ID        # reports of schools are of this one

PDFs need Typst and a font with Chinese; without them the workbooks are made, and that is told.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.access.scope import EVERYTHING
from api.audit.changes import Actor
from api.demo import living, removing, seeding
from api.demo.wanted import Wanted
from api.inspections import service as inspections
from api.inspections.repository import InspectionFilters
from api.jobs.scheduler import Scheduler
from api.kit.errors import CommandCentreError, NotFoundError
from api.organisations.service import DEFAULT_ZONE
from api.reports import making, service
from api.reports.schemas import (
    PaperRequest,
    ReportFormat,
    ReportKind,
    ReportRequest,
    ReportView,
)
from api.runtime import Runtime
from api.settings import load_settings
from api.startup import make_or_bring_up_to_date, opened

_BY = Actor("admin", "")
_LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")


async def main(out: Path, data_dir: Path | None, school_id: str) -> int:
    """Make them; answers how many could not be made."""
    with tempfile.TemporaryDirectory(prefix="mingan-samples-") as folder:
        settings = load_settings(None, data_dir=data_dir or Path(folder))
        async with opened(settings) as runtime:
            await make_or_bring_up_to_date(runtime)
            if not await removing.is_there(runtime):
                await seeding.seed(runtime, Wanted(), print)
            await living.beat(runtime)
            return await _make_all(runtime, out, school_id)


async def _make_all(runtime: Runtime, out: Path, school_id: str) -> int:
    today = runtime.clock().astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    missing = 0
    for kind, form, language in product(ReportKind, ReportFormat, _LANGUAGES):
        is_paper = kind is ReportKind.INSPECTION_FORM
        if is_paper and form is not ReportFormat.PDF:
            continue
        name = f"{kind}-{language}.{form}"
        try:
            if is_paper:
                asked = await _paper(runtime, language, school_id)
            else:
                wanted = ReportRequest(
                    kind=kind,
                    format=form,
                    language=language,
                    school_id=school_id if kind.is_of_a_school else None,
                    month=month if kind.is_of_a_month else None,
                )
                asked = await _report(runtime, wanted)
            (out / name).write_bytes(await _made(runtime, asked))
        except CommandCentreError as error:
            missing += 1
            print(f"{name}: {error}", file=sys.stderr)
        else:
            print(out / name)
    return missing


async def _report(runtime: Runtime, wanted: ReportRequest) -> ReportView:
    async with runtime.work(EVERYTHING) as work:
        return await service.ask(work, runtime.settings, wanted, _BY, with_pictures=True)


async def _paper(runtime: Runtime, language: Literal["zh", "en"], school_id: str) -> ReportView:
    """Of the form that was signed last."""
    filters = InspectionFilters(school_ids=(school_id,), is_signed=True)
    wanted = PaperRequest(language=language)
    async with runtime.work(EVERYTHING) as work:
        signed = await inspections.list_inspections(
            work.session, filters, work.now, limit=1, cursor=None
        )
        if not signed.items:
            raise NotFoundError(f"no form of {school_id} was signed")
        form = signed.items[0].id
        return await service.ask_paper(
            work, runtime.settings, form, wanted, _BY, with_pictures=True
        )


async def _made(runtime: Runtime, asked: ReportView) -> bytes:
    scheduler = Scheduler(runtime, making.kinds())
    view: ReportView = asked
    while not view.sha256 and not view.error:
        await scheduler.run_due()
        async with runtime.database.read(EVERYTHING) as session:
            view = await service.get(session, asked.id)
    if view.error:
        raise CommandCentreError(view.error)
    files = service.files_of(runtime.settings)
    assert view.sha256 is not None
    return files.read(view.id, view.format.value, view.sha256)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("samples"), help="folder")
    parser.add_argument("--data-dir", type=Path, help="a command centre's folder")
    parser.add_argument("--school", default="sample-01", help="whose reports, by its id")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("MINGAN_API_LOG_LEVEL", "warning")
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    sys.exit(min(1, asyncio.run(main(given.out, given.data_dir, given.school))))
