"""Timestamps that only go forward, whatever the camera or the file says.

Cameras reboot, loop, roll over and step their clocks; some stamp every picture alike, and some
files carry no presentation times at all. Rules count media seconds, so a stream's time must never
go back, and a camera's must never leap. The way of Home Assistant's stream worker: repair what is
small, re-base what jumped, go on, count it.

A camera's step is compared with the arrival of its packets: what took as long to come is a pause.
A file has no arrival: its own times rule, and a pause in it is as long as it says. Only a stamp
that the next picture contradicts is passed over (``is_far``, ``bears_out``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from pipeline.core.packets import seconds_of

MAX_FORWARD_JUMP_S = 10.0
"""A camera's clock that steps by so much more than arrival took has jumped."""

_STANDS_AT = 3
"""So many pictures of one stamp: the clock stands. Two may be a coarse clock's rounding."""

REORDER_WINDOW_S = 1.0
"""How far B-frames may step back in presentation time; 16 pictures at 25/s are 0.64 s."""


@dataclass(frozen=True, slots=True)
class PacketTime:
    """What a container says of a packet, in ticks; None what it does not."""

    pts: int | None
    dts: int | None

    @property
    def said(self) -> int | None:
        """Presentation time, or else decoding time."""
        return self.dts if self.pts is None else self.pts


@dataclass(frozen=True, slots=True)
class RepairedTime:
    """The time of one packet.

    Attributes:
        pts: Presentation time in ticks, continuous over jumps.
        dts: Decoding time in ticks, strictly increasing; of a stream that announces no decoding
            times and has B-frames it may lie after ``pts``.
        media_s: Presentation time in seconds since the first picture, 0.0 or more.
        is_rebased: The stream's clock jumped here.
    """

    pts: int
    dts: int
    media_s: float
    is_rebased: bool


class TimestampRepair:
    """Makes one stream's timestamps usable.

    Args:
        time_base: Seconds of one tick.
        fps: Pictures a second, to guess a missing step; 25 is assumed when it is absurd.
        max_forward_jump_s: A longer step forward re-bases; infinite for a file, whose times rule.
    """

    def __init__(
        self,
        time_base: Fraction,
        fps: float = 0.0,
        max_forward_jump_s: float = MAX_FORWARD_JUMP_S,
    ) -> None:
        if time_base <= 0:
            raise ValueError(f"time_base must be positive, not {time_base}")
        self._time_base = time_base
        frame_s = 1.0 / fps if 0.5 <= fps <= 240 else 0.04
        self._step = max(1, round(frame_s / time_base))
        self._max_jump = max(self._step + 1, max_forward_jump_s / time_base)
        self._is_file = math.isinf(max_forward_jump_s)
        self._far = round(MAX_FORWARD_JUMP_S / time_base)
        self._window = max(self._step, round(REORDER_WINDOW_S / time_base))
        self._offset = 0
        self._max_pts: int | None = None
        self._last_pts = 0
        self._last_dts = 0
        self._last_dts_in: int | None = None
        self._first_pts = 0
        self._is_guess = False
        self._said: int | None = None
        self._said_times = 1

    def is_far(self, time: PacketTime) -> bool:
        """Whether the next packet's time lies so far ahead that the one after it should agree."""
        said = time.said
        if said is None or self._max_pts is None:
            return False
        return said + self._offset > self._max_pts + self._far

    def bears_out(self, time: PacketTime, following: PacketTime) -> bool:
        """Whether the next packet's time agrees with one that was far ahead.

        Decoding times never step back by themselves; presentation times do, with B-frames.
        """
        if time.dts is not None and following.dts is not None:
            return following.dts >= time.dts
        return time.said is None or following.said is None or following.said >= time.said

    def repair(
        self, pts: int | None, dts: int | None, waited_s: float | None = None
    ) -> RepairedTime:
        """The usable time of the next packet in decoding order.

        Args:
            pts: What the container says, or ``None``.
            dts: What the container says, or ``None``.
            waited_s: Seconds since the packet before arrived; None for a file.
        """
        said = pts if pts is not None else dts
        waited = 0 if waited_s is None else round(waited_s / self._time_base)
        if self._max_pts is None:
            self._said = said
            self._is_guess = said is None  # FFmpeg leaves an RTP session's first packet untimed
            return self._first(said or 0, dts)
        if waited_s is not None and self._stands(said):
            self._is_guess = True
            pts_out = max(self._max_pts, self._last_dts) + max(1, waited)
            return self._emit(pts_out, pts_out, None, False)
        rebased = False
        if said is None:
            pts_out = self._max_pts + self._step
        else:
            pts_out = said + self._offset
            is_off_guess = self._is_guess and not 0 < pts_out - self._max_pts <= self._window
            self._is_guess = False
            if is_off_guess or self._jumped(pts_out, dts, waited):
                rebased = not is_off_guess
                pts_out = self._max_pts + self._step
                self._offset = pts_out - said
            elif pts_out == self._last_pts:
                pts_out += 1  # two packets of one tick: a coarse clock's rounding
        dts_out = dts + self._offset if dts is not None else pts_out
        dts_out = max(min(dts_out, pts_out), self._last_dts + 1)
        if dts is None and said is None and self._last_dts_in is not None:
            dts = self._last_dts_in + self._step  # where the stream's clock should be by now
        return self._emit(pts_out, dts_out, dts, rebased)

    def _stands(self, said: int | None) -> bool:
        """Whether the camera stamps picture after picture alike; arrival is their time then."""
        self._said_times = self._said_times + 1 if said == self._said is not None else 1
        self._said = said
        return self._said_times >= _STANDS_AT

    def _first(self, said: int, dts: int | None) -> RepairedTime:
        self._max_pts = self._first_pts = said
        delay = said - dts if dts is not None else 0
        return self._emit(said, said - (delay if 0 <= delay <= self._far else 0), dts, False)

    def _emit(self, pts: int, dts: int, dts_in: int | None, rebased: bool) -> RepairedTime:
        self._max_pts = max(pts, self._max_pts or pts)
        self._last_pts, self._last_dts = pts, dts
        if dts_in is not None:
            self._last_dts_in = dts_in
        media_s = max(0.0, seconds_of(pts - self._first_pts, self._time_base))
        return RepairedTime(pts, dts, media_s, rebased)

    def _jumped(self, pts_out: int, dts_in: int | None, waited: int) -> bool:
        """Whether the stream's clock is not where it should be, B-frames allowed for."""
        assert self._max_pts is not None
        if pts_out > self._max_pts + self._max_jump + waited:
            return True
        # In a file of few pictures B-frames step back by minutes, never before their decoding.
        is_reordered = self._is_file and dts_in is not None and pts_out >= dts_in + self._offset
        if pts_out < self._max_pts - self._window and not is_reordered:
            return True
        if dts_in is not None and self._last_dts_in is not None:
            # Decoding times never step back by themselves, so a small jump shows here.
            return dts_in - self._last_dts_in < -(self._step // 2)
        return False
