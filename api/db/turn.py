"""Lets one transaction at a time number things and commit, in all processes."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

_KEY = 0x6D696E67
_TAKEN_IN = "turn_taken_in"
"""Of a session: the transaction that took its turn."""


async def take_connection(session: AsyncSession) -> None:
    """Have the session's connection, before waiting for what its other holders wait for as well.

    SQLite has one to write with: whoever has it and waits for their turn would wait for ever for
    one who has the turn and waits for the connection.
    """
    await session.connection()


async def take_turn(session: AsyncSession) -> None:
    """Wait until every transaction that took its turn before has ended.

    What is numbered from here on is committed in the order of its numbers: whoever read up to one
    never finds a lower one later. SQLite has one writer and keeps that order by itself. Taking it
    again in the same transaction changes nothing; a row that others lock after taking their turn
    may be locked only after taking it too.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    here = session.sync_session.get_transaction()
    if here is None or session.info.get(_TAKEN_IN) is not here:
        await session.execute(select(func.pg_advisory_xact_lock(_KEY)))
        session.info[_TAKEN_IN] = session.sync_session.get_transaction()
