"""A :class:`Document` as one HTML file that needs nothing else, to be read and printed anywhere."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.contract.paper.document import Document

_TEMPLATE = "document.html.j2"


def html_page(document: Document) -> str:
    """The file; pictures and figures have no place in it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE).render(d=document)
