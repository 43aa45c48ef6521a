"""How the operations of exams are called on what is one's own, and what is another's."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from nacl.signing import SigningKey

from api.contract.exam_package.keys import fingerprint_of, signed
from api.contract.exam_package.manifest import (
    LogHead,
    Manifest,
    SealedCamera,
    SealingFacts,
    canonical,
    first_link,
)
from tests.api.district import Objects
from tests.api.matrix_row import Row
from tests.api.messages import T0

KEY = SigningKey(bytes(range(32)))
FINGERPRINT = fingerprint_of(bytes(KEY.verify_key))


def seal_of(facts: SealingFacts, key: SigningKey = KEY, **changes: str) -> dict[str, str]:
    """A signed manifest of these facts, without footage."""
    manifest = Manifest(
        format="mingan-exam-package-1",
        facts=facts,
        collected_at=facts.made_at,
        missing=(),
        segments=(),
        count=0,
        head=first_link(facts, ()),
    )
    written = canonical(manifest)
    told = {
        "manifest": b64encode(written).decode(),
        "signature": b64encode(signed(key, written)).decode(),
        "fingerprint": FINGERPRINT,
    }
    return told | changes


def _sitting(name: str, body: Callable[[Objects], Any] = lambda _: None, status: int = 200) -> Row:
    return Row("object", lambda of: {"sitting_id": of.sittings[name]}, body, status)


def _sealed(of: Objects) -> dict[str, str]:
    facts = SealingFacts(
        format=1,
        sitting_id=of.sittings["seal"],
        exam="期末",
        session="语文",
        school_id=of.school_id,
        school=of.school_id,
        room="002",
        starts_at=T0 - timedelta(hours=3),
        ends_at=T0 - timedelta(hours=2),
        time_zone="Asia/Shanghai",
        cameras=(
            SealedCamera(
                camera_id="gate-north", name="x", clock_offset_s=None, clock_measured_at=None
            ),
        ),
        viewings=(),
        showings=(),
        log_head=LogHead(count=0, hash=""),
        made_at=T0,
    )
    return seal_of(facts)


def _session(of: Objects) -> dict[str, Any]:
    return {"exam_id": of.exam_id, "session_id": of.exam_session_id}


def _seen(of: Objects) -> dict[str, Any]:
    seen = {"sitting_id": of.sittings["present"], "camera_key": of.camera_key, "frames": 50}
    seen |= {"id": str(uuid4()), "began_ms_ago": 9000, "ended_ms_ago": 1000}
    return {"showings": [seen]}


def _kept(parameter: str, name: str, body: Any = None, status: int = 200) -> Row:
    return Row("object", lambda of: {parameter: of.exam_kept[name]}, lambda _: body, status)


_HOLD = {"reason": "查阅", "until": (T0 + timedelta(days=60)).isoformat()}
_DECISION = {"agrees": False, "reason": "材料不全"}
EXAMS: dict[str, Row] = {
    "exam_holds_change": _kept("hold_id", "change", _HOLD),
    "exam_holds_lift": _kept("hold_id", "lift", {"reason": "已结案"}),
    "exam_holds_list": Row("list"),
    "exam_packages_release": _kept(
        "package_key", "ask", {"recipient": "市考试院", "reason": "复核"}, 201
    ),
    "exam_releases_decide": _kept("release_id", "decide", _DECISION),
    "exam_releases_list": Row("list"),
    "exam_releases_package": _kept("release_id", "fetch"),
    "exam_sessions_hold": Row("guard"),  # Of the rooms in scope; in tests/api/test_exam_keeping.py.
    "exam_sessions_packages": Row("guard"),
    "exam_sittings_hold": _sitting("present", lambda _: _HOLD, 201),
    "exam_sittings_kept": _sitting("present"),
    "exam_sittings_package": _sitting("facts", status=201),
    "exam_showings_tell": Row("object", _session, _seen),
    "exam_sittings_facts": _sitting("facts"),
    "exam_sittings_order": _sitting(
        "order", lambda _: {"due_at": (T0 + timedelta(hours=2)).isoformat()}, 201
    ),
    "exam_sittings_present": _sitting("present", lambda _: {"present": 29}),
    "exam_sittings_showings": _sitting("present"),
    "exam_sittings_seal": _sitting("seal", _sealed),
    # An exam is the district's; whose rooms are told of it stands in its table.
    "exams_create": Row("guard"),
    "exams_get": Row("guard"),
    "exams_import": Row("guard"),
    "exams_list": Row("guard"),
    "exams_roster": Row("guard"),
    "exams_workbook": Row("guard"),  # In tests/api/test_exams.py: a file is read there.
    "exams_table": Row("list", _session),
    "exams_table_csv": Row("list", _session),
    "exams_table_xlsx": Row("guard"),  # Made of the same rows; its bytes are not text.
}
