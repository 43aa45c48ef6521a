"""Values that a YAML text writes once for several places (``&name``, ``*name``), written at each.

Somebody who changes one of those places means that one. What else names the value keeps saying it,
in the words in which it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from api.configurations.yaml_nodes import index_of

_MOST_PLACES = 200
"""What is named more often is left as it is: written out it would be another text."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A value with a name.

    Attributes:
        start: Where ``&`` stands.
        body: Where the value begins.
        end: Behind it.
    """

    start: int
    body: int
    end: int


def unshared(text: str) -> Iterator[str]:
    """The text with one name less each, then with none, if there are several.

    Args:
        text: A valid document.
    """
    names = list(dict.fromkeys(_names(text)))
    for some in ([name] for name in names):
        yield from _without(text, some)
    if len(names) > 1:
        yield from _without(text, names)


def _names(text: str) -> Iterator[str]:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            yield str(event.anchor)


def _without(text: str, names: list[str]) -> Iterator[str]:
    found: str | None = text
    for name in names:
        found = found and _written_out(found, name)
    if found is not None:
        yield found


def _written_out(text: str, name: str) -> str | None:
    """None of a value that cannot stand on a line, or is named too often."""
    changes: list[tuple[int, int, str]] = []
    named: _Named | None = None
    for each, is_name in _places(text, name):
        if is_name:
            if named is not None:
                return None  # named anew: two values of one name
            named = each
            changes.append((each.start, each.body, ""))
        elif named is not None:
            changes.append((each.start, each.end, text[named.body : named.end]))
    if named is None or "\n" in text[named.body : named.end] or len(changes) > _MOST_PLACES:
        return None
    for start, end, words in reversed(changes):
        text = text[:start] + words + text[end:]
    return text


def _places(text: str, name: str) -> Iterator[tuple[_Named, bool]]:
    """Where a value is named, and where its name stands, in the order of the text."""
    events = list(yaml.parse(text, Loader=yaml.SafeLoader))
    for index, event in enumerate(events):
        start = index_of(event.start_mark)
        if isinstance(event, yaml.AliasEvent) and event.anchor == name:
            yield _Named(start, start, index_of(event.end_mark)), False
        elif isinstance(event, yaml.NodeEvent) and event.anchor == name:
            sign = f"&{name}"
            if not text.startswith(sign, start):
                continue  # behind a tag
            body = start + len(sign)
            while text[body : body + 1] == " ":
                body += 1
            yield _Named(start, body, _end(events, index)), True


def _end(events: list[yaml.Event], index: int) -> int:
    depth = 0
    for event in events[index:]:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth == 0:
            return index_of(event.end_mark)
    raise AssertionError("a valid document closes what it opens")
