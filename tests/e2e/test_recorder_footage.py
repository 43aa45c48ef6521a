"""A recorder's footage in a real browser: lent while somebody looks, and gone afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.centre import ADMIN_PASSWORD, Centre, put_camera
from tests.api.messages import registration
from tests.api.test_recorder_footage import CAMERA, at_work
from tests.devices.script import NOW_S
from tests.e2e.stack import until
from tests.e2e.still_centre import still_centre
from tests.e2e.test_playback import choose_reason, plays_from
from tests.healing.lent import Kept

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(180)]
_SECONDS = 300


async def _prepare(centre: Centre) -> None:
    await put_camera(await centre.worker(), registration(CAMERA))


def _is_answered(page: Page) -> bool:
    page.reload()
    shown = page.get_by_test_id("recording-page")
    expect(shown).to_be_visible()
    return shown.get_attribute("data-source") == "box"


@pytest.mark.parametrize(
    ("language", "held_by", "hint"),
    [("zh", "nvr/1", "录像机"), ("en", "nvr/1", "recorder")],
)
def test_a_recorders_footage_plays_while_somebody_looks_and_is_gone_afterwards(
    browser: Browser, tmp_path: Path, language: str, held_by: str, hint: str
) -> None:
    kept = Kept(tmp_path, camera=CAMERA, seconds=_SECONDS)
    begin = datetime.fromtimestamp(kept.tape.begins_s + 20, UTC)
    now = datetime.fromtimestamp(NOW_S, UTC)
    with (
        still_centre(tmp_path / "centre", _prepare, now) as url,
        kept.shelf() as shelf,
        at_work(url, shelf),
    ):
        context = browser.new_context(base_url=url, viewport={"width": 1366, "height": 768})
        context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
        page = context.new_page()
        page.goto("/sign-in?next=/cameras")
        page.get_by_test_id("username").fill("admin")
        page.get_by_test_id("password").fill(ADMIN_PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_test_id("to-recordings").first.click()
        expect(page.get_by_test_id("recording-page")).to_be_visible()
        until("the box answers for its footage", lambda: _is_answered(page), 60)
        key = page.url.rsplit("/", 1)[1].partition("?")[0]
        page.goto(f"/recordings/{key}?at={begin:%Y-%m-%dT%H:%M:%SZ}")
        expect(page.get_by_test_id("held-mark")).to_be_visible()
        expect(page.get_by_test_id("legend-held")).to_contain_text(held_by)
        expect(page.get_by_test_id("held-hint")).to_contain_text(hint)
        # Looking at the day asks the recorder for nothing that is played.
        assert kept.files == []

        page.get_by_test_id("footage-begin").click()
        choose_reason(page)
        plays_from(page, 1.0)
        until("a piece lies with the box", lambda: kept.files or None, 20)
        expect(page.get_by_test_id("footage-player")).to_have_attribute("data-status", "playing")

        page.goto("/cameras")
        until("what was lent is gone", lambda: not kept.files, 20)
        context.close()
