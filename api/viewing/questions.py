"""Questions that wait for the word of a box, each answered once and by whom it was given to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from api.contract import FootageAnswer, FootageOrder, PreviewAnswer, PreviewOrder

Order = FootageOrder | PreviewOrder
Answer = FootageAnswer | PreviewAnswer
OrderT = TypeVar("OrderT", FootageOrder, PreviewOrder)


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody waits for an answer.

    Attributes:
        camera_key: What it is about.
        order: What is asked.
        answered: Theirs.
    """

    camera_key: int
    order: Order
    answered: asyncio.Future[Answer]


class Questions:
    """Those that are open.

    Args:
        tell_workers: Called when there is a new one, or one less.
    """

    def __init__(self, tell_workers: Callable[[], None]) -> None:
        self._tell_workers = tell_workers
        self._open: dict[UUID, Question] = {}

    @property
    def ids(self) -> frozenset[UUID]:
        """Of all that wait."""
        return frozenset(self._open)

    def about(self, kind: type[Order], camera_key: int | None = None) -> int:
        """How many of a kind wait, of one camera or of all."""
        return sum(
            isinstance(each.order, kind) and camera_key in (None, each.camera_key)
            for each in self._open.values()
        )

    async def ask(self, camera_key: int, order: Order, timeout_s: float) -> Answer | None:
        """The answer; None when no worker gives it in time."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[order.query_id] = Question(camera_key, order, answered)
        self._tell_workers()
        try:
            return await asyncio.wait_for(answered, timeout_s)
        except TimeoutError:
            return None
        finally:
            del self._open[order.query_id]
            self._tell_workers()

    def take(self, query_id: UUID, answer: Answer) -> None:
        """A worker's answer; one that nobody waits for any more is let go."""
        asked = self._open.get(query_id)
        if asked is not None and not asked.answered.done():
            asked.answered.set_result(answer)

    def due(
        self, kind: type[OrderT], cameras: Collection[int], is_due: Callable[[UUID], bool]
    ) -> tuple[OrderT, ...]:
        """Of a kind, those about some cameras that nobody has answered, and that are due."""
        return tuple(
            asked.order
            for asked in self._open.values()
            if isinstance(asked.order, kind)
            and asked.camera_key in cameras
            and not asked.answered.done()
            and is_due(asked.order.query_id)
        )
