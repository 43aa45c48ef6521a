"""Footage in recorders of other makers, for whoever looks at it: as a box's configuration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.devices.device import Coverage, Device
from pipeline.devices.registry import open_device
from pipeline.healing.lending import Fetching, GapShelf, RecorderShelf
from pipeline.healing.sources import HeldCamera
from pipeline.recorders.segments import Origin
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.device_footage import device_cameras
from pipeline.runtime.footage_healing import healed_cameras

KEPT_FOLDER, GAPS_FOLDER = "fetched", "fetched-gaps"
"""Below the data folder, one for each process that fetches; never more in them than somebody looks
at."""


class _Lending:
    """Recorders and cameras as they are configured now."""

    def __init__(
        self,
        config: BoxConfig,
        folder: str,
        cameras: Callable[[BoxConfig], Mapping[str, HeldCamera]],
        clock: Clock,
    ) -> None:
        self._config = config
        self._cameras = cameras
        self._clock = clock
        self._fetching = Fetching(self._opened, config.data_dir / folder, clock)
        self._fetching.follow(cameras(config))

    def start(self) -> None:
        """Take away what an earlier process left."""
        self._fetching.start()

    def follow(self, config: BoxConfig) -> None:
        """Take other cameras and recorders."""
        self._config = config
        self._fetching.follow(self._cameras(config))

    def stop(self) -> None:
        """Let go of the recorders."""
        self._fetching.stop()

    def _opened(self, name: str) -> Device:
        config = self._config
        device = config.devices.get(name)
        if device is None:  # it was taken from the configuration just now
            raise ConfigError("there is no such recorder", where=f"devices.{name}")
        return open_device(
            device.place(), device.credentials(), zone=config.site.zone(), clock=self._clock
        )


class FootageLending(_Lending):
    """Of cameras whose footage recorders keep; in the process that audits those.

    Args:
        config: The box.
        audited: What a camera's recorder said last it has.
        clock: Time.
    """

    def __init__(
        self, config: BoxConfig, audited: Callable[[str], Coverage | None], clock: Clock
    ) -> None:
        super().__init__(config, KEPT_FOLDER, kept_cameras, clock)
        self._shelf = RecorderShelf(self._fetching, audited, clock)

    def shelves(self) -> dict[str, Shelf]:
        """Where each camera's footage can be looked at."""
        return dict.fromkeys(self._fetching.cameras, self._shelf)


class GapLending(_Lending):
    """Of cameras that this box records, what is missing here; in the process that records.

    Args:
        config: The box.
        own: Where its own footage is.
        clock: Time.
    """

    def __init__(self, config: BoxConfig, own: Shelf, clock: Clock) -> None:
        super().__init__(config, GAPS_FOLDER, gap_cameras, clock)
        self._own = own
        self._shelf = GapShelf(own, self._fetching)

    def shelf(self, camera: str) -> Shelf:
        """Where a recorded camera's footage can be looked at."""
        return self._shelf if camera in self._fetching.cameras else self._own


def kept_cameras(config: BoxConfig) -> dict[str, HeldCamera]:
    """Cameras whose footage a recorder keeps, by id."""
    return {
        each.camera: HeldCamera(
            each.camera, Origin(name, each.channel), each.channel_name, each.lag_s
        )
        for name, cameras in device_cameras(config).items()
        for each in cameras
    }


def gap_cameras(config: BoxConfig) -> dict[str, HeldCamera]:
    """Cameras that this box records and a recorder as well, by id."""
    return {
        each.camera: HeldCamera(each.camera, Origin(each.device, each.channel), each.channel_name)
        for each in healed_cameras(config)
    }
