"""A reviewer at the queue: two schools with alerts, and what a hand does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import cv2
import httpx
import numpy as np
from playwright.sync_api import Page, Response, expect

from api.contract import (
    EpisodeState,
    EvidenceKind,
    FootageGap,
    FootageSpan,
    GapCause,
    RetentionState,
    RiskLevel,
    WireModel,
)
from api.organisations.schemas import SchoolName
from tests.api.messages import (
    camera_beat,
    episode,
    evidence_ref,
    heartbeat,
    registration,
    retention,
)
from tests.api.messages import sha256 as hashed
from tests.e2e.stack import Stack, all_alerts

EXPECT_MS = 20_000
"""Two of these run beside each other on two cores, each with a worker that analyses."""
ALERTS = 24
NO_1 = SchoolName(school_id="no-1", name="某某市某某区实验学校附属第二中心小学（东校区）")
NO_2 = SchoolName(school_id="no-2", name="第二中学")
COUNT_CLICKS = """addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true)"""
"""Counts presses of a pointer over all pages of a tab; a drag is one."""
VERDICT = re.compile(r"/alerts/[0-9a-f-]+/(confirm|false-positive)$")


def alert_picture(number: int) -> bytes:
    picture = np.full((360, 640, 3), 40, np.uint8)
    cv2.putText(picture, str(number), (250, 220), cv2.FONT_HERSHEY_SIMPLEX, 4, (250, 250, 250), 8)
    return bytes(cv2.imencode(".jpg", picture)[1])


def box_of(stack: Stack, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{stack.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=20,
    )


def own_token(stack: Stack) -> str:
    return (stack.home / "api" / "worker.token").read_text().strip()


def raise_alert(
    box: httpx.Client, school: int, number: int, raised_at: datetime, risk: RiskLevel
) -> str:
    """An alert with its picture, as a box sends it; answers its id."""
    content = alert_picture(number)
    school_id = f"no-{school}"
    reference = evidence_ref(content, EvidenceKind.SNAPSHOT)
    told = episode(
        f"hands-{number}",
        school_id=school_id,
        camera_id=f"gate-{school}",
        state=EpisodeState.CLOSED,
        risk=risk,
        raised_at=raised_at,
        evidence=(reference.model_copy(update={"width": 640, "height": 360}),),
    )
    box.put(f"alerts/{told.id}", json=told.model_dump(mode="json")).raise_for_status()
    box.put(
        f"evidence/{hashed(content)}?school_id={school_id}",
        content=content,
        headers={"Content-Type": "image/jpeg"},
    ).raise_for_status()
    return str(told.id)


def fill(stack: Stack) -> None:
    """Two schools whose cameras have one name, and alerts with a picture each."""
    tokens = {"no-1": own_token(stack), "no-2": stack.enrol("no-2", NO_2.name)}
    now = datetime.now(UTC)
    with ExitStack() as closing:
        boxes = {
            school_id: closing.enter_context(box_of(stack, token))
            for school_id, token in tokens.items()
        }

        def put(school_id: str, path: str, told: WireModel) -> None:
            boxes[school_id].put(path, json=told.model_dump(mode="json")).raise_for_status()

        for camera, school in (("gate-1", NO_1), ("gate-2", NO_2)):
            of = {"school_id": school.school_id}
            told = registration(camera, **of, school_name=school.name)
            put(school.school_id, f"cameras/{camera}", told)
            beat = heartbeat(
                camera_beat(camera, since=now),
                **of,
                sent_at=now,
                started_at=now - timedelta(minutes=1),
            )
            worker = boxes[school.school_id]
            worker.post("heartbeat", json=beat.model_dump(mode="json")).raise_for_status()
        gone = now - timedelta(hours=3)
        gap = FootageGap(
            from_at=gone, to_at=gone + timedelta(minutes=40), cause=GapCause.DISK_READONLY
        )
        spans = (
            FootageSpan(from_at=now - timedelta(days=1), to_at=gap.from_at),
            FootageSpan(from_at=gap.to_at, to_at=now),
        )
        kept = retention(
            "gate-1",
            now,
            school_id="no-1",
            state=RetentionState.GAP,
            gaps=(gap,),
            spans=spans,
        )
        put("no-1", "retention/gate-1", kept)
        days = [str((now + timedelta(days=number)).date()) for number in (-1, 1)]
        again = {"from_day": days[0], "until_day": days[1], "reason": "e2e"}
        stack.sign_in().post("/compliance/judgements", json=again).raise_for_status()
        for number in range(ALERTS):
            school = 1 + number % 2
            raised_at = now - timedelta(minutes=ALERTS - number)
            raise_alert(boxes[f"no-{school}"], school, number, raised_at, RiskLevel.CLASS_2)


def still_alive(stack: Stack) -> None:
    """The box of the first school is heard of again: of one that fell silent nothing is proven."""
    told = heartbeat(camera_beat("gate-1"), school_id="no-1", sent_at=datetime.now(UTC))
    with box_of(stack, own_token(stack)) as box:
        box.post("heartbeat", json=told.model_dump(mode="json")).raise_for_status()


def sign_in(page: Page, stack: Stack) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("alert-row").first).to_be_visible(timeout=30_000)


def wait_for_still(page: Page) -> None:
    expect(page.get_by_test_id("review-actions")).to_have_attribute("data-showing", "shown")


@contextmanager
def listed_anew(page: Page) -> Iterator[None]:
    """What is done inside asks for other rows; afterwards they are there."""

    def is_list(response: Response) -> bool:
        url = httpx.URL(response.url)
        return url.path == "/api/v1/alerts" and url.params.get("limit") != "1"

    with page.expect_response(is_list):
        yield
    expect(page.get_by_test_id("alert-row").first).to_be_visible()


def hold(page: Page, key: str, for_ms: int) -> None:
    """As a keyboard does: the first press, then repeats each 33 ms until it is let go."""
    for _ in range(max(1, for_ms // 33)):
        page.keyboard.down(key)
        page.wait_for_timeout(33)
    page.keyboard.up(key)


def judged(stack: Stack) -> list[str]:
    return [str(a["id"]) for a in all_alerts(stack.sign_in()) if a["status"] != "pending_review"]


def focused(page: Page) -> str:
    current = page.locator("[data-testid=alert-row][aria-current=true]")
    return str(current.get_attribute("data-alert-id"))


def choose(page: Page, select: str, option: str) -> None:
    """Choose as people do, who wait until one list is gone before they open the next."""
    page.get_by_test_id(select).click()
    shown = page.locator(".ant-select-dropdown:visible")
    expect(shown).to_have_count(1)
    shown.locator(".ant-select-item-option").get_by_text(option).click()
    if shown.count():  # a list of several choices stays open
        page.get_by_test_id(select).press("Escape")
    expect(shown).to_have_count(0)


def clicks(page: Page) -> int:
    """How often its pointer was pressed since it opened; see ``COUNT_CLICKS``."""
    return int(page.evaluate("Number(sessionStorage.clicks ?? 0)"))
