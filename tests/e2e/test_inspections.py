"""A school inspects itself on a phone; what it found is put right, checked, and in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.district import photograph
from tests.e2e.phone import Phone, sign_in, take_picture
from tests.e2e.stack import Stack, until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(240)]
SCHOOL = "no-1"
PASSWORD = "chosen by the school"
NOTE = "一楼东侧灭火器过期"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("inspections"))
    made.start_api()
    made.enrol(SCHOOL, "第一小学")
    yield made
    made.stop()


def _person(stack: Stack, admin: httpx.Client, username: str) -> httpx.Client:
    told = {"username": username, "role": "school_manager", "school_id": SCHOOL}
    first = admin.post("/users", json=told).raise_for_status().json()["password"]
    client = httpx.Client(base_url=f"{stack.url}/api/v1", timeout=20, trust_env=False)
    for password in (first, PASSWORD):
        body = {"username": username, "password": password}
        answer = client.post("/auth/login", json=body).raise_for_status().json()
        client.headers["X-CSRF-Token"] = answer["csrf_token"]
        if password == first:
            chosen = {"current_password": first, "new_password": PASSWORD}
            client.post("/auth/password", json=chosen).raise_for_status()
    return client


def _daily(admin: httpx.Client) -> int:
    """Today's form, whatever day it is."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    school = {"name_zh": "第一小学", "type": "primary", "workdays": [str(today)]}
    admin.put(f"/schools/{SCHOOL}", json=school).raise_for_status()
    told = {"kind": "daily", "subject": "safety", "first_day": str(today - timedelta(days=1))}
    plan = admin.post("/inspection-plans", json={**told, "school_ids": [SCHOOL]})
    plan.raise_for_status()

    def forms() -> Any:
        return admin.get("/inspections?kind=daily&signed=false").json()["items"]

    return int(until("today's form", forms, 30)[0]["id"])


def _answer(page: Page, item: int, result: int) -> None:
    card = page.get_by_test_id("form-item").nth(item)
    card.locator(".ant-radio-group").first.locator("label").nth(result).tap()


def test_a_hazard_found_on_a_phone_is_put_right_by_one_and_closed_by_another(
    stack: Stack, browser: Browser
) -> None:
    admin = stack.sign_in()
    school = _person(stack, admin, "chen.an")
    form = _daily(admin)
    phone = Phone(browser, stack.api_port, "zh")
    page = phone.new_page()
    sign_in(page, "chen.an", PASSWORD)
    expect(page.get_by_test_id("tasks-page")).to_be_visible()
    page.locator(f"[data-testid=form-card][data-form='{form}']").tap()
    items = page.get_by_test_id("form-item")
    expect(items).to_have_count(4)
    expect(page.get_by_test_id("form-next")).to_be_visible()
    phone.lose_network()
    for number in range(4):
        _answer(page, number, 2 if number == 2 else 0)
    items.nth(2).get_by_test_id("item-note").fill(NOTE)
    with page.expect_file_chooser() as chooser:
        items.nth(2).get_by_test_id("item-photograph").tap()
    chooser.value.set_files(take_picture())
    expect(items.nth(2).get_by_test_id("taken")).to_have_count(1)
    page.get_by_test_id("form-signer").fill("陈安")
    page.get_by_test_id("form-sign").tap()
    expect(page.get_by_test_id("draft-state")).to_have_attribute("data-state", "waiting")
    phone.find_network()
    expect(page.get_by_test_id("form-done")).to_be_visible(timeout=30_000)

    signed = admin.get(f"/inspections/{form}").raise_for_status().json()
    assert (signed["signer"], signed["signed_by"]) == ("陈安", "chen.an")
    assert [len(item["photographs"]) for item in signed["items"]] == [0, 0, 1, 0]
    order = signed["items"][2]["hazard"]["order"]["order_id"]
    sent = school.post(f"/order-photographs/{order}", content=photograph(1))
    sent.raise_for_status()
    for client, step, version in ((school, "submit", 1), (admin, "close", 2)):
        seen = {"If-Match": f'"{version}"'}
        answer = client.post(f"/orders/{order}/{step}", json={"note": "已更换"}, headers=seen)
        answer.raise_for_status()

    page.goto("/inspections?view=ledger&state=closed")
    row = page.get_by_test_id("hazard")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(NOTE)
    expect(row).to_contain_text("admin")
    assert datetime.fromisoformat(signed["signed_at"]) <= datetime.now(UTC)
    phone.close()
    school.close()
