"""Dahua's DHAV container, written for tests: FFmpeg reads it and writes it not.

Each picture is a chunk: a header of 24 bytes and its extension, the bytes, and a tail of 8.
"""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from pathlib import Path

import av

_KEYFRAME, _PICTURE = 0xFD, 0xFC
_H264, _FPS, _SIZE = 0x2, 0x81, 0x82


def write_dav(film: Path, target: Path, start: datetime, fps: int) -> Path:
    """Copy a film of H.264 in Annex B (``.ts``) into a ``.dav``."""
    chunks = []
    with av.open(str(film)) as container:
        width, height = container.streams.video[0].width, container.streams.video[0].height
        for number, packet in enumerate(p for p in container.demux(video=0) if p.size):
            at = start + timedelta(seconds=number / fps)
            date = at.second | at.minute << 6 | at.hour << 12 | at.day << 17
            date |= at.month << 22 | (at.year - 2000) << 26
            extension = struct.pack("<BBBB", _FPS, 0, _H264, fps)
            extension += struct.pack("<BBBBHH", _SIZE, 0, 0, 0, width, height)
            length = 24 + len(extension) + packet.size + 8
            kind = _KEYFRAME if packet.is_keyframe else _PICTURE
            head = struct.pack("<4sBBBBIII", b"DHAV", kind, 0, 0, 0, number, length, date)
            head += struct.pack("<HBB", number * 1000 // fps % 65535, len(extension), 0)
            tail = struct.pack("<4sI", b"dhav", length)
            chunks.append(head + extension + bytes(packet) + tail)
    target.write_bytes(b"".join(chunks))
    return target
