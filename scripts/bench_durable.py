"""``scripts/bench durable``: what it costs that an acknowledged message survives a cut of power.

The same alerts are reported, judged and put into a worker's outbox twice: as the product does it,
synced to the disk before the answer (SQLite ``synchronous=FULL``), and with ``NORMAL`` as the
reference, which may forget the last transactions. Rounds alternate; figures are the best round's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import httpx

import api.db.engine
from api.app import create_app
from api.contract import AlertEpisode, EpisodeState, RiskLevel
from api.kit.moments import utc_now
from api.settings import Settings
from pipeline.core.clock import SystemClock
from pipeline.delivery.outbox import MessageKind, Outbox

_TOKEN = "token-of-the-benchmark"
_PASSWORD = "password-of-the-benchmark"
_AS_SHIPPED: tuple[str, ...] = api.db.engine._PRAGMAS


def episode(alert_id: UUID) -> AlertEpisode:
    """An alert as a worker reports it."""
    now = utc_now()
    return AlertEpisode(
        id=alert_id,
        revision=1,
        school_id="default",
        camera_id="gate",
        rule="perimeter_intrusion",
        rule_id="wall",
        risk=RiskLevel.CLASS_2,
        state=EpisodeState.OPEN,
        started_at=now,
        raised_at=now,
        ended_at=now,
        score=0.9,
        classes=("person",),
        track_count=1,
        box_norm_xyxy=(0.4, 0.3, 0.5, 0.8),
        model_id="campus_objects",
        model_sha256="a" * 64,
        config_sha256="b" * 64,
    )


async def centre_ms(folder: Path, level: str, messages: int) -> tuple[float, float]:
    """Milliseconds for each alert that is reported, and for each that is judged."""
    api.db.engine._PRAGMAS = (*_AS_SHIPPED, f"PRAGMA synchronous={level}")
    settings = Settings(data_dir=folder, worker_token=_TOKEN, admin_password=_PASSWORD)  # type: ignore[arg-type]
    app = create_app(settings, announce=lambda _: None)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://centre.test/api") as client,
    ):
        token = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
        told = [episode(uuid4()) for _ in range(messages)]
        began_s = time.perf_counter()
        for each in told:
            body = each.model_dump_json()
            answer = await client.put(f"/v2/ingest/alerts/{each.id}", content=body, headers=token)
            answer.raise_for_status()
        taken_s = time.perf_counter() - began_s
        signed_in = await client.post(
            "/v1/auth/login", json={"username": "admin", "password": _PASSWORD}
        )
        client.headers["X-CSRF-Token"] = signed_in.json()["csrf_token"]
        began_s = time.perf_counter()
        for each in told:
            (await client.post(f"/v1/alerts/{each.id}/confirm", json={})).raise_for_status()
        judged_s = time.perf_counter() - began_s
    return taken_s * 1000 / messages, judged_s * 1000 / messages


def outbox_ms(folder: Path, level: str, messages: int) -> float:
    """Milliseconds for each alert that is put into a worker's outbox, taken out and forgotten."""
    outbox = Outbox(folder / "outbox.db", SystemClock())
    outbox._db.execute(f"PRAGMA synchronous={level}")
    bodies = [episode(uuid4()) for _ in range(messages)]
    began_s = time.perf_counter()
    for each in bodies:
        outbox.put(MessageKind.ALERT, str(each.id), each.model_dump_json().encode())
        [message] = outbox.next_batch(1, kind=MessageKind.ALERT)
        outbox.delivered(message)
    took_s = time.perf_counter() - began_s
    outbox.close()
    return took_s * 1000 / messages


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench durable``."""
    parser = argparse.ArgumentParser(prog="scripts/bench durable", description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("var"), help="on the disk meant")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[tuple[float, float, float]]] = {"FULL": [], "NORMAL": []}
    for _ in range(given.rounds):
        for level, figures in found.items():
            folder = Path(tempfile.mkdtemp(dir=given.folder))
            try:
                taken, judged = asyncio.run(centre_ms(folder, level, given.messages))
                figures.append((taken, judged, outbox_ms(folder, level, given.messages)))
            finally:
                shutil.rmtree(folder)
    names = ("alert_taken_ms", "alert_judged_ms", "outbox_ms")
    best = {
        level: [min(column) for column in zip(*each, strict=True)] for level, each in found.items()
    }
    result: dict[str, object] = {"bench": "durable", "messages": given.messages}
    for name, full, normal in zip(names, best["FULL"], best["NORMAL"], strict=True):
        result |= {name: round(full, 2), f"{name}_normal": round(normal, 2)}
        result[f"{name}_ratio"] = round(full / normal, 2)
        if not as_json:
            print(f"{name:16} {full:6.2f}, NORMAL {normal:6.2f}")
    print(json.dumps(result))
    return 0
