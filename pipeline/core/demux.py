"""A container's packets, read as far as somebody wants them, and ended by hand.

A generator of PyAV that is dropped half-way does not clean up after itself as one of Python's does:
its finally clause never runs, and with it stays FFmpeg's packet. 150 bytes are little, but lie
scattered, and each keeps a page of 4 kB from being given back: what a camera that reconnects all
day leaves behind is megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Generator

    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

    AnyStream = TypeVar("AnyStream", bound=Stream)


@contextmanager
def demuxed(
    container: InputContainer, *streams: AnyStream
) -> Iterator[Iterator[Packet[AnyStream]]]:
    """The packets of some streams in the order of the file; nothing is left behind.

    Use::

        with demuxed(container, video) as packets:
            for packet in packets:
                ...
    """
    packets = cast("Generator[Packet[AnyStream]]", container.demux(*streams))
    try:
        yield packets
    finally:
        packets.close()
