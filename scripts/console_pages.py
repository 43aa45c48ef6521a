"""Every page and dialog of the console, and how it is opened.

``scripts/screenshots.py`` shows them; a test looks whether everybody can read and use them. Each
needs what ``demo_content`` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from playwright.sync_api import Page


class Who(StrEnum):
    """Who looks."""

    NOBODY = "nobody"
    ADMIN = "admin"
    SCHOOL = "school"
    """The manager of one school."""
    NEWCOMER = "newcomer"
    """Somebody who has to choose a password."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, or something opened on it.

    Attributes:
        name: Of its picture.
        route: Of the console's router.
        address: Where it is, or how that is found out.
        shows: What is there when it is: the name of a part, or a selector.
        does: What is done then, in turn: a part that is clicked, or ``key:`` and a key.
        then: What is there at last.
        who: Looks.
        is_main: Among those that matter most.
        needs_keyboard: Is nothing that a phone has.
    """

    name: str
    route: str
    address: str | Callable[[Page], str]
    shows: str
    does: tuple[str, ...] = ()
    then: str = ""
    who: Who = Who.ADMIN
    is_main: bool = False
    needs_keyboard: bool = False

    def open(self, page: Page) -> None:
        """Go there as whoever is signed in."""
        address = self.address if isinstance(self.address, str) else self.address(page)
        page.goto(address)
        page.wait_for_selector(_selector(self.shows))
        page.wait_for_function(_NOTHING_LOADS)
        if self.then and page.is_visible(_selector(self.then)):
            raise LookupError(f"{self.name}: {self.then} is there before anything was done")
        for step in self.does:
            if step.startswith("key:"):
                page.keyboard.press(step.removeprefix("key:"))
            else:
                page.locator(_selector(step)).first.click()
        if self.then:
            page.wait_for_selector(_selector(self.then))
        page.wait_for_function(_NOTHING_LOADS)


_NOTHING_LOADS = """() => ![...document.querySelectorAll(".ant-skeleton-active")]
    .some((each) => each.checkVisibility())"""


def _selector(part: str) -> str:
    return part if set(part) & set("[.:#") else f"[data-testid={part}]"


def _alert(query: str, ordered: bool | None = None) -> Callable[[Page], str]:
    def found(page: Page) -> str:
        listed = page.request.get(f"/api/v1/alerts?limit=100&{query}").json()["items"]
        pictured = [each for each in listed if each["snapshot_url"]]
        if ordered is not None:
            of = page.request.get("/api/v1/orders?limit=100").json()["items"]
            taken = {each["alert"]["id"] for each in of if each["alert"]}
            pictured = [each for each in pictured if (each["id"] in taken) is ordered]
        return f"/alerts/{pictured[0]['id']}"

    return found


def _order(state: str, sources: int = 1, place: str = "orders") -> Callable[[Page], str]:
    def found(page: Page) -> str:
        for each in page.request.get("/api/v1/orders?limit=100").json()["items"]:
            if each["state"] == state:
                order = page.request.get(f"/api/v1/orders/{each['id']}").json()
                if len(order["sources"]) >= sources:
                    return f"/{place}/{each['id']}"
        raise LookupError(f"no order stands at {state}")

    return found


def _recording(page: Page) -> str:
    """Of the camera with the most stretches of footage."""
    cameras = page.request.get("/api/v1/cameras").json()["items"]
    days = [page.request.get(f"/api/v1/recordings/{each['id']}").json() for each in cameras]
    best = max(days, key=lambda day: len(day["spans"]) if day["is_box_there"] else 0)
    return f"/recordings/{best['camera_key']}"


def _configured(page: Page) -> str:
    """Of a box that has told what it runs."""
    boxes = page.request.get("/api/v1/boxes").json()["items"]
    heard = next(each for each in boxes if each["workers"])
    return f"/boxes/{heard['id']}/configuration"


def _uncompared(page: Page) -> str:
    """Of a box whose key nobody has allowed yet."""
    boxes = page.request.get("/api/v1/boxes").json()["items"]
    for each in boxes:
        told = page.request.get(f"/api/v1/boxes/{each['id']}/credentials").json()
        if each["workers"] and told["key"]["state"] == "new":
            return f"/boxes/{each['id']}/configuration"
    raise LookupError("every box's key was allowed")


def _zoned(page: Page) -> str:
    """Of a camera whose box has told its zones."""
    for each in page.request.get("/api/v1/cameras").json()["items"]:
        of = f"/api/v1/boxes/{each['box_id']}/configuration/cameras/{each['camera_id']}"
        if each["box_id"] is not None and page.request.get(of).ok:
            return f"/cameras/{each['id']}/zones"
    raise LookupError("no box told what a camera of its looks for")


def _camera(tab: str) -> Callable[[Page], str]:
    """A tab of the first camera that is watched."""

    def found(page: Page) -> str:
        cameras = page.request.get("/api/v1/cameras").json()["items"]
        best = next((each for each in cameras if each["state"] == "watching"), cameras[0])
        return f"/cameras/{best['id']}{tab}"

    return found


def _finding(page: Page) -> str:
    """Where that box searches for cameras."""
    return _configured(page).replace("/configuration", "/cameras")


def _settings(page: Page) -> str:
    """Of that box."""
    return _configured(page).replace("/configuration", "/settings")


def _first_hour(page: Page) -> str:
    """Of that box: the newest one may not have come yet."""
    return f"/first-hour?box={_configured(page).split('/')[2]}"


def _covered(page: Page) -> str:
    """Of a school whose cameras hang at places."""
    schools = page.request.get("/api/v1/coverage").json()["items"]
    best = max(schools, key=lambda each: each["counts"]["covered"])
    return f"/coverage/{best['school']['school_id']}"


def _planned(page: Page) -> str:
    """The plan of a school that has one."""
    return _school_by_plans(page, has=True)


def _unplanned(page: Page) -> str:
    """Of a school without a plan."""
    return _school_by_plans(page, has=False)


def _school_by_plans(page: Page, *, has: bool) -> str:
    for each in page.request.get("/api/v1/coverage").json()["items"]:
        school_id = each["school"]["school_id"]
        plans = page.request.get(f"/api/v1/floor-plans/{school_id}").json()["items"]
        if bool(plans) is has:
            return f"/coverage/{school_id}" + (f"?plan={plans[0]['id']}" if has else "")
    raise LookupError(f"no school with{'' if has else 'out'} a floor plan")


def _judged(page: Page) -> str:
    """Of the school with the most cameras."""
    schools = page.request.get("/api/v1/compliance/schools").json()["items"]
    best = max(schools, key=lambda each: each["retention"]["total"])
    return f"/compliance/{best['school']['school_id']}"


def _judged_day(page: Page) -> str:
    """Today, of its first camera."""
    address = _judged(page)
    school = page.request.get(f"/api/v1{address.replace('compliance/', 'compliance/schools/')}")
    told = school.json()
    return f"{address}?day={told['until_day']}&camera={told['cameras'][0]['camera_key']}"


def _judged_school_day(page: Page) -> str:
    """All its cameras, today."""
    return _judged_day(page).partition("&")[0]


def _form(signed: str, place: str) -> Callable[[Page], str]:
    def found(page: Page) -> str:
        asked = f"/api/v1/inspections?kind=key_moment&signed={signed}"
        return f"/{place}/{page.request.get(asked).json()['items'][0]['id']}"

    return found


_PENDING, _CONFIRMED = _alert("status=pending_review"), _alert("status=confirmed", ordered=True)
_UNORDERED = _alert("status=confirmed", ordered=False)
_TO_CHECK = _order("pending_verification")
_SECOND_SCHOOL = "[data-testid=school]:has-text('第二小学')"
_SECOND_PANEL = "[data-testid=school-panel]:has-text('第二小学')"
_SECOND_VIEW, _THIRD_VIEW = [
    f"[data-testid=notice-views] .ant-segmented-item:nth-child({number})" for number in (2, 3)
]
_MENU = ".ant-dropdown-menu-item"

VISITS = (
    Visit("sign-in", "/sign-in", "/sign-in", "sign-in", who=Who.NOBODY, is_main=True),
    Visit("first-password", "/", "/", "first-password", who=Who.NEWCOMER),
    Visit("queue", "/", "/", "alert-row", is_main=True),
    Visit("queue-all", "/", "/?status=all", "alert-row"),
    Visit("queue-nothing", "/", "/?q=nothing-of-the-kind", "queue-page"),
    Visit(
        "queue-reasons", "/", "/", "alert-row", ("key:j", "key:f"), "reasons", needs_keyboard=True
    ),
    Visit("queue-chosen", "/", "/", "alert-row", ("key:x",), "selection"),
    Visit(
        "queue-bulk", "/", "/", "alert-row", ("key:x", "key:j", "key:x", "key:v"), "bulk-picture"
    ),
    Visit("keys", "/", "/", "alert-row", ("key:?",), "help-overlay"),
    Visit("alert", "alerts/:id", _PENDING, "detail-page", is_main=True),
    Visit("alert-confirmed", "alerts/:id", _CONFIRMED, "to-order"),
    Visit(
        "alert-original",
        "alerts/:id",
        _PENDING,
        "view-original",
        ("view-original",),
        "original-notice",
    ),
    Visit("alert-assign", "alerts/:id", _UNORDERED, "assign", ("assign",), "assign-dialog"),
    Visit("alert-revise", "alerts/:id", _UNORDERED, "revise", ("revise",), "revise-now"),
    Visit("orders", "orders", "/orders", "order-row", is_main=True),
    Visit("orders-to-check", "orders", "/orders?column=pending_verification", "order-row"),
    Visit("order-new", "orders", "/orders", "order-row", ("new-order",), "new-order-text"),
    Visit(
        "order",
        "orders/:id",
        _TO_CHECK,
        "[data-testid=after] [data-testid=photograph]",
        is_main=True,
    ),
    Visit("order-assigned", "orders/:id", _order("assigned"), "order-page"),
    Visit("order-closed", "orders/:id", _order("closed"), "order-page"),
    Visit("order-return", "orders/:id", _TO_CHECK, "order-return", ("order-return",), "reason"),
    Visit(
        "order-reassign",
        "orders/:id",
        _order("assigned"),
        "order-reassign",
        ("order-reassign",),
        "assign-to",
    ),
    Visit("order-more", "orders/:id", _order("assigned", 2), "order-more", ("order-more",), _MENU),
    Visit(
        "order-merge",
        "orders/:id",
        _order("assigned", 2),
        "order-more",
        ("order-more", f"{_MENU}:nth-child(1)"),
        "merge-ok",
    ),
    Visit(
        "order-split",
        "orders/:id",
        _order("assigned", 2),
        "order-more",
        ("order-more", f"{_MENU}:nth-child(2)"),
        "split-ok",
    ),
    Visit("start", "start", "/start", "queue-page"),
    Visit("tasks", "tasks", "/tasks", "task-card", who=Who.SCHOOL, is_main=True),
    Visit(
        "task",
        "tasks/:id",
        _order("assigned", place="tasks"),
        "task-page",
        who=Who.SCHOOL,
        is_main=True,
    ),
    Visit(
        "task-to-check",
        "tasks/:id",
        _order("pending_verification", place="tasks"),
        "task-page",
        who=Who.SCHOOL,
    ),
    Visit(
        "task-feedback",
        "tasks/:id",
        _order("assigned", place="tasks"),
        "task-feedback",
        ("task-feedback",),
        "feedback-note",
        who=Who.SCHOOL,
    ),
    Visit(
        "form",
        "tasks/forms/:id",
        _form("false", "tasks/forms"),
        "form-editor",
        who=Who.SCHOOL,
        is_main=True,
    ),
    Visit(
        "form-hazard",
        "tasks/forms/:id",
        _form("false", "tasks/forms"),
        "form-editor",
        ("[data-testid=form-item] .ant-radio-button-wrapper:nth-child(3)",),
        "item-note",
        who=Who.SCHOOL,
    ),
    Visit(
        "inspections",
        "inspections",
        "/inspections?kind=key_moment",
        "inspection-cell",
        is_main=True,
    ),
    Visit("inspections-nothing", "inspections", "/inspections?kind=mutual", "no-inspections"),
    Visit("inspections-ledger", "inspections", "/inspections?view=ledger", "hazard"),
    Visit("inspections-plans", "inspections", "/inspections?view=plans", "plan"),
    Visit(
        "inspections-plan",
        "inspections",
        "/inspections?view=plans",
        "new-plan",
        ("new-plan",),
        "plan-save",
    ),
    Visit("inspection", "inspections/:id", _form("true", "inspections"), "sheet-item"),
    Visit(
        "inspection-paper",
        "inspections/:id",
        _form("true", "inspections"),
        "sheet-item",
        ("paper",),
        "paper-dialog",
    ),
    Visit("queue-of-school", "/", "/", "alert-row", who=Who.SCHOOL),
    Visit("live", "live", "/live", "live-tile", is_main=True),
    Visit("cameras", "cameras", "/cameras", "camera-card", is_main=True),
    Visit("cameras-of-school", "cameras", "/cameras", "camera-card", who=Who.SCHOOL),
    Visit("camera", "cameras/:key", _camera(""), "camera-live"),
    Visit("camera-live", "cameras/:key/live", _camera("/live"), "camera-live"),
    Visit("camera-recordings", "cameras/:key/recordings", _camera("/recordings"), "recording-page"),
    Visit("camera-health", "cameras/:key/health", _camera("/health"), "camera-health"),
    Visit("camera-register", "cameras/:key/register", _camera("/register"), "to-register"),
    Visit("camera-history", "cameras/:key/history", _camera("/history"), "camera-history"),
    Visit("recordings", "recordings/:id", _recording, "recording-page"),
    Visit("recordings-day", "recordings/:id", _recording, "day", ("day",), ".ant-picker-panel"),
    Visit("reports", "reports", "/reports", "schedules-mail"),
    Visit(
        "reports-schedule",
        "reports",
        "/reports",
        "schedule-new",
        ("schedule-new",),
        "schedule-save",
    ),
    Visit("exams", "exams", "/exams", "sitting", is_main=True),
    Visit("exams-room", "exams", "/exams", "sitting-open", ("sitting-open",), "sitting-panel"),
    Visit("exams-roster", "exams", "/exams", "exam-roster", ("exam-roster",), "roster-save"),
    Visit("exams-patrol", "exams/patrol", "/exams", "exam-patrol", ("exam-patrol",), "patrol-page"),
    Visit("exams-new", "exams", "/exams", "exam-new", ("exam-new",), "exam-save"),
    Visit("precision", "precision", "/precision", "precision-summary"),
    Visit("overview", "overview", "/overview", "overview-ranking", is_main=True),
    Visit("overview-wall", "overview", "/overview?wall=1", "leave-wall"),
    Visit("compliance", "compliance", "/compliance", "district-school", is_main=True),
    Visit(
        "compliance-again",
        "compliance",
        "/compliance",
        "judge-again",
        ("judge-again",),
        "judge-reason",
    ),
    Visit("compliance-school", "compliance/:schoolId", _judged, "heat-row", is_main=True),
    Visit("compliance-day", "compliance/:schoolId", _judged_day, "day-panel"),
    Visit("compliance-school-day", "compliance/:schoolId", _judged_school_day, "day-camera"),
    Visit(
        "compliance-override",
        "compliance/:schoolId",
        _judged,
        "add-override",
        ("add-override",),
        "override-reason",
    ),
    Visit("coverage", "coverage", "/coverage", "coverage-school"),
    Visit("coverage-school", "coverage/:schoolId", _covered, "coverage-row"),
    Visit("plan", "coverage/:schoolId", _planned, "plan-symbol", is_main=True),
    Visit("plan-none", "coverage/:schoolId", _unplanned, "plan-empty"),
    Visit("plan-add", "coverage/:schoolId", _unplanned, "plan-add", ("plan-add",), "plan-title"),
    Visit("plan-edit", "coverage/:schoolId", _planned, "plan-edit", ("plan-edit",), "plan-hung"),
    Visit(
        "plan-look",
        "coverage/:schoolId",
        _planned,
        "plan-edit",
        ("plan-edit", "plan-hung"),
        "plan-look",
    ),
    Visit("retention", "retention", "/retention", "retention-school", is_main=True),
    Visit(
        "retention-gaps", "retention", "/retention", "retention-row", ("retention-row",), "gap-list"
    ),
    Visit("rules", "rules", "/rules", "rule-row", is_main=True),
    Visit(
        "rules-steps", "rules", "/rules?state=needs_model", "rule-how", ("rule-how",), "rule-steps"
    ),
    Visit("account", "account", "/account", "account-page", is_main=True),
    Visit("organisation", "organisation", "/organisation", "school"),
    Visit(
        "organisation-school",
        "organisation",
        "/organisation",
        "school",
        (_SECOND_SCHOOL,),
        _SECOND_PANEL,
    ),
    Visit(
        "organisation-edit",
        "organisation",
        "/organisation",
        "school",
        (_SECOND_SCHOOL, "edit-school"),
        "school-name",
    ),
    Visit(
        "organisation-record",
        "organisation",
        "/organisation",
        "school",
        (_SECOND_SCHOOL, ".ant-tabs-tab:nth-child(2)", "edit-record"),
        "record-place",
    ),
    Visit(
        "organisation-add", "organisation", "/organisation", "school", ("add-school",), "school-id"
    ),
    Visit(
        "organisation-community",
        "organisation",
        "/organisation",
        "school",
        ("add-community",),
        "community-id",
    ),
    Visit(
        "organisation-workbook",
        "organisation",
        "/organisation",
        "school",
        ("workbook-open",),
        ".ant-upload",
    ),
    Visit("boxes", "boxes", "/boxes", "box"),
    Visit("boxes-add", "boxes", "/boxes", "box", ("add-box",), "box-name"),
    Visit("boxes-code", "boxes", "/boxes", "give-code", ("give-code",), "box-code"),
    Visit("boxes-revoke", "boxes", "/boxes", "revoke", ("revoke",), ".ant-popover"),
    Visit("configuration", "boxes/:id/configuration", _configured, "version-panel"),
    Visit(
        "configuration-edit",
        "boxes/:id/configuration",
        _configured,
        "version-panel",
        ("configuration-edit",),
        "configuration-editor",
    ),
    Visit(
        "credential",
        "boxes/:id/configuration",
        _configured,
        "key-allowed",
        ("credential-set",),
        "credential-password",
    ),
    Visit(
        "credential-key",
        "boxes/:id/configuration",
        _uncompared,
        "key-new",
        ("key-look",),
        "key-allow",
    ),
    Visit("zones", "cameras/:key/zones", _zoned, "zones-local"),
    Visit("zones-edit", "cameras/:key/zones", _zoned, "zone-rule", ("zones-take",), "zone-corner"),
    Visit(
        "zones-trace",
        "cameras/:key/zones",
        _zoned,
        "zone-rule",
        ("zones-take", "zones-trace"),
        "zone-target",
    ),
    Visit("rule-set", "boxes/rules", "/boxes/rules", "rule-set-row"),
    Visit("find-cameras", "boxes/:id/cameras", _finding, "discovery-page"),
    Visit("settings", "boxes/:id/settings", _settings, "settings-local"),
    Visit("settings-edit", "boxes/:id/settings", _settings, "settings-local", ("settings-take",)),
    Visit("first-hour", "first-hour", _first_hour, "first-hour-step"),
    Visit("access-log", "access-log", "/access-log", "audit-page"),
    Visit("access-log-checked", "access-log", "/access-log", "chain-check", ("chain-check",)),
    Visit("privacy", "privacy", "/privacy", "privacy-counts"),
    Visit(
        "privacy-add", "privacy", "/privacy", "privacy-add", ("privacy-add",), "request-applicant"
    ),
    Visit(
        "privacy-answer",
        "privacy",
        "/privacy",
        "request-answer",
        ("request-answer",),
        "request-outcome",
    ),
    Visit("privacy-assessments", "privacy", "/privacy?register=assessments", "assessment-end"),
    Visit(
        "privacy-assess",
        "privacy",
        "/privacy?register=assessments",
        "privacy-add",
        ("privacy-add",),
        "assessment-subject",
    ),
    Visit("jobs", "jobs", "/jobs", "jobs-page"),
    Visit("notices", "notices", "/notices", "notices-page"),
    Visit(
        "notices-channels",
        "notices",
        "/notices",
        "notices-page",
        (
            _SECOND_VIEW,
            "channel-test",
        ),
        "channel-answer",
    ),
    Visit(
        "notices-channel",
        "notices",
        "/notices",
        "notices-page",
        (
            _SECOND_VIEW,
            "channel-edit",
        ),
        "channel-name",
    ),
    Visit("notices-rules", "notices", "/notices", "notices-page", (_THIRD_VIEW,), "rule-edit"),
    Visit(
        "notices-rule",
        "notices",
        "/notices",
        "notices-page",
        (
            _THIRD_VIEW,
            "rule-edit",
        ),
        "rule-name",
    ),
    Visit("users", "users", "/users", "[data-testid^=reset-]"),
    Visit("users-add", "users", "/users", "add-user", ("add-user",), "new-username"),
    Visit(
        "users-role",
        "users",
        "/users",
        "[data-testid^=change-]",
        ("[data-testid^=change-]",),
        "new-role",
    ),
    Visit(
        "users-sessions",
        "users",
        "/users",
        "[data-testid^=sessions-]",
        ("[data-testid^=sessions-]",),
        "sessions",
    ),
    Visit(
        "users-reset",
        "users",
        "/users",
        "[data-testid^=reset-]",
        ("[data-testid^=reset-]",),
        ".ant-popover",
    ),
    Visit("not-found", "*", "/nothing-here", "not-found"),
)
