"""``scripts/bench ingest``: how many RTSP cameras one core watches and records.

1080p25 H.264 at 4 Mbit/s, a keyframe every two seconds, over loopback from GStreamer's rtsp-server.
A quiet scene under sensor noise (idle) and a street on which people walk all the time (busy) go
through the real worker with gate, picture diagnosis, recording to disk, model and rules; the busy
one also with a substream of 640 x 360, which is analysed while the large stream is recorded. In the
same run, on the same streams: an older build of ours (``--against COMMIT``, with its own command
centre), every picture decoded with our decoder and no more, and Debian's daemon ``motion`` with its
packaged settings, without recording. The figures are CPU seconds of those processes, user and
system, for each second of one camera; cameras a core are their inverse. The cameras' server and the
command centre are processes of their own and not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypedDict

import bench_film
import demo_processes
from bench_builds import checkout
from bench_material import GOP_S
from bench_motion import write_motion_config
from bench_progress import Bar
from bench_stack import (
    BenchStack,
    Counters,
    MissingToolError,
    Shown,
    read_counters,
    require_tools,
    usage,
    wait,
)

ANALYSIS_FPS = 5
IDLE_WARM_UP_S, BUSY_WARM_UP_S = 75.0, 25.0
"""The gate decodes everything for ten seconds and knows the usual packet sizes twenty later; after
a minute each camera makes its reference picture, once."""
REFERENCE_WARM_UP_S, REFERENCE_CAMERAS = 8.0, 3
"""Every picture is decoded there: of quiet cameras so many are enough."""
WAYS = (
    *("idle", "previous_idle", "idle_decode_all", "idle_motion"),
    *("busy", "previous_busy", "busy_substream", "previous_busy_substream"),
    *("decode_all", "motion"),
)
"""In this order. The references are of the busy film unless their names say ``idle``; ``previous``
is the older build."""
RATIOS = {
    "idle_vs_previous": ("idle", "previous_idle"),
    "idle_vs_decode_all": ("idle", "idle_decode_all"),
    "idle_vs_motion": ("idle", "idle_motion"),
    "busy_vs_previous": ("busy", "previous_busy"),
    "busy_vs_decode_all": ("busy", "decode_all"),
    "busy_vs_motion": ("busy", "motion"),
    "busy_substream_vs_previous": ("busy_substream", "previous_busy"),
    "busy_substream_vs_previous_substream": ("busy_substream", "previous_busy_substream"),
    "busy_substream_vs_motion": ("busy_substream", "motion"),
}
"""Cameras a core of the first over those of the second."""
_WHOLE_PICTURE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]


class Measured(TypedDict):
    """What every way has; see ``Way``."""

    cameras: int
    seconds: float
    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Way:
    """What one way of watching cost.

    Attributes:
        cameras: How many at once.
        seconds: Measured, of each camera.
        cpu_s: Of the process and its children in that time.
        rss_mb: At the end.
        recorded_mbit_s: Written to disk, for each camera; None where nothing is recorded.
        analysed_fps: Pictures a second and camera that the model looked at; None without a model.
        dropped: Packets and pictures the worker gave up while measured.
    """

    cameras: int
    seconds: float
    cpu_s: float
    rss_mb: float
    recorded_mbit_s: float | None = None
    analysed_fps: float | None = None
    dropped: int | None = None

    @property
    def cameras_per_core(self) -> float:
        """Camera seconds for each CPU second."""
        return round(self.cameras * self.seconds / max(self.cpu_s, 1e-9), 2)


def camera_config(camera: str, url: str, substream_url: str | None = None) -> dict[str, object]:
    """A camera as a school's box has it: gate, picture diagnosis, recording and one rule."""
    small = {} if substream_url is None else {"substream_url": substream_url}
    return {
        "id": camera,
        "name": camera,
        "source": {"type": "rtsp", "url": url, **small},
        "analysis_fps": ANALYSIS_FPS,
        "gate": {"mode": "auto"},
        "diagnosis": {"enabled": True},
        "recording": {"keep_days": 1},
        "rules": [
            {
                "type": "perimeter_intrusion",
                "zone": {"name": "all", "polygon": _WHOLE_PICTURE},
                "dwell_s": 1.0,
            }
        ],
    }


