"""P-frame sizes as a free motion signal: what moves costs the encoder bits.

An encoder predicts a still scene from the picture before and spends bits on what it could not
predict. Reading a packet's length costs nothing, so a quiet camera can be watched without decoding
(DESIGN §1). The lengths must be compared with what is usual for this camera now: sensor noise, night
and quality settings move the level by orders of magnitude, and B-frames, hierarchical P-frames and
the first frames of a GOP each have a level of their own.

So every packet is measured against the median log-size of its kind over the last tens of seconds.
What a camera clock drawn into the picture costs once a second is an outlier in time and goes in a
median over half a second; what moves stays. How far that median wanders by itself is measured too
(MAD), and only what rises clearly above both counts.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from pipeline.core.packets import EncodedPacket

BASELINE_S = 40.0
"""Tens of seconds: long enough for a median that a passer-by does not move, short enough to follow
dusk, which takes minutes."""
SMOOTH_S = 0.5
"""A drawn clock changes one packet a second, so the median of half a second never sees it, while a
person needs longer than this to cross any picture."""
MIN_RISE = 0.10
"""Least rise of the log-size that can mean motion (+10 %); below lies the wandering of an encoder's
rate control."""
DEVIATIONS = 6.0
"""Rise in robust standard deviations: the half-second median of a still scene stays within 4 over
hours (Gaussian: one false alarm in 500 million), and its tails are heavier than Gaussian."""
LEARN_S = 8.0
"""Before so much of the stream was seen there is no baseline and no opinion."""

_UPDATE_S = 1.0
_SOFT_BYTES = 64.0
"""Added to each size: a skipped frame has 30 bytes, and 60 is not "twice as much motion"."""
_MIN_PER_KIND = 5
_SIGMA_PER_MAD = 1.4826
_H264_CODECS = ("h264",)

Kind = tuple[int, int, bool]


class PacketKinds:
    """Tells apart the packets whose sizes cannot be compared.

    A kind is: the reference bits of the NAL header (H.264 ``nal_ref_idc``, H.265 unit type and
    temporal layer), the place behind the keyframe as far as it matters (first, second, later), and
    whether the picture is shown before one already sent (a B-frame).

    Args:
        codec: FFmpeg's name; of others than ``h264`` and ``hevc`` the header is not read.
        length_size: Bytes of each NAL unit's length field, 0 for start codes.
    """

    def __init__(self, codec: str, length_size: int) -> None:
        self._codec = codec
        self._length_size = length_size
        self._place = 0
        self._max_pts: int | None = None

    def of(self, packet: EncodedPacket) -> Kind | None:
        """The packet's kind; None of a keyframe, whose size says what the scene *is*."""
        is_late = self._max_pts is not None and packet.pts < self._max_pts
        self._max_pts = packet.pts if self._max_pts is None else max(self._max_pts, packet.pts)
        if packet.is_keyframe:
            self._place = 0
            return None
        self._place += 1
        return min(self._place, 3), self._header(packet.data), is_late

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


class SizeSignal:
    """How far the packet sizes of the last half second lie above this camera's usual.

    Args:
        kinds: Tells the packets apart.
        baseline_s: Seconds the baseline remembers.
    """

    def __init__(self, kinds: PacketKinds, baseline_s: float = BASELINE_S) -> None:
        self._kinds = kinds
        self._baseline_s = baseline_s
        self._logs: dict[Kind, deque[tuple[float, float]]] = {}
        self._levels: dict[Kind, float] = {}
        self._recent: deque[tuple[float, float]] = deque()
        self._rises: deque[tuple[float, float]] = deque()
        self._centre = 0.0
        self._spread = math.inf
        self._first_s: float | None = None
        self._updated_s = -math.inf
        self._rise = 0.0

    @property
    def rise(self) -> float:
        """Log-size of the last half second above the baseline; 0.1 is 10 % more bytes."""
        return self._rise

    @property
    def threshold(self) -> float:
        """The rise from which on it is motion; infinite before anything is known."""
        return max(MIN_RISE, DEVIATIONS * self._spread)

    def take(self, packet: EncodedPacket, *, is_quiet: bool) -> float:
        """Take the next packet in decoding order.

        Args:
            packet: The packet.
            is_quiet: Nothing is known to move, so it may shape the baseline.

        Returns:
            The rise over the threshold: 1.0 and more is motion; 0.0 while there is no baseline.
        """
        kind = self._kinds.of(packet)
        now_s = packet.media_s
        if self._first_s is None:
            self._first_s = now_s
        if kind is None:
            return self._answer(now_s)
        log = math.log(len(packet.data) + _SOFT_BYTES)
        if is_quiet:
            self._logs.setdefault(kind, deque()).append((now_s, log))
        level = self._levels.get(kind)
        if level is not None:
            self._recent.append((now_s, log - level))
            while self._recent[0][0] < now_s - SMOOTH_S:
                self._recent.popleft()
            rises = sorted(rise for _, rise in self._recent)
            self._rise = rises[len(rises) // 2] - self._centre
            if is_quiet:
                self._rises.append((now_s, self._rise + self._centre))
        if now_s - self._updated_s >= _UPDATE_S:
            self._update(now_s)
        return self._answer(now_s)

    def adopt(self) -> None:
        """Take the present level for the usual one: it rose and nothing was seen to move."""
        self._logs.clear()
        self._rises.clear()
        self._recent.clear()
        self._levels.clear()
        self._spread = math.inf
        self._rise = 0.0
        self._first_s = None

    def _answer(self, now_s: float) -> float:
        if self._first_s is None or now_s - self._first_s < LEARN_S or not self._recent:
            return 0.0
        return max(0.0, self._rise / self.threshold)

    def _update(self, now_s: float) -> None:
        self._updated_s = now_s
        horizon_s = now_s - self._baseline_s
        for kind, logs in self._logs.items():
            # What was quiet long ago is still the best guess while something moves.
            while len(logs) > _MIN_PER_KIND and logs[0][0] < horizon_s:
                logs.popleft()
            if len(logs) >= _MIN_PER_KIND:
                self._levels[kind] = float(np.median([log for _, log in logs]))
        while len(self._rises) > _MIN_PER_KIND and self._rises[0][0] < horizon_s:
            self._rises.popleft()
        if len(self._rises) >= 4 * _MIN_PER_KIND:
            rises = np.array([rise for _, rise in self._rises])
            self._centre = float(np.median(rises))
            self._spread = _SIGMA_PER_MAD * float(np.median(np.abs(rises - self._centre)))
