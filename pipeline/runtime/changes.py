"""What a new configuration changes in a running box; pure."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.runtime.config import BoxConfig, CameraConfig

FIXED = (
    "worker_id",
    "data_dir",
    "api",
    "recorder",
    "live",
    "offline_view",
    "inference",
    "processes",
)
"""Read once at the start; a change of these waits for the next one."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a new configuration in a running worker.

    Attributes:
        is_taken: False: everything goes on as it was.
        waits: Keys whose change waits for the next start.
        problem: Why it was not taken; one line.
    """

    is_taken: bool
    waits: tuple[str, ...] = ()
    problem: str = ""


def unheard(_: Followed) -> None:
    """For a worker whose configuration is nobody's business."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How to get from one configuration to another.

    Attributes:
        config: The one to go to: the new cameras and site, and what is fixed as it was.
        ended: Cameras that end, in the old configuration's order: removed or changed.
        begun: Cameras that begin, in the new one's order: added or changed.
        waits: Keys whose change waits for the next start.
        rejudged: Cameras of which rules, name and location alone changed: they stay connected, and
            what they show is judged by the new rules.
    """

    config: BoxConfig
    ended: tuple[CameraConfig, ...]
    begun: tuple[CameraConfig, ...]
    waits: tuple[str, ...]
    rejudged: tuple[CameraConfig, ...] = ()


def changes(old: BoxConfig, new: BoxConfig, *, is_recording: bool) -> Changes:
    """Compare two configurations.

    A camera of which only the promise about its footage changed goes on as it is; when the site
    changed, all are changed, since schedules and the hash in every alert depend on it.

    Args:
        old: What runs.
        new: What is wanted.
        is_recording: Whether a recorder runs, so that its folder is fixed.
    """
    kept_keys = [key for key in FIXED if key != "recorder" or is_recording]
    waits = tuple(key for key in kept_keys if getattr(old, key) != getattr(new, key))
    config = new.model_copy(update={key: getattr(old, key) for key in waits})
    if new.site.id != old.site.id:
        # What is on its way names the school, and so do the ids of open episodes.
        waits = (*waits, "site.id")
        config = config.model_copy(update={"site": new.site.model_copy(update={"id": old.site.id})})
    before = {camera.id: _what_counts(camera) for camera in old.cameras}
    after = {camera.id: _what_counts(camera) for camera in new.cameras}
    shown = {camera.id: _what_is_shown(camera) for camera in old.cameras}
    same = old.site == config.site
    stays = {id_ for id_, camera in after.items() if same and before.get(id_) == camera}
    rejudged = tuple(
        camera
        for camera in config.cameras
        if same and camera.id not in stays and shown.get(camera.id) == _what_is_shown(camera)
    )
    stays |= {camera.id for camera in rejudged}
    return Changes(
        config,
        tuple(camera for camera in old.cameras if camera.id not in stays),
        tuple(camera for camera in config.cameras if camera.id not in stays),
        waits,
        rejudged,
    )


def _what_is_shown(camera: CameraConfig) -> tuple[object, ...]:
    """All that the connection and the models depend on; rules and words do not."""
    plain = camera.model_copy(update={"rules": [], "name": "", "location": ""})
    return (*_what_counts(plain), camera.needs_attributes())


def _what_counts(camera: CameraConfig) -> tuple[CameraConfig, bool, bool]:
    return (
        camera.model_copy(update={"recording": None}),
        camera.is_recorded_here,
        camera.keeps_audio,
    )
