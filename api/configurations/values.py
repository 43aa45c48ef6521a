"""What a document says at one place, and what it would say with another value there; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from api.contract.yaml_document import DocumentError, Json


def settled(old: Json, new: Json) -> Json:
    """The new value, written as the old one where they are equal: a browser says 1 for 1.0."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: settled(old.get(key), each) for key, each in new.items()}
    if isinstance(old, list) and isinstance(new, list):
        return [settled(before, each) for before, each in _aligned(old, new)]
    if _is_number(old) and _is_number(new) and old == new:
        return old
    return new


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def name_of(value: Json) -> str | None:
    """What a thing of a list is called: its ``id``, or its ``type`` as of rules without one."""
    if not isinstance(value, dict):
        return None
    name = value.get("id") or value.get("type")
    return name if isinstance(name, str) else None


def _aligned(old: list[Json], new: list[Json]) -> Iterator[tuple[Json, Json]]:
    named = {name_of(each): each for each in old}
    for index, each in enumerate(new):
        name = name_of(each)
        if name is not None:
            yield named.get(name), each
        else:
            yield old[index] if index < len(old) else None, each


def value_at(document: Json, keys: Sequence[str | int]) -> Json:
    """What stands there; None if there is no such place."""
    for key in keys:
        if isinstance(document, dict):
            document = document.get(str(key))
        elif isinstance(document, list) and isinstance(key, int) and key < len(document):
            document = document[key]
        else:
            return None
    return document


def with_value_at(document: Json, keys: Sequence[str | int], value: Json) -> Json:
    """A document that says another value at a place.

    Raises:
        DocumentError: If there is no place to hold it.
    """
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict):
        changed = dict(document)
        changed[str(first)] = with_value_at(document.get(str(first)), rest, value)
        return changed
    if isinstance(document, list) and isinstance(first, int):
        return [
            with_value_at(each, rest, value) if index == first else each
            for index, each in enumerate(document)
        ]
    raise DocumentError("there is no such place in the document")


def is_same(old: Json, new: Json) -> bool:
    """Whether both are written alike: 1 and 1.0 are not."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
