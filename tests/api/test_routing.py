"""A request is tried only on the rooms whose paths begin as its own does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING, Scope
from api.auth import sessions
from api.kit.routing import RoomRouter
from tests.api.centre import Centre


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Patterns that requests were held against."""
    found: list[str] = []
    matches = APIRoute.matches

    def noting(self: APIRoute, scope: dict[str, object]) -> object:
        found.append(self.path)
        return matches(self, scope)

    monkeypatch.setattr(APIRoute, "matches", noting)
    return found


async def test_other_rooms_are_not_tried(admin: httpx.AsyncClient, tried: list[str]) -> None:
    assert (await admin.get("/api/v1/rules")).status_code == 200
    assert set(tried) == {"/api/v1/rules"}


async def test_every_room_is_one(centre: Centre) -> None:
    included = [getattr(each, "original_router", None) for each in centre.app.router.routes]
    routers = [each for each in included if each is not None]
    assert routers
    assert [each for each in routers if not isinstance(each, RoomRouter)] == []


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for each in dependant.dependencies:
        yield from _calls(each)


def _is_awaited(call: Callable[..., Any]) -> bool:
    return any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (call, type(call).__call__)
    )


async def test_no_request_waits_for_a_thread(centre: Centre) -> None:
    """FastAPI hands what is not a coroutine to a thread: for a few lines that costs far more."""
    included = [getattr(each, "original_router", None) for each in centre.app.router.routes]
    routes = [route for each in included if each is not None for route in each.routes]
    calls = {
        call for route in routes if isinstance(route, APIRoute) for call in _calls(route.dependant)
    }
    assert len(calls) > 100
    assert not _is_awaited(len)
    assert [call for call in calls if not _is_awaited(call)] == []


async def test_who_asks_is_looked_for_in_the_session_that_reads(centre: Centre) -> None:
    """A guard that comes first would open another one, which costs as much as a short list."""
    included = [getattr(each, "original_router", None) for each in centre.app.router.routes]
    routes = [route for each in included if each is not None for route in each.routes]
    first = {
        route.path: calls[0]
        for route in routes
        if isinstance(route, APIRoute)
        and sessions.reader in (calls := [each.call for each in route.dependant.dependencies])
    }
    assert len(first) > 50
    assert [path for path, call in first.items() if call is not sessions.reader] == []


async def test_a_list_is_read_in_one_session(
    centre: Centre, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes: list[Scope] = []
    read = centre.runtime.database.read

    def noting(scope: Scope) -> AbstractAsyncContextManager[AsyncSession]:
        scopes.append(scope)
        return read(scope)

    monkeypatch.setattr(centre.runtime.database, "read", noting)
    assert (await admin.get("/api/v1/cameras")).status_code == 200
    assert scopes == [EVERYTHING]


@pytest.mark.parametrize("root_path", ["", "/mingan"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/things", 200),
        ("GET", "/api/things/1", 200),
        ("GET", "/api/things/", 307),
        ("POST", "/api/things/1", 405),
        ("GET", "/api/thing", 404),
        ("GET", "/other", 404),
    ],
)
async def test_what_fits_is_found(root_path: str, method: str, path: str, status: int) -> None:
    router = RoomRouter(prefix="/api")

    @router.get("/things")
    @router.get("/things/{number}")
    async def thing() -> str:
        return "there"

    app = FastAPI()
    app.include_router(router)
    transport = httpx.ASGITransport(app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        answer = await client.request(method, f"{root_path}{path}")
    assert answer.status_code == status
