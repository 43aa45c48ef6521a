"""``scripts/bench latency``: from the picture that shows somebody to the alert in the centre.

A person appears in a street at known pictures (``bench_film.event_film``); GStreamer's rtsp-server
notes when it sends each of them. The real worker (gate, recording, model, an intrusion rule) and
the real command centre run over loopback; an alert counts when a console that listens to the
centre's event stream hears of it. From the time between the two the rule's own dwell is taken off.
Once with a quiet scene, whose gate rests until the person comes, and once with other people in the
picture all the time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bench_film
import demo_processes
import httpx
import numpy as np
from bench_ingest import camera_config
from bench_material import GOP_S
from bench_progress import Bar
from bench_stack import BenchStack, MissingToolError, Shown, require_tools, wait

DWELL_S = 1.0
WARM_UP_S = 45.0
QUIET, ACTIVE = "quiet", "active"
TARGETS_S = {QUIET: GOP_S + 1.0, ACTIVE: 1.0}
"""What the project promises of the 95th percentile: a keyframe interval and a second from rest."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a camera.

    Attributes:
        camera: Camera id.
        utc_s: When.
    """

    camera: str
    utc_s: float


@dataclass(frozen=True, slots=True)
class Paired:
    """People and the alerts about them.

    Attributes:
        alerted: Each person with an alert, and the seconds until it came.
        missed: People without an alert.
        extra: Alerts without a person.
    """

    alerted: tuple[tuple[Moment, float], ...]
    missed: tuple[Moment, ...]
    extra: tuple[Moment, ...]

    def between(self, from_s: float, until_s: float) -> Paired:
        """What belongs to this time alone."""

        def within(moment: Moment) -> bool:
            return from_s <= moment.utc_s < until_s

        return Paired(
            tuple(one for one in self.alerted if within(one[0])),
            tuple(filter(within, self.missed)),
            tuple(filter(within, self.extra)),
        )


def pair(shown: Iterable[Moment], alerts: Iterable[Moment], within_s: float) -> Paired:
    """Match what was shown with the alerts about it, camera by camera.

    Args:
        shown: A person appears.
        alerts: A new alert is heard of.
        within_s: Longest wait for an alert.
    """
    left = sorted(alerts, key=lambda moment: moment.utc_s)
    alerted: list[tuple[Moment, float]] = []
    missed: list[Moment] = []
    for person in sorted(shown, key=lambda moment: moment.utc_s):
        about = (a for a in left if a.camera == person.camera and a.utc_s >= person.utc_s)
        first = next(about, None)
        if first is None or first.utc_s - person.utc_s > within_s:
            missed.append(person)
        else:
            left.remove(first)
            alerted.append((person, first.utc_s - person.utc_s))
    return Paired(tuple(alerted), tuple(missed), tuple(left))


def figures(found: Paired) -> dict[str, float | int | None]:
    """Of one scene: counts, and percentiles of the latency without the dwell, seconds."""
    latencies_s = [wait_s - DWELL_S for _, wait_s in found.alerted]
    p50, p95 = np.percentile(latencies_s, [50, 95]) if latencies_s else (np.nan, np.nan)
    return {
        "events": len(latencies_s),
        "missed": len(found.missed),
        "extra": len(found.extra),
        "p50_s": round(float(p50), 3) if latencies_s else None,
        "p95_s": round(float(p95), 3) if latencies_s else None,
        "max_s": round(max(latencies_s), 3) if latencies_s else None,
    }


class Listener:
    """A console that hears of alerts."""

    def __init__(self, stack: BenchStack) -> None:
        self._heard: dict[str, Moment] = {}
        self._ready = threading.Event()
        self._client = httpx.Client(base_url=f"{stack.api_url}/api/v1", trust_env=False)
        answer = self._client.post(
            "/auth/login", json={"username": "admin", "password": stack.password}
        )
        answer.raise_for_status()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise demo_processes.ProcessError("the command centre sends no events")

    def alerts(self) -> list[Moment]:
        """When each alert was heard of first."""
        return list(self._heard.values())

    def _listen(self) -> None:
        kind = ""
        with (
            contextlib.suppress(httpx.TransportError),
            self._client.stream("GET", "/stream", timeout=None) as answer,
        ):
            for line in answer.iter_lines():
                name, _, value = line.partition(":")
                if name == "event":
                    kind = value.strip()
                    if kind == "ready":
                        self._ready.set()
                elif name == "data" and kind == "alert":
                    alert = json.loads(value)
                    moment = Moment(alert["camera_id"], time.time())
                    self._heard.setdefault(alert["id"], moment)


def latency_camera(camera: str, url: str) -> dict[str, object]:
    """A camera whose rule looks where the person walks."""
    width, height = bench_film.CUT_SIZE
    left, top, right, bottom = bench_film.WALKER
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    zone = {"name": "path", "polygon": [[x / width, y / height] for x, y in corners]}
    rule = {"type": "perimeter_intrusion", "zone": zone, "dwell_s": DWELL_S, "clear_s": 2.0}
    return {**camera_config(camera, url), "rules": [rule]}


def shown_moments(child: demo_processes.Child) -> list[Moment]:
    """What the cameras' server wrote about marked pictures."""
    lines = child.log.read_text("utf-8", errors="replace").splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return [Moment(one["camera"], one["utc_s"]) for one in told]


