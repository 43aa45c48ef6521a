"""A worker's data folder at the start: taken, private, and its outbox whole."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.core.clock import SystemClock
from pipeline.delivery.outbox import MessageKind, Outbox
from tests.support.scripted_rtsp import closed_port

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 90


def _config(folder: Path) -> Path:
    box = {
        "site": {"id": "school", "name": "一小", "time_zone": "Asia/Shanghai"},
        "data_dir": str(folder / "data"),
        "api": {"url": f"http://127.0.0.1:{closed_port()}", "token_env": "T_O_K"},
        "cameras": [
            {
                "id": "gate",
                "name": "门",
                "enabled": False,
                "source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{closed_port()}/x"},
                "rules": [
                    {
                        "type": "perimeter_intrusion",
                        "zone": {"name": "区", "polygon": [[0, 0], [1, 0], [1, 1]]},
                    }
                ],
            }
        ],
    }
    path = folder / "box.yaml"
    path.write_text(json.dumps(box), "utf-8")
    return path


@contextmanager
def _worker(config: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "worker", "--config", str(config)],
            cwd=ROOT,
            env=os.environ | {"T_O_K": "token-of-a-test"},
            stdout=out,
            stderr=subprocess.STDOUT,
            umask=0,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_started(process: subprocess.Popen[bytes], log: Path) -> str:
    """What it wrote until it had started or ended."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        text = log.read_text("utf-8")
        if "worker started" in text or process.poll() is not None:
            break
        time.sleep(0.05)
    return log.read_text("utf-8")


@pytest.mark.whole
def test_a_damaged_outbox_is_set_aside_and_the_box_goes_on(tmp_path: Path) -> None:
    config = _config(tmp_path)
    path = tmp_path / "data" / "outbox.db"
    path.parent.mkdir()
    path.write_bytes(b"no database at all " * 500)
    log = tmp_path / "log"
    with _worker(config, log) as process:
        text = _until_started(process, log)
    assert "worker started" in text
    assert "the outbox was damaged and is set aside" in text
    [aside] = path.parent.glob("outbox.damaged-*.db")
    assert aside.read_bytes().startswith(b"no database at all")
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


@pytest.mark.whole
def test_a_second_worker_is_refused_and_what_is_kept_is_its_users_alone(tmp_path: Path) -> None:
    config = _config(tmp_path)
    data = tmp_path / "data"
    (data / "evidence").mkdir(parents=True)
    Outbox(data / "outbox.db", SystemClock()).close()
    for path, mode in ((data / "evidence", 0o755), (data / "outbox.db", 0o644)):
        path.chmod(mode)
    log, second_log = tmp_path / "log", tmp_path / "second"
    with _worker(config, log) as process:
        assert "worker started" in _until_started(process, log)
        files = list(data.rglob("*"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files}
        assert set(modes.values()) == {0}, modes
        assert "outbox.db-wal" in modes
        with _worker(config, second_log) as second:
            text = _until_started(second, second_log)
        assert "worker started" not in text
        assert "another worker works in this folder" in text
        assert process.poll() is None


def test_what_can_be_read_of_a_damaged_outbox_is_saved(tmp_path: Path) -> None:
    from pipeline.runtime.data_folder import set_aside_if_damaged

    path = tmp_path / "outbox.db"
    outbox = Outbox(path, SystemClock())
    for number in range(60):
        outbox.put(MessageKind.ALERT, f"a{number:02}", b"x" * 2000)
    outbox.close()
    data = bytearray(path.read_bytes())
    data[-40960:-20480] = b"\xff" * 20480
    path.write_bytes(data)
    set_aside_if_damaged(path, SystemClock())
    outbox = Outbox(path, SystemClock())
    saved = [message.key for message in outbox.next_batch(100)]
    outbox.close()
    assert saved == [f"a{number:02}" for number in range(len(saved))]
    assert 5 < len(saved) < 60
    assert len(list(tmp_path.glob("outbox.damaged-*.db"))) == 1


def test_a_whole_outbox_stays(tmp_path: Path) -> None:
    from pipeline.runtime.data_folder import set_aside_if_damaged

    path = tmp_path / "outbox.db"
    outbox = Outbox(path, SystemClock())
    outbox.put(MessageKind.ALERT, "a", b"x")
    set_aside_if_damaged(path, SystemClock())  # as the command line may look into it meanwhile
    assert [message.key for message in outbox.next_batch(9)] == ["a"]
    outbox.close()
    assert list(tmp_path.glob("outbox.damaged-*")) == []


@pytest.mark.parametrize("content", [b"", b"no certificate"])
def test_a_file_without_a_certificate_is_named(tmp_path: Path, content: bytes) -> None:
    from pipeline.core.errors import ConfigError
    from pipeline.delivery.trust import trust

    (tmp_path / "ca.pem").write_bytes(content)
    for path in (tmp_path / "ca.pem", tmp_path / "nowhere.pem"):
        with pytest.raises(ConfigError, match=r"api\.ca_file"):
            trust(path)
