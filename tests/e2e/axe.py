"""What axe-core finds wrong with a page for those who see, hear or move otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.e2e.stack import ROOT

SOURCE: Path = ROOT / "api" / "console" / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}
_NOT_OURS = {".ant-picker-year-btn", ".ant-picker-month-btn"}
"""antd names these after what they do ("choose a year"), not after the year they show."""
_RUN = "() => axe.run(document, { resultTypes: ['violations'] })"


def bring(context: BrowserContext) -> None:
    """Let every page of a browser know axe-core, which the console's own policy keeps out."""
    context.add_init_script(path=SOURCE)


def violations(page: Page) -> list[str]:
    """Each serious or critical one: its rule, where it is, and what is wrong there."""
    found: dict[str, Any] = page.evaluate(_RUN)
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]} "
        f"{' '.join(node['failureSummary'].split())[:300]}"
        for rule in found["violations"]
        if rule["impact"] in _GRAVE
        for node in rule["nodes"]
        if not (rule["id"] == "label-content-name-mismatch" and set(node["target"]) <= _NOT_OURS)
    ]
