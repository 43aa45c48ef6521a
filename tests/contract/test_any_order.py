"""At least once and in any order must end in the same state."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract import AlertEpisode, AnalysedTime, CameraRegistration, EpisodeState, EvidenceKind
from tests.api.centre import (
    Centre,
    put_alert,
    put_analysed,
    put_camera,
    put_evidence,
    running_centre,
)
from tests.api.messages import T0, analysed, episode, evidence_ref, registration


@dataclass(frozen=True)
class Upload:
    content: bytes
    media_type: str = "image/jpeg"


SNAPSHOT, ORIGINAL, CLIP = b"snapshot", b"original", b"clip"
_REFS = (
    evidence_ref(SNAPSHOT),
    evidence_ref(ORIGINAL, EvidenceKind.SNAPSHOT_ORIGINAL),
    evidence_ref(CLIP, EvidenceKind.CLIP),
)
Message = AlertEpisode | AnalysedTime | CameraRegistration | Upload
MESSAGES: tuple[Message, ...] = (
    registration(),
    episode("one", 1),
    episode("one", 2, score=0.6, evidence=_REFS[:1]),
    episode("one", 3, score=0.9, evidence=_REFS, state=EpisodeState.CLOSED),
    episode("two", 1, camera_id="yard", evidence=_REFS[1:2]),
    episode("two", 2, camera_id="yard", zone="lawn"),
    Upload(SNAPSHOT),
    Upload(ORIGINAL),
    Upload(CLIP, "video/mp4"),
    analysed(T0, 10.0),
    analysed(T0, 40.0),
)


async def _send(worker: httpx.AsyncClient, message: Message) -> None:
    match message:
        case AlertEpisode():
            await put_alert(worker, message)
        case AnalysedTime():
            await put_analysed(worker, [message])
        case CameraRegistration():
            await put_camera(worker, message)
        case Upload(content, media_type):
            await put_evidence(worker, content, media_type)


async def _state(centre: Centre) -> dict[str, Any]:
    admin = await centre.admin()
    listed = (await admin.get("/api/v1/alerts")).json()["items"]
    details = [(await admin.get(f"/api/v1/alerts/{item['id']}")).json() for item in listed]
    files = {
        ref.sha256: (await admin.get(f"/api/v1/evidence/{ref.sha256}")).status_code for ref in _REFS
    }
    cameras = (await admin.get("/api/v1/cameras")).json()["items"]
    # Numbers are given in the order of arrival.
    for row in (*listed, *details):
        del row["camera_key"]
    for row in cameras:
        del row["id"]
    return {"alerts": listed, "details": details, "files": files, "cameras": cameras}


async def _end_state(folder: Path, template: Path, messages: Sequence[Message]) -> dict[str, Any]:
    async with running_centre(folder, template=template) as centre:
        worker = await centre.worker()
        for message in messages:
            await _send(worker, message)
        return await _state(centre)


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory, migrated_data_dir: Path) -> dict[str, Any]:
    """How each message once and in order ends."""
    folder = tmp_path_factory.mktemp("straight")
    return asyncio.run(_end_state(folder, migrated_data_dir, MESSAGES))


@pytest.mark.whole
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    order=st.permutations(range(len(MESSAGES))),
    repeated=st.lists(st.sampled_from(range(len(MESSAGES))), max_size=8),
    where=st.integers(0, len(MESSAGES)),
)
async def test_any_order_and_any_repetition_end_alike(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_data_dir: Path,
    expected: dict[str, Any],
    order: list[int],
    repeated: list[int],
    where: int,
) -> None:
    assert len(expected["alerts"]) == 2
    shuffled = [*order[:where], *repeated, *order[where:]]
    ended = await _end_state(
        tmp_path_factory.mktemp("shuffled"),
        migrated_data_dir,
        [MESSAGES[number] for number in shuffled],
    )
    assert ended == expected
