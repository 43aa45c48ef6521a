"""A box's settings as a form, for who manages boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.configurations import settings
from api.configurations.schemas import EditedDraft
from api.configurations.settings_schemas import BoxSettings, SettingsEdit
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import etag

router = RoomRouter(prefix="/api/v1/boxes/{box_id}/configuration/settings", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)


@router.get(
    "",
    operation_id="configurations_settings",
    summary="A box's calendar, names, recording days and budgets",
    responses=problems(*_READ),
)
async def get_settings(
    session: Reader, box_id: RowNumber, _: _Manager, response: Response
) -> BoxSettings:
    """By the newest version."""
    found = await settings.get(session, box_id)
    response.headers.update(etag(found.version))
    return found


@router.post(
    "",
    operation_id="configurations_edit_settings",
    summary="A version's text with other settings",
    responses=problems(*_READ, BadCsrfError, TooLargeError),
)
async def edit_settings(
    session: Reader, box_id: RowNumber, body: SettingsEdit, _: _Manager
) -> EditedDraft:
    """Every other character stays as it was. Saves nothing: the text is saved as a version is."""
    return await settings.edit(session, box_id, body)
