"""The one type of text that may come in from outside, and be written, read and sent on for ever.

What Python takes for a string is more than what databases and UTF-8 take: PostgreSQL refuses NUL,
and half of a surrogate pair can be stored by SQLite inside JSON but never be sent again. Whoever
uses the type says how long the text may be.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def fault_of(text: str) -> str | None:
    """Why a text cannot be stored and sent on; None when it can."""
    if "\x00" in text:
        return "a NUL character cannot be stored"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "half of a surrogate pair is no text"
    return None


def _storable(text: str) -> str:
    if (fault := fault_of(text)) is not None:
        raise ValueError(fault)
    return text


STORABLE = AfterValidator(_storable)
"""Stands last where a text is also stripped: pydantic counts a length before it strips what was
annotated before."""
StorableText = Annotated[str, STORABLE]
"""A text that can be stored and sent on; to be bounded where it is used."""

AnyIdentifier = Annotated[StorableText, StringConstraints(max_length=64)]
"""What somebody looks for by its identifier, whether that could exist or not."""
Name = Annotated[StorableText, StringConstraints(min_length=1, max_length=128)]
"""What people call a thing."""
