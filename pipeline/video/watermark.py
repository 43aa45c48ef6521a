"""Words over a copy of footage: for whom it was made and why, on every picture of it.

The words stand three times across the picture, half transparent: they cannot be cut off at an
edge, and what they cover, a camera's own clock for instance, stays readable. The letters come with
OpenCV (its built-in Unicode font has Chinese), so a box needs no font of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import av
import av.error
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Stream
from av.video.reformatter import VideoReformatter

from pipeline.core.demux import demuxed
from pipeline.core.errors import ConfigError, EvidenceError
from pipeline.video.encoder import H264Encoder
from pipeline.video.picture import limited_yuv420p

Progress: TypeAlias = Callable[[float, float], None]
"""Told seconds done and seconds in all."""

_OPTION = "--watermark"
_LONGEST = 120
_FONT = "uni"
_SHARE_OF_HEIGHT = 18  # 60 pixels at 1080p
_SMALLEST_PX = 8
_LINE = 1.3
_WIDTH_SHARE = 0.92
_HEIGHT_SHARE = 0.9
_OPACITY = 0.6
_WHITE, _BLACK, _GREY = 235, 16, 128  # of limited-range YUV
# Sharper than a transcoded clip: somebody may have to recognise a face in it.
_CRF, _PRESET = 20, "veryfast"

_Bytes: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
_Shares: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def _unheard(done_s: float, total_s: float) -> None:
    """Nobody waits."""


class Watermark:
    """Words fit to be drawn.

    Args:
        text: One line of at most 120 characters.
        progress: Told how far the encoding is.

    Raises:
        ConfigError: It is empty, too long, more than a line, or has characters without a letter.
    """

    def __init__(self, text: str, progress: Progress = _unheard) -> None:
        self._progress = progress
        self.text = text.strip()
        self._font = _font()
        if not self.text:
            raise _refused("the text is empty", "Write for whom the copy is made, and why")
        if len(self.text) > _LONGEST:
            raise _refused(
                f"the text has {len(self.text)} characters, {_LONGEST} at most fit",
                "Shorten it",
            )
        hidden = [c for c in self.text if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"]
        if hidden:
            raise _refused(
                f"the text has a character that cannot be seen (U+{ord(hidden[0]):04X})",
                "Write it on one line, without control characters",
            )
        missing = [c for c in dict.fromkeys(self.text) if not self._has(c)]
        if missing:
            raise _refused(
                f"no letter can be drawn for {' '.join(missing)}",
                "Write the name with other characters, or in Latin letters",
            )

    def stamp(self, width: int, height: int) -> Stamp:
        """The words laid out for pictures of that size.

        Raises:
            ConfigError: They do not fit.
        """
        size = max(_SMALLEST_PX, round(height / _SHARE_OF_HEIGHT))
        while True:
            lines = self._wrapped(size, width * _WIDTH_SHARE)
            block = len(lines) * size * _LINE
            if lines and block <= height * _HEIGHT_SHARE:
                break
            if size == _SMALLEST_PX:
                raise _refused(
                    f"the text does not fit a picture of {width} x {height}", "Shorten it"
                )
            size = max(_SMALLEST_PX, round(size * 0.8))
        ink = np.zeros((height, width), np.uint8)
        places = (1, 3, 5) if 3 * block <= height * _HEIGHT_SHARE else (3,)
        for place in places:
            top = height * place / 6 - block / 2
            for number, line in enumerate(lines):
                free = width * _WIDTH_SHARE - self._width(line, size)
                left = round(width * (1 - _WIDTH_SHARE) / 2 + free * (place - 1) / 4)
                base = round(top + (number + 0.8) * size * _LINE)
                cv2.putText(ink, line, (left, base), 255, self._font, size)
        return Stamp(ink, round(max(1, size / 14)))

    def rework(self, copy: Path, out: Path, metadata: Mapping[str, str]) -> int:
        """Encode an MP4 again as H.264 with the words on every picture, each at its own time.

        Args:
            copy: The MP4; it is not changed.
            out: The new one.
            metadata: What the new one says of itself.

        Returns:
            How many pictures are left out because they cannot be decoded.

        Raises:
            ConfigError: The words do not fit the picture.
            EvidenceError: No picture can be decoded.
            OSError: A file cannot be read or written (``av.error.FFmpegError`` is raised too).
        """
        reformatter = VideoReformatter()
        packets = pictures = 0
        end_s = 0.0
        with av.open(f"file:{copy}") as container:
            video = container.streams.video[0]
            video.thread_type = "AUTO"
            total_s = float((video.duration or 0) * (video.time_base or 0))
            width, height = (max(2, side // 2 * 2) for side in (video.width, video.height))
            stamp = self.stamp(width, height)
            fps = float(video.guessed_rate or 0)
            sound = next(iter(container.streams.audio), None)
            wanted = (video,) if sound is None else (video, sound)
            with (
                H264Encoder(
                    out,
                    width,
                    height,
                    fps,
                    preset=_PRESET,
                    crf=_CRF,
                    metadata=metadata,
                    sound=sound,
                ) as encoder,
                demuxed(container, *wanted) as coming,
            ):
                for packet in coming:
                    if isinstance(packet.stream, AudioStream):
                        if packet.size:
                            encoder.add_sound(packet)
                        continue
                    packets += packet.size > 0
                    for frame in _decoded(packet):
                        if frame.pts is None:
                            continue
                        at_s = float(frame.pts * (frame.time_base or 0))
                        duration_s = float((frame.duration or 0) * (frame.time_base or 0))
                        end_s = max(end_s, at_s + duration_s)
                        encoder.write(
                            stamp.drawn(limited_yuv420p(reformatter, frame, width, height)), at_s
                        )
                        pictures += 1
                        self._progress(at_s, total_s)
                if not pictures:
                    raise EvidenceError(
                        "no picture of this time can be decoded",
                        where=metadata.get("title", ""),
                        remedy="Leave the watermark out: pictures are then copied as they are",
                    )
                encoder.finish(end_s)
        self._progress(total_s, total_s)
        return max(0, packets - pictures)

    def _wrapped(self, size: int, room: float) -> list[str]:
        """Lines that fit, broken at a space where there is one; none if a letter does not fit."""
        lines: list[str] = []
        rest = self.text
        while rest:
            length = len(rest)
            while length and self._width(rest[:length], size) > room:
                length -= 1
            if not length:
                return []
            if length < len(rest) and " " in rest[:length].strip():
                length = rest[:length].rindex(" ") + 1
            lines.append(rest[:length].strip())
            rest = rest[length:].lstrip()
        return lines

    def _width(self, text: str, size: int) -> int:
        far = (1 << 20, 1 << 10)
        return int(cv2.getTextSize(far, text, (0, 0), self._font, size)[2])

    def _has(self, character: str) -> bool:
        # OpenCV draws a question mark for what its font lacks, and says nothing.
        if character == "?":
            return True
        return not np.array_equal(self._drawn(character), self._drawn("?"))

    def _drawn(self, character: str) -> _Bytes:
        ink = np.zeros((64, 96), np.uint8)
        cv2.putText(ink, character, (16, 44), 255, self._font, 32)
        return ink


class Stamp:
    """The words for one size of picture.

    Args:
        ink: (height, width), 255 where a letter is; both sides even.
        halo_px: Width of the dark line around letters.
    """

    def __init__(self, ink: _Bytes, halo_px: int) -> None:
        around = cv2.dilate(ink, np.ones((2 * halo_px + 1,) * 2, np.uint8))
        share = np.maximum(ink, around).astype(np.float32) * (_OPACITY / 255)
        tone = _BLACK + ink.astype(np.float32) * ((_WHITE - _BLACK) / 255)
        height, width = ink.shape
        half = cv2.resize(share, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        grey = np.full(half.size, _GREY, np.float32)
        shares = np.concatenate([share.ravel(), half.ravel(), half.ravel()])
        tones = np.concatenate([tone.ravel(), grey, grey])
        self._where = np.flatnonzero(shares)
        self._keep: _Shares = (1 - shares[self._where]).astype(np.float32)
        self._add: _Shares = (shares * tones)[self._where].astype(np.float32)

    def drawn(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A new frame with the words, of the same colours; in 4:2:0 and limited range."""
        planes = np.asarray(frame.to_ndarray(), np.uint8)
        self.draw(planes)
        new = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        new.colorspace, new.color_range = frame.colorspace, frame.color_range
        new.color_primaries, new.color_trc = frame.color_primaries, frame.color_trc
        return new

    def draw(self, picture: _Bytes) -> None:
        """Draw onto a picture in 4:2:0, its planes one behind the other; it is changed."""
        flat = picture.reshape(-1)
        flat[self._where] = np.rint(flat[self._where] * self._keep + self._add).astype(np.uint8)


def _decoded(packet: av.Packet[Stream]) -> list[av.VideoFrame]:
    """Its pictures; none when the decoder refuses it."""
    try:
        return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
    except av.error.InvalidDataError:
        return []


def _font() -> cv2.FontFace:
    font = cv2.FontFace()
    if not font.set(_FONT):
        raise _refused(
            "this build of OpenCV has no font with Chinese letters",
            "Install the opencv-python-headless wheel, version 5 or newer, in place of it",
        )
    return font


def _refused(what: str, remedy: str) -> ConfigError:
    return ConfigError(what, where=_OPTION, remedy=remedy)
