"""A form changes a box's calendar, names, recording days and budgets, and nothing else of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml

from tests.api.centre import Centre
from tests.api.configuring import DISCOVERY, Console, beat, box_of, report, tell

_TEXT = """\
site:
  id: no-1-primary   # ours
  name: 第一小学
  time_zone: Asia/Shanghai   # of schedules
  holidays: []               # by the notice
data_dir: ../var/worker
api: {url: "http://127.0.0.1:8000", token_file: ../var/api/worker.token}
recorder: {folder: ../var/recordings}
cameras:
- id: gate-north
  name: 北门                 # as people call it
  source: {type: rtsp, url: 'rtsp://10.0.0.8:554/***', username: viewer, password_env: '***'}
  recording:                 # by the regulation
    keep_days: 30
    delete_after_days: 60
  rules:
  - {type: loitering, zone: {name: 院子, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
- id: yard
  name: 操场
  source: {type: rtsp, url: 'rtsp://10.0.0.9:554/***', username: viewer, password_env: '***'}
  future_key: [1, 2]         # of a newer box
"""


@pytest.fixture
async def console(centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient) -> Console:
    """Of a box that has told what it runs."""
    await beat(worker, _TEXT)
    assert await report(worker, _TEXT) is True
    return Console(admin, await box_of(admin))


async def _settings(console: Console) -> dict[str, Any]:
    answer = await console.client.get(f"{console.url}/settings")
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    return dict(answer.json())


async def _edit(console: Console, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await console.client.post(f"{console.url}/settings", json={"against": 1, **body})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_all_that_a_form_shows_is_what_the_newest_version_says(console: Console) -> None:
    told = await _settings(console)
    assert (told["time_zone"], told["holidays"], told["has_recorder"]) == (
        "Asia/Shanghai",
        [],
        True,
    )
    assert (told["origin"], told["school_time_zone"]) == ("box", "Asia/Shanghai")
    gate, yard = told["cameras"]
    assert (gate["keep_days"], gate["delete_after_days"], gate["is_recorded"]) == (30, 60, True)
    assert (yard["index"], yard["name"], yard["keep_days"]) == (1, "操场", None)
    assert yard["budget_per_hour"] is None


async def test_what_changes_is_exchanged_and_every_other_character_stays(console: Console) -> None:
    edited = await _edit(
        console,
        site={"time_zone": "Asia/Urumqi", "holidays": ["2026-10-01 .. 2026-10-07"]},
        cameras=[
            {"camera_id": "gate-north", "name": "北大门", "keep_days": 90, "delete_after_days": 90},
            {"camera_id": "yard", "budget_per_hour": 0},
        ],
    )
    expected = (
        _TEXT.replace("Asia/Shanghai   #", "Asia/Urumqi   #")
        .replace("holidays: []  ", "holidays: [2026-10-01..2026-10-07]  ")
        .replace("name: 北门 ", "name: 北大门 ")
        .replace("keep_days: 30", "keep_days: 90")
        .replace("delete_after_days: 60", "delete_after_days: 90")
    )
    assert edited["text"] == expected + "  economy: {budget_per_hour: null}\n"
    assert (edited["problems"], edited["lost_remarks"]) == ([], [])
    paths = [each["path"] for each in edited["diff"]["changes"]]
    assert "cameras[gate-north].recording.keep_days" in paths
    assert await console.states() == {1: "applied"}, "nothing is saved yet"
    assert await console.saved(edited["text"], 1) == 2
    told = await _settings(console)
    assert (told["version"], told["origin"], told["time_zone"]) == (2, "centre", "Asia/Urumqi")
    assert told["cameras"][1]["budget_per_hour"] == 0, "no limit, which is not what is usual"


async def test_null_goes_back_to_what_is_usual_and_is_not_written(console: Console) -> None:
    text = _TEXT.replace("  future_key", "  economy: {budget_per_hour: 5}\n  future_key")
    assert await console.saved(text, 1) == 2
    edited = await _edit(
        console,
        against=2,
        site={"time_zone": None},
        cameras=[
            {"camera_id": "gate-north", "delete_after_days": None},
            {"camera_id": "yard", "budget_per_hour": None},
        ],
    )
    assert edited["text"] == _TEXT.replace(
        "  time_zone: Asia/Shanghai   # of schedules\n", ""
    ).replace("    delete_after_days: 60\n", "")
    assert edited["lost_remarks"] == ["# of schedules"]


async def test_networks_to_search_in_are_named_and_accounts_stay(console: Console) -> None:
    edited = await _edit(console, networks=["192.168.1.0/24", "10.0.3.0/24"])
    assert edited["text"].startswith(_TEXT)
    assert yaml.safe_load(edited["text"].removeprefix(_TEXT)) == {
        "discovery": {"networks": ["192.168.1.0/24", "10.0.3.0/24"]}
    }
    assert edited["problems"] == []
    assert await console.saved(_TEXT + DISCOVERY, 1) == 2
    edited = await _edit(console, against=2, networks=["10.0.3.0/24"])
    assert edited["text"] == _TEXT + DISCOVERY.replace("10.0.0.0/24", "10.0.3.0/24")
    await _edit(console, 422, networks=["somewhere"])


async def test_days_that_contradict_each_other_are_told_at_their_field(console: Console) -> None:
    edited = await _edit(console, cameras=[{"camera_id": "gate-north", "keep_days": 90}])
    [problem] = edited["problems"]
    assert problem["path"] == "cameras[0].recording.delete_after_days"
    assert "90 must be there" in problem["what"]
    edited = await _edit(console, cameras=[{"camera_id": "yard", "delete_after_days": 60}])
    assert [each["path"] for each in edited["problems"]] == ["cameras[1].recording.keep_days"]


async def test_a_box_without_a_folder_to_record_to_is_not_told_to_record(console: Console) -> None:
    text = _TEXT.replace("recorder: {folder: ../var/recordings}\n", "")
    assert await console.saved(text, 1) == 2
    assert (await _settings(console))["has_recorder"] is False
    wanted = [{"camera_id": "yard", "keep_days": 30}]
    edited = await _edit(console, against=2, cameras=wanted)
    [problem] = edited["problems"]
    assert (problem["path"], problem["what"]) == (
        "cameras[1].recording.keep_days",
        "the box has no folder to record to",
    )


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"site": {"time_zone": "Asia/Beijing"}}, "time_zone"),
        ({"site": {"holidays": ["2026-02-30"]}}, "holidays"),
        ({"site": {"holidays": ["2026-10-07..2026-10-01"]}}, "holidays"),
        ({"site": {"workday_overrides": ["2026-01-01..2027-06-01"]}}, "workday_overrides"),
        ({"cameras": [{"camera_id": "yard", "keep_days": -1}]}, "keep_days"),
        ({"cameras": [{"camera_id": "yard", "keep_days": None}]}, "cameras"),
        ({"cameras": [{"camera_id": "yard", "name": " "}]}, "name"),
        ({"cameras": [{"camera_id": "yard"}, {"camera_id": "yard"}]}, "cameras"),
        ({"data_dir": "/"}, "data_dir"),
    ],
)
async def test_a_value_that_is_none_is_refused_at_its_field(
    console: Console, body: dict[str, Any], where: str
) -> None:
    answer = await _edit(console, 422, **body)
    assert answer["code"] == "invalid"
    assert any(where in f"{each['where']} {each['what']}" for each in answer["errors"])


async def test_what_is_not_there_is_not_found(console: Console) -> None:
    await _edit(console, 404, against=9)
    await _edit(console, 404, cameras=[{"camera_id": "nowhere", "name": "x"}])
    answer = await console.client.get("/api/v1/boxes/987654/configuration/settings")
    assert answer.status_code == 404


async def test_what_the_box_refused_stands_at_the_forms_field(
    console: Console, worker: httpx.AsyncClient
) -> None:
    assert await console.saved(_TEXT + "# more\n", 1) == 2
    told = {"path": "cameras[0].recording.keep_days", "line": 13, "what": "too long", "remedy": ""}
    await tell(worker, 2, "refused", why="invalid", problems=[told])
    settings = await _settings(console)
    assert (settings["state"], settings["problems"][0]["path"]) == (
        "refused",
        "cameras[0].recording.keep_days",
    )


async def test_a_large_box_is_edited_at_once(console: Console) -> None:
    cameras = "".join(
        f"- id: cam-{number}\n  name: 第{number}路\n"
        f"  source: {{type: rtsp, url: 'rtsp://10.0.1.{number}:554/***'}}\n"
        for number in range(200)
    )
    assert await console.saved(_TEXT + cameras, 1) == 2
    wanted = [{"camera_id": f"cam-{number}", "budget_per_hour": 12} for number in range(200)]
    edited = await _edit(console, against=2, cameras=wanted)
    assert edited["text"].count("economy: {budget_per_hour: 12}") == 200
    assert edited["text"].startswith(_TEXT)
    assert edited["diff"]["total"] == 200
