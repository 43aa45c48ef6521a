"""What happens to packets before they are sent: copied where the browser plays them, else made
small and few, as far as the box may.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.contract import VideoCodec, ViewOrder, ViewTrouble
from pipeline.core.errors import SourceError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.live.config import LiveConfig
from pipeline.live.fragments import FRAGMENT_S, Fragmenter, LivePart
from pipeline.live.transcode import Transcoder
from pipeline.video.remux import is_browser_playable


class PathMaker:
    """Chooses between copying and transcoding; all views of a box share one.

    Args:
        config: How many may be transcoded.
    """

    def __init__(self, config: LiveConfig) -> None:
        self._may_transcode = config.max_transcodes > 0
        self._transcodes = threading.BoundedSemaphore(max(1, config.max_transcodes))

    def make(
        self,
        order: ViewOrder,
        info: StreamInfo,
        keyframe: EncodedPacket,
        fragment_s: float = FRAGMENT_S,
    ) -> ViewPath:
        """The path of a stream that begins with that keyframe."""
        if is_browser_playable(info, keyframe) or (
            info.codec == VideoCodec.HEVC and VideoCodec.HEVC in order.accepts
        ):
            return ViewPath(info, fragment_s=fragment_s)
        if not self._may_transcode or not self._transcodes.acquire(blocking=False):
            return ViewPath(info, trouble=ViewTrouble.BUSY)
        return ViewPath(info, release=self._transcodes.release, fragment_s=fragment_s)


class ViewPath:
    """What happens to one connection's packets before they are sent.

    Args:
        info: The connection's stream.
        release: Called once at the end of a transcoded path; without it packets are copied.
        trouble: Why nothing can be sent.
        fragment_s: Length of a part.
    """

    def __init__(
        self,
        info: StreamInfo,
        *,
        release: Callable[[], None] | None = None,
        trouble: ViewTrouble | None = None,
        fragment_s: float = FRAGMENT_S,
    ) -> None:
        self.info = info
        self.trouble = trouble
        self.is_transcoded = release is not None
        self._release = release
        self._transcoder: Transcoder | None = None
        self._fragmenter: Fragmenter | None = None
        if trouble is not None:
            return
        try:
            if release is not None:
                self._transcoder = Transcoder(info)
                info = self._transcoder.info
            self._fragmenter = Fragmenter(info, fragment_s)
        except SourceError:
            self.close()
            self.trouble = ViewTrouble.UNPLAYABLE

    def add(self, packet: EncodedPacket) -> list[LivePart]:
        """Take a packet; answers the parts that became complete."""
        assert self._fragmenter is not None, "a path in trouble takes nothing"
        try:
            packets = [packet] if self._transcoder is None else self._transcoder.add(packet)
            return [part for each in packets for part in self._fragmenter.add(each)]
        except SourceError:
            self.trouble = ViewTrouble.UNPLAYABLE
            return []

    def finish(self) -> list[LivePart]:
        """The last part, which is shorter; nothing may be added after it."""
        fragmenter, self._fragmenter = self._fragmenter, None
        try:
            return [] if fragmenter is None else fragmenter.close()
        except SourceError:
            return []

    def close(self) -> None:
        """Give back what it holds; more than once does no harm."""
        if self._transcoder is not None:
            self._transcoder.close()
            self._transcoder = None
        if self._release is not None:
            self._release()
            self._release = None
