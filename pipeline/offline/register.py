"""What people did at this box, on its way into the access log of the command centre.

An entry is in the outbox before anything is shown, and leaves it when the command centre has it. A
disk that takes no entry shows nothing.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from uuid import uuid4

from api.contract.offline import OfflineAction, OfflineEntry
from api.contract.viewing import ViewingReason
from pipeline.core.clock import Clock
from pipeline.core.errors import MinganError
from pipeline.delivery.outbox import MessageKind, Outbox


class UnloggedError(MinganError):
    """What cannot be written down is not shown."""

    code = "not_logged"


class ViewRegister:
    """Writes entries of one school.

    Args:
        outbox: Where they wait.
        school_id: The box's school.
        clock: Time.
    """

    def __init__(self, outbox: Outbox, school_id: str, clock: Clock) -> None:
        self._outbox = outbox
        self._school_id = school_id
        self._clock = clock

    def note(
        self,
        action: OfflineAction,
        username: str,
        client: str,
        *,
        camera_id: str | None = None,
        from_at: datetime | None = None,
        to_at: datetime | None = None,
        reason: ViewingReason | None = None,
    ) -> None:
        """Write down what somebody does.

        Raises:
            UnloggedError: The disk does not take it.
        """
        entry = OfflineEntry(
            id=uuid4(),
            school_id=self._school_id,
            action=action,
            at=datetime.fromtimestamp(self._clock.utc_s(), UTC),
            username=username[:64],
            client=client[:64],
            camera_id=camera_id,
            from_at=from_at,
            to_at=to_at,
            reason=reason,
        )
        body = entry.model_dump_json().encode()
        try:
            self._outbox.put(MessageKind.OFFLINE_ENTRY, str(entry.id), body)
        except sqlite3.Error as error:
            raise UnloggedError(
                f"the entry cannot be written ({error})",
                where="outbox",
                remedy="Check the disk of the data folder",
            ) from error
