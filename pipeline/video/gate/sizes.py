"""P-frame sizes as a free motion signal: what moves costs the encoder bits.

An encoder predicts a still scene from the picture before and spends bits on what it could not
predict. Reading a packet's length costs nothing, so a quiet camera can be watched without decoding.
The lengths must be compared with what is usual for this camera now: sensor noise,
night and quality settings move the level by orders of magnitude, and B-frames, hierarchical
P-frames and the first frames of a GOP each have a level of their own.

So every packet is measured against the median log-size of its kind over the last minute. What a
camera clock drawn into the picture costs once a second is one packet's outlier and goes in a
trimmed mean over half a second; what moves stays. How far that mean wanders by itself is measured
too (MAD), and only what rises clearly above both counts.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from statistics import median

import numpy as np

from pipeline.core.packets import EncodedPacket

BASELINE_S = 60.0
"""Long enough for a median that a passer-by does not move, short enough to follow dusk, which takes
minutes."""
SCALES = ((0.5, 0.07, 6.0), (2.0, 0.02, 5.0))
"""Seconds averaged, least rise of the log-size that can mean motion, and least rise in robust
standard deviations of the still scene's own wandering. A runner shows within half a second and
clearly; who walks far away raises the sizes by a few hundredths, which only a mean over two seconds
tells from noise. The gate rewinds, so late is not lost, and a false alarm costs some seconds of
decoding: the evaluation clips' quiet minutes gave none to two."""
LEARN_S = 15.0
"""Some eight GOPs: before so much was seen there is no baseline and no opinion."""

_UPDATE_S = 1.0
_SOFT_BYTES = 64.0
"""Added to each size: a skipped frame has 30 bytes, and 60 is not "twice as much motion"."""
_MIN_PER_KIND = 3
_MIN_HISTORY = 20
_MIN_SPANS = 15
"""Independent means, before how they wander is believed."""
_TRIM = 0.2
"""Share of the largest packets left out of a mean: a camera clock drawn into the picture changes
one packet a second, which is then no motion."""
_FIRST_PLACES = 3
_PLACE_S = 0.25
_MAX_PLACE = 20
_SIGMA_PER_MAD = 1.4826
_FILLER = b"\xff\x80\x00"
"""How a filler NAL unit ends: an encoder of strictly constant rate pads with what is no picture."""

Kind = tuple[int, int, bool]


class PacketKinds:
    """Tells apart the packets whose sizes cannot be compared.

    A kind is: the place behind the keyframe (the first packets, then by quarter seconds: a rate
    control saves up for the next keyframe), the reference bits of the NAL header (H.264
    ``nal_ref_idc``, H.265 unit type and temporal layer), and whether the picture is shown before
    one already sent (a B-frame).

    Args:
        codec: FFmpeg's name; of others than ``h264`` and ``hevc`` the header is not read.
        length_size: Bytes of each NAL unit's length field, 0 for start codes.
    """

    def __init__(self, codec: str, length_size: int) -> None:
        self._codec = codec
        self._length_size = length_size
        self._place = 0
        self._keyframe_s = 0.0
        self._max_pts: int | None = None

    def of(self, packet: EncodedPacket) -> Kind | None:
        """The packet's kind; None of a keyframe, whose size says what the scene *is*."""
        is_late = self._max_pts is not None and packet.pts < self._max_pts
        self._max_pts = packet.pts if self._max_pts is None else max(self._max_pts, packet.pts)
        if packet.is_keyframe:
            self._place = 0
            self._keyframe_s = packet.media_s
            return None
        self._place += 1
        place = self._place
        if place > _FIRST_PLACES:
            place = _FIRST_PLACES + 1 + int((packet.media_s - self._keyframe_s) / _PLACE_S)
        return min(place, _MAX_PLACE), self._header(packet.data), is_late

    def _header(self, data: bytes) -> int:
        at = self._length_size
        if at == 0:
            start = data.find(b"\x00\x00\x01", 0, 8)
            at = start + 3 if start >= 0 else 0
        if self._codec == "h264":
            return (data[at] >> 5) & 3 if at < len(data) else 0
        if self._codec == "hevc" and at + 1 < len(data):
            return ((data[at] >> 1) & 0x3F) << 3 | (data[at + 1] & 7)
        return 0


class _Series:
    """Values and when they were; in columns, because each packet of each camera passes here."""

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times: deque[float] = deque()
        self.values: deque[float] = deque()

    def append(self, now_s: float, value: float) -> None:
        self.times.append(now_s)
        self.values.append(value)

    def pop_oldest(self) -> None:
        self.times.popleft()
        self.values.popleft()

    def drop_before(self, horizon_s: float) -> None:
        """What was quiet long ago is still the best guess while something moves: keep some."""
        while len(self.times) > _MIN_HISTORY and self.times[0] < horizon_s:
            self.pop_oldest()


