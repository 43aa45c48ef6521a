"""Looking at a box itself while the line to the command centre is cut.

The box asks for the people of its school who may; it is told no others, and forgets those it is not
told any more. What it showed to whom goes into its outbox, and from there into the access log.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, field_serializer, model_validator

from api.contract.base import Identifier, UtcTime, WireModel
from api.contract.text import StorableText
from api.contract.viewing import ViewingReason

Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
"""A role, or something a person may do, by the command centre's names."""


class OfflineRight(StrEnum):
    """What may be done at a box, by the names of the command centre's permissions; nothing there
    is changed, judged or unblurred.
    """

    VIEW_ALERTS = "view_alerts"
    SEE_PICTURES = "see_pictures"
    VIEW_CAMERAS = "view_cameras"
    PLAY_RECORDINGS = "play_recordings"


class OfflineAccount(WireModel):
    """Somebody who may look at this box."""

    username: Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
    role: Word
    password_hash: Annotated[SecretStr, Field(min_length=1, max_length=256)]
    """Argon2, with its own parameters; never shown or logged."""
    rights: Annotated[tuple[OfflineRight, ...], Field(min_length=1, max_length=16)]
    cameras: Annotated[tuple[Identifier, ...], Field(max_length=1024)] | None = None
    """Of which cameras alone; null: of all that this box has."""
    ends_at: UtcTime | None = None
    """From then on they may sign in no more."""

    @field_serializer("password_hash", when_used="json")
    def _tell(self, value: SecretStr) -> str:
        return value.get_secret_value()


class OfflineAccounts(WireModel):
    """All who may look at this box; who is not among them may not, from now on."""

    school_id: Identifier
    is_allowed: bool
    """False: the command centre lets no box be looked at, and names nobody."""
    accounts: Annotated[tuple[OfflineAccount, ...], Field(max_length=1000)] = ()


class OfflineAction(StrEnum):
    """What somebody did at a box."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    ALERTS_VIEWED = "alerts_viewed"
    PLAYBACK_STARTED = "playback_started"
    PLAYBACK_ENDED = "playback_ended"


class OfflineEntry(WireModel):
    """What somebody did at a box, told once the line is there again.

    Identity: ``id``. Sent twice it is one entry.
    """

    id: UUID
    school_id: Identifier
    action: OfflineAction
    at: UtcTime
    """When, by the box's clock."""
    username: Annotated[StorableText, StringConstraints(max_length=64)]
    """Of a failed sign-in, what was typed."""
    client: Annotated[StorableText, StringConstraints(max_length=64)]
    """Address of whoever looked, in the school's network."""
    camera_id: Identifier | None = None
    from_at: UtcTime | None = None
    """The first recorded moment that was looked at."""
    to_at: UtcTime | None = None
    """The last one; null while it went on."""
    reason: ViewingReason | None = None

    @model_validator(mode="after")
    def _footage_says_why(self) -> OfflineEntry:
        if self.action in (OfflineAction.PLAYBACK_STARTED, OfflineAction.PLAYBACK_ENDED) and (
            self.camera_id is None or self.from_at is None or self.reason is None
        ):
            raise ValueError("of footage give camera_id, from_at and reason")
        return self