def run(given: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Measure and return the figures."""
    result: dict[str, object] = {"bench": "latency", "dwell_s": DWELL_S, "targets_s": TARGETS_S}
    with Bar() as bar, tempfile.TemporaryDirectory(prefix="mingan-bench-") as temporary:
        scenes = [
            (QUIET, given.quiet_cameras, bench_film.QUIET_BETWEEN_S),
            (ACTIVE, given.active_cameras, bench_film.ACTIVE_BETWEEN_S),
        ]
        for name, cameras, between_s in scenes:
            film = bench_film.event_film(bar.at, is_active=name == ACTIVE)
            shown = Shown(name, cameras, film)
            with BenchStack(Path(temporary) / name) as stack:
                measured_s = -(-given.events // cameras) * between_s
                found = _scene(stack, shown, measured_s, bar)
            result[name] = found
            say(
                f"{name:7} p50 {found['p50_s']} s, p95 {found['p95_s']} s of {found['events']}"
                f" events, {found['missed']} missed, {found['extra']} extra"
            )
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    result["parameters"] = {
        "gop_s": GOP_S,
        "analysis_fps": camera_config("", "")["analysis_fps"],
        "cameras": {QUIET: given.quiet_cameras, ACTIVE: given.active_cameras},
        "load_per_core": round(load, 2),
    }
    return result


def _scene(
    stack: BenchStack, shown: Shown, seconds: float, bar: Bar
) -> dict[str, float | int | None]:
    server = stack.start_cameras([shown])
    api = stack.start_api()
    listener = Listener(stack)
    worker = stack.start_worker([latency_camera(c, stack.url(c)) for c in shown.ids])
    children = [server, api, worker]
    bar.begin(f"{shown.name}: warm-up", WARM_UP_S)
    wait(WARM_UP_S, children)
    from_s, until_s = time.time(), time.time() + seconds
    bar.begin(f"{shown.name}: people come", seconds + bench_film.EVENT_S)
    wait(seconds + 2 * bench_film.EVENT_S, children)
    found = pair(shown_moments(server), listener.alerts(), 2 * bench_film.EVENT_S)
    return figures(found.between(from_s, until_s))


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench latency``."""
    parser = argparse.ArgumentParser(prog="scripts/bench latency", description=__doc__)
    parser.add_argument("--events", type=int, default=24, help="of each scene (default 24)")
    parser.add_argument("--quiet-cameras", type=int, default=4)
    parser.add_argument("--active-cameras", type=int, default=2)
    given = parser.parse_args(arguments)
    if min(given.events, given.quiet_cameras, given.active_cameras) < 1:
        parser.error("events and cameras must be positive")
    try:
        require_tools(motion=False)
        with contextlib.redirect_stdout(sys.stderr):
            result = run(given, (lambda _: None) if as_json else print)
    except MissingToolError as error:
        print(f"scripts/bench latency: {error}", file=sys.stderr)
        return 2
    except demo_processes.ProcessError as error:
        print(f"scripts/bench latency: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0
