"""Whether PDFs can be set here, and where fonts with Chinese were looked for."""

from __future__ import annotations

from api.contract.paper.typesetting import NoFontError, NoTypesetterError, Typesetter
from tests.support import missing


def why_no_pdf() -> str | None:
    """What is missing to set a PDF; None when nothing is."""
    try:
        Typesetter()
    except NoTypesetterError:
        return missing.peer("typst")
    except NoFontError:
        return missing.debian("fonts-noto-cjk")
    return None
