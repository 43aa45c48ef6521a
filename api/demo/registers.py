"""What else a district keeps: overrides, requests of those who were filmed, assessments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from api.contract.places import SchoolType
from api.demo.schools import LEADER, Fault, SchoolPlan
from api.demo.world import Words, World

_ANSWER_WITHIN = dt.timedelta(days=15)


def override_rows(world: World, schools: Sequence[SchoolPlan]) -> Iterator[dict[str, Any]]:
    """Rows of ``retention_overrides``: one that holds, and one that was withdrawn."""
    for school in schools:
        if Fault.KEPT_200 in school.faults.values():
            reason = Words(
                "学区要求：超过 90 天必须删除", "The district wants older footage deleted"
            )
            yield _override(world, school, reason, max_days=90)
        if school.type is SchoolType.NINE_YEAR:
            reason = Words("暑期施工，延长保存", "Kept longer during construction")
            row = _override(world, school, reason, min_days=60)
            gone = {"withdrawn_by": LEADER.username, "withdrawn_at": world.begin}
            yield row | gone


def _override(
    world: World,
    school: SchoolPlan,
    reason: Words,
    *,
    min_days: int | None = None,
    max_days: int | None = None,
) -> dict[str, Any]:
    return {
        "school_id": school.id,
        "min_days": min_days,
        "max_days": max_days,
        "from_day": world.first - dt.timedelta(days=60),
        "until_day": None,
        "reason": world.say(reason),
        "created_by": LEADER.username,
        "created_at": world.begin - dt.timedelta(days=60),
        "withdrawn_by": None,
        "withdrawn_at": None,
    }


def request_rows(world: World, schools: Sequence[SchoolPlan]) -> Iterator[dict[str, Any]]:
    """Rows of ``subject_requests``: one that waits, one answered, one refused."""
    school = schools[0]
    answered = Words(
        "已在值班室当面查阅，未提供复制件。", "Looked at in the duty room; no copy given."
    )
    refused = Words("所述时段录像已按期删除。", "The footage of that time was deleted in time.")
    for number, (kind, applicant, outcome) in enumerate(
        (
            ("access", Words("王女士（示例）", "Ms Wang (Sample)"), None),
            ("copy", Words("李先生（示例）", "Mr Li (Sample)"), ("answered", answered)),
            ("deletion", Words("赵女士（示例）", "Ms Zhao (Sample)"), ("refused", refused)),
        )
    ):
        received_at = world.ago(days=2 + 3 * number)
        decided_at = None if outcome is None else received_at + dt.timedelta(days=1)
        yield {
            "school_id": school.id,
            "kind": kind,
            "applicant": world.say(applicant),
            "identity_check": "document",
            "place": world.say(Words("南大门", "South gate")),
            "from_at": received_at - dt.timedelta(days=1),
            "to_at": received_at - dt.timedelta(hours=23),
            "note": "",
            "alert_ids": [],
            "camera_keys": [],
            "received_at": received_at,
            "due_at": received_at + _ANSWER_WITHIN,
            "due_rule": None,
            "state": "received" if outcome is None else outcome[0],
            "outcome": "" if outcome is None else world.say(outcome[1]),
            "decided_at": decided_at,
            "decided_by": None if outcome is None else school.person("manager"),
            "registered_at": received_at,
            "registered_by": school.person("manager"),
        }


def assessment_rows(world: World, schools: Sequence[SchoolPlan]) -> Iterator[dict[str, Any]]:
    """Rows of ``impact_assessments``."""
    for school in schools[:3]:
        yield {
            "school_id": school.id,
            "subject": world.say(Words("校园公共区域视频监控", "Video of public areas")),
            "purpose": world.say(
                Words("校园安全；依据国务院令第799号", "Safety; State Council order 799")
            ),
            "necessity": world.say(
                Words("人工巡查不能覆盖全时段", "Patrols cannot be everywhere at all times")
            ),
            "risk": world.say(
                Words("涉及不满十四周岁未成年人", "Children under fourteen are filmed")
            ),
            "measures": world.say(
                Words(
                    "默认脱敏，查看原图须登记理由并留痕",
                    "Blurred; originals only with a logged reason",
                )
            ),
            "author": world.say(Words("示例联系人", "Sample contact")),
            "document": "",
            "assessed_on": world.until - dt.timedelta(days=30),
            "review_on": world.until + dt.timedelta(days=335),
            "replaces": None,
            "ended_on": None,
            "recorded_at": world.ago(days=30),
            "recorded_by": school.person("manager"),
        }
