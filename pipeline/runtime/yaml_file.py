"""Reads a YAML file into a pydantic model; every error names file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, RootModel, ValidationError

from api.contract.yaml_document import dotted
from pipeline.core.errors import ConfigError, Problem
from pipeline.core.redact import redact_url

_HOW_TO_WRITE = {
    "^rtsps?://": "Write rtsp://host/path, without user and password",
    "^https?://": "Write http://host:port, without user and password",
    "^[a-z0-9]": "Write small letters, digits, - and _; at most 64 of them",
}
"""By how the pattern begins that a text must fit."""
_CREDENTIAL_SECTIONS = frozenset({"source", "api", "devices"})
Model = TypeVar("Model", bound=BaseModel)


def load_yaml(path: Path, model: type[Model], *, remedy: str = "") -> Model:
    """Read and check a configuration file.

    Args:
        path: The file.
        model: What it must be.
        remedy: Advice when the file is missing.

    Raises:
        ConfigError: With one line per problem.
    """
    return read_yaml(read_text(path, remedy=remedy), path, model)


def read_text(path: Path, *, remedy: str = "") -> str:
    """A configuration file as it stands.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            "no such file",
            where=str(path),
            remedy=remedy or "Check the path, or copy one from configs/examples",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            remedy="Check that it is a file, and who may read it",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"cannot be read ({error})", where=str(path), remedy="It must be UTF-8 text"
        ) from error


def read_yaml(
    text: str,
    path: Path,
    model: type[Model],
    *,
    complete: Callable[[object], object] = lambda data: data,
) -> Model:
    """Check a configuration that was read.

    Args:
        text: It.
        path: What errors call it.
        model: What it must be.
        complete: Makes of what stands in the text what is checked; keys and their order stay.

    Raises:
        ConfigError: With one line per problem.
    """
    try:
        root, data = _parsed(text, path)
    except RecursionError as error:
        raise ConfigError(
            "nested too deeply, or an alias that stands for itself",
            where=str(path),
            remedy="Remove the alias (`*name`) or the brackets",
        ) from error
    if root is None:
        raise ConfigError(
            "the file is empty", where=str(path), remedy="Copy one from configs/examples"
        )
    data = complete(data)
    try:
        read = model.model_validate(data)
    except ValidationError as error:
        found = [_problem(root, model, e) for e in _root_causes(error)]
        lines = [_described(each, path).line() for each in found]
        raise ConfigError("\n".join(dict.fromkeys(lines)), problems=found) from error
    plain = read.root if isinstance(read, RootModel) else read
    _refuse_switches(data, plain, root, path, ())
    return read


def _parsed(text: str, path: Path) -> tuple[yaml.Node | None, object]:
    """The file's nodes, which know their lines, and its values."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 -- a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        told = Problem(
            "",
            mark.line + 1 if mark else None,
            f"not valid YAML: {problem}",
            "Check indentation and quotes on this line",
        )
        raise ConfigError(
            told.what, where=f"{path}{line}", remedy=told.remedy, problems=[told]
        ) from error
    if root is not None:
        _refuse_twins(root, path, ())
    return root, data


class _Loader(yaml.SafeLoader):
    """Says where a value stands that looks like a date or number and is none, as 2026-02-30."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from error


def _refuse_switches(
    data: object, read: object, root: yaml.Node, path: Path, keys: tuple[object, ...]
) -> None:
    """``keep_days: yes`` is no number, although Python counts with it."""
    if isinstance(data, bool) and not isinstance(read, bool) and isinstance(read, int | float):
        _, line, _ = _walk(root, keys)
        told = Problem(
            dotted(keys), line, "a number is expected here, not yes or no", "Write a number"
        )
        raise _described(told, path)
    if isinstance(data, dict) and isinstance(read, BaseModel):
        for key, value in data.items():
            _refuse_switches(value, getattr(read, str(key), None), root, path, (*keys, key))
    elif isinstance(data, list) and isinstance(read, list | tuple) and len(data) == len(read):
        for i, (value, one) in enumerate(zip(data, read, strict=True)):
            _refuse_switches(value, one, root, path, (*keys, i))


def _root_causes(error: ValidationError) -> list[dict[str, object]]:
    return [dict(e) for e in error.errors(include_url=False)]


