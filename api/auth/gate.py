"""Who asks is known before a byte of the body is read.

FastAPI reads a body to its end before it asks the dependencies of an endpoint, so a stranger's
would lie in memory until it is whole, and many strangers' would fill it.
"""

from __future__ import annotations

from fastapi import Request
from fastapi.security.utils import get_authorization_scheme_param
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import guards
from api.kit.errors import ApiError, NotSignedInError
from api.kit.problems import DATABASE_ERRORS, database_problem, problem_response
from api.runtime import Runtime

OPEN_PATHS = frozenset({"/api/v1/auth/login", "/api/v2/ingest/enrol"})
"""What strangers may send a body to; bounded much more tightly."""
_WORKERS = ("/api/v1/ingest/", "/api/v2/ingest/")
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """Answers 401 to a request with a body that neither a worker nor a session stands behind.

    What the caller may do is still each endpoint's own guard to say.
    """

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        if (
            scope["type"] == "http"
            and scope["method"] not in _BODILESS
            and path.startswith("/api/")
            and path not in OPEN_PATHS
        ):
            request = Request(scope)
            try:
                scope[guards.CALLER] = await self._caller(request, path)
            except ApiError as error:
                await problem_response(error)(scope, receive, send)
                return
            except DATABASE_ERRORS as error:
                await (await database_problem(request, error))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _caller(self, request: Request, path: str) -> object:
        if path.startswith(_WORKERS):
            scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
            return await guards.worker_of(
                self._runtime, token if scheme.lower() == "bearer" else None
            )
        person = await guards.person_of(
            self._runtime, request, request.cookies.get(guards.SESSION_COOKIE)
        )
        if person is None:
            raise NotSignedInError
        return person
