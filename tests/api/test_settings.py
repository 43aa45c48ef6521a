from __future__ import annotations

from pathlib import Path

import pytest

from api.kit.errors import SettingsError
from api.settings import load_settings


def _config(folder: Path, text: str) -> Path:
    path = folder / "box.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_command_line_wins_over_environment_over_file_over_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _config(tmp_path, "port: 1\nhost: file\nsession_hours: 1\n")
    monkeypatch.setenv("MINGAN_API_PORT", "2")
    monkeypatch.setenv("MINGAN_API_HOST", "env")
    settings = load_settings(config, port=3, host=None)
    assert (settings.port, settings.host, settings.session_hours) == (3, "env", 1.0)
    assert settings.lost_after_s == 30.0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("prot: 1\n", ("box.yaml: prot", "not a known setting", "port")),
        ("port: high\n", ("box.yaml: port", "integer")),
        ("port: 70000\n", ("box.yaml: port", "65535")),
        ("database_url: mysql://u:hunter2@h/d\n", ("box.yaml: database_url", "sqlite+aiosqlite")),
        ("admin_password: hunter2hunter2\n", ("box.yaml: admin_password", "ADMIN_PASSWORD")),
        ("keep_false_positive_days: 29\n", ("keep_false_positive_days", "30")),
        ("keep_access_log_days: 182\n", ("keep_access_log_days", "183")),
        ("- a\n", ("box.yaml", "map keys to values")),
        ("port: [\n", ("box.yaml", "not valid YAML")),
    ],
)
def test_a_bad_file_is_refused_naming_key_and_remedy(
    tmp_path: Path, text: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(_config(tmp_path, text))
    line = caught.value.line()
    for name in names:
        assert name in line
    assert "\n" not in line
    assert "hunter2" not in line


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml"):
        load_settings(tmp_path / "none.yaml")


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_API_PROT", "1")
    with pytest.raises(SettingsError, match="MINGAN_API_PROT"):
        load_settings()


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_API_PORT", "high")
    with pytest.raises(SettingsError, match="MINGAN_API_PORT"):
        load_settings()


@pytest.mark.parametrize("password", ["", "too short", "x" * 257])
def test_a_password_nobody_could_sign_in_with_is_refused(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("MINGAN_API_ADMIN_PASSWORD", password)
    with pytest.raises(SettingsError, match="10 to 256") as caught:
        load_settings()
    assert not password or password not in caught.value.line()


def test_the_worker_token_has_a_variable_of_its_own_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MINGAN_WORKER_TOKEN", "a-secret-worker-token")
    settings = load_settings()
    assert settings.worker_token is not None
    assert settings.worker_token.get_secret_value() == "a-secret-worker-token"
    assert "a-secret-worker-token" not in repr(settings)


def test_the_database_lies_in_the_data_folder_unless_named(tmp_path: Path) -> None:
    assert load_settings(data_dir=tmp_path).async_database_url.endswith(f"{tmp_path}/mingan.db")
    url = "postgresql+psycopg://u:hidden-word@h/d"
    settings = load_settings(database_url=url)
    assert settings.async_database_url == url
    assert "hidden-word" not in repr(settings)
