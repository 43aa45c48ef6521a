"""What would have happened, for who draws zones and rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.cameras.schemas import CameraKey
from api.configurations import preview
from api.configurations.schemas import PreviewRequest
from api.contract import PreviewAnswer
from api.kit.errors import (
    BadCsrfError,
    BoxAwayError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/cameras/{camera_key}/preview", tags=["cameras"])
_Editor = Annotated[SignedIn, Depends(allowed(Permission.EDIT_ZONES))]


@router.post(
    "",
    operation_id="cameras_preview",
    summary="What rules would have raised",
    responses=problems(
        NotSignedInError,
        ForbiddenError,
        BadCsrfError,
        NotFoundError,
        InvalidError,
        TooLargeError,
        BoxAwayError,
    ),
)
async def preview_rules(
    camera_key: CameraKey, body: PreviewRequest, person: _Editor, runtime: RuntimeDep
) -> PreviewAnswer:
    """The box judges the tracks of its last hours by these rules; nothing is saved or changed.

    What it did not look for then is `not_analysed` and has no count. `state` is `bad_rules` with
    `problems` when they cannot be used, and `busy` while another one is judged.
    """
    return await preview.preview(runtime, person.scope, camera_key, body)
