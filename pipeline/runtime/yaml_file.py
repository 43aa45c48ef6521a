"""Reads a YAML file into a pydantic model; every error names file, line, key and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.core.errors import ConfigError

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
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            "no such file",
            where=str(path),
            remedy=remedy or "Check the path, or copy one from configs/examples",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot be read ({error})", where=str(path), remedy="It must be UTF-8 text"
        ) from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ConfigError(
            f"not valid YAML: {getattr(error, 'problem', None) or error}",
            where=f"{path}{line}",
            remedy="Check indentation and quotes on this line",
        ) from error
    if root is None:
        raise ConfigError(
            "the file is empty", where=str(path), remedy="Copy one from configs/examples"
        )
    _refuse_twins(root, path, ())
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [_problem(path, root, data, model, e) for e in _root_causes(error)]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from error


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
            raise ConfigError(
                f"`{_dotted((*keys, key.value))}` is given twice",
                where=f"{path}:{key.start_mark.line + 1}",
                remedy="Keep one of them",
            )
        seen.add(key.value)
        _refuse_twins(child, path, (*keys, key.value))


def _problem(
    path: Path, root: yaml.Node, data: object, model: type[BaseModel], error: dict[str, object]
) -> str:
    loc = error["loc"]
    assert isinstance(loc, tuple)
    keys, line, known = _walk(root, loc)
    kind = str(error["type"])
    if kind == "extra_forbidden":
        what = "unknown key"
        remedy = _suggest(str(keys[-1]), model, loc)
    elif kind == "missing":
        what, remedy = "missing", "Add this key"
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        context = error.get("ctx")
        expected = context.get("expected_tags", "") if isinstance(context, dict) else ""
        keys = (*keys, "type")
        what, remedy = "missing or unknown type", f"Write one of {expected}"
    else:
        what = str(error["msg"]).removeprefix("Value error, ")
        remedy = ""
        shown = error.get("input")
        if known and isinstance(shown, str | int | float | bool):
            what = f"{what} (it is {shown!r})"
    return ConfigError(
        f"`{_dotted(keys)}`: {what}" if keys else what, where=f"{path}:{line}", remedy=remedy
    ).line()


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


def _dotted(keys: Sequence[object]) -> str:
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def _suggest(key: str, model: type[BaseModel], loc: Sequence[object]) -> str:
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
