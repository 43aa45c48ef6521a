"""Every route of the OpenAPI description × everyone who might call it.

The table below is the whole truth: a route that is not in it fails, so nobody adds an unguarded
one by accident.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from api.app import create_app
from tests.api.centre import Centre, cheap_settings

Caller = Literal["anonymous", "reviewer", "admin", "worker"]
CALLERS: tuple[Caller, ...] = ("anonymous", "reviewer", "admin", "worker")
_METHODS = {"get", "put", "post", "patch", "delete"}

_ANYONE: set[Caller] = {"anonymous", "reviewer", "admin", "worker"}
_SIGNED_IN: set[Caller] = {"reviewer", "admin"}
_ADMIN: set[Caller] = {"admin"}
_WORKER: set[Caller] = {"worker"}

MAY_CALL: dict[str, set[Caller]] = {
    "alerts_confirm": _SIGNED_IN,
    "alerts_false_positive": _SIGNED_IN,
    "alerts_get": _SIGNED_IN,
    "alerts_hold": _SIGNED_IN,
    "alerts_list": _SIGNED_IN,
    "alerts_original": _SIGNED_IN,
    "alerts_release": _ADMIN,
    "alerts_undo": _SIGNED_IN,
    "audit_list": _ADMIN,
    "auth_login": _ANYONE,
    "boxes_code": _ADMIN,
    "boxes_create": _ADMIN,
    "boxes_get": _ADMIN,
    "boxes_list": _ADMIN,
    "boxes_revoke": _ADMIN,
    "boxes_take_over": _ADMIN,
    "bureau_get": _SIGNED_IN,
    "bureau_put": _ADMIN,
    "communities_create": _ADMIN,
    "communities_delete": _ADMIN,
    "communities_list": _SIGNED_IN,
    "communities_put": _ADMIN,
    "auth_logout": _SIGNED_IN,
    "auth_me": _SIGNED_IN,
    "cameras_approve_picture": _SIGNED_IN,
    "cameras_get": _SIGNED_IN,
    "cameras_list": _SIGNED_IN,
    "compliance_retention": _SIGNED_IN,
    "compliance_retention_csv": _SIGNED_IN,
    "compliance_retention_get": _SIGNED_IN,
    "evidence_get": _SIGNED_IN,
    "health_get": _ANYONE,
    "ingest_alert": _WORKER,
    "ingest_analysed_time": _WORKER,
    "ingest_camera": _WORKER,
    "ingest_enrol": _ANYONE,
    "ingest_evidence": _WORKER,
    "ingest_outdated_post": _WORKER,
    "ingest_outdated_put": _WORKER,
    "ingest_heartbeat": _WORKER,
    "ingest_retention": _WORKER,
    "ingest_views_footage": _WORKER,
    "ingest_views_part": _WORKER,
    "ingest_views_poll": _WORKER,
    "ingest_views_ready": _WORKER,
    "ingest_views_trouble": _WORKER,
    "jobs_discard": _ADMIN,
    "jobs_list": _ADMIN,
    "jobs_retry": _ADMIN,
    "live_change": _SIGNED_IN,
    "live_open": _SIGNED_IN,
    "places_create": _ADMIN,
    "places_delete": _ADMIN,
    "places_list": _SIGNED_IN,
    "places_put": _ADMIN,
    "recordings_day": _SIGNED_IN,
    "recordings_play": _SIGNED_IN,
    "metrics_get": _WORKER,
    "rules_list": _SIGNED_IN,
    "schools_close": _ADMIN,
    "schools_create": _ADMIN,
    "schools_get": _SIGNED_IN,
    "schools_list": _SIGNED_IN,
    "schools_put": _ADMIN,
    "schools_reopen": _ADMIN,
    "stream_events": _SIGNED_IN,
    "users_create": _ADMIN,
    "users_list": _ADMIN,
}
_PARAMETERS = {
    "alert_id": "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11",
    "camera_id": "gate-north",
    "job_id": "1",
    "camera_key": "1",
    "box_id": "1",
    "school_id": "no-1-primary",
    "community_id": "east",
    "place_id": "1",
    "rest": "heartbeat",
    "sha256": "ab" * 32,
    "query_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
    "view_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
}


def _operations() -> list[tuple[str, str, str]]:
    description = create_app(cheap_settings(Path("unused"))).openapi()
    return sorted(
        (operation["operationId"], method.upper(), path)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    )


OPERATIONS = _operations()


def test_the_table_names_every_route_and_no_other() -> None:
    assert {operation for operation, _, _ in OPERATIONS} == set(MAY_CALL)


def test_every_route_outside_the_description_is_known() -> None:
    app = create_app(cheap_settings(Path("unused")))
    described = {path for _, _, path in OPERATIONS}

    def paths(routes: list[Any]) -> set[str]:
        found: set[str] = set()
        for route in routes:
            inner = getattr(route, "original_router", None)
            found |= paths(inner.routes) if inner is not None else {route.path_format}
        return found

    assert paths(app.routes) - described == {"/api/v1/openapi.json"}


async def _caller(centre: Centre, who: Caller) -> httpx.AsyncClient:
    if who == "anonymous":
        return await centre.client()
    if who == "worker":
        return await centre.worker()
    return await (centre.admin() if who == "admin" else centre.reviewer())


@pytest.mark.parametrize("who", CALLERS)
async def test_only_those_named_get_past_the_guard(centre: Centre, who: Caller) -> None:
    wrong: list[str] = []
    client = await _caller(centre, who)
    # Signing out comes last, since it ends the caller's session.
    for operation, method, path in sorted(OPERATIONS, key=lambda o: o[0] == "auth_logout"):
        may = who in MAY_CALL[operation]
        if operation == "stream_events" and may:
            continue  # It would not end; test_stream opens it.
        address = re.sub(r"\{(\w+)\}", lambda match: _PARAMETERS[match[1]], path)
        # No body: a guard must speak before anything else is looked at.
        answer = await client.request(method, address)
        refused = answer.status_code in (401, 403)
        if operation.startswith("ingest_outdated") and may:
            refused = answer.json()["code"] != "worker_outdated"
        if operation == "auth_login":
            refused = False
        if operation == "evidence_get" and may:
            refused = answer.status_code != 404
        if refused == may:
            wrong.append(f"{who} {operation}: {answer.status_code} {answer.text[:80]}")
    assert wrong == []


async def test_unsafe_console_routes_want_the_csrf_token(admin: httpx.AsyncClient) -> None:
    del admin.headers["X-CSRF-Token"]
    for operation, method, path in OPERATIONS:
        if method == "GET" or MAY_CALL[operation] in (_WORKER, _ANYONE):
            continue
        address = re.sub(r"\{(\w+)\}", lambda match: _PARAMETERS[match[1]], path)
        answer = await admin.request(method, address)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), operation


async def test_metrics_are_for_this_machine_too(centre: Centre) -> None:
    local = await centre.client(address="127.0.0.1")
    assert (await local.get("/metrics")).status_code == 200
    far = await centre.client(address="10.1.1.1")
    assert (await far.get("/metrics")).status_code == 401


async def test_a_wrong_method_is_405_and_an_unknown_address_404(admin: httpx.AsyncClient) -> None:
    wrong = await admin.delete("/api/v1/alerts")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    unknown = await admin.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_the_committed_description_is_fresh() -> None:
    committed = Path(__file__).parents[2] / "api" / "openapi.json"
    assert committed.exists(), "run python scripts/gen_openapi.py"
    fresh = create_app(cheap_settings(Path("unused"))).openapi()
    assert json.loads(committed.read_text("utf-8")) == json.loads(json.dumps(fresh)), (
        "stale: run python scripts/gen_openapi.py"
    )


def test_every_failure_is_described_as_a_problem() -> None:
    description = create_app(cheap_settings(Path("unused"))).openapi()
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status[0] in "45" and (path, status) != ("/api/v1/health", "503"):
                    assert list(response["content"]) == ["application/problem+json"], (
                        method,
                        path,
                        status,
                    )
