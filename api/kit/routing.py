"""A room's routes, found by how a path begins before each is tried."""

from __future__ import annotations

from functools import cached_property

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class RoomRouter(APIRouter):
    """Routes of one room; all are added before the first request.

    FastAPI tries the pattern of every route of every room in turn, so what a request cost grew with
    the number of rooms before its own.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """How well one of its routes fits a request."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if not path.startswith(self._heads):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        """How paths of the room begin, up to what may differ."""
        heads = {getattr(route, "path", "").partition("{")[0] for route in self.routes}
        return tuple(sorted(heads))
