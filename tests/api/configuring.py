"""A box's configuration as it goes over the wire and through the console's API."""

from __future__ import annotations

from typing import Any

import httpx

from api.contract import ConfigurationAnswer, ConfigurationFacts, ConfigurationReport
from api.contract.yaml_document import digest_of, read_document
from tests.api.messages import SCHOOL_ID, heartbeat

BOX = """\
site: {id: no-1-primary, name: 第一小学}
data_dir: ../var/worker
api: {url: "http://127.0.0.1:8000", token_file: ../var/api/worker.token}
cameras:
- id: gate-north
  name: 北门
  source: {type: rtsp, url: 'rtsp://10.0.0.8:554/***', username: viewer, password_env: '***'}
  rules:
  - type: perimeter_intrusion
    dwell_s: 1.0
    zone:
      name: 院子
      polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]
"""

DISCOVERY = """\
discovery:
  networks: [10.0.0.0/24]
  accounts:
    cameras: {username: viewer, password_env: SCHOOL_CAMERAS}
"""


def facts(text: str, version: int | None = None) -> ConfigurationFacts:
    """What a heartbeat says of it."""
    return ConfigurationFacts(digest=digest_of(read_document(text)), version=version)


async def report(
    worker: httpx.AsyncClient,
    text: str = BOX,
    *,
    version: int | None = None,
    school_id: str = SCHOOL_ID,
) -> bool:
    """Tell what a box runs; answers whether it was news."""
    told = ConfigurationReport(
        school_id=school_id, worker_id="box-1", version=version, text=text
    ).model_dump(mode="json")
    answer = await worker.put("/api/v2/ingest/configuration", json=told)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["changed"])


async def beat(
    worker: httpx.AsyncClient,
    text: str = BOX,
    version: int | None = None,
    school_id: str = SCHOOL_ID,
) -> dict[str, Any]:
    """Say what runs; answers what is to be done about it."""
    told = heartbeat(configuration=facts(text, version), school_id=school_id)
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told.model_dump(mode="json"))
    assert answer.status_code in (200, 204), answer.text
    return dict(answer.json()["configuration"]) if answer.status_code == 200 else {}


async def fetch(worker: httpx.AsyncClient, version: int, school_id: str = SCHOOL_ID) -> str:
    """The text of a version, as its box reads it."""
    url = f"/api/v2/ingest/configuration/{version}?school_id={school_id}"
    answer = await worker.get(url)
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == version
    return str(answer.json()["text"])


async def tell(worker: httpx.AsyncClient, version: int, outcome: str, **keys: Any) -> bool:
    """Say what became of a version; answers whether it was news."""
    told = ConfigurationAnswer.model_validate(
        {"school_id": SCHOOL_ID, "version": version, "outcome": outcome, **keys}
    )
    url = f"/api/v2/ingest/configuration/{version}/answer"
    answer = await worker.put(url, json=told.model_dump(mode="json"))
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["changed"])


WHY = (
    "北门的围栏往里收一米，早上送孩子的家长不再被算作闯入；"
    "放学时段照旧，由保卫科提出，已同门卫商量过。"
)
"""As people write it: longer than a word of the access log."""


class Console:
    """What somebody who manages boxes does with one."""

    def __init__(self, client: httpx.AsyncClient, box_id: int) -> None:
        self.client = client
        self.url = f"/api/v1/boxes/{box_id}/configuration"

    async def view(self) -> dict[str, Any]:
        answer = await self.client.get(self.url)
        assert answer.status_code == 200, answer.text
        told = dict(answer.json())
        assert answer.headers["ETag"] == f'"{told["newest"]}"'
        return told

    async def states(self) -> dict[int, str]:
        return {each["number"]: each["state"] for each in (await self.view())["versions"]}

    async def save(self, text: str, seen: int, reason: str = WHY) -> httpx.Response:
        return await self.client.post(
            f"{self.url}/versions",
            json={"text": text, "reason": reason},
            headers={"If-Match": f'"{seen}"'},
        )

    async def saved(self, text: str, seen: int) -> int:
        answer = await self.save(text, seen)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["version"]["number"])

    async def version(self, number: int) -> dict[str, Any]:
        answer = await self.client.get(f"{self.url}/versions/{number}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def box_of(client: httpx.AsyncClient, school_id: str = SCHOOL_ID) -> int:
    """The number of the box that reports for a school."""
    boxes = (await client.get("/api/v1/boxes")).json()["items"]
    return next(int(each["id"]) for each in boxes if each["school"]["school_id"] == school_id)
