"""Recorded pictures for a browser in the school, through the same player as for the command centre.

The browser takes the frames it knows from the command centre, so its player is the same, too.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import datetime
from uuid import UUID

from api.contract import PartKind, ViewAnswer, ViewTrouble
from api.contract.frames import FrameKind, frame, init_payload, state_frame
from pipeline.live.fragments import LivePart

PLAY_BYTES = 4 * 1024 * 1024
"""What waits for one person at most, and one part more."""
_GONE_S = 60.0
"""A browser that takes nothing for so long, as one that paused, is sent nothing more; the page
begins anew when it goes on."""


class LocalPlay:
    """Between the player's thread and one browser's answer.

    Args:
        camera_key: The camera's number.
    """

    def __init__(self, camera_key: int) -> None:
        self.stop = threading.Event()
        self.seen_from: datetime | None = None
        """The first recorded moment that was sent to the browser."""
        self.seen_to: datetime | None = None
        """The last one."""
        self._camera_key = camera_key
        self._condition = threading.Condition()
        self._waiting: deque[tuple[bytes, tuple[datetime, datetime] | None]] = deque()
        self._bytes = 0
        self._told: tuple[str, str | None] | None = None
        self._taken_s = time.monotonic()

    def played(
        self,
        view_id: UUID,
        part: LivePart,
        *,
        is_transcoded: bool,
        from_at: datetime,
        to_at: datetime,
    ) -> ViewAnswer:
        """A part; see :meth:`ViewingClient.played`."""
        with self._condition:
            if part.kind is PartKind.INIT:
                payload = init_payload(
                    self._camera_key,
                    part.mime,
                    part.data,
                    is_transcoded=is_transcoded,
                    from_at=from_at,
                )
                self._add(frame(FrameKind.INIT, 0, payload))
            else:
                self._tell("playing", None)
                self._add(frame(FrameKind.MEDIA, 0, part.data), (from_at, to_at))
            return self._answer()

    def ready(self, view_id: UUID, wait_s: float) -> ViewAnswer:
        """Whether there is room for more; waits until there is, at most so long."""
        with self._condition:
            self._condition.wait_for(lambda: self._bytes < PLAY_BYTES or self.stop.is_set(), wait_s)
            return self._answer()

    def trouble(self, view_id: UUID, trouble: ViewTrouble, reason: str = "") -> bool:
        """Why nothing comes; answers whether anybody still looks."""
        with self._condition:
            self._tell("trouble", trouble.value)
            return self._answer().is_wanted

    def next(self, timeout_s: float) -> bytes:
        """What to send now: a sign of life after silence, nothing after the end."""
        with self._condition:
            self._taken_s = time.monotonic()
            self._condition.wait_for(lambda: self._waiting or self.stop.is_set(), timeout_s)
            self._taken_s = time.monotonic()
            if self.stop.is_set():
                return b""
            if not self._waiting:
                return frame(FrameKind.ALIVE, 0)
            data, moments = self._waiting.popleft()
            self._bytes -= len(data)
            if moments is not None:
                self.seen_from = self.seen_from or moments[0]
                self.seen_to = max(moments[1], self.seen_to or moments[1])
            self._condition.notify_all()
            return data

    def has_gone(self) -> bool:
        """Whether nobody asked for anything for a long while."""
        return time.monotonic() - self._taken_s > _GONE_S

    def end(self) -> None:
        """Nothing more is wanted."""
        self.stop.set()
        with self._condition:
            self._waiting.clear()
            self._condition.notify_all()

    def _answer(self) -> ViewAnswer:
        if self._waiting and self.has_gone():
            self.stop.set()
        return ViewAnswer(is_wanted=not self.stop.is_set(), is_ready=self._bytes < PLAY_BYTES)

    def _tell(self, state: str, reason: str | None) -> None:
        if self._told != (state, reason):
            self._told = state, reason
            told: dict[str, int | str | None] = {
                "camera_key": self._camera_key,
                "state": state,
                "reason": reason,
                "detail": "",
            }
            self._add(state_frame(0, told))

    def _add(self, data: bytes, moments: tuple[datetime, datetime] | None = None) -> None:
        self._waiting.append((data, moments))
        self._bytes += len(data)
        self._condition.notify_all()
