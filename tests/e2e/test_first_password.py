"""From a new user on the users page to their own password and devices, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hands import choose
from tests.e2e.stack import LANGUAGES, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
CHOSEN = "only mine to know"
WORDS = {
    "zh": {"first": "请先设置只有本人知道的新密码", "role": "学校食堂人员"},
    "en": {"first": "Choose one that only you know", "role": "School canteen staff"},
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack"))
    running.start_api()
    admin = running.sign_in()
    admin.post("/schools", json={"school_id": "no-1", "name_zh": "第一小学"}).raise_for_status()
    place = {"kind": "cooking", "name": "一小灶台"}
    admin.post("/schools/no-1/places", json=place).raise_for_status()
    yield running
    running.stop()


def _page(browser: Browser, stack: Stack, language: str) -> Page:
    context = browser.new_context(
        base_url=stack.url, viewport={"width": 1366, "height": 768}, locale="zh-CN"
    )
    context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
    return context.new_page()


def _sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/")
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("sign-in-submit").click()


@pytest.mark.whole
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_person_of_the_canteen_chooses_a_password(
    browser: Browser, stack: Stack, language: str
) -> None:
    admin = _page(browser, stack, language)
    _sign_in(admin, "admin", stack.password)
    expect(admin.get_by_test_id("queue-page")).to_be_visible()
    admin.goto("/users")
    admin.get_by_test_id("add-user").click()
    username = f"chef.{language}"
    admin.get_by_test_id("new-username").fill(username)
    choose(admin, "new-school", "第一小学")
    choose(admin, "new-role", WORDS[language]["role"])
    choose(admin, "new-places", "一小灶台")
    admin.locator(".ant-modal-footer .ant-btn-primary").click()
    first = admin.get_by_test_id("new-password").inner_text().strip()
    admin.context.close()

    person = _page(browser, stack, language)
    _sign_in(person, username, first)
    expect(person.get_by_test_id("first-password")).to_contain_text(WORDS[language]["first"])
    person.goto("/cameras")
    expect(person.get_by_test_id("first-password")).to_be_visible()
    person.get_by_test_id("current-password").fill(first)
    person.get_by_test_id("chosen-password").fill(CHOSEN)
    person.get_by_test_id("chosen-again").fill(CHOSEN)
    person.get_by_test_id("password-submit").click()
    expect(person.get_by_test_id("first-password")).to_have_count(0)

    elsewhere = _page(browser, stack, language)
    _sign_in(elsewhere, username, CHOSEN)
    expect(elsewhere.get_by_test_id("tasks-page")).to_be_visible()
    person.goto("/account")
    expect(person.get_by_test_id("end-session")).to_have_count(1)
    person.get_by_test_id("end-session").click()
    expect(person.get_by_test_id("end-session")).to_have_count(0)
    elsewhere.goto("/cameras")
    expect(elsewhere.get_by_test_id("sign-in")).to_be_visible()
    for page in (person, elsewhere):
        page.context.close()
