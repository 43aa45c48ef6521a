"""The error tree: each code once, each answer a problem document."""

from __future__ import annotations

from typing import TypeVar

import httpx

from api.app import create_app
from api.audit.chain import Fault
from api.audit.schemas import AccessAction
from api.boxes.schemas import BoxState
from api.contract.exam_package.verifying import PackageFault, PackageSource
from api.contract.exam_profile import ExamAsked
from api.contract.places import PlaceKind, SchoolType
from api.contract.vocabulary import vocabulary
from api.exams.patrol_schemas import NotCounted
from api.exams.schemas import ExamCheck, ExamCheckState, ExamWhy
from api.kit.errors import ApiError, StartError
from api.meetings.engine_messages import EngineState
from api.meetings.schemas import MeetingReason, MeetingState, PersonState
from api.orders.machine import OrderState, Step
from api.orders.schemas import OrderAction, SourceKind
from api.orders.subjects import Subject
from api.workbooks.schemas import SheetName
from tests.api.centre import Centre

T = TypeVar("T")


def _subclasses(kind: type[T]) -> list[type[T]]:
    return [found for child in kind.__subclasses__() for found in (child, *_subclasses(child))]


def test_every_code_is_used_once() -> None:
    codes = [kind.code for kind in _subclasses(ApiError)]
    codes += [kind.code for kind in _subclasses(StartError)]
    assert len(codes) == len(set(codes))
    assert all(kind.status in range(400, 600) for kind in _subclasses(ApiError))
    assert {kind.status for kind in _subclasses(ApiError) if kind.retryable} == {408, 429, 503, 507}


def test_a_start_error_is_one_line() -> None:
    error = StartError("broken\nin two", where="here", remedy="Mend it")
    assert error.line() == "here: broken in two. Mend it"


async def test_validation_says_what_is_wrong_where(reviewer: httpx.AsyncClient) -> None:
    answer = await reviewer.get("/api/v1/alerts?limit=many&status=odd")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (422, "invalid")
    assert {error["where"] for error in problem["errors"]} == {"query.limit", "query.status.0"}


async def test_a_body_that_is_no_json_is_invalid(centre: Centre) -> None:
    client = await centre.client()
    answer = await client.post(
        "/api/v1/auth/login", content=b"\xff{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_answer_does_not_repeat_a_password(centre: Centre) -> None:
    client = await centre.client()
    body = {"username": "admin", "password": "hunter2" * 100}
    answer = await client.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def test_every_code_has_words() -> None:
    """The app imports every room, and so every error."""
    assert create_app.__module__ == "api.app"
    codes = {kind.code for kind in _subclasses(ApiError)}
    assert codes - set(vocabulary().problem) == set()


def test_every_word_that_pages_show_has_words() -> None:
    words = vocabulary()
    for family, known in (
        (words.access_action, AccessAction),
        (words.school_type, SchoolType),
        (words.place_kind, PlaceKind),
        (words.box_state, BoxState),
        (words.audit_fault, Fault),
        (words.workbook_sheet, SheetName),
        (words.meeting_reason, MeetingReason),
        (words.meeting_state, MeetingState),
        (words.meeting_person_state, PersonState),
        (words.meeting_engine, EngineState),
        (words.order_state, OrderState),
        (words.order_step, Step),
        (words.order_action, OrderAction),
        (words.order_subject, Subject),
        (words.order_source, SourceKind),
        (words.exam_check, ExamCheck),
        (words.exam_check_state, ExamCheckState),
        (words.exam_why, ExamWhy),
        (words.exam_not_counted, NotCounted),
        (words.exam_asks, ExamAsked),
        (words.package_fault, PackageFault),
        (words.package_source, PackageSource),
    ):
        assert set(family) == set(known), known
