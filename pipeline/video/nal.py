"""H.264 and H.265 bytes in their two dresses, and what must be known of them.

MP4 files hold NAL units behind their length, with the parameter sets apart (avcC, hvcC); RTSP and
transport streams hold them behind start codes (Annex B), with the parameter sets in the stream or
in the session description. A clip must come out right from either, so the clip writer turns all
into Annex B with the parameter sets at its head, which FFmpeg's MP4 muxer turns into avcC. FFmpeg's
own ``h264_mp4toannexb`` filter wants a stream object; we keep bytes only (``sources/base.py``).

Layouts: ISO/IEC 14496-15 §5.3.3.1 (avcC) and §8.3.3.1 (hvcC).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

START_CODE = b"\x00\x00\x00\x01"
BROWSER_H264_PROFILES = frozenset({66, 77, 88, 100})
"""Baseline, Main, Extended, High: 8 bits, 4:2:0."""

_H264_SPS, _H264_PPS = 7, 8
_HEVC_VPS, _HEVC_SPS, _HEVC_PPS = 32, 33, 34
_H264_SLICES, _H264_IDR = range(1, 6), (5,)
_HEVC_SLICES, _HEVC_IDR = range(32), (19, 20)


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """Decoder configuration of one stream.

    Attributes:
        length_size: Bytes of each NAL unit's length field; 0 when the stream is Annex B.
        units: The parameter sets without start code, in order; empty when they come in the stream.
    """

    length_size: int
    units: tuple[bytes, ...]

    def annexb(self) -> bytes:
        """The parameter sets behind start codes."""
        return b"".join(START_CODE + unit for unit in self.units)


def read_parameter_sets(codec: str, extradata: bytes) -> ParameterSets:
    """What ``StreamInfo.extradata`` says.

    Args:
        codec: ``h264`` or ``hevc``; of another codec nothing is known.
        extradata: avcC, hvcC, Annex B or empty.
    """
    if codec not in ("h264", "hevc") or not extradata:
        return ParameterSets(0, ())
    if extradata[0] != 1:
        wanted = _parameter_types(codec)
        return ParameterSets(
            0, tuple(u for u in annexb_units(extradata) if unit_type(codec, u) in wanted)
        )
    try:
        return _read_avcc(extradata) if codec == "h264" else _read_hvcc(extradata)
    except IndexError:
        return ParameterSets(4, ())


def annexb_units(data: bytes) -> Iterator[bytes]:
    """The NAL units between start codes."""
    at = data.find(b"\x00\x00\x01")
    while at >= 0:
        begin = at + 3
        at = data.find(b"\x00\x00\x01", begin)
        unit = data[begin : at if at >= 0 else len(data)]
        # The zero before a four-byte start code, and trailing zeros, belong to no unit.
        unit = unit.rstrip(b"\x00")
        if unit:
            yield unit


def length_prefixed_units(data: bytes, length_size: int) -> Iterator[bytes]:
    """The NAL units behind length fields; a field that reaches past the end ends it."""
    at = 0
    while at + length_size <= len(data):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if size == 0 or at + size > len(data):
            return
        yield data[at : at + size]
        at += size


def unit_type(codec: str, unit: bytes) -> int:
    """The NAL unit's type; -1 of an empty one."""
    if not unit:
        return -1
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def to_annexb(codec: str, data: bytes, sets: ParameterSets, *, with_parameters: bool) -> bytes:
    """One access unit as Annex B.

    Args:
        codec: ``h264`` or ``hevc``.
        data: The packet as its container delivered it.
        sets: The stream's configuration.
        with_parameters: Put the parameter sets first unless the packet brings its own; so for
            keyframes.
    """
    if sets.length_size:
        units = length_prefixed_units(data, sets.length_size)
        data = b"".join(START_CODE + unit for unit in units)
    if with_parameters and sets.units and not carries_parameter_sets(codec, data):
        data = sets.annexb() + data
    return data


def carries_parameter_sets(codec: str, annexb: bytes) -> bool:
    """Whether an Annex B access unit brings its sequence parameter set."""
    sps = _H264_SPS if codec == "h264" else _HEVC_SPS
    at = annexb.find(b"\x00\x00\x01")
    while 0 <= at < len(annexb) - 3:
        if unit_type(codec, annexb[at + 3 : at + 4]) == sps:
            return True
        at = annexb.find(b"\x00\x00\x01", at + 3)
    return False


def begins_anew(codec: str, data: bytes, length_size: int) -> bool:
    """Whether no picture from this one on leans on any before it (an IDR picture).

    A keyframe need not be one: pictures may follow a recovery point or a CRA picture that do.

    Args:
        codec: Of another one than ``h264`` and ``hevc`` the answer is no.
        data: The access unit.
        length_size: Bytes of each NAL unit's length field; 0 for start codes.
    """
    if codec not in ("h264", "hevc"):
        return False
    slices, idr = (_H264_SLICES, _H264_IDR) if codec == "h264" else (_HEVC_SLICES, _HEVC_IDR)
    units = length_prefixed_units(data, length_size) if length_size else annexb_units(data)
    types = (unit_type(codec, unit) for unit in units)
    return next((kind for kind in types if kind in slices), -1) in idr


def h264_profile(sets: ParameterSets, keyframe_annexb: bytes = b"") -> int | None:
    """``profile_idc`` of the first sequence parameter set found; ``None`` without one."""
    for unit in (*sets.units, *annexb_units(keyframe_annexb)):
        if unit_type("h264", unit) == _H264_SPS and len(unit) > 1:
            return unit[1]
    return None


def _parameter_types(codec: str) -> frozenset[int]:
    if codec == "h264":
        return frozenset({_H264_SPS, _H264_PPS})
    return frozenset({_HEVC_VPS, _HEVC_SPS, _HEVC_PPS})


def _read_avcc(data: bytes) -> ParameterSets:
    units: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = data[at] & mask
        at += 1
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return ParameterSets((data[4] & 3) + 1, tuple(units))


def _read_hvcc(data: bytes) -> ParameterSets:
    units: list[bytes] = []
    at = 23
    for _ in range(data[22]):
        kind = data[at] & 0x3F
        count = int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            if kind in (_HEVC_VPS, _HEVC_SPS, _HEVC_PPS):
                units.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    return ParameterSets((data[21] & 3) + 1, tuple(units))
