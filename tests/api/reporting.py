"""Reports as a person asks for them and takes them."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx

from api.reports import making
from tests.api.centre import Centre, all_due
from tests.api.messages import SCHOOL_ID

REPORTS = "/api/v1/reports"


async def ask_report(person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    body = {"kind": "school_audit", "format": "xlsx", "school_id": SCHOOL_ID, **told}
    answer = await person.post(REPORTS, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def made_report(centre: Centre, person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    asked = await ask_report(person, **told)
    assert asked["state"] == "waiting"
    await all_due(centre.runtime, making.kinds())
    found: dict[str, Any] = (await person.get(f"{REPORTS}/{asked['id']}")).json()
    assert (found["state"], found["error"], found["progress"]) == ("ready", "", 1.0), found
    return found


async def report_file(person: httpx.AsyncClient, report: dict[str, Any]) -> bytes:
    answer = await person.get(f"{REPORTS}/{report['id']}/file")
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(answer.content).hexdigest() == report["sha256"]
    assert len(answer.content) == report["size_bytes"]
    return answer.content
