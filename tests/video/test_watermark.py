"""Words on pictures: where they stand, what they leave alone, and which cannot be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core.errors import ConfigError
from pipeline.video.watermark import Watermark

WIDTH, HEIGHT = 640, 360


def grey(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    return np.full((height * 3 // 2, width), 128, np.uint8)


def drawn(text: str, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    picture = grey(width, height)
    Watermark(text).stamp(width, height).draw(picture)
    return picture


def test_words_stand_in_three_places_and_can_be_seen_on_any_ground() -> None:
    luma = drawn("市局 张伟，查失物")[:HEIGHT].astype(int)
    rows = np.flatnonzero((luma != 128).any(axis=1))
    blocks = np.split(rows, np.flatnonzero(np.diff(rows) > 20) + 1)
    assert [round(float(b.mean()) / HEIGHT, 1) for b in blocks] == [0.2, 0.5, 0.8]
    for block in blocks:
        part = luma[block]
        assert part.max() > 185  # letters lighter
        assert part.min() < 70  # with a dark line around
    assert (luma == 128).mean() > 0.9  # the rest is not touched


def test_what_is_covered_can_still_be_read() -> None:
    ground = grey()
    ground[:HEIGHT] = np.tile([[40], [200]], (HEIGHT // 2, WIDTH))
    Watermark("张伟").stamp(WIDTH, HEIGHT).draw(ground)
    light = ground[1:HEIGHT:2].astype(int)
    dark = ground[0:HEIGHT:2].astype(int)
    assert (light - dark).min() > -160
    assert np.percentile(light - dark, 1) > 20


def test_colour_fades_under_letters_only() -> None:
    picture = grey()
    picture[HEIGHT:] = 200
    Watermark("张伟").stamp(WIDTH, HEIGHT).draw(picture)
    colour = picture[HEIGHT:]
    assert 150 <= colour.min() < 170
    assert (colour == 200).mean() > 0.95


def test_other_words_look_different() -> None:
    assert not np.array_equal(drawn("张伟"), drawn("张三"))


@pytest.mark.parametrize(("width", "height"), [(64, 48), (352, 288), (1920, 1080), (240, 1280)])
def test_long_words_are_broken_into_lines_inside_the_picture(width: int, height: int) -> None:
    text = "市公安局 张伟" if width == 64 else "市公安局 张伟 为查找失物 " * 6
    luma = drawn(text, width, height)[:height]
    columns = np.flatnonzero((luma != 128).any(axis=0))
    assert columns[0] > 0
    assert columns[-1] < width - 1


@pytest.mark.parametrize("text", ["who? why?", "é ¿ 々 ①"])
def test_letters_of_the_font_are_taken(text: str) -> None:
    assert Watermark(text).text == text


@pytest.mark.parametrize("text", ["🙂", "a\tb", "\u200b", "a\u2028b"])
def test_letters_nobody_would_see_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        Watermark(text)
