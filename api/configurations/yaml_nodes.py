"""A YAML text as nodes that know where they stand, aliases among them.

``yaml.compose`` puts the anchor's node in the place of each alias, whose own place is then lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import yaml

Kind = Literal["mapping", "sequence", "scalar", "alias"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value.

    Attributes:
        key: As a text; empty of an item of a sequence.
        start: Where the key begins.
        value: Its node.
    """

    key: str
    start: int
    value: Node


@dataclass(slots=True)
class Node:
    """A node of a text.

    Attributes:
        kind: What it is.
        start: Its first character, from 0; its anchor's, if it has one.
        end: After its last one, without the remarks and empty lines that follow.
        indent: The column in which its keys, or the dashes of its items, stand.
        is_flow: Whether it is written in brackets.
        entries: Of a mapping.
        items: Of a sequence.
    """

    kind: Kind
    start: int
    end: int
    indent: int = 0
    is_flow: bool = False
    entries: list[Entry] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return next((each for each in self.entries if each.key == key), None)

    def child(self, key: str | int) -> Node | None:
        """What stands at a key or place."""
        if isinstance(key, int):
            return self.items[key] if key < len(self.items) else None
        found = self.entry(key)
        return None if found is None else found.value


def nodes_of(text: str) -> Node:
    """The root of a valid text.

    Raises:
        yaml.YAMLError: If it is no YAML.
    """
    return _Reader(text).root()


def remarks_of(text: str) -> list[str]:
    """The remarks of a valid text in their order, each from its ``#``: what no token holds.

    >>> remarks_of("a: '# no'  # yes")
    ['# yes']
    """
    found: list[str] = []
    at = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        lines = text[at : index_of(token.start_mark)].splitlines()
        found += [line[line.index("#") :].rstrip() for line in lines if "#" in line]
        at = max(at, index_of(token.end_mark))
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events = yaml.parse(text, Loader=yaml.SafeLoader)

    def root(self) -> Node:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                return self._node(self._next())
        raise yaml.YAMLError("the text is empty")

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _node(self, event: yaml.Event) -> Node:
        start, end = index_of(event.start_mark), index_of(event.end_mark)
        match event:
            case yaml.AliasEvent():
                return Node("alias", start, end)
            case yaml.MappingStartEvent():
                return self._mapping(Node("mapping", start, end, is_flow=bool(event.flow_style)))
            case yaml.SequenceStartEvent():
                return self._sequence(Node("sequence", start, end, is_flow=bool(event.flow_style)))
            case _:
                # A text of several lines ends with the lines after it.
                return Node("scalar", start, start + len(self._text[start:end].rstrip()))

    def _mapping(self, node: Node) -> Node:
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            start, column = index_of(event.start_mark), _column(event.start_mark)
            if not node.entries:
                node.indent = column
            node.entries.append(Entry(key, start, self._node(self._next())))
        node.end = index_of(event.end_mark) if node.is_flow else node.entries[-1].value.end
        return node

    def _sequence(self, node: Node) -> Node:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            node.items.append(self._node(event))
        if node.is_flow:
            node.end = index_of(event.end_mark)
        else:
            node.end = node.items[-1].end
            line = self._text.rfind("\n", 0, node.items[0].start) + 1
            node.indent = self._text.index("-", line) - line
        return node


class _Mark(Protocol):
    """A place in a text; PyYAML and its C half each have a class of their own."""

    @property
    def index(self) -> int: ...

    @property
    def column(self) -> int: ...


def index_of(mark: _Mark | None) -> int:
    """Where a token or an event is, in characters."""
    assert mark is not None, "what is read from a text has a place in it"
    return mark.index


def _column(mark: _Mark | None) -> int:
    assert mark is not None, "as above"
    return mark.column
