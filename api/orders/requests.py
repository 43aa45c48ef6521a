"""What the routes of work orders share: who asks, which order, which version of it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.contract.text import StorableText
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.orders.errors import OrderStateError, VersionRequiredError
from api.orders.people import Actor

Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_ORDERS))]
Assigner = Annotated[SignedIn, Depends(allowed(Permission.ASSIGN_ORDERS))]
Rectifier = Annotated[SignedIn, Depends(allowed(Permission.RECTIFY_ORDERS))]
Verifier = Annotated[SignedIn, Depends(allowed(Permission.VERIFY_ORDERS))]
IfMatch = Annotated[
    StorableText | None, Header(alias="If-Match", max_length=64, description="The `ETag`.")
]
READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
ADD = (*READ, BadCsrfError, OrderStateError)
_ETAG = re.compile(r'^\s*"(\d{1,18})"\s*$', re.ASCII)


def actor(person: SignedIn, request: Request) -> Actor:
    """Who acts."""
    return Actor(person.username, client_of(request), person.permissions)


def version_of(if_match: str | None) -> int:
    """The version a decision was made on.

    Raises:
        VersionRequiredError: If none is named.
    """
    if if_match is None:
        raise VersionRequiredError("send the order's ETag as If-Match")
    match = _ETAG.match(if_match)
    # What is no version of ours is one that the order does not have.
    return -1 if match is None else int(match[1])
