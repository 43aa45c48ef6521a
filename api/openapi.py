"""The OpenAPI description, made so that a client can be generated from it without surprises."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.contract.problems import PROBLEM_JSON, Problem, ProblemField

TAGS = [
    {"name": "auth", "description": "Sign in and out."},
    {"name": "users", "description": "Who may sign in, as what, for which school."},
    {"name": "alerts", "description": "The queue and its judgements."},
    {"name": "evidence", "description": "Snapshots and clips."},
    {"name": "cameras", "description": "What is watched, and whether it really is."},
    {"name": "rules", "description": "Which rules can watch, and what the others wait for."},
    {"name": "compliance", "description": "Whether footage is kept as long as it must be."},
    {"name": "inspections", "description": "Inspections of schools, and hazards they found."},
    {"name": "stream", "description": "Live events."},
    {"name": "audit", "description": "Who opened what, and why."},
    {"name": "health", "description": "Whether all is well."},
    {"name": "ingest", "description": "What workers send."},
]
_REF = "#/components/schemas/{model}"
_EVENT = {
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"enum": ["ready", "alert", "camera", "reset"]},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer", "description": "Milliseconds."},
    },
}
_FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> dict[str, Any]:
    """The description, with every failure as a problem document."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=TAGS,
    )
    schemas = schema["components"]["schemas"]
    for model in (Problem, ProblemField):
        described = TypeAdapter(model).json_schema(ref_template=_REF, mode="serialization")
        described.pop("$defs", None)
        schemas[model.__name__] = described
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    problem = {PROBLEM_JSON: {"schema": {"$ref": _REF.format(model="Problem")}}}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            if "422" in responses:
                responses["422"]["content"] = problem
            responses["default"] = {
                "description": "Any other failure, as a problem document.",
                "content": problem,
            }
            if path.startswith("/api/v1/stream"):
                _describe_events(responses["200"])
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    app.openapi_schema = schema
    return schema


def _describe_events(response: dict[str, Any]) -> None:
    response["description"] = "Server-sent events `ready`, `alert`, `camera` and `reset`."
    response["content"] = {"text/event-stream": {"itemSchema": _EVENT}}
