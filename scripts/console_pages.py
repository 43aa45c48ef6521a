"""Every page and dialog of the console, and how it is opened.

``scripts/screenshots.py`` shows them; a test looks whether everybody can read and use them. Each
needs what ``demo_content`` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import console_places as at
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
        needs_keyboard: Is nothing that a phone has.
    """

    name: str
    route: str
    address: str | Callable[[Page], str]
    shows: str
    does: tuple[str, ...] = ()
    then: str = ""
    who: Who = Who.ADMIN
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


_PENDING, _CONFIRMED = at.alert("status=pending_review"), at.alert("status=confirmed", ordered=True)
_UNORDERED = at.alert("status=confirmed", ordered=False)
_TO_CHECK = at.order("pending_verification")
_SECOND_SCHOOL = "[data-testid=school]:has-text('第二小学')"
_SECOND_PANEL = "[data-testid=school-panel]:has-text('第二小学')"
_SECOND_VIEW, _THIRD_VIEW = [
    f"[data-testid=notice-views] .ant-segmented-item:nth-child({number})" for number in (2, 3)
]
_MENU = ".ant-dropdown-menu-item"

VISITS = (
    Visit("sign-in", "/sign-in", "/sign-in", "sign-in", who=Who.NOBODY),
    Visit("first-password", "/", "/", "first-password", who=Who.NEWCOMER),
    Visit("queue", "/", "/", "alert-row"),
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
    Visit("alert", "alerts/:id", _PENDING, "detail-page"),
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
    Visit("orders", "orders", "/orders", "order-row"),
    Visit("orders-to-check", "orders", "/orders?column=pending_verification", "order-row"),
    Visit("order-new", "orders", "/orders", "order-row", ("new-order",), "new-order-text"),
    Visit(
        "order",
        "orders/:id",
        _TO_CHECK,
        "[data-testid=after] [data-testid=photograph]",
    ),
    Visit("order-assigned", "orders/:id", at.order("assigned"), "order-page"),
    Visit("order-closed", "orders/:id", at.order("closed"), "order-page"),
    Visit("order-return", "orders/:id", _TO_CHECK, "order-return", ("order-return",), "reason"),
    Visit(
        "order-reassign",
        "orders/:id",
        at.order("assigned"),
        "order-reassign",
        ("order-reassign",),
        "assign-to",
    ),
    Visit(
        "order-more", "orders/:id", at.order("assigned", 2), "order-more", ("order-more",), _MENU
    ),
    Visit(
        "order-merge",
        "orders/:id",
        at.order("assigned", 2),
        "order-more",
        ("order-more", f"{_MENU}:nth-child(1)"),
        "merge-ok",
    ),
    Visit(
        "order-split",
        "orders/:id",
        at.order("assigned", 2),
        "order-more",
        ("order-more", f"{_MENU}:nth-child(2)"),
        "split-ok",
    ),
    Visit("start", "start", "/start", "queue-page"),
    Visit("tasks", "tasks", "/tasks", "task-card", who=Who.SCHOOL),
    Visit(
        "task",
        "tasks/:id",
        at.order("assigned", place="tasks"),
        "task-page",
        who=Who.SCHOOL,
    ),
    Visit(
        "task-to-check",
        "tasks/:id",
        at.order("pending_verification", place="tasks"),
        "task-page",
        who=Who.SCHOOL,
    ),
    Visit(
        "task-feedback",
        "tasks/:id",
        at.order("assigned", place="tasks"),
        "task-feedback",
        ("task-feedback",),
        "feedback-note",
        who=Who.SCHOOL,
    ),
    Visit(
        "form",
        "tasks/forms/:id",
        at.form("false", "tasks/forms"),
        "form-editor",
        who=Who.SCHOOL,
    ),
    Visit(
        "form-hazard",
        "tasks/forms/:id",
        at.form("false", "tasks/forms"),
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
    Visit("inspection", "inspections/:id", at.form("true", "inspections"), "sheet-item"),
    Visit(
        "inspection-paper",
        "inspections/:id",
        at.form("true", "inspections"),
        "sheet-item",
        ("paper",),
        "paper-dialog",
    ),
    Visit("queue-of-school", "/", "/", "alert-row", who=Who.SCHOOL),
    Visit("live", "live", "/live", "live-tile"),
    Visit("cameras", "cameras", "/cameras", "camera-card"),
    Visit("cameras-of-school", "cameras", "/cameras", "camera-card", who=Who.SCHOOL),
    Visit("camera", "cameras/:key", at.camera(""), "camera-live"),
    Visit("camera-live", "cameras/:key/live", at.camera("/live"), "camera-live"),
    Visit(
        "camera-recordings", "cameras/:key/recordings", at.camera("/recordings"), "recording-page"
    ),
    Visit("camera-health", "cameras/:key/health", at.camera("/health"), "camera-health"),
    Visit("camera-register", "cameras/:key/register", at.camera("/register"), "to-register"),
    Visit("camera-history", "cameras/:key/history", at.camera("/history"), "camera-history"),
    Visit("recordings", "recordings/:id", at.recording, "recording-page"),
    Visit("recordings-day", "recordings/:id", at.recording, "day", ("day",), ".ant-picker-panel"),
    Visit("reports", "reports", "/reports", "schedules-mail"),
    Visit(
        "reports-schedule",
        "reports",
        "/reports",
        "schedule-new",
        ("schedule-new",),
        "schedule-save",
    ),
    Visit("exams", "exams", "/exams", "sitting"),
    Visit("exams-room", "exams", "/exams", "sitting-open", ("sitting-open",), "sitting-panel"),
    Visit("exams-roster", "exams", "/exams", "exam-roster", ("exam-roster",), "roster-save"),
    Visit("exams-patrol", "exams/patrol", "/exams", "exam-patrol", ("exam-patrol",), "patrol-page"),
    Visit("exams-new", "exams", "/exams", "exam-new", ("exam-new",), "exam-save"),
    Visit("meetings", "meetings", "/meetings", "meetings-page"),
    Visit("meeting-new", "meetings", "/meetings", "meeting-new", ("meeting-new",), "meeting-title"),
    Visit("meeting", "meetings/:id", at.meeting, "meeting-page"),
    Visit("precision", "precision", "/precision", "precision-summary"),
    Visit("overview", "overview", "/overview", "overview-ranking"),
    Visit("overview-wall", "overview", "/overview?wall=1", "leave-wall"),
    Visit("compliance", "compliance", "/compliance", "district-school"),
    Visit(
        "compliance-again",
        "compliance",
        "/compliance",
        "judge-again",
        ("judge-again",),
        "judge-reason",
    ),
    Visit("compliance-school", "compliance/:schoolId", at.judged, "heat-row"),
    Visit("compliance-day", "compliance/:schoolId", at.judged_day, "day-panel"),
    Visit("compliance-school-day", "compliance/:schoolId", at.judged_school_day, "day-camera"),
    Visit(
        "compliance-override",
        "compliance/:schoolId",
        at.judged,
        "add-override",
        ("add-override",),
        "override-reason",
    ),
    Visit("coverage", "coverage", "/coverage", "coverage-school"),
    Visit("coverage-school", "coverage/:schoolId", at.covered, "coverage-row"),
    Visit("plan", "coverage/:schoolId", at.planned, "plan-symbol"),
    Visit("plan-none", "coverage/:schoolId", at.unplanned, "plan-empty"),
    Visit("plan-add", "coverage/:schoolId", at.unplanned, "plan-add", ("plan-add",), "plan-title"),
    Visit("plan-edit", "coverage/:schoolId", at.planned, "plan-edit", ("plan-edit",), "plan-hung"),
    Visit(
        "plan-look",
        "coverage/:schoolId",
        at.planned,
        "plan-edit",
        ("plan-edit", "plan-hung"),
        "plan-look",
    ),
    Visit("retention", "retention", "/retention", "retention-school"),
    Visit(
        "retention-gaps", "retention", "/retention", "retention-row", ("retention-row",), "gap-list"
    ),
    Visit("rules", "rules", "/rules", "rule-row"),
    Visit(
        "rules-steps", "rules", "/rules?state=needs_model", "rule-how", ("rule-how",), "rule-steps"
    ),
    Visit("account", "account", "/account", "account-page"),
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
    Visit("configuration", "boxes/:id/configuration", at.configured, "version-panel"),
    Visit(
        "configuration-edit",
        "boxes/:id/configuration",
        at.configured,
        "version-panel",
        ("configuration-edit",),
        "configuration-editor",
    ),
    Visit(
        "credential",
        "boxes/:id/configuration",
        at.configured,
        "key-allowed",
        ("credential-set",),
        "credential-password",
    ),
    Visit(
        "credential-key",
        "boxes/:id/configuration",
        at.uncompared,
        "key-new",
        ("key-look",),
        "key-allow",
    ),
    Visit("zones", "cameras/:key/zones", at.zoned, "zones-local"),
    Visit(
        "zones-edit", "cameras/:key/zones", at.zoned, "zone-rule", ("zones-take",), "zone-corner"
    ),
    Visit(
        "zones-trace",
        "cameras/:key/zones",
        at.zoned,
        "zone-rule",
        ("zones-take", "zones-trace"),
        "zone-target",
    ),
    Visit("rule-set", "boxes/rules", "/boxes/rules", "rule-set-row"),
    Visit("find-cameras", "boxes/:id/cameras", at.finding, "discovery-page"),
    Visit("settings", "boxes/:id/settings", at.settings, "settings-local"),
    Visit("settings-edit", "boxes/:id/settings", at.settings, "settings-local", ("settings-take",)),
    Visit("first-hour", "first-hour", at.first_hour, "first-hour-step"),
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
