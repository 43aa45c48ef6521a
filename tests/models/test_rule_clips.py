"""Every rule has a recording it is judged on; the films are made of what they say."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.eval import film
from models.eval.__main__ import main
from models.eval.events import Episode
from models.eval.media import read_video
from models.eval.rule_clips import SETTINGS, Clip, Watch, clips
from models.eval.rules import RuleFigures, _count, rule_lines
from pipeline.rules import RULES
from pipeline.runtime.rule_readiness import readiness
from tests.support.evaluation_data import data_folder


def test_every_rule_has_a_judged_recording_or_waits_for_a_model() -> None:
    waiting = {one.rule for one in readiness() if one.state == "needs_model"}
    assert set(SETTINGS) | waiting >= set(RULES)
    judged = {w.rule for clip in clips(Path("/nowhere")) for w in clip.watches if w.truth}
    made = {w.rule for clip in clips(Path("/nowhere")) if clip.recipe for w in clip.watches}
    assert judged | made | {"fall"} == set(SETTINGS)


def test_the_moment_of_a_fall_is_the_tables(tmp_path: Path) -> None:
    folder = tmp_path / "falls" / "Subject_1"
    for kind in ("Fall", "ADL"):
        (folder / kind).mkdir(parents=True)
        (folder / kind / "13.mp4").touch()
    (folder / "Fall.csv").write_text(
        "File Name,Length,Description, Classes\n"
        "03.mp4,05, Sitting, Falling (SW)[2.5 to 5]\n"
        "13.mp4,04, Backward fall, Falling (BW)[0.4 to 4]; Standing[0 to 0.3]\n",
        "utf-8",
    )
    found = {c.name: c.watches[0] for c in clips(tmp_path) if c.name.startswith("falls/")}
    assert found["falls/Subject_1/Fall/13"].truth == ((0.4, 4.0),)
    assert found["falls/Subject_1/ADL/13"].truth == ()


def test_a_piece_is_cut_off_at_the_scenes_edge_and_the_scene_is_left_alone() -> None:
    scene, piece = np.zeros((8, 10, 3), np.uint8), np.full((4, 4, 3), 200, np.uint8)
    whole = np.ones((4, 4), np.float32)
    assert film.pasted(scene, piece, -2, 6, whole)[6:, :2].min() == 200
    assert film.pasted(scene, piece, -2, 6, whole).sum() == 4 * 3 * 200
    assert film.pasted(scene, piece, 20, 0, whole).max() == 0
    assert film.pasted(scene, piece, 3, 3, whole * 0.5)[4, 4, 0] == 100
    assert scene.max() == 0


@pytest.mark.parametrize("matte", [film.soft_edges(9, 7, 3), film.ellipse(9, 7)])
def test_a_matte_keeps_the_middle_and_fades_outward(matte: film.Matte) -> None:
    assert matte.shape == (9, 7)
    assert matte[4, 3] == pytest.approx(1.0)
    assert matte[0, 0] < 0.5
    assert (np.diff(matte[4, :4]) >= 0).all()


def test_a_scene_shown_to_and_fro_never_jumps() -> None:
    pictures = [np.full((2, 2, 3), n, np.uint8) for n in range(4)]
    shown = [int(one[0, 0, 0]) for one in film.to_and_fro(pictures, 1.5)]
    assert shown == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_a_film_is_read_again_with_its_length_and_its_pictures(tmp_path: Path) -> None:
    levels = [40, 120, 200, 120] * 5
    seconds = film.write_film(
        tmp_path / "f.mp4", (np.full((48, 64, 3), n, np.uint8) for n in levels)
    )
    assert seconds == 2.0
    read = [int(picture.mean()) for _, picture in read_video(tmp_path / "f.mp4")]
    assert read == pytest.approx(levels, abs=4)
    part = list(film.take(tmp_path / "f.mp4", 0.1, 0.3, film.FPS))
    assert [int(p.mean()) for p in part] == pytest.approx([120, 200], abs=4)
    with pytest.raises(ValueError, match="needs a picture"):
        film.write_film(tmp_path / "g.mp4", iter(()))


def test_a_photograph_of_any_shape_fits() -> None:
    fitted = film.fitted(np.full((100, 50, 3), 90, np.uint8), 64, 48)
    assert fitted.shape == (48, 64, 3)
    assert fitted[:, 32].min() == 90
    assert fitted[:, :19].max() == 0


def test_alerts_are_found_extra_or_false() -> None:
    figures = RuleFigures()
    clip = Clip("stage", ())
    alerts = [Episode(("fall-0", "fall"), 10.5, 12.0), Episode(("fall-0", "fall"), 40.0, 41.0)]
    _count(figures, clip, Watch("fall", ((10.0, 12.0), (20.0, 22.0))), alerts, 60.0)
    (judged,) = figures.clips
    assert (judged.found, judged.episodes, judged.extra) == (1, 2, 1)
    assert judged.start_errors_s == (0.5,)
    assert figures.quiet_min == 0.0
    _count(figures, clip, Watch("fall"), alerts, 90.0)
    assert (figures.quiet_min, figures.false_alarms) == (1.5, 2)
    table = "\n".join(rule_lines({"fall": figures}))
    assert "1/2" in table
    assert "2/1.5 (stage 2)" in table


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule", "telepathy"], "perimeter_intrusion"),
        ([], "videos/"),
        (["--clip", "x"], "videos/"),
    ],
)
def test_what_cannot_be_judged_is_said(
    tmp_path: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "--data", str(tmp_path), *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.needs_data
@pytest.mark.timeout(600)
def test_an_empty_post_is_told_twice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ["rules", "--data", str(data_folder()), "--rule", "off_post", "--keep", str(tmp_path)]
    assert main([*asked, "--json"]) == 0
    (clip,) = json.loads(capsys.readouterr().out.splitlines()[-1])["off_post"]["clips"]
    assert (clip["found"], clip["episodes"], clip["extra"]) == (2, 2, 0)
    assert max(map(abs, clip["start_errors_s"])) <= 1.0
    shown = cv2.VideoCapture(str(tmp_path / "guard_post.mp4"))
    assert shown.get(cv2.CAP_PROP_FRAME_COUNT) == pytest.approx(1442, abs=2)
