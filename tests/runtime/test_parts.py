"""Cameras spread over processes: evenly, for good, and with configurations that survive the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runtime.config import BoxConfig, config_sha256, load_box
from pipeline.runtime.parent_link import Down
from pipeline.runtime.parts import RECORDER, parts, process_count, spread
from pipeline.runtime.restarts import LONGEST_S, WINDOW_S, RestartPolicy
from tests.runtime.test_changes import box, camera

_CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.mark.parametrize(
    ("wanted", "cameras", "cores", "expected"),
    [("auto", 16, 4, 4), ("auto", 2, 8, 2), (3, 16, 1, 3), (8, 2, 8, 2), (1, 16, 8, 1)],
)
def test_as_many_processes_as_wanted_and_never_more_than_cameras(
    wanted: int | str, cameras: int, cores: int, expected: int
) -> None:
    assert process_count(wanted, cameras, cores) == expected


@given(st.lists(st.sets(st.integers(0, 30), min_size=1), min_size=1, max_size=6), st.integers(1, 5))
def test_cameras_are_spread_evenly_and_never_moved(rounds: list[set[int]], count: int) -> None:
    before: dict[str, str] = {}
    for number, ids in enumerate(rounds):
        cameras = [f"c{id_}" for id_ in sorted(ids)]
        found = spread(cameras, count, before)
        assert list(found) == cameras
        assert all(found[c] == before[c] for c in cameras if c in before)
        if number == 0:
            held = Counter({f"p{n}": 0 for n in range(1, count + 1)})
            held.update(found.values())
            assert max(held.values()) - min(held.values()) <= 1
        before = found


def test_each_process_gets_its_cameras_and_the_recorder_all_that_are_recorded() -> None:
    whole = box(
        camera("a", recording={"keep_days": 30}),
        camera("b"),
        camera("c", recording={"keep_days": 7}),
        live={"max_cameras": 9, "max_transcodes": 1},
    )
    found = parts(whole, {"a": "p1", "b": "p2", "c": "p1"}, 2, 8)
    assert {n: [c.id for c in part.cameras] for n, part in found.items()} == {
        "p1": ["a", "c"],
        "p2": ["b"],
        RECORDER: ["a", "c"],
    }
    assert all(c.recording is None for n in ("p1", "p2") for c in found[n].cameras)
    assert found[RECORDER].recorder == whole.recorder
    assert found["p1"].inference.threads == 4
    assert (found["p1"].live.max_cameras, found["p1"].live.max_transcodes) == (5, 1)
    assert RECORDER not in parts(box(camera("a")), {"a": "p1"}, 2, 8)


def test_the_recorder_knows_the_devices_it_heals_from_and_no_others() -> None:
    nvr = {"address": "isapi://10.0.0.5"}
    whole = box(
        camera("a", recording={"keep_days": 30, "heal_from": {"device": "nvr", "channel": "3"}}),
        camera("b", recording={"keep_days": 30, "device": "other", "channel": "1"}),
        devices={"nvr": nvr, "other": nvr},
    )
    found = parts(whole, {"a": "p1", "b": "p1"}, 1, 8)
    assert set(found[RECORDER].devices) == {"nvr"}
    assert found["p1"].devices == {}
    assert Down.model_validate_json(Down(box=found[RECORDER]).line()).box == found[RECORDER]


def _every_rule() -> BoxConfig:
    files = sorted((_CONFIGS / "rules").glob("*.yaml"))
    rules = [rule for file in files for rule in yaml.safe_load(file.read_text("utf-8"))]
    return box(*(camera(f"c{i}", rules=[rule]) for i, rule in enumerate(rules)))


@pytest.mark.parametrize("whole", [load_box(_CONFIGS / "box.yaml"), _every_rule()])
def test_a_configuration_comes_out_of_the_line_as_it_went_in(whole: BoxConfig) -> None:
    line = Down(box=whole).line()
    assert line.count(b"\n") == 1
    found = Down.model_validate_json(line).box
    assert found is not None
    assert found.model_dump() == whole.model_dump()
    for before, after in zip(whole.cameras, found.cameras, strict=True):
        assert config_sha256(before, whole.site) == config_sha256(after, found.site)


def test_waits_double_for_one_cause_and_not_for_another() -> None:
    policy = RestartPolicy()
    waits = [policy.died(float(second), "exit 2") for second in range(10)]
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == LONGEST_S
    assert policy.died(11.0, "SIGKILL") == 0.5
    assert policy.died(11.0 + 2 * WINDOW_S, "exit 2") == 0.5
