"""Six people come in one by one (evaluation data): the gate hands out each from the beginning."""

from __future__ import annotations

import pytest

from pipeline.video.gate import Gate, GateConfig, GatedDecoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource
from tests.support.evaluation_data import data_folder

FPS = 10.0
VISITS = ((60, 197), (227, 448), (503, 698), (744, 868), (923, 1199), (1234, 1359))
"""In frames; see the data folder's README."""


@pytest.mark.needs_data
@pytest.mark.parametrize("mode", ["auto", "keyframes"])
def test_every_visit_is_analysed_from_its_first_second(mode: str) -> None:
    source = FileSource(data_folder() / "videos" / "one_by_one.mp4", "c", 0.0)
    info = source.open()
    gate = Gate(info, GateConfig.model_validate({"mode": mode, "warm_up_s": 4.0}))
    analysed: list[float] = []
    with GatedDecoder(info, "c", gate, Sampler(5.0)) as decoder:
        for packet in source.packets():
            analysed += [frame.time.media_s for frame in decoder.frames(packet)]
        analysed += [frame.time.media_s for frame in decoder.flush()]
        counts = decoder.counts
    assert analysed == sorted(set(analysed))
    for first, last in VISITS:
        seen = [t for t in analysed if first / FPS <= t <= min(last, first + 20) / FPS]
        assert len(seen) >= 10
    assert counts.decoded_share < 1.0
