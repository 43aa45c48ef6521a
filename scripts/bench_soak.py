"""``scripts/bench soak``: does a box under random faults lose, double or invent anything?

The real worker (gate, recording, model, an intrusion rule) and the real command centre; small
cameras of a server of our own, because only it can misbehave on time. A seed decides what goes
wrong and when: cameras hang up, fall silent, refuse, ask for another password or send noise; the
command centre is away; the worker is killed outright. Meanwhile a person walks through each
camera's picture every minute and a half. Afterwards the command centre is asked, and held against
what the cameras wrote down: each person clearly shown is one alert, no alert is of nobody, and the
gap list is the times without pictures. The worker's memory must not grow after its last start's
warm-up.

Exit code 1 and ``"passed": false`` if anything does not agree.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import bench_film
import demo_processes
import httpx
import numpy as np
from bench_ingest import camera_config
from bench_material import SensorNoise, Yuv
from bench_progress import Bar
from bench_soak_checks import (
    MB_PER_HOUR,
    Interval,
    Truth,
    Verdict,
    judge_episodes,
    judge_gaps,
    judge_memory,
)
from bench_soak_plan import Plan, make_plan
from bench_stack import BenchStack, free_port, usage

FPS, FILM_S, CROSSING_FROM_S, CROSSING_S = 10, 90, 20.0, 6.0
CLEAR_S = 30.0
"""Longer than any fault and shorter than the time between two people, which is longer than the
minute within which a restarted worker continues an alert."""
_GOP = 20
_FILM_VERSION = 2
_TICK_S = 0.25
_MEMORY_EVERY_S = 2.0
_DELIVERY_S = 60.0
_JUDGED_FROM_S = 600.0
"""A shorter run says nothing about memory."""
_GOLDEN = 0.618034


def soak_film(say: bench_film.Say) -> Path:
    """The empty street for a minute and a half, one person for six seconds of it; made once."""
    path = bench_film.CACHE / f"soak-v{_FILM_VERSION}.mp4"
    if path.exists():
        return path
    bench_film.CACHE.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.mp4")
    width, height = bench_film.CUT_SIZE
    noise = SensorNoise(height, width, 1.0, 7)
    with av.open(str(part), "w") as out:
        stream = out.add_stream(
            "libx264", rate=FPS, width=width, height=height,
            options={"preset": "veryfast", "crf": "27", "sc_threshold": "0"},
        )  # fmt: skip
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = _GOP
        stream.codec_context.max_b_frames = 0
        for number, picture in enumerate(_pictures()):
            frame = av.VideoFrame.from_ndarray(noise.onto(picture, height), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
            say("soak film", number / (FILM_S * FPS))
        out.mux(stream.encode(None))
    part.replace(path)
    return path


def _pictures() -> Iterator[Yuv]:
    empty, walker = bench_film.empty_street(), bench_film.walk()
    first = round(CROSSING_FROM_S * FPS)
    for number in range(FILM_S * FPS):
        picture = empty.copy()
        if first <= number < first + round(CROSSING_S * FPS):
            bench_film.paste(picture, walker[number - first], bench_film.WALKER)
        yield picture


def soak_camera(camera: str, url: str) -> dict[str, object]:
    """A camera whose rule waits longer for people than any fault lasts."""
    left, top, right, bottom = bench_film.WALKER
    width, height = bench_film.CUT_SIZE
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    zone = {"name": "path", "polygon": [[x / width, y / height] for x, y in corners]}
    rule = {"type": "perimeter_intrusion", "zone": zone, "dwell_s": 1.0, "clear_s": CLEAR_S}
    source = {"type": "rtsp", "url": url, "open_timeout_s": 5, "read_timeout_s": 5}
    economy = {"budget_per_hour": None}  # forty people an hour, and each is to be told
    return {**camera_config(camera, url), "source": source, "rules": [rule], "economy": economy}


class Soak:
    """One run.

    Args:
        stack: Where to run it.
        plan: What goes wrong.
        film: What the cameras show.
        bar: Shows how far it is.
    """

    def __init__(self, stack: BenchStack, plan: Plan, film: Path, bar: Bar) -> None:
        self._stack, self._plan, self._film, self._bar = stack, plan, film, bar
        self._ports = {camera: free_port() for camera in plan.cameras}
        self._starts = 0
        self.start_s = 0.0
        self.memory: list[tuple[float, float]] = []
        self.deaths_s: list[float] = []

    def run(self) -> dict[str, object]:
        """Run the plan and ask the centre.

        Raises:
            demo_processes.ProcessError: A process ended that was not told to.
        """
        self.start_s = time.time()
        server = self._start_cameras()
        api: demo_processes.Child | None = self._stack.start_api()
        worker = self._start_worker()
        self._bar.begin(f"{len(self._plan.cameras)} cameras", self._plan.seconds)
        kills = [f.at_s for f in self._plan.of_kind("worker_kill")]
        outages = self._plan.of_kind("api_outage")
        next_memory_s = 0.0
        while (at_s := time.time() - self.start_s) < self._plan.seconds:
            server.require_running()
            is_away = any(o.at_s <= at_s < o.until_s for o in outages)
            if is_away and api is not None:
                self._stack.stop(api)
                api = None
            elif not is_away and api is None:
                api = self._stack.start_api()
            if kills and at_s >= kills[0]:
                kills.pop(0)
                worker.kill(signal.SIGKILL)
                self.deaths_s.append(time.time())
                worker.process.wait()
                self._stack.stop(worker)
                self.memory.clear()
                worker = self._start_worker()
            worker.require_running()
            if at_s >= next_memory_s:
                next_memory_s = at_s + _MEMORY_EVERY_S
                self.memory.append((at_s, usage(worker.process.pid).rss_bytes / 1e6))
            time.sleep(_TICK_S)
        self._wait_for_delivery()
        self._stack.stop(worker)
        asked_s = time.time()
        self._stack.stop(server)
        return self._judge(server, asked_s)

    def _start_cameras(self) -> demo_processes.Child:
        path = self._stack.home / "plan.json"
        self._plan.write(path)
        command = [
            *(sys.executable, "scripts/bench_soak_cameras.py", "--plan", str(path)),
            *("--film", str(self._film), "--start", str(self.start_s)),
        ]
        for camera, port in self._ports.items():
            command += ["--camera", f"{camera}={port}={self._epoch_s(camera)}"]
        child = self._stack.processes.start("cameras", command)
        child.wait_until(lambda: child.printed("ready") is not None, 60, "no camera was served")
        return child

    def _epoch_s(self, camera: str) -> float:
        """When a camera's film begins; apart, so that people do not come everywhere at once."""
        number = self._plan.cameras.index(camera)
        return self.start_s - FILM_S * (number * _GOLDEN % 1.0)

    def _start_worker(self) -> demo_processes.Child:
        cameras = [
            soak_camera(name, f"rtsp://127.0.0.1:{port}/cam") for name, port in self._ports.items()
        ]
        return self._stack.start_worker(cameras)

    def _wait_for_delivery(self) -> None:
        """Nobody is in the picture as long as the last alerts may take."""
        self._bar.begin("the last alerts arrive", _DELIVERY_S)
        before = -1
        until_s = time.monotonic() + _DELIVERY_S
        while time.monotonic() < until_s:
            time.sleep(5)
            now = len(self._alerts())
            if now == before:
                return
            before = now

    @contextlib.contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        address = f"{self._stack.api_url}/api/v1"
        with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
            signed = client.post(
                "/auth/login", json={"username": "admin", "password": self._stack.password}
            )
            signed.raise_for_status()
            yield client

    def _alerts(self) -> list[tuple[str, Interval]]:
        """(camera, from first to last moment) of every alert the centre has."""
        found = []
        with self._client() as client:
            cursor: str | None = None
            while True:
                page = client.get(
                    "/alerts", params={"limit": 100, **({"cursor": cursor} if cursor else {})}
                )
                page.raise_for_status()
                body = page.json()
                for one in body["items"]:
                    if one["rule"] == "perimeter_intrusion":
                        span = Interval(_utc_s(one["started_at"]), _utc_s(one["ended_at"]))
                        found.append((one["camera_id"], span))
                cursor = body["next_cursor"]
                if not cursor:
                    return found

    def _gaps(self, camera: str) -> tuple[list[Interval], float]:
        with self._client() as client:
            cameras = client.get("/cameras")
            cameras.raise_for_status()
            [key] = [c["id"] for c in cameras.json()["items"] if c["camera_id"] == camera]
            answer = client.get(f"/compliance/retention/{key}")
            answer.raise_for_status()
            claim = answer.json()["claim"]
        gaps = [Interval(_utc_s(g["from_at"]), _utc_s(g["to_at"])) for g in claim["gaps"]]
        return gaps, _utc_s(claim["as_of"])

    def _truth(self, server: demo_processes.Child, camera: str, until_s: float) -> Truth:
        sent, noise = sent_intervals(
            server.log.read_text("utf-8", errors="replace"), camera, until_s
        )
        first_s = self._epoch_s(camera) + CROSSING_FROM_S
        count = int((until_s - first_s) // FILM_S) + 1
        crossings = [first_s + number * FILM_S for number in range(count)]
        return Truth(
            sessions=sent,
            crossings=tuple(
                Interval(c, c + CROSSING_S)
                for c in crossings
                if self.start_s - CROSSING_S < c < until_s
            ),
            noise=noise,
            until_s=until_s,
        )

    def _judge(self, server: demo_processes.Child, until_s: float) -> dict[str, object]:
        alerts = self._alerts()
        episodes: list[Verdict] = []
        gaps: list[Verdict] = []
        for camera in self._plan.cameras:
            truth = self._truth(server, camera, until_s)
            own = [span for name, span in alerts if name == camera]
            episodes.append(judge_episodes(camera, truth, own, self.deaths_s))
            listed, as_of_s = self._gaps(camera)
            gaps.append(judge_gaps(camera, truth, listed, as_of_s))
        return result(self._plan, episodes, gaps, self.memory, self.start_s)


def result(
    plan: Plan,
    episodes: Sequence[Verdict],
    gaps: Sequence[Verdict],
    memory: Sequence[tuple[float, float]],
    start_s: float,
) -> dict[str, object]:
    """All findings; ``passed`` only if nothing is wrong and there was something to find."""
    growth = judge_memory(memory, plan.seconds)
    episode_counts, gap_counts = _sum(episodes), _sum(gaps)
    problems = [p for verdict in [*episodes, *gaps] for p in verdict.problems]
    if growth is not None and not growth.is_flat:
        problems.append(
            f"memory grew by {growth.mb_per_hour} MB an hour, for certain by "
            f"{growth.at_least_mb_per_hour}; {MB_PER_HOUR:g} are allowed"
        )
    if not episode_counts.get("expected") or not gap_counts.get("expected"):
        problems.append("nothing was to be seen: run it longer")
    if growth is None and plan.seconds >= _JUDGED_FROM_S:
        problems.append("the worker did not live long enough to judge its memory")
    return {
        "bench": "soak",
        "passed": not problems,
        "episodes": episode_counts,
        "gaps": gap_counts,
        "memory": None if growth is None else {**asdict(growth), "is_flat": growth.is_flat},
        "memory_mb_by_s": [[round(at_s), round(mb, 1)] for at_s, mb in memory],
        "problems": problems,
        "faults": {kind: len(plan.of_kind(kind)) for kind in sorted({f.kind for f in plan.faults})},
        "parameters": {
            "cameras": len(plan.cameras),
            "seconds": plan.seconds,
            "began_utc_s": round(start_s, 1),
        },
    }


def sent_intervals(
    log: str, camera: str, until_s: float
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """When a camera sent pictures and when noise, as its server wrote it down.

    Args:
        log: Its lines; see ``bench_soak_cameras``.
        camera: Which.
        until_s: The end of what had no end yet.
    """
    moments: dict[tuple[bool, str], list[float]] = {}
    for line in log.splitlines():
        if line.startswith("{"):
            told = json.loads(line)
            if told["camera"] == camera:
                key = told.get("is_noise", False), told["session"]
                moments.setdefault(key, []).append(told.get("from_s", told.get("to_s")))
    found: tuple[list[Interval], list[Interval]] = ([], [])
    for (is_noise, _), at_s in moments.items():
        found[is_noise].append(Interval(at_s[0], at_s[-1] if len(at_s) > 1 else until_s))
    return tuple(found[0]), tuple(found[1])


def _sum(verdicts: Sequence[Verdict]) -> dict[str, int]:
    keys = sorted({key for verdict in verdicts for key in verdict.counts})
    return {key: int(np.sum([v.counts.get(key, 0) for v in verdicts])) for key in keys}


def _utc_s(moment: object) -> float:
    return datetime.fromisoformat(str(moment)).timestamp()


def run(given: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Run once and return the findings."""
    cameras = [f"cam-{number:02}" for number in range(given.cameras)]
    plan = make_plan(cameras, given.minutes * 60, given.seed)
    with Bar() as bar, contextlib.ExitStack() as stay:
        if given.keep is None:
            home = Path(stay.enter_context(tempfile.TemporaryDirectory(prefix="mingan-soak-")))
        else:
            home = given.keep
            home.mkdir(parents=True)
        film = soak_film(bar.at)
        with BenchStack(home) as stack:
            found = Soak(stack, plan, film, bar).run()
        found["parameters"] = {**found["parameters"], "seed": given.seed}  # type: ignore[dict-item]
        if given.keep is not None:
            (home / "result.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for problem in found["problems"]:  # type: ignore[attr-defined]
        say(str(problem))
    say("passed" if found["passed"] else "failed")
    return found


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench soak``."""
    parser = argparse.ArgumentParser(prog="scripts/bench soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="default 20")
    parser.add_argument("--cameras", type=int, default=16, help="default 16")
    parser.add_argument("--seed", type=int, default=1, help="decides what goes wrong")
    parser.add_argument(
        "--keep", type=Path, help="a new folder for logs, footage, databases and result"
    )
    given = parser.parse_args(arguments)
    if given.cameras < 1 or given.minutes < 2.5:
        parser.error("one camera or more, for two and a half minutes or more")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = run(given, (lambda _: None) if as_json else print)
    except demo_processes.ProcessError as error:
        print(f"scripts/bench soak: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0 if found["passed"] else 1
