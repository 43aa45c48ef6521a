"""``scripts/bench ingest``: how many RTSP cameras one core watches and records.

1080p25 H.264 at 4 Mbit/s, a keyframe every two seconds, over loopback from GStreamer's rtsp-server.
A quiet scene under sensor noise (idle) and a street on which people walk all the time (busy) go
through the real worker with gate, picture diagnosis, recording to disk, model and rules. In the
same run, on the same streams: every picture decoded with our decoder and no more, and Debian's
daemon ``motion`` with its packaged settings, without recording. The figures are CPU seconds of
those processes, user and system, for each second of one camera; cameras a core are their inverse.
The cameras' server and the command centre are processes of their own and not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

import bench_film
import demo_processes
from bench_material import GOP_S
from bench_progress import Bar
from bench_stack import BenchStack, MissingToolError, Shown, require_tools, usage, wait

ANALYSIS_FPS = 5
IDLE_WARM_UP_S, BUSY_WARM_UP_S = 75.0, 25.0
"""The gate decodes everything for ten seconds and knows the usual packet sizes twenty later; after
a minute each camera makes its reference picture, once."""
REFERENCE_WARM_UP_S = 8.0
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


def camera_config(camera: str, url: str) -> dict[str, object]:
    """A camera as a school's box has it: gate, picture diagnosis, recording and one rule."""
    return {
        "id": camera,
        "name": camera,
        "source": {"type": "rtsp", "url": url},
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
        seconds: Measured, for each way.
        bar: Shows how far it is.
    """

    def __init__(self, stack: BenchStack, seconds: float, bar: Bar) -> None:
        self._stack, self._seconds, self._bar = stack, seconds, bar

    def ours(self, shown: Shown, warm_up_s: float) -> Way:
        """The real worker."""
        name = f"worker-{shown.name}"
        cameras = [camera_config(camera, self._stack.url(camera)) for camera in shown.ids]
        child = self._stack.start_worker(cameras, name)
        self._wait(f"{shown.name}: mingan, warm-up", warm_up_s, child)
        counted, bytes_before = self._counters(shown), self._stack.recorded_bytes(name)
        measured = self._measure(f"{shown.name}: mingan", child, shown.count)
        recorded = self._stack.recorded_bytes(name) - bytes_before
        counters = self._counters(shown)
        self._stack.stop(child)
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

    def _counters(self, shown: Shown) -> Counters:
        return read_counters(self._stack.home / "api", f"worker-{shown.name}", shown.ids)


@dataclass(frozen=True, slots=True)
class Counters:
    """What the worker's last heartbeat said, summed over cameras."""

    heard_s: float
    analysed: int
    dropped: int


def read_counters(api_folder: Path, worker: str, cameras: Sequence[str]) -> Counters:
    """From the centre's database; zeros before the first heartbeat."""
    [path] = api_folder.glob("*.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        heard = database.execute(
            "SELECT strftime('%s', sent_at) + strftime('%f', sent_at) % 1"
            " FROM workers WHERE worker_id = ?",
            (worker,),
        ).fetchone()
        marks = ",".join("?" * len(cameras))
        row = database.execute(
            "SELECT COALESCE(SUM(frames_analysed), 0), COALESCE(SUM(frames_dropped), 0)"
            f" FROM cameras WHERE camera_id IN ({marks})",
            tuple(cameras),
        ).fetchone()
    return Counters(float(heard[0]) if heard else 0.0, int(row[0]), int(row[1]))


def write_motion_config(folder: Path, urls: Sequence[str]) -> Path:
    """``motion``'s configuration for these cameras: it looks for movement, and writes nothing.

    All else as Debian packages it; the size is the cameras', the rate is their 25, for with fewer
    it would still decode every picture.
    """
    folder.mkdir(parents=True)
    shared = {
        "daemon": "off",
        "setup_mode": "off",
        "log_level": "5",
        "target_dir": str(folder),
        "width": str(bench_film.WIDTH),
        "height": str(bench_film.HEIGHT),
        "framerate": str(bench_film.FPS),
        "threshold": "1500",
        "despeckle_filter": "EedDl",
        "minimum_motion_frames": "1",
        "event_gap": "60",
        "pre_capture": "3",
        "picture_output": "off",
        "movie_output": "off",
        "webcontrol_port": "0",
        "stream_port": "0",
    }
    lines = [f"{key} {value}" for key, value in shared.items()]
    for number, url in enumerate(urls, start=1):
        own = folder / f"camera-{number}.conf"
        own.write_text(f"camera_id {number}\nnetcam_url {url}\n", "utf-8")
        lines.append(f"camera {own}")
    path = folder / "motion.conf"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def summary(ways: dict[str, Way], films: Sequence[bench_film.Film]) -> dict[str, object]:
    """All figures in one object.

    Args:
        ways: By name: ``idle``, ``busy``, ``decode_all``, ``motion``.
        films: The quiet one and the busy one.
    """
    result: dict[str, object] = {"bench": "ingest"}
    for name, way in ways.items():
        result[f"{name}_cameras_per_core"] = way.cameras_per_core
    for reference in ("decode_all", "motion"):
        if reference in ways:
            for name in ("idle", "busy"):
                ratio = ways[name].cameras_per_core / ways[reference].cameras_per_core
                result[f"{name}_vs_{reference}"] = round(ratio, 2)
    result["parameters"] = {
        "width": bench_film.WIDTH,
        "height": bench_film.HEIGHT,
        "fps": bench_film.FPS,
        "gop_s": GOP_S,
        "mbit_s": [round(film.mbit_s, 2) for film in films],
        "analysis_fps": ANALYSIS_FPS,
        "recording": True,
        "diagnosis": True,
    }
    result["ways"] = {name: asdict(way) for name, way in ways.items()}
    return result


def run(given: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Measure and return the figures."""
    with Bar() as bar, tempfile.TemporaryDirectory(prefix="mingan-bench-") as temporary:
        films = [bench_film.quiet_film(bar.at), bench_film.busy_film(bar.at)]
        idle = Shown("idle", given.cameras, films[0])
        busy = Shown("busy", given.busy_cameras, films[1])
        some = Shown("idle", min(given.cameras, given.busy_cameras), films[0])
        with BenchStack(Path(temporary)) as stack:
            stack.start_cameras([idle, busy])
            stack.start_api()
            ingest = Ingest(stack, given.seconds, bar)
            steps: list[tuple[str, Callable[[], Way]]] = [
                ("idle", lambda: ingest.ours(idle, IDLE_WARM_UP_S)),
                ("decode_all", lambda: ingest.everything(some)),
                ("motion", lambda: ingest.motion(some)),
                ("busy", lambda: ingest.ours(busy, BUSY_WARM_UP_S)),
            ]
            ways: dict[str, Way] = {}
            for name, step in steps:
                ways[name] = step()
                say(f"{name:11} {ways[name].cameras_per_core:8.2f} cameras a core")
    return summary(ways, films)


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench ingest``."""
    parser = argparse.ArgumentParser(prog="scripts/bench ingest", description=__doc__)
    parser.add_argument("--cameras", type=int, default=12, help="quiet cameras (default 12)")
    parser.add_argument("--busy-cameras", type=int, default=3, help="busy cameras (default 3)")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="measured for each way, after a warm-up"
    )
    given = parser.parse_args(arguments)
    if given.cameras < 1 or given.busy_cameras < 1 or given.seconds <= 0:
        parser.error("cameras and seconds must be positive")
    try:
        require_tools(motion=True)
        with contextlib.redirect_stdout(sys.stderr):
            result = run(given, (lambda _: None) if as_json else print)
    except MissingToolError as error:
        print(f"scripts/bench ingest: {error}", file=sys.stderr)
        return 2
    except demo_processes.ProcessError as error:
        print(f"scripts/bench ingest: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0
