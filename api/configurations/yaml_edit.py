"""Changes one value in a YAML text and leaves every other character as somebody wrote it.

PyYAML tells where each node begins and ends, so a value is exchanged in its place; remarks, order
and spelling of all else stay. A library that writes the whole text anew keeps remarks, not bytes:
who compares two versions of a file would see changes that nobody made. Whatever came out is read
again; if it does not say exactly what was asked, what stands once for several places is written at
each of them; then the value's whole part is written anew, and as the last way the whole text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from api.configurations.values import (
    is_same,
    name_of,
    settled,
    value_at,
    with_value_at,
)
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


@dataclass(frozen=True, slots=True)
class _Change:
    keys: Sequence[str | int]
    old: Json
    value: Json


_Way = Callable[[str, Node, _Change], list[_Patch]]


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
    old = value_at(document, keys)
    value = settled(old, value)
    wanted = with_value_at(document, keys, value)
    for way, begun in _ways(text):
        try:
            found = _apply(begun, way(begun, nodes_of(begun), _Change(keys, old, value)))
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


def with_values(text: str, changes: Sequence[tuple[Sequence[str | int], Json]]) -> EditedText:
    """A text that says other values at several places, none of them within another.

    The text is read once for all that can be exchanged in its place: a box may have hundreds of
    cameras.

    Raises:
        DocumentError: If the text is no document, or a value cannot be written.
    """
    document = read_document(text)
    asked = []
    wanted = document
    for keys, value in changes:
        old = value_at(document, keys)
        asked.append(_Change(keys, old, settled(old, value)))
        wanted = with_value_at(wanted, keys, asked[-1].value)
    try:
        root = nodes_of(text)
        found = _apply(text, [patch for each in asked for patch in _in_place(text, root, each)])
        if digest_of(read_document(found)) == digest_of(wanted):
            return _edited(text, found)
    except (_NotInPlaceError, DocumentError, yaml.YAMLError):
        pass  # One of them cannot: each finds its own way.
    found = text
    for each in asked:
        found = with_value(found, each.keys, each.value).text
    return _edited(text, found)


def _edited(before: str, text: str) -> EditedText:
    lost = Counter(remarks_of(before)) - Counter(remarks_of(text))
    return EditedText(text, list(lost.elements()))


def _in_place(text: str, root: Node, change: _Change) -> list[_Patch]:
    node, last = _parent(root, change.keys)
    entry = node.entry(last)
    if entry is None:
        return [_added(text, node, last, change.value)]
    return list(_changes(text, entry, change.old, change.value, node.indent))


def _anew_there(text: str, root: Node, change: _Change) -> list[_Patch]:
    node, last = _parent(root, change.keys)
    entry = node.entry(last)
    if entry is None:
        raise _NotInPlaceError
    return [_exchanged(text, entry, change.value, node.indent)]


def _parent(root: Node, keys: Sequence[str | int]) -> tuple[Node, str]:
    node = root
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
    if is_same(old, value):
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
        if key not in there and not (key in old and is_same(old[key], each)):
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
