"""Every page and dialog on a desk, looked at by axe-core: nothing serious, in any theme."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from console_pages import VISITS, Visit
from playwright.sync_api import Browser

from tests.e2e.looks import Looks, looking
from tests.e2e.stack import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.whole]
_ROUTER = ROOT / "api" / "console" / "src" / "app" / "router.tsx"


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Looks]:
    worn = {"zh": ("light", "dark"), "en": ("light",)}
    with looking(tmp_path_factory.mktemp("desk"), browser, worn) as opened:
        yield opened


def test_every_page_of_the_console_is_visited() -> None:
    routes = set(re.findall(r'path: "([^"]+)"', _ROUTER.read_text("utf-8")))
    assert len(routes) > 15
    assert routes == {visit.route for visit in VISITS}


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_everybody_can_read_and_use(looks: Looks, visit: Visit) -> None:
    assert not (faults := looks.faults(visit)), "\n".join(faults)
