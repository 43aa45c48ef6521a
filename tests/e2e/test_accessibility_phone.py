"""Every page and dialog on a phone, looked at by axe-core: nothing serious, in any theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from console_pages import Visit
from playwright.sync_api import Browser

from tests.e2e.looks import ON_A_PHONE, Looks, looking

pytestmark = [pytest.mark.e2e, pytest.mark.whole]


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Looks]:
    worn = {"zh": ("light", "dark"), "en": ("dark",)}
    with looking(tmp_path_factory.mktemp("phone"), browser, worn, phone=True) as opened:
        yield opened


@pytest.mark.parametrize("visit", ON_A_PHONE, ids=lambda visit: visit.name)
def test_everybody_can_read_and_use(looks: Looks, visit: Visit) -> None:
    assert not (faults := looks.faults(visit)), "\n".join(faults)
