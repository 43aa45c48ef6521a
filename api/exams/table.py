"""The one table of an exam day: a row for each room of a session."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import reading
from api.cameras.schemas import CameraView
from api.cameras.views import Watch
from api.compliance import service as compliance
from api.compliance.sheet import local_text
from api.contract.footage.held import HeldFootage
from api.contract.vocabulary import Language, name_in, vocabulary
from api.db.exam import Exam, ExamRoom, ExamSession, ExamSitting
from api.exams import patrol
from api.exams.completeness import SessionFootage, of_session
from api.exams.keeping_repository import KeepingRepository
from api.exams.patrol_repository import PatrolRepository, Shown
from api.exams.readiness import Facts, checks
from api.exams.repository import ExamRepository
from api.exams.schemas import (
    ExamCheck,
    ExamCheckView,
    PackageState,
    SealView,
    ShownView,
    SittingGap,
    SittingView,
)
from api.kit.csv_file import Cell, csv_file
from api.organisations.schemas import SchoolName
from api.workbooks import service as workbooks
from api.workbooks.sheets import Column, Kind, Sheet

MAX_GAPS = 50
"""Of one row."""
_NUMBERS = (
    *("seats", "expected", "present", "completeness", "missing_s", "clock_offset_s", "order"),
    *("shown_times", "shown_s", "longest_unseen_s"),
)
COLUMNS = (
    *("school_name", "school_id", "room", "name", "seats", "expected", "present"),
    *("online", "picture", "clock", "recording", "space", "completeness", "missing_s", "gaps"),
    *("clock_offset_s", "shown_times", "shown_s", "shown_last", "longest_unseen_s"),
    *("order", "sealed_at", "chain_head"),
)
_SHEET = Sheet(
    "table",
    vocabulary().exam_column,
    tuple(
        Column(name, Kind.NUMBER if name in _NUMBERS else Kind.TEXT, is_info=True)
        for name in COLUMNS
    ),
    vocabulary().exam_sheet["table"],
)

_IN_ORDER = (
    ExamCheck.ONLINE,
    ExamCheck.PICTURE,
    ExamCheck.CLOCK,
    ExamCheck.RECORDING,
    ExamCheck.SPACE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the cameras of some rooms."""

    cameras: Mapping[int, CameraView]
    facts: Facts
    shown: Mapping[int, Shown]
    packages: Mapping[int, PackageState]
    held: Collection[int]


async def rows(
    session: AsyncSession,
    exam: Exam,
    of: ExamSession,
    sat: Sequence[tuple[ExamSitting, ExamRoom]],
    watch: Watch,
) -> list[SittingView]:
    """These rooms of a session, in the order given."""
    stored = ExamRepository(session)
    names = await stored.school_names({room.school_id for _, room in sat})
    seen_by = await stored.cameras_of_rooms([room.id for _, room in sat])
    keys = sorted({key for own in seen_by.values() for key in own})
    since = min(of.starts_at, watch.now)
    held = await compliance.held_since(session, keys, since, watch.now)
    reach = await compliance.reach_of_disks(session, keys)
    cameras = await reading.list_conditions(session, watch, keys) if keys else {}
    shown = await PatrolRepository(session).shown([sitting.id for sitting, _ in sat])
    keeping = KeepingRepository(session)
    sitting_ids = [sitting.id for sitting, _ in sat]
    known = _Known(
        cameras,
        Facts(held, reach, watch.now),
        shown,
        await keeping.package_states(sitting_ids),
        await keeping.held(sitting_ids, watch.now),
    )
    return [
        _row(exam, of, sitting, room, _school(room.school_id, names), seen_by, known)
        for sitting, room in sat
    ]


def _school(school_id: str, names: Mapping[str, tuple[str, str]]) -> SchoolName:
    zh, en = names.get(school_id, (school_id, ""))
    return SchoolName(school_id=school_id, name=zh, name_en=en)


def _row(
    exam: Exam,
    of: ExamSession,
    sitting: ExamSitting,
    room: ExamRoom,
    school: SchoolName,
    seen_by: Mapping[int, list[int]],
    known: _Known,
) -> SittingView:
    keys = seen_by.get(room.id, [])
    cameras = [known.cameras[key] for key in keys if key in known.cameras]
    told = {
        camera.camera_id: footage
        for camera in cameras
        if (footage := _footage(known.facts.held.get(camera.id), of)) is not None
    }
    # What is known of one camera alone says nothing of the room.
    is_told = bool(cameras) and len(told) == len(cameras)
    worst = min(told.values(), key=lambda each: each.share) if is_told else None
    return SittingView(
        id=sitting.id,
        school=school,
        room_id=room.id,
        room=room.code,
        room_name=room.name,
        seats=room.seats,
        expected=sitting.expected,
        present=sitting.present,
        cameras=keys,
        checks=checks(cameras, known.facts, exam.clock_tolerance_s, of.ends_at - of.starts_at),
        clock_offset_s=_offset(cameras),
        completeness=None if worst is None else worst.share,
        told_until=None
        if worst is None
        else patrol.moment_of(min(each.until_ms for each in told.values())),
        missing_s=None if worst is None else worst.missing_ms / 1000,
        gaps=list(_gaps(told))[:MAX_GAPS],
        shown=patrol.shown_view(known.shown.get(sitting.id), of, known.facts.now),
        order_id=sitting.order_id,
        package=known.packages.get(sitting.id),
        is_held=sitting.id in known.held,
        seal=seal(sitting),
    )


