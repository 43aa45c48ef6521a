"""What a release proves by running: it watches what was watched, and is heard."""

from __future__ import annotations

import structlog

from pipeline.core.clock import Clock
from pipeline.upgrades.releases import Releases, Watching

SETTLED_S = 120.0
"""A release that was well for so long, without a break, stays."""
_NOTED_S = 60.0
_log = structlog.get_logger(__name__)


class TrialWatch:
    """Settles the running release, and notes what it watches for the one after it.

    Args:
        releases: The folder it is a release of; None: it is none, and nothing is done.
        clock: Time.
        version: That runs.
    """

    def __init__(self, releases: Releases | None, clock: Clock, version: str) -> None:
        self._releases = releases
        self._clock = clock
        self._version = version
        self._well_since_s: float | None = None
        self._noted: tuple[float, Watching] | None = None
        self._trial = None if releases is None else releases.trial()
        if self._trial is not None:
            _log.info("this release is on trial", version=version, cameras=self._trial.cameras)
        elif releases is not None and (left := releases.standing().went_back) is not None:
            _log.error("a release was left", version=left.version, why=left.why)

    def note(self, watching: int, configured: int, *, is_heard: bool) -> None:
        """How this box is now; told with every heartbeat.

        Args:
            watching: Cameras that deliver pictures.
            configured: Cameras there are to watch.
            is_heard: Whether the command centre took the heartbeat.
        """
        if self._releases is None:
            return
        now_s = self._clock.mono_ns() / 1e9
        try:
            if self._trial is None:
                self._remember(
                    now_s, Watching(version=self._version, cameras=watching, centre=is_heard)
                )
                return
            enough = watching >= min(self._trial.cameras, configured)
            if not (enough and (is_heard or not self._trial.centre)):
                self._well_since_s = None
                return
            if self._well_since_s is None:
                self._well_since_s = now_s
            if now_s - self._well_since_s >= SETTLED_S:
                self._releases.settle(self._version)
                self._trial = None
                _log.info("this release stays", version=self._version)
        except OSError as error:
            _log.error("the folder of releases cannot be written", why=error.strerror)

    def _remember(self, now_s: float, watching: Watching) -> None:
        assert self._releases is not None
        if self._noted is not None:
            noted_s, noted = self._noted
            if watching == noted or now_s - noted_s < _NOTED_S:
                return
        self._releases.note_watching(watching)
        self._noted = (now_s, watching)
