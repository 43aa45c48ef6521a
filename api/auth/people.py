"""Who may sign in, as what, and for which school."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role, may_give
from api.access.scope import Scope, of_person
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.passwords import random_password
from api.auth.repository import SessionRow, UserRepository, UserRow
from api.auth.schemas import (
    NewPassword,
    PlaceName,
    UserCreate,
    UserCreated,
    UserList,
    UserView,
    UserWrite,
)
from api.bus.work import UnitOfWork
from api.db.models import User
from api.db.organisation import Place
from api.kit.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UsernameTakenError,
)
from api.organisations import places
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName

if TYPE_CHECKING:
    from api.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Giver:
    """Who changes what people may do.

    Attributes:
        username: The person.
        client: Address of the request.
        permissions: Theirs; nobody gives away more.
        scope: Whose people they may change.
    """

    username: str
    client: str
    permissions: frozenset[Permission]
    scope: Scope


def may_sign_in(user: User, now: datetime) -> bool:
    """Whether they are neither disabled nor past their end date."""
    return user.disabled_at is None and (user.ends_at is None or user.ends_at > now)


def school_of(row: UserRow) -> SchoolName | None:
    """The school a person's role is given for; None for the whole district."""
    return None if row.school is None else organisations.name_of(row.school)


async def place_ids_of(session: AsyncSession, user: User | SessionRow) -> frozenset[int] | None:
    """The places whose cameras a person may know of; None for all of their scope.

    Asked for with each request: a place that comes to be a kitchen is the canteen's at once.
    """
    subject = ROLES[Role(user.role)].subject
    if subject is None or user.school_id is None:
        return None
    of_subject = await places.ids_of(session, user.school_id, subject)
    named = {place.id for place in await UserRepository(session).places_of(user.username)}
    return of_subject & named if named or ROLES[Role(user.role)].is_temporary else of_subject


async def scope_of(session: AsyncSession, user: User) -> Scope:
    """Of whose rows a person may know."""
    return of_person(user.username, user.school_id, await place_ids_of(session, user))


def _view(row: UserRow, named: Sequence[Place] = ()) -> UserView:
    user = row.user
    return UserView(
        username=user.username,
        role=Role(user.role),
        school=school_of(row),
        places=[PlaceName(id=place.id, name=place.name) for place in named],
        ends_at=user.ends_at,
        mail=user.mail,
        disabled_at=user.disabled_at,
        created_at=user.created_at,
        last_sign_in_at=user.last_sign_in_at,
        password_must_change=user.password_must_change,
        has_password=user.password_hash is not None,
    )


async def list_users(session: AsyncSession) -> UserList:
    """All users, by name."""
    users = UserRepository(session)
    named = await users.places_of_all()
    return UserList(items=[_view(r, named.get(r.user.username, ())) for r in await users.all()])


async def who_may(
    session: AsyncSession, permission: Permission, school_id: str, now: datetime
) -> list[str]:
    """People of a school who may do something and may sign in, by name."""
    return [
        row.user.username
        for row in await UserRepository(session).of_school(school_id)
        if permission in ROLES[Role(row.user.role)].permissions and may_sign_in(row.user, now)
    ]


async def with_passwords(session: AsyncSession, school_id: str, now: datetime) -> list[User]:
    """People of a school who may sign in with a password of their own choosing, by name."""
    return [
        row.user
        for row in await UserRepository(session).of_school(school_id)
        if row.user.password_hash is not None
        and not row.user.password_must_change
        and may_sign_in(row.user, now)
    ]


async def standing_with(
    session: AsyncSession, roles: Collection[Role], school_id: str | None, now: datetime
) -> list[User]:
    """People of the district, and of a school, with one of these roles, who may sign in."""
    users = await UserRepository(session).with_roles(roles, school_id)
    return [user for user in users if may_sign_in(user, now)]


async def find(session: AsyncSession, username: str) -> User | None:
    """A person."""
    return await UserRepository(session).get(username)


