"""Photographs that were sent are decoded a few at a time, whatever they are of."""

from __future__ import annotations

from api.kit.pools import Pool
from api.orders.photographs import Photograph, encode_anew, encode_drawing

BINARY = {"schema": {"type": "string", "format": "binary"}}
"""What the description says of a body of bytes."""
_AT_ONCE = 2
"""Photographs that lie decoded in memory together."""
_decoding = Pool("photograph", _AT_ONCE)


async def decode(sent: bytes) -> Photograph:
    """Make a photograph of what was sent.

    Raises:
        BadPhotographError: If it cannot be one.
    """
    return await _decoding.run(encode_anew, sent)


async def decode_drawing(sent: bytes) -> Photograph:
    """Make a picture of something drawn that was sent.

    Raises:
        BadPhotographError: If it cannot be one.
    """
    return await _decoding.run(encode_drawing, sent)
