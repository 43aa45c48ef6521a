"""What boxes ask for, and what they are asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from api.contract import FootageAnswer, FootageOrder


@dataclass(frozen=True, slots=True)
class BoxPoll:
    """A worker's request for orders, with its cameras by number.

    Attributes:
        box_id: Whose worker.
        cameras: Cameras it can show.
        recordings: Cameras whose footage it can reach.
        serving: Orders it works on.
    """

    box_id: int
    cameras: frozenset[int]
    recordings: frozenset[int]
    serving: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Where somebody waits to hear where there is footage."""

    camera_key: int
    order: FootageOrder
    answered: asyncio.Future[FootageAnswer]
