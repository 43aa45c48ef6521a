"""The district that is judged for its figures is one that boxes could have told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bench_compliance_district import Size, story

from api.compliance.history import told_on

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SIZE = Size(cameras=100, days=12, schools=4)


@pytest.mark.parametrize("camera", [1, 85, 96, 7])
def test_each_day_is_told_what_the_camera_missed_until_then(camera: int) -> None:
    found = story(camera, SIZE, NOW)
    assert found is not None
    rows = list(found.rows())
    assert rows[-1].as_of_ms <= NOW.timestamp() * 1000
    for row, held in zip(rows, told_on(rows), strict=True):
        assert row.front_ms is not None
        assert held.holes == tuple(
            hole for hole in found.holes if row.front_ms <= hole.start_ms < row.as_of_ms
        )
        assert all(hole.end_ms < row.as_of_ms for hole in held.holes)


def test_of_some_cameras_nothing_is_told() -> None:
    assert story(99, SIZE, NOW) is None
