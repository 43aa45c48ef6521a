"""What the access log says."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from api.audit.chain import Fault
from api.audit.changes import Change
from api.kit.moments import Moment


class AccessAction(StrEnum):
    """What is logged."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    ORIGINAL_OPENED = "original_opened"
    CLIP_VIEWED = "clip_viewed"
    REFERENCE_APPROVED = "reference_approved"
    LIVE_STARTED = "live_started"
    LIVE_ENDED = "live_ended"
    PLAYBACK_STARTED = "playback_started"
    PLAYBACK_ENDED = "playback_ended"
    OFFLINE_PEOPLE_TOLD = "offline_people_told"
    OFFLINE_SIGNED_IN = "offline_signed_in"
    OFFLINE_SIGN_IN_FAILED = "offline_sign_in_failed"
    OFFLINE_ALERTS_VIEWED = "offline_alerts_viewed"
    OFFLINE_PLAYBACK_STARTED = "offline_playback_started"
    OFFLINE_PLAYBACK_ENDED = "offline_playback_ended"
    BOX_CODE_GIVEN = "box_code_given"
    BOX_ENROLLED = "box_enrolled"
    BOX_REVOKED = "box_revoked"
    CONFIGURATION_SAVED = "configuration_saved"
    CONFIGURATION_RESTORED = "configuration_restored"
    CONFIGURATION_EXPORTED = "configuration_exported"
    CONFIGURATION_REPORTED = "configuration_reported"
    CONFIGURATION_APPLIED = "configuration_applied"
    CONFIGURATION_REFUSED = "configuration_refused"
    BOX_KEY_ALLOWED = "box_key_allowed"
    CREDENTIAL_SET = "credential_set"
    CREDENTIAL_TAKEN = "credential_taken"
    CREDENTIAL_REFUSED = "credential_refused"
    CAMERAS_SEARCHED = "cameras_searched"
    CAMERA_TAKEN_OVER = "camera_taken_over"
    CAMERA_RECORD_CHANGED = "camera_record_changed"
    BUREAU_CHANGED = "bureau_changed"
    COMMUNITY_CREATED = "community_created"
    COMMUNITY_CHANGED = "community_changed"
    COMMUNITY_CLOSED = "community_closed"
    SCHOOL_CREATED = "school_created"
    SCHOOL_CHANGED = "school_changed"
    SCHOOL_CLOSED = "school_closed"
    SCHOOL_REOPENED = "school_reopened"
    PLACE_CREATED = "place_created"
    PLACE_CHANGED = "place_changed"
    PLACE_DELETED = "place_deleted"
    FLOOR_PLAN_CREATED = "floor_plan_created"
    FLOOR_PLAN_CHANGED = "floor_plan_changed"
    FLOOR_PLAN_DELETED = "floor_plan_deleted"
    WORKBOOK_IMPORTED = "workbook_imported"
    WORKBOOK_EXPORTED = "workbook_exported"
    LOG_EXPORTED = "log_exported"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_MAIL_CHANGED = "user_mail_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an action
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an action
    JOB_RETRIED = "job_retried"
    JOB_DISCARDED = "job_discarded"
    LOG_SHORTENED = "log_shortened"
    ALERT_JUDGED = "alert_judged"
    ALERT_JUDGEMENT_UNDONE = "alert_judgement_undone"
    ALERT_REVISED = "alert_revised"
    ALERT_NOTED = "alert_noted"
    ALERT_JUDGED_TOGETHER = "alert_judged_together"
    ORDER_ASSIGNED = "order_assigned"
    ORDER_REASSIGNED = "order_reassigned"
    ORDER_FEEDBACK = "order_feedback"
    ORDER_BEGIN = "order_begin"
    ORDER_SUBMIT = "order_submit"
    ORDER_RETURN = "order_return"
    ORDER_CLOSE = "order_close"
    ORDER_REOPEN = "order_reopen"
    ORDER_COMMENTED = "order_commented"
    ORDER_PHOTOGRAPHED = "order_photographed"
    ORDER_MERGED = "order_merged"
    ORDER_SPLIT = "order_split"
    ORDER_OVERDUE = "order_overdue"
    ORDER_ESCALATED = "order_escalated"
    ORDER_PHOTOGRAPH_OPENED = "order_photograph_opened"
    DUTY_GIVEN = "duty_given"
    NOTICE_CHANNEL_CREATED = "notice_channel_created"
    NOTICE_CHANNEL_CHANGED = "notice_channel_changed"
    NOTICE_CHANNEL_DELETED = "notice_channel_deleted"
    NOTICE_CHANNEL_TESTED = "notice_channel_tested"
    NOTICE_RULE_CREATED = "notice_rule_created"
    NOTICE_RULE_CHANGED = "notice_rule_changed"
    NOTICE_RULE_DELETED = "notice_rule_deleted"
    REQUEST_REGISTERED = "request_registered"
    REQUEST_CHANGED = "request_changed"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_REFUSED = "request_refused"
    REQUEST_OVERDUE = "request_overdue"
    REQUEST_DELETED = "request_deleted"
    ASSESSMENT_RECORDED = "assessment_recorded"
    ASSESSMENT_ENDED = "assessment_ended"
    ASSESSMENT_DELETED = "assessment_deleted"
    PRIVACY_EXPORTED = "privacy_exported"
    PRECISION_EXPORTED = "precision_exported"
    REPORT_ASKED = "report_asked"
    REPORT_SCHEDULED = "report_scheduled"
    REPORT_SCHEDULE_PAUSED = "report_schedule_paused"
    REPORT_SCHEDULE_RESUMED = "report_schedule_resumed"
    REPORT_SCHEDULE_DELETED = "report_schedule_deleted"
    REPORT_MAILED = "report_mailed"
    REPORT_DOWNLOADED = "report_downloaded"
    RETENTION_OVERRIDE_CREATED = "retention_override_created"
    RETENTION_OVERRIDE_WITHDRAWN = "retention_override_withdrawn"
    FOOTAGE_JUDGED_AGAIN = "footage_judged_again"
    EXAM_CREATED = "exam_created"
    EXAM_IMPORTED = "exam_imported"
    EXAM_ROSTER_CHANGED = "exam_roster_changed"
    EXAM_PRESENT_TOLD = "exam_present_told"
    EXAM_FACTS_TAKEN = "exam_facts_taken"
    EXAM_SEALED = "exam_sealed"
    EXAM_EXPORTED = "exam_exported"
    EXAM_PACKAGE_ORDERED = "exam_package_ordered"
    EXAM_PACKAGE_MADE = "exam_package_made"
    EXAM_PACKAGE_FAILED = "exam_package_failed"
    EXAM_HELD = "exam_held"
    EXAM_HOLD_CHANGED = "exam_hold_changed"
    EXAM_HOLD_LIFTED = "exam_hold_lifted"
    EXAM_RELEASE_ASKED = "exam_release_asked"
    EXAM_RELEASE_AGREED = "exam_release_agreed"
    EXAM_RELEASE_REFUSED = "exam_release_refused"
    EXAM_PACKAGE_HANDED_OUT = "exam_package_handed_out"
    INSPECTION_PLANNED = "inspection_planned"
    INSPECTION_PLAN_ENDED = "inspection_plan_ended"
    INSPECTION_GIVEN = "inspection_given"
    INSPECTION_ANSWERED = "inspection_answered"
    INSPECTION_PHOTOGRAPHED = "inspection_photographed"
    INSPECTION_PHOTOGRAPH_OPENED = "inspection_photograph_opened"
    INSPECTION_SIGNED = "inspection_signed"
    INSPECTION_OVERDUE = "inspection_overdue"
    HAZARDS_EXPORTED = "hazards_exported"
    MEETING_OPENED = "meeting_opened"
    MEETING_INVITED = "meeting_invited"
    MEETING_ADMITTED = "meeting_admitted"
    MEETING_REMOVED = "meeting_removed"
    MEETING_REFUSED = "meeting_refused"
    MEETING_ENTERED = "meeting_entered"
    MEETING_LEFT = "meeting_left"
    MEETING_ENDED = "meeting_ended"
    DEMO_SEEDED = "demo_seeded"
    DEMO_REMOVED = "demo_removed"


