"""What boxes ask for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BoxPoll:
    """A worker's request for orders, with its cameras by number.

    Attributes:
        box_id: Whose worker.
        cameras: Cameras it can show.
        recordings: Cameras whose footage it can reach.
        serving: Orders it works on.
        can: What else it can do: ``preview``, judge kept tracks of its cameras; ``find``, search
            for cameras.
    """

    box_id: int
    cameras: frozenset[int]
    recordings: frozenset[int]
    serving: tuple[UUID, ...]
    can: frozenset[str] = frozenset()

    @property
    def can_find(self) -> bool:
        """Whether it searches for cameras."""
        return "find" in self.can

    @property
    def previews(self) -> frozenset[int]:
        """Cameras whose kept tracks it can judge."""
        return self.cameras if "preview" in self.can else frozenset()
