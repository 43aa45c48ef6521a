"""One person's look at what was recorded: parts wait here until their browser takes them.

Unlike live pictures nothing may be dropped, so the worker is told to wait instead: it sends the
next part only when less than ``PLAY_BYTES`` wait here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.contract import PartKind, PlayOrder, ViewTrouble
from api.contract.frames import FrameKind, frame, state_frame
from api.viewing.feed import Mono, Part
from api.viewing.schemas import ChannelState

PLAY_BYTES = 4 * 1024 * 1024
"""What waits for one person at most, and one part more."""
_GONE_S = 60.0
"""A person whose browser takes nothing for so long, as one that paused, is sent nothing more; the
page begins anew when they go on."""


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """A part and when its pictures were recorded.

    Attributes:
        part: It.
        from_at: First picture of the run it belongs to.
        to_at: Until when it reaches.
    """

    part: Part
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class CameraOrder:
    """A worker's order and whose camera it is of.

    Attributes:
        camera_key: The camera's number.
        school_id: Its school.
        order: The worker's.
    """

    camera_key: int
    school_id: str
    order: PlayOrder


class Play:
    """What one person looks at.

    Args:
        ordered: What, and whose camera it is of.
        session_key: The session they came with.
        mono: Seconds of a clock that only goes forward.
    """

    def __init__(self, ordered: CameraOrder, session_key: str, mono: Mono) -> None:
        self.session_key = session_key
        self.trouble: ViewTrouble | None = None
        self.is_ended = False
        self.seen_from: datetime | None = None
        """The first recorded moment that was sent to the browser."""
        self.seen_to: datetime | None = None
        """The last one."""
        self.camera_key = ordered.camera_key
        self.school_id = ordered.school_id
        self._order = ordered.order
        self._sent_to: datetime | None = None
        self._mono = mono
        self._parts: deque[PlayedPart] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._taken_s = mono()
        self._told: ChannelState | None = None

    @property
    def id(self) -> UUID:
        """The order's id."""
        return self._order.view_id

    @property
    def order(self) -> PlayOrder:
        """What a worker that does not serve it is told: to go on where the last one stopped."""
        if self._sent_to is None:
            return self._order
        return self._order.model_copy(update={"from_at": self._sent_to})

    @property
    def is_ready(self) -> bool:
        """Whether there is room for another part."""
        return self._bytes < PLAY_BYTES

    @property
    def has_begun(self) -> bool:
        """Whether anything came."""
        return self._sent_to is not None

    def take(self, played: PlayedPart) -> None:
        """A worker's part."""
        self.trouble = None
        if played.part.kind is PartKind.MEDIA:
            self._sent_to = played.to_at
        self._parts.append(played)
        self._bytes += len(played.part.payload)
        self._wake.set()

    def take_trouble(self, trouble: ViewTrouble) -> None:
        """A worker says why nothing comes."""
        self.trouble = trouble
        self._wake.set()

    async def wait_ready(self, timeout_s: float) -> bool:
        """Whether there is room for another part; waits until there is."""
        if not self.is_ready and not self.is_ended:
            self._room.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._room.wait(), timeout_s)
        return self.is_ready

    def end(self) -> None:
        """Nothing more is wanted."""
        self.is_ended = True
        self._parts.clear()
        self._bytes = 0
        self._wake.set()
        self._room.set()

    def has_gone(self) -> bool:
        """Whether nothing was taken for a long while although something waits."""
        return not self.is_ended and bool(self._parts) and self._mono() - self._taken_s > _GONE_S

    async def next(self, state: Callable[[], ChannelState], timeout_s: float) -> list[bytes]:
        """The frames to send now; one ``ALIVE`` after silence.

        Args:
            state: Answers how it stands.
            timeout_s: How long the silence may last.
        """
        self._taken_s = self._mono()
        frames = self._frames(state())
        if not frames and not self.is_ended:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            frames = [] if self.is_ended else self._frames(state()) or [frame(FrameKind.ALIVE, 0)]
        self._taken_s = self._mono()
        return frames

    def _frames(self, state: ChannelState) -> list[bytes]:
        frames = []
        if self._parts:
            played = self._parts.popleft()
            self._bytes -= len(played.part.payload)
            if self.is_ready:
                self._room.set()
            if played.part.kind is PartKind.INIT:
                frames.append(frame(FrameKind.INIT, 0, played.part.payload))
            else:
                if self.seen_from is None:
                    self.seen_from = played.from_at
                self.seen_to = max(played.to_at, self.seen_to or played.to_at)
                frames.append(frame(FrameKind.MEDIA, 0, played.part.payload))
            return frames
        if state != self._told:
            self._told = state
            frames.append(state_frame(0, {"camera_key": self.camera_key, **state.model_dump()}))
        return frames