async def create_user(
    runtime: Runtime, work: UnitOfWork, wanted: UserCreate, by: Giver
) -> UserCreated:
    """Create a user, who must change the password: whoever made it knows it.

    Raises:
        ForbiddenError: If the role is not the giver's to give.
        InvalidError: If the role is not for that school, or there is no such school.
        UsernameTakenError: If there is one of that name.
    """
    await _check(work, wanted, by)
    password = wanted.password or random_password()
    password_hash = await runtime.passwords.hash(password)
    users = UserRepository(work.session)
    added = await users.add(
        wanted.username,
        password_hash,
        wanted.role,
        work.now,
        school_id=wanted.school_id,
        ends_at=wanted.ends_at,
        must_change=True,
        mail=wanted.mail,
    )
    if not added:
        raise UsernameTakenError(f"{wanted.username} exists")
    await users.set_places(wanted.username, wanted.place_ids)
    _log(work, AccessAction.USER_CREATED, by, wanted.username, wanted.school_id)
    view = await _get(users, wanted.username)
    return UserCreated(**dict(view), password=None if wanted.password else password)


async def change_user(work: UnitOfWork, username: str, told: UserWrite, by: Giver) -> UserView:
    """Change what a person may do; their sessions end, so that none goes on with more.

    Raises:
        NotFoundError: If there is no such user.
        ForbiddenError: If the old role or the new one is not the giver's to give.
        InvalidError: If the role is not for that school, or there is no such school.
        ConflictError: If a provider says what they may do.
    """
    user = await _of_others(work, username, by)
    await _check(work, told, by)
    if user.password_hash is None and (user.role, user.school_id) != (told.role, told.school_id):
        raise ConflictError("their role and school follow from what the provider says of them")
    user.role, user.school_id, user.ends_at = told.role, told.school_id, told.ends_at
    users = UserRepository(work.session)
    await users.set_places(username, told.place_ids)
    await users.end_sessions_of(username)
    _log(work, AccessAction.USER_CHANGED, by, username, told.school_id)
    return await _get(users, username)


async def set_disabled(
    work: UnitOfWork, username: str, by: Giver, *, is_disabled: bool
) -> UserView:
    """Let a person sign in no more, or again; their sessions end, their history stays.

    Raises:
        NotFoundError: If there is no such user.
        ForbiddenError: If their role is not the giver's to give.
    """
    user = await _of_others(work, username, by)
    users = UserRepository(work.session)
    if (user.disabled_at is not None) != is_disabled:
        user.disabled_at = work.now if is_disabled else None
        await users.end_sessions_of(username)
        action = AccessAction.USER_DISABLED if is_disabled else AccessAction.USER_ENABLED
        _log(work, action, by, username, user.school_id)
    return await _get(users, username)


async def set_mail(work: UnitOfWork, username: str, mail: str | None, by: Giver) -> UserView:
    """Say where somebody is written to; their sessions go on.

    Raises:
        NotFoundError: If there is no such user.
        ForbiddenError: If their role is not the giver's to give.
    """
    user = await _of_others(work, username, by)
    _write_mail(work, user, mail, by.username, by.client)
    return await _get(UserRepository(work.session), username)


async def set_own_mail(work: UnitOfWork, username: str, mail: str | None, client: str) -> None:
    """Say where one wants to be written to."""
    user = await UserRepository(work.session).lock(username)
    assert user is not None, "users are disabled, never deleted"
    _write_mail(work, user, mail, username, client)


def _write_mail(work: UnitOfWork, user: User, mail: str | None, username: str, client: str) -> None:
    if user.mail == mail:
        return
    user.mail = mail
    # Who changed it is told, not the address: more people read the log than may know it.
    action, school_id = AccessAction.USER_MAIL_CHANGED, user.school_id
    audit.log(work, action, username, client, subject=user.username, school_id=school_id)


