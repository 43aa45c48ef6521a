"""Changes one value in a YAML text and leaves every other character as somebody wrote it.

PyYAML tells where each node begins and ends, so a value is exchanged in its place; remarks, order
and spelling of all else stay. A library that writes the whole text anew keeps remarks, not bytes:
who compares two versions of a file would see changes that nobody made. Whatever came out is read
again; if it does not say exactly what was asked, what stands once for several places is written at
each of them; then the value's whole part is written anew, and as the last way the whole text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from api.configurations.yaml_anchors import unshared
from api.configurations.yaml_nodes import Entry, Node, nodes_of, remarks_of
from api.contract.yaml_document import (
    DocumentError,
    Json,
    digest_of,
    read_document,
    write_document,
)


@dataclass(frozen=True, slots=True)
class EditedText:
    """A text after a change.

    Attributes:
        text: It.
        lost_remarks: Remarks that went with what was changed or taken out, as they stood.
    """

    text: str
    lost_remarks: list[str]


@dataclass(frozen=True, slots=True)
class _Patch:
    start: int
    end: int
    text: str


_Way = Callable[[str, Sequence[str | int], Json, Json], str]


class _NotInPlaceError(Exception):
    """More of the text has to be written anew for a change."""


def with_value(text: str, keys: Sequence[str | int], value: Json) -> EditedText:
    """A text that says another value at one place.

    Args:
        text: A valid document.
        keys: Where; all but the last must be there.
        value: What it is to say.

    Raises:
        DocumentError: If the text is no document, or the value cannot be written.
    """
    document = read_document(text)
    old = _at(document, keys)
    value = settled(old, value)
    wanted = _put(document, keys, value)
    for way, begun in _ways(text):
        try:
            found = way(begun, keys, old, value)
            if digest_of(read_document(found)) == digest_of(wanted):
                return _edited(text, found)
        except (_NotInPlaceError, DocumentError, yaml.YAMLError):
            continue
    return _edited(text, write_document(wanted))


def _ways(text: str) -> Iterator[tuple[_Way, str]]:
    """The next one is worked out when those before it did not say what was asked."""
    yield _in_place, text
    for each in unshared(text):
        yield _in_place, each
    yield _anew_there, text


def _edited(before: str, text: str) -> EditedText:
    lost = Counter(remarks_of(before)) - Counter(remarks_of(text))
    return EditedText(text, list(lost.elements()))


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


def _at(document: Json, keys: Sequence[str | int]) -> Json:
    for key in keys:
        if isinstance(document, dict):
            document = document.get(str(key))
        elif isinstance(document, list) and isinstance(key, int) and key < len(document):
            document = document[key]
        else:
            return None
    return document


def _put(document: Json, keys: Sequence[str | int], value: Json) -> Json:
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict):
        changed = dict(document)
        changed[str(first)] = _put(document.get(str(first)), rest, value)
        return changed
    if isinstance(document, list) and isinstance(first, int):
        return [
            _put(each, rest, value) if index == first else each
            for index, each in enumerate(document)
        ]
    raise DocumentError("there is no such place in the document")


def _in_place(text: str, keys: Sequence[str | int], old: Json, value: Json) -> str:
    node, last = _parent(text, keys)
    entry = node.entry(last)
    if entry is None:
        return _apply(text, [_added(text, node, last, value)])
    return _apply(text, list(_changes(text, entry, old, value, node.indent)))


def _anew_there(text: str, keys: Sequence[str | int], old: Json, value: Json) -> str:
    node, last = _parent(text, keys)
    entry = node.entry(last)
    if entry is None:
        raise _NotInPlaceError
    return _apply(text, [_exchanged(text, entry, value, node.indent)])


def _parent(text: str, keys: Sequence[str | int]) -> tuple[Node, str]:
    node = nodes_of(text)
    for key in keys[:-1]:
        found = node.child(key)
        if found is None:
            raise _NotInPlaceError
        node = found
    if node.kind != "mapping" or node.is_flow:
        raise _NotInPlaceError
    return node, str(keys[-1])


def _changes(text: str, entry: Entry, old: Json, value: Json, indent: int) -> Iterator[_Patch]:
    """What to exchange so that a node which said something says a value."""
    node = entry.value
    if _same(old, value):
        return
    if isinstance(old, dict) and isinstance(value, dict) and node.kind == "mapping":
        if not node.is_flow:
            yield from _of_mapping(text, node, old, value)
            return
        if {each.key for each in node.entries} == set(value):
            for each in node.entries:
                yield from _changes(text, each, old[each.key], value[each.key], indent)
            return
    elif (
        isinstance(old, list)
        and isinstance(value, list)
        and _is_things(value)
        and node.kind == "sequence"
        and not node.is_flow
    ):
        yield from _of_things(text, node, old, value)
        return
    yield _exchanged(text, entry, value, indent)


def _of_mapping(
    text: str, node: Node, old: dict[str, Json], value: dict[str, Json]
) -> Iterator[_Patch]:
    for index, entry in enumerate(node.entries):
        if entry.key in value:
            yield from _changes(text, entry, old[entry.key], value[entry.key], node.indent)
        elif entry.key != "<<":
            yield _removed(text, node, index)
    there = {entry.key for entry in node.entries}
    for key, each in value.items():
        if key not in there and not (key in old and _same(old[key], each)):
            yield _added(text, node, key, each)


def _of_things(text: str, node: Node, old: list[Json], value: list[Json]) -> Iterator[_Patch]:
    """Of a list of named things: each is changed in its place, taken out, or put at the end."""
    names, wanted = [name_of(each) for each in old], [name_of(each) for each in value]
    if len({*names, None}) <= len(names) or len({*wanted, None}) <= len(wanted):
        raise _NotInPlaceError  # nameless, or two of one name
    stay = [name for name in names if name in wanted]
    if not stay or wanted[: len(stay)] != stay:
        raise _NotInPlaceError
    by_name = dict(zip(wanted, value, strict=True))
    for item, name, before in zip(node.items, names, old, strict=True):
        if name in by_name:
            yield from _changes(text, Entry("", item.start, item), before, by_name[name], 0)
        else:
            begin = text.rfind("\n", 0, item.start) + 1
            yield _Patch(begin, _end_of_line(text, item.end), "")
    new = value[len(stay) :]
    if new:
        at = _end_of_line(text, node.items[-1].end)
        gap = "" if text[:at].endswith("\n") else "\n"
        yield _Patch(at, at, gap + _block(new, node.indent))


def _removed(text: str, node: Node, index: int) -> _Patch:
    entry = node.entries[index]
    begin = text.rfind("\n", 0, entry.start) + 1
    if text[begin : entry.start].strip():  # on the line of a list's dash
        if index + 1 >= len(node.entries):
            raise _NotInPlaceError
        return _Patch(entry.start, node.entries[index + 1].start, "")
    return _Patch(begin, _end_of_line(text, entry.value.end), "")


def _added(text: str, node: Node, key: str, value: Json) -> _Patch:
    at = _end_of_line(text, node.end)
    gap = "" if text[:at].endswith("\n") else "\n"
    return _Patch(
        at, at, f"{gap}{' ' * node.indent}{_flow(key)}:{_after_key(value, node.indent)}\n"
    )


def _exchanged(text: str, entry: Entry, value: Json, indent: int) -> _Patch:
    node = entry.value
    if entry.key and _is_things(value):
        colon = text.rindex(":", entry.start, node.start)
        return _Patch(colon + 1, node.end, _after_key(value, indent))
    if node.kind in {"mapping", "sequence"} and not node.is_flow:
        if not entry.key:
            raise _NotInPlaceError
        colon = text.rindex(":", entry.start, node.start)
        return _Patch(colon + 1, node.end, f" {_flow(value)}")
    gap = " " if node.start == node.end else ""  # of a key without a value
    return _Patch(node.start, node.end, gap + _flow(value))


def _after_key(value: Json, indent: int) -> str:
    if _is_things(value) and isinstance(value, list):
        return "\n" + _block(value, indent + 2).rstrip("\n")
    return f" {_flow(value)}"


def _is_things(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(name_of, value))


def _block(things: list[Json], indent: int) -> str:
    lines: list[str] = []
    for each in things:
        assert isinstance(each, dict), "only named things are written so"
        mark = "- "
        for key, value in each.items():
            lines.append(f"{' ' * indent}{mark}{_flow(key)}: {_flow(value)}")
            mark = "  "
    return "\n".join(lines) + "\n"


def _flow(value: Json) -> str:
    """On one line; ``safe_dump`` ends a bare scalar with a document's end."""
    dumped = yaml.safe_dump(
        [value], allow_unicode=True, default_flow_style=True, sort_keys=False, width=10**9
    )
    return dumped.strip()[1:-1]


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _apply(text: str, patches: list[_Patch]) -> str:
    # At one place insertions keep their order: the last is put in first.
    for patch in sorted(patches, key=lambda each: (each.start, each.end))[::-1]:
        text = text[: patch.start] + patch.text + text[patch.end :]
    return text


def _same(old: Json, new: Json) -> bool:
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
