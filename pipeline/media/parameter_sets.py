"""What a sequence parameter set means for a file: the kind of pictures that follow.

Some encoders write it anew for every GOP, with another bit rate or other timing in it, though
nothing changes for whoever decodes.

Layouts: ITU-T H.264 §7.3.2.1.1, H.265 §7.3.2.2.1 and §7.3.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PictureForm = tuple[object, ...]
"""Profile, chroma format, bit depths, size and cropping; equal for sets of the same pictures."""

_UNITS = re.compile(rb"\x00\x00\x01")
_SEQUENCE = {"h264": 7, "hevc": 33}
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_MOST_ZEROS = 32


class _Bits:
    """Reads an RBSP; past its end it raises ``IndexError``."""

    def __init__(self, unit: bytes) -> None:
        data = unit.replace(b"\x00\x00\x03", b"\x00\x00")  # emulation prevention
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """Unsigned, of so many bits."""
        if count > self._left:
            raise IndexError("the parameter set is cut off")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """Unsigned Exp-Golomb."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise IndexError("no number of a parameter set")
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        """Signed Exp-Golomb."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def picture_form(codec: str, annexb_sets: bytes) -> PictureForm:
    """What the pictures behind these parameter sets are like.

    Args:
        codec: ``h264`` or ``hevc``.
        annexb_sets: Parameter sets behind start codes.

    Returns:
        Of sets that cannot be read, their bytes: then any other spelling is another form.
    """
    read = _h264 if codec == "h264" else _hevc
    try:
        return tuple(read(_Bits(unit)) for unit in _sequences(codec, annexb_sets))
    except IndexError:
        return (annexb_sets,)


def _sequences(codec: str, annexb: bytes) -> Iterator[bytes]:
    starts = [match.end() for match in _UNITS.finditer(annexb)]
    for at, following in zip(starts, [*starts[1:], len(annexb) + 3], strict=True):
        unit = annexb[at : following - 3].rstrip(b"\x00")
        kind = unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F
        if kind == _SEQUENCE[codec]:
            yield unit


def _h264(bits: _Bits) -> PictureForm:
    bits.take(8)
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma, depths = 1, (0, 0)
    if profile in _WITH_CHROMA:
        chroma = bits.ue()
        if chroma == 3:
            bits.take(1)
        depths = bits.ue(), bits.ue()
        bits.take(1)
        if bits.take(1):
            for number in range(8 if chroma != 3 else 12):
                if bits.take(1):
                    _skip_scaling_list(bits, 16 if number < 6 else 64)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.take(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()
    bits.take(1)
    width, height = bits.ue(), bits.ue()
    is_progressive = bits.take(1)
    if not is_progressive:
        bits.take(1)
    bits.take(1)
    return profile, chroma, depths, width, height, is_progressive, _cropping(bits)


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _hevc(bits: _Bits) -> PictureForm:
    bits.take(16 + 4)
    layers = bits.take(3)
    bits.take(1)
    profile = bits.take(8)
    bits.take(80 + 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.take(1)
    width, height = bits.ue(), bits.ue()
    return profile, chroma, width, height, _cropping(bits), bits.ue(), bits.ue()


def _cropping(bits: _Bits) -> PictureForm:
    return tuple(bits.ue() for _ in range(4)) if bits.take(1) else ()
