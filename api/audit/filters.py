"""What of the access log is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.audit.schemas import AccessAction


@dataclass(frozen=True, slots=True)
class AccessFilters:
    """All of these; empty ones do not count.

    Attributes:
        actions: One of these.
        username: Who did it.
        school_id: Whose school it concerned.
        from_at: From then on.
        before: Before then.
    """

    actions: tuple[AccessAction, ...] = ()
    username: str = ""
    school_id: str = ""
    from_at: datetime | None = None
    before: datetime | None = None
