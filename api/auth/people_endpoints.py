"""Manage who may sign in, as what, and where they are signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.auth import browsers, people, service
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.schemas import (
    MailWrite,
    NewPassword,
    SessionList,
    UserCreate,
    UserCreated,
    UserList,
    Username,
    UserView,
    UserWrite,
)
from api.auth.sessions import Reader, Writer
from api.kit.errors import (
    BadCsrfError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    UsernameTakenError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["users"])
_PeopleManager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_PEOPLE))]
_CHANGE = problems(
    NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError, ConflictError
)


@router.get(
    "/users",
    operation_id="users_list",
    summary="List users",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def users(session: Reader, _: _PeopleManager) -> UserList:
    """All users, by name; of one's own school alone, if one has one."""
    return await people.list_users(session)


def _giver(person: SignedIn, request: Request) -> people.Giver:
    return people.Giver(person.username, client_of(request), person.permissions, person.scope)


@router.post(
    "/users",
    operation_id="users_create",
    summary="Create a user",
    status_code=201,
    responses=problems(
        NotSignedInError, ForbiddenError, BadCsrfError, UsernameTakenError, InvalidError
    ),
)
async def create_user(
    body: UserCreate, person: _PeopleManager, request: Request, runtime: RuntimeDep, work: Writer
) -> UserCreated:
    """Without a password one is made up and answered once; nobody gives away more than theirs."""
    return await people.create_user(runtime, work, body, _giver(person, request))


@router.put(
    "/users/{username}",
    operation_id="users_put",
    summary="Change what a person may do",
    responses=_CHANGE,
)
async def change_user(
    username: Username, body: UserWrite, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """Role, school and end date; they sign in anew. Nobody changes their own."""
    return await people.change_user(work, username, body, _giver(person, request))


@router.put(
    "/users/{username}/mail",
    operation_id="users_put_mail",
    summary="Say where a person is written to",
    responses=_CHANGE,
)
async def put_mail(
    username: Username, body: MailWrite, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """Their sessions go on; they may change it themselves."""
    return await people.set_mail(work, username, body.mail, _giver(person, request))


@router.post(
    "/users/{username}/disable",
    operation_id="users_disable",
    summary="Let a person sign in no more",
    responses=_CHANGE,
)
async def disable_user(
    username: Username, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """Their sessions end within seconds; what they did stays under their name."""
    return await people.set_disabled(work, username, _giver(person, request), is_disabled=True)


@router.post(
    "/users/{username}/enable",
    operation_id="users_enable",
    summary="Let a person sign in again",
    responses=_CHANGE,
)
async def enable_user(
    username: Username, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """With the password they had."""
    return await people.set_disabled(work, username, _giver(person, request), is_disabled=False)


@router.post(
    "/users/{username}/reset-password",
    operation_id="users_reset_password",
    summary="Give a person a new password",
    responses=_CHANGE,
)
async def reset_password(
    username: Username, person: _PeopleManager, request: Request, runtime: RuntimeDep, work: Writer
) -> NewPassword:
    """Made up and answered once; they must change it, and are signed out everywhere.

    Failed sign-ins with the old one count no more.
    """
    return await people.reset_password(runtime, work, username, _giver(person, request))


@router.get(
    "/users/{username}/sessions",
    operation_id="users_sessions",
    summary="Where a person is signed in",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def sessions(
    session: Reader, username: Username, person: _PeopleManager, runtime: RuntimeDep
) -> SessionList:
    """Each with browser, address and last use."""
    if not await people.is_known(session, username):
        raise NotFoundError("no such user")
    return await browsers.list_sessions(runtime, session, username, current=person.session_key)


@router.delete(
    "/users/{username}/sessions",
    operation_id="users_end_sessions",
    summary="Sign a person out everywhere",
    status_code=204,
    responses=_CHANGE,
)
async def end_sessions(
    username: Username, person: _PeopleManager, request: Request, runtime: RuntimeDep, work: Writer
) -> None:
    """They may sign in anew."""
    ended = await people.end_sessions(work, username, _giver(person, request))
    service.end_streams_of(runtime, ended)
