"""The demo's work orders: given, answered, put right, returned, overdue, escalated and closed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.alerts.schemas import AlertStatus
from api.contract import RiskLevel
from api.demo.inspections import Hazard
from api.demo.pictures import HEIGHT, WIDTH, put_right
from api.demo.schools import REVIEWERS, SchoolPlan
from api.demo.world import Words, World
from api.orders.deadlines import Deadlines
from api.orders.machine import WITH_SCHOOL, OrderState
from api.orders.schemas import OrderAction, SourceKind
from api.orders.subjects import Subject, subject_of

_GIVEN_SHARE = {RiskLevel.CLASS_1: 1.0, RiskLevel.CLASS_2: 0.6, RiskLevel.CLASS_3: 0.25}
_POST_OF = {Subject.SAFETY: "guard", Subject.CANTEEN: "cook", Subject.EQUIPMENT: "manager"}
_LATE_SHARE = 0.17
_RETURNED_SHARE = 0.12
_REOPENED_SHARE = 0.03
_STUCK_SHARE = 0.03
"""Of orders of the last weeks that are left lying."""
_PHOTOGRAPHED = dt.timedelta(days=21)
"""Of what was put right before there are no pictures, so that the demo stays small."""
_FOUND = (
    (
        (SourceKind.FINDING, Subject.SAFETY, RiskLevel.CLASS_2),
        Words("教学楼二层灭火器压力不足", "An extinguisher on the second floor has lost pressure"),
    ),
    (
        (SourceKind.PHONE, Subject.SAFETY, RiskLevel.CLASS_3),
        Words("家长反映放学时南门外车辆拥堵", "Parents tell of cars blocking the south gate"),
    ),
    (
        (SourceKind.FINDING, Subject.CANTEEN, RiskLevel.CLASS_2),
        Words("留样冰箱温度记录缺两天", "Two days are missing in the sample fridge's record"),
    ),
    (
        (SourceKind.FINDING, Subject.EQUIPMENT, RiskLevel.CLASS_3),
        Words("监控室 UPS 电池鼓包", "The battery of the control room's UPS is swollen"),
    ),
    (
        (SourceKind.PHONE, Subject.SAFETY, RiskLevel.CLASS_1),
        Words("一层安全出口堆放杂物", "An emergency exit on the ground floor is blocked"),
    ),
)
_LEFT_LYING = (2, 4)
"""School and number of a grave one that nobody answers, so that a leader has to."""
_WORDS = {
    OrderAction.FEEDBACK: Words("已安排人员到场查看。", "Somebody is on the way to look."),
    OrderAction.SUBMIT: Words("已整改完毕，请复核。", "Put right; please check."),
    OrderAction.RETURN: Words(
        "照片看不出整改部位，请补拍。", "The photograph does not show the place; take another."
    ),
    OrderAction.REOPEN: Words("复查时同一问题再次出现。", "The same was found again."),
}


@dataclass(slots=True)
class OrderStory:
    """An order, what it is about, and what happened to it; numbers follow from the database."""

    row: dict[str, Any]
    source: dict[str, Any]
    history: list[dict[str, Any]] = field(default_factory=list)
    photographs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OrderMaker:
    """Makes orders of a school.

    Attributes:
        world: When.
        school: Whose.
        deadlines: Of the command centre.
    """

    world: World
    school: SchoolPlan
    deadlines: Deadlines

    def of_alerts(self, alerts: Sequence[dict[str, Any]]) -> Iterator[OrderStory]:
        """Orders of some of the alerts that were judged true."""
        for alert in alerts:
            chance = self.world.chance("order", alert["id"])
            share = _GIVEN_SHARE[alert["risk"]]
            if alert["status"] != AlertStatus.CONFIRMED or chance.random() >= share:
                continue
            at = alert["reviewed_at"] + dt.timedelta(minutes=chance.uniform(1, 20))
            source = {"kind": SourceKind.ALERT, "alert_id": alert["id"], "item_id": None}
            subject, by = subject_of(alert["rule"]), alert["reviewed_by"]
            if at < self.world.end:
                yield self._story(chance, at, by, subject, alert["risk"], source | {"text": ""})

    def of_findings(self) -> Iterator[OrderStory]:
        """Orders of what somebody saw or was told by telephone."""
        for number, ((kind, subject, risk), words) in enumerate(_FOUND):
            if subject is Subject.CANTEEN and not self.school.has("canteen"):
                continue
            chance = self.world.chance("finding", self.school.id, number)
            days = (self.world.end - self.world.begin) / dt.timedelta(days=1)
            at = self.world.ago(days=chance.uniform(0.4, max(1.0, days - 1)))
            is_left = (self.school.number, number) == _LEFT_LYING
            if is_left:
                at = self.world.ago(days=6.5)
            text = self.world.say(words)
            source = {"kind": kind, "alert_id": None, "item_id": None, "text": text}
            by = chance.choice(REVIEWERS).username
            yield self._story(chance, at, by, subject, risk, source, is_left=is_left)

    def of_hazard(self, item_id: int, hazard: Hazard, subject: Subject) -> OrderStory:
        """The order of a hazard that an inspection found."""
        source = {"kind": SourceKind.INSPECTION, "alert_id": None, "item_id": item_id}
        chance = self.world.chance("hazard", self.school.id, hazard.at, hazard.text)
        return self._story(
            chance, hazard.at, hazard.by, subject, hazard.risk, source | {"text": hazard.text}
        )

    def _story(
        self,
        chance: random.Random,
        at: dt.datetime,
        by: str,
        subject: Subject,
        risk: RiskLevel,
        source: dict[str, Any],
        *,
        is_left: bool = False,
    ) -> OrderStory:
        rule = self.deadlines.rule(subject, risk)
        post = _POST_OF[subject]
        doer = self.school.person(post)
        story = OrderStory(
            row={
                "school_id": self.school.id,
                "version": 1,
                "state": OrderState.ASSIGNED,
                "round": 0,
                "risk": risk,
                "subject": subject,
                "assignee": doer if chance.random() < 0.5 else None,
                "created_at": at,
                "created_by": by,
                "due_at": at + dt.timedelta(hours=rule.due_h),
                "due_rule": rule.id,
                "rectified_by": None,
                "rectified_at": None,
                "closed_by": None,
                "closed_at": None,
                "escalated_at": None,
                "merged_into": None,
            },
            source=source,
        )
        self._note(story, at, OrderAction.ASSIGNED, by)
        if not is_left:
            self._live(chance, story, doer, rule.due_h)
        self._run_late(story, rule.escalate_h)
        story.history.sort(key=lambda each: each["at"])
        return story

    def _live(self, chance: random.Random, story: OrderStory, doer: str, due_h: float) -> None:
        """Let it go its way until the last moment of the demo."""
        if chance.random() < _STUCK_SHARE and story.row["created_at"] > self.world.ago(days=20):
            return
        is_late = chance.random() < _LATE_SHARE
        done_h = due_h * (chance.uniform(1.05, 1.9) if is_late else chance.uniform(0.1, 0.9))
        at: dt.datetime = story.row["created_at"]
        steps = [(OrderAction.FEEDBACK, 0.2), (OrderAction.BEGIN, 0.35), (OrderAction.SUBMIT, 1.0)]
        for action, share in steps:
            if not self._step(story, at + dt.timedelta(hours=done_h * share), action, doer):
                return
        at += dt.timedelta(hours=done_h)
        checker = chance.choice([each.username for each in REVIEWERS])
        checked_at = at + dt.timedelta(hours=chance.uniform(1, 26))
        if chance.random() < _RETURNED_SHARE:
            if not self._step(story, checked_at, OrderAction.RETURN, checker):
                return
            at = checked_at + dt.timedelta(hours=chance.uniform(3, 30))
            if not self._step(story, at, OrderAction.SUBMIT, doer):
                return
            checked_at = at + dt.timedelta(hours=chance.uniform(1, 26))
        is_closed = self._step(story, checked_at, OrderAction.CLOSE, checker)
        if is_closed and chance.random() < _REOPENED_SHARE:
            again_at = checked_at + dt.timedelta(days=chance.uniform(1, 4))
            self._step(story, again_at, OrderAction.REOPEN, checker)

    def _step(self, story: OrderStory, at: dt.datetime, action: OrderAction, by: str) -> bool:
        """Take a step, unless it lies ahead; answers whether it was taken."""
        if at >= self.world.end:
            return False
        row = story.row
        row["version"] += 1
        if action is OrderAction.SUBMIT:
            self._photograph(story, at, by)
            row["rectified_by"], row["rectified_at"] = by, at
        elif action in (OrderAction.RETURN, OrderAction.REOPEN):
            row["round"] += 1
            row["rectified_by"], row["rectified_at"] = None, None
            if action is OrderAction.REOPEN:
                row["closed_by"], row["closed_at"] = None, None
                row["due_at"] = at + (row["due_at"] - row["created_at"])
        elif action is OrderAction.CLOSE:
            row["closed_by"], row["closed_at"] = by, at
        row["state"] = _AFTER[action]
        self._note(story, at, action, by)
        return True

    def _photograph(self, story: OrderStory, at: dt.datetime, by: str) -> None:
        if at < self.world.end - _PHOTOGRAPHED:
            return
        number = self.world.chance("photograph", story.row["created_at"]).randrange(6)
        picture = put_right(number)
        story.photographs.append(
            {
                "sent_sha256": picture.sha256,
                "round": story.row["round"],
                "at": at - dt.timedelta(minutes=2),
                "by": by,
                "width": WIDTH,
                "height": HEIGHT,
                "jpeg": picture.jpeg,
            }
        )
        self._note(story, at - dt.timedelta(minutes=2), OrderAction.PHOTOGRAPHED, by)

    def _run_late(self, story: OrderStory, escalate_h: float | None) -> None:
        """Note that its deadline passed, and that a leader has to look after it."""
        row = story.row
        done_at = next(
            (each["at"] for each in story.history if each["action"] == OrderAction.SUBMIT),
            self.world.end,
        )
        if row["due_at"] >= done_at:
            return
        self._note_flag(story, row["due_at"], OrderAction.OVERDUE)
        if escalate_h is None:
            return
        at = row["due_at"] + dt.timedelta(hours=escalate_h)
        if at < done_at:
            row["escalated_at"] = at
            self._note_flag(story, at, OrderAction.ESCALATED)

    @staticmethod
    def _note_flag(story: OrderStory, at: dt.datetime, action: OrderAction) -> None:
        entry = _entry(at, action, None, story.row, "")
        story.history.append(entry | {"state": _state_at(story, at)})

    def _note(self, story: OrderStory, at: dt.datetime, action: OrderAction, by: str) -> None:
        words = _WORDS.get(action)
        note = "" if words is None else self.world.say(words)
        story.history.append(_entry(at, action, by, story.row, note))


_AFTER = {
    OrderAction.FEEDBACK: OrderState.FEEDBACK_RECEIVED,
    OrderAction.BEGIN: OrderState.RECTIFYING,
    OrderAction.SUBMIT: OrderState.PENDING_VERIFICATION,
    OrderAction.RETURN: OrderState.RECTIFYING,
    OrderAction.CLOSE: OrderState.CLOSED,
    OrderAction.REOPEN: OrderState.ASSIGNED,
}


def _entry(
    at: dt.datetime, action: OrderAction, by: str | None, row: dict[str, Any], note: str
) -> dict[str, Any]:
    return {"at": at, "action": action, "by": by, "state": row["state"], "note": note}


def _state_at(story: OrderStory, at: dt.datetime) -> OrderState:
    return OrderState([each["state"] for each in story.history if each["at"] <= at][-1])


def is_open(row: dict[str, Any]) -> bool:
    """Whether it is the school's turn."""
    return row["state"] in WITH_SCHOOL
