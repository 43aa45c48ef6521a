"""Errors as RFC 9457 problem documents, in answers and in the OpenAPI description.

One place turns every failure into the same shape, so that a client needs one error handler:
our own errors, failed validation, unknown addresses, a busy or full database.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.contract.problems import PROBLEM_JSON, Problem, ProblemField
from api.kit.errors import (
    ApiError,
    FieldError,
    InvalidError,
    MethodNotAllowedError,
    NotFoundError,
    StorageUnavailableError,
    TooLargeError,
    UnavailableError,
)

_log = structlog.get_logger(__name__)
_STATUS_ERRORS: dict[int, type[ApiError]] = {
    404: NotFoundError,
    405: MethodNotAllowedError,
    413: TooLargeError,
}


_SHOWN_CHARACTERS = 300


def _shown(text: str) -> str:
    """What a client sent may be part of it: no text at all, or far too much of it."""
    return text[:_SHOWN_CHARACTERS].encode("utf-8", "backslashreplace").decode("utf-8")


def problem_response(error: ApiError) -> JSONResponse:
    """The answer that reports an error."""
    problem = Problem(
        code=error.code,
        title=error.title,
        status=error.status,
        detail=_shown(error.detail),
        params=error.params,
        errors=[ProblemField(where=_shown(e.where), what=_shown(e.what)) for e in error.errors],
    )
    return JSONResponse(
        problem.model_dump(mode="json"),
        status_code=error.status,
        headers=error.headers,
        media_type=PROBLEM_JSON,
    )


def problems(*errors: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an endpoint that may raise these errors."""
    by_status: dict[int, list[type[ApiError]]] = defaultdict(list)
    for error in errors:
        by_status[error.status].append(error)
    return {
        status: {
            "description": "; ".join(f"`{e.code}`: {e.title}" for e in group),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, group in sorted(by_status.items())
    }


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


async def _on_api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return problem_response(error)


async def _on_validation_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [FieldError(_where(e["loc"]), str(e["msg"])) for e in error.errors()]
    return problem_response(InvalidError(errors=fields[:50]))


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = _STATUS_ERRORS.get(error.status_code)
    if kind is None:
        # FastAPI answers 400 to a body it cannot parse at all.
        kind = InvalidError if 400 <= error.status_code < 500 else UnavailableError
    headers = dict(error.headers or {})
    return problem_response(kind(str(error.detail), headers=headers))


async def _on_operational_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationalError)
    reason = str(error.orig)
    _log.error("database_failed", path=request.url.path, reason=reason)
    if any(sign in reason for sign in ("full", "readonly", "No space left")):
        return problem_response(StorageUnavailableError("the database cannot be written"))
    return problem_response(UnavailableError("the database cannot serve now"))


async def _on_pool_timeout(request: Request, _: Exception) -> JSONResponse:
    _log.error("database_overloaded", path=request.url.path)
    return problem_response(UnavailableError("too many requests wait for the database"))


DATABASE_ERRORS = (OperationalError, PoolTimeoutError)
"""What is raised while the database cannot serve."""


async def database_problem(request: Request, error: Exception) -> JSONResponse:
    """The answer while the database cannot serve, for what stands before the app's own handlers."""
    if isinstance(error, OperationalError):
        return await _on_operational_error(request, error)
    return await _on_pool_timeout(request, error)


async def _on_disconnect(request: Request, _: Exception) -> JSONResponse:
    """A bad link is everyday life, not an error of ours; nobody hears this answer."""
    _log.info("client_went_away", path=request.url.path)
    return problem_response(UnavailableError("the client went away"))


async def _on_unexpected(_: Request, __: Exception) -> JSONResponse:
    """Answer only; the server logs the traceback of what is re-raised."""
    return JSONResponse(
        Problem(code="internal", title="Internal error", status=500).model_dump(mode="json"),
        status_code=500,
        media_type=PROBLEM_JSON,
    )


def install(app: FastAPI) -> None:
    """Make every failure of the app a problem document."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(OperationalError, _on_operational_error)
    app.add_exception_handler(PoolTimeoutError, _on_pool_timeout)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_unexpected)
