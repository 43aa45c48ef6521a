"""Patrol over HTTP: what pages saw, and who saw a room."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.exams import patrol
from api.exams.endpoints import READ, WRITE
from api.exams.patrol_schemas import ShowingList, ShowingsTaken, ShowingsWrite
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber

router = RoomRouter(prefix="/api/v1", tags=["exams"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS))]
_Watcher = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS, Permission.WATCH_LIVE))]


@router.post(
    "/exams/{exam_id}/sessions/{session_id}/showings",
    operation_id="exam_showings_tell",
    summary="Tell which rooms were seen",
    responses=problems(*WRITE),
)
async def tell_showings(
    exam_id: RowNumber, session_id: RowNumber, body: ShowingsWrite, person: _Watcher, work: Writer
) -> ShowingsTaken:
    """Rooms whose pictures were put on a screen in a page that was open and visible.

    Told again under the same id, a showing becomes longer and is not counted twice. What is outside
    of the session is cut off. A camera of which this person was sent no picture is not counted.
    """
    return await patrol.take(work, exam_id, session_id, body.showings, person.username)


@router.get(
    "/exam-sittings/{sitting_id}/showings",
    operation_id="exam_sittings_showings",
    summary="Who saw a room",
    responses=problems(*READ),
)
async def list_showings(sitting_id: RowNumber, session: Reader, _: _Viewer) -> ShowingList:
    """The newest first, at most 200."""
    return await patrol.list_showings(session, sitting_id)
