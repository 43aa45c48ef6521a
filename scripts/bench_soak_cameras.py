"""The cameras of ``scripts/bench soak``: one film for all, faults along a plan, a log of the truth.

Each camera shows the film by the wall clock, as a real one shows what is there: who connects late
sees what is on then, from the next keyframe. One line of JSON goes out for each connection's first
keyframe and one for its end: ``{"camera", "session", "from_s" or "to_s"}``; a pause ends it too.
Noise has lines of its own, until the next keyframe: ``{…, "is_noise": true}``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench_soak_plan import Fault, read_plan
from demo_rtsp import RTP_CLOCK_HZ, Film, Picture, RtspServer, Session, load_film

from pipeline.video import nal

_PAUSE_S = 1.0
_print_lock = threading.Lock()


def say(line: dict[str, object]) -> None:
    """One line for the benchmark."""
    with _print_lock:
        print(json.dumps(line), flush=True)


class SoakCamera(RtspServer):
    """One camera with its faults.

    Args:
        name: Camera id.
        film: What it shows, again and again.
        epoch_s: UTC at which the film begins.
        start_s: UTC of the plan's second 0.
        faults: Its own.
    """

    def __init__(
        self, name: str, film: Film, epoch_s: float, start_s: float, faults: list[Fault], port: int
    ) -> None:
        super().__init__({"cam": film}, port=port)
        self.name, self.film, self.epoch_s, self.start_s = name, film, epoch_s, start_s
        self._faults = faults
        self._sessions = 0

    def session(self, connection: socket.socket) -> Session:
        """A viewer."""
        self._sessions += 1
        return SoakSession(self, connection, self._sessions)

    def fault(self) -> str:
        """What is wrong now; "" when nothing is."""
        now_s = time.time() - self.start_s
        return next((f.kind for f in self._faults if f.at_s <= now_s < f.until_s), "")


class SoakSession(Session):
    """One connection."""

    def __init__(self, camera: SoakCamera, connection: socket.socket, number: int) -> None:
        super().__init__(camera, connection)
        self._camera, self._number, self._part = camera, number, 0
        self._last_s = 0.0
        self._is_noise = False

    def run(self) -> None:
        """Serve, unless it is a time to refuse."""
        wrong = self._camera.fault()
        if wrong in ("hang_up", "refuse"):
            return
        if wrong == "stall":
            self._hole()
            return
        try:
            super().run()
        finally:
            self._ended()

    def handle(self, method: str, uri: str, headers: object) -> None:
        """Answer one request."""
        if self._camera.fault() == "unauthorised":
            number = headers.get("cseq", "0")  # type: ignore[attr-defined]
            self.answer(number, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="soak"'})
            return
        super().handle(method, uri, headers)  # type: ignore[arg-type]

    def send_picture(self, picture: Picture, pts: int) -> None:
        """Send it, or what the plan wants."""
        wrong = self._camera.fault()
        if wrong in ("hang_up", "refuse", "unauthorised"):
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        if wrong == "stall":
            return
        if wrong == "garbage":
            noise = random.Random(pts)
            units = tuple(u[:2] + noise.randbytes(max(1, len(u) - 2)) for u in picture.units)
            picture = replace(picture, units=units)
        is_keyframe = _is_keyframe(self._camera.film, picture)
        super().send_picture(picture, pts)
        self._sent(time.time(), is_keyframe=is_keyframe, is_noise=wrong == "garbage")

    def _sent(self, now_s: float, *, is_keyframe: bool, is_noise: bool) -> None:
        """Write down what begins or goes on with a picture."""
        is_other = is_noise if not self._is_noise else is_keyframe and not is_noise
        if self._last_s and (now_s - self._last_s > _PAUSE_S or is_other):
            self._ended()
        if self._last_s:
            self._last_s = now_s
        elif is_keyframe or is_noise:
            self._last_s, self._is_noise = now_s, is_noise
            say({**self._line, "from_s": now_s})

    @property
    def _line(self) -> dict[str, object]:
        noise = {"is_noise": True} if self._is_noise else {}
        return {"camera": self._camera.name, "session": f"{self._number}.{self._part}", **noise}

    def _ended(self) -> None:
        """Nothing more came in one piece; what follows begins with a keyframe."""
        if self._last_s:
            say({**self._line, "to_s": self._last_s})
            self._last_s = 0.0
            self._is_noise = False
            self._part += 1

    def _schedule(self) -> Iterator[tuple[float, Picture, int]]:
        camera, film = self._camera, self._camera.film
        count = len(film.pictures)
        step = film.duration // count
        step_s = step / RTP_CLOCK_HZ
        mono_s = time.monotonic() + camera.epoch_s - time.time()
        number = max(0, int((time.monotonic() - mono_s) / step_s))
        while not _is_keyframe(film, film.pictures[number % count]):
            number += 1
        while True:
            yield mono_s + number * step_s, film.pictures[number % count], number * step
            number += 1

    def _hole(self) -> None:
        while not self.server.stopping.is_set() and self._camera.fault() == "stall":
            if select.select([self.connection], [], [], 0.1)[0] and not self.connection.recv(4096):
                return


def _is_keyframe(film: Film, picture: Picture) -> bool:
    return any(nal.unit_type(film.codec, unit) == 5 for unit in picture.units)


def main() -> int:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--film", type=Path, required=True)
    parser.add_argument("--start", type=float, required=True, help="UTC of the plan's second 0")
    parser.add_argument(
        "--camera", action="append", required=True, metavar="NAME=PORT=EPOCH", help="one camera"
    )
    given = parser.parse_args()
    plan, film = read_plan(given.plan), load_film(given.film)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    cameras = []
    for entry in given.camera:
        name, port, epoch = entry.split("=")
        cameras.append(SoakCamera(name, film, float(epoch), given.start, plan.of(name), int(port)))
    for camera in cameras:
        camera.start()
    print("ready", flush=True)
    over.wait()
    for camera in cameras:
        camera.stopping.set()
    for camera in cameras:
        camera.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
