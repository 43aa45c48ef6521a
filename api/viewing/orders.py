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
        can: What else it can do for its cameras, as ``preview``: judge their kept tracks.
    """

    box_id: int
    cameras: frozenset[int]
    recordings: frozenset[int]
    serving: tuple[UUID, ...]
    can: frozenset[str] = frozenset()

    @property
    def previews(self) -> frozenset[int]:
        """Cameras whose kept tracks it can judge."""
        return self.cameras if "preview" in self.can else frozenset()
