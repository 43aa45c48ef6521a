"""What happens before the first request and after the last.

Each step that can fail for a reason a person must fix raises a :class:`StartError` that says
what, where and what to do.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.key import make_or_read_key
from api.auth import service as auth
from api.boxes import service as boxes
from api.bus.tail import Tail
from api.db.migrate import upgrade
from api.jobs.scheduler import Scheduler
from api.kit.alone import Lock, close_to_others
from api.kit.errors import DataFolderError, SettingsError
from api.kit.moments import utc_now
from api.meetings.engine import Engine
from api.meetings.engine_files import write_engine_files
from api.rounds import kinds, notice_kinds
from api.runtime import Runtime
from api.settings import Settings

_UPLOAD_ENDED_S = 3600.0
"""An upload that has written nothing for so long has no process any more."""
_TAIL_EVERY_S = 1.0
"""How late a console hears what another process took, where no relay tells it sooner."""

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


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """What one command works on beside a command centre that may be running; closed afterwards."""
    runtime = Runtime(settings, utc_now)
    try:
        yield runtime
    finally:
        runtime.close_threads()
        await runtime.database.close()


async def bring_up_to_date(runtime: Runtime) -> None:
    """Migrate the database of a data folder.

    Raises:
        StartError: If the folder cannot be written, or the database not be migrated.
    """
    settings = runtime.settings
    prepare_data_folder(settings)
    await asyncio.to_thread(
        upgrade, settings.async_database_url, settings.data_dir / "migrate.lock"
    )


async def make_or_bring_up_to_date(runtime: Runtime) -> None:
    """Make of a new folder what the first start makes of it; migrate another.

    Raises:
        StartError: As :func:`prepare` and :func:`bring_up_to_date`.
    """
    if runtime.settings.audit_key_path.exists():
        await bring_up_to_date(runtime)
    else:
        await prepare(runtime)


def worker_token(settings: Settings) -> str:
    """The token of the box's own worker; made up and kept in a file on first start.

    Raises:
        SettingsError: If the token or its file cannot be used.
    """
    if settings.worker_token is not None:
        return _checked(settings.worker_token.get_secret_value(), "worker_token")
    path = settings.token_path
    # A token typed in place of its file's name must not be shown.
    where = str(path) if settings.worker_token_file is None else "worker_token_file"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(_read_token(path, where), where)
    except OSError as error:
        raise SettingsError(
            f"cannot be made ({error.strerror})",
            where=where,
            remedy="Correct worker_token_file, or the folder's owner",
        ) from error
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return token


def _read_token(path: Path, where: str) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=where,
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


def _close_to_others(settings: Settings) -> None:
    folder = settings.data_dir
    paths = [folder / name for name in ("evidence", "worker.token", "migrate.lock")]
    if (database := settings.sqlite_path) is not None:
        paths += [
            database.with_name(database.name + suffix)
            for suffix in ("", "-wal", "-shm", "-journal")
        ]
    if failed := close_to_others(paths):
        _log.warning("others_may_read", paths=[str(path) for path in failed])


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the one process on this folder and on its database, if that is a file.

    On PostgreSQL several processes serve together, and share the folder with evidence and keys.

    Raises:
        StartError: Another one is there.
    """
    prepare_data_folder(settings)
    locks = []
    if (database := settings.sqlite_path) is not None:
        locks.append(Lock(settings.data_dir / ".centre.lock", "data folder"))
        if database.parent != settings.data_dir.resolve():
            locks.append(Lock(database.with_name(f".{database.name}.lock"), "database"))
    try:
        for lock in locks:
            lock.acquire()
        yield
    finally:
        for lock in locks:
            lock.release()


async def prepare(runtime: Runtime) -> None:
    """Bring folder, database, token and first user into being.

    Raises:
        StartError: If a person must change something first.
    """
    settings = runtime.settings
    _ = runtime.deadlines, runtime.request_deadlines, runtime.profiles
    prepare_data_folder(settings)
    _close_to_others(settings)
    try:
        # Another process may be taking a file right now, where there may be others.
        is_alone = settings.sqlite_path is not None
        await asyncio.to_thread(runtime.evidence.sweep, 0.0 if is_alone else _UPLOAD_ENDED_S)
    except OSError as error:
        raise DataFolderError(
            f"the evidence folder cannot be used ({error.strerror})",
            where=str(settings.data_dir / "evidence"),
            remedy="Correct its owner",
        ) from error
    await asyncio.to_thread(
        upgrade, settings.async_database_url, settings.data_dir / "migrate.lock"
    )
    await _begin_audit(runtime)
    token = worker_token(settings)
    async with runtime.work(EVERYTHING) as work:
        await boxes.set_own_box(work, token)
    runtime.first_admin = await auth.ensure_first_admin(runtime)


async def _begin_audit(runtime: Runtime) -> None:
    """Make the access log's key, or find it.

    A log that was tampered with does not keep the command centre from starting: what is written
    from now on cannot make it good, and ``mingan audit verify`` goes on to tell.

    Raises:
        SettingsError: If another process keeps the log under another key.
    """
    path = runtime.settings.audit_key_path
    key, is_new = await asyncio.to_thread(make_or_read_key, path)
    async with runtime.work(EVERYTHING) as work:
        is_ours = await audit.begin(work, key, is_new_key=is_new)
    if is_new and not is_ours:
        path.unlink()
        raise SettingsError(
            "is missing, and the access log was written with it",
            where=str(path),
            remedy="Bring audit.key back from a backup, or name with audit_key_file the one that "
            "other processes on this database use",
        )


async def _begin_meetings(runtime: Runtime) -> None:
    """Write what the engine of video meetings is started with, if there is to be one.

    Whether it is there is asked when somebody wants to meet: nothing else needs it.

    Raises:
        DataFolderError: If its folder cannot be written.
    """
    settings = runtime.settings
    if settings.meetings is not None:
        folder = settings.meetings_path
        known = await asyncio.to_thread(write_engine_files, folder, settings.meetings)
        runtime.meetings = Engine(settings.meetings, known)


def tell_first_admin(runtime: Runtime, announce: Callable[[str], None]) -> None:
    """Tell the first user's one-time password, if this start made one."""
    if runtime.first_admin is not None:
        announce(f"console user: {runtime.first_admin.username}")
        announce(f"console password: {runtime.first_admin.password}")


@asynccontextmanager
async def running(runtime: Runtime, announce: Callable[[str], None]) -> AsyncIterator[None]:
    """Everything between start and stop.

    Raises:
        StartError: If a person must change something first.
    """
    try:
        with _alone(runtime.settings):
            await prepare(runtime)
            await _begin_meetings(runtime)
            tell_first_admin(runtime, announce)
            scheduler = Scheduler(runtime, kinds(runtime.settings))
            # Apart: a peer that does not answer keeps no deadline waiting.
            notices = Scheduler(runtime, notice_kinds())
            tail = Tail(runtime.database, runtime.bus, _TAIL_EVERY_S)
            await tail.begin()
            await scheduler.begin()
            await notices.begin()
            stopping = asyncio.Event()
            services = [tail.run(stopping), scheduler.run(stopping), notices.run(stopping)]
            services.append(runtime.last_use.run(stopping))
            if runtime.relay is not None:
                services.append(runtime.relay.run(stopping))
            tasks = [asyncio.create_task(service) for service in services]
            try:
                yield
            finally:
                runtime.end_streams()
                stopping.set()
                await asyncio.gather(*tasks)
                await runtime.viewing.drain()
    finally:
        if runtime.meetings is not None:
            await runtime.meetings.close()
        runtime.close_threads()
        await runtime.database.close()
