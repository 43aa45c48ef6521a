"""One camera's pictures on their way to everybody who looks, none of whom can hold up another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from api.contract import PartKind, ViewOrder, ViewTrouble
from api.contract.frames import FrameKind
from api.viewing.schemas import ChannelState

CHANNEL_BYTES = 8 * 1024 * 1024
"""What one viewer may lag behind on one camera: some 15 s at 4 Mbit/s."""
_GOP_BYTES = 16 * 1024 * 1024

Mono = Callable[[], float]
"""Seconds of a clock that only goes forward."""


class CameraRef(NamedTuple):
    """A camera by its number, and by what it is called on the wire and in the access log."""

    key: int
    school_id: str
    camera_id: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a fragmented MP4.

    Attributes:
        kind: Head or fragment.
        payload: What goes into the frame.
        is_key: Decoding can start with it.
    """

    kind: PartKind
    payload: bytes
    is_key: bool


class Channel:
    """One viewer's queue of one camera.

    When full it drops what waits and goes on with the next part that decoding can start with: a
    slow viewer sees a jump, the others see nothing of it.
    """

    def __init__(self, number: int, feed: Feed, wake: asyncio.Event) -> None:
        self.number = number
        self.feed = feed
        self.dropped = 0
        self.told_state: ChannelState | None = None
        self._wake = wake
        self._parts: deque[Part] = deque()
        self._bytes = 0
        self._needs_key = True

    def offer(self, part: Part) -> None:
        """Queue a part; never waits."""
        if part.kind is PartKind.INIT:
            self._clear()
            self._needs_key = True
        else:
            if self._bytes + len(part.payload) > CHANNEL_BYTES:
                self.dropped += sum(1 for waiting in self._parts if waiting.kind is PartKind.MEDIA)
                heads = [waiting for waiting in self._parts if waiting.kind is PartKind.INIT]
                self._clear()
                for head in heads[-1:]:
                    self._append(head)
                self._needs_key = True
            if self._needs_key and not part.is_key:
                self.dropped += 1
                return
            self._needs_key = False
        self._append(part)
        self._wake.set()

    def take(self) -> tuple[FrameKind, bytes] | None:
        """The next part, if one waits."""
        if not self._parts:
            return None
        part = self._parts.popleft()
        self._bytes -= len(part.payload)
        kind = FrameKind.INIT if part.kind is PartKind.INIT else FrameKind.MEDIA
        return kind, part.payload

    def _append(self, part: Part) -> None:
        self._parts.append(part)
        self._bytes += len(part.payload)

    def _clear(self) -> None:
        self._parts.clear()
        self._bytes = 0


class Feed:
    """What a worker sends for one order, and the channels it goes to."""

    def __init__(self, camera: CameraRef, order: ViewOrder, mono: Mono) -> None:
        self.camera = camera
        self.order = order
        self.channels: set[Channel] = set()
        self.trouble: ViewTrouble | None = None
        self.detail = ""
        self.last_part_s: float | None = None
        self._mono = mono
        self._init: Part | None = None
        self._gop: list[Part] = []
        self._gop_bytes = 0

    @property
    def id(self) -> UUID:
        """The order's id."""
        return self.order.view_id

    def join(self, number: int, wake: asyncio.Event) -> Channel:
        """A new viewer; it begins with the pictures since the last one decoding can start with."""
        channel = Channel(number, self, wake)
        for part in self._so_far():
            channel.offer(part)
        self.channels.add(channel)
        return channel

    def leave(self, channel: Channel) -> None:
        """A viewer looks away."""
        self.channels.discard(channel)

    def take(self, part: Part) -> None:
        """Hand a part on."""
        self.trouble, self.detail = None, ""
        self.last_part_s = self._mono()
        if part.kind is PartKind.INIT:
            self._init = part
            self._forget_gop()
        else:
            if part.is_key:
                self._forget_gop()
            if self._gop or part.is_key:
                self._gop.append(part)
                self._gop_bytes += len(part.payload)
            if self._gop_bytes > _GOP_BYTES:
                self._forget_gop()
        for channel in self.channels:
            channel.offer(part)

    def _so_far(self) -> Iterator[Part]:
        if self._init is not None:
            yield self._init
            yield from self._gop

    def _forget_gop(self) -> None:
        self._gop.clear()
        self._gop_bytes = 0
