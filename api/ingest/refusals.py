"""Counts what boxes say that is not theirs to say, once the work it came with was rolled back."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.access.scope import EVERYTHING
from api.boxes import service as boxes
from api.boxes.errors import NotItsOwnError
from api.kit.problems import problem_response
from api.runtime import runtime_of


async def _count_and_answer(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NotItsOwnError)
    async with runtime_of(request).work(EVERYTHING) as work:
        await boxes.count_refusals(work, error.box_id, error.code)
    return problem_response(error)


def install(app: FastAPI) -> None:
    """Count each refusal of this kind."""
    app.add_exception_handler(NotItsOwnError, _count_and_answer)
