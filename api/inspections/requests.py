"""What the routes of inspections share: who asks, in which scope, and what may go wrong."""

from __future__ import annotations

from fastapi import Request

from api.access.scope import Scope, of_school
from api.auth.guards import SignedIn, client_of
from api.cameras.service import Watch
from api.inspections import service
from api.inspections.record import Inspector
from api.kit.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from api.orders.people import Actor
from api.runtime import Runtime

READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)


def actor_of(person: SignedIn, request: Request) -> Actor:
    """Who acts."""
    return Actor(person.username, client_of(request), person.permissions)


def inspector_of(person: SignedIn, request: Request, runtime: Runtime) -> Inspector:
    """Who looks at a form or answers it, now."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return Inspector(actor_of(person, request), person.school_id, watch, runtime.profiles)


async def scope_of_form(runtime: Runtime, person: SignedIn, inspection_id: int) -> Scope:
    """The scope in which a form is read and answered by somebody who may see it.

    All of the school it is about: what a form says of its cameras does not depend on who was given
    it, and a neighbour that inspects the school sees of it what the form says, through the form.

    Raises:
        NotFoundError: If it is not theirs to see.
    """
    async with runtime.database.read(person.scope) as session:
        return of_school(await service.school_of(session, inspection_id))
