"""What every video source is to the rest of the worker.

A source hands out *packets*, never pictures: a quiet camera must not be decoded in full.
Everything a decoder or a clip writer needs travels in ``StreamInfo`` (codec,
time base, out-of-band configuration) and in the packets' bytes, so that nothing of FFmpeg's own
objects leaves the thread that reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from pipeline.core.packets import EncodedPacket, StreamInfo


class PacketSource(Protocol):
    """One camera or recording, read once: ``open``, ``packets``, ``close``.

    A source is not opened twice; after an error or an end a new one is made.
    """

    @property
    def is_live(self) -> bool:
        """Whether time passes without us: a camera, not a recording."""

    @property
    def info(self) -> StreamInfo:
        """What the stream says of itself; raises ``RuntimeError`` before ``open``."""

    def open(self) -> StreamInfo:
        """Connect and learn what comes.

        Raises:
            SourceError: With the reason; its text is redacted.
        """

    def packets(self) -> Iterator[EncodedPacket]:
        """The packets in decoding order until the end or ``close``.

        Raises:
            SourceError: When the stream cannot be read on.
        """

    def gather(self, seconds: float) -> None:
        """Nobody hurries: packets may come so many seconds late, several at once.

        Waking for every packet of a camera costs as much as reading it.

        Args:
            seconds: 0 for each as it comes, as in the beginning.
        """

    def close(self) -> None:
        """End it, from any thread, also while another one waits in ``open`` or ``packets``."""