class AccessEntry(BaseModel):
    """One line of the access log."""

    id: int
    at: Moment
    action: AccessAction
    username: str
    client: str = Field(description="Address the request came from; empty for the command line.")
    alert_id: UUID | None
    reason: str | None
    subject: str | None = Field(
        description="What it concerned, as the user, the box, the place or the work order."
    )
    school_id: str | None = Field(description="Whose camera, alert or box it was.")
    camera_id: str | None = Field(
        description="The camera of that school that was looked at, approved or taken over."
    )
    from_at: Moment | None = Field(
        description="Since when it was looked at; of a playback, the first recorded moment."
    )
    to_at: Moment | None = Field(
        description="Until when, or the last recorded moment; null while it goes on."
    )
    changes: list[Change] = Field(description="What was changed, from what to what.")
    hash: str = Field(description="Binds it to the entry before; see `mingan audit verify`.")


class AccessPage(BaseModel):
    """A page of the access log, newest first."""

    items: list[AccessEntry]
    next_cursor: str | None


class ChainCheck(BaseModel):
    """What was found when the chain was followed from its beginning to its end."""

    at: Moment
    count: int = Field(description="Number of the newest entry then.")
    hash: str = Field(description="Its hash; written down elsewhere it is an anchor.")
    fault: Fault | None = Field(description="Null when every entry was what was written.")
    number: int | None = Field(description="The first entry concerned.")


class ChainView(BaseModel):
    """The chain's end as it stands, and what was found when it was followed last."""

    head_count: int
    head_hash: str
    checked: ChainCheck | None = Field(description="Null while nobody followed it.")
