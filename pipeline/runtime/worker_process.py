"""``mingan worker``: what a process does with its signals and its configuration file."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from pipeline.runtime.config_watch import ConfigWatch
from pipeline.runtime.worker import Worker


def run_worker(path: Path) -> None:
    """Watch a box's cameras until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    Raises:
        ConfigError: The configuration cannot be used, or a folder not written.
        ModelError: A model cannot be used.
    """
    watch = ConfigWatch(path)
    stop = stop_on_signals()
    signal.signal(signal.SIGHUP, lambda *_: watch.ask())
    Worker(watch.current).run(stop, watch.look)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
