"""Who looks, and one console's answer that carries several cameras."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from api.access.scope import Scope
from api.contract import VideoCodec
from api.contract.frames import FrameKind, frame, state_frame
from api.viewing.feed import CameraRef, Channel

if TYPE_CHECKING:
    from api.viewing.hub import Hub

_DEAD_S = 30.0
"""A viewer that takes nothing for so long although something waits has gone."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who looks.

    Attributes:
        username: The person.
        client: Address the request came from.
        session_key: The session they came with.
        expires_at: When that session ends at the latest.
        scope: Whose cameras they may look at.
    """

    username: str
    client: str
    session_key: str
    expires_at: datetime
    scope: Scope


class Viewer:
    """One console's answer that carries several cameras.

    Args:
        hub: Where its pictures come from.
        owner: Who looks.
        codecs: What their browser plays.
    """

    def __init__(self, hub: Hub, owner: Owner, codecs: Sequence[VideoCodec]) -> None:
        self.id = uuid4()
        self.owner = owner
        self.codecs = tuple(codecs)
        self.is_ended = False
        self.changing = asyncio.Lock()
        self.watched: dict[CameraRef, datetime] = {}
        """Cameras whose beginning is in the access log and whose end is not."""
        self._hub = hub
        self._mono = hub.mono
        self._channels: dict[int, Channel] = {}
        self._wake = asyncio.Event()
        self._taken_s = self._mono()

    @property
    def shown(self) -> dict[int, tuple[CameraRef, tuple[VideoCodec, ...]]]:
        """What each channel shows, and in which codecs it was ordered."""
        return {
            number: (channel.feed.camera, channel.feed.order.accepts)
            for number, channel in self._channels.items()
        }

    def show(self, number: int, camera: CameraRef, accepts: tuple[VideoCodec, ...]) -> None:
        """Show a camera on a channel, instead of what was there."""
        self.hide(number)
        self._channels[number] = self._hub.join(number, camera, accepts, self._wake)
        self._wake.set()

    def hide(self, number: int) -> None:
        """Show nothing on a channel."""
        channel = self._channels.pop(number, None)
        if channel is not None:
            self._hub.leave(channel)

    def end(self) -> None:
        """Look at nothing any more."""
        self.is_ended = True
        for number in list(self._channels):
            self.hide(number)
        self._wake.set()

    def has_gone(self) -> bool:
        """Whether it took nothing for a long while, as behind a connection that died silently."""
        return not self.is_ended and self._mono() - self._taken_s > _DEAD_S

    async def next(self, timeout_s: float) -> list[bytes]:
        """The frames to send now, at most one part of each channel; one ``ALIVE`` after silence."""
        self._taken_s = self._mono()
        frames = self._frames()
        if not frames:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            frames = [] if self.is_ended else self._frames() or [frame(FrameKind.ALIVE, 0)]
        self._taken_s = self._mono()
        return frames

    def _frames(self) -> list[bytes]:
        frames = []
        for number, channel in self._channels.items():
            state = self._hub.state_of(channel.feed)
            if state != channel.told_state:
                channel.told_state = state
                key = channel.feed.camera.key
                frames.append(state_frame(number, {"camera_key": key, **state.model_dump()}))
            part = channel.take()
            if part is not None:
                frames.append(frame(part[0], number, part[1]))
        return frames
