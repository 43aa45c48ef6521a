"""A :class:`Document` as one HTML file that needs nothing else, to be read and printed anywhere."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.contract.paper.document import Document, Picture

_TEMPLATE = "document.html.j2"


def html_page(document: Document) -> str:
    """The file, its pictures inside; figures, drawings and a comment have no place in it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = _data_uri
    return environment.get_template(_TEMPLATE).render(d=document)


def _data_uri(picture: Picture) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.jpeg or b"").decode("ascii")
