"""The server does what its OpenAPI description says, for requests nobody thought of.

Every operation, on SQLite and on PostgreSQL, asked by who may ask it. Requests are made up from the
description; two of three are about objects that exist, so that more is seen than refusals.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access.roles import Role
from api.app import create_app
from tests.api.centre import (
    REVIEWER_PASSWORD,
    Centre,
    cheap_settings,
    over_network,
    running_centre,
)
from tests.api.conftest import PostgresTemplate
from tests.api.district import Objects, two_schools, worker_of
from tests.api.test_access import NEEDS
from tests.api.test_matrix import ROWS

schema = schemathesis.openapi.from_dict(create_app(cheap_settings(Path("unused"))).openapi())
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_END_SESSIONS = {"auth_logout", "auth_end_session", "auth_change_password", "users_end_sessions"}
_WAIT = {"ingest_views_poll", "ingest_views_ready"}
_WAITED_S = 0.02
_WHO_ASKS = "who-asks"


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@schemathesis.serializer("image/jpeg", "video/mp4", _WORKBOOK)
def _as_they_are(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Evidence and workbooks travel as bare bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass
class Server:
    address: str
    objects: Objects
    of_box: Objects
    """Of the other school: what is done to the first one's box must not silence it."""
    answers: dict[str, set[int]] = field(default_factory=dict)
    """Codes by operation."""
    chosen: dict[str, set[int]] = field(default_factory=dict)
    """How requests of an operation were made; see ``_make_real``."""
    _person: dict[str, str] = field(default_factory=dict)

    def headers(self, operation: str) -> dict[str, str]:
        """What makes a request one of somebody who may ask; a district's admin may ask all."""
        if NEEDS[operation] == "worker":
            return {"Authorization": worker_of(self.of_box).headers["Authorization"]}
        person = self._person or self._sign_in()
        self._person = {} if operation in _END_SESSIONS else person
        return person

    def _sign_in(self) -> dict[str, str]:
        body = {"username": _WHO_ASKS, "password": REVIEWER_PASSWORD}
        answer = httpx.post(f"{self.address}/api/v1/auth/login", json=body, trust_env=False)
        assert answer.status_code == 200, answer.text
        return {
            "Cookie": f"mingan_session={answer.cookies['mingan_session']}",
            "X-CSRF-Token": answer.json()["csrf_token"],
        }


async def _end_what_does_not_end(centre: Centre) -> None:
    """Streams begin, are looked at, and end."""
    runtime = centre.runtime
    while True:
        await asyncio.sleep(_WAITED_S)
        ends = [*runtime.viewing._viewers.values(), *runtime.viewing._plays.values()]
        for each in [*ends, *runtime.bus._subscriptions]:
            each.end()


@contextlib.asynccontextmanager
async def _served(folder: Path, origin: Path | PostgresTemplate) -> AsyncIterator[Server]:
    changes: dict[str, Any] = {"template": origin}
    name = ""
    if isinstance(origin, PostgresTemplate):
        name = origin.server.create(origin.started)
        changes = {"template": origin.folder, "database_url": origin.server.url(name)}
    async with running_centre(folder, **changes) as centre, over_network(centre) as address:
        district = await two_schools(centre, await centre.admin())
        ending = asyncio.create_task(_end_what_does_not_end(centre))
        try:
            await centre.add_user(_WHO_ASKS, Role.DISTRICT_ADMIN)
            yield Server(address, district.mine, district.theirs)
        finally:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
    if isinstance(origin, PostgresTemplate):
        origin.server.drop(name)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.whole)]
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A command centre of two schools, served from a thread."""
    wanted = "migrated_data_dir" if request.param == "sqlite" else "postgres_template"
    origin = request.getfixturevalue(wanted)
    folder = tmp_path_factory.mktemp("described")
    ready, stop = threading.Event(), threading.Event()
    found: list[Server] = []

    async def serve() -> None:
        async with _served(folder, origin) as served:
            found.append(served)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(timeout=60)
        yield found[0]
    finally:
        stop.set()
        thread.join(timeout=30)
    unseen = {
        operation: codes
        for operation, codes in found[0].answers.items()
        if (row := ROWS[operation]).kind != "guard"
        and row.before is None
        and row.status not in codes
    }
    assert unseen == {}, "what they answer when all is well was never looked at"


def _make_real(case: schemathesis.Case[Any], operation: str, of: Objects, chosen: set[int]) -> None:
    """Let two of three requests name what exists, and every third say what makes sense.

    Args:
        case: A request.
        operation: Its name.
        of: What exists.
        chosen: How requests of the operation were made before; what chance left out is made up for.
    """
    row = ROWS[operation]
    body = "" if isinstance(case.body, NotSet) else case.body
    made_up = repr((case.path_parameters, case.query, body))
    choice = zlib.crc32(made_up.encode("utf-8", "replace")) % 3
    if chosen == {0, 1}:
        choice = 2
    chosen.add(choice)
    names = re.findall(r"\{(\w+)\}", case.path)
    if choice > 0 and row.kind in ("object", "stream", "district"):
        real = row.path(of)
        case.path_parameters.update({name: real[name] for name in names if name in real})
    if choice > 1 and row.kind != "guard":
        case.headers.update(row.headers(of))
    if choice > 1 and row.kind != "guard" and (sense := row.content or row.body(of)) is not None:
        case.body = sense
        if row.kind == "box":
            told = {"alert_id": sense.get("id"), "camera_id": sense.get("camera_id")}
            case.path_parameters.update({name: told[name] for name in names})


@pytest.mark.whole
@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_described(case: schemathesis.Case[Any], server: Server) -> None:
    operation = str(case.operation.definition.raw["operationId"])
    if operation in _WAIT:
        case.query = {**(case.query or {}), "wait_s": _WAITED_S}
    is_box = ROWS[operation].kind == "box"
    of = server.of_box if is_box else server.objects
    _make_real(case, operation, of, server.chosen.setdefault(operation, set()))
    answer = case.call_and_validate(
        base_url=server.address, headers=server.headers(operation), checks=_CHECKS
    )
    server.answers.setdefault(operation, set()).add(answer.status_code)
