"""What differs between two documents, as a person reads it; pure.

Things with an ``id`` are compared by it, so that a camera that moved in its list is no change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import yaml

from api.configurations.schemas import ChangeKind, DocumentChange, DocumentDiff

_MOST = 500
_WIDTH = 400
_NONE = object()


def diff(old: object, new: object, against: int | None) -> DocumentDiff:
    """The differences, in the new document's order.

    Args:
        old: None of nothing.
        new: The other.
        against: The number of the old one.
    """
    before = _NONE if old is None else old
    found = list(_changes(before, new, "")) if before is not _NONE else list(_parts(new))
    return DocumentDiff(against=against, changes=found[:_MOST], total=len(found))


def _parts(new: object) -> Iterator[DocumentChange]:
    if not isinstance(new, Mapping):
        yield _change("", _NONE, new)
        return
    for key, value in new.items():
        yield _change(str(key), _NONE, value)


def _changes(old: object, new: object, path: str) -> Iterator[DocumentChange]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            here = f"{path}.{key}" if path else str(key)
            yield from _changes(old.get(key, _NONE), new.get(key, _NONE), here)
    elif _are_named(old) and _are_named(new):
        assert isinstance(old, list)
        assert isinstance(new, list)
        before = {str(each["id"]): each for each in old}
        after = {str(each["id"]): each for each in new}
        for name in [*after, *(name for name in before if name not in after)]:
            here = f"{path}[{name}]"
            yield from _changes(before.get(name, _NONE), after.get(name, _NONE), here)
    elif _are_things(old) and _are_things(new):
        assert isinstance(old, list)
        assert isinstance(new, list)
        for index in range(max(len(old), len(new))):
            here = f"{path}[{index}]"
            yield from _changes(_at(old, index), _at(new, index), here)
    elif _plain(old) != _plain(new):
        yield _change(path, old, new)


def _plain(value: object) -> str | None:
    """What tells 1 from yes, as a comparison does not."""
    return None if value is _NONE else json.dumps(value, sort_keys=True)


def _are_named(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    ids = [each.get("id") if isinstance(each, Mapping) else None for each in value]
    return None not in ids and len({str(each) for each in ids}) == len(ids)


def _are_things(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _at(values: Sequence[object], index: int) -> object:
    return values[index] if index < len(values) else _NONE


def _change(path: str, old: object, new: object) -> DocumentChange:
    kind = ChangeKind.CHANGED
    if old is _NONE:
        kind = ChangeKind.ADDED
    elif new is _NONE:
        kind = ChangeKind.REMOVED
    return DocumentChange(path=path, kind=kind, old=_shown(old), new=_shown(new))


def _shown(value: object) -> str | None:
    if value is _NONE:
        return None
    if isinstance(value, str):
        text = value or '""'
    elif isinstance(value, Mapping | list):
        flow = yaml.safe_dump(
            json.loads(json.dumps(value)),
            allow_unicode=True,
            default_flow_style=True,
            sort_keys=False,
            width=10**9,
        )
        text = flow.strip()
    else:
        text = json.dumps(value)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
