"""What a rule can be told, for the console's form: from the worker's own models and its sets.

One source: a bound or a default that changes in ``pipeline/rules`` changes in the form with the
next ``scripts/gen_client.py``. The form guides; the box checks, and may be of another version.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipeline.rules import AnyRuleConfig

_SETS = Path(__file__).resolve().parent.parent / "configs" / "rules" / "sets"
_NOT_ASKED = frozenset({"type", "id", "zone", "line"})
_BOUNDS = {
    "minimum": "least",
    "exclusiveMinimum": "above",
    "maximum": "most",
    "exclusiveMaximum": "below",
}


def rule_options() -> dict[str, Any]:
    """Each rule's shape and options, and the places whose rules come together."""
    schema = TypeAdapter(AnyRuleConfig).json_schema()
    parts = schema["$defs"]
    rules = {
        rule: _rule(parts[ref.rsplit("/", 1)[1]], parts)
        for rule, ref in sorted(schema["discriminator"]["mapping"].items())
    }
    places = {path.stem: _place(path) for path in sorted(_SETS.glob("*.yaml"))}
    return {"rules": rules, "places": places}


def _place(path: Path) -> dict[str, Any]:
    read = yaml.safe_load(path.read_text("utf-8"))
    return {"more_models": read.get("more_models", []), "rules": read["rules"]}


def _rule(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    asked = schema["properties"]
    options = [_option(key, told, parts) for key, told in asked.items() if key not in _NOT_ASKED]
    return {"shape": "line" if "line" in asked else "zone", "options": options}


def _option(key: str, told: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    ways = [_resolved(each, parts) for each in told.get("anyOf", [told])]
    value = next(each for each in ways if each.get("type") != "null")
    option: dict[str, Any] = {"key": key, "kind": _kind(key, ways, value)}
    option["default"] = told.get("default")
    if option["kind"] == "choice":
        option["choices"] = value["enum"]
    option |= {name: value[bound] for bound, name in _BOUNDS.items() if bound in value}
    return option


def _resolved(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    ref = schema.get("$ref")
    return dict(parts[ref.rsplit("/", 1)[1]]) if ref else schema


def _kind(key: str, ways: list[dict[str, Any]], value: dict[str, Any]) -> str:
    if any("workdays" in each.get("properties", {}) for each in ways):
        return "schedule"
    if "enum" in value:
        return "choice"
    kinds = {"number": "number", "integer": "integer", "boolean": "switch", "array": "names"}
    if value["type"] not in kinds:
        raise ValueError(f"the form has no field for the option `{key}`; add its kind")
    return kinds[value["type"]]
