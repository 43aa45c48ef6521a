"""What the routes of work orders share: who asks, and what may go wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.orders.errors import OrderStateError
from api.orders.people import Actor

Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_ORDERS))]
Assigner = Annotated[SignedIn, Depends(allowed(Permission.ASSIGN_ORDERS))]
Rectifier = Annotated[SignedIn, Depends(allowed(Permission.RECTIFY_ORDERS))]
Verifier = Annotated[SignedIn, Depends(allowed(Permission.VERIFY_ORDERS))]
READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
ADD = (*READ, BadCsrfError, OrderStateError)


def actor(person: SignedIn, request: Request) -> Actor:
    """Who acts."""
    return Actor(person.username, client_of(request), person.permissions)
