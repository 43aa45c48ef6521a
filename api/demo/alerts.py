"""The demo's alerts: of every rule, in every state, judged by several people."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from api.alerts.facts import hundredth
from api.alerts.schemas import AlertStatus, EvidenceStanding, FalsePositiveReason, HistoryAction
from api.contract import ALERT_DIGEST, EpisodeState, EvidenceKind, RiskLevel
from api.contract.vocabulary import vocabulary
from api.demo.cameras import DemoCamera
from api.demo.marks import MODEL_ID
from api.demo.pictures import HEIGHT, VARIANTS, WIDTH, Drawn, Still, still
from api.demo.schools import REVIEWERS, Fault, SchoolPlan
from api.demo.world import Words, World, at_hour, calendar_of
from api.organisations.subjects import KITCHEN

_SPACE = UUID("6f1d4f9e-3f5b-5a0e-8a57-2a1c5b6f2d10")
_PICTURE_RULES = (
    "occlusion",
    "scene_change",
    "blur",
    "black_screen",
    "freeze",
    "brightness_abnormal",
    "color_cast",
    "clock_drift",
    "video_loss",
)
_PICTURE_SHARE = 0.06
_WEEKEND_SHARE = 0.25
_FALSE_SHARE = {RiskLevel.CLASS_1: 0.55, RiskLevel.CLASS_2: 0.35, RiskLevel.CLASS_3: 0.22}
"""Grave things are rare, so more of their alerts are false."""
_KEPT_FALSE = dt.timedelta(days=30)
"""For so long pictures of what was judged false are kept."""
_REVISED_SHARE = 0.02
_SHARERS = 3
"""So many schools share the rules, so that of each there is an alert lately."""
_FRESH = dt.timedelta(hours=20)
"""What is younger waits to be judged, most of it."""
_ZONE = Words("重点区", "Main zone")
_STALE = dt.timedelta(days=10)
"""What is older was judged, all of it."""
_NOTES = (
    Words("回看录像属实", "Footage shows it"),
    Words("已电话通知学校", "The school was told by telephone"),
    Words("第二次出现，请关注", "Second time; keep an eye on it"),
)


@dataclass(slots=True)
class AlertRows:
    """Rows of the tables of alerts."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    files: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    """What is to lie in the folder of evidence."""


@dataclass(frozen=True, slots=True)
class _Raised:
    camera: DemoCamera
    rule: str
    at: dt.datetime


def alerts_of(world: World, school: SchoolPlan, cameras: Sequence[DemoCamera]) -> AlertRows:
    """All alerts of a school."""
    rows = AlertRows()
    for number, raised in enumerate(_raised(world, school, cameras)):
        _add(world, rows, raised, number)
    return rows


def _raised(world: World, school: SchoolPlan, cameras: Sequence[DemoCamera]) -> Iterator[_Raised]:
    chance = world.chance("alerts", school.id)
    calendar = calendar_of(world)
    able = [each for each in cameras if each.fault not in (Fault.OFFLINE, Fault.SILENT)]
    closed_at = world.end
    if school.closed_days_ago is not None:
        closed_at = world.ago(days=school.closed_days_ago)
    for day in world.days():
        is_school_day = calendar.no_school(day) is None
        mean = school.alerts_a_day * (1.0 if is_school_day else _WEEKEND_SHARE)
        for _ in range(_count(chance, mean)):
            camera = chance.choice(able)
            rule = chance.choice(camera.rules)
            if chance.random() < _PICTURE_SHARE:
                rule = chance.choice(_PICTURE_RULES)
            at = at_hour(day, _hour(chance, camera))
            if at < min(world.end, closed_at) and at.timestamp() * 1000 > camera.story.life_ms:
                yield _Raised(camera, rule, at)
    if school.closed_days_ago is None and school.alerts_a_day >= 1.0:
        yield from _each_rule_once(world, school, able)


def _each_rule_once(
    world: World, school: SchoolPlan, cameras: Sequence[DemoCamera]
) -> Iterator[_Raised]:
    """So that of every rule there is one lately, wherever chance led: the schools share them."""
    for number, rule in enumerate(vocabulary().rules):
        if number % _SHARERS != school.number % _SHARERS:
            continue
        fitting = [each for each in cameras if rule in each.rules]
        if not fitting and rule not in (*_PICTURE_RULES, ALERT_DIGEST):
            continue
        camera = (fitting or cameras)[number % len(fitting or cameras)]
        yield _Raised(camera, rule, world.ago(hours=1 + number * 1.3, minutes=7 * school.number))


def _count(chance: random.Random, mean: float) -> int:
    """So many of what comes by chance (Poisson, by Knuth's multiplication)."""
    limit, count, product = 2.718281828459045**-mean, 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def _hour(chance: random.Random, camera: DemoCamera) -> float:
    if camera.kind in KITCHEN:
        return chance.choice((6.0, 7.0, 9.5, 10.5, 11.5, 16.0, 17.0)) + chance.random()
    return min(23.9, max(0.1, chance.gauss(13.0, 4.5)))


def _add(world: World, rows: AlertRows, raised: _Raised, number: int) -> None:
    camera, rule = raised.camera, raised.rule
    chance = world.chance("alert", camera.school.id, number)
    risk = RiskLevel(vocabulary().rules[rule].risk)
    alert_id = uuid5(_SPACE, f"{world.seed} {world.until} {camera.school.id} {number}")
    shown = still(rule, chance.randrange(VARIANTS))
    lasted = dt.timedelta(seconds=round(chance.lognormvariate(3.4, 0.8), 1))
    score = round(chance.uniform(0.52, 0.96), 2)
    row = {
        "id": alert_id,
        "revision": 2,
        "school_id": camera.school.id,
        "camera_key": camera.key,
        "box_id": camera.box_id,
        "rule": rule,
        "rule_id": rule,
        "zone": "" if rule in _PICTURE_RULES else world.say(_ZONE),
        "risk": risk,
        "state": EpisodeState.CLOSED,
        "started_at": raised.at - dt.timedelta(seconds=3),
        "raised_at": raised.at,
        "ended_at": min(raised.at + lasted, world.end),
        "score": score,
        "hundredth": hundredth(score),
        "classes": [] if shown.original is None else ["person"],
        "track_count": 0 if shown.original is None else 1,
        "box_norm_xyxy": list(shown.box),
        "zone_norm": [] if rule in _PICTURE_RULES else shown.zone,
        "facts": {"alerts": 12.0} if rule == ALERT_DIGEST else {},
        "model_id": MODEL_ID,
        "model_sha256": "0" * 64,
        "config_sha256": f"{camera.school.number:02}" * 32,
        "received_at": raised.at + dt.timedelta(seconds=2),
        "updated_at": min(raised.at + lasted + dt.timedelta(seconds=1), world.end),
        "version": 0,
        "status": AlertStatus.PENDING_REVIEW,
        "reason": None,
        "note": "",
        "reviewed_by": None,
        "reviewed_at": None,
        "held_at": None,
        "held_by": None,
        "evidence_deleted_at": None,
        "later": None,
        "queued_at": raised.at,
    }
    received_at = raised.at + dt.timedelta(seconds=2)
    history = [_step(row, received_at, HistoryAction.RECEIVED, None)]
    history += _judge(world, chance, row)
    deleted_at = _deleted_at(world, row)
    if deleted_at is None:
        _add_evidence(rows, row, shown, has_original=shown.original is not None)
    else:
        row["evidence_deleted_at"] = deleted_at
        history.append(_step(row, deleted_at, HistoryAction.EVIDENCE_DELETED, None))
    rows.alerts.append(row)
    rows.history += history


def _judge(world: World, chance: random.Random, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Judge it or leave it, as people would; answers what they did."""
    age = world.end - row["raised_at"]
    waits = 0.62 if age < _FRESH else 0.03 if age < _STALE else 0.0
    # In the first minutes nobody has come to it.
    judged_at = row["raised_at"] + dt.timedelta(minutes=2 + chance.expovariate(1 / 45))
    if chance.random() < waits or judged_at >= world.end:
        return []
    person = chance.choice(REVIEWERS).username
    if row["rule"] == ALERT_DIGEST:
        _decide(row, AlertStatus.SEEN, person, judged_at)
        return [_step(row, judged_at, HistoryAction.SEEN, person)]
    is_false = chance.random() < _FALSE_SHARE[row["risk"]]
    status = AlertStatus.FALSE_POSITIVE if is_false else AlertStatus.CONFIRMED
    reason = chance.choice(list(FalsePositiveReason)) if is_false else None
    note = "" if is_false or chance.random() < 0.8 else world.say(chance.choice(_NOTES))
    _decide(row, status, person, judged_at, reason, note)
    steps = [_step(row, judged_at, HistoryAction(status), person, reason, note)]
    again_at = judged_at + dt.timedelta(hours=chance.uniform(1, 30))
    if chance.random() < _REVISED_SHARE and again_at < world.end:
        other = chance.choice([each.username for each in REVIEWERS if each.username != person])
        status = AlertStatus.CONFIRMED if is_false else AlertStatus.FALSE_POSITIVE
        reason = None if is_false else FalsePositiveReason.AUTHORISED_PERSON
        note = world.say(Words("经与学校核实后更正", "Corrected after asking the school"))
        _decide(row, status, other, again_at, reason, note)
        steps.append(
            _step(row, again_at, HistoryAction(f"revised_to_{status}"), other, reason, note)
        )
    return steps


def _decide(
    row: dict[str, Any],
    status: AlertStatus,
    by: str,
    at: dt.datetime,
    reason: FalsePositiveReason | None = None,
    note: str = "",
) -> None:
    row["version"] += 1
    row["status"], row["reason"], row["note"] = status, reason, note
    row["reviewed_by"], row["reviewed_at"] = by, at


def _step(
    row: dict[str, Any],
    at: dt.datetime,
    action: HistoryAction,
    by: str | None,
    reason: str | None = None,
    note: str = "",
) -> dict[str, Any]:
    told = {"alert_id": row["id"], "at": at, "action": action, "by": by}
    return told | {"reason": reason, "note": note}


def _deleted_at(world: World, row: dict[str, Any]) -> dt.datetime | None:
    if row["status"] != AlertStatus.FALSE_POSITIVE:
        return None
    due_at: dt.datetime = row["reviewed_at"] + _KEPT_FALSE
    return due_at if due_at < world.end else None


def _add_evidence(
    rows: AlertRows, row: dict[str, Any], shown: Still, *, has_original: bool
) -> None:
    found: list[tuple[EvidenceKind, Drawn]] = [(EvidenceKind.SNAPSHOT, shown.blurred)]
    if has_original and shown.original is not None:
        found.append((EvidenceKind.SNAPSHOT_ORIGINAL, shown.original))
    for position, (kind, picture) in enumerate(found):
        rows.evidence.append(
            {
                "alert_id": row["id"],
                "position": position,
                "school_id": row["school_id"],
                "kind": kind,
                "sha256": picture.sha256,
                "media_type": "image/jpeg",
                "size_bytes": len(picture.jpeg),
                "width": WIDTH,
                "height": HEIGHT,
                "starts_at": row["raised_at"],
                "duration_s": 0.0,
                "revision": 1,
                "standing": EvidenceStanding.CURRENT,
            }
        )
        rows.pictures[picture.sha256] = picture.jpeg
        key = (row["school_id"], picture.sha256)
        known = rows.files.get(key)
        # The bytes came with the newest alert that names them, so that they outlive it.
        if known is None or known["received_at"] < row["received_at"]:
            rows.files[key] = {
                "school_id": row["school_id"],
                "sha256": picture.sha256,
                "media_type": "image/jpeg",
                "size_bytes": len(picture.jpeg),
                "received_at": row["received_at"],
                "deleted_at": None,
            }
