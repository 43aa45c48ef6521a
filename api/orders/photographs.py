"""Makes a photograph out of whatever bytes somebody sent.

What is kept is encoded anew from the pixels: no metadata (the place where it was taken, the phone,
a preview from before it was cropped) and nothing that was hidden before or behind the picture.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from api.orders.errors import BadPhotographError

MAX_BYTES = 10 * 1024 * 1024
"""Of what is sent."""
MAX_PIXELS = 50_000_000
"""Of what is sent; decoded it takes three bytes each."""
LONGEST_PX = 2048
"""Longer side of a photograph that is kept; a label on a shelf is still read."""
_DRAWING_PX = 3072
"""Longer side of a drawing that is kept: on A4 some 260 pixels an inch, for its small words."""
_JPEG_QUALITY = 85
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif")


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph as it is kept.

    Attributes:
        jpeg: Its bytes.
        width: In pixels.
        height: In pixels.
    """

    jpeg: bytes
    width: int
    height: int


def encode_anew(sent: bytes) -> Photograph:
    """Decode a JPEG or PNG, turn it upright, make it no larger than needed, and encode it.

    Raises:
        BadPhotographError: If it is neither, has too many pixels, or cannot be decoded.
    """
    width, height = _size(sent)
    return _encode(_decode(sent, width, height, cv2.IMREAD_COLOR), LONGEST_PX)


def encode_drawing(sent: bytes) -> Photograph:
    """The same of something drawn: a WebP too, larger, and on white where it lets through.

    Raises:
        BadPhotographError: If it is none of the three, has too many pixels, or cannot be decoded.
    """
    width, height = _webp_size(sent) if _is_webp(sent) else _size(sent)
    # Only what is read with its transparency is known to have any; a JPEG says how it is turned.
    how = cv2.IMREAD_COLOR if sent.startswith(b"\xff\xd8") else cv2.IMREAD_UNCHANGED
    return _encode(_decode(sent, width, height, how), _DRAWING_PX)


def _decode(sent: bytes, width: int, height: int, how: int) -> NDArray[Any]:
    if width * height > MAX_PIXELS:
        raise _refusal("too_many_pixels", f"{width} × {height} pixels")
    try:
        picture = cv2.imdecode(np.frombuffer(sent, np.uint8), how)
    except cv2.error as error:
        raise _refusal("broken", "it cannot be decoded") from error
    if picture is None or picture.shape[0] * picture.shape[1] != width * height:
        raise _refusal("broken", "it cannot be decoded")
    return picture


def _encode(picture: NDArray[Any], longest_px: int) -> Photograph:
    height, width = picture.shape[:2]
    scale = longest_px / max(width, height)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    picture = _on_white(picture)
    is_encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert is_encoded, "a decoded picture can be encoded"
    return Photograph(jpeg.tobytes(), picture.shape[1], picture.shape[0])


def _on_white(picture: NDArray[Any]) -> NDArray[Any]:
    """Eight bits a channel and no transparency, which JPEG does not have."""
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.ndim == 2 or picture.shape[2] != 4:
        return picture
    opacity = picture[:, :, 3:].astype(np.uint16)
    mixed = picture[:, :, :3] * opacity + 255 * (255 - opacity)
    return (mixed // 255).astype(np.uint8)


def _refusal(why: str, detail: str) -> BadPhotographError:
    return BadPhotographError(detail, params={"why": why})


def _size(sent: bytes) -> tuple[int, int]:
    """Width and height as the header says, before a single pixel is decoded."""
    if sent.startswith(b"\xff\xd8\xff"):
        return _jpeg_size(sent)
    if sent.startswith(b"\x89PNG\r\n\x1a\n") and sent[12:16] == b"IHDR" and len(sent) >= 24:
        if b"IEND" not in sent[-4096:] and b"IEND" not in sent:
            raise _refusal("broken", "the picture ends early")
        return struct.unpack(">II", sent[16:24])
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIF_BRANDS:
        raise _refusal("heic", "HEIC and AVIF are not taken")
    if b"<svg" in sent[:4096].lower():
        raise _refusal("svg", "a drawing is no photograph")
    raise _refusal("not_a_photograph", "neither JPEG nor PNG")


def _is_webp(sent: bytes) -> bool:
    return sent[:4] == b"RIFF" and sent[8:12] == b"WEBP"


def _webp_size(sent: bytes) -> tuple[int, int]:
    """From the header of the first chunk (RFC 9649)."""
    kind, head = sent[12:16], sent[20:30]
    if len(head) < 10 or int.from_bytes(sent[4:8], "little") + 8 > len(sent):
        raise _refusal("broken", "the picture ends early")
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L" and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise _refusal("broken", "it has no frame header")


def _jpeg_size(sent: bytes) -> tuple[int, int]:
    """From the frame header (ITU-T T.81 B.2.2)."""
    for marker, at, length in _jpeg_segments(sent):
        if marker in _START_OF_FRAME and length >= 7:
            height, width = struct.unpack(">HH", sent[at + 3 : at + 7])
            # Decoders fill with grey what did not arrive: no evidence of anything.
            if b"\xff\xd9" not in sent[at + length :]:
                raise _refusal("broken", "the picture ends early")
            return width, height
    raise _refusal("broken", "it has no frame header")


def _jpeg_segments(sent: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, beginning of the length field and length of each segment before the pixels."""
    at = 2
    while at + 4 <= len(sent) and sent[at] == 0xFF:
        marker = sent[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        length = int.from_bytes(sent[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(sent):
            return
        yield marker, at + 2, length
        at += 2 + length
