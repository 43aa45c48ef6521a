"""Which lists ``scripts/bench api`` asks for, who asks, and in which ways.

A test holds this against the description of the API: every operation that reads is a list here, or
left out for a reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench_api_district import ADMIN, COOK, MANAGER


@dataclass(frozen=True, slots=True)
class Listed:
    """One list.

    Attributes:
        operation: Its name in the description of the API.
        ways: How it is asked for; of each way also pages further on.
        ways_before: Those that the build it is compared with answers too, in the same words.
        who: Who asks.
    """

    operation: str
    ways: tuple[str, ...]
    ways_before: tuple[str, ...] = ()
    who: str = ADMIN


EMPTY = Listed("privacy_requests_list", ("/privacy/requests?school_id=nowhere",))
"""What a request costs at least: a list with its counts, and nothing in it."""
_ALERTS_BEFORE = (
    "/alerts?limit=50",
    "/alerts?limit=50&status=pending_review",
    "/alerts?limit=50&status=confirmed&school_id=school-7",
    "/alerts?limit=50&rule=no_chef_hat&risk=class_2",
    "/alerts?limit=50&q=摄像机",
    "/alerts?limit=50&q=厨师帽",
    "/alerts?limit=50&q=nothing-like-this",
)
_BOARD = ("assigned", "feedback_received", "rectifying", "pending_verification", "closed")
_AUDIT_BEFORE = ("/audit?limit=50", "/audit?limit=50&action=live_started")

LISTS: dict[str, Listed] = {
    "alerts": Listed(
        "alerts_list",
        (
            *_ALERTS_BEFORE,
            "/alerts?limit=50&order=class&status=pending_review",
            "/alerts?limit=50&order=class&status=pending_review&school_id=school-7",
            "/alerts?limit=50&order=class&status=pending_review&risk=class_1&risk=class_2",
            "/alerts?limit=50&q=第7学校",
            "/alerts?limit=50&q=School No. 7",
            "/alerts?limit=50&q=perimeter intrusion",
            "/alerts?limit=50&q=没有这样的",
        ),
        _ALERTS_BEFORE,
    ),
    "alerts of a school": Listed(
        "alerts_list",
        (
            "/alerts?limit=50",
            "/alerts?limit=50&order=class&status=pending_review",
            "/alerts?limit=50&q=厨师帽",
            "/alerts?limit=50&q=没有这样的",
        ),
        who=MANAGER,
    ),
    "alerts of a kitchen": Listed(
        "alerts_list",
        ("/alerts?limit=50", "/alerts?limit=50&order=class&status=pending_review"),
        who=COOK,
    ),
    "orders": Listed(
        "orders_list",
        (
            "/orders?limit=50",
            *(f"/orders?limit=50&state={state}" for state in _BOARD),
            "/orders?limit=50&overdue=true",
            "/orders?limit=50&state=closed&school_id=school-7",
            "/orders?limit=50&risk=class_1&subject=canteen",
            "/orders?limit=50&mine=true",
        ),
    ),
    "orders of a school": Listed(
        "orders_list",
        ("/orders?limit=50", "/orders?limit=50&mine=true", "/orders?limit=50&state=closed"),
        who=MANAGER,
    ),
    "tasks of a kitchen": Listed(
        "orders_list", ("/orders?limit=50&mine=true", "/orders?limit=50"), who=COOK
    ),
    "audit": Listed(
        "audit_list",
        (
            *_AUDIT_BEFORE,
            "/audit?limit=50&username=nobody",
            "/audit?limit=50&school_id=school-7",
            "/audit?limit=50&action=order_close",
        ),
        _AUDIT_BEFORE,
    ),
    "notices": Listed(
        "notices_list",
        (
            "/notices?limit=50",
            "/notices?limit=50&state=dead",
            "/notices?limit=50&state=waiting",
            "/notices?limit=50&channel_id=7",
            "/notices?limit=50&school_id=school-7",
        ),
    ),
    "notice channels": Listed("notice_channels_list", ("/notices/channels",)),
    "notice rules": Listed("notice_rules_list", ("/notices/rules",)),
    "jobs": Listed("jobs_list", ("/jobs", "/jobs?state=failed", "/jobs?state=waiting")),
    "privacy requests": Listed(
        "privacy_requests_list",
        (
            "/privacy/requests",
            "/privacy/requests?overdue=true",
            "/privacy/requests?state=received&school_id=school-7",
        ),
    ),
    "privacy assessments": Listed(
        "privacy_assessments_list",
        ("/privacy/assessments", "/privacy/assessments?school_id=school-7"),
    ),
    "precision": Listed(
        "precision_report", ("/precision", "/precision?rule=no_chef_hat&school_id=school-7")
    ),
    "alerts behind a number": Listed(
        "precision_alerts",
        ("/precision/alerts?limit=50&status=confirmed&rule=no_chef_hat",),
    ),
    "cameras": Listed("cameras_list", ("/cameras",), ("/cameras",)),
    "cameras of a school": Listed("cameras_list", ("/cameras",), who=MANAGER),
    "rules": Listed("rules_list", ("/rules",), ("/rules",)),
    "register": Listed("register_list", ("/register",)),
    "retention": Listed(
        "compliance_retention", ("/compliance/retention",), ("/compliance/retention",)
    ),
    "retention of a school": Listed(
        "compliance_retention", ("/compliance/retention",), who=MANAGER
    ),
    "compliance": Listed("compliance_schools", ("/compliance/schools",)),
    "compliance of a school": Listed("compliance_school", ("/compliance/schools/school-7",)),
    "coverage": Listed("coverage", ("/coverage",)),
    "coverage of a school": Listed("coverage_get", ("/coverage/school-7",)),
    "reports": Listed("reports_list", ("/reports?limit=50",)),
    "reports of a school": Listed("reports_list", ("/reports?limit=50",), who=MANAGER),
    "inspections": Listed(
        "inspections_list",
        (
            "/inspections?limit=50",
            "/inspections?limit=50&signed=false",
            "/inspections?limit=50&school_id=school-7&signed=true",
            "/inspections?limit=50&kind=daily&subject=canteen",
        ),
    ),
    "inspections of a school": Listed(
        "inspections_list",
        ("/inspections?limit=50", "/inspections?limit=50&ours=true&signed=false"),
        who=MANAGER,
    ),
    "inspections of a kitchen": Listed(
        "inspections_list", ("/inspections?limit=50&ours=true&signed=false",), who=COOK
    ),
    "inspection table": Listed(
        "inspections_table",
        (
            "/inspection-table?kind=daily&subject=safety",
            "/inspection-table?kind=daily&subject=canteen",
        ),
    ),
    "inspection plans": Listed("inspection_plans_list", ("/inspection-plans",)),
    "hazards": Listed(
        "hazards_list",
        (
            "/hazards?limit=50",
            "/hazards?limit=50&state=open",
            "/hazards?limit=50&state=closed&grade=major",
            "/hazards?limit=50&school_id=school-7&kind=daily",
        ),
    ),
    "hazards of a school": Listed(
        "hazards_list", ("/hazards?limit=50", "/hazards?limit=50&state=overdue"), who=MANAGER
    ),
    "schools": Listed("schools_list", ("/schools", "/schools?closed=true")),
    "communities": Listed("communities_list", ("/communities",)),
    "places": Listed("places_list", ("/schools/school-7/places",)),
    "assignees": Listed("assignees_list", ("/schools/school-7/assignees",)),
    "duties": Listed("duties_list", ("/duties",)),
    "boxes": Listed("boxes_list", ("/boxes",)),
    "users": Listed("users_list", ("/users",)),
    "sessions": Listed("auth_sessions", ("/auth/sessions",)),
    "sessions of a person": Listed("users_sessions", (f"/users/{MANAGER}/sessions",)),
}
"""Each list by its name in the figures."""

_ONE = "one thing, by its number"
_FILE = "everything in one file, written while it is read"
_PICTURE = "bytes of one picture"
LEFT_OUT: dict[str, str] = {
    "configurations_get": "a box's versions",
    "credentials_get": "a box's cameras and recorders",
    "configurations_camera": _ONE,
    "discovery_get": "what one box found",
    "discovery_picture": _PICTURE,
    "configurations_version": _ONE,
    "configurations_settings": "of one box",
    "configurations_export": _FILE,
    "ingest_configuration_version": "a box's",
    "ingest_exam_orders": "a box's",
    "meetings_candidates": "people of a school and of the district",
    "meetings_engine": "whether there is one",
    "meetings_get": _ONE,
    "meetings_list": "to which one is invited, 200 at most",
    "ingest_offline_accounts": "people of one school",
    "report_schedules_list": "one's own, a hundred at most",
    "compliance_recovered_csv": _FILE,
    "compliance_recovered": "of one school",
    "alerts_get": _ONE,
    "audit_chain": "what the last check found; a row",
    "audit_csv": _FILE,
    "auth_mail": "where one is told oneself",
    "auth_me": "one's own name and permissions",
    "auth_oidc_callback": "sends the browser on",
    "auth_oidc_end": "sends the browser on",
    "auth_oidc_start": "sends the browser on",
    "auth_ways": "two settings",
    "boxes_get": _ONE,
    "bureau_get": _ONE,
    "cameras_get": _ONE,
    "compliance_camera_day": _ONE,
    "compliance_judgements": "the last 50 of a few",
    "compliance_overrides": "a school's own, a few",
    "compliance_profile": _ONE,
    "compliance_retention_csv": _FILE,
    "compliance_retention_get": _ONE,
    "compliance_school_day": _ONE,
    "evidence_get": _PICTURE,
    "exam_sittings_showings": "the last 200 of one room",
    "exams_get": _ONE,
    "exams_list": "a few a year",
    "exam_holds_list": "a few of an exam, 500 at most",
    "exam_releases_list": "a few of an exam, 200 at most",
    "exam_releases_package": _FILE,
    "exam_sittings_kept": "of one room",
    "exams_table": "one session's rooms; scripts/bench exam",
    "exams_table_csv": _FILE,
    "exams_table_xlsx": _FILE,
    "exams_workbook": _FILE,
    "first_hour_get": "of one box",
    "floor_plan_pictures_get": _PICTURE,
    "floor_plans_list": "a school's own, 30 at most",
    "hazards_xlsx": _FILE,
    "health_get": "whether all is well, in a few facts",
    "inspection_papers_file": _FILE,
    "inspection_papers_get": _ONE,
    "inspection_photographs_get": _PICTURE,
    "inspections_get": _ONE,
    "metrics_get": "figures of the process",
    "notice_push_get": "in which browsers one is told oneself",
    "order_photographs_get": _PICTURE,
    "orders_get": _ONE,
    "orders_propose": _ONE,
    "precision_csv": _FILE,
    "privacy_assessments_csv": _FILE,
    "privacy_assessments_get": _ONE,
    "privacy_requests_csv": _FILE,
    "privacy_requests_get": _ONE,
    "recordings_day": "asks the camera's box, and waits for it",
    "register_get": _ONE,
    "reports_file": _FILE,
    "reports_get": _ONE,
    "reports_verify": "one report, by its code or its hash",
    "saved_filters_list": "what one keeps oneself, 30 a page at most",
    "schools_get": _ONE,
    "stream_events": "a stream that does not end",
    "workbook_export": _FILE,
}
"""Operations that read and are no list, and what they are."""
