"""Text that could not be stored, or not be read again, is refused wherever it comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.centre import Centre, put_alert
from tests.api.messages import episode

Schema = dict[str, Any]


async def _put_raw(worker: httpx.AsyncClient, changes: dict[str, Any]) -> httpx.Response:
    told = episode("odd")
    body = json.dumps(told.model_dump(mode="json") | changes)
    return await worker.put(
        f"/api/v2/ingest/alerts/{told.id}",
        content=body,
        headers={"Content-Type": "application/json"},
    )


@pytest.mark.whole
@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"direction": "\ud800"}},
        {"facts": {"\udfff": 1.0}},
        {"facts": {"a\x00b": 1.0}},
        {"facts": {"direction": "x" * 1000}},
        {"facts": {"x" * 1000: 1.0}},
        {"facts": {str(number): 1.0 for number in range(1000)}},
        {"classes": ["\ud800"]},
        {"classes": ["person\x00"]},
        {"classes": ["x" * 3_900_000]},
        {"classes": [""]},
        {"zone": "\udc00"},
    ],
)
async def test_text_that_could_not_be_shown_again_is_refused(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    answer = await _put_raw(worker, changes)
    assert (answer.status_code, answer.json().get("code")) == (422, "invalid")
    assert len(answer.content) < 20_000
    listed = await reviewer.get("/api/v1/alerts")
    assert (listed.status_code, listed.json()["items"]) == (200, [])


async def test_text_of_any_script_is_taken(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    told = episode(facts={"方向": "进 🚸", "dwell_s": 3.0}, classes=("人",), zone="北墙 №1")
    assert await put_alert(worker, told)
    shown = (await reviewer.get(f"/api/v1/alerts/{told.id}")).json()
    assert (shown["episode"]["facts"], shown["zone"]) == (told.facts, told.zone)


def _resolved(schema: Schema, described: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _unbounded(schema: Schema, described: Schema, where: str) -> Iterator[str]:
    schema = _resolved(schema, described)
    if schema.get("type") == "string" and not schema.keys() & {
        "maxLength",
        "pattern",
        "enum",
        "format",
        "const",
    }:
        yield where
    if isinstance(schema.get("additionalProperties"), dict) and "maxProperties" not in schema:
        yield f"{where} (how many)"
    for name, each in schema.get("properties", {}).items():
        yield from _unbounded(each, described, f"{where}.{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from _unbounded(schema[key], described, f"{where}/{key}")
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(key, []):
            yield from _unbounded(each, described, where)


def _operations(described: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.mark.whole
def test_every_text_that_comes_in_is_bounded(centre: Centre) -> None:
    described = centre.app.openapi()
    found = [
        where
        for method, path, operation in _operations(described)
        for schema, what in [
            *((each["schema"], each["name"]) for each in operation.get("parameters", [])),
            *(
                (each["schema"], "body")
                for each in operation.get("requestBody", {}).get("content", {}).values()
            ),
        ]
        for where in _unbounded(schema, described, f"{method} {path} {what}")
    ]
    assert not found


@pytest.mark.whole
async def test_nul_is_refused_in_every_path_and_query(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    """On PostgreSQL it would be a failure of the database, not of the request."""
    described = centre.app.openapi()
    tried = 0
    for method, path, operation in _operations(described):
        client = worker if "/ingest/" in path else admin
        for each in operation.get("parameters", []):
            schemas = [each["schema"], *each["schema"].get("anyOf", [])]
            schemas += [schema["items"] for schema in schemas if "items" in schema]
            is_text = any(
                schema.get("type") == "string" and not schema.keys() & {"format", "enum"}
                for schema in schemas
            )
            if not is_text or each["in"] == "header":
                continue
            address = path
            for other in operation["parameters"]:
                value = "a%00b" if other is each else "x"
                address = address.replace(f"{{{other['name']}}}", value)
            query = f"?{each['name']}=a%00b" if each["in"] == "query" else ""
            answer = await client.request(method, address + query)
            assert answer.status_code == 422, (method, address, each["name"], answer.text)
            tried += 1
    assert tried > 10
