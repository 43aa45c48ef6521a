"""Sessions of the database for a request, in the scope of who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING, NOTHING, Scope
from api.auth.guards import ReportingBoxDep, settled_caller_of
from api.bus.work import UnitOfWork
from api.db.narrowing import narrow
from api.runtime import Runtime, RuntimeDep, runtime_of


async def _scope_of(
    request: Request, runtime: Runtime, session: AsyncSession | None = None
) -> Scope:
    # Not a dependency: FastAPI would go through all that who asks depends on once more.
    person = await settled_caller_of(request, runtime, session)
    return NOTHING if person is None else person.scope


async def reader(request: Request) -> AsyncIterator[AsyncSession]:
    """A session in the scope of who asks; that of a stranger knows of nothing."""
    runtime = runtime_of(request)
    # Who asks is looked for in the same session: another one costs as much as a short list.
    async with runtime.database.read(EVERYTHING) as session:
        narrow(session.sync_session, await _scope_of(request, runtime, session))
        yield session


async def _writer(request: Request) -> AsyncIterator[UnitOfWork]:
    runtime = runtime_of(request)
    async with runtime.work(await _scope_of(request, runtime)) as work:
        yield work


async def _box_writer(runtime: RuntimeDep, box: ReportingBoxDep) -> AsyncIterator[UnitOfWork]:
    async with runtime.work(box.scope) as work:
        yield work


async def _newcomer_writer(runtime: RuntimeDep) -> AsyncIterator[UnitOfWork]:
    async with runtime.work(EVERYTHING) as work:
        yield work


# scope="function": committed, or closed, before the answer is sent. An acknowledgement that
# leaves before the commit would let a worker forget what was never stored.
Reader = Annotated[AsyncSession, Depends(reader, scope="function")]
"""A session to read with; named before the guard, which then knows already who asks."""
Writer = Annotated[UnitOfWork, Depends(_writer, scope="function")]
"""The unit of work of a person's request."""
BoxWriter = Annotated[UnitOfWork, Depends(_box_writer, scope="function")]
"""The unit of work of a box's message."""
NewcomerWriter = Annotated[UnitOfWork, Depends(_newcomer_writer, scope="function")]
"""The unit of work of whoever becomes somebody by it: signs in, or is enrolled."""
