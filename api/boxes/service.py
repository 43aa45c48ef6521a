"""Who may report for which school.

A box belongs to one school for good. Its token is known by its hash alone, and came to it for a
one-time code; a new code gives it a new token, and the old one works until then. The box that runs
on the command centre's own machine has its token in a file and needs no code. It belongs to the
school of its configuration: made with the default school, it takes the one it names in its first
words.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING, Scope, of_school
from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.boxes.errors import BadCodeError, OtherSchoolError, SchoolClosedError
from api.boxes.repository import BoxRepository, BoxRow
from api.boxes.schemas import BoxCode, BoxCreate, BoxState, BoxView
from api.bus.work import UnitOfWork
from api.contract import DEFAULT_SCHOOL_ID, Enrolment
from api.db.organisation import Box, EnrolmentCode
from api.kit.errors import BadTokenError, NotFoundError
from api.kit.tokens import new_token, token_sha256
from api.organisations import service as organisations
from api.organisations.errors import TakenError
from api.workers import service as workers

OWN_BOX = "box"
"""Name of the box that runs on the command centre's own machine."""
CODE_STANDS = timedelta(hours=48)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = 3
_GROUP = 4


@dataclass(frozen=True, slots=True)
class ReportingBox:
    """The box behind a request.

    Attributes:
        box_id: Its number.
        name: Its name in its school.
        school_id: Its school.
        is_school_closed: Whether that was closed.
    """

    box_id: int
    name: str
    school_id: str
    is_school_closed: bool

    @property
    def scope(self) -> Scope:
        """Whose rows its messages touch."""
        if self.name == OWN_BOX and self.school_id == DEFAULT_SCHOOL_ID:
            return EVERYTHING  # Its first words may take it to another school: see `admit`.
        return of_school(self.school_id)


async def find_box(session: AsyncSession, token: str) -> ReportingBox:
    """The box of a token.

    It is looked up by its hash, so the time this takes tells nothing about the token.

    Raises:
        BadTokenError: If the token is nobody's, or its box was revoked.
    """
    found = await BoxRepository(session).of_token(token_sha256(token))
    if found is None:
        raise BadTokenError(headers={"WWW-Authenticate": "Bearer"})
    box, school = found
    if box.revoked_at is not None:
        raise BadTokenError(
            "the box was revoked; enrol it anew",
            params={"why": "revoked"},
            headers={"WWW-Authenticate": "Bearer"},
        )
    return ReportingBox(box.id, box.name, school.school_id, school.closed_at is not None)


async def set_own_box(work: UnitOfWork, token: str) -> None:
    """Make this the token of the box on this machine; an earlier one stops working."""
    boxes = BoxRepository(work.session)
    hashed = token_sha256(token)
    if (known := await boxes.of_token(hashed)) is not None:
        known[0].revoked_at = None
        return
    own = await boxes.named(OWN_BOX)
    box = next((each for each in own if each.revoked_at is None), own[0] if own else None)
    if box is None:
        await organisations.ensure_school(work, DEFAULT_SCHOOL_ID)
        box = Box(school_id=DEFAULT_SCHOOL_ID, name=OWN_BOX, created_at=work.now, refused=0)
        await boxes.add(box)
    elif box.token_sha256 is not None:
        box.rotated_at = work.now
    box.token_sha256, box.revoked_at = hashed, None


async def admit(work: UnitOfWork, box: ReportingBox, school_id: str) -> ReportingBox:
    """Check that a box speaks of its own school; answers the box as it is then.

    Raises:
        OtherSchoolError: If it names another one.
        SchoolClosedError: If its school was closed.
    """
    if school_id != box.school_id and not await _adopt(work, box, school_id):
        raise OtherSchoolError(
            box.box_id,
            f"this box belongs to the school {box.school_id}; name it as `id` of its `site`, or "
            f"enrol the box at {school_id}",
            params={"school_id": box.school_id},
        )
    if box.is_school_closed:
        raise SchoolClosedError(box.box_id, f"the school {box.school_id} was closed")
    return box if school_id == box.school_id else replace(box, school_id=school_id)


async def _adopt(work: UnitOfWork, box: ReportingBox, school_id: str) -> bool:
    """Take the own box's first word on its school; answers whether it is of that school now."""
    if box.name != OWN_BOX:
        return False
    boxes = BoxRepository(work.session)
    row = await boxes.lock(box.box_id)
    if row is None:
        return False
    if row.school_id == school_id:
        return True
    if row.school_id != DEFAULT_SCHOOL_ID or not await boxes.is_unused(box.box_id):
        return False
    if await boxes.of_school(school_id, OWN_BOX) is not None:
        return False
    await organisations.ensure_school(work, school_id)
    row.school_id = school_id
    await work.session.flush()
    await organisations.forget_default(work)
    return True


async def count_refusals(work: UnitOfWork, box_id: int, code: str, count: int = 1) -> None:
    """Count what a box said that was not its own to say."""
    await BoxRepository(work.session).count_refusals(box_id, count, code, work.now)


def _state(box: Box) -> BoxState:
    if box.revoked_at is not None:
        return BoxState.REVOKED
    return BoxState.WAITING if box.token_sha256 is None else BoxState.ACTIVE


async def list_boxes(work_session: AsyncSession, watch: workers.Silence) -> list[BoxView]:
    """All boxes, by school and name."""
    return await _views(work_session, watch, await BoxRepository(work_session).rows())


