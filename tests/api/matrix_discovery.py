"""How the operations of searching for cameras are called on what is one's own, and another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.district import Objects
from tests.api.matrix_row import Row


def _box(body: Callable[[Objects], Any] = lambda _: None, status: int = 200, **path: int) -> Row:
    """Of a box whose configuration names a network, and that is away."""
    return Row("object", lambda of: {"box_id": of.configured["find"], **path}, body, status)


DISCOVERY = {
    "discovery_get": _box(),
    "discovery_begin": _box(lambda _: {"networks": ["10.0.0.0/24"]}, 409),
    "discovery_stop": _box(),
    # No box of the district found any; tests/api/test_discovery.py asks for another school's.
    "discovery_picture": _box(status=404, number=0),
    "ingest_views_found": Row("guard"),  # In tests/api/test_discovery.py.
}
