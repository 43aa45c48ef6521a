"""What must hold of any tracks, whatever a detector says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.detections import Detections, Tracks
from pipeline.tracking import ByteTracker
from tests.tracking.walkers import SIZE, detections

box = st.tuples(
    st.floats(-50, 1200), st.floats(-50, 700), st.floats(1, 300), st.floats(1, 400)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
frame = st.lists(st.tuples(box, st.floats(0.05, 1.0), st.integers(0, 1)), max_size=6).map(
    lambda rows: detections([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
)
# Binary fractions: a clip that is moved in time keeps its differences to the last bit, and with
# them which of several boxes that are alike goes on.
gap = st.sampled_from([0.0, 1 / 32, 1 / 8, 1 / 4, 0.5, 1.0, 4.0])
# Noise seldom lives long enough to be a track, so each frame may also repeat the one before.
clip = st.lists(st.tuples(gap, st.one_of(st.none(), frame)), min_size=1, max_size=25)


def played(script: list[tuple[float, Detections | None]]) -> list[tuple[float, Detections]]:
    """Times and frames of a script in which None repeats the frame before."""
    frames: list[tuple[float, Detections]] = []
    t_s, last = 0.0, detections([], [], [])
    for step, found in script:
        t_s += step
        last = last if found is None else found
        frames.append((t_s, last))
    return frames


def run(frames: list[tuple[float, Detections]]) -> list[Tracks]:
    tracker = ByteTracker()
    return [tracker.update(found, t_s, SIZE) for t_s, found in frames]


@settings(deadline=None, max_examples=60)
@given(script=clip)
def test_ids_are_positive_unique_sorted_and_never_used_again(
    script: list[tuple[float, Detections | None]],
) -> None:
    frames = played(script)
    birth: dict[int, tuple[float, int]] = {}
    highest_yet = 0
    for (t_s, _), tracks in zip(frames, run(frames), strict=True):
        ids = tracks.track_id.tolist()
        assert ids == sorted(set(ids))
        assert all(i > 0 for i in ids)
        assert all(i > highest_yet for i in ids if i not in birth)
        for i, since, kind in zip(ids, tracks.first_seen_s, tracks.class_id, strict=True):
            assert since <= t_s
            assert birth.setdefault(i, (float(since), int(kind))) == (float(since), int(kind))
        highest_yet = max([highest_yet, *ids])


@settings(deadline=None, max_examples=60)
@given(script=clip)
def test_every_track_is_one_of_the_frames_boxes(
    script: list[tuple[float, Detections | None]],
) -> None:
    frames = played(script)
    for (_, found), tracks in zip(frames, run(frames), strict=True):
        given_boxes = sorted(zip(found.xyxy.tolist(), found.score.tolist(), strict=True))
        for told in zip(tracks.xyxy.tolist(), tracks.score.tolist(), strict=True):
            assert told in given_boxes
            given_boxes.remove(told)


@settings(deadline=None, max_examples=60)
@given(script=clip, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_boxes_does_not_matter(
    script: list[tuple[float, Detections | None]], seed: int
) -> None:
    frames = played(script)
    rng = np.random.default_rng(seed)
    shuffled = [(t, found.select(rng.permutation(len(found)))) for t, found in frames]
    for one, other in zip(run(frames), run(shuffled), strict=True):
        assert one.track_id.tolist() == other.track_id.tolist()
        assert one.xyxy.tolist() == other.xyxy.tolist()
        assert one.first_seen_s.tolist() == other.first_seen_s.tolist()


@pytest.mark.whole
@settings(deadline=None, max_examples=60)
@given(script=clip, shift_s=st.sampled_from([64.0, 4096.0]))
def test_only_differences_of_time_matter(
    script: list[tuple[float, Detections | None]], shift_s: float
) -> None:
    frames = played(script)
    later = [(t + shift_s, found) for t, found in frames]
    for one, other in zip(run(frames), run(later), strict=True):
        assert one.track_id.tolist() == other.track_id.tolist()
