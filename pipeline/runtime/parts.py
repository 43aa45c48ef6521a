"""Which process of a box does what: cameras spread evenly, and moved never while it runs; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.runtime.config import BoxConfig, CameraConfig

RECORDER = "recorder"


def process_count(wanted: int | str, cameras: int, cores: int) -> int:
    """How many processes analyse.

    Args:
        wanted: A number, or ``auto``: one a core.
        cameras: There are never more processes than cameras.
        cores: Cores to use.
    """
    return max(1, min(cores if wanted == "auto" else int(wanted), cameras))


def spread(cameras: Sequence[str], count: int, before: Mapping[str, str]) -> dict[str, str]:
    """Give each camera a process.

    A camera that has one keeps it, because moving it would cut its connection; a new one goes to
    the process with the fewest.

    Args:
        cameras: Ids, in the configuration's order.
        count: Processes, called ``p1`` to ``p<count>``.
        before: Process of each camera so far.
    """
    names = [f"p{number}" for number in range(1, count + 1)]
    found = {camera: before[camera] for camera in cameras if before.get(camera) in names}
    for camera in cameras:
        if camera not in found:
            held = list(found.values())
            found[camera] = min(names, key=lambda name: (held.count(name), names.index(name)))
    return {camera: found[camera] for camera in cameras}


def parts(
    box: BoxConfig, process_of: Mapping[str, str], count: int, cores: int
) -> dict[str, BoxConfig]:
    """The configuration of each process; one without cameras is left out.

    Recording is the recorder's, for all cameras, so that one process knows the whole disk. What a
    box may do in all is shared out: cores, live views, transcodes.

    Args:
        box: The whole box.
        process_of: Process of each camera, from :func:`spread`.
        count: Processes that analyse.
        cores: Cores to use.
    """
    threads = box.inference.threads or max(1, cores // count)
    shared = {
        "inference": box.inference.model_copy(update={"threads": threads}),
        "live": box.live.model_copy(
            update={
                "max_cameras": -(-box.live.max_cameras // count),
                "max_transcodes": -(-box.live.max_transcodes // count),
            }
        ),
    }
    found = {}
    for name in sorted(set(process_of.values())):
        cameras = [
            # The recorder's process records, the supervisor asks devices; what others wrote into a
            # folder is judged where it is analysed.
            camera if _is_in_a_folder(camera) else camera.model_copy(update={"recording": None})
            for camera in box.cameras
            if process_of[camera.id] == name
        ]
        found[name] = box.model_copy(
            update={"cameras": cameras, "recorder": None, "devices": {}, **shared}
        )
    recorded = [camera for camera in box.cameras if camera.is_recorded_here]
    if recorded:
        healing = {name: box.devices[name] for name in healing_devices(recorded)}
        found[RECORDER] = box.model_copy(update={"cameras": recorded, "devices": healing})
    return found


def healing_devices(cameras: Sequence[CameraConfig]) -> set[str]:
    """Names of the devices that gaps of these cameras are healed from."""
    recordings = (camera.recording for camera in cameras)
    return {each.heal_from.device for each in recordings if each and each.heal_from}


def _is_in_a_folder(camera: CameraConfig) -> bool:
    return camera.recording is not None and camera.recording.folder is not None
