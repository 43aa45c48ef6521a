"""Every route of the OpenAPI description × everyone who might call it, by permission.

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

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.app import create_app
from tests.api.centre import Centre, cheap_settings

Needs = Permission | frozenset[Permission] | Literal["anyone", "signed_in", "worker"]
CALLERS = (
    "anonymous",
    "worker",
    *Role,
)
_METHODS = {"get", "put", "post", "patch", "delete"}

NEEDS: dict[str, Needs] = {
    "alerts_bulk": Permission.JUDGE,
    "alerts_confirm": Permission.JUDGE,
    "alerts_false_positive": Permission.JUDGE,
    "alerts_get": Permission.VIEW_ALERTS,
    "alerts_hold": Permission.HOLD,
    "alerts_list": Permission.VIEW_ALERTS,
    "alerts_note": Permission.JUDGE,
    "alerts_original": Permission.OPEN_ORIGINALS,
    "alerts_release": Permission.RELEASE_HOLDS,
    "alerts_revise": Permission.JUDGE,
    "alerts_seen": Permission.JUDGE,
    "alerts_undo": Permission.JUDGE,
    "audit_chain": Permission.READ_AUDIT,
    "audit_check": Permission.READ_AUDIT,
    "audit_csv": Permission.READ_AUDIT,
    "audit_list": Permission.READ_AUDIT,
    "assignees_list": Permission.ASSIGN_ORDERS,
    "auth_end_session": "signed_in",
    "auth_login": "anyone",
    "auth_logout": "signed_in",
    "auth_me": "signed_in",
    "auth_mail": "signed_in",
    "auth_oidc_callback": "anyone",
    "auth_oidc_end": "anyone",
    "auth_oidc_start": "anyone",
    "auth_password": "signed_in",
    "auth_put_mail": "signed_in",
    "auth_sessions": "signed_in",
    "auth_ways": "anyone",
    "boxes_code": Permission.MANAGE_BOXES,
    "boxes_create": Permission.MANAGE_BOXES,
    "boxes_get": Permission.MANAGE_BOXES,
    "boxes_list": Permission.MANAGE_BOXES,
    "boxes_revoke": Permission.MANAGE_BOXES,
    "boxes_take_over": Permission.MANAGE_BOXES,
    "bureau_get": "signed_in",
    "bureau_put": Permission.MANAGE_ORGANISATION,
    "cameras_approve_picture": Permission.MANAGE_CAMERAS,
    "cameras_get": Permission.VIEW_CAMERAS,
    "cameras_list": Permission.VIEW_CAMERAS,
    "cameras_preview": Permission.EDIT_ZONES,
    "communities_create": Permission.MANAGE_ORGANISATION,
    "communities_delete": Permission.MANAGE_ORGANISATION,
    "communities_list": "signed_in",
    "communities_put": Permission.MANAGE_ORGANISATION,
    "compliance_camera_day": Permission.SEE_COMPLIANCE,
    "compliance_judgements": Permission.MANAGE_COMPLIANCE,
    "compliance_judgements_create": Permission.MANAGE_COMPLIANCE,
    "compliance_overrides": Permission.SEE_COMPLIANCE,
    "compliance_overrides_create": Permission.MANAGE_COMPLIANCE,
    "compliance_overrides_withdraw": Permission.MANAGE_COMPLIANCE,
    "compliance_profile": Permission.SEE_COMPLIANCE,
    "compliance_school": Permission.SEE_COMPLIANCE,
    "compliance_schools": Permission.SEE_COMPLIANCE,
    "compliance_school_day": Permission.SEE_COMPLIANCE,
    "compliance_recovered": Permission.SEE_COMPLIANCE,
    "compliance_recovered_csv": Permission.EXPORT,
    "compliance_retention": Permission.SEE_COMPLIANCE,
    "compliance_retention_csv": Permission.EXPORT,
    "compliance_retention_get": Permission.SEE_COMPLIANCE,
    "configurations_camera": Permission.EDIT_ZONES,
    "configurations_compare": Permission.MANAGE_BOXES,
    "configurations_edit_settings": Permission.MANAGE_BOXES,
    "configurations_edit_camera": Permission.EDIT_ZONES,
    "configurations_export": Permission.MANAGE_BOXES,
    "configurations_get": Permission.MANAGE_BOXES,
    "configurations_restore": Permission.MANAGE_BOXES,
    "configurations_save": Permission.MANAGE_BOXES,
    "configurations_settings": Permission.MANAGE_BOXES,
    "configurations_save_camera": Permission.EDIT_ZONES,
    "configurations_version": Permission.MANAGE_BOXES,
    "credentials_allow_key": Permission.MANAGE_BOXES,
    "credentials_get": Permission.MANAGE_BOXES,
    "credentials_put": Permission.MANAGE_BOXES,
    "coverage": Permission.SEE_COMPLIANCE,
    "coverage_get": Permission.SEE_COMPLIANCE,
    "discovery_begin": Permission.MANAGE_BOXES,
    "discovery_get": Permission.MANAGE_BOXES,
    "discovery_picture": Permission.MANAGE_BOXES,
    "discovery_stop": Permission.MANAGE_BOXES,
    "duties_list": Permission.VIEW_ORDERS,
    "duties_put": Permission.ASSIGN_ORDERS,
    "evidence_get": Permission.SEE_PICTURES,
    "first_hour_get": Permission.MANAGE_BOXES,
    "exam_holds_change": Permission.MANAGE_EXAMS,
    "exam_holds_lift": frozenset({Permission.VIEW_EXAMS, Permission.RELEASE_HOLDS}),
    "exam_holds_list": Permission.VIEW_EXAMS,
    "exam_packages_release": Permission.MANAGE_EXAMS,
    "exam_releases_decide": frozenset({Permission.VIEW_EXAMS, Permission.RELEASE_HOLDS}),
    "exam_releases_list": Permission.VIEW_EXAMS,
    "exam_releases_package": frozenset({Permission.MANAGE_EXAMS, Permission.EXPORT}),
    "exam_sessions_hold": Permission.MANAGE_EXAMS,
    "exam_sessions_packages": Permission.MANAGE_EXAMS,
    "exam_sittings_hold": Permission.MANAGE_EXAMS,
    "exam_sittings_kept": Permission.VIEW_EXAMS,
    "exam_sittings_package": Permission.MANAGE_EXAMS,
    "exam_showings_tell": frozenset({Permission.VIEW_EXAMS, Permission.WATCH_LIVE}),
    "exam_sittings_facts": Permission.MANAGE_EXAMS,
    "exam_sittings_order": frozenset({Permission.VIEW_EXAMS, Permission.ASSIGN_ORDERS}),
    "exam_sittings_present": Permission.MANAGE_EXAMS,
    "exam_sittings_seal": Permission.MANAGE_EXAMS,
    "exam_sittings_showings": Permission.VIEW_EXAMS,
    "exams_create": Permission.MANAGE_EXAMS,
    "exams_get": Permission.VIEW_EXAMS,
    "exams_import": Permission.MANAGE_EXAMS,
    "exams_list": Permission.VIEW_EXAMS,
    "exams_roster": Permission.MANAGE_EXAMS,
    "exams_table": Permission.VIEW_EXAMS,
    "exams_table_csv": frozenset({Permission.VIEW_EXAMS, Permission.EXPORT}),
    "exams_table_xlsx": frozenset({Permission.VIEW_EXAMS, Permission.EXPORT}),
    "exams_workbook": frozenset({Permission.VIEW_EXAMS, Permission.EXPORT}),
    "floor_plan_pictures_add": Permission.MANAGE_CAMERAS,
    "floor_plan_pictures_get": Permission.SEE_COMPLIANCE,
    "floor_plan_pictures_put": Permission.MANAGE_CAMERAS,
    "floor_plans_delete": Permission.MANAGE_CAMERAS,
    "floor_plans_list": Permission.SEE_COMPLIANCE,
    "floor_plans_put": Permission.MANAGE_CAMERAS,
    "health_get": "anyone",
    "ingest_alert": "worker",
    "ingest_analysed_time": "worker",
    "ingest_camera": "worker",
    "ingest_configuration": "worker",
    "ingest_configuration_answer": "worker",
    "ingest_configuration_version": "worker",
    "ingest_credential_answer": "worker",
    "ingest_enrol": "anyone",
    "ingest_evidence": "worker",
    "ingest_heartbeat": "worker",
    "ingest_exam_orders": "worker",
    "ingest_exam_manifest": "worker",
    "ingest_exam_report": "worker",
    "ingest_exam_segment": "worker",
    "ingest_offline_accounts": "worker",
    "ingest_offline_entry": "worker",
    "ingest_outdated_post": "worker",
    "ingest_outdated_put": "worker",
    "ingest_retention": "worker",
    "ingest_views_footage": "worker",
    "ingest_views_found": "worker",
    "ingest_views_part": "worker",
    "ingest_views_poll": "worker",
    "ingest_views_preview": "worker",
    "ingest_views_ready": "worker",
    "ingest_views_trouble": "worker",
    "hazards_list": Permission.VIEW_INSPECTIONS,
    "hazards_xlsx": frozenset({Permission.VIEW_INSPECTIONS, Permission.EXPORT}),
    "meetings_admit": Permission.ATTEND_MEETINGS,
    "meetings_candidates": Permission.CALL_MEETINGS,
    "meetings_create": Permission.CALL_MEETINGS,
    "meetings_end": Permission.ATTEND_MEETINGS,
    "meetings_engine": Permission.ATTEND_MEETINGS,
    "meetings_enter": Permission.ATTEND_MEETINGS,
    "meetings_events": Permission.ATTEND_MEETINGS,
    "meetings_get": Permission.ATTEND_MEETINGS,
    "meetings_invite": Permission.ATTEND_MEETINGS,
    "meetings_leave": Permission.ATTEND_MEETINGS,
    "meetings_list": Permission.ATTEND_MEETINGS,
    "meetings_remove": Permission.ATTEND_MEETINGS,
    "meetings_signal": Permission.ATTEND_MEETINGS,
    "meetings_ticket": Permission.ATTEND_MEETINGS,
    "inspection_photographs_add": Permission.PERFORM_INSPECTIONS,
    "inspection_photographs_get": frozenset({Permission.VIEW_INSPECTIONS, Permission.SEE_PICTURES}),
    "inspection_papers_ask": Permission.VIEW_INSPECTIONS,
    "inspection_papers_file": Permission.VIEW_INSPECTIONS,
    "inspection_papers_get": Permission.VIEW_INSPECTIONS,
    "inspection_plans_create": Permission.PLAN_INSPECTIONS,
    "inspection_plans_end": Permission.PLAN_INSPECTIONS,
    "inspection_plans_list": Permission.PLAN_INSPECTIONS,
    "inspections_answer": Permission.PERFORM_INSPECTIONS,
    "inspections_get": Permission.VIEW_INSPECTIONS,
    "inspections_give": frozenset({Permission.PERFORM_INSPECTIONS, Permission.ASSIGN_ORDERS}),
    "inspections_list": Permission.VIEW_INSPECTIONS,
    "inspections_sign": Permission.PERFORM_INSPECTIONS,
    "inspections_table": Permission.VIEW_INSPECTIONS,
    "jobs_discard": Permission.SEE_JOBS,
    "jobs_list": Permission.SEE_JOBS,
    "jobs_retry": Permission.SEE_JOBS,
    "live_change": Permission.WATCH_LIVE,
    "live_open": Permission.WATCH_LIVE,
    "metrics_get": "worker",
    "notice_channels_create": Permission.MANAGE_NOTICES,
    "notice_channels_delete": Permission.MANAGE_NOTICES,
    "notice_channels_list": Permission.MANAGE_NOTICES,
    "notice_channels_put": Permission.MANAGE_NOTICES,
    "notice_channels_test": Permission.MANAGE_NOTICES,
    "notice_push_delete": "signed_in",
    "notice_push_get": "signed_in",
    "notice_push_put": "signed_in",
    "notice_rules_create": Permission.MANAGE_NOTICES,
    "notice_rules_delete": Permission.MANAGE_NOTICES,
    "notice_rules_list": Permission.MANAGE_NOTICES,
    "notice_rules_put": Permission.MANAGE_NOTICES,
    "notices_list": Permission.MANAGE_NOTICES,
    "order_photographs_add": Permission.RECTIFY_ORDERS,
    "order_photographs_get": frozenset({Permission.VIEW_ORDERS, Permission.SEE_PICTURES}),
    "orders_assign": Permission.ASSIGN_ORDERS,
    "orders_begin": Permission.RECTIFY_ORDERS,
    "orders_close": Permission.VERIFY_ORDERS,
    "orders_comment": Permission.VIEW_ORDERS,
    "orders_create": Permission.ASSIGN_ORDERS,
    "orders_feedback": Permission.RECTIFY_ORDERS,
    "orders_get": Permission.VIEW_ORDERS,
    "orders_list": Permission.VIEW_ORDERS,
    "orders_merge": Permission.ASSIGN_ORDERS,
    "orders_propose": Permission.ASSIGN_ORDERS,
    "orders_reopen": Permission.ASSIGN_ORDERS,
    "orders_return": Permission.VERIFY_ORDERS,
    "orders_split": Permission.ASSIGN_ORDERS,
    "orders_submit": Permission.RECTIFY_ORDERS,
    "places_create": Permission.MANAGE_ORGANISATION,
    "places_delete": Permission.MANAGE_ORGANISATION,
    "places_list": "signed_in",
    "places_put": Permission.MANAGE_ORGANISATION,
    "precision_alerts": frozenset({Permission.SEE_PRECISION, Permission.VIEW_ALERTS}),
    "precision_csv": frozenset({Permission.SEE_PRECISION, Permission.EXPORT}),
    "precision_report": Permission.SEE_PRECISION,
    "privacy_assessments_create": Permission.MANAGE_PRIVACY,
    "privacy_assessments_csv": Permission.VIEW_PRIVACY,
    "privacy_assessments_delete": Permission.MANAGE_PRIVACY,
    "privacy_assessments_end": Permission.MANAGE_PRIVACY,
    "privacy_assessments_get": Permission.VIEW_PRIVACY,
    "privacy_assessments_list": Permission.VIEW_PRIVACY,
    "privacy_requests_answer": Permission.MANAGE_PRIVACY,
    "privacy_requests_create": Permission.MANAGE_PRIVACY,
    "privacy_requests_csv": Permission.VIEW_PRIVACY,
    "privacy_requests_get": Permission.VIEW_PRIVACY,
    "privacy_requests_list": Permission.VIEW_PRIVACY,
    "privacy_requests_put": Permission.MANAGE_PRIVACY,
    "privacy_requests_refuse": Permission.MANAGE_PRIVACY,
    "recordings_day": Permission.PLAY_RECORDINGS,
    "recordings_play": Permission.PLAY_RECORDINGS,
    "register_get": Permission.VIEW_CAMERAS,
    "register_list": Permission.VIEW_CAMERAS,
    "register_put": Permission.MANAGE_CAMERAS,
    "rule_sets_apply": Permission.MANAGE_BOXES,
    "rule_sets_preview": Permission.MANAGE_BOXES,
    "rules_list": Permission.VIEW_CAMERAS,
    "report_schedules_create": Permission.EXPORT,
    "report_schedules_delete": Permission.EXPORT,
    "report_schedules_list": Permission.EXPORT,
    "report_schedules_pause": Permission.EXPORT,
    "report_schedules_run": Permission.EXPORT,
    "reports_ask": Permission.EXPORT,
    "reports_file": Permission.EXPORT,
    "reports_get": Permission.EXPORT,
    "reports_list": Permission.EXPORT,
    "reports_verify": Permission.EXPORT,
    "saved_filters_create": "signed_in",
    "saved_filters_delete": "signed_in",
    "saved_filters_list": "signed_in",
    "saved_filters_put": "signed_in",
    "schools_close": Permission.MANAGE_ORGANISATION,
    "schools_create": Permission.MANAGE_ORGANISATION,
    "schools_get": "signed_in",
    "schools_list": "signed_in",
    "schools_put": Permission.MANAGE_ORGANISATION,
    "schools_reopen": Permission.MANAGE_ORGANISATION,
    "stream_events": "signed_in",
    "users_create": Permission.MANAGE_PEOPLE,
    "users_disable": Permission.MANAGE_PEOPLE,
    "users_enable": Permission.MANAGE_PEOPLE,
    "users_end_sessions": Permission.MANAGE_PEOPLE,
    "users_list": Permission.MANAGE_PEOPLE,
    "users_put": Permission.MANAGE_PEOPLE,
    "users_put_mail": Permission.MANAGE_PEOPLE,
    "users_reset_password": Permission.MANAGE_PEOPLE,
    "users_sessions": Permission.MANAGE_PEOPLE,
    "workbook_export": Permission.EXPORT,
    "workbook_import": Permission.MANAGE_CAMERAS,
    "workbook_preview": Permission.MANAGE_CAMERAS,
}


def may_call(who: str, operation: str) -> bool:
    """Whether the table lets somebody past the guard."""
    match NEEDS[operation]:
        case "anyone":
            return True
        case "worker":
            return who == "worker"
        case "signed_in":
            return who not in ("anonymous", "worker")
        case needed:
            wanted = frozenset({needed}) if isinstance(needed, Permission) else needed
            return who not in ("anonymous", "worker") and wanted <= ROLES[Role(who)].permissions


_PARAMETERS = {
    "alert_id": "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11",
    "camera_id": "gate-north",
    "job_id": "1",
    "override_id": "1",
    "profile_sha256": "ab" * 32,
    "day": "2026-05-03",
    "channel_id": "1",
    "filter_id": "1",
    "rule_id": "1",
    "order_id": "1",
    "request_id": "1",
    "assessment_id": "1",
    "photograph_id": "1",
    "report_id": "1",
    "schedule_id": "1",
    "inspection_id": "1",
    "exam_id": "1",
    "sitting_id": "1",
    "meeting_id": "1",
    "entry_number": "1",
    "guest": "nobody",
    "hold_id": "1",
    "package_key": "1",
    "package_id": "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11",
    "release_id": "1",
    "item_id": "1",
    "plan_id": "1",
    "subject": "safety",
    "camera_key": "1",
    "box_id": "1",
    "number": "1",
    "version": "1",
    "school_id": "no-1-primary",
    "community_id": "east",
    "place_id": "1",
    "rest": "heartbeat",
    "session_id": "cd" * 32,
    "username": "nobody",
    "sha256": "ab" * 32,
    "scan_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
    "query_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
    "view_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
    "entry_id": "0b9d4b3e-7d8e-4d0a-9a57-6f0c5a1f2e33",
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
    assert {operation for operation, _, _ in OPERATIONS} == set(NEEDS)


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


async def _caller(centre: Centre, who: str) -> httpx.AsyncClient:
    if who == "anonymous":
        return await centre.client()
    if who == "worker":
        return await centre.worker()
    return await centre.person(Role(who))


_EACH_DAY = frozenset({"anonymous", "worker", Role.SCHOOL_MANAGER})
"""Whoever has the most to lose; the others are asked in the whole run."""


@pytest.mark.whole
@pytest.mark.parametrize(
    "who",
    [pytest.param(who, marks=() if who in _EACH_DAY else pytest.mark.whole) for who in CALLERS],
)
async def test_only_those_named_get_past_the_guard(centre: Centre, who: str) -> None:
    wrong: list[str] = []
    client = await _caller(centre, who)
    # Signing out comes last, since it ends the caller's session.
    for operation, method, path in sorted(OPERATIONS, key=lambda o: o[0] == "auth_logout"):
        may = may_call(who, operation)
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
        if method == "GET" or NEEDS[operation] in ("worker", "anyone"):
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


@pytest.mark.whole
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
