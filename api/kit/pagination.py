"""Keyset cursors: opaque to clients, checked on the way back in.

A cursor names the last row already seen, so rows that arrive while someone pages are neither
repeated nor lost, which an offset cannot promise.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from api.kit.errors import BadCursorError

_MOST_DIGITS = 18
"""Of a row's number."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Position of one row in an order of (moment, identity)."""

    at: datetime
    identity: str

    def encode(self) -> str:
        """The cursor as clients see it."""
        text = json.dumps([self.at.astimezone(UTC).isoformat(), self.identity])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read back what :meth:`encode` wrote.

        Raises:
            BadCursorError: If it was not made by :meth:`encode`.
        """
        try:
            padded = text + "=" * (-len(text) % 4)
            raw = json.loads(
                base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            )
            moment, identity = raw
            at = datetime.fromisoformat(moment).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
            raise BadCursorError from error
        if not isinstance(identity, str) or len(identity) > 128 or at.year < 1000:
            raise BadCursorError
        return cls(at, identity)

    @property
    def number(self) -> int:
        """The identity of a row that is known by its number.

        Raises:
            BadCursorError: If it is none that both databases can hold.
        """
        if not self.identity.isdecimal() or len(self.identity) > _MOST_DIGITS:
            raise BadCursorError
        return int(self.identity)