def _footage(held: HeldFootage | None, of: ExamSession) -> SessionFootage | None:
    if held is None:
        return None
    return of_session(held, patrol.ms_of(of.starts_at), patrol.ms_of(of.ends_at))


def _gaps(told: Mapping[str, SessionFootage]) -> Iterator[SittingGap]:
    for camera_id, footage in told.items():
        for hole in footage.holes:
            yield SittingGap(
                camera_id=camera_id,
                from_at=patrol.moment_of(hole.start_ms),
                to_at=patrol.moment_of(hole.end_ms),
                cause=hole.cause,
            )


def _offset(cameras: Sequence[CameraView]) -> float | None:
    """Of the camera whose clock is wrong most."""
    offsets = [camera.clock.offset_s for camera in cameras if camera.clock is not None]
    return max((each for each in offsets if each is not None), key=abs, default=None)


def seal(sitting: ExamSitting) -> SealView | None:
    """What was sealed of a sitting."""
    if sitting.sealed_at is None:
        return None
    assert sitting.sealed_by is not None
    assert sitting.manifest_sha256 is not None
    assert sitting.chain_head is not None
    assert sitting.segment_count is not None
    assert sitting.key_fingerprint is not None
    return SealView(
        at=sitting.sealed_at,
        by=sitting.sealed_by,
        manifest_sha256=sitting.manifest_sha256,
        chain_head=sitting.chain_head,
        segment_count=sitting.segment_count,
        key_fingerprint=sitting.key_fingerprint,
    )


def sheet(views: Sequence[SittingView], zone: ZoneInfo, language: Language) -> str:
    """The table as a CSV file, in the exam's time zone."""
    words = vocabulary()
    told = (_cells(view, zone, language) for view in views)
    return csv_file(
        [words.exam_column[name].text(language) for name in COLUMNS],
        (["" if (cell := cells[name]) is None else cell for name in COLUMNS] for cells in told),
    )


async def workbook(views: Sequence[SittingView], zone: ZoneInfo, language: Language) -> bytes:
    """The table as an Excel file, in the exam's time zone."""
    rows = [_cells(view, zone, language) for view in views]
    return await workbooks.write({_SHEET.name: rows}, language, (_SHEET,))


def _cells(view: SittingView, zone: ZoneInfo, language: Language) -> dict[str, Cell | None]:
    words, seal_view = vocabulary(), view.seal
    gaps = [
        f"{gap.camera_id} {local_text(gap.from_at, zone)}-{local_text(gap.to_at, zone)[11:]} "
        f"{words.gap_cause[gap.cause].text(language)}"
        for gap in view.gaps
    ]
    share, missing_s, offset_s = view.completeness, view.missing_s, view.clock_offset_s
    return {
        "school_name": name_in(language, view.school.name, view.school.name_en),
        "school_id": view.school.school_id,
        "room": view.room,
        "name": view.room_name,
        "seats": view.seats,
        "expected": view.expected,
        "present": view.present,
        **{str(each.check): _check(each, zone, language) for each in view.checks},
        # Never rounded up: what lacks a second is not whole.
        "completeness": None if share is None else int(share * 10_000) / 100,
        "missing_s": None if missing_s is None else round(missing_s, 1),
        "gaps": "\n".join(gaps),
        "clock_offset_s": None if offset_s is None else round(offset_s, 1),
        **_shown(view.shown, zone),
        "order": view.order_id,
        "sealed_at": None if seal_view is None else local_text(seal_view.at, zone),
        "chain_head": None if seal_view is None else seal_view.chain_head,
    }


def _shown(view: ShownView, zone: ZoneInfo) -> dict[str, Cell | None]:
    unseen_s = view.longest_unseen_s
    return {
        "shown_times": view.times,
        "shown_s": round(view.seconds, 1),
        "shown_last": None if view.last_at is None else local_text(view.last_at, zone),
        "longest_unseen_s": None if unseen_s is None else round(unseen_s, 1),
    }


def _check(view: ExamCheckView, zone: ZoneInfo, language: Language) -> str:
    words = vocabulary()
    told = [words.exam_check_state[view.state].text(language)]
    if view.why is not None:
        told.append(words.exam_why[view.why].text(language))
        told += [words.rules[fault].text(language) for fault in view.faults if fault in words.rules]
    since = "" if view.since is None else f" {local_text(view.since, zone)}"
    return ": ".join(told) + since
