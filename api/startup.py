"""What happens before the first request and after the last.

Each step that can fail for a reason a person must fix raises a :class:`StartError` that says
what, where and what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog

from api.auth import service as auth
from api.bus import service as bus
from api.cameras import service as cameras
from api.db.migrate import upgrade
from api.expiry import Expiry
from api.kit.errors import DataFolderError, SettingsError
from api.runtime import Runtime
from api.settings import Settings
from api.workers import service as workers

_WATCH_EVERY_S = 2.0
_PRUNE_EVERY_S = 300.0
_EXPIRE_EVERY_S = 300.0
_log = structlog.get_logger(__name__)


def print_line(line: str) -> None:
    """Print for the person who started it; never goes into a log."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def prepare_data_folder(settings: Settings) -> None:
    """Make the data folder and prove that it can be written.

    Raises:
        DataFolderError: If it cannot.
    """
    folder = settings.data_dir
    probe = folder / f".probe-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataFolderError(
            f"the data folder cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Name a folder this user may write with --data-dir, or correct its owner",
        ) from error


def worker_token(settings: Settings) -> str:
    """The token of the box's own worker; made up and kept in a file on first start.

    Raises:
        SettingsError: If the token or its file cannot be used.
    """
    if settings.worker_token is not None:
        return _checked(settings.worker_token.get_secret_value(), "worker_token")
    path = settings.token_path
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(_read_token(path), str(path))
    except OSError as error:
        raise SettingsError(
            f"cannot be made ({error.strerror})",
            where=str(path),
            remedy="Correct worker_token_file, or the folder's owner",
        ) from error
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return token


def _read_token(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            remedy="Correct the file's owner, or remove it to have a new one made",
        ) from error


def _checked(token: str, where: str) -> str:
    if len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingsError(
            "is not a usable worker token",
            where=where,
            remedy="Use at least 16 printable ASCII characters without spaces",
        )
    return token


async def prepare(runtime: Runtime) -> None:
    """Bring folder, database, token and first user into being.

    Raises:
        StartError: If a person must change something first.
    """
    settings = runtime.settings
    prepare_data_folder(settings)
    try:
        await asyncio.to_thread(runtime.evidence.sweep)
    except OSError as error:
        raise DataFolderError(
            f"the evidence folder cannot be used ({error.strerror})",
            where=str(settings.data_dir / "evidence"),
            remedy="Correct its owner",
        ) from error
    await asyncio.to_thread(
        upgrade, settings.async_database_url, settings.data_dir / "migrate.lock"
    )
    token = worker_token(settings)
    async with runtime.work() as work:
        await workers.set_box_token(work, token)
    runtime.first_admin = await auth.ensure_first_admin(runtime)


async def announce_lost_workers(runtime: Runtime) -> None:
    """One round of looking for workers that fell silent."""
    async with runtime.work() as work:
        watch = cameras.Watch.of(runtime.settings, work.now)
        for worker_id in await cameras.announce_lost(work, watch):
            _log.warning("worker_lost", worker_id=worker_id)


async def prune_events(runtime: Runtime) -> None:
    """One round of forgetting old live events."""
    async with runtime.work() as work:
        await bus.prune(
            work,
            keep=runtime.settings.events_keep,
            older_than=work.now - timedelta(hours=runtime.settings.events_keep_h),
        )


async def _supervise(
    runtime: Runtime,
    name: str,
    every_s: float,
    round_: Callable[[Runtime], Awaitable[None]],
    stopping: asyncio.Event,
) -> None:
    """Repeat a round until the stop; one that fails is logged and counted, and the next runs.

    A round is never cancelled half-way: it may be holding the database's only writer.
    """
    while not stopping.is_set():
        try:
            await round_(runtime)
        except Exception:  # noqa: BLE001 -- the supervisor's boundary
            runtime.metrics.background_failures.labels(name).inc()
            _log.exception("background_round_failed", task=name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every_s)


@asynccontextmanager
async def running(runtime: Runtime, announce: Callable[[str], None]) -> AsyncIterator[None]:
    """Everything between start and stop.

    Raises:
        StartError: If a person must change something first.
    """
    try:
        await prepare(runtime)
        if runtime.first_admin is not None:
            announce(f"console user: {runtime.first_admin.username}")
            announce(f"console password: {runtime.first_admin.password}")
        watch_every_s = min(_WATCH_EVERY_S, runtime.settings.lost_after_s / 3)
        stopping = asyncio.Event()
        rounds = [
            asyncio.create_task(_supervise(runtime, name, every_s, round_, stopping))
            for name, every_s, round_ in (
                ("lost_workers", watch_every_s, announce_lost_workers),
                ("prune", _PRUNE_EVERY_S, prune_events),
                ("expiry", _EXPIRE_EVERY_S, Expiry().run),
            )
        ]
        try:
            yield
        finally:
            runtime.end_streams()
            stopping.set()
            await asyncio.gather(*rounds)
            await runtime.viewing.drain()
    finally:
        runtime.close_threads()
        await runtime.database.close()
