"""Refuses numbers and moments that pass as JSON but fit into no database, before they fail there.

A message that makes the server stumble would be answered 500, kept by the worker, and sent
again for ever; a refusal sets it aside.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from api.kit.errors import FieldError, InvalidError

_MAX_INTEGER = 2**63 - 1


def _faults(value: object, where: str) -> list[FieldError]:
    if isinstance(value, BaseModel):
        return [
            fault
            for name in type(value).model_fields
            for fault in _faults(getattr(value, name), f"{where}.{name}")
        ]
    if isinstance(value, dict):
        return [fault for key, item in value.items() for fault in _faults(item, f"{where}.{key}")]
    if isinstance(value, list | tuple):
        return [
            fault for index, item in enumerate(value) for fault in _faults(item, f"{where}.{index}")
        ]
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        return [FieldError(where, "does not fit into 64 bits")]
    if isinstance(value, datetime):
        try:
            value.astimezone(UTC)
        except OverflowError:
            return [FieldError(where, "is out of range in UTC")]
    return []


def refuse_unstorable(*messages: BaseModel) -> None:
    """Check messages.

    Raises:
        InvalidError: Naming every value that cannot be stored.
    """
    faults = [fault for message in messages for fault in _faults(message, "body")]
    if faults:
        raise InvalidError("cannot be stored", errors=faults[:50])
