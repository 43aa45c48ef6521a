"""A worker's data folder before anything works in it: taken, closed to others, its outbox whole."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import structlog

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.core.folder_lock import FolderLock
from pipeline.core.private_files import close_to_others, database_files, mask_others
from pipeline.delivery.outbox import OUTBOX_NAME, OUTBOX_SCHEMA, MessageKind, Outbox
from pipeline.recorders.index_schema import INDEX_SCHEMA
from pipeline.recorders.recorder import INDEX_NAME
from pipeline.recorders.root_lock import LOCK_NAME as RECORDER_LOCK
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.track_store import FOLDER as TRACKS

LOCK_NAME = ".worker.lock"
_log = structlog.get_logger(__name__)


def take(config: BoxConfig, clock: Clock) -> FolderLock:
    """Make the folder ready for this process alone; keep what is answered until it ends.

    Raises:
        ConfigError: Another worker has it, it cannot be written, or a newer version wrote there.
    """
    mask_others()
    folder = config.data_dir
    lock = FolderLock(folder / LOCK_NAME)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_ours = lock.acquire()
    except OSError as error:
        raise ConfigError(
            f"the data folder cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Give the worker's user write access to this folder, or change data_dir",
        ) from error
    if not is_ours:
        raise ConfigError(
            "another worker works in this folder",
            where=str(folder),
            remedy="Stop it first, or give each worker a data_dir of its own",
        )
    _close(config)
    OUTBOX_SCHEMA.require_known(folder / OUTBOX_NAME)
    if config.recorder is not None:
        INDEX_SCHEMA.require_known(config.recorder.folder / INDEX_NAME)
    set_aside_if_damaged(folder / OUTBOX_NAME, clock)
    return lock


def file_formats() -> dict[str, int]:
    """Versions of the files that a worker keeps and that an older one would not touch, by name."""
    return {OUTBOX_NAME: OUTBOX_SCHEMA.version, INDEX_NAME: INDEX_SCHEMA.version}


def _close(config: BoxConfig) -> None:
    folder = config.data_dir
    paths = [*database_files(folder / OUTBOX_NAME), folder / "evidence", folder / "references"]
    paths.append(folder / TRACKS)
    if config.recorder is not None:
        root = config.recorder.folder
        paths += [*database_files(root / INDEX_NAME), root / RECORDER_LOCK]
        paths += [root / camera.id for camera in config.cameras if camera.is_recorded_here]
    if failed := close_to_others(paths):
        _log.warning("others may read what is kept here", paths=[str(path) for path in failed][:20])


def set_aside_if_damaged(path: Path, clock: Clock) -> None:
    """Move an outbox that SQLite cannot read out of the way, and save what can be read of it.

    Raises:
        ConfigError: It cannot be moved.
    """
    if not path.exists() or (damage := _damage(path)) is None:
        return
    now = datetime.fromtimestamp(clock.utc_s(), UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.stem}.damaged-{now}{path.suffix}")
    try:
        for old, new in zip(database_files(path), database_files(aside), strict=True):
            if old.exists():
                old.rename(new)
    except OSError as error:
        raise ConfigError(
            f"the outbox is damaged ({damage}) and cannot be set aside ({error.strerror})",
            where=str(path),
            remedy="Move this file away, and the worker begins with an empty outbox",
        ) from error
    saved = _save_readable(aside, path, clock)
    _log.error(
        "the outbox was damaged and is set aside; the worker goes on with what could be read of it",
        damage=damage,
        set_aside=str(aside),
        messages_saved=saved,
        remedy="Check this disk. Keep the file: an engineer may save more of it",
    )


def _damage(path: Path) -> str | None:
    """What is wrong with the file; None if nothing is, or it is not the file's fault."""
    try:
        db = sqlite3.connect(path)
        try:
            [answer] = db.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            db.close()
    except sqlite3.OperationalError:
        return None  # locked, no right to write, no room: said when it is opened
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if answer == "ok" else " ".join(str(answer).split())[:200]


def _save_readable(aside: Path, path: Path, clock: Clock) -> int:
    """Copy messages, then open episodes, one by one until the damage; answers how many messages."""
    outbox = Outbox(path, clock)
    saved = 0
    try:
        db = sqlite3.connect(f"{aside.absolute().as_uri()}?mode=ro", uri=True)
        try:
            for kind, key, body, size_bytes in db.execute(
                "SELECT kind, key, body, size_bytes FROM messages NOT INDEXED ORDER BY seq"
            ):
                file_bytes = max(0, size_bytes - len(body))
                outbox.put(MessageKind(kind), key, body, file_bytes=file_bytes)
                saved += 1
            for camera, rule, zone, body in db.execute("SELECT * FROM open_episodes"):
                key = json.loads(body)["id"]
                outbox.put_alert(key, body, slot=(camera, rule, zone), is_open=True)
        finally:
            db.close()
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
        _log.warning("from here on the damaged outbox cannot be read", messages_saved=saved)
    finally:
        outbox.close()
    return saved
