"""Migrations and column types."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from api.access.scope import EVERYTHING
from api.cameras.hours_repository import HourRepository
from api.db.base import Base
from api.db.camera import AnalysedHour, AnalysedQuarter
from api.db.engine import Database
from api.db.migrate import alembic_config, sync_engine, upgrade
from api.db.types import UtcDateTime
from api.kit.errors import DatabaseError
from tests.api.messages import T0
from tests.api.plans import plans_of

_DIALECT = sqlite.dialect()
_A_CAMERA = (
    "INSERT INTO cameras (camera_id, name, location, source, rules, created_at, reason, detail, "
    "frames_analysed, frames_dropped, reconnects) "
    "VALUES ('gate', '', '', '', '[]', '2026-11-24 10:00:00.000000', '', '', 0, 0, 0)"
)
_AN_INTERVAL = (
    "INSERT INTO analysed_intervals (camera_id, rule_id, from_at, to_at, rule, analysed_s) "
    "VALUES ('gate', 'r', :at, :at, 'loitering', :seconds)"
)
_A_MISS = (
    "INSERT INTO missing_intervals (camera_id, rule_id, from_at, reason, seconds) "
    "VALUES ('gate', 'r', :at, 'offline', :seconds)"
)


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'mingan.db'}"


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    upgrade(_url(tmp_path), tmp_path / "lock")
    config = alembic_config()
    engine = sync_engine(_url(tmp_path))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_a_database_made_by_migrations_has_the_models_tables_and_indexes(tmp_path: Path) -> None:
    upgrade(_url(tmp_path), tmp_path / "lock")
    engine = sync_engine(_url(tmp_path))
    seen = inspect(engine)
    tables = set(seen.get_table_names()) - {"alembic_version"}
    assert tables == set(Base.metadata.tables)
    for name, table in Base.metadata.tables.items():
        assert {i["name"] for i in seen.get_indexes(name)} == {i.name for i in table.indexes}
    engine.dispose()


@pytest.mark.whole
def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        upgrade(_url(tmp_path), tmp_path / "lock")
    database = sqlite3.connect(tmp_path / "mingan.db")
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest,)]
    database.close()


@pytest.mark.whole
def test_hours_are_filled_from_the_minutes_that_are_there(tmp_path: Path) -> None:
    config = alembic_config()
    engine = sync_engine(_url(tmp_path))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009_expiry")
        connection.execute(text(_A_CAMERA))
        for minute, seconds in (("11:59", 50.0), ("12:00", 40.5), ("12:59", 10.0)):
            at = f"2026-11-24 {minute}:00.000000"
            values = {"at": at, "seconds": seconds}
            connection.execute(text(_AN_INTERVAL), values)
            connection.execute(text(_A_MISS), values)
        command.upgrade(config, "head")
    with Session(engine) as session:
        rows = session.scalars(select(AnalysedHour)).all()
        assert {(row.hour_at.hour, row.reason, row.rule): row.seconds for row in rows} == {
            (11, "", "loitering"): 50.0,
            (12, "", "loitering"): 50.5,
            (11, "offline", ""): 50.0,
            (12, "offline", ""): 50.5,
        }
        quarters = session.scalars(select(AnalysedQuarter)).all()
        assert {(row.hour_at.hour, row.reason, row.rule): row.seconds for row in quarters} == {
            (6, "", "loitering"): 50.0,
            (12, "", "loitering"): 50.5,
            (6, "offline", ""): 50.0,
            (12, "offline", ""): 50.5,
        }
    engine.dispose()


@pytest.mark.whole
def test_the_schema_can_be_taken_back(tmp_path: Path) -> None:
    upgrade(_url(tmp_path), tmp_path / "lock")
    engine = sync_engine(_url(tmp_path))
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


@pytest.mark.whole
def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    upgrade(_url(tmp_path), tmp_path / "lock")
    database = sqlite3.connect(tmp_path / "mingan.db")
    database.execute("UPDATE alembic_version SET version_num = '9999_future'")
    database.commit()
    database.close()
    with pytest.raises(DatabaseError, match="another version"):
        upgrade(_url(tmp_path), tmp_path / "lock")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mingan.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseError, match="not a database"):
        upgrade(_url(tmp_path), tmp_path / "lock")


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_moment_keeps_its_instant(naive: datetime, offset_min: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    stored = UtcDateTime().process_bind_param(moment, _DIALECT)
    assert stored is not None
    # SQLite keeps the digits and forgets the offset.
    read = UtcDateTime().result_processor(_DIALECT, None)(stored.replace(tzinfo=None))
    assert read == moment
    assert read.tzinfo is UTC


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), _DIALECT)  # noqa: DTZ001


@pytest.mark.whole
@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_closing_waits_for_a_reader_and_leaves_no_connection_behind(
    tmp_path: Path, is_cancelled: bool
) -> None:
    database = Database(_url(tmp_path))
    is_reading, may_end = asyncio.Event(), asyncio.Event()

    async def reader() -> None:
        async with database.read(EVERYTHING) as session:
            await session.execute(text("SELECT 1"))
            is_reading.set()
            await may_end.wait()

    reading = asyncio.create_task(reader())
    await is_reading.wait()
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    if is_cancelled:
        reading.cancel()
    may_end.set()
    await asyncio.wait([reading])
    await closing
    assert reading.cancelled() is is_cancelled
    del reading, reader
    # The test run turns the warning of a connection that nobody closed into a failure.
    gc.collect()


async def test_what_was_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    """A worker deletes its copy on the strength of the answer."""
    upgrade(_url(tmp_path), tmp_path / "lock")
    database = Database(_url(tmp_path))
    async with database.write(EVERYTHING) as session:
        level = await session.scalar(text("PRAGMA synchronous"))
    await database.close()
    assert level == 2, "FULL: the log is synced at each commit"


@pytest.mark.parametrize("keys", [None, [1, 2]])
async def test_a_season_of_hours_is_not_read_for_a_day(
    tmp_path: Path, keys: list[int] | None
) -> None:
    upgrade(_url(tmp_path), tmp_path / "lock")
    plans = await plans_of(
        tmp_path / "mingan.db", lambda session: HourRepository(session).totals(keys, T0)
    )
    sums = [(sql, steps) for sql, steps in plans if "sum(" in sql]
    assert len(sums) == (4 if keys is None else 3)
    for sql, steps in sums:
        assert steps
        assert [step for step in steps if step.startswith("SCAN")] == [], sql
