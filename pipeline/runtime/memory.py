"""What keeps a worker's memory flat over weeks: how it is given out and back, how garbage is found.

A worker has several threads for each camera, and packets, pictures and decoders change hands
between them. Left alone, glibc gives every thread an arena of its own, up to eight for each core.
What one thread allocates and another frees goes back to the first one's arena, so each of them
grows to the most that any camera ever needed, in holes that no other can use. And Python looks for
old cyclic garbage only when a quarter of all objects is new since the last time: beside the
libraries' hundreds of thousands of objects, hardly ever.
"""

from __future__ import annotations

import ctypes
import gc
import os

ARENAS = 2
"""Measured with six cameras, a fault of each every quarter of a minute: without a limit 187 MB in
arenas after five minutes, 84 of them free, and growing; with it 131 MB after two minutes, 30 of
them free, and no growth. Threads wait for each other little: most allocate under Python's lock.
"""
TRIM_EVERY_S = 30.0
_M_ARENA_MAX = -8


def limit_arenas() -> bool:
    """Share few arenas among all threads; to be called before there are any.

    Returns:
        False where there is nothing to limit, because the C library is not glibc, or where somebody
        has decided otherwise with ``MALLOC_ARENA_MAX``.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    libc = _glibc()
    return libc is not None and bool(libc.mallopt(_M_ARENA_MAX, ARENAS))


def settle() -> None:
    """What is loaded by now stays: the collector need not look at it, nor count it, ever again."""
    gc.collect()
    gc.freeze()
    gc.collect()  # only a full collection sets the number that a quarter is taken of


class Trim:
    """Gives pages that nobody uses any more back to the system, twice a minute.

    Even two arenas fill with holes, a little more each time a camera comes back. In a soak of 16
    cameras what was used stayed at 170 MB while the holes grew from 20 to 60 in ten minutes. Giving
    150 MB back takes some 20 ms of CPU.
    """

    def __init__(self) -> None:
        self._trim = None if (libc := _glibc()) is None else libc.malloc_trim
        self._at_s = 0.0

    def tend(self, now_s: float) -> bool:
        """Trim if it is time.

        Args:
            now_s: Monotonic.

        Returns:
            Whether something was given back.
        """
        if self._trim is None or now_s < self._at_s:
            return False
        self._at_s = now_s + TRIM_EVERY_S
        return bool(self._trim(0))


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is the one all this is about."""
    try:
        libc = ctypes.CDLL(None)
    except OSError:
        return None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