def _refuse_twins(node: yaml.Node, path: Path, keys: tuple[object, ...]) -> None:
    """YAML keeps the last of two equal keys without a word; we do not."""
    if isinstance(node, yaml.SequenceNode):
        for i, child in enumerate(node.value):
            _refuse_twins(child, path, (*keys, i))
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, child in node.value:
        if key.value in seen:
            here, line = dotted((*keys, key.value)), key.start_mark.line + 1
            raise ConfigError(
                f"`{here}` is given twice",
                where=f"{path}:{line}",
                remedy="Keep one of them",
                problems=[Problem(here, line, "given twice", "Keep one of them")],
            )
        seen.add(key.value)
        _refuse_twins(child, path, (*keys, key.value))


def _problem(root: yaml.Node, model: type[BaseModel], error: dict[str, object]) -> Problem:
    loc = error["loc"]
    assert isinstance(loc, tuple)
    keys, line, known = _walk(root, loc)
    kind = str(error["type"])
    if kind == "extra_forbidden":
        what = "unknown key"
        remedy = _suggest(str(keys[-1]), model)
    elif kind == "missing":
        what, remedy = "missing", "Add this key"
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        context = error.get("ctx")
        expected = context.get("expected_tags", "") if isinstance(context, dict) else ""
        keys = (*keys, "type")
        what, remedy = "missing or unknown type", f"Write one of {expected}"
    elif kind == "string_pattern_mismatch":
        what = f"{_shown_input(keys, error.get('input')) or 'this'} is not written as it must be"
        remedy = _how_to_write(error.get("ctx"))
    elif kind in ("model_type", "model_attributes_type"):
        what, remedy = "keys with values are expected here", "Write them as `key: value`"
    else:
        what = str(error["msg"]).removeprefix("Value error, ")
        remedy = ""
        if known and (shown := _shown_input(keys, error.get("input"))):
            what = f"{what} (it is {shown})"
    return Problem(dotted(keys), line, what, remedy)


def _described(problem: Problem, path: Path) -> ConfigError:
    what = f"`{problem.path}`: {problem.what}" if problem.path else problem.what
    return ConfigError(
        what, where=f"{path}:{problem.line}", remedy=problem.remedy, problems=[problem]
    )


def _shown_input(keys: Sequence[object], value: object) -> str:
    """What somebody typed, unless credentials are typed there: then an address at most, redacted.

    A password may stand in the place of its file's name, or in an address without ``rtsp://``.
    """
    if not isinstance(value, str | int | float | bool):
        return ""
    if not _CREDENTIAL_SECTIONS.intersection(keys) or str(keys[-1]).endswith("_s"):
        return redact_url(repr(value))
    is_address = isinstance(value, str) and re.match(r"[a-z]+://", value, re.IGNORECASE)
    return redact_url(repr(value)) if is_address else ""


def _walk(root: yaml.Node, loc: Sequence[object]) -> tuple[tuple[object, ...], int, bool]:
    """Follow a pydantic location through the YAML nodes, leaving out union tags it inserts.

    Returns:
        The keys that stand in the file (plus a missing last one), the line, and whether the
        last key stands in the file.
    """
    node, keys, line, known = root, [], root.start_mark.line + 1, True
    for i, part in enumerate(loc):
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    child, line = value, key.start_mark.line + 1
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            child = node.value[part]
            line = child.start_mark.line + 1
        if child is not None:
            keys.append(part)
            node = child
        elif _is_union_tag(node, part):
            continue
        elif i == len(loc) - 1 and isinstance(node, yaml.MappingNode):
            keys.append(part)
            known = False
    return tuple(keys), line, known


def _is_union_tag(node: yaml.Node, part: object) -> bool:
    return isinstance(node, yaml.MappingNode) and any(
        key.value == "type" and isinstance(value, yaml.ScalarNode) and value.value == part
        for key, value in node.value
    )


def _how_to_write(context: object) -> str:
    pattern = str(context.get("pattern", "")) if isinstance(context, dict) else ""
    for begin, remedy in _HOW_TO_WRITE.items():
        if pattern.startswith(begin):
            return remedy
    return f"It must fit {pattern}"


def _suggest(key: str, model: type[BaseModel]) -> str:
    names = _field_names(model)
    close = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    return "Remove it; `mingan config check --help` says where all keys are described"


def _field_names(model: type[BaseModel]) -> list[str]:
    """All keys that exist anywhere below a model, from its JSON Schema."""
    schema = model.model_json_schema()
    names: set[str] = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        names.update(part.get("properties", {}))
    return sorted(names)
