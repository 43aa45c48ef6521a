"""Backup and restore of one command centre on SQLite: database, files and keys, in one file.

The file is a tar archive whose last member, ``manifest.json``, tells the SHA-256 of each other one:
an archive that was cut short has none, and one that was changed does not agree. The database is
copied by SQLite itself, so that a backup may be made while the command centre runs. A restore is
written beside the data folder, checked, and takes the folder's place at the end.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import make_url

from api.kit.errors import StartError
from api.kit.version import VERSION
from api.settings import Settings

_DATABASE = "mingan.db"
_MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024


class BackupError(StartError):
    """A backup that cannot be made or used."""

    code = "backup"


class Manifest(BaseModel):
    """What an archive holds: SHA-256 by name."""

    version: str
    files: dict[str, str]


def database_path(settings: Settings) -> Path:
    """The database's file.

    Raises:
        BackupError: If it is not one file on this machine.
    """
    url = make_url(settings.async_database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupError(
            "only a database on SQLite is backed up by this command",
            where="database_url",
            remedy="Back PostgreSQL up with pg_dump, and the data folder as files",
        )
    return Path(url.database)


def backup(settings: Settings, archive: Path) -> Manifest:
    """Write everything into a new file.

    Raises:
        BackupError: If there is nothing to back up, or the file cannot be written.
    """
    database = database_path(settings)
    if not database.is_file():
        raise BackupError(
            "there is no database here", where=str(database), remedy="Correct --data-dir"
        )
    if archive.exists():
        raise BackupError("the file is there already", where=str(archive), remedy="Name a new file")
    part = archive.with_name(archive.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            copy = Path(folder) / _DATABASE
            with (
                closing(sqlite3.connect(database)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            files = {}
            with tarfile.open(part, "w") as tar:
                for name, path in [(_DATABASE, copy), *_kept(settings)]:
                    if (digest := _add(tar, name, path)) is not None:
                        files[name] = digest
                manifest = Manifest(version=VERSION, files=files)
                told = manifest.model_dump_json(indent=1).encode()
                member = tarfile.TarInfo(_MANIFEST)
                member.size = len(told)
                tar.addfile(member, io.BytesIO(told))
        part.chmod(0o600)
        part.replace(archive)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise BackupError(
            f"the backup cannot be written ({error})",
            where=str(archive),
            remedy="Give this user write access there, or make room",
        ) from error
    return manifest


def restore(settings: Settings, archive: Path) -> Manifest:
    """Make a data folder of a backup; the folder must be new or empty.

    Raises:
        BackupError: If the folder is in use, or the archive is not whole; nothing was changed.
    """
    target = settings.data_dir
    if target.exists() and any(target.iterdir()):
        raise BackupError(
            "the data folder is not empty",
            where=str(target),
            remedy="Restore into a new folder with --data-dir, and start the command centre on it",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        manifest = _unpack(archive, folder)
        if target.exists():
            target.rmdir()
        folder.replace(target)
    except (OSError, tarfile.TarError) as error:
        raise _broken(archive, str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _broken(archive: Path, why: str) -> BackupError:
    return BackupError(
        f"this is no whole backup ({why})",
        where=str(archive),
        remedy="Take an earlier one; nothing was changed",
    )


def _kept(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Keys, evidence and reports, by their name in the archive."""
    if settings.token_path.is_file():
        yield "worker.token", settings.token_path
    for name, path in (
        ("audit.key", settings.audit_key_path),
        ("audit-anchors.jsonl", settings.anchors_path),
    ):
        if path.is_file():
            yield name, path
    for name in ("evidence", "reports"):
        for path in sorted((settings.data_dir / name).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield str(path.relative_to(settings.data_dir)), path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str | None:
    """Add a file; answers its SHA-256, None when it was deleted meanwhile."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        member = tarfile.TarInfo(name)
        member.size = path.stat().st_size
        member.mode = 0o600
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        tar.addfile(member, file)
    return digest


def _unpack(archive: Path, folder: Path) -> Manifest:
    """Write all members below a folder and compare them with what the manifest says."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            source = tar.extractfile(member)
            if source is None:
                raise _broken(archive, f"{member.name} is no file")
            if member.name == _MANIFEST:
                try:
                    manifest = Manifest.model_validate(json.load(source))
                except (ValidationError, ValueError) as error:
                    raise _broken(archive, "its manifest cannot be read") from error
                continue
            path = folder / member.name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise _broken(archive, f"{member.name} lies outside")
            path.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with path.open("xb") as file:
                path.chmod(0o600)
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            found[member.name] = digest.hexdigest()
    if manifest is None:
        raise _broken(archive, "it was cut short")
    if found != manifest.files:
        wrong = sorted(
            name
            for name in found.keys() | manifest.files.keys()
            if found.get(name) != manifest.files.get(name)
        )
        raise _broken(archive, f"{wrong[0]} does not agree with the manifest")
    return manifest
