"""Keyset paging: nothing twice, nothing lost, also while new alerts arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.kit.errors import BadCursorError
from api.kit.pagination import Cursor
from tests.api.centre import put_alert, running_centre
from tests.api.messages import T0, alert_uuid, episode


@settings(max_examples=30, deadline=None)
@given(at=st.datetimes(datetime(1000, 1, 2), datetime(9999, 1, 1)), identity=st.text(max_size=100))  # noqa: DTZ001
def test_a_cursor_survives_the_round_trip(at: datetime, identity: str) -> None:
    cursor = Cursor(at.replace(tzinfo=UTC), identity)
    assert Cursor.decode(cursor.encode()) == cursor


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_any_other_text_is_refused_or_a_cursor(text: str) -> None:
    try:
        cursor = Cursor.decode(text)
    except BadCursorError:
        return
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("text", ["", "e30", "W10", "WzEsMl0", "é", "====", "W1tdLDFd"])
def test_known_bad_cursors(text: str) -> None:
    with pytest.raises(BadCursorError):
        Cursor.decode(text)


@pytest.mark.parametrize("identity", ["", "-1", " 1", "1_0", "x", "9" * 19, "9" * 100])
def test_what_is_no_number_of_a_row_names_none(identity: str) -> None:
    with pytest.raises(BadCursorError):
        _ = Cursor(T0, identity).number
    assert Cursor(T0, "17").number == 17


# Few distinct moments, so that alerts share one and the id has to break the tie.
_MOMENTS = st.integers(0, 3).map(lambda seconds: T0 + timedelta(seconds=seconds))


@pytest.mark.whole
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    present=st.lists(_MOMENTS, min_size=1, max_size=8),
    arriving=st.lists(_MOMENTS, max_size=5),
    limit=st.integers(1, 4),
)
async def test_paging_neither_repeats_nor_loses(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_data_dir: Path,
    present: list[datetime],
    arriving: list[datetime],
    limit: int,
) -> None:
    folder = tmp_path_factory.mktemp("paging")
    async with running_centre(folder, template=migrated_data_dir) as centre:
        worker, admin = await centre.worker(), await centre.admin()
        for number, moment in enumerate(present):
            await put_alert(worker, episode(f"present-{number}", raised_at=moment))
        seen: list[UUID] = []
        cursor, late = "", iter(enumerate(arriving))
        for _ in range(len(present) + len(arriving) + 1):
            page = (await admin.get(f"/api/v1/alerts?limit={limit}{cursor}")).json()
            assert len(page["items"]) <= limit
            seen += [UUID(item["id"]) for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
            if (arrival := next(late, None)) is not None:
                number, moment = arrival
                await put_alert(worker, episode(f"late-{number}", raised_at=moment))
        else:
            pytest.fail("paging does not come to an end")
        assert len(seen) == len(set(seen))
        expected = {alert_uuid(f"present-{number}") for number in range(len(present))}
        assert expected <= set(seen)
        order = (await admin.get("/api/v1/alerts?limit=200")).json()["items"]
        keys = [(item["raised_at"], item["id"]) for item in order]
        assert keys == sorted(keys, reverse=True)