class Ingest:
    """One run.

    Args:
        stack: Cameras that are served already, and a centre.
        before: The older build's centre, asked about the same cameras.
        seconds: Measured, for each way.
        bar: Shows how far it is.
    """

    def __init__(
        self, stack: BenchStack, before: BenchStack | None, seconds: float, bar: Bar
    ) -> None:
        self._stack, self._before, self._seconds, self._bar = stack, before, seconds, bar

    def ours(
        self, shown: Shown, warm_up_s: float, *, before: bool = False, small: Shown | None = None
    ) -> Way:
        """The real worker.

        Args:
            shown: The cameras.
            warm_up_s: Not measured.
            before: The older build's, which must be there.
            small: Their substreams.
        """
        stack = self._before if before else self._stack
        assert stack is not None, "there is no older build"
        name = f"worker-{shown.name}"
        substreams = small.ids if small else [None] * shown.count
        cameras = [
            camera_config(camera, stack.url(camera), other and stack.url(other))
            for camera, other in zip(shown.ids, substreams, strict=True)
        ]
        child = stack.start_worker(cameras, name)
        what = f"{shown.name}: mingan {stack.build.name}"
        self._wait(f"{what}, warm-up", warm_up_s, child)
        counted, bytes_before = _counters(stack, shown), stack.recorded_bytes(name)
        measured = self._measure(what, child, shown.count)
        recorded = stack.recorded_bytes(name) - bytes_before
        counters = _counters(stack, shown)
        stack.stop(child)
        heard_s = counters.heard_s - counted.heard_s
        analysed = counters.analysed - counted.analysed
        return Way(
            **measured,
            recorded_mbit_s=round(recorded * 8 / 1e6 / self._seconds / shown.count, 2),
            analysed_fps=round(analysed / heard_s / shown.count, 2) if heard_s else None,
            dropped=counters.dropped - counted.dropped,
        )

    def everything(self, shown: Shown) -> Way:
        """Every picture decoded, and no more."""
        command = [sys.executable, "scripts/bench_decode_all.py", *self._stack.urls([shown])]
        child = self._stack.processes.start("decode-all", command)
        self._wait(f"{shown.name}: decode all, warm-up", REFERENCE_WARM_UP_S, child)
        measured = self._measure(f"{shown.name}: decode all", child, shown.count)
        self._stack.stop(child)
        return Way(**measured)

    def motion(self, shown: Shown) -> Way:
        """Debian's daemon, without recording."""
        folder = self._stack.home / f"motion-{shown.name}"
        config = write_motion_config(folder, [self._stack.url(c) for c in shown.ids])
        child = self._stack.processes.start("motion", ["motion", "-n", "-c", str(config)])
        self._wait(f"{shown.name}: motion, warm-up", REFERENCE_WARM_UP_S * 2, child)
        measured = self._measure(f"{shown.name}: motion", child, shown.count)
        self._stack.stop(child)
        return Way(**measured)

    def _wait(self, what: str, seconds: float, child: demo_processes.Child) -> None:
        self._bar.begin(what, seconds)
        wait(seconds, [child])

    def _measure(self, what: str, child: demo_processes.Child, cameras: int) -> Measured:
        self._bar.begin(what, self._seconds)
        pid = child.process.pid
        began_s, before = time.monotonic(), usage(pid)
        wait(self._seconds, [child])
        after = usage(pid)
        return {
            "cameras": cameras,
            "seconds": round(time.monotonic() - began_s, 2),
            "cpu_s": round(after.cpu_s - before.cpu_s, 2),
            "rss_mb": round(after.rss_bytes / 1e6, 1),
        }


def _counters(stack: BenchStack, shown: Shown) -> Counters:
    return read_counters(stack.home / "api", f"worker-{shown.name}", shown.ids)


def summary(ways: dict[str, Way], films: Mapping[str, bench_film.Film]) -> dict[str, object]:
    """All figures in one object.

    Args:
        ways: By name, any of ``WAYS``.
        films: Those shown, by name.
    """
    result: dict[str, object] = {"bench": "ingest"}
    for name, way in ways.items():
        result[f"{name}_cameras_per_core"] = way.cameras_per_core
    for key, (name, reference) in RATIOS.items():
        if name in ways and reference in ways:
            ratio = ways[name].cameras_per_core / ways[reference].cameras_per_core
            result[key] = round(ratio, 2)
    result["analysed_fps"] = {
        name: way.analysed_fps for name, way in ways.items() if way.analysed_fps is not None
    }
    result["parameters"] = {
        "width": bench_film.WIDTH,
        "height": bench_film.HEIGHT,
        "fps": bench_film.FPS,
        "gop_s": GOP_S,
        "mbit_s": {name: round(film.mbit_s, 2) for name, film in films.items()},
        "analysis_fps": ANALYSIS_FPS,
        "recording": True,
        "diagnosis": True,
    }
    result["ways"] = {name: asdict(way) for name, way in ways.items()}
    return result


