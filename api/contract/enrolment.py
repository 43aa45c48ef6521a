"""How a machine becomes a box of a school."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from api.contract.base import Identifier, WireModel


class EnrolmentRequest(WireModel):
    """A one-time code that an administrator was given for this box."""

    code: Annotated[str, StringConstraints(min_length=8, max_length=64)]


class Enrolment(WireModel):
    """Who the box is from now on; the token is told this once."""

    box_id: int
    box_name: Annotated[str, StringConstraints(max_length=64)]
    school_id: Identifier
    school_name: Annotated[str, StringConstraints(max_length=128)]
    time_zone: Annotated[str, StringConstraints(max_length=64)]
    token: Annotated[str, StringConstraints(min_length=16, max_length=128)] = Field(repr=False)
