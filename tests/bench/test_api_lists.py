"""What ``scripts/bench api`` asks for is what there is to ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bench_api
import httpx
import pytest
from bench_api import Readings, Taken
from bench_api_lists import EMPTY, LEFT_OUT, LISTS, Listed

_ROOT = Path(__file__).resolve().parents[2]


def _reading() -> dict[str, tuple[str, dict[str, Any]]]:
    """Path and description of each operation that reads."""
    described = json.loads((_ROOT / "api/openapi.json").read_text("utf-8"))
    return {
        each["get"]["operationId"]: (path, each["get"])
        for path, each in described["paths"].items()
        if "get" in each
    }


def test_each_operation_that_reads_is_measured_or_left_out_for_a_reason() -> None:
    measured = {listed.operation for listed in LISTS.values()}
    assert measured | set(LEFT_OUT) == set(_reading())
    assert not measured & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("listed", [EMPTY, *LISTS.values()], ids=["empty", *LISTS])
def test_a_list_is_asked_for_in_words_it_knows(listed: Listed) -> None:
    # What it does not know is not refused, and the measurement would be of something else.
    path, described = _reading()[listed.operation]
    wanted = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
    known = {each["name"] for each in described.get("parameters", []) if each["in"] == "query"}
    for way in listed.ways:
        url = httpx.URL(f"/api/v1{way}")
        assert wanted.fullmatch(url.path), way
        assert set(url.params.keys()) <= known, way
    assert set(listed.ways_before) <= set(listed.ways)


def _taken(ms: dict[str, list[float]], **cpu_ms: float) -> Taken:
    return Taken(ms, {way: cpu_ms.get(way, 1.0) for way in ms})


def test_a_list_is_as_slow_as_its_slowest_way() -> None:
    quick, slow = [1.0] * 100, [100.0] * 90 + [400.0] * 10
    taken = _taken({"a": quick, "b": quick, "c": slow, "d": quick}, b=7.0)
    told = bench_api.figures(Readings(ours=taken))
    assert (told["p50_ms"], told["p95_ms"], told["slowest"]) == (1.0, 400.0, "c")
    assert told["cpu_ms"] == 7.0
    assert "vs_previous" not in told


def test_only_what_both_builds_answer_is_compared() -> None:
    ours = _taken({"a": [30.0, 30.0], "b": [10.0, 10.0], "new": [500.0, 500.0]}, a=9.0, new=90.0)
    before = _taken({"a": [20.0, 20.0], "b": [60.0, 60.0]}, a=4.0)
    told = bench_api.figures(Readings(ours, before))
    assert (told["vs_previous"], told["cpu_vs_previous"]) == (0.5, 2.0)
    unseen = bench_api.figures(Readings(ours, _taken({"b": [1.0, 1.0]}, b=0.0)))
    assert unseen["cpu_vs_previous"] is None


@pytest.mark.whole
def test_a_small_district_is_made_and_every_list_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    size = ["--alerts", "600", "--orders", "60", "--schools", "10", "--cameras", "50"]
    how = ["--requests", "1", "--judged", "40", "--against", "", "--engine", "sqlite"]
    assert bench_api.main([*size, *how], as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    found = told["engines"]["sqlite"]
    assert set(found["lists"]) == set(LISTS)
    assert told["slowest_p95_ms"] == max(each["p95_ms"] for each in found["lists"].values()) > 0
    assert found["judged_together"]["alerts"] == 40
    assert (found["judged_together"]["lost"], found["judged_together"]["judged_again"]) == (0, 0)