async def _views(
    session: AsyncSession, watch: workers.Silence, rows: list[BoxRow]
) -> list[BoxView]:
    running = await workers.list_workers(session, watch.now, watch.lost_after_s)
    return [
        BoxView(
            id=row.box.id,
            name=row.box.name,
            school=organisations.name_of(row.school),
            state=_state(row.box),
            created_at=row.box.created_at,
            rotated_at=row.box.rotated_at,
            revoked_at=row.box.revoked_at,
            code_expires_at=row.code_expires_at
            if row.code_expires_at is not None and row.code_expires_at > watch.now
            else None,
            last_used_at=row.last_used_at,
            camera_count=row.camera_count,
            refused=row.box.refused,
            refused_at=row.box.refused_at,
            refused_code=row.box.refused_code,
            workers=[each for each in running if each.box_id == row.box.id],
        )
        for row in rows
    ]


async def get_box(session: AsyncSession, watch: workers.Silence, box_id: int) -> BoxView:
    """One box.

    Raises:
        NotFoundError: If there is none.
    """
    rows = await BoxRepository(session).rows([box_id])
    if not rows:
        raise NotFoundError("no such box")
    return (await _views(session, watch, rows))[0]


async def create_box(
    work: UnitOfWork, watch: workers.Silence, told: BoxCreate, by: Actor
) -> BoxCode:
    """Expect a box at a school, and give out the code to enrol it with.

    Raises:
        NotFoundError: If there is no such school.
        TakenError: If the school has a box of that name.
    """
    await organisations.get_school(work.session, told.school_id)
    boxes = BoxRepository(work.session)
    if await boxes.of_school(told.school_id, told.name) is not None:
        raise TakenError("the school has a box of this name", params={"what": "name"})
    box = Box(school_id=told.school_id, name=told.name, created_at=work.now, refused=0)
    await boxes.add(box)
    return await give_code(work, watch, box.id, by)


async def give_code(work: UnitOfWork, watch: workers.Silence, box_id: int, by: Actor) -> BoxCode:
    """Give out a code: for a box that has not come yet, that gets another token, or was revoked.

    Codes given out for it before can be used no more; its token works until the code is used.

    Raises:
        NotFoundError: If there is no such box.
    """
    boxes = BoxRepository(work.session)
    box = await boxes.lock(box_id)
    if box is None:
        raise NotFoundError("no such box")
    code = "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )
    await boxes.forget_codes(box_id)
    expires_at = work.now + CODE_STANDS
    boxes.add_code(
        EnrolmentCode(
            code_sha256=token_sha256(_plain(code)),
            box_id=box_id,
            created_at=work.now,
            created_by=by.username,
            expires_at=expires_at,
        )
    )
    _log(work, AccessAction.BOX_CODE_GIVEN, by, box)
    return BoxCode(box=await get_box(work.session, watch, box_id), code=code, expires_at=expires_at)


def _plain(code: str) -> str:
    """A code as a person may have written it."""
    return "".join(each for each in code.upper() if each.isalnum())


def _log(work: UnitOfWork, action: AccessAction, by: Actor, box: Box) -> None:
    audit.log(work, action, by.username, by.client, subject=box.name, school_id=box.school_id)


async def revoke(work: UnitOfWork, watch: workers.Silence, box_id: int, by: Actor) -> BoxView:
    """Let a box report no more; its cameras can be claimed by another of its school.

    Raises:
        NotFoundError: If there is no such box.
    """
    boxes = BoxRepository(work.session)
    box = await boxes.lock(box_id)
    if box is None:
        raise NotFoundError("no such box")
    if box.revoked_at is None:
        box.revoked_at = work.now
        await boxes.forget_codes(box_id)
        _log(work, AccessAction.BOX_REVOKED, by, box)
    return await get_box(work.session, watch, box_id)


async def enrol(work: UnitOfWork, code: str, client: str) -> Enrolment:
    """Make a machine the box that a code was given out for.

    Raises:
        BadCodeError: If nobody gave it out, it was used, or it ran out.
    """
    boxes = BoxRepository(work.session)
    found = await boxes.lock_code(token_sha256(_plain(code)))
    if found is None:
        raise BadCodeError("nobody gave out this code", params={"why": "unknown"})
    if found.used_at is not None:
        raise BadCodeError("the code was used already", params={"why": "used"})
    if found.expires_at <= work.now:
        raise BadCodeError("the code has run out", params={"why": "expired"})
    box = await boxes.lock(found.box_id)
    assert box is not None, "boxes are revoked, never deleted"
    school = await organisations.get_school(work.session, box.school_id)
    if school.closed_at is not None:
        raise BadCodeError("its school was closed", params={"why": "revoked"})
    token = new_token()
    found.used_at = work.now
    if box.token_sha256 is not None:
        box.rotated_at = work.now
    box.token_sha256, box.revoked_at = token_sha256(token), None
    _log(work, AccessAction.BOX_ENROLLED, Actor(found.created_by, client), box)
    return Enrolment(
        box_id=box.id,
        box_name=box.name,
        school_id=school.school_id,
        school_name=school.name_zh,
        time_zone=school.time_zone,
        token=token,
    )


async def names_of(session: AsyncSession, box_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What boxes are called, and their schools."""
    rows = await BoxRepository(session).rows(sorted(box_ids))
    return {row.box.id: (row.box.name, row.box.school_id) for row in rows}
