"""Pictures in the dress the segment's muxer wants: Annex B, with the parameter sets at the head.

FFmpeg's MP4 muxer builds avcC and hvcC from the first packet when it is given no extradata, and
PyAV offers no way to give any to a stream that is only muxed. So every segment's first packet
brings its parameter sets, and length-prefixed pictures (from files) get start codes. Rooms do not
import each other, hence not ``pipeline.video.nal``.

Layouts: ISO/IEC 14496-15 §5.3.3.1 (avcC) and §8.3.3.1 (hvcC); NAL types: H.264 table 7-1,
H.265 table 7-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.core.packets import StreamInfo

CODECS = frozenset({"h264", "hevc"})
_START = b"\x00\x00\x00\x01"
_UNITS = re.compile(rb"\x00\x00\x01")
_SETS_WITHIN = 65536
"""Bytes of a keyframe before its picture; what lies beyond is not searched."""
_SETS = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}
_SEQUENCE = {"h264": 7, "hevc": 33}
_PICTURE = {"h264": range(1, 6), "hevc": range(32)}


@dataclass(frozen=True, slots=True)
class Dress:
    """How one stream's packets come.

    Attributes:
        codec: ``h264`` or ``hevc``.
        length_size: Bytes before each NAL unit; 0 when there are start codes.
        sets: Out-of-band parameter sets in Annex B; ``b""`` when they come in the stream.
    """

    codec: str
    length_size: int
    sets: bytes

    @classmethod
    def of(cls, info: StreamInfo) -> Dress:
        """What the stream's configuration says; nonsense counts as nothing said."""
        data = info.extradata
        if info.codec not in CODECS or len(data) < 7 or data[0] != 1:
            return cls(info.codec, 0, _only_sets(info.codec, data))
        try:
            units, size = _avcc(data) if info.codec == "h264" else _hvcc(data)
        except IndexError:
            return cls(info.codec, 4, b"")
        return cls(info.codec, size, b"".join(_START + unit for unit in units))

    def annexb(self, data: bytes) -> bytes:
        """One picture with start codes."""
        if not self.length_size:
            return data
        out = bytearray()
        at = 0
        while at + self.length_size <= len(data):
            size = int.from_bytes(data[at : at + self.length_size], "big")
            at += self.length_size
            if size == 0 or at + size > len(data):
                break
            out += _START
            out += data[at : at + size]
            at += size
        return bytes(out)

    def in_band_sets(self, annexb: bytes) -> bytes:
        """The parameter sets a picture brings, in Annex B; ``b""`` without a sequence's."""
        return _only_sets(self.codec, annexb, needs_sequence=True)


def _only_sets(codec: str, annexb: bytes, *, needs_sequence: bool = False) -> bytes:
    wanted = _SETS.get(codec)
    if wanted is None:
        return b""
    found = bytearray()
    has_sequence = False
    match = _UNITS.search(annexb, 0, _SETS_WITHIN)
    while match is not None and match.end() < len(annexb):
        start = match.end()
        kind = annexb[start] & 0x1F if codec == "h264" else (annexb[start] >> 1) & 0x3F
        if kind in _PICTURE[codec]:
            break  # parameter sets come before the picture
        match = _UNITS.search(annexb, start, _SETS_WITHIN)
        if kind in wanted:
            end = match.start() if match is not None else len(annexb)
            found += _START + annexb[start:end].rstrip(b"\x00")
            has_sequence |= kind == _SEQUENCE[codec]
    return bytes(found) if has_sequence or not needs_sequence else b""


def _avcc(data: bytes) -> tuple[list[bytes], int]:
    units = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = data[at] & mask
        at += 1
        for _ in range(count):
            size = data[at] << 8 | data[at + 1]
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return units, (data[4] & 3) + 1


def _hvcc(data: bytes) -> tuple[list[bytes], int]:
    units = []
    at = 23
    for _ in range(data[22]):
        kind, count = data[at] & 0x3F, data[at + 1] << 8 | data[at + 2]
        at += 3
        for _ in range(count):
            size = data[at] << 8 | data[at + 1]
            if kind in _SETS["hevc"]:
                units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return units, (data[21] & 3) + 1
