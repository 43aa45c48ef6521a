"""What a box's configuration says of what can be looked at on it."""

from __future__ import annotations

from pipeline.core.clock import Clock
from pipeline.offline.shown import Box, BoxCamera
from pipeline.recorders.index_shelf import IndexShelf
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig


def offline_box(config: BoxConfig, clock: Clock) -> Box:
    """The box as its own pages show it: footage that it wrote itself, and no other's."""
    shelf: Shelf | None = None
    if config.recorder is not None and config.live.playback:
        shelf = IndexShelf(config.recorder.folder, clock)
    return Box(
        school_id=config.site.id,
        school_name=config.site.name,
        zone=config.site.zone(),
        plays=config.live.playback,
        cameras=tuple(
            BoxCamera(
                camera.id,
                camera.name,
                camera.location,
                shelf if camera.is_recorded_here else None,
            )
            for camera in config.cameras
        ),
    )
