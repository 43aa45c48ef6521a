"""Small camera streams for the gate's tests: a textured wall, noise, a clock, and what moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.core.packets import EncodedPacket, StreamInfo

WIDTH, HEIGHT = 320, 192
FPS = 10
GOP = 20
Picture = NDArray[np.uint8]
EPOCH_S = 1_700_000_000.0


@dataclass(frozen=True)
class Scene:
    """What the camera sees; all moments in seconds.

    Attributes:
        visits: (from, to) in which a block walks through the picture.
        noise: Grey levels.
        clock: A drawn clock that changes each second.
        light: Brightness factor by time.
    """

    visits: tuple[tuple[float, float], ...] = ()
    noise: float = 2.0
    clock: bool = False
    light: Callable[[float], float] = lambda _: 1.0

    def picture(self, t_s: float) -> Picture:
        """The grey picture at a moment."""
        luma = wall() * self.light(t_s)
        for start_s, end_s in self.visits:
            if start_s <= t_s < end_s:
                x = int((t_s - start_s) / (end_s - start_s) * (WIDTH - 24))
                luma[70:150, x : x + 24] = _coat() * self.light(t_s)
        if self.clock:
            digits = np.random.default_rng(int(t_s)).integers(0, 2, (6, 20)) * 235
            luma[8:20, 8:48] = np.kron(digits, np.ones((2, 2)))
        random = np.random.default_rng(round(t_s * 1000))
        luma = luma + random.normal(0.0, self.noise, luma.shape) if self.noise else luma
        return np.clip(luma, 16, 235).astype(np.uint8)


def wall() -> NDArray[np.float64]:
    """A background with large and small structure."""
    random = np.random.default_rng(7)
    coarse = np.kron(random.uniform(60, 190, (12, 20)), np.ones((16, 16)))
    return np.asarray(coarse + random.normal(0, 6, (HEIGHT, WIDTH)), np.float64)


def _coat() -> NDArray[np.float64]:
    coat = np.kron(np.random.default_rng(3).uniform(20, 230, (20, 6)), np.ones((4, 4)))
    return np.asarray(coat, np.float64)


def info(codec: str = "h264") -> StreamInfo:
    """Of every stream made here."""
    return StreamInfo(codec, WIDTH, HEIGHT, float(FPS), Fraction(1, FPS), b"")


def encoded(
    scene: Scene, seconds: float, *, bits: int | None = None, b_frames: int = 0, gop: int = GOP
) -> list[EncodedPacket]:
    """The scene through libx264: constant quality, or a strictly constant rate of ``bits``/s."""
    options = {"preset": "ultrafast", "sc_threshold": "0", "x264-params": "sliced-threads=0"}
    if bits is None:
        options["crf"] = "23"
    else:
        rate = str(bits)
        options |= {"b": rate, "minrate": rate, "maxrate": rate, "bufsize": str(bits // 4)}
        options["x264-params"] += ":nal-hrd=cbr"
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.gop_size, encoder.max_b_frames = gop, b_frames
    encoder.thread_count = 1
    encoder.options = options
    chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    packets = []
    for index in range(round(seconds * FPS)):
        planes = np.concatenate([scene.picture(index / FPS), chroma])
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [_packet(p) for p in packets]


def _packet(packet: av.Packet[Any]) -> EncodedPacket:
    assert packet.pts is not None
    assert packet.dts is not None
    media_s = packet.pts / FPS
    return EncodedPacket(
        bytes(packet), packet.pts, packet.dts, packet.is_keyframe, media_s, EPOCH_S + media_s, 0
    )


def dummy(index: int, size: int, *, keyframe: bool | None = None, gop: int = GOP) -> EncodedPacket:
    """A packet of a given size that nobody will decode."""
    is_keyframe = index % gop == 0 if keyframe is None else keyframe
    media_s = index / FPS
    data = b"\x00\x00\x00\x01" + (b"\x65" if is_keyframe else b"\x41") + b"\x55" * max(0, size - 5)
    return EncodedPacket(data, index, index, is_keyframe, media_s, EPOCH_S + media_s, 0)
