"""What the command centre asks of a box about exams: hours to keep, packages to make and to send.

The box asks every few seconds. Each answer is the whole truth of that moment: hours that are not
named any more may be deleted again, packages that are not named are removed. A box that hears
nothing keeps everything.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from api.contract.base import Identifier, UtcTime, WireModel
from api.contract.exam_package.manifest import SealingFacts
from api.contract.text import StorableText


class PackageTrouble(StrEnum):
    """Why no package was made.

    ``not_recorded_here``: the box does not record one of the room's cameras. ``no_room``: the
    box's disk has no room for a copy. ``unreadable``: a file cannot be read or written.
    ``too_large``: more segments, or a longer manifest, than a package takes. ``other_facts``: the
    manifest is not of the facts that were given, or its chain does not close.
    """

    NOT_RECORDED_HERE = "not_recorded_here"
    NO_ROOM = "no_room"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    OTHER_FACTS = "other_facts"


class HeldHours(WireModel):
    """Footage of a camera that outlives every rule of deletion while it is named."""

    camera_id: Identifier
    from_at: UtcTime
    to_at: UtcTime

    @model_validator(mode="after")
    def _goes_forward(self) -> HeldHours:
        if self.to_at <= self.from_at:
            raise ValueError("to_at must be later than from_at")
        return self


class PackageOrder(WireModel):
    """Make a package of a room and session."""

    package_id: UUID
    facts: SealingFacts


class PackageSending(WireModel):
    """Send segments of a package that two people agreed to hand out."""

    package_id: UUID
    numbers: Annotated[tuple[int, ...], Field(min_length=1, max_length=200)]


class ExamOrders(WireModel):
    """What is to be so from now on."""

    school_id: Identifier
    held: Annotated[tuple[HeldHours, ...], Field(max_length=20_000)] = ()
    make: Annotated[tuple[PackageOrder, ...], Field(max_length=8)] = ()
    send: Annotated[tuple[PackageSending, ...], Field(max_length=8)] = ()
    keep: Annotated[tuple[UUID, ...], Field(max_length=20_000)] = ()
    """Packages that stay on the box, made or to be made."""


class PackageReport(WireModel):
    """What a box does with an order: null trouble says that it has begun."""

    school_id: Identifier
    trouble: PackageTrouble | None = None
    detail: Annotated[StorableText, StringConstraints(max_length=512)] = ""
