"""Sessions, rooms and who sits where, from a workbook: all of it, or nothing; twice is once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.exam import Exam, ExamRoom, ExamSession, ExamSitting
from api.exams.local_time import BadMomentError, read_moment
from api.exams.repository import ExamRepository, Occupied
from api.exams.schemas import MOST_SEATS, MOST_SESSIONS, ExamImportReport
from api.exams.sheets import ROOMS, SESSIONS, SITTINGS
from api.kit.errors import NotFoundError
from api.workbooks.reading import Errors, ReadSheet, Row
from api.workbooks.service import refuse

_SPLIT = re.compile(r"[\s,，、;；]+")
_LONGEST_CODE, _LONGEST_NAME, _LONGEST_SESSION = 64, 128, 64
Room = tuple[str, str]
"""School and code."""


@dataclass(slots=True)
class _Counts:
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def made(self) -> None:
        self.created += 1

    def kept(self, *, is_changed: bool) -> None:
        self.changed += is_changed
        self.unchanged += not is_changed


@dataclass(slots=True)
class _Import:
    """A workbook on its way in."""

    work: UnitOfWork
    exam: Exam
    errors: Errors
    sessions: dict[str, ExamSession]
    sealed: set[int]
    schools: set[str]
    rooms: dict[Room, ExamRoom]
    cameras: Mapping[Room, int]
    seen_by: dict[int, list[int]]
    sittings: dict[tuple[int, int], ExamSitting]
    counts: _Counts = field(default_factory=_Counts)
    rows: dict[tuple[int, int], tuple[ReadSheet, int]] = field(default_factory=dict)
    """Where in the workbook a session and room stand."""

    @property
    def stored(self) -> ExamRepository:
        """Where it goes."""
        return ExamRepository(self.work.session)


async def take_in(
    work: UnitOfWork, exam_id: int, sheets: list[ReadSheet], errors: Errors, digest: str, by: Actor
) -> ExamImportReport:
    """Make and change what the workbook says; what it does not name stays.

    Args:
        work: In the scope of who asks: of other schools a row is refused.
        exam_id: The exam.
        sheets: As they were read.
        errors: What was wrong in reading, and takes what is wrong besides.
        digest: What the access log names the workbook by.
        by: Who asks.

    Raises:
        NotFoundError: If there is no such exam.
        WorkbookInvalidError: If a cell cannot be taken; nothing is changed then.
    """
    by_name = {each.sheet.name: each for each in sheets}
    job = await _begin(work, exam_id, list(by_name.values()), errors)
    if (sheet := by_name.get(SESSIONS.name)) is not None:
        await _sessions(job, sheet)
    if (sheet := by_name.get(ROOMS.name)) is not None:
        await _rooms(job, sheet)
    if (sheet := by_name.get(SITTINGS.name)) is not None:
        await _sittings(job, sheet)
    await _overlaps(job, sheets)
    refuse(errors)
    if job.counts.created or job.counts.changed:
        audit.log(
            work,
            AccessAction.EXAM_IMPORTED,
            by.username,
            by.client,
            subject=digest,
        )
    return ExamImportReport(
        created=job.counts.created, changed=job.counts.changed, unchanged=job.counts.unchanged
    )


async def _begin(
    work: UnitOfWork, exam_id: int, sheets: Collection[ReadSheet], errors: Errors
) -> _Import:
    stored = ExamRepository(work.session)
    exam = await stored.lock(exam_id)
    if exam is None:
        raise NotFoundError("no such exam")
    named = {
        str(row.cells["school_id"])
        for sheet in sheets
        for row in sheet.rows
        if "school_id" in row.cells
    }
    named |= {sitting.school_id for sitting in (await stored.sittings(exam_id)).values()}
    schools = await stored.lock_schools(sorted(named))
    rooms = await stored.rooms(schools)
    return _Import(
        work=work,
        exam=exam,
        errors=errors,
        sessions={each.name: each for each in await stored.sessions(exam_id)},
        sealed=await stored.sealed_sessions(exam_id),
        schools=schools,
        rooms=rooms,
        cameras=await stored.cameras(schools),
        seen_by=await stored.cameras_of_rooms([room.id for room in rooms.values()]),
        sittings=await stored.sittings(exam_id),
    )


def _is_repeated(
    job: _Import, sheet: ReadSheet, row: Row, key: object, seen: set[object], column: str
) -> bool:
    if key in seen:
        job.errors.add(sheet, row.number, column, "duplicate", row.cells[column])
        return True
    seen.add(key)
    return False


async def _sessions(job: _Import, sheet: ReadSheet) -> None:
    zone, seen = ZoneInfo(job.exam.time_zone), set[object]()
    new = []
    for row in sheet.rows:
        name = str(row.cells["session"])
        if _is_repeated(job, sheet, row, name, seen, "session"):
            continue
        if len(name) > _LONGEST_SESSION or len(seen) > MOST_SESSIONS:
            job.errors.add(sheet, row.number, "session", "invalid", name)
            continue
        span = _span(job, sheet, row, zone)
        if span is None:
            continue
        session = job.sessions.get(name)
        if session is None:
            session = ExamSession(
                exam_id=job.exam.id, name=name, starts_at=span[0], ends_at=span[1]
            )
            new.append(session)
            job.sessions[name] = session
            job.counts.made()
            continue
        is_changed = (session.starts_at, session.ends_at) != span
        if is_changed and session.id in job.sealed:
            job.errors.add(sheet, row.number, "session", "session_sealed", name)
            continue
        session.starts_at, session.ends_at = span
        job.counts.kept(is_changed=is_changed)
    await job.stored.add_all(new)


def _span(
    job: _Import, sheet: ReadSheet, row: Row, zone: ZoneInfo
) -> tuple[datetime, datetime] | None:
    found = []
    for column in ("starts_at", "ends_at"):
        text = str(row.cells.get(column) or "")
        try:
            found.append(read_moment(text, zone))
        except BadMomentError as error:
            code = error.code if text else "required"
            job.errors.add(sheet, row.number, column, code, text)
    if len(found) < 2:
        return None
    if found[1] <= found[0]:
        job.errors.add(sheet, row.number, "ends_at", "ends_before", row.cells["ends_at"])
        return None
    return found[0], found[1]


async def _rooms(job: _Import, sheet: ReadSheet) -> None:
    seen, new = set[object](), []
    cameras: dict[Room, list[int]] = {}
    """Of rooms that are seen by others than before."""
    for row in sheet.rows:
        key = (str(row.cells["school_id"]), str(row.cells["room"]))
        if _is_repeated(job, sheet, row, key, seen, "room"):
            continue
        if key[0] not in job.schools:
            job.errors.add(sheet, row.number, "school_id", "unknown_school", key[0])
            continue
        told = _room(job, sheet, row, key)
        if told is None:
            continue
        name, seats, keys = told
        room = job.rooms.get(key)
        if room is None:
            cameras[key] = keys
            room = ExamRoom(school_id=key[0], code=key[1], name=name, seats=seats)
            new.append(room)
            job.rooms[key] = room
            job.counts.made()
            continue
        known = job.seen_by.get(room.id, [])
        if known != keys:
            cameras[key] = keys
        is_changed = (room.name, room.seats, known) != (name, seats, keys)
        room.name, room.seats = name, seats
        job.counts.kept(is_changed=is_changed)
    await job.stored.add_all(new)
    await job.stored.put_cameras({job.rooms[key].id: keys for key, keys in cameras.items()})


def _room(job: _Import, sheet: ReadSheet, row: Row, key: Room) -> tuple[str, int, list[int]] | None:
    before = job.errors.count
    name = str(row.cells.get("name") or key[1])
    seats = row.cells.get("seats")
    if len(key[1]) > _LONGEST_CODE:
        job.errors.add(sheet, row.number, "room", "invalid", key[1])
    if len(name) > _LONGEST_NAME:
        job.errors.add(sheet, row.number, "name", "invalid", name)
    if not isinstance(seats, int):
        job.errors.add(sheet, row.number, "seats", "required")
    elif not 0 < seats <= MOST_SEATS:
        job.errors.add(sheet, row.number, "seats", "invalid", seats)
    keys = []
    for camera_id in filter(None, _SPLIT.split(str(row.cells.get("cameras") or ""))):
        camera = job.cameras.get((key[0], camera_id))
        if camera is None:
            job.errors.add(sheet, row.number, "cameras", "unknown_camera", camera_id)
        elif camera not in keys:
            keys.append(camera)
    if job.errors.count > before or not isinstance(seats, int):
        return None
    return name, seats, sorted(keys)


async def _sittings(job: _Import, sheet: ReadSheet) -> None:
    seen, new = set[object](), []
    for row in sheet.rows:
        place = (str(row.cells["school_id"]), str(row.cells["room"]))
        session = job.sessions.get(str(row.cells["session"]))
        room = job.rooms.get(place)
        if place[0] not in job.schools:
            job.errors.add(sheet, row.number, "school_id", "unknown_school", place[0])
        elif room is None:
            job.errors.add(sheet, row.number, "room", "unknown_room", place[1])
        elif session is None:
            job.errors.add(sheet, row.number, "session", "unknown_session", row.cells["session"])
        if room is None or session is None or place[0] not in job.schools:
            continue
        key = (session.id, room.id)
        if _is_repeated(job, sheet, row, key, seen, "session"):
            continue
        expected = row.cells.get("expected")
        if not isinstance(expected, int) or expected < 0:
            code = "required" if expected is None else "invalid"
            job.errors.add(sheet, row.number, "expected", code, expected)
            continue
        if expected > room.seats:
            job.errors.add(sheet, row.number, "expected", "more_than_seats", expected)
            continue
        job.rows[key] = (sheet, row.number)
        known = job.sittings.get(key)
        if known is None:
            made = ExamSitting(
                school_id=place[0], session_id=session.id, room_id=room.id, expected=expected
            )
            new.append(made)
            job.sittings[key] = made
            job.counts.made()
            continue
        job.counts.kept(is_changed=known.expected != expected)
        known.expected = expected
    await job.stored.add_all(new)


async def _overlaps(job: _Import, sheets: list[ReadSheet]) -> None:
    """Refuse two sessions at once in one room, those of other exams included."""
    if not job.sessions or not job.schools:
        return
    begin = min(session.starts_at for session in job.sessions.values())
    end = max(session.ends_at for session in job.sessions.values())
    ours = {session.id for session in job.sessions.values()}
    codes = {room.id: room.code for room in job.rooms.values()}
    occupied = await job.stored.occupied(sorted(job.schools), begin, end)
    reached: Occupied | None = None
    told = set[tuple[int, int]]()
    for earlier, later in pairwise(occupied):
        # The one that lasts longest of those before: a short one may lie within it.
        if (
            reached is None
            or reached.room_id != earlier.room_id
            or (earlier.ends_at > reached.ends_at)
        ):
            reached = earlier
        if later.room_id != reached.room_id or later.starts_at >= reached.ends_at:
            continue
        mine, other = (later, reached) if later.session_id in ours else (reached, later)
        key = (mine.session_id, mine.room_id)
        if mine.session_id not in ours or key in told:
            continue
        told.add(key)
        sheet, number = job.rows.get(key, (sheets[0], 0))
        what = f"{codes.get(mine.room_id, '')} {mine.session}/{other.exam} {other.session}"
        job.errors.add(sheet, number, "session", "overlap", what)
