from __future__ import annotations

import httpx
import pytest


async def test_the_log_is_paged_newest_first(admin: httpx.AsyncClient) -> None:
    for number in range(5):
        await admin.post("/api/v1/users", json={"username": f"user-{number}"})
    subjects: list[str] = []
    query = "?limit=2&action=user_created"
    cursor = ""
    for _ in range(6):
        page = (await admin.get(f"/api/v1/audit{query}{cursor}")).json()
        subjects += [entry["subject"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert subjects == [*(f"user-{number}" for number in reversed(range(5))), "admin"]


@pytest.mark.parametrize("cursor", ["nonsense", "WyIyMDI2LTExLTI0VDAyOjAwOjAwWiIsICJ4Il0"])
async def test_a_bad_cursor_is_refused(admin: httpx.AsyncClient, cursor: str) -> None:
    answer = await admin.get(f"/api/v1/audit?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
