"""Pages that are printed: on paper nothing is cut off, and the last row is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import demo_site
import pytest
from console_pages import VISITS, Who
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.district import running_district
from tests.e2e.paper import bare, printed
from tests.e2e.stack import Stack, until

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_ROWS = {
    "compliance": "[data-testid=district-school]",
    "compliance-school": "[data-testid=heat-row] [role=rowheader]",
    "coverage": "[data-testid=coverage-school]",
    "coverage-school": "[data-testid=coverage-row]",
    "plan": "[data-testid=coverage-row]",
    "retention": "[data-testid=retention-row]",
    "retention-gaps": "[data-testid=retention-row]",
    "reports": "[data-testid=report]",
    "overview": "[data-testid=overview-ranking] li",
    "precision": "[data-testid=precision-row]",
    "inspections": "[data-testid=inspection-cell]",
    "inspections-ledger": "[data-testid=hazard]",
    "inspection": "[data-testid=sheet-item]",
    "order": "[data-testid=order-page] li",
}
"""Of pages that somebody hands in or hangs up, what their rows are."""


def _report(stack: Stack) -> None:
    """Have one made, and wait for it."""
    asked = {"kind": "hazard_ledger", "format": "xlsx", "school_id": demo_site.FIRST.id}
    admin = stack.sign_in()
    made = admin.post("/reports", json=asked).raise_for_status().json()
    address = f"/reports/{made['id']}"
    until("the report is made", lambda: admin.get(address).json()["state"] == "ready", 60)


@pytest.fixture(scope="module")
def looking(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, BrowserContext]]:
    """An administrator, by language."""
    with running_district(tmp_path_factory.mktemp("paper")) as (stack, passwords):
        _report(stack)
        username, password = passwords[Who.ADMIN]
        found = {}
        for language in ("zh", "en"):
            context = browser.new_context(
                base_url=stack.url, viewport={"width": 1366, "height": 768}, service_workers="block"
            )
            context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_test_id("username").fill(username)
            page.get_by_test_id("password").fill(password)
            page.get_by_test_id("sign-in-submit").click()
            expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
            page.close()
            found[language] = context
        yield found
        for context in found.values():
            context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", _ROWS)
def test_on_paper_nothing_is_cut_off(
    looking: dict[str, BrowserContext], name: str, language: str
) -> None:
    [visit] = [each for each in VISITS if each.name == name]
    page = looking[language].new_page()
    # How long ago something was is the same when it is printed and when it is read.
    page.clock.set_fixed_time(datetime.now(UTC))
    visit.open(page)
    rows = page.locator(_ROWS[name])
    expect(rows.first).to_be_visible()
    pdf, cut = printed(page)
    page.emulate_media(media="print")
    lines = [line for line in rows.last.inner_text().splitlines() if line.strip()]
    page.close()
    assert cut == []
    text = bare(pdf.text)
    assert lines
    assert not [line for line in lines if bare(line) not in text]
    assert min(pdf.ink) > 0.002, "an empty sheet"
