"""A pause in the middle of a GOP costs the pause and nothing more."""

from __future__ import annotations

from dataclasses import replace

import av
import pytest

from api.contract.retention import GapCause as G
from tests.recorders.film import stream
from tests.recorders.test_recorder import BEGIN, Box, box, endless

__all__ = ["box"]


@pytest.mark.parametrize("pause_s", [3.0, 25.0])
@pytest.mark.parametrize("stall", [True, False])
def test_what_follows_a_pause_is_kept_before_the_next_keyframe(
    box: Box, pause_s: float, stall: bool
) -> None:
    """A keyframe each 8 s, and a pause 1 s after one: the 7 s after the pause are footage."""
    film = stream(16, gop=40)
    feed = box.recorder.camera("gate")
    sent = 0
    for packet in endless(film, BEGIN):
        if packet.media_s >= 48:
            break
        shift_s = pause_s if packet.media_s >= 17 else 0.0
        moved = replace(
            packet,
            utc_s=packet.utc_s + shift_s,
            media_s=packet.media_s + (shift_s if stall else 0.0),
        )
        box.clock.advance(max(0.0, moved.utc_s - box.clock.utc_s()))
        feed.add(moved, film.info)
        box.recorder.pump()
        sent += 1
    assert box.gaps() == [(17.0, 17.0 + pause_s, G.STALLED if stall else G.CLOCK_SET)]
    box.recorder.stop()
    shown = 0
    for path in sorted(box.root.rglob("*.mp4")):
        with av.open(str(path)) as container:
            shown += sum(1 for _ in container.decode(video=0))
    assert shown == sent + 5  # the lead-in is written twice
