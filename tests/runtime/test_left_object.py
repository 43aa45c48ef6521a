"""A thing no model knows, from pixels to the alert: the composed room, and a real bag."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.events import EventKind, RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.config import AnalysisConfig, load_analysis
from pipeline.runtime.models import open_models
from pipeline.studio.analyze import Job, Recording, analyse_recording
from tests.inference.room import Room, between, found_in, walking
from tests.support.evaluation_data import REPOSITORY, data_folder

T = 10.0
EVERYWHERE = {"name": "room", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}


def alerts(room: Room, until_s: float, **keys: object) -> list[RuleEvent]:
    rule = {"type": "left_object", "zone": EVERYWHERE, "alone_s": T, **keys}
    analysis = Analysis(AnalysisConfig.model_validate({"rules": [rule]}), SiteConfig(), room)
    events: list[RuleEvent] = []
    for number in range(round(until_s * 5)):
        events += [event for _, event in analysis.process(room.frame(number / 5)).events]
    return [event for event in events if event.kind is EventKind.OPENED]


def a_room_with_a_bag(
    *, classes: tuple[str, ...] = ("person", "backpack", "handbag", "suitcase"), **more: object
) -> Room:
    bringing = walking(3, 8, 0, 640)
    bag = between((300, 300, 340, 330), 5.5)
    return Room(people=[bringing], things=[bag], class_names=classes, **more)  # type: ignore[arg-type]


@pytest.mark.whole
def test_a_thing_no_model_knows_is_left_once_who_brought_it_has_gone() -> None:
    (one,) = alerts(a_room_with_a_bag(), 40)
    assert one.class_names == ("unknown_object",)
    assert one.at.media_s == pytest.approx(6.5 + 2.0 + T, abs=2.0)


def test_the_class_is_switched_off_by_leaving_it_out() -> None:
    assert alerts(a_room_with_a_bag(), 40, classes=["backpack", "handbag", "suitcase"]) == []


@pytest.mark.whole
def test_what_is_larger_than_who_was_near_was_not_carried_in() -> None:
    assert found_in(a_room_with_a_bag(), 40)
    assert alerts(a_room_with_a_bag(), 40, largest=0.2) == []


@pytest.mark.needs_data
@pytest.mark.timeout(120)
def test_left_bag_is_one_left_object_told_in_time(tmp_path: Path) -> None:
    file = load_analysis(REPOSITORY / "configs" / "examples" / "left-object-anywhere.yaml")
    (rule,) = file.analysis.rules
    found = record(file.analysis, data_folder() / "videos" / "left_bag.avi", tmp_path)
    (one,) = found.found
    assert one.episode.rule == "left_object"
    left, top, right, bottom = one.episode.box_norm_xyxy
    # By eye: 460,365–505,410 of 720 × 480.
    assert 0.60 < left < 0.66 < right < 0.73
    assert 0.74 < top < 0.82 < bottom < 0.87
    owner_leaves_s = 570 / 29.97, 660 / 29.97
    assert owner_leaves_s[0] <= one.start_s <= owner_leaves_s[1]
    assert one.raised_s <= owner_leaves_s[0] + rule.alone_s + 5.0  # type: ignore[union-attr]


@pytest.mark.needs_data
@pytest.mark.timeout(300)
@pytest.mark.parametrize("clip", ["retail_overhead.mp4", "crossing_crowd.mp4", "man_with_mask.mp4"])
def test_nothing_is_left_where_people_come_and_go(clip: str, tmp_path: Path) -> None:
    file = load_analysis(REPOSITORY / "configs" / "examples" / "left-object-anywhere.yaml")
    assert record(file.analysis, data_folder() / "videos" / clip, tmp_path).found == []


def record(config: AnalysisConfig, clip: Path, out: Path) -> Recording:
    with open_models(config, SiteConfig()) as models:
        job = Job(config, SiteConfig(), models.detector, None, models.made_by, out, 0.0, False)
        return analyse_recording(job, clip, "clip", lambda done, total: None)
