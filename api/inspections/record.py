"""What every step of an inspection asks, and leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras.service import Watch
from api.coverage.profiles import Profiles
from api.db.inspection import Inspection
from api.inspections.errors import (
    InspectionChangedError,
    InspectionSignedError,
    NotInspectorError,
)
from api.inspections.repository import InspectionRepository
from api.kit.errors import NotFoundError
from api.kit.versions import etag
from api.orders.people import Actor


@dataclass(frozen=True, slots=True)
class Inspector:
    """Who looks at a form, or answers it.

    Attributes:
        actor: The person.
        school_id: Theirs; None of the district's people.
        watch: When they look.
        profiles: What is asked of cameras.
    """

    actor: Actor
    school_id: str | None
    watch: Watch
    profiles: Profiles


def performing(row: Inspection) -> str:
    """The school whose people answer a form."""
    return row.visitor_school_id or row.school_id


async def lock(work: UnitOfWork, inspection_id: int, by: Inspector) -> Inspection:
    """A form that somebody may answer, kept from others until the unit of work ends.

    Raises:
        NotFoundError: If there is no such form.
        NotInspectorError: If another school answers it.
    """
    row = await InspectionRepository(work.session).lock(inspection_id)
    if row is None:
        raise NotFoundError("no such inspection")
    if by.school_id not in (None, performing(row)):
        raise NotInspectorError(f"{performing(row)} inspects this school")
    return row


def check_open(row: Inspection) -> None:
    """Of what changes a form.

    Raises:
        InspectionSignedError: If it was signed.
    """
    if row.signed_at is not None:
        raise InspectionSignedError(
            "it was signed",
            params={"by": row.signer, "at": row.signed_at.isoformat()},
        )


def check_version(row: Inspection, version: int) -> None:
    """Of what is decided on a form as somebody saw it.

    Raises:
        InspectionChangedError: If it was changed in the meantime.
    """
    if version != row.version:
        raise InspectionChangedError(
            f"version {row.version} is there now",
            params={
                "version": str(row.version),
                "by": row.changed_by,
                "at": row.changed_at.isoformat(),
            },
            headers=etag(row.version),
        )


async def changed(work: UnitOfWork, row: Inspection, by: Inspector, action: AccessAction) -> None:
    """Count a decision, and write it to the access log."""
    row.version += 1
    row.changed_at, row.changed_by = work.now, by.actor.username
    log(work, action, row, by)
    await work.session.flush()


def log(work: UnitOfWork, action: AccessAction, row: Inspection, by: Inspector) -> None:
    """Write to the access log what somebody did to a form."""
    audit.log(
        work,
        action,
        by.actor.username,
        by.actor.client,
        subject=f"inspection {row.id}",
        school_id=row.school_id,
    )
