"""Who changed something, and what it was and became, as the access log keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where.

    Attributes:
        username: The person.
        client: Address of the request.
    """

    username: str
    client: str


class Change(BaseModel):
    """One field that was changed; null where there was nothing, or is nothing any more."""

    field: str
    old: str | None
    new: str | None


def text_of(value: object) -> str | None:
    """A field's value as the log keeps it: texts as they are, the rest as JSON; null if empty."""
    if value is None or value in ("", [], ()):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[Change]:
    """What differs between two descriptions, in the order of the new one.

    >>> [change.field for change in differences({"a": 1, "b": ""}, {"a": 2, "b": None})]
    ['a']
    """
    return [
        Change(field=field, old=text_of(old.get(field)), new=text_of(value))
        for field, value in new.items()
        if text_of(old.get(field)) != text_of(value)
    ]
