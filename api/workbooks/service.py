"""Everything in scope as a workbook, and a workbook taken in: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras.service import Watch
from api.contract.vocabulary import Language
from api.kit.errors import FieldError
from api.kit.pools import Pool
from api.organisations import communities, places
from api.organisations import service as organisations
from api.organisations.schemas import (
    CommunityCreate,
    CommunityWrite,
    PlaceWrite,
    SchoolCreate,
    SchoolView,
    SchoolWrite,
)
from api.register import service as register
from api.register.schemas import RecordView, RecordWrite
from api.workbooks.errors import WorkbookInvalidError
from api.workbooks.planning import Key, Known, Plan, Step, plan
from api.workbooks.reading import Errors, ReadSheet, read_workbook
from api.workbooks.schemas import ImportReport, RowAction, SheetName
from api.workbooks.sheets import SHEETS, Cells, Sheet
from api.workbooks.writing import write_workbook

_MAX_SHOWN = 500
_one_at_a_time = Pool("workbook", 1)
"""Reading a large one takes seconds of a core and some hundred megabytes."""

Rows = dict[Key, dict[str, object]]


def _school_cells(school: SchoolView) -> dict[str, object]:
    wanted = {*SchoolWrite.model_fields, "school_id", "grade"}
    return school.model_dump(mode="json", include=wanted)


def _camera_cells(record: RecordView) -> dict[str, object]:
    cells = record.model_dump(mode="json", include=set(RecordWrite.model_fields) - {"place_id"})
    return {
        **cells,
        "school_id": record.school.school_id,
        "school": record.school.name,
        "camera_id": record.camera_id,
        "name": record.name,
        "place": "" if record.place is None else record.place.name,
    }


async def _organisation(session: AsyncSession) -> dict[SheetName, Rows]:
    schools = (await organisations.list_schools(session, closed=True)).items
    names = {school.school_id: school.name_zh for school in schools}
    return {
        SheetName.COMMUNITIES: {
            (each.community_id,): each.model_dump(mode="json")
            for each in (await communities.list_communities(session)).items
        },
        SheetName.SCHOOLS: {(school.school_id,): _school_cells(school) for school in schools},
        SheetName.PLACES: {
            (place.school_id, place.name): {
                "school_id": place.school_id,
                "school": names[place.school_id],
                "name": place.name,
                "kind": place.kind,
            }
            for place in await places.list_all(session)
        },
    }


async def export(session: AsyncSession, watch: Watch, language: Language) -> bytes:
    """Everything in scope as a workbook."""
    sheets = await _organisation(session)
    sheets[SheetName.CAMERAS] = {
        (row.school.school_id, row.camera_id): {
            **_camera_cells(row),
            "state": row.state,
            "clock_offset_s": None if row.clock_offset_s is None else round(row.clock_offset_s, 1),
            "proven_days": None if row.proven_days is None else int(row.proven_days * 10) / 10,
        }
        for row in await register.list_rows(session, watch)
    }
    rows = {str(name): list(each.values()) for name, each in sheets.items()}
    return await _one_at_a_time.run(write_workbook, rows, language)


async def read(content: bytes, errors: Errors, sheets: Sequence[Sheet] = SHEETS) -> list[ReadSheet]:
    """What a workbook says.

    Raises:
        NotAWorkbookError: If it is none, or is damaged.
        WorkbookTooLargeError: If it holds more than is read.
    """
    return await _one_at_a_time.run(read_workbook, content, errors, sheets)


async def _plan(
    session: AsyncSession, sheets: list[ReadSheet], errors: Errors, *, may_organise: bool
) -> Plan:
    known: dict[SheetName, Mapping[Key, Mapping[str, object]]] = {**await _organisation(session)}
    records = await register.list_records(session)
    known[SheetName.CAMERAS] = {
        (each.school.school_id, each.camera_id): _camera_cells(each) for each in records
    }
    return plan(sheets, Known(known, may_organise), errors)


def _report(made: Plan, errors: Errors, *, is_applied: bool) -> ImportReport:
    changes = [step.change for step in made.steps]
    created = sum(change.action is RowAction.CREATED for change in changes)
    return ImportReport(
        created=created,
        changed=len(changes) - created,
        unchanged=made.unchanged,
        changes=changes[:_MAX_SHOWN],
        error_count=errors.count,
        errors=errors.first,
        is_applied=is_applied,
    )


async def preview(
    session: AsyncSession, sheets: list[ReadSheet], errors: Errors, *, may_organise: bool
) -> ImportReport:
    """What a workbook would change, and what is wrong with it; changes nothing."""
    made = await _plan(session, sheets, errors, may_organise=may_organise)
    return _report(made, errors, is_applied=False)


async def take_in(
    work: UnitOfWork,
    sheets: list[ReadSheet],
    errors: Errors,
    by: Actor,
    digest: str,
    *,
    may_organise: bool,
) -> ImportReport:
    """Change what the workbook says.

    Raises:
        WorkbookInvalidError: If a cell cannot be taken; nothing is changed then.
    """
    made = await _plan(work.session, sheets, errors, may_organise=may_organise)
    if not errors.count:
        await _apply(work, made, sheets, errors, by)
    refuse(errors)
    if made.steps:
        audit.log(work, AccessAction.WORKBOOK_IMPORTED, by.username, by.client, subject=digest)
    return _report(made, errors, is_applied=True)


async def write(
    rows: Mapping[str, Iterable[Cells]], language: Language, sheets: Sequence[Sheet]
) -> bytes:
    """A workbook of these sheets."""
    return await _one_at_a_time.run(write_workbook, rows, language, sheets)


def refuse(errors: Errors) -> None:
    """Take nothing of a workbook that has errors.

    Raises:
        WorkbookInvalidError: It has.
    """
    if errors.count:
        raise WorkbookInvalidError(
            f"{errors.count} cells cannot be taken",
            params={"count": str(errors.count)},
            errors=[
                FieldError(f"{each.sheet}!{each.column}{each.row}", each.code)
                for each in errors.first
            ],
        )


def digest_of(content: bytes) -> str:
    """What the access log names a workbook by."""
    return hashlib.sha256(content).hexdigest()


async def _apply(
    work: UnitOfWork, made: Plan, sheets: list[ReadSheet], errors: Errors, by: Actor
) -> None:
    """Write in the order in which sheets build on each other."""
    steps = {name: [step for step in made.steps if step.change.sheet is name] for name in SheetName}
    for step in steps[SheetName.COMMUNITIES]:
        await _put_community(work, step, by)
    for step in [*_freeing(steps[SheetName.SCHOOLS]), *steps[SheetName.SCHOOLS]]:
        assert isinstance(step.write, SchoolCreate)
        if step.change.action is RowAction.CREATED:
            await organisations.create_school(work, step.write, by)
        else:
            await organisations.put_school(work, step.key[0], step.write, by)
    place_ids: dict[Key, int] = {
        (place.school_id, place.name): place.id for place in await places.list_all(work.session)
    }
    for step in steps[SheetName.PLACES]:
        assert isinstance(step.write, PlaceWrite)
        if step.change.action is RowAction.CREATED:
            place = await places.create_place(work, step.key[0], step.write, by)
            place_ids[place.school_id, place.name] = place.id
        else:
            await places.put_place(work, step.key[0], place_ids[step.key], step.write, by)
    of_cameras = next((each for each in sheets if each.sheet.name == SheetName.CAMERAS), None)
    if of_cameras is not None:
        await _put_cameras(work, made, of_cameras, place_ids, errors, by)


async def _put_community(work: UnitOfWork, step: Step, by: Actor) -> None:
    assert isinstance(step.write, CommunityCreate)
    if step.change.action is RowAction.CREATED:
        await communities.create_community(work, step.write, by)
    else:
        names = CommunityWrite(name_zh=step.write.name_zh, name_en=step.write.name_en)
        await communities.put_community(work, step.key[0], names, by)


def _freeing(steps: list[Step]) -> list[Step]:
    """Schools whose code another row takes, to be written without it first: two may swap."""
    codes = [change for step in steps for change in step.change.fields if change.field == "code"]
    taken = {change.new for change in codes if change.new is not None}
    given_up = {change.old for change in codes} & taken
    return [
        replace(step, write=step.write.model_copy(update={"code": None}))
        for step in steps
        if any(each.field == "code" and each.old in given_up for each in step.change.fields)
    ]


async def _put_cameras(
    work: UnitOfWork,
    made: Plan,
    sheet: ReadSheet,
    place_ids: Mapping[Key, int],
    errors: Errors,
    by: Actor,
) -> None:
    keys: dict[Key, int] = {
        (each.school.school_id, each.camera_id): each.camera_key
        for each in await register.list_records(work.session)
    }
    told: dict[int, RecordWrite] = {}
    rows: dict[int, Step] = {}
    for step in made.steps:
        if step.change.sheet is SheetName.CAMERAS:
            assert isinstance(step.write, RecordWrite)
            key = keys[step.key]
            place_id = place_ids[step.key[0], step.place] if step.place else None
            told[key] = step.write.model_copy(update={"place_id": place_id})
            rows[key] = step
    for key in await register.put_records(work, told, by):
        errors.add(sheet, rows[key].change.row, "code", "taken", told[key].code)
