"""Where a page of the queue ended, in either order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.contract import RiskLevel
from api.db.models import Alert
from api.kit.errors import BadCursorError
from api.kit.pagination import Cursor


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """The last row seen.

    Attributes:
        at: Its ``queued_at``.
        alert_id: Its id.
        risk: Its class where the queue goes by class; None where the newest comes first.
    """

    at: datetime
    alert_id: UUID
    risk: RiskLevel | None

    @classmethod
    def of(cls, last: Alert, *, by_class: bool) -> QueueCursor:
        """After this one, in either order."""
        return cls(last.queued_at, last.id, RiskLevel(last.risk) if by_class else None)

    def encode(self) -> str:
        """The cursor as clients see it."""
        identity = str(self.alert_id) if self.risk is None else f"{self.alert_id} {self.risk}"
        return Cursor(self.at, identity).encode()

    @classmethod
    def decode(cls, text: str, *, by_class: bool) -> QueueCursor:
        """Read back what :meth:`encode` wrote.

        Raises:
            BadCursorError: If it was not made by it, or for the other order.
        """
        cursor = Cursor.decode(text)
        name, _, risk = cursor.identity.partition(" ")
        if by_class != bool(risk):
            raise BadCursorError
        try:
            return cls(cursor.at, UUID(name), RiskLevel(risk) if risk else None)
        except ValueError as error:
            raise BadCursorError from error
