"""A school with planted faults in a real browser: each is stated on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from api.contract.vocabulary import Language, Term, vocabulary
from tests.api.audited_school import IN_ENGLISH, MISSING, STATED, plant
from tests.api.centre import ADMIN_PASSWORD, Centre
from tests.api.messages import SCHOOL_ID
from tests.e2e.paper import bare, printed
from tests.e2e.still_centre import still_centre

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(300)]
_DESKTOP: ViewportSize = {"width": 1366, "height": 768}
_PHONE: ViewportSize = {"width": 390, "height": 844}
_UNITS = {" 天": " d", " 小时": " h", " 分": " min", " 秒": " s"}
_DAYS = {
    # Of the 25 hours of that day one is missing, of the others the seconds that the gap lasts.
    ("long-day", "2026-10-25"): ("gap", "96.00"),
    ("short-gap", "2026-11-22"): ("gap", "99.93"),
    ("beside", "2026-11-19"): ("gap", "87.50"),
    ("no-footage", "2026-11-01"): ("gap", "0.00"),
    ("disk-full", "2026-11-01"): ("gap", "0.00"),
    ("disk-full", "2026-11-04"): ("ok", ""),
    ("no-answer", "2026-11-01"): ("unknown", ""),
    ("silent", "2026-11-01"): ("unknown", ""),
    ("nine-days", "2026-11-01"): ("unknown", ""),
    ("nine-days", "2026-11-16"): ("ok", ""),
    ("healed", "2026-11-20"): ("ok", ""),
}
"""How a day is drawn, and what of it is there."""
_UNSIGNED = """() => [...document.querySelectorAll("[data-cell][data-tone]")].filter(cell => {
  const style = getComputedStyle(cell);
  const sign = getComputedStyle(cell.lastElementChild, "::after").content.replaceAll('"', "");
  const isHatched = style.backgroundImage !== "none" && style.printColorAdjust === "exact";
  return {gap: !sign, recovered: !sign, unknown: !isHatched, ok: sign !== ""}[cell.dataset.tone];
}).map(cell => cell.title)"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    async def prepare(centre: Centre) -> None:
        await plant(centre, await centre.worker(), await centre.admin())

    with still_centre(tmp_path_factory.mktemp("audited") / "centre", prepare) as address:
        yield address


def _looks(
    browser: Browser, url: str, language: Language, size: ViewportSize
) -> tuple[BrowserContext, Page]:
    # Who looks is elsewhere: what is told are the clocks of the school.
    context = browser.new_context(
        base_url=url, viewport=size, timezone_id="America/New_York", service_workers="block"
    )
    context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(ADMIN_PASSWORD)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
    page.goto(f"/compliance/{SCHOOL_ID}?days=90")
    expect(page.get_by_test_id("heat-row")).to_have_count(len(STATED))
    expect(page.get_by_test_id("recovered-row")).to_have_count(1)
    return context, page


def _word(terms: Mapping[str, Term], zh: str, language: Language) -> str:
    [term] = [each for each in terms.values() if each.zh == zh]
    return term.text(language)


def _lasting(told: object, language: Language) -> str:
    text = str(told)
    if language == "en":
        for unit, english in _UNITS.items():
            text = text.replace(unit, english)
    return text


def _of_camera(name: str, language: Language) -> list[str]:
    """What is said of a camera in its row."""
    state, days, percent, comment = STATED[name]
    said = [vocabulary().retention_state[state].text(language)]
    if state != "unknown":
        said += [f"{percent:.2f}".replace("100.00", "100"), f"{days:.1f}"]
    return [*said, comment if language == "zh" else IN_ENGLISH[name]]


def _of_gap(name: str, language: Language) -> list[str]:
    """What is said of the one gap of a camera."""
    begin, end, lasting, _, cause = (str(each) for each in MISSING[name])
    is_same_day = begin[:10] == end[:10]
    return [
        f"{begin} – {end[11:] if is_same_day else end}",
        _lasting(lasting, language),
        _word(vocabulary().gap_cause, cause, language),
    ]


@pytest.mark.parametrize("size", [_DESKTOP, _PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_planted_fault_is_stated_on_screen(
    browser: Browser, url: str, language: Language, size: ViewportSize
) -> None:
    context, page = _looks(browser, url, language, size)
    for name in STATED:
        row = page.locator(f"[data-testid=heat-row][data-camera-id={name}] [role=rowheader]")
        text = row.inner_text()
        assert not [each for each in _of_camera(name, language) if each not in text], (name, text)
    gaps = {
        str(each.get_attribute("data-camera-id")): each.inner_text()
        for each in page.get_by_test_id("camera-gaps").all()
    }
    # What could not be verified stands there by that name.
    unsure = vocabulary().gap_cause["not_verified"].text(language)
    assert unsure in gaps.pop("no-answer")
    assert gaps.keys() == MISSING.keys()
    for name, text in gaps.items():
        assert not [each for each in _of_gap(name, language) if each not in text], (name, text)
    healed = page.get_by_test_id("recovered-row").inner_text()
    for said in ("healed", "2026-11-20 03:00:00 – 03:10:00", _lasting("10 分", language), "nvr/3"):
        assert said in healed, healed
    for (name, day), (tone, share) in _DAYS.items():
        cell = page.locator(f"[data-camera-id={name}] a[title*='{day}']")
        assert cell.get_attribute("data-tone") == tone, (name, day)
        assert share in str(cell.get_attribute("title")), (name, day)
    assert page.evaluate(
        "() => [document.documentElement, document.querySelector('#content')]"
        ".every(part => part.scrollWidth <= part.clientWidth)"
    ), "wider than the screen"
    context.close()


@pytest.mark.parametrize("days", [30, 90])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_planted_fault_is_stated_on_paper(
    browser: Browser, url: str, language: Language, days: int
) -> None:
    context, page = _looks(browser, url, language, _DESKTOP)
    page.goto(f"/compliance/{SCHOOL_ID}?days={days}")
    expect(page.get_by_test_id("heat-row")).to_have_count(len(STATED))
    expect(page.get_by_test_id("recovered-row")).to_have_count(1)
    pdf, cut = printed(page)
    assert cut == []
    text = bare(pdf.text)
    for name in STATED:
        for said in (name if name != "good" else "=HYPERLINK(1)", *_of_camera(name, language)):
            assert bare(said) in text, (name, said)
    if days == 90:
        for name in MISSING:
            assert not [each for each in _of_gap(name, language) if bare(each) not in text], name
    assert bare("2026-11-20 03:00:00 – 03:10:00") in text
    assert "nvr/3" in text
    # Colour alone says nothing: what is missing bears a sign, what nobody knows is hatched.
    page.emulate_media(media="print")
    assert page.evaluate(_UNSIGNED) == []
    assert min(pdf.ink) > 0.005, "an empty page"
    context.close()
