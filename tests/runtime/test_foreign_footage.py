"""The planted folder from a worker's configuration to the console's page: the command's verdict."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.contract import RetentionStatus
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.recordings_cli import recordings_app
from pipeline.runtime.config import BoxConfig, load_box
from pipeline.runtime.foreign_footage import ForeignFootage, folder_cameras
from pipeline.runtime.parts import parts
from tests.api.centre import HandClock, put_retention, running_centre
from tests.api.footage import judged
from tests.recorders.test_audit import START, planted

__all__ = ["planted"]

_NAMES = (
    "whole",
    "short",
    "hole",
    "covered_by_other",
    "other",
    "empty",
    "truncated",
    "headless",
    "foreign",
    "overlapping",
    "nothing",
)
_TO = START + timedelta(minutes=10)


def moment_s(text: str) -> float:
    return round(datetime.fromisoformat(text).timestamp(), 3)


def box(tmp_path: Path, root: Path, recording: str = "") -> BoxConfig:
    recording = recording or (
        f'{{folder: {root}, pattern: "{{camera}}/%Y%m%d/%H%M%S.mp4", keep_days: 1, '
        "source: 国务院令799号 §17, lag_minutes: 0}"
    )
    cameras = "".join(
        f"""\
  - id: {name}
    name: {name}
    source: {{type: rtsp, url: "rtsp://10.0.0.8/ch1"}}
    recording: {recording}
    rules:
      - type: perimeter_intrusion
        zone: {{name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
"""
        for name in _NAMES
    )
    path = tmp_path / "box.yaml"
    path.write_text(
        "site: {id: school, name: 学校, time_zone: Asia/Shanghai}\n"
        "data_dir: var\n"
        'api: {url: "http://127.0.0.1:8000", token_file: worker.token}\n'
        f"cameras:\n{cameras}",
        "utf-8",
    )
    return load_box(path)


@pytest.mark.whole
async def test_the_console_says_what_the_command_says(planted: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(planted), "--to", "2026-05-01T08:10", "--require-days", "1",
         "--expect", "nothing", "--json"],
    )  # fmt: skip
    command = {
        row["camera"]: row for row in json.loads(said.output.strip().splitlines()[-1])["cameras"]
    }
    assert set(command) == set(_NAMES)

    clock = ManualClock(_TO.timestamp())
    (tmp_path / "var").mkdir()
    outbox = Outbox(tmp_path / "outbox.db", clock)
    footage = ForeignFootage(box(tmp_path, planted), outbox, clock)
    assert footage.audit()
    waiting = [m for m in outbox.next_batch(100) if m.kind is MessageKind.RETENTION]
    assert len(waiting) == len(_NAMES)
    footage.stop(5)
    outbox.close()

    centre_clock = HandClock(_TO + timedelta(minutes=1))
    async with running_centre(tmp_path / "centre", clock=centre_clock) as centre:
        worker, person = await centre.worker(), await centre.reviewer()
        for message in waiting:
            await put_retention(worker, RetentionStatus.model_validate_json(message.body))
        await judged(centre)
        table = (await person.get("/api/v1/compliance/retention")).json()["items"]
        page = {
            row["camera_id"]: (
                await person.get(f"/api/v1/compliance/retention/{row['camera_key']}")
            ).json()
            for row in table
        }
    assert set(page) == set(_NAMES)
    for shown in table:
        assert {key: page[shown["camera_id"]][key] for key in shown} == shown
    for name, row in command.items():
        told = [(moment_s(gap["start"]), moment_s(gap["end"]), gap["cause"]) for gap in row["gaps"]]
        assert page[name]["required_by"]["clause"] == "§17"
        assert page[name]["claim"]["required_source"] == "国务院令799号 §17"
        # The command centre's own verdict, and beside it what the box made of the same footage.
        for facts in (page[name], page[name]["claim"]):
            assert facts["state"] == row["state"], name
            assert round(facts["completeness"], 6) == row["completeness"], name
            assert round(facts["proven_days"], 4) == row["proven_days"], name
            assert facts["gap_count"] == len(row["gaps"]), name
            listed = [
                (moment_s(gap["from_at"]), moment_s(gap["to_at"]), gap["cause"])
                for gap in reversed(facts["gaps"])
            ]
            assert listed == told, name
    assert [g["cause"] for g in page["short"]["gaps"]][:1] == ["no_file"]
    assert page["nothing"]["completeness"] == 0.0
    assert page["empty"]["gaps"][0]["detail"] == "empty/20260501/080300.mp4"


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        ("{folder: nvr, keep_days: 30}", "`folder` needs `pattern`"),
        ('{pattern: "{camera}/%s.mp4", keep_days: 30}', "need the `folder`"),
        ('{folder: nvr, pattern: "%s.mp4", keep_days: 30}', "the pattern does not say"),
        ("{keep_days: 30}", "there is no `recorder`"),
    ],
)
def test_a_folder_that_is_not_described_is_refused(
    tmp_path: Path, recording: str, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        box(tmp_path, tmp_path, recording)


def test_its_folder_is_relative_to_the_configuration(tmp_path: Path) -> None:
    found = box(tmp_path, tmp_path, '{folder: nvr, pattern: "{camera}/%s.mp4", keep_days: 30}')
    recording = found.cameras[0].recording
    assert recording is not None
    assert recording.folder == tmp_path / "nvr"
    assert not found.cameras[0].is_recorded_here


def test_with_several_processes_the_one_that_analyses_a_camera_audits_its_folder(
    tmp_path: Path,
) -> None:
    whole = box(tmp_path, tmp_path, '{folder: nvr, pattern: "{camera}/%s.mp4", keep_days: 30}')
    process_of = {name: f"p{number % 2 + 1}" for number, name in enumerate(_NAMES)}
    found = parts(whole, process_of, 2, 2)
    assert sorted(found) == ["p1", "p2"]
    audited = {
        name: [camera.camera for camera in folder_cameras(part)] for name, part in found.items()
    }
    assert sorted([*audited["p1"], *audited["p2"]]) == sorted(_NAMES)
