"""The server does what its OpenAPI description says, for requests nobody thought of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.api.centre import (
    WORKER_TOKEN,
    cheap_settings,
    over_network,
    put_alert,
    put_evidence,
    running_centre,
)
from tests.api.messages import episode, evidence_ref

schema = schemathesis.openapi.from_dict(create_app(cheap_settings(Path("unused"))).openapi())
# Streams do not end, the poll waits, and signing out would end the session the others use.
_LEFT_OUT = ["stream_events", "live_open", "ingest_views_poll", "auth_logout"]
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("image/jpeg", "video/mp4")
def _as_they_are(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Evidence travels as bare bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass(frozen=True)
class Server:
    address: str
    person: dict[str, str]
    worker: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated_data_dir: Path) -> Iterator[Server]:
    """A command centre with one alert, served from a thread."""
    folder = tmp_path_factory.mktemp("described")
    ready, stop = threading.Event(), threading.Event()
    found: list[Server] = []

    async def serve() -> None:
        async with (
            running_centre(folder, template=migrated_data_dir) as centre,
            over_network(centre) as address,
        ):
            worker, admin = await centre.worker(), await centre.admin()
            await put_alert(worker, episode(evidence=(evidence_ref(b"x"),)))
            await put_evidence(worker, b"x")
            person = {
                "Cookie": f"mingan_session={admin.cookies['mingan_session']}",
                "X-CSRF-Token": admin.headers["X-CSRF-Token"],
            }
            found.append(Server(address, person, {"Authorization": f"Bearer {WORKER_TOKEN}"}))
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(timeout=30)
        yield found[0]
    finally:
        stop.set()
        thread.join(timeout=30)


@schema.exclude(operation_id=_LEFT_OUT).parametrize()
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_described(case: schemathesis.Case[Any], server: Server) -> None:
    is_worker = case.path.startswith(("/api/v2/ingest", "/metrics"))
    headers = server.worker if is_worker else server.person
    case.call_and_validate(base_url=server.address, headers=headers, checks=_CHECKS)
