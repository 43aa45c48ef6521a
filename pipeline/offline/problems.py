"""Errors of a box's pages, in the words of the command centre's, which the console translates."""

from __future__ import annotations

import sqlite3

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.contract.problems import PROBLEM_JSON, Problem
from pipeline.offline.doorkeeper import BusyDoorError, TooManyTriesError
from pipeline.offline.register import UnloggedError
from pipeline.offline.showing import TooManyPlaysError

_WAIT_S = 15 * 60
_SOON_S = 5
_log = structlog.get_logger(__name__)


class ProblemError(Exception):
    """What a page is answered instead.

    Args:
        status: Of HTTP.
        code: What the console translates.
        detail: For an engineer.
    """

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


def problem(status: int, code: str, detail: str = "", wait_s: int = 0) -> JSONResponse:
    """The answer that reports an error."""
    told = Problem(code=code, title=code.replace("_", " "), status=status, detail=detail)
    headers = {"Retry-After": str(wait_s)} if wait_s else None
    return JSONResponse(told.model_dump(mode="json"), status, headers, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every failure in one shape."""

    @app.exception_handler(ProblemError)
    async def told(_: Request, error: ProblemError) -> JSONResponse:
        return problem(error.status, error.code, error.detail)

    @app.exception_handler(TooManyTriesError)
    async def too_many_tries(_: Request, __: TooManyTriesError) -> JSONResponse:
        return problem(429, "too_many_attempts", wait_s=_WAIT_S)

    @app.exception_handler(BusyDoorError)
    async def busy(_: Request, __: BusyDoorError) -> JSONResponse:
        return problem(503, "unavailable", wait_s=_SOON_S)

    @app.exception_handler(TooManyPlaysError)
    async def too_many_plays(_: Request, __: TooManyPlaysError) -> JSONResponse:
        return problem(503, "too_many_viewers")

    @app.exception_handler(UnloggedError)
    async def unlogged(_: Request, error: UnloggedError) -> JSONResponse:
        _log.error("nothing is shown, since it cannot be written down", why=error.line())
        return problem(503, "storage_unavailable")

    @app.exception_handler(sqlite3.Error)
    async def unread(_: Request, error: sqlite3.Error) -> JSONResponse:
        _log.error("the outbox cannot be read", why=str(error))
        return problem(503, "storage_unavailable")

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, __: RequestValidationError) -> JSONResponse:
        return problem(422, "invalid")  # without what was sent: it may be a password

    @app.exception_handler(HTTPException)
    async def other(_: Request, error: HTTPException) -> JSONResponse:
        codes = {404: "not_found", 405: "method_not_allowed"}
        return problem(error.status_code, codes.get(error.status_code, "invalid"))
