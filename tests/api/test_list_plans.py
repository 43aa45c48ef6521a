"""Lists of a full district are found by an index: pages where they begin, words by few names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service
from api.alerts.filters import AlertFilters
from api.alerts.queue import repository
from api.alerts.schemas import AlertPage
from api.kit.pagination import Cursor
from api.precision.filters import BehindFilters, ReportFilters
from api.precision.repository import PrecisionRepository
from tests.api.centre import put_alert, put_camera, running_centre
from tests.api.messages import T0, alert_uuid, episode, registration
from tests.api.plans import plans_of

_BY_CAMERA = "SEARCH alerts USING INDEX ix_alerts_camera_key_queued_at (camera_key=?)"
_FROM_THERE = "SEARCH alerts USING INDEX ix_alerts_queued_at_id (queued_at<?)"


async def _queue(session: AsyncSession, text: str = "", cursor: str | None = None) -> AlertPage:
    return await service.list_alerts(
        session, AlertFilters(text=text), limit=1, cursor=cursor, now=T0, undo_s=0
    )


@pytest.fixture
async def full(tmp_path: Path) -> Path:
    """Two cameras, each with two alerts."""
    async with running_centre(tmp_path) as centre:
        worker = await centre.worker()
        for camera_id, name in (("gate-north", "北门"), ("yard", "操场")):
            await put_camera(worker, registration(camera_id, name=name))
            for number in range(2):
                await put_alert(worker, episode(f"{name}-{number}", camera_id=camera_id))
    return tmp_path / "mingan.db"


def _of_alerts(plans: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Of those that read alerts themselves: statement and the step that finds them."""
    return [
        (sql, [step for step in steps if " alerts " in f"{step} "])
        for sql, steps in plans
        if "FROM alerts" in sql
    ]


async def test_a_page_further_on_begins_where_the_one_before_ended(full: Path) -> None:
    """Walked through from the top, the twentieth page took ten times as long as the second."""
    cursor = Cursor(T0 + timedelta(minutes=1), str(alert_uuid("one"))).encode()
    (page, found), *_ = _of_alerts(
        await plans_of(full, lambda session: _queue(session, cursor=cursor))
    )
    assert "LIMIT" in page
    assert found == [_FROM_THERE]


async def test_alerts_behind_a_number_begin_where_the_page_before_ended(full: Path) -> None:
    after = Cursor(T0, str(alert_uuid("one")))
    since = ReportFilters(T0 - timedelta(days=90))
    [(_, found)] = _of_alerts(
        await plans_of(
            full,
            lambda session: PrecisionRepository(session).behind(since, BehindFilters(), after, 2),
        )
    )
    [step] = found
    assert "ix_alerts_queued_at_id (queued_at>? AND queued_at<?)" in step


async def test_judgements_and_scores_are_counted_in_the_order_of_indexes_that_hold_them(
    full: Path,
) -> None:
    """No row of the table is fetched, nothing is sorted, and no alert is asked twice the same."""
    since = ReportFilters(T0 - timedelta(days=90))
    [(judgements, found)] = await plans_of(
        full, lambda session: PrecisionRepository(session).counts(since)
    )
    assert found == ["SCAN alerts USING COVERING INDEX ix_alerts_precision"]
    assert judgements.count("alerts.status =") == 2
    [(_, found)] = await plans_of(full, lambda session: PrecisionRepository(session).scores(since))
    assert found == ["SCAN alerts USING COVERING INDEX ix_alerts_hundredths"]


async def test_a_camera_s_name_leads_to_its_alerts_alone(full: Path) -> None:
    """No alert of another is compared with the word, neither for the page nor to count."""
    names, page, counts = _of_alerts(await plans_of(full, lambda session: _queue(session, "操场")))
    assert names[1] == [
        "SCAN alerts USING COVERING INDEX ix_alerts_camera_key_rule_id_zone",
    ], "the names of zones and rules, without a row of the table"
    assert "LIMIT" in page[0]
    assert "count(*)" in counts[0]
    for sql, found in (page, counts):
        assert found == [_BY_CAMERA]
        assert "LIKE" not in sql


@pytest.mark.parametrize("few", [100, 1, 0])
async def test_many_cameras_and_names_are_found_as_few_are(
    full: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "_FEW", few)
    found: dict[str, int] = {}

    async def search(session: AsyncSession) -> None:
        for word in (
            "操场",
            "北",
            "小学",
            "NORTH-",
            "north_",
            "周界",
            "操场 north_",
            "nothing",
            "100%",
        ):
            found[word] = (await _queue(session, word)).counts.pending_review

    await plans_of(full, search)
    assert found == {
        "操场": 2,
        "北": 4,
        "小学": 4,
        "NORTH-": 4,
        "north_": 4,
        "周界": 4,
        "操场 north_": 2,
        "nothing": 0,
        "100%": 0,
    }
