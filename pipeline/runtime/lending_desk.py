"""Shows footage that recorders keep, for a supervisor: the process that asks recorders plays them.

A box without such cameras asks the command centre for no orders here.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.core.clock import Clock
from pipeline.devices.device import Coverage
from pipeline.live.centre import ViewingClient
from pipeline.live.desk import LiveDesk
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.footage_lending import FootageLending


class LendingDesk:
    """Takes orders for cameras whose footage recorders keep.

    Args:
        config: The box.
        audited: What a camera's recorder said last it has.
        clock: Time.
    """

    def __init__(
        self, config: BoxConfig, audited: Callable[[str], Coverage | None], clock: Clock
    ) -> None:
        self._config = config
        self._lending = FootageLending(config, audited, clock)
        self._shelves: dict[str, Shelf] = {}
        self._client: ViewingClient | None = None
        self._desk: LiveDesk | None = None

    def start(self) -> None:
        """Begin to take orders, if there are such cameras."""
        self._lending.start()
        self._show()

    def follow(self, config: BoxConfig) -> None:
        """Take other cameras and recorders."""
        self._config = config
        self._lending.follow(config)
        self._show()

    def stop(self, deadline_s: float) -> None:
        """Send nothing more."""
        if self._desk is not None and self._client is not None:
            self._desk.stop(deadline_s)
            self._client.close()
        self._lending.stop()

    def _show(self) -> None:
        shelves = self._lending.shelves()
        for camera_id in self._shelves.keys() - shelves.keys():
            del self._shelves[camera_id]
        self._shelves.update(shelves)
        if self._desk is None and shelves:
            config = self._config
            self._client = ViewingClient(
                config.api.url, config.api.token, config.site.id, ca_file=config.api.ca_file
            )
            self._desk = LiveDesk(self._client, {}, config.live, self._shelves)
            self._desk.start()
