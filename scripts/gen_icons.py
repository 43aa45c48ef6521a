"""Draw the icons of the installed console from its own mark: ``scripts/gen_icons.py``.

A phone wants pictures of fixed sizes; the mark is drawn once, in ``public/favicon.svg``. The
maskable one fills its square, since phones cut it to a shape of their own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).resolve().parents[1] / "api" / "console" / "public"
INK = "#18222f"
SIZES_PX = {"icon-192.png": 192, "icon-512.png": 512, "apple-touch-icon.png": 180}
MASKABLE = {"icon-maskable-512.png": 512}
_SAFE = 0.72
"""Of a maskable icon's width: inside it nothing is cut off (W3C manifest, 80 % at least)."""


def main() -> None:
    """Write the icons."""
    mark = (PUBLIC / "favicon.svg").read_text("utf-8")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name, size_px in (SIZES_PX | MASKABLE).items():
            fills = name in MASKABLE or name.startswith("apple")
            inner_px = round(size_px * _SAFE) if name in MASKABLE else size_px
            page.set_viewport_size({"width": size_px, "height": size_px})
            page.set_content(
                f"<style>html,body{{margin:0;height:100%;display:grid;place-items:center;"
                f"background:{INK if fills else 'transparent'}}}"
                f"svg{{width:{inner_px}px;height:{inner_px}px}}</style>{mark}"
            )
            page.screenshot(path=PUBLIC / name, omit_background=not fills)
        browser.close()


if __name__ == "__main__":
    main()
