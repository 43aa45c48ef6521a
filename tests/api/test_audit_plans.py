"""A school's audit shows its floor plans: numbered cameras, and what each is worth."""

from __future__ import annotations

import io
import zipfile

import cv2
import numpy as np
import pytest

from api.floor_plans.schemas import PlacedCamera, PlanCameraState
from api.reports.plan_drawing import draw
from tests.api.centre import Centre
from tests.api.district import MINE
from tests.api.reporting import made_report, report_file
from tests.api.test_floor_plans import HUNG, Site, added, put
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf, read_sheets

needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
STATES = {
    "gate": "已覆盖",
    "perimeter": "未在监测",
    "silent": "无法核验",
    "bedroom": "禁止安装",
}


async def _drawn(centre: Centre) -> Site:
    site = Site(centre)
    await site.arrive()
    plan = await added(site.manager)
    hung = [site.at(name, x=0.2 + at / 5) for at, name in enumerate(HUNG)]
    assert (await put(site.manager, plan, *hung)).status_code == 200
    return site


async def test_the_workbook_has_the_plan_and_what_its_numbers_mean(centre: Centre) -> None:
    site = await _drawn(centre)
    file = await report_file(site.admin, await made_report(centre, site.admin, school_id=MINE))
    rows = read_sheets(file)["平面图上的摄像机"][1:]
    assert [row[:2] for row in rows] == [["一层", number] for number in range(1, 5)]
    told = {str(row[2]).split()[-1]: row[3:] for row in rows}
    assert told == {name: [f"at {name}", state] for name, state in STATES.items()}
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        media = [name for name in parts.namelist() if name.startswith("xl/media/")]
        assert len(media) == 1
        assert parts.read(media[0]).startswith(b"\xff\xd8\xff")


@needs_pdf
async def test_the_pdf_shows_it_in_both_languages(centre: Centre) -> None:
    site = await _drawn(centre)
    for language, words in (
        ("zh", ("平面图 · 一层", "平面图上的摄像机", "未在监测", "at gate")),
        ("en", ("Floor plans · 1st floor", "Cameras on the floor plans", "Not online", "at gate")),
    ):
        asked = {"school_id": MINE, "format": "pdf", "language": language}
        pdf = read_pdf(
            await report_file(site.admin, await made_report(centre, site.admin, **asked))
        )
        for word in words:
            assert word in pdf.text, word
        assert min(pdf.ink) > 0.005, "an empty page"


@pytest.mark.whole
async def test_without_a_plan_nothing_is_said_of_plans(centre: Centre) -> None:
    site = Site(centre)
    await site.arrive()
    file = await report_file(site.admin, await made_report(centre, site.admin, school_id=MINE))
    assert not [title for title in read_sheets(file) if "平面图" in title]


@pytest.mark.parametrize("state", list(PlanCameraState))
def test_what_a_camera_sees_is_tinted_and_the_rest_is_not(state: PlanCameraState) -> None:
    paper = cv2.imencode(".png", np.full((300, 600, 3), 255, np.uint8))[1].tobytes()
    hung = PlacedCamera(camera_key=1, x=0.5, y=0.5, direction_deg=90, view_deg=60, reach=0.2)
    made = draw(paper, [(hung, state)])
    assert made is not None
    shown = cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    # 120 pixels to the right of the middle; to the left nobody looks.
    ahead, behind = shown[140:160, 360:400], shown[100:200, 150:250]
    assert behind.min() > 250
    assert (ahead.min() < 235) == (state is not PlanCameraState.RETIRED)
    assert shown[130:170, 280:320].min() < 200, "the number"
    assert draw(b"no picture", []) is None
