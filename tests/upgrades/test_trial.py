"""When a release stays: it watches as many cameras as before, is heard, and keeps at it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.upgrades.releases import COMPLETE, LAUNCHER, Releases, Trial, Watching, releases_of
from pipeline.upgrades.trial import SETTLED_S, TrialWatch

_BEAT_S = 5.0


class _Clock:
    now_s = 100.0

    def utc_s(self) -> float:
        return self.now_s

    def mono_ns(self) -> int:
        return int(self.now_s * 1e9)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    """0.3.0 on trial after 0.2.0, which watched three cameras and was heard."""
    for version in ("0.0.9", "0.1.0", "0.1.1", "0.2.0", "0.3.0"):
        (tmp_path / version).mkdir()
        (tmp_path / version / COMPLETE).touch()
    (tmp_path / LAUNCHER).touch()
    (tmp_path / "current").symlink_to("0.3.0")
    trial = Trial(version="0.3.0", previous="0.2.0", starts=1, cameras=3, centre=True)
    (tmp_path / "trial.json").write_text(trial.model_dump_json())
    return Releases(tmp_path)


def _beat(
    watch: TrialWatch, clock: _Clock, seconds: float, cameras: int, *, heard: bool = True
) -> None:
    until_s = clock.now_s + seconds
    while clock.now_s < until_s:
        watch.note(cameras, 4, is_heard=heard)
        clock.now_s += _BEAT_S


def test_two_minutes_without_a_break_are_wanted(releases: Releases) -> None:
    clock = _Clock()
    watch = TrialWatch(releases, clock, "0.3.0")
    _beat(watch, clock, SETTLED_S - _BEAT_S, 3)
    _beat(watch, clock, _BEAT_S, 2)
    _beat(watch, clock, SETTLED_S - _BEAT_S, 4)
    _beat(watch, clock, _BEAT_S, 3, heard=False)
    _beat(watch, clock, SETTLED_S, 3)
    assert releases.trial() is not None
    _beat(watch, clock, _BEAT_S, 3)
    assert releases.trial() is None
    assert releases.highest() == (0, 3, 0, 0)


def test_two_releases_before_are_kept(releases: Releases) -> None:
    clock = _Clock()
    _beat(TrialWatch(releases, clock, "0.3.0"), clock, SETTLED_S + _BEAT_S, 3)
    assert releases.standing().releases == ("0.1.1", "0.2.0", "0.3.0")
    assert releases.standing().previous == "0.2.0"


def test_a_box_that_watched_nothing_and_was_not_heard_has_nothing_more_to_prove(
    releases: Releases,
) -> None:
    trial = Trial(version="0.3.0", previous="0.2.0", starts=1)
    (releases.folder / "trial.json").write_text(trial.model_dump_json())
    clock = _Clock()
    _beat(TrialWatch(releases, clock, "0.3.0"), clock, SETTLED_S + _BEAT_S, 0, heard=False)
    assert releases.trial() is None


def test_what_is_watched_is_noted_for_the_next_one(releases: Releases) -> None:
    (releases.folder / "trial.json").unlink()
    clock = _Clock()
    watch = TrialWatch(releases, clock, "0.3.0")
    _beat(watch, clock, 30, 2)
    assert releases.watching() == Watching(version="0.3.0", cameras=2, centre=True)
    _beat(watch, clock, 90, 4, heard=False)
    assert releases.watching() == Watching(version="0.3.0", cameras=4, centre=False)


def test_an_environment_that_is_no_release_is_left_alone(tmp_path: Path) -> None:
    assert releases_of(tmp_path / "venv") is None
    watch = TrialWatch(None, _Clock(), "0.3.0")
    watch.note(1, 1, is_heard=True)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_of_a_release_is_known_by_what_lies_beside_it(releases: Releases) -> None:
    found = releases_of(releases.folder / "0.3.0")
    assert found is not None
    assert found.folder == releases.folder
    assert releases_of(releases.folder / "0.9.0") is None
    assert json.loads((releases.folder / "trial.json").read_text())["starts"] == 1
