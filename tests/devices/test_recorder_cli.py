"""The command line against whole recorders."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.core.errors import ConfigError
from pipeline.devices.errors import AuthRefusedError
from tests.devices.recorder_stand import KINDS, recent, stand
from tests.devices.script import HOUR_S, Script, ScriptedChannel, Trouble
from tests.recorders.film import film
from tests.support.scripted_rtsp import closed_port

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _run(script: Script, *words: str, password: str | None = None) -> Result:
    environment = {
        "MINGAN_RECORDER_USER": script.user,
        "MINGAN_RECORDER_PASSWORD": password or script.password,
    }
    return CliRunner().invoke(app, list(words), env=environment)


def _audit(script: Script, address: str, *words: str, password: str | None = None) -> Result:
    to = datetime.fromtimestamp(time.time(), SHANGHAI).isoformat(timespec="seconds")
    return _run(
        script, "recordings", "audit", "--recorder", address, "--to", to, "--json",
        "--require-days", "2", *words, password=password,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["isapi", pytest.param("dahua", marks=pytest.mark.whole)])
def test_probe_tells_cameras_clock_disks_and_opens_a_picture(kind: str, tmp_path: Path) -> None:
    script = Script(recordings={"1": recent(30), "2": []}, skew_s=95.0)
    with stand(kind, script, tmp_path) as address:
        result = _run(script, "recorder", "probe", address, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["clock_offset_s"] == pytest.approx(95.0, abs=2.0)
    assert [disk["state"] for disk in found["disks"]] == ["ok"]
    first, second = found["channels"]
    assert (first["id"], first["name"], first["online"]) == ("1", "大门", True)
    assert (second["name"], second["online"], second["picture"]) == ("食堂", False, None)
    assert first["picture"] == {"codec": "h264", "width": 64, "height": 48}
    oldest_s = datetime.fromisoformat(first["oldest"]).timestamp()
    assert oldest_s == pytest.approx(script.recordings["1"][0][0], abs=3.0)
    assert script.refused_logins == 0
    assert "s3cret" not in result.output


@pytest.mark.whole
def test_audit_judges_each_camera_as_files_are_judged(tmp_path: Path) -> None:
    now_s = time.time()
    with_gap = [row for row in recent(60) if not row[0] < now_s - 5.5 * HOUR_S < row[1]]
    script = Script(
        channels=[ScriptedChannel("1", "大门"), ScriptedChannel("2", "食堂"),
                  ScriptedChannel("3", "操场"), ScriptedChannel("4", "走廊")],
        recordings={"1": recent(60), "2": with_gap, "3": recent(20), "4": []},
    )  # fmt: skip
    with stand("isapi", script, tmp_path) as address:
        result = _audit(script, address, "--expect", "食堂,储藏室")
    found = json.loads(result.stdout)
    rows = {row["camera"]: row for row in found["cameras"]}
    assert {name: row["state"] for name, row in rows.items()} == {
        "1 大门": "compliant", "2 食堂": "gap", "3 操场": "immature", "4 走廊": "gap",
        "储藏室": "gap",
    }  # fmt: skip
    [gap] = rows["2 食堂"]["gaps"]
    assert (gap["cause"], gap["seconds"]) == ("no_file", pytest.approx(HOUR_S, abs=3.0))
    assert rows["4 走廊"]["completeness"] == 0.0
    assert found["recorder"]["proven_days"]["1 大门"] == 3
    assert set(found["recorder"]["unproven_days"].values()) == {0}
    assert result.exit_code == 3


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_a_promise_that_is_kept_ends_with_0(kind: str, tmp_path: Path) -> None:
    script = Script(channels=[ScriptedChannel("1", "大门")], recordings={"1": recent(60)})
    with stand(kind, script, tmp_path) as address:
        result = _audit(script, address)
    assert result.exit_code == 0, result.output


def test_what_a_recorder_does_not_answer_is_unknown_and_not_missing(tmp_path: Path) -> None:
    script = Script(
        channels=[ScriptedChannel("1", "大门")],
        recordings={"1": recent(60)},
        trouble=frozenset({Trouble.SHORT_OF_TOTAL}),
    )
    with stand("isapi", script, tmp_path) as address:
        result = _audit(script, address, "--index-only")
    [row] = json.loads(result.stdout)["cameras"]
    assert row["state"] == "unknown"
    assert {gap["cause"] for gap in row["gaps"]} == {"not_verified"}
    assert {each["kind"] for each in json.loads(result.stdout)["findings"]} == {"partial"}
    assert result.exit_code == 3


@pytest.mark.whole
def test_footage_that_does_not_open_is_only_a_claim(tmp_path: Path) -> None:
    script = Script(
        channels=[ScriptedChannel("1", "大门"), ScriptedChannel("2", "食堂")],
        recordings={"1": recent(60), "2": recent(60)},
    )
    plays = {"1": film(4, fps=10, gop=10)}
    with stand("isapi", script, tmp_path, plays=plays) as address:
        result = _audit(script, address)
    found = json.loads(result.stdout)
    assert [row["state"] for row in found["cameras"]] == ["compliant", "unknown"]
    assert {each["kind"] for each in found["findings"]} == {"unplayable"}
    assert found["recorder"]["proven_days"] == {"1 大门": 3, "2 食堂": 0}


def test_nobody_there_is_unknown_for_all_that_were_expected() -> None:
    script = Script()
    address = f"isapi://127.0.0.1:{closed_port()}"
    result = _audit(script, address, "--expect", "大门,食堂")
    assert [row["state"] for row in json.loads(result.stdout)["cameras"]] == ["unknown"] * 2
    assert result.exit_code == 3
    assert "error: 127.0.0.1" in result.stderr
    bare = _audit(script, address)
    assert (bare.exit_code, bare.stdout) == (3, "")


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    script = Script(channels=[ScriptedChannel("1", "大门")], recordings={"1": recent(60)})
    with stand("isapi", script, tmp_path) as address:
        result = _audit(script, address, "--expect", "大门", password="wrong")
        assert [row["state"] for row in json.loads(result.stdout)["cameras"]] == ["unknown"]
        assert "refused" in result.stderr
    assert script.refused_logins == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--recorder", "isapi://h", "--root", "."], "--root, --recorder"),
        ([], "--root, --recorder"),
        (["--recorder", "isapi://admin:s3cret@h"], "holds user or password"),
        (["--recorder", "http://h"], "what kind of recorder"),
    ],
)
def test_wrong_input_is_told(words: list[str], told: str) -> None:
    result = CliRunner().invoke(
        app, ["recordings", "audit", "--to", "2026-11-24T00:00", "--require-days", "1", *words]
    )
    assert told in str(result.exception)
    assert "s3cret" not in str(result.exception)


@pytest.mark.whole
def test_a_netrc_file_gives_user_and_password(tmp_path: Path) -> None:
    script = Script(recordings={"1": recent(3)})
    netrc = tmp_path / "logins"
    netrc.write_text(f"machine 127.0.0.1 login {script.user} password {script.password}\n")
    netrc.chmod(0o600)
    with stand("isapi", script, tmp_path) as address:
        runner = CliRunner()
        words = ["recorder", "probe", address, "--json"]
        result = runner.invoke(app, words, env={"NETRC": str(netrc)})
        assert result.exit_code == 0, result.output
    netrc.write_text("machine 127.0.0.1 login x passwort s3cret\n")
    result = runner.invoke(app, words, env={"NETRC": str(netrc)})
    assert "line 1 is wrong" in str(result.exception)
    assert "s3cret" not in str(result.exception)
    result = runner.invoke(app, words, env={"MINGAN_RECORDER_USER": "x", "HOME": str(tmp_path)})
    assert "a user and no password" in str(result.exception)


@pytest.mark.whole
def test_the_command_itself_ends_as_it_says(tmp_path: Path) -> None:
    script = Script(recordings={"1": recent(3)})
    with stand("dahua", script, tmp_path) as address:
        ended = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "recorder", "probe", address],
            capture_output=True,
            text=True,
            check=False,
            env={
                "MINGAN_RECORDER_USER": script.user,
                "MINGAN_RECORDER_PASSWORD": script.password,
                "PATH": "/usr/bin:/bin",
            },
        )
    assert ended.returncode == 0, ended.stderr
    assert "大门" in ended.stdout
    assert "h264 64x48" in ended.stdout
    assert script.password not in ended.stdout + ended.stderr


def test_an_interval_is_exported_from_a_recorder(tmp_path: Path) -> None:
    script = Script(recordings={"1": recent(2), "2": []})
    out = tmp_path / "handed" / "gate.mp4"
    begin = datetime.fromtimestamp(time.time() - 1800.0, SHANGHAI)
    words = [
        "recordings", "export", "--camera", "大门", "--out", str(out), "--json",
        "--from", begin.isoformat(timespec="seconds"),
        "--to", (begin + timedelta(seconds=20)).isoformat(timespec="seconds"),
    ]  # fmt: skip
    with stand("isapi", script, tmp_path) as address:
        result = _run(script, *words, "--recorder", address)
        nowhere = _run(script, *words)
        wrong = _run(script, *words, "--recorder", address, password="wrong")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [path.name for path in out.parent.iterdir()] == ["gate.mp4"]
    assert isinstance(nowhere.exception, ConfigError)
    assert isinstance(wrong.exception, AuthRefusedError)
    assert "s3cret" not in result.output
