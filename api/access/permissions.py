"""What a person may be allowed to do; endpoints ask for these, never for a role."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing a person may do. The console asks the same names."""

    VIEW_ALERTS = "view_alerts"
    """The queue: rows and counts, no pictures."""
    JUDGE = "judge"
    HOLD = "hold"
    RELEASE_HOLDS = "release_holds"
    SEE_PICTURES = "see_pictures"
    """Blurred snapshots, and clips, which are logged."""
    OPEN_ORIGINALS = "open_originals"
    WATCH_LIVE = "watch_live"
    PLAY_RECORDINGS = "play_recordings"
    VIEW_CAMERAS = "view_cameras"
    """Which cameras and rules there are, and whether they are watched."""
    MANAGE_CAMERAS = "manage_cameras"
    SEE_COMPLIANCE = "see_compliance"
    SEE_PRECISION = "see_precision"
    """How often alerts are true, and the thresholds that speaks for."""
    EXPORT = "export"
    MANAGE_BOXES = "manage_boxes"
    MANAGE_ORGANISATION = "manage_organisation"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    SEE_JOBS = "see_jobs"
    MANAGE_NOTICES = "manage_notices"
    """Who is told of what outside of the console, and by which channel."""
    VIEW_ORDERS = "view_orders"
    """Work orders of one's schools; comments may be written, photographs need ``see_pictures``."""
    ASSIGN_ORDERS = "assign_orders"
    """Give away, reopen, merge and split work orders, and say who has which duty."""
    RECTIFY_ORDERS = "rectify_orders"
    VIEW_PRIVACY = "view_privacy"
    """Requests of those who were filmed, with their names, and impact assessments."""
    MANAGE_PRIVACY = "manage_privacy"
    VERIFY_ORDERS = "verify_orders"
    """Close or return what somebody else put right."""
