"""The demo's inspections: a rhythm, forms as the profiles ask, answers, hazards, signatures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.contract import RiskLevel
from api.contract.profile import InspectionKind
from api.coverage.judging import PlaceFacts
from api.coverage.profiles import Profiles
from api.coverage.service import facts_of
from api.demo.pictures import HEIGHT, WIDTH, put_right
from api.demo.schools import LEADER, SCHOOLS, SchoolPlan
from api.demo.world import ZONE, Words, World, midnight_of
from api.inspections.forms import FormItem, items_of
from api.inspections.periods import Due, Rhythm, Span, due, recent, visitor_of
from api.inspections.schemas import HazardGrade, InspectionSubject, Result
from api.organisations.calendar import Calendar
from api.organisations.schemas import PlaceView, SchoolView

_BACK = {
    InspectionKind.DAILY: 14,
    InspectionKind.WEEKLY: 6,
    InspectionKind.MONTHLY: 3,
    InspectionKind.MUTUAL: 3,
    InspectionKind.KEY_MOMENT: 1,
}
"""Periods that are told, the newest ones."""
_PLANS = (
    (InspectionKind.DAILY, InspectionSubject.SAFETY),
    (InspectionKind.DAILY, InspectionSubject.CANTEEN),
    (InspectionKind.WEEKLY, InspectionSubject.SAFETY),
    (InspectionKind.WEEKLY, InspectionSubject.CANTEEN),
    (InspectionKind.MONTHLY, InspectionSubject.SAFETY),
    (InspectionKind.MUTUAL, InspectionSubject.SAFETY),
    (InspectionKind.KEY_MOMENT, InspectionSubject.SAFETY),
)
_POST = {InspectionSubject.SAFETY: "guard", InspectionSubject.CANTEEN: "cook"}
_MISSED_SHARE = 0.05
_HAZARD_SHARE = 0.012
_MOSTLY_SHARE = 0.05
_HAZARDS = (
    Words("三楼西侧疏散指示灯不亮", "Exit sign on the third floor, west, is dark"),
    Words("灭火器过期两个月", "Extinguisher is two months out of date"),
    Words("库房角落发现鼠迹", "Traces of rodents in a corner of the store"),
    Words("北围墙红外对射失灵", "The beam along the north wall does not work"),
)
_REMARK = Words("一台画面偏暗，已报修", "One picture is dark; repair was asked for")
_SIGNERS = (Words("陈安（示例）", "An Chen (Sample)"), Words("周宁（示例）", "Ning Zhou (Sample)"))
_KEY_MOMENT = Words("冬季防火", "Winter fire safety")


@dataclass(slots=True)
class Hazard:
    """What was found at an item, before both have numbers."""

    item: int
    text: str
    grade: HazardGrade
    at: dt.datetime
    by: str

    @property
    def risk(self) -> RiskLevel:
        """The class of its order."""
        return RiskLevel.CLASS_1 if self.grade is HazardGrade.MAJOR else RiskLevel.CLASS_2


@dataclass(slots=True)
class FormStory:
    """A form with its items; hazards and photographs name items by their position."""

    row: dict[str, Any]
    items: list[dict[str, Any]]
    hazards: list[Hazard] = field(default_factory=list)
    photographs: dict[int, dict[str, Any]] = field(default_factory=dict)


def plan_rows(world: World, school_ids: Sequence[str], *, is_ended: bool) -> list[dict[str, Any]]:
    """Rows of ``inspection_plans``, for the demo's schools alone.

    Args:
        world: When.
        school_ids: Them.
        is_ended: Whether nothing more is made of them.
    """
    return [
        {
            "kind": kind,
            "subject": subject,
            "name": world.say(_KEY_MOMENT) if kind is InspectionKind.KEY_MOMENT else "",
            "first_day": _rhythm(world, kind).first,
            "last_day": _rhythm(world, kind).last,
            "school_ids": list(school_ids),
            "created_at": world.begin,
            "created_by": LEADER.username,
            "ended_at": world.end if is_ended else None,
        }
        for kind, subject in _PLANS
    ]


def _rhythm(world: World, kind: InspectionKind) -> Rhythm:
    if kind is InspectionKind.KEY_MOMENT:
        first = world.until - dt.timedelta(days=4)
        return Rhythm(kind, first, world.until + dt.timedelta(days=10))
    return Rhythm(kind, world.first, None)


@dataclass(frozen=True, slots=True)
class FormMaker:
    """Makes the forms of a school.

    Attributes:
        world: When.
        school: Whose.
        view: As the command centre shows it.
        places: Its places.
        neighbours: Ids of its community's schools that are in use, its own among them.
        profiles: What is asked for.
    """

    world: World
    school: SchoolPlan
    view: SchoolView
    places: Sequence[PlaceView]
    neighbours: Sequence[str]
    profiles: Profiles

    def forms(self) -> Iterator[FormStory]:
        """All of them, oldest first."""
        today = (self.world.end - dt.timedelta(seconds=1)).astimezone(ZONE).date()
        for kind, subject in _PLANS:
            for span in reversed(recent(_rhythm(self.world, kind), today, _BACK[kind])):
                told = due(kind, subject, span, Calendar.of(self.view), canteen=self.view.canteen)
                if isinstance(told, Due):
                    form = self._form(kind, subject, span, told)
                    if form is not None:
                        yield form

    def _form(
        self, kind: InspectionKind, subject: InspectionSubject, span: Span, told: Due
    ) -> FormStory | None:
        in_force = self.profiles.in_force(told.first)
        present = [PlaceFacts(each.id, each.kind, {}) for each in self.places]
        items = items_of(in_force, kind, subject, facts_of(self.view), present)
        visitor = None
        if kind is InspectionKind.MUTUAL:
            visitor = visitor_of(self.school.id, self.neighbours, span.first)
            if visitor is None:
                return None
        if not items:
            return None
        inspector = None if visitor is not None else self.school.person(_POST[subject])
        made_at = midnight_of(told.first) + dt.timedelta(minutes=5)
        chance = self.world.chance("form", self.school.id, kind, subject, span.first)
        row = {
            "school_id": self.school.id,
            "visitor_school_id": visitor,
            "school_name": self.view.name_zh,
            "visitor_name": "" if visitor is None else _name(visitor),
            "kind": kind,
            "subject": subject,
            "name": self.world.say(_KEY_MOMENT) if kind is InspectionKind.KEY_MOMENT else "",
            "first_day": span.first,
            "last_day": told.last,
            "due_at": midnight_of(told.last + dt.timedelta(days=1)),
            "profiles": [f"{each.profile} {each.from_day}" for each in in_force],
            "inspector": inspector,
            "version": 1,
            "created_at": made_at,
            "changed_at": made_at,
            "changed_by": "",
            "signed_at": None,
            "signed_by": None,
            "signer": "",
        }
        form = FormStory(row, [_item(each) for each in items])
        by = inspector or _person_of(visitor)
        self._fill(chance, form, told, by)
        return form

    def _fill(self, chance: random.Random, form: FormStory, told: Due, by: str) -> None:
        """Answer and sign it, unless that lies ahead or was missed."""
        is_missed = chance.random() < _MISSED_SHARE
        is_late = chance.random() < _MISSED_SHARE
        begin, end = midnight_of(told.first), form.row["due_at"]
        at = begin + (end - begin) * chance.uniform(0.35, 0.8)
        if is_late:
            at = end + dt.timedelta(hours=chance.uniform(2, 20))
        if at >= self.world.end or is_missed:
            return
        for position, item in enumerate(form.items):
            self._answer(chance, form, position, item, at, by)
        signer = self.world.say(chance.choice(_SIGNERS))
        form.row |= {
            "version": 3,
            "changed_at": at,
            "changed_by": by,
            "signed_at": at,
            "signed_by": by,
            "signer": signer,
        }

    def _answer(
        self,
        chance: random.Random,
        form: FormStory,
        position: int,
        item: dict[str, Any],
        at: dt.datetime,
        by: str,
    ) -> None:
        item |= {"result": Result.MET, "facts": "[]", "answered_at": at, "answered_by": by}
        drawn = chance.random()
        if drawn < _HAZARD_SHARE:
            text = self.world.say(chance.choice(_HAZARDS))
            grade = HazardGrade.MAJOR if chance.random() < 0.2 else HazardGrade.GENERAL
            by_day = at.date() + dt.timedelta(days=7)
            item |= {"result": Result.NOT_MET, "note": text, "hazard": grade}
            item["rectify_by"] = None if grade is HazardGrade.MAJOR else by_day
            form.hazards.append(Hazard(position, text, grade, at, by))
            form.photographs[position] = _photograph(at, by, position)
        elif drawn < _HAZARD_SHARE + _MOSTLY_SHARE:
            item |= {"result": Result.MOSTLY_MET, "note": self.world.say(_REMARK)}


def _photograph(at: dt.datetime, by: str, number: int) -> dict[str, Any]:
    picture = put_right(number)
    return {
        "sent_sha256": picture.sha256,
        "at": at - dt.timedelta(minutes=3),
        "by": by,
        "width": WIDTH,
        "height": HEIGHT,
        "jpeg": picture.jpeg,
    }


def _item(item: FormItem) -> dict[str, Any]:
    return {
        "check_id": item.check_id,
        "rank": item.rank,
        "demand_zh": item.demand.zh,
        "demand_en": item.demand.en,
        "about": item.about,
        "places": [str(each) for each in item.places],
        "source_zh": item.source.zh,
        "source_en": item.source.en,
        "clause": item.clause,
        "reading": item.reading,
        "result": None,
        "note": "",
        "facts": None,
        "answered_at": None,
        "answered_by": None,
        "hazard": None,
        "rectify_by": None,
    }


def _school(school_id: str) -> SchoolPlan:
    return next(each for each in SCHOOLS if each.id == school_id)


def _name(school_id: str) -> str:
    return _school(school_id).marked.zh


def _person_of(school_id: str | None) -> str:
    assert school_id is not None
    return _school(school_id).person("manager")
