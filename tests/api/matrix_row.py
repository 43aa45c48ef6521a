"""A row of the matrix of routes and roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.api.district import Objects

Kind = Literal["object", "list", "stream", "district", "box", "guard"]


@dataclass(frozen=True, slots=True)
class Row:
    """How an operation is called on objects, and what their owner is answered.

    ``object``: names what is a school's. ``list``: shows what is in scope. ``stream``: an object
    whose answer does not end. ``district``: concerns no school. ``box``: what a box says of its
    school. ``guard``: only who may call it is looked at, in ``test_access``.
    """

    kind: Kind
    path: Callable[[Objects], dict[str, Any]] = lambda _: {}
    body: Callable[[Objects], Any] = lambda _: None
    status: int = 200
    before: str | None = None
    """What its caller does first with the same objects."""
    headers: Callable[[Objects], dict[str, str]] = lambda _: {}
    content: bytes | None = None
    query: str = ""
