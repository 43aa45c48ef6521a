"""``mingan rules preview``: what a changed configuration would have raised, as lines or JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract import PreviewAnswer
from api.contract.preview import PreviewAlert, PreviewedRule, PreviewHour, PreviewHourState
from pipeline.core.errors import ConfigError
from pipeline.runtime.config import BoxConfig, CameraConfig, load_box
from pipeline.runtime.preview import Question, preview
from pipeline.runtime.track_store import TrackStore

_HOUR_S = 3600.0


def preview_camera(
    config: Path, camera_id: str, data_dir: Path | None, hours: int, *, as_json: bool
) -> Iterator[str]:
    """Judge a camera's kept tracks by a configuration, and say what comes of it.

    Args:
        config: A box's configuration with the changed rules; it need not be the one that runs.
        camera_id: The camera.
        data_dir: Where the box keeps its data; the configuration's if None.
        hours: How far back.
        as_json: One JSON object in place of lines.

    Raises:
        ConfigError: The configuration is wrong, has no such camera, or a newer version of Mingan
            wrote the tracks.
    """
    box = load_box(config)
    camera = _camera(box, camera_id, config)
    to_s = time.time()
    from_s = to_s - _HOUR_S * hours
    kept = TrackStore(data_dir or box.data_dir, camera_id).read(from_s, to_s)
    answer = preview(kept, Question(camera.rules, camera.economy, box.site, from_s, to_s))
    if as_json:
        yield answer.model_dump_json(indent=2)
        return
    yield from _lines(answer, camera_id, ZoneInfo(box.site.time_zone))


def _camera(box: BoxConfig, camera_id: str, config: Path) -> CameraConfig:
    for camera in box.cameras:
        if camera.id == camera_id:
            return camera
    raise ConfigError(
        f"there is no camera '{camera_id}'",
        where=str(config),
        remedy="Choose from: " + ", ".join(camera.id for camera in box.cameras),
    )


def _lines(answer: PreviewAnswer, camera_id: str, zone: ZoneInfo) -> Iterator[str]:
    first, last = _clock(answer.from_at, zone), _clock(answer.to_at, zone)
    held = f"tracks of {answer.held_s / _HOUR_S:.1f} h held between {first} and {last}"
    yield f"{camera_id}: {held} ({zone.key}), {answer.size_bytes / 1e6:.1f} MB"
    if answer.damaged:
        yield f"  {answer.damaged} blocks are damaged; their time counts as not analysed"
    for rule in answer.rules:
        yield from _of_rule(rule, zone)


def _of_rule(rule: PreviewedRule, zone: ZoneInfo) -> Iterator[str]:
    total = "not analysed" if rule.alert_count is None else _number(rule.alert_count)
    more = f", {rule.withheld} more held back by the budget" if rule.withheld else ""
    zoned = f" ({rule.zone})" if rule.zone else ""
    yield f"{rule.rule_id}{zoned}: {total}{more}"
    if rule.not_seen:
        yield "  the box did not look for: " + ", ".join(rule.not_seen)
    for hour, end in zip(rule.hours, [*(h.from_at for h in rule.hours[1:]), None], strict=True):
        alerts = [a for a in rule.alerts if hour.from_at <= a.raised_at and _before(a, end)]
        times = " ".join(f"{a.raised_at.astimezone(zone):%H:%M:%S}" for a in alerts)
        yield f"  {_clock(hour.from_at, zone)}  {_said(hour)}  {times}".rstrip()


def _before(alert: PreviewAlert, end: datetime | None) -> bool:
    return end is None or alert.raised_at < end


def _said(hour: PreviewHour) -> str:
    if hour.state is PreviewHourState.NOT_ANALYSED:
        return "not analysed"
    if hour.state is PreviewHourState.OFF_SCHEDULE:
        return "off schedule"
    part = ""
    if hour.state is PreviewHourState.PARTLY:
        part = f" ({hour.analysed_s / 60:.0f} of {hour.watched_s / 60:.0f} min analysed)"
    return _number(hour.alerts or 0) + part


def _number(alerts: int) -> str:
    return f"{alerts} alert" if alerts == 1 else f"{alerts} alerts"


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
