"""``mingan worker``: what its processes do with their signals and their configuration."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.clock import SystemClock
from pipeline.core.private_files import mask_others
from pipeline.runtime import memory
from pipeline.runtime.data_folder import take
from pipeline.runtime.managed_config import ManagedConfig
from pipeline.runtime.parent_link import standard_link
from pipeline.runtime.parts import RECORDER

if TYPE_CHECKING:
    from pipeline.runtime.config import BoxConfig
    from pipeline.runtime.outlet import Outlet
    from pipeline.runtime.worker import Worker


def run_worker(path: Path, processes: int | str | None = None) -> None:
    """Watch a box's cameras until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    What the command centre wants it to run goes before the file, until the file is changed.

    Args:
        path: The configuration.
        processes: In place of the configuration's: a number or ``auto``.

    Raises:
        ConfigError: The configuration cannot be used, or a folder not written.
        ModelError: A model cannot be used.
    """
    memory.limit_arenas()
    managed = ManagedConfig(path, SystemClock(), processes=processes)
    stop = stop_on_signals()
    signal.signal(signal.SIGHUP, lambda *_: managed.ask())
    lock = take(managed.current, SystemClock())
    try:
        config = managed.begin()
        if config.processes == 1:
            _worker(config, managed=managed).run(stop, managed.look, managed.took)
        else:
            from pipeline.runtime.supervisor import Supervisor

            Supervisor(config, managed=managed).run(stop, managed.look, managed.took)
        managed.ended()
    finally:
        lock.release()


def run_part(name: str) -> None:
    """Be one process of a box, as the supervisor at the other end of standard input says.

    Raises:
        ConfigError: A folder cannot be written.
        ModelError: A model cannot be used.
    """
    memory.limit_arenas()
    mask_others()
    stop = stop_on_signals()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # meant for the supervisor
    link = standard_link(stop)
    config = link.first_box()
    if config is None:
        return
    if name == RECORDER:
        from pipeline.runtime.recording import RecordingWorker

        recording = RecordingWorker(config, link)
        memory.settle()
        recording.run(stop, link.look, link.took)
    else:
        _worker(config, outlet=link).run(stop, link.look, link.took)


def _worker(
    config: BoxConfig, *, outlet: Outlet | None = None, managed: ManagedConfig | None = None
) -> Worker:
    import cv2

    from pipeline.runtime.worker import Worker

    # Every camera has a thread of its own: to share out one small picture costs more than it saves.
    cv2.setNumThreads(1)
    worker = Worker(config, outlet=outlet, managed=managed)
    memory.settle()
    return worker


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
