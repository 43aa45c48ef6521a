"""Films for the benchmarks' cameras: 1080p, 25 pictures a second, 4 Mbit/s, from the street video.

Made once and kept under ``var/cache/bench``. A film is an H.264 byte stream (``.h264``) and what is
needed to send it picture by picture (``.json``). The busy one is made again at 640 x 360, as the
substream of the same camera. As cameras are set: no B-frames, a constant rate
(VBV of one second, no filler), a keyframe every two seconds; a plain x264 stream otherwise. The
quiet film is the street without its people under sensor noise, new in each picture, so that its
packets are as large as those of the busy one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import av
import numpy as np
from bench_material import GOP_S, SensorNoise, Yuv

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "cache" / "bench"
WIDTH, HEIGHT, FPS = 1920, 1080, 25
BITS_A_SECOND = 4_000_000
SUB_SIZE = (640, 360)
SUB_BITS_A_SECOND = 512_000
QUIET_S, BUSY_S = 30.0, 40.0
_CROP_TOP, _CROP_HEIGHT = 96, 432
"""16:9 of the street video's 768 x 576; people walk in these rows."""
_STREET_FPS = 10
_MEDIAN_STEP = 16
WALKER = (224, 0, 416, 240)
"""Left, top, right, bottom in the cut picture: one person walks here alone, 84 pixels high, from
the ``_WALKER_FROM``-th picture of the street video for ten seconds. On the right there always are
people: everything from ``_OTHERS_LEFT`` on."""
CUT_SIZE = (768, _CROP_HEIGHT)
_WALKER_FROM, _WALKER_PICTURES = 358, 107
_OTHERS_LEFT = 480
EVENTS, EVENT_S = 4, 4.0
_FIRST_EVENT_S = 5.0
QUIET_BETWEEN_S, ACTIVE_BETWEEN_S = 24.7, 12.7
"""No multiple of the keyframe interval, so that people come at any moment of it."""
_SEED = 20
_VERSION = 1
"""Raised whenever the films change, so that old ones are not taken again."""

