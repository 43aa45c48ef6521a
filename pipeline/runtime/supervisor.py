"""``mingan worker --processes N``: spreads a box's cameras over processes and keeps them alive.

The supervisor delivers for all: one outbox, one heartbeat, one ``worker_id``, so that the command
centre sees one box whatever it is made of. It touches no camera and loads no model, so it is the
last to die.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

import structlog

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.guard import guarded
from pipeline.delivery.outbox import OUTBOX_NAME, Outbox
from pipeline.inference.batcher import usable_cores
from pipeline.runtime.changes import Followed, changes, unheard
from pipeline.runtime.child import Child
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.device_footage import DeviceFootage
from pipeline.runtime.episodes import EpisodeBook
from pipeline.runtime.lending_desk import LendingDesk
from pipeline.runtime.managed_config import ManagedConfig
from pipeline.runtime.outlet import CentreOutlet
from pipeline.runtime.parts import RECORDER, parts, process_count, spread
from pipeline.runtime.registration import register
from pipeline.runtime.version import version

_log = structlog.get_logger(__name__)
_TICK_S = 0.25
_BEAT_S = 5.0
_STOP_S = 8.0
HUNG_S = 60.0
"""Silence after which a process is killed; it speaks every five seconds, but loads models first."""
STALL_S = 5.0
"""A pause of ours so long means that the whole machine stood still."""
_END_S = 45.0
"""For the processes to finish episodes, clips and segments; services are killed after 90."""


def child_command(name: str) -> list[str]:
    """What starts a process of the box."""
    return [sys.executable, "-m", "pipeline.cli", "worker", "--part", name]


class Supervisor:
    """All processes of a box.

    Args:
        config: The box.
        clock: Time.
        command: What starts the process of a name.
        hung_s: Silence after which a process is killed.
        managed: See :class:`CentreOutlet`.
    """

    def __init__(
        self,
        config: BoxConfig,
        clock: Clock | None = None,
        *,
        command: Callable[[str], Sequence[str]] = child_command,
        hung_s: float = HUNG_S,
        managed: ManagedConfig | None = None,
    ) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._cores = usable_cores()
        self._count = process_count(config.processes, len(config.cameras), self._cores)
        self._outbox = Outbox(config.data_dir / OUTBOX_NAME, self._clock)
        self._outbox.name_school(config.site.id)
        self._outlet = CentreOutlet(config, self._outbox, self._clock, managed)
        self._devices = DeviceFootage(config, self._outbox, self._clock)
        self._lending = LendingDesk(config, self._devices.claimed, self._clock)
        # Of cameras that no process has any more; the others look after their own.
        self._orphans = EpisodeBook(
            self._outbox, self._outlet.wake, school_id=config.site.id, is_ours=self._is_nobodys
        )
        self._process_of: dict[str, str] = {}
        names = [*(f"p{number}" for number in range(1, self._count + 1)), RECORDER]
        self.children = {
            name: Child(name, command(name), self._clock, self._outlet.wake, hung_s=hung_s)
            for name in names
        }
        self._tended_s: float | None = None
        self._beats_over = threading.Event()
        self._beats = threading.Thread(target=self._beat_on, name="beats", daemon=True)

    def run(
        self,
        stop: threading.Event,
        news: Callable[[], BoxConfig | None],
        took: Callable[[Followed], None] = unheard,
    ) -> None:
        """Keep everything running until told to stop, then let everything finish.

        Args:
            stop: Ends it.
            news: Asked again and again for a new, checked configuration.
            took: Told what became of it, and later if a process did not bear it.
        """
        register(self._outbox, self._config.cameras, self._config.site)
        self._spread()
        self._outlet.start()
        self._devices.start()
        self._lending.start()
        self._beats.start()
        _log.info("supervisor started", processes=self._count, version=version())
        try:
            while not stop.is_set():
                if (changed := news()) is not None:
                    took(self.follow(changed))
                self.tend(self._clock.mono_ns() / 1e9)
                for complaint in self._complaints():
                    took(Followed(is_taken=False, problem=complaint))
                stop.wait(_TICK_S)
        finally:
            self._shut_down()

    def follow(self, wanted: BoxConfig) -> Followed:
        """Hand a new configuration on; processes whose cameras it does not touch hear nothing."""
        self._complaints()  # those of before are not about it
        is_recording = self.children[RECORDER].is_running
        todo = changes(self._config, wanted, is_recording=is_recording)
        if todo.waits:
            _log.warning("these keys wait for the next start", keys=list(todo.waits))
        self._config = todo.config
        self._outlet.follow(todo.config)
        self._devices.follow(todo.config)
        self._lending.follow(todo.config)
        register(self._outbox, (*todo.begun, *todo.rejudged), todo.config.site)
        self._spread()
        return Followed(is_taken=True, waits=todo.waits)

    def _complaints(self) -> list[str]:
        return [found for child in self.children.values() if (found := child.take_complaint())]

    def tend(self, now_s: float) -> None:
        """Look after every process once.

        After a stall of the whole machine nobody is judged: everyone was as silent as everyone
        else, and starting all anew would make a slow machine slower.
        """
        last_s, self._tended_s = self._tended_s, now_s
        if last_s is not None and now_s - last_s > STALL_S:
            _log.warning("the machine stood still", seconds=round(now_s - last_s, 1))
            for child in self.children.values():
                child.forgive(now_s)
            return
        for child in self.children.values():
            child.tend(now_s)

    def _spread(self) -> None:
        ids = [camera.id for camera in self._config.cameras]
        self._process_of = spread(ids, self._count, self._process_of)
        shares = parts(self._config, self._process_of, self._count, self._cores)
        for name, child in self.children.items():
            child.follow(shares.get(name))

    def _is_nobodys(self, camera_id: str) -> bool:
        return camera_id not in {camera.id for camera in self._config.cameras}

    def _beat_on(self) -> None:
        while not self._beats_over.is_set():
            guarded("heartbeat", self._beat)
            guarded("stale episodes", lambda: self._orphans.close_stale(self._clock.utc_s()))
            self._beats_over.wait(_BEAT_S)

    def _beat(self) -> None:
        told = [c for name, c in self.children.items() if name != RECORDER]
        orders = self._outlet.beat(tuple(each for child in told for each in child.cameras()))
        for child in told:
            child.order(orders)

    def _shut_down(self) -> None:
        _log.info("supervisor stops")
        self._beats_over.set()  # the last word about a camera is not that it is unknown
        for child in self.children.values():
            child.follow(None)
            child.end()
        until_s = self._clock.mono_ns() / 1e9 + _END_S
        while any(child.is_running for child in self.children.values()):
            now_s = self._clock.mono_ns() / 1e9
            for child in self.children.values():
                if now_s > until_s:
                    child.kill()
                child.tend(now_s)
            self._clock.sleep(0.05)
        self._beats.join(_STOP_S)
        guarded("playback", lambda: self._lending.stop(_STOP_S))
        self._devices.stop(_STOP_S)
        self._outlet.stop(_STOP_S)
        self._outbox.close()
        _log.info("supervisor stopped")
