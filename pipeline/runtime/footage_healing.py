"""The healer as a box's configuration makes it."""

from __future__ import annotations

import sqlite3

import structlog

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.devices.device import Device
from pipeline.devices.registry import open_device
from pipeline.healing.healer import HealedCamera, Healer
from pipeline.healing.memory import HealingMemory
from pipeline.recorders.recorder import Recorder
from pipeline.runtime.config import BoxConfig

_log = structlog.get_logger(__name__)
MEMORY_NAME = "healing.sqlite"
_STOP_S = 8.0


class FootageHealing:
    """Heals what the box records, where the configuration says from whom.

    Begins with the first camera that has ``heal_from``; a box without costs nothing.

    Args:
        config: The box.
        recorder: Who keeps the footage.
        clock: Time.
    """

    def __init__(self, config: BoxConfig, recorder: Recorder, clock: Clock) -> None:
        self._config = config
        self._recorder = recorder
        self._clock = clock
        self._healer: Healer | None = None

    def start(self) -> None:
        """Begin, if there is anything to heal from."""
        self.follow(self._config)

    def follow(self, config: BoxConfig) -> None:
        """Take other cameras and devices."""
        self._config = config
        cameras = healed_cameras(config)
        if self._healer is None and cameras:
            self._begin(config)
        if self._healer is not None:
            self._healer.follow(cameras)

    def stop(self) -> None:
        """Heal no more."""
        if self._healer is not None:
            self._healer.stop(_STOP_S)

    def _begin(self, config: BoxConfig) -> None:
        try:
            memory = HealingMemory(config.data_dir / MEMORY_NAME)
        except (OSError, sqlite3.Error, ConfigError) as error:
            _log.error("gaps are not healed: their memory cannot be used", why=str(error))
            return
        self._healer = Healer(self._recorder, self._opened, memory, config.site.zone(), self._clock)
        self._healer.follow(healed_cameras(config))
        self._healer.start()

    def _opened(self, name: str) -> Device:
        config = self._config
        device = config.devices[name]
        return open_device(
            device.place(), device.credentials(), zone=config.site.zone(), clock=self._clock
        )


def healed_cameras(config: BoxConfig) -> list[HealedCamera]:
    """The cameras whose gaps are healed. One that is switched off is healed, too: of the time
    before.
    """
    found = []
    for camera in config.cameras:
        recording = camera.recording
        if recording is None or recording.heal_from is None:
            continue
        source = recording.heal_from
        found.append(
            HealedCamera(
                camera.id,
                source.device,
                source.channel,
                source.channel_name,
                recording.keep_days,
            )
        )
    return found
