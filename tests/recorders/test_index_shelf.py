"""Footage told from outside the recorder's process, while the recorder goes on writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.core.clock import ManualClock
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.index_shelf import IndexShelf
from pipeline.recorders.recorder import INDEX_NAME
from pipeline.recorders.segments import Segment

T0 = 1_764_000_000.0


def _save(index: FootageIndex, *spans: tuple[float, float]) -> None:
    for begin, end in spans:
        span = Span(T0 + begin, T0 + end)
        index.save(Segment("gate", f"gate/{begin:.0f}.mp4", span, end - begin, 1000, "h264"))


def test_finished_footage_is_there_while_another_process_writes(tmp_path: Path) -> None:
    index = FootageIndex(tmp_path / INDEX_NAME)
    index.mark_complete()
    _save(index, (0, 60), (60, 120))
    clock = ManualClock(T0 + 150)
    shelf = IndexShelf(tmp_path, clock)
    pieces = shelf.pieces("gate", T0 + 30)
    assert [each.path.name for each in pieces] == ["0.mp4", "60.mp4"]
    assert pieces[0].path == tmp_path / "gate/0.mp4"
    timeline = shelf.timeline("gate", Span(T0, T0 + 3600))
    assert timeline.spans == (Span(T0, T0 + 120),)
    assert (timeline.as_of_s, timeline.gaps) == (T0 + 120, ()), "the open minute is no gap"
    _save(index, (120, 180))
    clock.advance(45)
    assert shelf.timeline("gate", Span(T0, T0 + 3600)).spans == (Span(T0, T0 + 180),)
    index.close()


def test_what_is_missing_is_a_gap_once_no_open_segment_explains_it(tmp_path: Path) -> None:
    index = FootageIndex(tmp_path / INDEX_NAME)
    index.mark_complete()
    _save(index, (0, 60))
    index.begin_absence("gate", T0 + 60, GapCause.OFFLINE, "refused")
    shelf = IndexShelf(tmp_path, ManualClock(T0 + 660))
    [gap] = shelf.timeline("gate", Span(T0, T0 + 3600)).gaps
    assert (gap.span, gap.cause) == (Span(T0 + 60, T0 + 660), GapCause.OFFLINE)
    index.close()


def test_an_index_that_is_being_rebuilt_says_nothing_of_gaps(tmp_path: Path) -> None:
    index = FootageIndex(tmp_path / INDEX_NAME)
    _save(index, (0, 60), (600, 660))
    timeline = IndexShelf(tmp_path, ManualClock(T0 + 900)).timeline("gate", Span(T0, T0 + 900))
    is_complete = index.is_complete()
    index.close()
    assert timeline.is_known is is_complete
    assert bool(timeline.gaps) is is_complete


@pytest.mark.parametrize("content", [None, b"no database at all" * 100])
def test_without_an_index_nothing_is_known_and_none_is_made(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / INDEX_NAME
    if content is not None:
        path.write_bytes(content)
    shelf = IndexShelf(tmp_path, ManualClock(T0))
    timeline = shelf.timeline("gate", Span(T0 - 60, T0))
    assert (timeline.is_known, timeline.spans) == (False, ())
    with pytest.raises(FootageIndexError):
        shelf.pieces("gate", 0.0)
    assert path.exists() is (content is not None)
    if content is not None:
        assert path.read_bytes() == content
