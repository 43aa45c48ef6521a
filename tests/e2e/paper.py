"""A page of the console on paper, as the browser prints it."""

from __future__ import annotations

import pypdfium2
from playwright.sync_api import Page

from tests.support.paper import ReadPdf, read_pdf

_PORTRAIT_PX, _LANDSCAPE_PX = 703, 1047
"""A sheet of A4 within its margins of 12 and of 10 mm, at 96 dots an inch."""
_CUT = """() => [...document.querySelectorAll("body *")].filter(part => {
  const box = part.getBoundingClientRect();
  const style = getComputedStyle(part);
  if (box.width <= 1 || box.height <= 1 || style.visibility === "hidden") return false;
  // Of what is read: a picture may be larger than the ring it is drawn in.
  if (part.closest("svg, .visually-hidden")) return false;
  const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
  return (hides && part.scrollWidth > part.clientWidth + 1)
    || (hides && part.scrollHeight > part.clientHeight + 1)
    || box.right > document.documentElement.clientWidth + 1;
}).map(part => `${part.tagName} ${part.className} ${part.textContent.slice(0, 60)}`)"""


def printed(page: Page) -> tuple[ReadPdf, list[str]]:
    """Print the page; answers what can be read on paper, and what is cut off there."""
    content = page.pdf(format="A4", prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(content)
    width, height = document[0].get_size()
    cut = []
    for number, sheet in enumerate(document):
        # What lies in a form, as a hatch does, has bounds of its own; the form's are the sheet's.
        parts = sheet.get_objects(max_depth=1)
        right = max((each.get_bounds()[2] for each in parts), default=0.0)
        if right > sheet.get_width() + 1:
            cut.append(
                f"something on page {number + 1} ends {right - sheet.get_width():.0f} pt off"
            )
    document.close()
    page.emulate_media(media="print")
    screen = page.viewport_size
    assert screen is not None
    wide = _LANDSCAPE_PX if width > height else _PORTRAIT_PX
    page.set_viewport_size({"width": wide, "height": screen["height"]})
    cut += page.evaluate(_CUT)
    page.set_viewport_size(screen)
    page.emulate_media(media="screen")
    return read_pdf(content), cut


def bare(text: str) -> str:
    """Without spaces and ends of lines: where they stand, paper decides."""
    return "".join(text.split())