def run(given: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Measure and return the figures."""
    wanted = given.only or [name for name in WAYS if given.against or "previous" not in name]
    with Bar() as bar, tempfile.TemporaryDirectory(prefix="mingan-bench-") as temporary:
        home = Path(temporary)
        films = {name: make(bar.at) for name, make in _films(wanted).items()}
        shown = {
            name: Shown(name, count, film)
            for name, (film, count) in {
                "idle": (films.get("quiet"), given.cameras),
                "busy": (films.get("busy"), given.busy_cameras),
                "both": (films.get("busy"), given.busy_cameras),
                "small": (films.get("substream"), given.busy_cameras),
            }.items()
            if film is not None
        }
        with BenchStack(home) as stack, contextlib.ExitStack() as others:
            stack.start_cameras(list(shown.values()))
            stack.start_api()
            before = None
            if any("previous" in name for name in wanted):
                build = checkout(given.against, home / "build")
                before = BenchStack(home / "before", build, rtsp_port=stack.rtsp_port)
                others.enter_context(before).start_api()
            ingest = Ingest(stack, before, given.seconds, bar)
            ways: dict[str, Way] = {}
            for name in (each for each in WAYS if each in wanted):
                ways[name] = _measured(ingest, name, shown)
                say(f"{name:23} {ways[name].cameras_per_core:8.2f} cameras a core")
    return summary(ways, films)


def _films(wanted: Collection[str]) -> dict[str, Callable[[bench_film.Say], bench_film.Film]]:
    """How to make the films these ways show."""
    films: dict[str, Callable[[bench_film.Say], bench_film.Film]] = {}
    if any("idle" in name for name in wanted):
        films["quiet"] = bench_film.quiet_film
    if any("idle" not in name for name in wanted):
        films["busy"] = bench_film.busy_film
    if any("substream" in name for name in wanted):
        films["substream"] = bench_film.busy_substream_film
    return films


def _measured(ingest: Ingest, name: str, shown: Mapping[str, Shown]) -> Way:
    """One of ``WAYS``, over the cameras of its name."""
    is_idle = "idle" in name
    if name.endswith(("decode_all", "motion")):
        cameras = shown["idle" if is_idle else "busy"]
        if is_idle:
            cameras = replace(cameras, count=min(cameras.count, REFERENCE_CAMERAS))
        return ingest.everything(cameras) if "decode" in name else ingest.motion(cameras)
    before = name.startswith("previous")
    if is_idle:
        return ingest.ours(shown["idle"], IDLE_WARM_UP_S, before=before)
    if "substream" in name:
        return ingest.ours(shown["both"], BUSY_WARM_UP_S, before=before, small=shown["small"])
    return ingest.ours(shown["busy"], BUSY_WARM_UP_S, before=before)


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench ingest``."""
    parser = argparse.ArgumentParser(prog="scripts/bench ingest", description=__doc__)
    parser.add_argument("--cameras", type=int, default=12, help="quiet cameras (default 12)")
    parser.add_argument("--busy-cameras", type=int, default=3, help="busy cameras (default 3)")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="measured for each way, after a warm-up"
    )
    parser.add_argument("--against", default="", metavar="COMMIT", help="an older build of ours")
    parser.add_argument("--only", action="append", choices=WAYS, help="this way; may be repeated")
    given = parser.parse_args(arguments)
    if not given.against and any("previous" in name for name in given.only or ()):
        parser.error("the previous build is named with --against COMMIT")
    if given.cameras < 1 or given.busy_cameras < 1 or given.seconds <= 0:
        parser.error("cameras and seconds must be positive")
    try:
        require_tools(motion=not given.only or any("motion" in name for name in given.only))
        with contextlib.redirect_stdout(sys.stderr):
            result = run(given, (lambda _: None) if as_json else print)
    except MissingToolError as error:
        print(f"scripts/bench ingest: {error}", file=sys.stderr)
        return 2
    except demo_processes.ProcessError as error:
        print(f"scripts/bench ingest: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        print(f"scripts/bench ingest: this failed: {command}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0
