"""How several cameras share one answer to a browser.

A browser opens at most six connections to one HTTP/1.1 server. A wall of nine cameras with a
request each would starve itself and the rest of the console, so one answer carries them all, as
frames: 1 byte kind, 1 byte channel, 2 bytes zero, 4 bytes length (big endian), then the payload.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum

_HEAD = struct.Struct(">BBHI")


class FrameKind(IntEnum):
    """What a frame's payload is.

    ``ALIVE``: nothing; sent while nothing else is, so that both ends notice a dead connection.
    ``STATE``: JSON, how the channel stands. ``INIT``: 2 bytes length of a JSON head (camera, MIME
    type), the head, then an MP4's ``ftyp`` and ``moov``. ``MEDIA``: one ``moof`` with its ``mdat``.
    """

    ALIVE = 0
    STATE = 1
    INIT = 2
    MEDIA = 3


def frame(kind: FrameKind, channel: int, payload: bytes = b"") -> bytes:
    """One frame.

    >>> frame(FrameKind.MEDIA, 2, b"ab").hex()
    '03020000000000026162'
    """
    return _HEAD.pack(kind, channel, 0, len(payload)) + payload


def state_frame(channel: int, state: Mapping[str, int | str | None]) -> bytes:
    """How a channel stands."""
    return frame(FrameKind.STATE, channel, json.dumps(state).encode())


def init_payload(
    camera_key: int,
    mime: str,
    init: bytes,
    *,
    is_transcoded: bool,
    from_at: datetime | None = None,
) -> bytes:
    """What an ``INIT`` frame carries.

    Args:
        camera_key: The camera's number.
        mime: Type of the stream, with its codec.
        init: ``ftyp`` and ``moov``.
        is_transcoded: Not the camera's own pictures.
        from_at: Of what was recorded, when its first picture was.
    """
    head: dict[str, int | str | bool] = {
        "camera_key": camera_key,
        "mime": mime,
        "is_transcoded": is_transcoded,
    }
    if from_at is not None:
        head["from_at"] = from_at.isoformat()
    told = json.dumps(head).encode()
    return struct.pack(">H", len(told)) + told + init
