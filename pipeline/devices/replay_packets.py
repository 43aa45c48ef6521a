"""What ONVIF's replay writes into each packet: when the picture was taken, and where footage ends.

ONVIF Streaming Specification, "RTP header extension": profile 0xABAC (0xABAD with that of JPEG
behind it), an absolute time as of NTP, and flags.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PROFILES = frozenset({0xABAC, 0xABAD})
_WORDS = 3
_NTP_EPOCH_S = 2_208_988_800
_HAS_EXTENSION, _CSRC_COUNT, _VERSION = 0x10, 0x0F, 0x80
_END, _DISCONTINUITY, _TERMINAL = 0x40, 0x20, 0x10
_MARKER = 0x80
CLOCK_HZ = 90_000
"""Of every payload of pictures."""


@dataclass(frozen=True, slots=True)
class ReplayedPacket:
    """An RTP packet of a replay.

    Attributes:
        stamp: RTP time of its picture, in ticks of ``CLOCK_HZ``; wraps at 32 bits.
        is_last_of_picture: The picture is whole with it.
        taken_s: When its picture was taken, by the device's clock; None when it does not say.
        is_end: The last one before a gap, or of all.
        is_after_break: Something is missing before it.
    """

    stamp: int
    is_last_of_picture: bool
    taken_s: float | None = None
    is_end: bool = False
    is_after_break: bool = False


def replayed(data: bytes) -> ReplayedPacket | None:
    """Read a packet; None when it is none of RTP."""
    if len(data) < 12 or data[0] & 0xC0 != _VERSION:
        return None
    stamp = int.from_bytes(data[4:8], "big")
    is_last = bool(data[1] & _MARKER)
    at = 12 + 4 * (data[0] & _CSRC_COUNT)
    if not data[0] & _HAS_EXTENSION or len(data) < at + 4 + 4 * _WORDS:
        return ReplayedPacket(stamp, is_last)
    profile, words, seconds, fraction, flags = struct.unpack_from(">HHIIB", data, at)
    if profile not in _PROFILES or words < _WORDS:
        return ReplayedPacket(stamp, is_last)
    return ReplayedPacket(
        stamp,
        is_last,
        taken_s=seconds - _NTP_EPOCH_S + fraction / 2**32,
        is_end=bool(flags & (_END | _TERMINAL)),
        is_after_break=bool(flags & _DISCONTINUITY),
    )


def ticks_between(earlier: int, later: int) -> int:
    """From one RTP time to another, negative when it goes back; both wrap at 32 bits."""
    return (later - earlier + 2**31) % 2**32 - 2**31
