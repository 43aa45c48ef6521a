"""Configurations of boxes, for who manages boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader, Writer
from api.configurations import camera_saving, cameras, service
from api.configurations.documents import read_draft
from api.configurations.errors import (
    BadConfigurationError,
    ConfigurationChangedError,
    RulesOnlyError,
)
from api.configurations.schemas import (
    CameraRulesEdit,
    CameraRulesWrite,
    CameraSetup,
    ConfigurationView,
    Draft,
    DraftView,
    EditedDraft,
    VersionDetail,
    VersionRestore,
    VersionWrite,
)
from api.contract.base import Identifier
from api.contract.configuration import VersionNumber
from api.kit.download import download
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
    VersionRequiredError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, etag, version_of
from api.runtime import RuntimeDep
from api.workers.service import Silence

router = RoomRouter(prefix="/api/v1/boxes/{box_id}/configuration", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
_Editor = Annotated[SignedIn, Depends(allowed(Permission.EDIT_ZONES))]
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_WRITE = (*_READ, BadCsrfError, ConfigurationChangedError, VersionRequiredError)


@router.get(
    "",
    operation_id="configurations_get",
    summary="What a box is configured to do",
    responses=problems(*_READ),
)
async def get_configuration(
    session: Reader, box_id: RowNumber, _: _Manager, response: Response, runtime: RuntimeDep
) -> ConfigurationView:
    """Who decides what it runs, and its versions with who, when, why, and what became of each."""
    silence = Silence.of(runtime.settings, runtime.clock())
    found = await service.get(session, silence, box_id)
    response.headers.update(etag(found.newest))
    return found


@router.get(
    "/versions/{number}",
    operation_id="configurations_version",
    summary="A version with its text",
    responses=problems(*_READ),
)
async def get_version(
    session: Reader,
    box_id: RowNumber,
    number: VersionNumber,
    _: _Manager,
    against: Annotated[
        VersionNumber | None, Query(description="What to compare with; the one before if not given")
    ] = None,
) -> VersionDetail:
    """And what it changed. Secrets are markers, `***`."""
    return await service.get_version(session, box_id, number, against)


@router.get(
    "/versions/{number}/yaml",
    operation_id="configurations_export",
    summary="A version as a file",
    response_class=Response,
    responses={
        200: {"content": {"application/yaml": {"schema": {"type": "object"}}}},
        **problems(*_READ),
    },
)
async def export_version(
    box_id: RowNumber, number: VersionNumber, person: _Manager, request: Request, work: Writer
) -> Response:
    """YAML, as a box's own file; logged."""
    by = Actor(person.username, client_of(request))
    text, name = await service.export(work, box_id, number, by)
    return download(text.encode(), "application/yaml; charset=utf-8", name)


@router.post(
    "/compare",
    operation_id="configurations_compare",
    summary="What a text would change",
    responses=problems(*_READ, BadCsrfError, TooLargeError),
)
async def compare(session: Reader, box_id: RowNumber, body: Draft, _: _Manager) -> DraftView:
    """Before it is saved: what differs, and what keeps it from being saved."""
    return await service.compare(session, box_id, body)


@router.post(
    "/versions",
    operation_id="configurations_save",
    summary="Save a version",
    status_code=201,
    responses=problems(*_WRITE, BadConfigurationError, TooLargeError),
)
async def save(
    box_id: RowNumber,
    body: VersionWrite,
    person: _Manager,
    request: Request,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> VersionDetail:
    """The box takes it within seconds, or when it is back, and answers. A marker keeps a secret."""
    seen = version_of(if_match)
    by = Actor(person.username, client_of(request))
    read = await read_draft(body.text)
    async with runtime.work(person.scope) as work:
        return await service.save(work, box_id, seen, body, read, by)


@router.post(
    "/versions/{number}/restore",
    operation_id="configurations_restore",
    summary="Go back to a version",
    status_code=201,
    responses=problems(*_WRITE),
)
async def restore(
    box_id: RowNumber,
    number: VersionNumber,
    body: VersionRestore,
    person: _Manager,
    request: Request,
    work: Writer,
    if_match: IfMatch = None,
) -> VersionDetail:
    """Makes a new version that is equal to it."""
    seen = version_of(if_match)
    by = Actor(person.username, client_of(request))
    return await service.restore(work, box_id, seen, number, body.reason, by)


@router.get(
    "/cameras/{camera_id}",
    operation_id="configurations_camera",
    summary="What one camera is told to look for",
    responses=problems(*_READ),
)
async def get_camera(
    session: Reader, box_id: RowNumber, camera_id: Identifier, person: _Editor, response: Response
) -> CameraSetup:
    """By the newest version, with its zones and lines."""
    if _is_rules_only(person):
        await camera_saving.ensure_own(session, box_id, camera_id)
    found = await cameras.get(session, box_id, camera_id)
    response.headers.update(etag(found.version))
    return found


@router.post(
    "/cameras/{camera_id}/rules",
    operation_id="configurations_edit_camera",
    summary="A version's text with other rules of one camera",
    responses=problems(*_READ, BadCsrfError, TooLargeError),
)
async def edit_camera(
    session: Reader,
    box_id: RowNumber,
    camera_id: Identifier,
    body: CameraRulesEdit,
    person: _Editor,
) -> EditedDraft:
    """Every other character stays as it was. Saves nothing."""
    is_rules_only = _is_rules_only(person)
    if is_rules_only:
        await camera_saving.ensure_own(session, box_id, camera_id)
    edited = await cameras.edit(session, box_id, camera_id, body)
    return edited.model_copy(update={"text": ""}) if is_rules_only else edited


@router.put(
    "/cameras/{camera_id}/rules",
    operation_id="configurations_save_camera",
    summary="Save other rules of one camera",
    responses=problems(
        *_READ,
        BadCsrfError,
        ConfigurationChangedError,
        BadConfigurationError,
        RulesOnlyError,
        TooLargeError,
    ),
)
async def save_camera(
    box_id: RowNumber,
    camera_id: Identifier,
    body: CameraRulesWrite,
    person: _Editor,
    request: Request,
    runtime: RuntimeDep,
    response: Response,
) -> CameraSetup:
    """A new version in which nothing else differs, made of the newest one, `against`.

    Who edits zones but does not manage boxes changes rules of cameras of their own school alone:
    403 `rules_only` for anything else, as a detector that the camera has not.
    """
    by = Actor(person.username, client_of(request))
    found = await camera_saving.save(
        runtime, person.scope, box_id, camera_id, body, by, rules_only=_is_rules_only(person)
    )
    response.headers.update(etag(found.version))
    return found


def _is_rules_only(person: SignedIn) -> bool:
    return Permission.MANAGE_BOXES not in person.permissions
