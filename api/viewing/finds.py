"""Searches for cameras that boxes are asked for, until one takes them.

An order is given to one worker and never again: a search signs in at cameras, and whoever did that
twice would count twice towards a lock.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from api.contract.finding import FindOrder
from api.viewing.feed import Mono
from api.viewing.orders import BoxPoll

_AWAY_S = 40.0
"""A request for orders waits 30 s at most."""


class Finds:
    """Orders that wait, and those that are worked on; call it from the event loop only.

    Args:
        tell: Wakes requests that wait for orders.
        mono: Seconds of a clock that only goes forward.
    """

    def __init__(self, tell: Callable[[], None], mono: Mono) -> None:
        self._tell = tell
        self._mono = mono
        self._open: dict[UUID, int] = {}
        self._waiting: dict[UUID, FindOrder] = {}
        self._able_s: dict[int, float] = {}

    def now_s(self) -> float:
        """Its clock."""
        return self._mono()

    def is_able(self, box_id: int) -> bool:
        """Whether a worker of the box is there that can search."""
        asked_s = self._able_s.get(box_id)
        return asked_s is not None and self._mono() - asked_s <= _AWAY_S

    def ask(self, box_id: int, order: FindOrder) -> None:
        """Give an order to the first worker of the box that asks."""
        self._open[order.scan_id] = box_id
        self._waiting[order.scan_id] = order
        self._tell()

    def end(self, scan_id: UUID) -> None:
        """Nobody waits for it any more: whoever works on it is told to stop."""
        self._waiting.pop(scan_id, None)
        if self._open.pop(scan_id, None) is not None:
            self._tell()

    def known(self) -> set[UUID]:
        """Orders that stand."""
        return set(self._open)

    def take(self, poll: BoxPoll) -> tuple[FindOrder, ...]:
        """What a worker that asks is given."""
        if not poll.can_find:
            return ()
        self._able_s[poll.box_id] = self._mono()
        given = [each for each in self._waiting if self._open[each] == poll.box_id]
        return tuple(self._waiting.pop(each) for each in given)
