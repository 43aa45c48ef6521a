"""One command centre a folder and database, and what it keeps is its user's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from api.kit.errors import StartError
from tests.api.centre import running_centre


def _rights_of_others(folder: Path) -> dict[str, int]:
    files = [folder / "evidence", *folder.glob("mingan.db*")]
    return {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files}


async def test_a_second_command_centre_on_one_folder_is_refused(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(tmp_path, template=migrated_data_dir):
        with pytest.raises(StartError, match="another command centre uses this data folder"):
            async with running_centre(tmp_path):
                pass
    async with running_centre(tmp_path):
        pass


@pytest.mark.whole
async def test_a_second_command_centre_on_one_database_is_refused(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'shared' / 'mingan.db'}"
    (tmp_path / "shared").mkdir()
    async with running_centre(tmp_path / "one", database_url=url):
        with pytest.raises(StartError, match="another command centre uses this database"):
            async with running_centre(tmp_path / "two", database_url=url):
                pass


async def test_what_an_older_version_left_readable_is_closed(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(tmp_path, template=migrated_data_dir):
        pass
    (tmp_path / "evidence").chmod(0o755)
    (tmp_path / "mingan.db").chmod(0o644)
    async with running_centre(tmp_path) as centre:
        await centre.admin()
        modes = _rights_of_others(tmp_path)
    assert {"evidence", "mingan.db", "mingan.db-wal", "mingan.db-shm"} <= set(modes)
    assert set(modes.values()) == {0}, modes
