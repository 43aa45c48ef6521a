"""What a recorder of another maker says of itself, as the command line shows it."""

from __future__ import annotations

from pipeline.devices.device import ClockOffset, DeviceHealth, Disk

_TIB = 1024.0**4


def device_json(clock: ClockOffset | None, health: DeviceHealth | None) -> dict[str, object]:
    """For machines; null is what it did not tell."""
    return {
        "clock_offset_s": None if clock is None else round(clock.seconds, 1),
        "clock_uncertainty_s": None if clock is None else round(clock.uncertainty_s, 1),
        "disks": None if health is None else [_disk_json(disk) for disk in health.disks],
        "alarms": None if health is None else list(health.alarms),
    }


def device_lines(clock: ClockOffset | None, health: DeviceHealth | None) -> list[str]:
    """For people."""
    lines = []
    if clock is not None:
        word = "fast" if clock.seconds > 0 else "slow"
        lines.append(
            f"clock: {abs(clock.seconds):.1f} s {word}"
            if clock.seconds
            else f"clock: right to {clock.uncertainty_s:.1f} s"
        )
    if health is not None:
        lines += [_disk_line(disk) for disk in health.disks]
        lines += [f"alarm: {alarm}" for alarm in health.alarms]
    return lines


def _disk_json(disk: Disk) -> dict[str, object]:
    return {
        "name": disk.name,
        "state": disk.state.value,
        "size_bytes": disk.size_bytes,
        "free_bytes": disk.free_bytes,
    }


def _disk_line(disk: Disk) -> str:
    size = "" if disk.size_bytes is None else f", {disk.size_bytes / _TIB:.2f} TiB"
    return f"disk {disk.name}: {disk.state.value}{size}"
