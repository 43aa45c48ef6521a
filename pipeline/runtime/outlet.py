"""How a process of cameras reaches the command centre: by itself, or through its supervisor."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Protocol

import structlog

from api.contract import (
    CONTRACT_VERSION,
    CameraHeartbeat,
    CameraState,
    Heartbeat,
    HeartbeatOrders,
)
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError, DeliveryError
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import Backlog, Outbox
from pipeline.delivery.postman import Postman
from pipeline.offline.accounts import forget_people
from pipeline.offline.desk import OfflineDesk
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.episodes import utc
from pipeline.runtime.managed_config import ManagedConfig
from pipeline.runtime.offline_box import offline_box
from pipeline.runtime.processor import ProcessorMeter
from pipeline.runtime.rule_readiness import ReadinessWatch
from pipeline.runtime.version import version
from pipeline.upgrades.releases import releases_of
from pipeline.upgrades.trial import TrialWatch

_log = structlog.get_logger(__name__)


class Outlet(Protocol):
    """The way out of a process of cameras."""

    def start(self) -> None:
        """Begin."""

    def follow(self, config: BoxConfig) -> None:
        """Take a new configuration."""

    def wake(self) -> None:
        """Something new waits in the outbox."""

    def beat(self, cameras: tuple[CameraHeartbeat, ...]) -> HeartbeatOrders:
        """Tell how the cameras are, and hear what is to be done.

        What is not heard is told again the next time.
        """

    def stop(self, deadline_s: float) -> None:
        """Nothing more will come; deliver what can be before the deadline."""


class CentreOutlet:
    """Straight to the command centre.

    Args:
        config: The box.
        outbox: What waits; not closed here.
        clock: Time.
        managed: Speaks about the configuration; None: the box's file alone counts.
    """

    def __init__(
        self,
        config: BoxConfig,
        outbox: Outbox,
        clock: Clock,
        managed: ManagedConfig | None = None,
    ) -> None:
        self._managed = managed
        self._school_id = config.site.id
        self._worker_id = config.worker_id
        self._config = config
        self._configured: tuple[str, ...] = ()
        self.follow(config)
        self._data_dir = config.data_dir
        self._outbox = outbox
        self._clock = clock
        self._started_s = clock.utc_s()
        self._backlog = Backlog(0, 0, 0)
        self._client = CentreClient(
            config.api.url, config.api.token, config.site.id, ca_file=config.api.ca_file
        )
        self._offline = self._offline_desk(config, outbox, clock)
        sent = None if self._offline is None else self._offline.sent
        self._postman = Postman(outbox, self._client, clock=clock, delivered=sent)
        self._readiness = ReadinessWatch(clock)
        self._processor = ProcessorMeter()
        self._trial = TrialWatch(releases_of(Path(sys.prefix)), clock, version())

    def start(self) -> None:
        """Begin to deliver."""
        self._postman.start()
        if self._offline is not None:
            try:
                self._offline.start(self._client)
            except ConfigError as error:
                _log.error("this box cannot be looked at", problem=error.line())

    def follow(self, config: BoxConfig) -> None:
        """Take a new configuration: what is not in it any more is retired."""
        self._config = config
        self._configured = tuple(camera.id for camera in config.cameras)

    def wake(self) -> None:
        """Something new waits in the outbox."""
        self._postman.wake()

    def beat(self, cameras: tuple[CameraHeartbeat, ...]) -> HeartbeatOrders:
        """Send a heartbeat of the whole box."""
        if self._offline is not None:
            self._offline.told(cameras)
        backlog = self._waiting()
        free_bytes, total_bytes = _disk(self._data_dir)
        heartbeat = Heartbeat(
            school_id=self._school_id,
            worker_id=self._worker_id,
            version=version(),
            contract_version=CONTRACT_VERSION,
            sent_at=utc(self._clock.utc_s()),
            started_at=utc(self._started_s),
            outbox_pending=backlog.pending,
            outbox_bytes=backlog.pending_bytes,
            outbox_refused=backlog.refused,
            disk_free_bytes=free_bytes,
            disk_total_bytes=total_bytes,
            cpu_busy=self._processor.busy(),
            cameras=cameras,
            configured=self._configured,
            rules=self._readiness.now(),
            configuration=None if self._managed is None else self._managed.facts(),
        )
        try:
            orders = self._client.heartbeat(heartbeat)
        except DeliveryError as error:
            _log.warning("heartbeat not taken", why=error.line())
            self._prove(cameras, is_heard=False)
            return HeartbeatOrders()
        self._prove(cameras, is_heard=True)
        if self._managed is not None:
            self._managed.exchange(self._client, orders.configuration)
        return orders

    def _prove(self, cameras: tuple[CameraHeartbeat, ...], *, is_heard: bool) -> None:
        """A release on trial stays by what it does."""
        watching = sum(camera.state is CameraState.WATCHING for camera in cameras)
        self._trial.note(watching, len(self._configured), is_heard=is_heard)

    def stop(self, deadline_s: float) -> None:
        """Send what can be sent before the deadline; the rest stays on disk."""
        if self._offline is not None:
            self._offline.stop(deadline_s)
        self._postman.stop(deadline_s)
        self._client.close()
        _log.info("delivery stopped", waiting_in_outbox=self._waiting().pending)

    def _offline_desk(self, config: BoxConfig, outbox: Outbox, clock: Clock) -> OfflineDesk | None:
        """Lets people of the school look at this box, if it may be looked at."""
        if not config.offline_view.enabled:
            forget_people(config.data_dir)
            return None
        return OfflineDesk(
            config.offline_view,
            config.live,
            config.data_dir,
            lambda: offline_box(self._config, clock),
            outbox,
            clock,
        )

    def _waiting(self) -> Backlog:
        """What waits, as far as is known: a box whose disk is gone still lives."""
        try:
            self._backlog = self._outbox.backlog()
        except sqlite3.Error as error:
            _log.error("outbox cannot be read", why=str(error))
        return self._backlog


def _disk(folder: Path) -> tuple[int, int | None]:
    """Free bytes and all of them."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0, None  # a disk that is gone has no room, and nobody knows how large it was
    return usage.free, usage.total or None
