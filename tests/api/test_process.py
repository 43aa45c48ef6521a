"""The command centre as a person starts it: clear lines, exit codes, a prompt end."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.__main__ import main

ROOT = Path(__file__).parents[2]
CHEAP = {"MINGAN_API_PASSWORD_TIME_COST": "1", "MINGAN_API_PASSWORD_MEMORY_KIB": "8"}


@contextmanager
def _started(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running process and the lines it printed until it was ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "--data-dir", str(data_dir), "--port", "0"],
        cwd=ROOT,
        env=os.environ | CHEAP,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=0,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("console: "):
                break
        yield process, lines
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.whole
def test_whatever_the_umask_what_it_makes_is_its_users_alone(tmp_path: Path) -> None:
    with _started(tmp_path / "data"):
        made = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in made}
    assert {"data", "mingan.db", "evidence"} <= set(modes)
    assert set(modes.values()) == {0}, modes


def test_it_tells_how_to_sign_in_serves_and_ends_when_asked(tmp_path: Path) -> None:
    with _started(tmp_path) as (process, lines):
        user, password, console = (line.partition(": ")[2] for line in lines)
        assert [line.partition(": ")[0] for line in lines] == [
            "console user",
            "console password",
            "console",
        ]
        with httpx.Client(base_url=console, timeout=10) as browser:
            body = {"username": user, "password": password}
            assert browser.post("/api/v1/auth/login", json=body).status_code == 200
            with browser.stream("GET", "/api/v1/stream") as stream:
                assert next(stream.iter_lines()) == "event: ready"
                process.send_signal(signal.SIGTERM)
                # An open stream must not hold the process back.
                assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert password not in errors
    assert stat.S_IMODE((tmp_path / "worker.token").stat().st_mode) == 0o600
    # A clean end leaves no write-ahead log behind.
    assert not (tmp_path / "mingan.db-wal").exists()


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused; answers the one line it printed."""
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    [line] = shown.err.splitlines()
    assert line.startswith("mingan: ")
    return line


@pytest.fixture(autouse=True)
def _leave_logging_alone() -> Iterator[None]:
    """``main`` configures the process's logs; give the test runner its own back."""
    import logging

    import structlog

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_port_in_use_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = _refused(capsys, "--data-dir", str(tmp_path), "--port", str(port))
    assert f"127.0.0.1:{port}" in line
    assert "--port" in line


def test_a_data_folder_that_cannot_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "data"
    line = _refused(capsys, "serve", "--data-dir", str(folder), "--port", "0")
    assert str(folder) in line
    assert "--data-dir" in line


def test_bad_settings_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "box.yaml"
    config.write_text("prot: 8000\n")
    line = _refused(capsys, "serve", "--config", str(config))
    assert f"{config}: prot" in line


def test_a_ruined_database_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mingan.db").write_bytes(b"ruined" * 1000)
    line = _refused(capsys, "--data-dir", str(tmp_path), "--port", "0")
    assert "mingan.db" in line
    assert "backup" in line


@pytest.mark.whole
def test_an_unusable_token_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "worker.token").write_text("")
    line = _refused(capsys, "--data-dir", str(tmp_path), "--port", "0")
    assert "worker.token" in line


def test_a_host_that_does_not_exist_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = _refused(capsys, "--data-dir", str(tmp_path), "--port", "0", "--host", "999.1.1.1")
    assert "--host" in line


@pytest.mark.whole
def test_a_password_can_be_reset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CHEAP.items():
        monkeypatch.setenv(name, value)
    line = _refused(capsys, "reset-password", "admin", "--data-dir", str(tmp_path))
    assert "admin: no such user" in line
    with _started(tmp_path) as (_, lines):
        first = lines[1]
    assert main(["reset-password", "admin", "--data-dir", str(tmp_path)]) == 0
    user, password = capsys.readouterr().out.splitlines()
    assert user == "console user: admin"
    assert password.startswith("console password: ")
    assert password != first


def test_a_missing_driver_of_the_database_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("MINGAN_API_DATABASE_URL", "postgresql+psycopg://u:secret@h/d")
    line = _refused(capsys, "--data-dir", str(tmp_path), "--port", "0")
    assert "psycopg" in line
    assert "pip install" in line
    assert "secret" not in line


def test_a_database_nobody_serves_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    url = f"postgresql+psycopg://u:secret@/d?host={tmp_path}"
    monkeypatch.setenv("MINGAN_API_DATABASE_URL", url)
    line = _refused(capsys, "--data-dir", str(tmp_path), "--port", "0")
    assert "database_url" in line
    assert "secret" not in line
