"""Videos to measure with: an evaluation clip between quiet minutes, encoded as a camera does.

The clips of the data folder show what is to be seen and little else; a school's camera shows an
empty yard most of the day. So each clip is set between minutes of its own emptiest scene (the
picture, or the median of its pictures over time, in which the detector sees least) under a noise
like a sensor's, which is new in each picture and grows with the brightness, and encoded anew: with
constant quality (CRF) and with strictly constant rate (CBR), no B-frames, a keyframe every two
seconds, as cameras are set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS_PER_PIXEL = 4e6 / (1920 * 1080 * 25)
"""The 1080p25 camera of 4 Mbit/s that all figures are given for."""
NOISE_SIGMA = 2.0
"""Grey levels at mid brightness: a 1/2.8" sensor indoors at moderate gain."""
GOP_S = 2.0
_MEDIAN_PICTURES = 25
_NOISE_PLANES = 7

Yuv = NDArray[np.uint8]


class Rate(StrEnum):
    """How the encoder spends its bits."""

    CRF = "crf"
    CBR = "cbr"


@dataclass(frozen=True, slots=True)
class Padded:
    """A clip with its quiet minutes.

    Attributes:
        path: The encoded file.
        clip: Where it came from.
        rate: How it was encoded.
        clip_from_s: Media time of the clip's first picture.
        duration_s: Of the whole file.
    """

    path: Path
    clip: Path
    rate: Rate
    clip_from_s: float
    duration_s: float


class SensorNoise:
    """Noise with the same seed for the same file; each picture gets another cut of few planes."""

    def __init__(self, height: int, width: int, sigma: float, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        shape = (_NOISE_PLANES, height + 64, width + 64)
        self._planes = self._random.normal(0.0, sigma, shape).astype(np.float32)

    def onto(self, yuv: Yuv, height: int) -> Yuv:
        """A noisy copy of a planar 4:2:0 picture; the brightness plane only."""
        width = yuv.shape[1]
        plane = self._planes[self._random.integers(_NOISE_PLANES)]
        y, x = self._random.integers(0, 64, 2)
        luma = yuv[:height].astype(np.float32)
        luma += plane[y : y + height, x : x + width] * (0.5 + luma / 255.0)
        noisy = yuv.copy()
        noisy[:height] = np.clip(luma, 16, 235).astype(np.uint8)
        return noisy


def pad(
    clip: Path,
    folder: Path,
    rate: Rate,
    quiet_s: float,
    crowd: Callable[[Yuv], float],
    *,
    sigma: float = NOISE_SIGMA,
) -> Padded:
    """Set a clip between two stretches of its empty scene.

    Args:
        clip: The clip.
        folder: Where the result goes; one that is already there is taken again.
        rate: How to encode.
        quiet_s: Seconds before and seconds after.
        crowd: How much is to be seen in a picture.
        sigma: Noise, grey levels.
    """
    fps, pictures = _pictures(clip)
    seed = int.from_bytes(hashlib.sha256(clip.name.encode()).digest()[:4], "big")
    path = folder / f"{clip.stem}-{rate}-{quiet_s:g}s.mp4"
    total = 2 * round(quiet_s * fps) + pictures
    padded = Padded(path, clip, rate, round(quiet_s * fps) / float(fps), total / float(fps))
    if path.exists():
        return padded
    empty = _empty_scene(clip, pictures, crowd)
    height, width = empty.shape[0] * 2 // 3, empty.shape[1]
    noise = SensorNoise(height, width, sigma, seed)
    part = path.with_suffix(".part")
    with av.open(f"file:{part}", "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264",
            rate=fps,
            width=width,
            height=height,
            options=_options(rate, width, height, fps),
        )
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = round(GOP_S * fps)
        for picture in _padded_pictures(clip, empty, round(quiet_s * fps)):
            frame = av.VideoFrame.from_ndarray(noise.onto(picture, height), format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.rename(path)
    return padded


def _options(rate: Rate, width: int, height: int, fps: Fraction) -> dict[str, str]:
    options = {"preset": "veryfast", "bf": "0", "sc_threshold": "0", "tune": "zerolatency"}
    if rate is Rate.CRF:
        return {**options, "crf": "25"}
    bits = str(round(width * height * float(fps) * BITS_PER_PIXEL))
    return {
        **options,
        "b": bits,
        "minrate": bits,
        "maxrate": bits,
        "bufsize": str(int(bits) // 2),
        "x264-params": "nal-hrd=cbr",
    }


def _padded_pictures(clip: Path, empty: Yuv, count: int) -> Iterator[Yuv]:
    for _ in range(count):
        yield empty
    yield from _decoded(clip)
    for _ in range(count):
        yield empty


def _pictures(clip: Path) -> tuple[Fraction, int]:
    with av.open(f"file:{clip}") as container:
        stream = container.streams.video[0]
        fps = Fraction(stream.average_rate or 25).limit_denominator(1001)
        return fps, sum(1 for packet in container.demux(stream) if packet.size)


def _decoded(clip: Path) -> Iterator[Yuv]:
    with av.open(f"file:{clip}") as container:
        for frame in container.decode(video=0):
            width, height = frame.width // 2 * 2, frame.height // 2 * 2
            scaled = frame.reformat(width=width, height=height, format="yuv420p")
            yield np.asarray(scaled.to_ndarray(), dtype=np.uint8)


def _empty_scene(clip: Path, pictures: int, crowd: Callable[[Yuv], float]) -> Yuv:
    step = max(1, pictures // _MEDIAN_PICTURES)
    kept = [p for i, p in enumerate(_decoded(clip)) if i % step == 0][:_MEDIAN_PICTURES]
    median = np.asarray(np.median(np.stack(kept), axis=0), np.uint8)
    return min([median, *kept], key=crowd)
