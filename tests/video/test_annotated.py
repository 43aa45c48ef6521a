"""Annotated videos keep each picture's time and appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import EvidenceError
from pipeline.video.annotated import AnnotatedWriter
from tests.video.media import HEIGHT, WIDTH, number_of, numbered_picture
from tests.video.test_remux import play


def test_pictures_keep_their_times(tmp_path: Path) -> None:
    times = [0.0, 0.2, 0.4, 1.4, 1.6]
    with AnnotatedWriter(tmp_path / "out.mp4", WIDTH, HEIGHT, 5.0) as writer:
        for index, at in enumerate(times):
            writer.write(numbered_picture(index), at)
        assert not (tmp_path / "out.mp4").exists()
    clip = play(tmp_path / "out.mp4")
    assert clip.numbers == list(range(5))
    assert clip.times == pytest.approx(times, abs=1e-3)
    assert clip.duration_s == pytest.approx(1.8, abs=1e-2)


def test_odd_sizes_and_other_sizes_are_fitted(tmp_path: Path) -> None:
    with AnnotatedWriter(tmp_path / "out.mp4", WIDTH + 1, HEIGHT + 1, 25.0) as writer:
        writer.write(numbered_picture(7, WIDTH + 1, HEIGHT + 1), 0.0)
        writer.write(numbered_picture(8), 0.04)
    clip = play(tmp_path / "out.mp4")
    assert clip.size == (WIDTH, HEIGHT)
    assert clip.numbers == [7, 8]


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    def fail_half_way() -> None:
        with AnnotatedWriter(tmp_path / "out.mp4", WIDTH, HEIGHT, 25.0) as writer:
            writer.write(numbered_picture(0), 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert list(tmp_path.iterdir()) == []


def test_without_pictures_there_is_no_file(tmp_path: Path) -> None:
    with AnnotatedWriter(tmp_path / "out.mp4", WIDTH, HEIGHT, 25.0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    def write() -> None:
        with AnnotatedWriter(tmp_path / "gone" / "out.mp4", WIDTH, HEIGHT, 25.0) as writer:
            writer.write(numbered_picture(0), 0.0)

    with pytest.raises(EvidenceError, match="could not be written") as caught:
        write()
    assert "gone" in caught.value.where


def test_the_picture_written_is_the_picture_read(tmp_path: Path) -> None:
    with AnnotatedWriter(tmp_path / "out.mp4", WIDTH, HEIGHT, 25.0) as writer:
        writer.write(numbered_picture(682), 0.0)
    assert play(tmp_path / "out.mp4").numbers == [number_of(numbered_picture(682))] == [682]
