"""Byte ranges of one file (RFC 9110 §14), as a video player asks for them.

One range is honoured; several at once, another unit or a malformed header are ignored, which
the standard allows, and the whole file is answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from api.kit.errors import ApiError

_ONE_RANGE = re.compile(r"^bytes=\s*(\d{0,19})-(\d{0,19})\s*$", re.ASCII)


class BadRangeError(ApiError):
    """A byte range outside the file."""

    code = "bad_range"
    status = 416
    title = "Range not satisfiable"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes ``start`` to ``stop`` - 1."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.stop - self.start


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The one range a header asks for; ``None`` when the whole file is the answer.

    >>> parse_range("bytes=2-", 10)
    ByteRange(start=2, stop=10)
    >>> parse_range("bytes=-3", 10)
    ByteRange(start=7, stop=10)

    Raises:
        BadRangeError: If it lies outside the file.
    """
    match = _ONE_RANGE.match(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        length = min(int(last), size_bytes)
        start, stop = size_bytes - length, size_bytes
    else:
        start = int(first)
        stop = size_bytes if last == "" else min(int(last) + 1, size_bytes)
        if last != "" and int(last) < start:
            return None
    if start >= size_bytes or start >= stop:
        raise BadRangeError(headers={"Content-Range": f"bytes */{size_bytes}"})
    return ByteRange(start, stop)
