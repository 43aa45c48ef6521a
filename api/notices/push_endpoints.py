"""Where people say in which browsers they want to be told."""

from __future__ import annotations

from api.auth.guards import Person
from api.auth.sessions import Reader, Writer
from api.kit.errors import BadCsrfError, ForbiddenError, InvalidError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.notices import push
from api.notices.schemas import PushView, PushWrite
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/notices/push", tags=["notices"])


@router.get(
    "",
    operation_id="notice_push_get",
    summary="In which browsers I am told",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def get_push(session: Reader, person: Person, runtime: RuntimeDep) -> PushView:
    """One's own, and the key that this browser needs to be one of them."""
    return await push.view(runtime, session, person.username, person.session_key)


@router.put(
    "",
    operation_id="notice_push_put",
    summary="Have this browser told",
    status_code=204,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError),
)
async def put_push(body: PushWrite, person: Person, work: Writer, runtime: RuntimeDep) -> None:
    """Until one signs out here; of notices whose rules name one's role."""
    await push.put(runtime, work, person.session_key, body.endpoint.get_secret_value())


@router.delete(
    "",
    operation_id="notice_push_delete",
    summary="Tell this browser no more",
    status_code=204,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError),
)
async def delete_push(person: Person, work: Writer) -> None:
    """The others go on."""
    await push.remove(work, person.session_key)
