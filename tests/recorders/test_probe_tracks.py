"""What an audit counts of an MP4: the track that lives, as far as its edit list shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.recorders.probe import FileState, probe
from tests.media.films import trim_by_edit_list
from tests.recorders.film import film


def test_what_an_edit_list_leaves_out_is_no_footage(tmp_path: Path) -> None:
    path = shutil.copyfile(film(60, fps=5, gop=300), tmp_path / "a.mp4")
    assert probe(path).duration_s == pytest.approx(60, abs=0.01)
    trim_by_edit_list(path, 20.0)
    facts = probe(path)
    assert facts.state is FileState.WHOLE
    assert facts.runs_s == (pytest.approx((0, 40), abs=0.01),)
    assert facts.claimed_s == pytest.approx(40, abs=0.01)
    with av.open(str(path)) as container:  # as a player shows it
        shown = [float(frame.time or 0) for frame in container.decode(video=0)]
    assert len(shown) == 200
    assert shown[0] == pytest.approx(0, abs=0.01)


def test_a_b_frames_delay_is_no_cut() -> None:
    facts = probe(film(20, fps=5, gop=10, b_frames=2))
    assert facts.duration_s == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize("movflags", ["", "+frag_keyframe+empty_moov"])
def test_a_thumbnail_before_the_film_is_not_the_film(movflags: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with (
        av.open(str(film(60, fps=5))) as source,
        av.open(str(path), "w", options={"movflags": movflags} if movflags else {}) as output,
    ):
        cover = output.add_stream("mjpeg", rate=1, width=64, height=48)
        cover.pix_fmt = "yuvj420p"
        video = source.streams.video[0]
        out = output.add_stream_from_template(video)
        still = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 200, np.uint8), format="bgr24")
        still.pts = 0
        output.mux(cover.encode(still))
        output.mux(cover.encode(None))
        for packet in source.demux(video):
            if packet.size:
                packet.stream = out
                output.mux(packet)
    facts = probe(path)
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(60, abs=0.01)
