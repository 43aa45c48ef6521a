"""An exam as the workbook it is taken in from; taken in again as it is, it changes nothing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.vocabulary import Language, name_in
from api.exams.local_time import BadMomentError, read_moment
from api.exams.repository import ExamRepository
from api.exams.sheets import EXAM_SHEETS
from api.kit.errors import NotFoundError
from api.workbooks import service as workbooks
from api.workbooks.sheets import Cells


async def write(session: AsyncSession, exam_id: int, language: Language) -> bytes:
    """The file, with what is in scope; of a new exam the headings alone.

    Raises:
        NotFoundError: If there is no such exam.
    """
    stored = ExamRepository(session)
    exam = await stored.get(exam_id)
    if exam is None:
        raise NotFoundError("no such exam")
    zone = ZoneInfo(exam.time_zone)
    sat = [
        (of, sitting, room)
        for of in await stored.sessions(exam_id)
        for sitting, room in await stored.of_session(of.id)
    ]
    rooms = {room.id: room for _, _, room in sat}
    names = await stored.school_names({room.school_id for room in rooms.values()})
    seen_by = await stored.camera_ids_of_rooms(list(rooms))
    sheets: dict[str, list[Cells]] = {
        "sessions": [
            {
                "session": of.name,
                "starts_at": written(of.starts_at, zone),
                "ends_at": written(of.ends_at, zone),
            }
            for of in await stored.sessions(exam_id)
        ],
        "rooms": [
            {
                "school_id": room.school_id,
                "school": name_in(language, *names[room.school_id]),
                "room": room.code,
                "name": room.name,
                "seats": room.seats,
                "cameras": ", ".join(seen_by.get(room.id, ())),
            }
            for room in sorted(rooms.values(), key=lambda each: (each.school_id, each.code))
        ],
        "sittings": [
            {
                "school_id": room.school_id,
                "school": name_in(language, *names[room.school_id]),
                "room": room.code,
                "session": of.name,
                "expected": sitting.expected,
            }
            for of, sitting, room in sat
        ],
    }
    return await workbooks.write(sheets, language, EXAM_SHEETS)


def written(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as a clerk writes it; with its offset where clocks are set back over it.

    >>> from datetime import UTC
    >>> written(datetime(2026, 6, 7, 1, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    '2026-06-07 09:00:00'
    """
    local = moment.astimezone(zone)
    text = local.replace(tzinfo=None).isoformat(sep=" ")
    try:
        read_moment(text, zone)
    except BadMomentError:
        return local.isoformat(sep=" ")
    return text
