"""Small films for the recorder's tests, made once a run."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import av
import numpy as np

from pipeline.core.packets import EncodedPacket, StreamInfo

WIDTH, HEIGHT = 64, 48


@cache
def folder() -> Path:
    """Where films are kept; a killed child process uses its parent's."""
    given = os.environ.get("MINGAN_TEST_FILMS")
    if given:
        return Path(given)
    made = mkdtemp(prefix="mingan-films-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


@cache
def film(
    seconds: float,
    *,
    fps: int = 5,
    codec: str = "libx264",
    gop: int = 5,
    suffix: str = ".mp4",
    b_frames: int = 0,
    movflags: str = "",
    width: int = WIDTH,
) -> Path:
    """A film of so many seconds; the same arguments give the same file, so copy it."""
    name = f"{seconds}-{fps}-{codec}-{gop}-{b_frames}-{movflags}-{width}{suffix}"
    path = folder() / name.replace("+", "_")
    if path.is_file():
        return path
    options = {"preset": "ultrafast" if not b_frames else "veryfast"}
    if codec == "libx265":
        options["x265-params"] = "log-level=none:pools=none:frame-threads=1"
    container_options = {"movflags": movflags} if movflags else {}
    with av.open(str(path), "w", options=container_options) as container:
        stream = container.add_stream(codec, rate=fps, options=options, width=width, height=HEIGHT)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        stream.codec_context.max_b_frames = b_frames
        rng = np.random.default_rng(7)
        for index in range(round(seconds * fps)):
            picture = rng.integers(0, 255, (HEIGHT * 3 // 2, width), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def put(path: Path, seconds: float, **how: object) -> Path:
    """Copy a film to where a recorder would have written it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(film(seconds, **how), path)  # type: ignore[arg-type]
    return path


@dataclass(frozen=True)
class Stream:
    """A film as packets on their way to the recorder."""

    info: StreamInfo
    packets: tuple[EncodedPacket, ...]

    def at(self, utc_s: float, media_s: float = 0.0) -> Iterator[EncodedPacket]:
        """The packets as if the first one arrived at that moment."""
        ticks = round(media_s / self.info.time_base)
        for packet in self.packets:
            yield EncodedPacket(
                data=packet.data,
                pts=packet.pts + ticks,
                dts=packet.dts + ticks,
                is_keyframe=packet.is_keyframe,
                media_s=packet.media_s + media_s,
                utc_s=utc_s + packet.media_s,
                received_mono_ns=0,
            )


@cache
def stream(seconds: float, **how: object) -> Stream:
    """A film's packets; Annex B from ``.ts``, length-prefixed from ``.mp4``."""
    path = film(seconds, **how)  # type: ignore[arg-type]
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        base = Fraction(video.time_base)
        info = StreamInfo(
            codec=context.name,
            width=context.width,
            height=context.height,
            fps=float(video.average_rate or 0),
            time_base=base,
            extradata=bytes(context.extradata or b""),
        )
        raw = [p for p in container.demux(video) if p.size]
        first = raw[0].pts
        packets = tuple(
            EncodedPacket(
                data=bytes(p),
                pts=p.pts,
                dts=p.dts,
                is_keyframe=p.is_keyframe,
                media_s=float((p.pts - first) * base),
                utc_s=0.0,
                received_mono_ns=0,
            )
            for p in raw
        )
    return Stream(info, packets)


def decoded(path: Path) -> list[float]:
    """Seconds of each picture of a file, decoded."""
    with av.open(str(path)) as container:
        return [float(frame.time or 0) for frame in container.decode(video=0)]
