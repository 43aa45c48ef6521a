"""Housekeeping looks at few segments and chooses as if it had looked at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.footage.spans import Span
from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.housekeeping import Housekeeper, Room
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.retention import Holding, RetentionPolicy, plan
from pipeline.recorders.segments import Segment, ignore

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC).timestamp()
POLICY = st.builds(
    lambda low, more: RetentionPolicy(low, None if more is None else low + more),
    st.integers(0, 20),
    st.none() | st.integers(1, 20),
)
SEGMENT = st.tuples(st.sampled_from("abc"), st.integers(1, 40 * 24), st.integers(1, 50))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(SEGMENT, max_size=40, unique_by=lambda s: s[:2]),
    st.fixed_dictionaries({"a": POLICY, "b": POLICY}),
    st.integers(0, 1000),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 40 * 24)), max_size=3),
)
def test_a_short_look_chooses_like_a_long_one(
    made: list[tuple[str, int, int]],
    policies: dict[str, RetentionPolicy],
    max_bytes: int,
    held: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        index = FootageIndex(root / "index.sqlite")
        for camera, hours, size in made:
            span = Span(NOW - hours * 3600, NOW - hours * 3600 + 3600)
            index.save(Segment(camera, f"{camera}/{9999 - hours}", span, 3600, size, "h264"))
        for camera, hours in held:
            index.hold(camera, Span(NOW - hours * 3600 + 1, NOW - hours * 3600 + 2), "alert")
        all_of_them = [
            Holding(s.camera, s.path, s.span, s.size_bytes, _is_held(s, held))
            for s in index.segments()
        ]
        wanted = plan(
            all_of_them,
            policies,
            needed_bytes=max(0, index.size_bytes() - max_bytes),
            now_s=NOW,
            zone=ZONE,
        )
        keeper = Housekeeper(root, index, LocalDisk(), Room(0, max_bytes), ZONE, ignore)
        done = keeper.sweep(policies, NOW)
        assert [d.holding.path for d in done.deletions] == [
            d.holding.path for d in wanted.deletions
        ]
        assert done.missing_bytes == wanted.missing_bytes
        assert index.size_bytes() <= max_bytes + wanted.missing_bytes
        gone = {d.holding.path for d in wanted.deletions}
        assert {s.path for s in index.segments()} == {h.path for h in all_of_them} - gone
        assert index.doomed() == []
        for camera in "abc":
            broken_days = sum(b.span.seconds for b in index.broken_promises(camera)) / 3600
            assert broken_days >= sum(
                d.breaks for d in wanted.deletions if d.holding.camera == camera
            )
        index.close()


def _is_held(segment: Segment, held: list[tuple[str, int]]) -> bool:
    return any(
        camera == segment.camera and NOW - hours * 3600 == segment.span.start_s
        for camera, hours in held
    )
