"""How the operations of meetings are called on what is one's own, and what is another's."""

from __future__ import annotations

from tests.api.matrix_row import Row

MEETINGS: dict[str, Row] = {
    # Of those who are invited, whatever their school; test_meetings tries those of others.
    "meetings_admit": Row("guard"),
    "meetings_candidates": Row("guard"),
    "meetings_create": Row(
        "object",
        body=lambda of: {"reason": "routine", "title": "x", "school_id": of.school_id},
        status=201,
    ),
    "meetings_end": Row("guard"),
    "meetings_engine": Row("guard"),
    "meetings_enter": Row("guard"),
    "meetings_events": Row("guard"),
    "meetings_get": Row("guard"),
    "meetings_invite": Row("guard"),
    "meetings_leave": Row("guard"),
    "meetings_list": Row("guard"),
    "meetings_remove": Row("guard"),
    "meetings_signal": Row("guard"),
    "meetings_ticket": Row("guard"),
}
