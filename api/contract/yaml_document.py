"""YAML as a document: what JSON can hold, no more, so that it can be stored, compared and written.

Text to document to text loses nothing that a configuration can say: a date becomes its ISO text,
which every field that takes a date takes as well. What JSON cannot hold is refused with its line.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import yaml

from api.contract.text import fault_of

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
MAX_NODES = 200_000
"""Of one document, each alias counted as often as it stands: a small text may name a billion."""
MAX_DEPTH = 32
_MAX_INT = 2**63 - 1


class DocumentError(ValueError):
    """A text that is no document.

    Args:
        what: What is wrong, in English.
        line: Where, from 1; None of the whole.
        path: Where in the document.
    """

    def __init__(self, what: str, line: int | None = None, path: str = "") -> None:
        self.what = what
        self.line = line
        self.path = path
        super().__init__(what if line is None else f"line {line}: {what}")


def read_document(text: str) -> Json:
    """A YAML text as a document.

    Raises:
        DocumentError: It is no YAML, says a key twice, or holds what JSON cannot.
    """
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a character that no YAML may hold
        raise DocumentError(f"not valid YAML: {' '.join(str(error).split())}") from error
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError("the text is empty")
        _check(root, (), _Budget())
        return _plain(loader.construct_document(root), root, ())
    except RecursionError as error:
        raise DocumentError("nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or " ".join(str(error).split())
        raise DocumentError(f"not valid YAML: {what}", mark.line + 1 if mark else None) from error
    except DocumentError:
        raise
    except ValueError as error:  # what looks like a date and is none, as 2026-02-30
        raise DocumentError(f"not valid YAML: {error}") from error
    finally:
        loader.dispose()


def write_document(document: Json) -> str:
    """A document as YAML; reading it gives the same document."""
    return yaml.dump(
        document,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=None,
        width=100,
    )


def digest_of(document: Json) -> str:
    """SHA-256 of what a document says, whatever its keys' order and its text's remarks."""
    plain = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def dotted(keys: Sequence[object]) -> str:
    """A path into a document, as ``cameras[2].rules[0].zone``.

    >>> dotted(("cameras", 2, "name"))
    'cameras[2].name'
    """
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def line_of(text: str, keys: Sequence[object]) -> int | None:
    """The line where a path of a document stands, or as much of it as there is; None without one.

    Args:
        text: A valid YAML text.
        keys: The path.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    line = None
    for key in keys:
        found = _child(node, key)
        if found is None:
            return line
        node, line = found
    return line


def _child(node: yaml.Node | None, key: object) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return value, name.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key].start_mark.line + 1
    return None


class _Dumper(yaml.SafeDumper):
    """Writes what stands twice twice: aliases are for machines."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _as_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Other line breaks than ours are escaped: unquoted they would be read as spaces."""
    style = '"' if any(each in text for each in "\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _as_text)


class _Budget:
    """How many nodes there may still be."""

    def __init__(self) -> None:
        self.left = MAX_NODES


def _check(node: yaml.Node, keys: tuple[object, ...], budget: _Budget) -> None:
    """Refuse keys given twice, and more than fits, before anything is made of it."""
    budget.left -= 1
    line = node.start_mark.line + 1
    if budget.left < 0 or len(keys) > MAX_DEPTH:
        raise DocumentError(
            "too much of it, or an alias that stands for itself", line, dotted(keys)
        )
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _check(child, (*keys, index), budget)
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise DocumentError("a key is one word", key.start_mark.line + 1, dotted(keys))
            here = (*keys, key.value)
            if key.value in seen:
                raise DocumentError("given twice", key.start_mark.line + 1, dotted(here))
            seen.add(key.value)
            _check(child, here, budget)


def _plain(value: object, node: yaml.Node, keys: tuple[object, ...]) -> Json:
    match value:
        case None | bool():
            return value
        case str():
            fault = fault_of(value)
        case int():
            fault = None if abs(value) <= _MAX_INT else "a number this large cannot be stored"
        case float():
            fault = None if math.isfinite(value) else "this number cannot be stored"
        case date():
            return value.isoformat()
        case list():
            return [_plain(each, node, (*keys, i)) for i, each in enumerate(value)]
        case dict():
            return {
                _key(key, node, keys): _plain(each, node, (*keys, key))
                for key, each in value.items()
            }
        case _:
            fault = "this kind of value cannot be stored"
    if fault is not None:
        raise DocumentError(fault, _line(node, keys), dotted(keys))
    assert isinstance(value, int | float | str)
    return value


def _key(key: object, node: yaml.Node, keys: tuple[object, ...]) -> str:
    if not isinstance(key, str):
        raise DocumentError(
            "a key is a text; put it in quotes", _line(node, (*keys, key)), dotted(keys)
        )
    if (fault := fault_of(key)) is not None:
        raise DocumentError(fault, _line(node, keys), dotted(keys))
    return key


def _line(root: yaml.Node, keys: Sequence[object]) -> int | None:
    node, line = root, None
    for key in keys:
        found = _child(node, key)
        if found is None:
            break
        node, line = found
    return line
