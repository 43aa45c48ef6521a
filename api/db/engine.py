"""Connections: many readers, and on SQLite exactly one writer at a time.

SQLite lets one transaction write. Asking for that right up front (``BEGIN IMMEDIATE``) and
queueing for it in the process, instead of discovering the conflict half-way, is what keeps
"database is locked" away: deferred transactions failed 600 of 800 times under four writers.
Readers see a snapshot (WAL) and never wait.

A commit is on the disk before it is answered (``synchronous=FULL``): a worker forgets what was
acknowledged, and a person believes what was saved. PostgreSQL does so by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from api.access.scope import Scope
from api.db.narrowing import ScopedSession, in_scope
from api.kit.errors import DatabaseError

BUSY_TIMEOUT_MS = 15_000
"""How long to wait for a writer in another process."""
TRIED_AFTER_S = 1.0
"""For how long PostgreSQL's connection rests before it is tried first."""
_RESTS_SINCE = "rests_since_s"
_LAST_SESSIONS_S = 10.0
"""How long the end waits for sessions that are still out."""
_PRAGMAS: tuple[str, ...] = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...
    def close(self) -> None: ...


class _DbapiConnection(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


def take_over_sqlite_transactions(engine: AsyncEngine, begin: str) -> None:
    """Apply the pragmas and start each transaction with ``begin`` instead of sqlite3's own."""

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: _DbapiConnection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _on_postgres(url: str) -> AsyncEngine:
    try:
        engine = create_async_engine(url)
    except ModuleNotFoundError as error:
        raise DatabaseError(
            f"the driver of PostgreSQL is not installed ({error.name})",
            where="database_url",
            remedy="Install it: pip install 'psycopg[binary]>=3.3,<4' (the extra `postgres`)",
        ) from error
    _try_after_rest(engine.sync_engine)
    return engine


def _try_after_rest(engine: Engine) -> None:
    """Ask a connection whether it still stands, if it was not used just now.

    SQLAlchemy's own ``pool_pre_ping`` asks each time: a question more for each request.
    """

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
    ) -> None:
        since_s = record.info.pop(_RESTS_SINCE, None)
        if since_s is None or time.monotonic() - since_s < TRIED_AFTER_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # All of them: the server was started anew, or the way to it was cut.
            raise InvalidatePoolError from error


def _sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=ScopedSession)


class Database:
    """The database as rooms use it: sessions to read with and sessions to write with.

    Sessions take a connection at their first statement, so a request that streams a body before
    it writes holds no lock while it streams.

    Raises:
        DatabaseError: If the driver of the database is not installed.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reading = create_async_engine(url, pool_size=8, max_overflow=8)
            # One connection: writers of this process queue for it in order of arrival.
            self._writing = create_async_engine(url, pool_size=1, max_overflow=0)
            take_over_sqlite_transactions(self._reading, "BEGIN")
            take_over_sqlite_transactions(self._writing, "BEGIN IMMEDIATE")
            self._asking = self._reading
        else:
            self._writing = _on_postgres(url)
            # The same pool; what a reader adds up belongs to one moment, as on SQLite.
            self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ")
            self._asking = self._writing.execution_options(isolation_level="AUTOCOMMIT")
        self._ask_sessions = _sessions(self._asking)
        self._read_sessions = _sessions(self._reading)
        self._write_sessions = _sessions(self._writing)
        self._lending = asyncio.Lock()
        """Held while pools are disposed of, so that nobody takes a connection meanwhile."""
        self._out = 0
        self._all_back = asyncio.Event()
        self._all_back.set()

    @asynccontextmanager
    async def ask(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session for a question of one statement, or of some that need not fit together.

        PostgreSQL begins and ends no transaction for it, which are two messages there and back.
        """
        async with self._lent(self._ask_sessions(info=in_scope(scope))) as session:
            yield session

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session that sees one snapshot of what is in scope, and changes nothing."""
        async with self._lent(self._read_sessions(info=in_scope(scope))) as session:
            yield session

    @asynccontextmanager
    async def write(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """A session that may change what is in scope; rolled back unless someone commits it."""
        async with self._lent(self._write_sessions(info=in_scope(scope))) as session:
            yield session

    @asynccontextmanager
    async def _lent(self, session: AsyncSession) -> AsyncIterator[AsyncSession]:
        async with self._lending:
            self._out += 1
            self._all_back.clear()
        try:
            yield session
        finally:
            # Whoever is cancelled here must still give the connection back.
            await asyncio.shield(asyncio.ensure_future(self._take_back(session)))

    async def _take_back(self, session: AsyncSession) -> None:
        try:
            await session.close()
        finally:
            self._out -= 1
            if not self._out:
                self._all_back.set()

    async def close(self) -> None:
        """Close all connections, after the sessions that are still out came back.

        Disposing of a pool forgets the connections that are out: given back later, they would
        stay open for ever.
        """
        async with self._lending:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_back.wait(), _LAST_SESSIONS_S)
            await self._reading.dispose()
            await self._writing.dispose()