class _Scale:
    """Trimmed mean of the last packets' rises, and how much it wanders in a still scene."""

    def __init__(self, span_s: float, least: float, deviations: float) -> None:
        self.rise = 0.0
        self.spread = math.inf
        self._span_s = span_s
        self._least = least
        self._deviations = deviations
        self._recent = _Series()
        self._ordered: list[float] = []  # the recent values, by size
        self._history = _Series()
        self._centre = 0.0

    @property
    def threshold(self) -> float:
        return max(self._least, self._deviations * self.spread)

    def take(self, now_s: float, rise: float, *, is_quiet: bool) -> None:
        recent, rises = self._recent, self._ordered
        recent.append(now_s, rise)
        insort(rises, rise)
        while recent.times[0] <= now_s - self._span_s:
            del rises[bisect_left(rises, recent.values[0])]
            recent.pop_oldest()
        kept = rises[: max(1, math.ceil(len(rises) * (1.0 - _TRIM)))]
        mean = sum(kept) / len(kept)
        self.rise = mean - self._centre
        if is_quiet:
            self._history.append(now_s, mean)

    def update(self, horizon_s: float) -> None:
        history = self._history
        history.drop_before(horizon_s)
        if len(history.times) < _MIN_HISTORY:
            return
        if history.times[-1] - history.times[0] >= _MIN_SPANS * self._span_s:
            means = np.fromiter(history.values, np.float64, len(history.values))
            self._centre = float(np.median(means))
            # Of the lower half only: motion that slipped in lies in the upper one.
            below = self._centre - means[means <= self._centre]
            self.spread = _SIGMA_PER_MAD * float(np.median(below))

    def forget(self) -> None:
        self._recent = _Series()
        self._ordered = []
        self._history = _Series()
        self._centre, self.rise, self.spread = 0.0, 0.0, math.inf


class SizeSignal:
    """How far the packet sizes of the last moments lie above this camera's usual.

    Args:
        kinds: Tells the packets apart.
        baseline_s: Seconds the baseline remembers.
    """

    def __init__(self, kinds: PacketKinds, baseline_s: float = BASELINE_S) -> None:
        self._kinds = kinds
        self._baseline_s = baseline_s
        self._logs: dict[Kind, _Series] = {}
        self._levels: dict[Kind, float] = {}
        self._scales = tuple(_Scale(*scale) for scale in SCALES)
        self._first_s: float | None = None
        self._updated_s = -math.inf
        self._motion = 0.0

    @property
    def motion(self) -> float:
        """The rise over the threshold, at the scale that shows most; 1.0 and more is motion."""
        return self._motion

    @property
    def rise(self) -> float:
        """Mean log-size of the last half second above the baseline; 0.1 is 10 % more bytes."""
        return self._scales[0].rise

    @property
    def is_ready(self) -> bool:
        """Whether there is a baseline to compare with."""
        return bool(self._levels) and math.isfinite(self._scales[0].spread)

    def take(self, packet: EncodedPacket, *, is_quiet: bool) -> float:
        """Take the next packet in decoding order.

        Args:
            packet: The packet.
            is_quiet: Nothing is known to move, so it may shape the baseline.

        Returns:
            ``motion``; 0.0 while there is no baseline.
        """
        now_s = packet.media_s
        if self._first_s is None:
            self._first_s = now_s
        kind = self._kinds.of(packet)
        if kind is not None:
            log = math.log(len(packet.data.rstrip(_FILLER)) + _SOFT_BYTES)
            self._measure(now_s, kind, log, is_quiet=is_quiet)
        if now_s - self._updated_s >= _UPDATE_S:
            self._update(now_s)
        return self._motion

    def adopt(self) -> None:
        """Take the present level for the usual one: it rose, and nothing was seen to move."""
        self._logs.clear()
        self._levels.clear()
        for scale in self._scales:
            scale.forget()
        self._first_s = None
        self._motion = 0.0

    def _measure(self, now_s: float, kind: Kind, log: float, *, is_quiet: bool) -> None:
        if is_quiet:
            self._logs.setdefault(kind, _Series()).append(now_s, log)
        level = self._levels.get(kind)
        if level is None:
            return
        for scale in self._scales:
            scale.take(now_s, log - level, is_quiet=is_quiet)
        if self._first_s is not None and now_s - self._first_s >= LEARN_S:
            self._motion = max(0.0, *(scale.rise / scale.threshold for scale in self._scales))

    def _update(self, now_s: float) -> None:
        self._updated_s = now_s
        horizon_s = now_s - self._baseline_s
        for kind, logs in self._logs.items():
            logs.drop_before(horizon_s)
            if len(logs.values) >= _MIN_PER_KIND:
                self._levels[kind] = median(logs.values)
        for scale in self._scales:
            scale.update(horizon_s)