Say = Callable[[str, float], None]
"""Told what is being made, and how far it is, 0–1."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film as the camera server reads it.

    Attributes:
        path: The byte stream.
        sizes: Bytes of each picture, in order.
        fps: Pictures a second.
        marks: Pictures in which something is shown that the benchmark waits for.
    """

    path: Path
    sizes: tuple[int, ...]
    fps: int
    marks: tuple[int, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of one round."""
        return len(self.sizes) / self.fps

    @property
    def mbit_s(self) -> float:
        """Mean rate."""
        return sum(self.sizes) * 8 / self.seconds / 1e6


def street_video() -> Path:
    """The demo's street video, fetched once.

    Raises:
        subprocess.CalledProcessError: It cannot be had; the script said why on standard error.
    """
    answer = subprocess.run(
        [ROOT / "scripts" / "fetch_demo_video"], stdout=subprocess.PIPE, text=True, check=True
    )
    return ROOT / answer.stdout.strip().splitlines()[-1]


def quiet_film(say: Say) -> Film:
    """The empty street under sensor noise."""
    count = round(QUIET_S * FPS)
    return _made("quiet", lambda: _repeated(_enlarged(empty_street()), count), count, say)


def busy_film(say: Say) -> Film:
    """The street with its people, who walk all the time."""
    count = round(BUSY_S * FPS)
    return _made("busy", lambda: map(_enlarged, smooth(street(), count)), count, say)


def busy_substream_film(say: Say) -> Film:
    """The same street, small, as the camera's second stream."""
    count = round(BUSY_S * FPS)
    return _made(
        "busy-substream",
        lambda: (_enlarged(picture, *SUB_SIZE) for picture in smooth(street(), count)),
        count,
        say,
        rate=SUB_BITS_A_SECOND,
    )


def event_film(say: Say, *, is_active: bool) -> Film:
    """Somebody appears now and then, walks for ``EVENT_S`` seconds and is gone; each a mark.

    Args:
        say: Told how far it is.
        is_active: Other people are in another part of the picture all the time; else nobody is.
    """
    between_s = ACTIVE_BETWEEN_S if is_active else QUIET_BETWEEN_S
    count = round(EVENTS * between_s * FPS)
    starts = [round((_FIRST_EVENT_S + n * between_s) * FPS) for n in range(EVENTS)]
    return _made(
        "events-active" if is_active else "events-quiet",
        lambda: map(_enlarged, _with_events(count, starts, is_active=is_active)),
        count,
        say,
        tuple(starts),
    )


def _with_events(count: int, starts: Sequence[int], *, is_active: bool) -> Iterator[Yuv]:
    empty = empty_street()
    walker = walk()
    others = smooth(street(), count) if is_active else None
    length = round(EVENT_S * FPS)
    shift = (len(walker) - round(EVENT_S * _STREET_FPS)) // max(1, len(starts) - 1)
    for number in range(count):
        picture = empty.copy()
        if others is not None:
            paste(picture, next(others), (_OTHERS_LEFT, 0, *CUT_SIZE))
        for event, start in enumerate(starts):
            if start <= number < start + length:
                place = event * shift + (number - start) * _STREET_FPS // FPS
                paste(picture, walker[place], WALKER)
        yield picture


def walk() -> list[Yuv]:
    """The ten seconds of the street video in which one person walks alone in ``WALKER``."""
    return list(islice(street(), _WALKER_FROM, _WALKER_FROM + _WALKER_PICTURES))


def paste(onto: Yuv, other: Yuv, box: tuple[int, int, int, int]) -> None:
    """Copy a part of one picture into another.

    Args:
        onto: Planar 4:2:0, changed.
        other: The same size.
        box: Left, top, right, bottom in pixels, all even.
    """
    height, width = onto.shape[0] * 2 // 3, onto.shape[1]
    left, top, right, bottom = box
    onto[top:bottom, left:right] = other[top:bottom, left:right]
    half = (2, height // 2, width // 2)
    rows, columns = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
    onto[height:].reshape(half)[:, rows, columns] = other[height:].reshape(half)[:, rows, columns]


def _made(
    name: str,
    pictures: Callable[[], Iterator[Yuv]],
    count: int,
    say: Say,
    marks: tuple[int, ...] = (),
    rate: int = BITS_A_SECOND,
) -> Film:
    path = CACHE / f"{name}-v{_VERSION}.h264"
    facts = path.with_suffix(".json")
    if not facts.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        sizes = _encode(path, pictures(), rate, lambda done: say(name, done / count))
        film = Film(path, sizes, FPS, marks)
        part = facts.with_suffix(".part")
        part.write_text(json.dumps({**asdict(film), "path": path.name}), "utf-8")
        part.replace(facts)
    return read_film(path)


def read_film(path: Path) -> Film:
    """A film that was made."""
    facts = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Film(path, tuple(facts["sizes"]), facts["fps"], tuple(facts["marks"]))


def street() -> Iterator[Yuv]:
    """The street video's pictures, cut to 16:9; planar 4:2:0 of 768 x 432."""
    with av.open(f"file:{street_video()}") as container:
        for frame in container.decode(video=0):
            yield _cut(np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8), frame.width)


def empty_street() -> Yuv:
    """The street without its people: the median of its pictures over time."""
    kept = [picture for i, picture in enumerate(street()) if i % _MEDIAN_STEP == 0]
    return np.asarray(np.median(np.stack(kept), axis=0), np.uint8)


def smooth(pictures: Iterator[Yuv], count: int) -> Iterator[Yuv]:
    """``count`` pictures at ``FPS`` from ``_STREET_FPS``: neighbours blended, none repeated."""
    before = next(pictures)
    after = next(pictures)
    at = 0
    for number in range(count):
        place = number * _STREET_FPS / FPS
        while int(place) > at:
            before, after = after, next(pictures)
            at += 1
        share = np.float32(place - int(place))
        yield (before + (after.astype(np.float32) - before) * share).astype(np.uint8)


def _repeated(picture: Yuv, count: int) -> Iterator[Yuv]:
    for _ in range(count):
        yield picture


def _cut(yuv: Yuv, width: int) -> Yuv:
    height = yuv.shape[0] * 2 // 3
    luma = yuv[_CROP_TOP : _CROP_TOP + _CROP_HEIGHT]
    half = height // 2, width // 2
    chroma = yuv[height:].reshape(2, *half)[:, _CROP_TOP // 2 : (_CROP_TOP + _CROP_HEIGHT) // 2]
    return np.concatenate([luma, chroma.reshape(-1, width)])


def _enlarged(yuv: Yuv, width: int = WIDTH, height: int = HEIGHT) -> Yuv:
    frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    large = frame.reformat(width=width, height=height, interpolation="BICUBIC")
    return np.asarray(large.to_ndarray(), np.uint8)


def _encode(
    path: Path, pictures: Iterator[Yuv], bits_a_second: int, say: Callable[[int], None]
) -> tuple[int, ...]:
    first = next(pictures)
    height, width = first.shape[0] * 2 // 3, first.shape[1]
    noise = SensorNoise(height, width, 2.0, _SEED)
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    context.gop_size = round(GOP_S * FPS)
    context.thread_count = 2
    rate = str(bits_a_second)
    context.options = {
        **{"preset": "veryfast", "tune": "zerolatency", "bf": "0", "sc_threshold": "0"},
        **{"b": rate, "maxrate": rate, "bufsize": rate, "x264-params": "sliced-threads=0"},
    }
    sizes: list[int] = []
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        for number, picture in enumerate(chain([first], pictures)):
            frame = av.VideoFrame.from_ndarray(noise.onto(picture, height), format="yuv420p")
            frame.pts = number
            packets = context.encode(frame)
            for packet in packets:
                sizes.append(out.write(bytes(packet)))
            say(number + 1)
        for packet in context.encode(None):
            sizes.append(out.write(bytes(packet)))
    part.replace(path)
    return tuple(sizes)
