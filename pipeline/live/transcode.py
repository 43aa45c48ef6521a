"""Pictures small and few, for browsers that do not play what the camera sends.

All of it must be decoded, so a box allows only a few of these at once.
"""

from __future__ import annotations

from fractions import Fraction

import av
import av.error
from av.video.reformatter import VideoReformatter

from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.decoder import Decoder
from pipeline.video.picture import AvPicture, limited_yuv420p, tag_colours

MAX_WIDTH = 640
MAX_FPS = 10.0
_GOP_S = 2.0
_TIME_BASE = Fraction(1, 90_000)


class Transcoder:
    """One connection's packets as H.264, at most 640 pixels wide and 10 pictures a second.

    Args:
        info: The stream.

    Raises:
        SourceError: UNDECODABLE, without a decoder for the codec.
    """

    def __init__(self, info: StreamInfo) -> None:
        shown_width, shown_height = info.display.size(info.width, info.height)
        scale = min(1.0, MAX_WIDTH / max(1, shown_width))
        width = max(2, round(shown_width * scale / 2) * 2)
        height = max(2, round(shown_height * scale / 2) * 2)
        self.info = StreamInfo("h264", width, height, MAX_FPS, _TIME_BASE, b"")
        self._decoder = Decoder(info, "live view")
        self._reformatter = VideoReformatter()
        self._last_s = float("-inf")
        self._last_pts = -1
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = width, height
        context.pix_fmt = "yuv420p"
        context.time_base = _TIME_BASE
        context.framerate = Fraction(round(MAX_FPS))
        context.gop_size = round(MAX_FPS * _GOP_S)
        context.max_b_frames = 0
        context.thread_count = 1
        context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "28"}
        self._context = context

    def add(self, packet: EncodedPacket) -> list[EncodedPacket]:
        """Take the next packet in decoding order; answers those that became ready.

        Raises:
            SourceError: UNDECODABLE.
        """
        return [made for frame in self._decoder.decode(packet) for made in self._encode(frame)]

    def close(self) -> None:
        """Give back the decoder's memory."""
        self._decoder.close()

    def _encode(self, frame: Frame) -> list[EncodedPacket]:
        time = frame.time
        if time.media_s - self._last_s < 0.9 / MAX_FPS:
            return []
        self._last_s = time.media_s
        picture = frame.picture
        assert isinstance(picture, AvPicture)  # the decoder's own
        scaled = limited_yuv420p(
            self._reformatter,
            picture.av_frame,
            self.info.width,
            self.info.height,
            picture.display,
        )
        if self._last_pts < 0:
            tag_colours(self._context, scaled)
        pts = max(self._last_pts + 1, round(time.media_s / _TIME_BASE))
        self._last_pts = pts
        scaled.pts, scaled.time_base = pts, _TIME_BASE
        try:
            encoded = self._context.encode(scaled)
        except av.error.FFmpegError as error:
            raise SourceError(
                SourceReason.UNDECODABLE,
                f"the picture could not be encoded ({error.strerror})",
                where="live view",
            ) from error
        return [
            EncodedPacket(
                data=bytes(made),
                pts=made.pts if made.pts is not None else pts,
                dts=made.dts if made.dts is not None else pts,
                is_keyframe=made.is_keyframe,
                media_s=time.media_s,
                utc_s=time.utc_s,
                received_mono_ns=0,
            )
            for made in encoded
        ]
