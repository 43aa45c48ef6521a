"""A drill: a command centre is backed up while it runs, lost, and restored."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from api import backup
from api.backup import BackupError
from tests.api.centre import (
    HandClock,
    cheap_settings,
    put_alert,
    put_camera,
    put_evidence,
    running_centre,
    summaries,
)
from tests.api.district import photograph
from tests.api.messages import episode, evidence_ref, registration

PICTURE = b"\xff\xd8a picture\xff\xd9"


async def _filled(worker: httpx.AsyncClient) -> None:
    await put_camera(worker, registration())
    await put_alert(worker, episode(evidence=(evidence_ref(PICTURE),)))
    await put_evidence(worker, PICTURE)


async def test_what_was_lost_is_there_again(tmp_path: Path, migrated_data_dir: Path) -> None:
    lost, found, archive = tmp_path / "lost", tmp_path / "found", tmp_path / "mingan.tar"
    async with running_centre(lost, template=migrated_data_dir) as centre:
        await _filled(await centre.worker())
        await (await centre.admin()).post(
            "/api/v1/boxes", json={"school_id": "no-1-primary", "name": "second"}
        )
        plans = "/api/v1/floor-plan-pictures/no-1-primary"
        drawn = await (await centre.admin()).post(f"{plans}?title_zh=x", content=photograph())
        assert drawn.status_code == 201, drawn.text
        (lost / "worker.token").write_text("worker-token-for-tests\n")
        manifest = backup.backup(cheap_settings(lost), archive)
    assert archive.stat().st_mode & 0o077 == 0, "for its user alone"
    assert {"mingan.db", "worker.token"} < manifest.files.keys()
    shutil.rmtree(lost)

    backup.restore(cheap_settings(found), archive)
    assert (found / "worker.token").read_text() == "worker-token-for-tests\n"
    async with running_centre(found, clock=HandClock()) as centre:
        admin = await centre.admin()
        [alert] = await summaries(admin)
        assert alert.camera_name == "北门"
        assert alert.snapshot_url is not None
        assert (await admin.get(alert.snapshot_url)).content == PICTURE
        boxes = (await admin.get("/api/v1/boxes")).json()["items"]
        assert [each["name"] for each in boxes] == ["box", "second"]
        plan = await admin.get(drawn.json()["picture_url"])
        assert plan.headers["content-type"] == "image/jpeg"
        # The box goes on with the token it has.
        await put_alert(await centre.worker(), episode(revision=2))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_backup_that_is_not_whole_changes_nothing(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    archive = tmp_path / "mingan.tar"
    async with running_centre(tmp_path / "data", template=migrated_data_dir) as centre:
        await _filled(await centre.worker())
        backup.backup(cheap_settings(tmp_path / "data"), archive)
    whole = archive.read_bytes()
    at = whole.index(PICTURE)
    broken = {
        "cut short": whole[: len(whole) // 2],
        "cut at its end": whole[: whole.rindex(b"manifest.json")],
        "changed": whole[:at] + b"\x00" + whole[at + 1 :],
        "nothing": b"",
    }
    for name, content in broken.items():
        bad = tmp_path / "bad.tar"
        bad.write_bytes(content)
        target = tmp_path / "target"
        with pytest.raises(BackupError, match="no whole backup"):
            backup.restore(cheap_settings(target), bad)
        assert not target.exists(), name
    assert _names(tmp_path) == {"data", "mingan.tar", "bad.tar"}, "nothing half is left"


async def test_a_folder_in_use_is_not_restored_over(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    archive = tmp_path / "mingan.tar"
    backup.backup(cheap_settings(migrated_data_dir), archive)
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(cheap_settings(migrated_data_dir), archive)
    with pytest.raises(BackupError, match="there already"):
        backup.backup(cheap_settings(migrated_data_dir), archive)
    with pytest.raises(BackupError, match="no database"):
        backup.backup(cheap_settings(tmp_path / "nothing"), tmp_path / "other.tar")
