"""What the access log keeps of a box's configuration."""

from __future__ import annotations

from collections.abc import Sequence

from api.audit import service as audit
from api.audit.changes import Actor, Change
from api.audit.schemas import AccessAction
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.configurations.schemas import DocumentChange
from api.db.organisation import Box

_MOST_LOGGED = 50


def log_version(
    work: UnitOfWork,
    action: AccessAction,
    box: Box | ReportingBox,
    number: int,
    by: Actor | None = None,
    changes: Sequence[Change] = (),
) -> None:
    """Keep what happened to a version.

    Args:
        work: The unit of work.
        action: It.
        box: Whose.
        number: The version's.
        by: Who; None for the box itself.
        changes: What is longer than a word stands here.
    """
    audit.log(
        work,
        action,
        "" if by is None else by.username,
        "" if by is None else by.client,
        subject=box.name,
        school_id=box.school_id,
        reason=f"version {number}",
        changes=list(changes),
    )


def logged(changes: Sequence[DocumentChange]) -> list[Change]:
    """Differences as the access log keeps them; of very many the first."""
    return [Change(field=each.path, old=each.old, new=each.new) for each in changes[:_MOST_LOGGED]]
