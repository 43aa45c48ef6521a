"""Those who keep the system: a box enrolled, a workbook taken in, a log that was tampered with.

Everything runs in Chinese and in English.
"""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import demo_site
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import LANGUAGES, ROOT, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(180)]
_CLI = [sys.executable, "-m", "pipeline.cli"]
WORDS = {
    "zh": {"state": "尚未上报", "intact": "完整", "broken": "日志被动过", "page": "分析主机"},
    "en": {"state": "Not heard yet", "intact": "Intact", "broken": "Tampered", "page": "Boxes"},
}
FAULTS = {
    "zh": {"changed": "第 {} 条被改动", "missing": "第 {} 条被删除", "cut_off": "自第 {} 条起"},
    "en": {
        "changed": "Entry {} was changed",
        "missing": "Entry {} was taken",
        "cut_off": "from {}",
    },
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("keeping"))
    running.start_api()
    yield running
    running.stop()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, stack: Stack, language: str) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.url, viewport={"width": 1366, "height": 768})
    shown = context.new_page()
    shown.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
    shown.goto("/sign-in")
    shown.get_by_test_id("username").fill("admin")
    shown.get_by_test_id("password").fill(stack.password)
    shown.get_by_test_id("sign-in-submit").click()
    expect(shown.get_by_test_id("nav-keeping")).to_be_visible(timeout=30_000)
    yield shown
    context.close()


def test_a_box_is_enrolled_with_the_code_of_the_page(
    page: Page, stack: Stack, language: str, tmp_path: Path
) -> None:
    page.get_by_test_id("nav-keeping").click()
    page.get_by_test_id("nav-boxes").click()
    expect(page.get_by_test_id("boxes-page")).to_be_visible()
    page.get_by_test_id("add-box").click()
    page.get_by_test_id("box-school").click()
    page.locator(".ant-select-item-option").first.click()
    page.get_by_test_id("box-name").fill(f"gate-{language}")
    page.get_by_test_id("box-create").click()
    command = page.locator("pre").inner_text()
    assert page.get_by_test_id("box-code").inner_text() in command
    page.get_by_test_id("code-done").click()
    card = page.locator(f"[data-box=gate-{language}]")
    expect(card).to_have_attribute("data-state", "waiting")
    config = demo_site.write_config(tmp_path, stack.url, stack.cameras)
    enrolled = subprocess.run(
        [*_CLI, *command.split()[1:], "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert enrolled.returncode == 0, enrolled.stderr
    page.get_by_test_id("refresh").click()
    expect(card).to_have_attribute("data-state", "unheard")
    expect(card).to_contain_text(WORDS[language]["state"])
    card.get_by_test_id("revoke").click()
    page.locator(".ant-popconfirm .ant-btn-primary").click()
    expect(card).to_have_attribute("data-state", "revoked")


def test_a_workbook_is_refused_with_its_errors_and_taken_without(
    page: Page, stack: Stack, language: str
) -> None:
    admin = stack.sign_in()
    school_id = f"no-{language}"
    school = {"school_id": school_id, "name_zh": f"第一小学（{language}）"}
    admin.post("/schools", json=school).raise_for_status()
    page.goto("/organisation")
    page.get_by_test_id("workbook-open").click()
    upload = page.locator("input[type=file]")
    content = admin.get("/workbook", params={"language": language}).raise_for_status().content
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    [row] = [cell.row for cell in sheet["A"] if cell.value == school_id]

    def send(**cells: object) -> None:
        for column, value in cells.items():
            sheet[f"{column}{row}"] = value
        out = io.BytesIO()
        book.save(out)
        upload.set_input_files(
            {"name": "schools.xlsx", "mimeType": "application/x", "buffer": out.getvalue()}
        )

    verdict = page.get_by_test_id("workbook-verdict")
    send()
    expect(verdict).to_have_attribute("data-errors", "0")
    expect(page.get_by_test_id("workbook-take")).to_have_count(0)
    send(B="改名小学", G="many")
    expect(verdict).to_have_attribute("data-errors", "1")
    error = page.get_by_test_id("workbook-error")
    expect(error).to_have_attribute("data-cell", f"G{row}")
    expect(error).to_have_attribute("data-code", "not_a_number")
    expect(page.get_by_test_id("workbook-take")).to_have_count(0)
    assert admin.get(f"/schools/{school_id}").json()["name_zh"] == school["name_zh"]
    send(G=1500)
    expect(page.get_by_test_id("workbook-change")).to_have_count(1)
    page.get_by_test_id("workbook-take").click()
    expect(verdict).to_have_attribute("data-applied", "true")
    page.get_by_test_id("workbook-close").click()
    expect(page.get_by_test_id("school").filter(has_text="改名小学").first).to_be_visible()
    told = admin.get(f"/schools/{school_id}").json()
    assert (told["name_zh"], told["pupils"]) == ("改名小学", 1500)


def _verify(stack: Stack) -> tuple[int, str]:
    told = subprocess.run(
        [*_CLI, "audit", "verify", "--data-dir", str(stack.home / "api")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return told.returncode, told.stdout + told.stderr


def _tamper(stack: Stack, *statements: str) -> None:
    database = sqlite3.connect(stack.home / "api" / "mingan.db", timeout=30)
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def test_a_log_that_was_tampered_with_is_told_on_the_page_and_by_the_command(
    page: Page, stack: Stack, language: str
) -> None:
    """Each case is put back before the next: what is found is what that case did."""
    page.goto("/access-log")
    state = page.get_by_test_id("chain-state")
    chain = page.get_by_test_id("chain")

    def check() -> None:
        expect(chain).to_have_attribute("data-running", "false")
        page.get_by_test_id("chain-check").click()
        expect(chain).to_have_attribute("data-running", "true")
        expect(chain).to_have_attribute("data-running", "false", timeout=20_000)

    check()
    expect(state).to_have_text(WORDS[language]["intact"])
    number = int(page.get_by_test_id("audit-entry").first.get_attribute("data-number") or "0")
    cases = {
        "changed": (number - 1, f"UPDATE access_log SET username = 'x' WHERE id = {number - 1}"),
        "missing": (number - 1, f"DELETE FROM access_log WHERE id = {number - 1}"),
        "cut_off": (number - 1, f"DELETE FROM access_log WHERE id >= {number - 1}"),
    }
    _tamper(stack, "DROP TABLE IF EXISTS kept", "CREATE TABLE kept AS SELECT * FROM access_log")
    for fault, (first, statement) in cases.items():
        _tamper(stack, statement)
        check()
        expect(state).to_contain_text(WORDS[language]["broken"])
        found = page.get_by_test_id("chain-fault")
        expect(found).to_have_attribute("data-fault", fault)
        expect(found).to_contain_text(FAULTS[language][fault].format(first))
        code, told = _verify(stack)
        assert code == 1, told
        assert f"{first}" in told.splitlines()[0], told
        _tamper(stack, "DELETE FROM access_log", "INSERT INTO access_log SELECT * FROM kept")
    _tamper(stack, "DROP TABLE kept")
    check()
    expect(state).to_have_text(WORDS[language]["intact"])
    assert _verify(stack)[0] == 0