async def reset_password(
    runtime: Runtime, work: UnitOfWork, username: str, by: Giver
) -> NewPassword:
    """Give somebody a made-up password, which they must change; their sessions end.

    Failed sign-ins with the old one count no more, so this lets in whom another kept out.

    Raises:
        NotFoundError: If there is no such user.
        ForbiddenError: If their role is not the giver's to give.
        ConflictError: If they have none, because a provider vouches for them.
    """
    password = random_password()
    password_hash = await runtime.passwords.hash(password)
    user = await _of_others(work, username, by)
    if user.password_hash is None:
        raise ConflictError("they have no password here: the provider vouches for them")
    user.password_hash, user.password_must_change = password_hash, True
    await UserRepository(work.session).end_sessions_of(username)
    _log(work, AccessAction.PASSWORD_RESET, by, username, user.school_id)
    return NewPassword(username=username, password=password)


async def end_sessions(work: UnitOfWork, username: str, by: Giver) -> list[str]:
    """Sign somebody out everywhere; answers which sessions that were.

    Raises:
        NotFoundError: If there is no such user.
        ForbiddenError: If their role is not the giver's to give.
    """
    user = await _of_others(work, username, by)
    ended = await UserRepository(work.session).end_sessions_of(username)
    _log(work, AccessAction.SESSION_ENDED, by, username, user.school_id)
    return ended


async def is_known(session: AsyncSession, username: str) -> bool:
    """Whether there is such a user."""
    return await UserRepository(session).get(username) is not None


async def _of_others(work: UnitOfWork, username: str, by: Giver) -> User:
    user = await UserRepository(work.session).lock(username)
    if user is None:
        raise NotFoundError("no such user")
    if username == by.username:
        raise ForbiddenError("nobody changes what they may do themselves")
    if not may_give(by.permissions, Role(user.role), user.school_id):
        raise ForbiddenError(f"the role {user.role} is not yours to give")
    return user


async def _check(work: UnitOfWork, told: UserWrite, by: Giver) -> None:
    """A role is given for a school that there is, by somebody who may."""
    if not may_give(by.permissions, told.role, told.school_id):
        if told.role_fits():
            raise ForbiddenError(f"the role {told.role} is not yours to give")
        fault = FieldError("body.school_id", f"the role {told.role} is not given for that")
        raise InvalidError("not a role of a school, or of the district", errors=[fault])
    _check_places_and_end(told)
    if told.school_id is None:
        if not by.scope.covers(None):
            raise ForbiddenError("needs a school")
        return
    if not await organisations.is_known(work.session, told.school_id):
        fault = FieldError("body.school_id", "there is no such school")
        raise InvalidError("no such school", errors=[fault])
    subject = ROLES[told.role].subject
    if told.place_ids and subject is not None:
        known = await places.ids_of(work.session, told.school_id, subject)
        if not known.issuperset(told.place_ids):
            fault = FieldError("body.place_ids", "not all are places of this school for the role")
            raise InvalidError("no such place", errors=[fault])


def _check_places_and_end(told: UserWrite) -> None:
    """Whoever is there for a while has places and an end; places are of roles of places alone."""
    grant, faults = ROLES[told.role], []
    if told.place_ids and grant.subject is None:
        faults.append(FieldError("body.place_ids", f"the role {told.role} is not given for places"))
    if grant.is_temporary and not told.place_ids:
        faults.append(FieldError("body.place_ids", f"the role {told.role} needs places"))
    if grant.is_temporary and told.ends_at is None:
        faults.append(FieldError("body.ends_at", f"the role {told.role} needs an end date"))
    if faults:
        raise InvalidError("the role is not given like that", errors=faults)


async def _get(users: UserRepository, username: str) -> UserView:
    row = await users.row(username)
    assert row is not None, "users are disabled, never deleted"
    return _view(row, await users.places_of(username))


def _log(
    work: UnitOfWork, action: AccessAction, by: Giver, username: str, school_id: str | None
) -> None:
    audit.log(work, action, by.username, by.client, subject=username, school_id=school_id)
