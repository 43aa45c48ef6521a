"""Footage in recorders of other makers, audited each hour and told to the centre.

All of it is one process's, however many analyse: a recorder is asked by one of ours at a time. The
whole window is asked for once a day, in between only the end of it, and of a day that was opened
once a picture is not decoded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import structlog

from api.contract import RetentionStatus
from api.contract.footage.gaps import Gap
from api.contract.footage.school_days import each_day
from api.contract.footage.spans import Span, clip, holes, merge
from api.contract.footage.verdict import Requirement
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import Outbox
from pipeline.devices.device import (
    Channel,
    Coverage,
    Device,
    Recorded,
    Unknown,
    channel_trouble,
)
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceError,
    UnknownReason,
)
from pipeline.devices.polite_http import Limits
from pipeline.devices.registry import open_device
from pipeline.recorders.audit import required_window
from pipeline.recorders.footage_status import Proof, told
from pipeline.recorders.retention import RetentionPolicy
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.device_audit import (
    ChannelAudit,
    DeviceOrder,
    asked_window,
    judge_channel,
    prove_day,
)
from pipeline.runtime.device_config import DeviceConfig
from pipeline.runtime.hourly_audit import HourlyAudit

_log = structlog.get_logger(__name__)
_WHOLE_EVERY_S = 86_400.0
_AGAIN_S = 26 * 3600.0
"""So much of the end is asked for each hour: what was on its way, and a clock that changed."""
_DOUBTS_A_ROUND = 4
"""Intervals that were unknown and are asked for again each hour; all of them once a day."""
_PROOFS_A_ROUND = 8
"""Stretches that are opened of one device in an hour; a month of it is caught up in some days."""
CLOCK_WRONG_S = 60.0
_ALARM_OF = {
    UnknownReason.UNREACHABLE: "recorder_unreachable",
    UnknownReason.BUSY: "recorder_unreachable",
    UnknownReason.AUTH_REFUSED: "recorder_auth_refused",
}


@dataclass(frozen=True, slots=True)
class DeviceCamera:
    """A camera whose footage a device keeps.

    Attributes:
        camera: Camera id.
        channel: Its channel at the device.
        channel_name: What the device must call it; None when that does not matter.
        policy: What was promised about it.
        lag_s: How late the device's index may be.
    """

    camera: str
    channel: str
    channel_name: str | None
    policy: RetentionPolicy
    lag_s: float


@dataclass(slots=True)
class _Known:
    """What is known of a camera from earlier rounds.

    Attributes:
        coverage: The last answers, put together; None before the first.
        whole_at_s: When all of the window was asked for.
        days: Days that were opened, and whether a picture decoded.
    """

    coverage: Coverage | None = None
    whole_at_s: float = 0.0
    days: dict[date, bool] = field(default_factory=dict)


@dataclass(slots=True)
class _OpenDevice:
    """A device that is asked each hour."""

    config: DeviceConfig
    device: Device
    known: dict[str, _Known] = field(default_factory=dict)


class DeviceFootage:
    """Audits the cameras in devices.

    Args:
        config: The box.
        outbox: Where retention facts wait.
        clock: Time.
        limits: On each answer of a device.
    """

    def __init__(
        self, config: BoxConfig, outbox: Outbox, clock: Clock, limits: Limits | None = None
    ) -> None:
        self._config = config
        self._clock = clock
        self._limits = limits
        self._open: dict[str, _OpenDevice] = {}
        self._loop = HourlyAudit("devices", self._statuses, config.site.id, outbox)

    def start(self) -> None:
        """Begin to audit."""
        self._loop.start()

    def follow(self, config: BoxConfig) -> None:
        """Take other devices, cameras and promises."""
        self._config = config
        self._loop.wake()

    def audit(self) -> bool:
        """One round; answers whether all of it was kept."""
        return self._loop.round()

    def claimed(self, camera: str) -> Coverage | None:
        """What the camera's recorder said last it holds; None before it was asked."""
        for opened in tuple(self._open.values()):
            known = opened.known.get(camera)
            if known is not None and known.coverage is not None:
                return known.coverage
        return None

    def stop(self, deadline_s: float) -> None:
        """Audit no more."""
        if self._loop.stop(deadline_s):
            for each in self._open.values():
                each.device.close()

    def _statuses(self) -> Sequence[RetentionStatus]:
        config = self._config
        self._close_gone(config)
        statuses: list[RetentionStatus] = []
        for name, cameras in device_cameras(config).items():
            if self._loop.is_stopping:
                break
            statuses += self._of_device(name, config.devices[name], cameras)
        return statuses

    def _close_gone(self, config: BoxConfig) -> None:
        for name, opened in list(self._open.items()):
            if config.devices.get(name) != opened.config:
                self._close(name)

    def _close(self, name: str) -> None:
        opened = self._open.pop(name, None)
        if opened is not None:
            opened.device.close()

    def _of_device(
        self, name: str, config: DeviceConfig, cameras: Sequence[DeviceCamera]
    ) -> list[RetentionStatus]:
        now_s = self._clock.utc_s()
        try:
            opened = self._opened(name, config)
            channels = {each.id: each for each in opened.device.channels()}
        except ConfigError as error:
            _log.error("recorder not audited", recorder=name, why=error.line())
            refused = CapabilityMissingError(error.what)
            return [self._silent(camera, refused, now_s) for camera in cameras]
        except DeviceError as error:
            _log.warning("recorder not audited", recorder=name, why=error.line())
            if isinstance(error, AuthRefusedError):
                self._close(name)  # the next round reads the password anew
            return [self._silent(camera, error, now_s) for camera in cameras]
        alarms = _alarms_of(opened.device)
        proofs_left = _PROOFS_A_ROUND
        statuses = []
        for camera in cameras:
            known = opened.known.setdefault(camera.camera, _Known())
            order = self._order(camera, now_s)
            trouble = channel_trouble(channels, camera.channel, camera.channel_name)
            if trouble:
                trouble = f"recorder_{trouble}"
                del opened.known[camera.camera]
                missing = CapabilityMissingError(trouble)
                statuses.append(self._silent(camera, missing, now_s, (*alarms, trouble)))
                continue
            channel = channels[camera.channel]
            coverage = _remembered(known, opened.device, channel, order, now_s)
            proofs_left -= _prove(known, opened.device, camera, coverage, order, proofs_left)
            found = judge_channel(channel, coverage, _unplayable(known, coverage, order), order)
            statuses.append(self._status(camera, found, (*alarms, *_doubts_of(found))))
        return statuses

    def _opened(self, name: str, config: DeviceConfig) -> _OpenDevice:
        """The device, opened once.

        Raises:
            ConfigError: Its password is not there.
            DeviceError: Its user name cannot be sent.
        """
        if name not in self._open:
            device = open_device(
                config.place(),
                config.credentials(),
                zone=self._config.site.zone(),
                clock=self._clock,
                limits=self._limits,
            )
            self._open[name] = _OpenDevice(config, device)
        return self._open[name]

    def _order(self, camera: DeviceCamera, now_s: float) -> DeviceOrder:
        zone, policy = self._config.site.zone(), camera.policy
        return DeviceOrder(
            required_window(now_s, policy.min_days, zone),
            Requirement(policy.min_days, policy.max_days, zone),
            camera.lag_s,
        )

    def _silent(
        self,
        camera: DeviceCamera,
        error: DeviceError,
        now_s: float,
        alarms: tuple[str, ...] | None = None,
    ) -> RetentionStatus:
        """A camera of which nothing is known now."""
        order = self._order(camera, now_s)
        window = asked_window(order)
        coverage = Coverage(window, (), (Unknown(window, error.reason, error.what),))
        found = judge_channel(Channel(camera.channel, "", None), coverage, (), order)
        return self._status(camera, found, _doubts_of(found) if alarms is None else alarms)

    def _status(
        self, camera: DeviceCamera, found: ChannelAudit, alarms: tuple[str, ...]
    ) -> RetentionStatus:
        row = found.row
        return told(
            camera.camera,
            camera.policy,
            Proof(
                window=row.window,
                state=row.verdict.state,
                completeness=row.verdict.completeness,
                footage=row.verdict.footage,
                gaps=[Gap(gap.span, gap.cause, gap.detail) for gap in row.gaps],
                oldest_s=row.oldest_s,
                continuous_since_s=row.verdict.continuous_since_s,
                size_bytes=row.size_bytes,
            ),
            self._config.site.zone(),
            alarms=alarms,
        )


def device_cameras(config: BoxConfig) -> Mapping[str, list[DeviceCamera]]:
    """Cameras whose footage a device keeps, by the device's name."""
    found: dict[str, list[DeviceCamera]] = {}
    for camera in config.cameras:
        recording = camera.recording
        if recording is None or recording.device is None:
            continue
        assert recording.channel is not None
        found.setdefault(recording.device, []).append(
            DeviceCamera(
                camera.id,
                recording.channel,
                recording.channel_name,
                RetentionPolicy(recording.keep_days, recording.delete_after_days, recording.source),
                recording.lag_minutes * 60,
            )
        )
    return found


def _alarms_of(device: Device) -> tuple[str, ...]:
    """What is wrong with the device itself; nothing of what it does not tell."""
    alarms: list[str] = []
    try:
        if abs(device.clock_offset().seconds) > CLOCK_WRONG_S:
            alarms.append("recorder_clock_wrong")
        alarms += [f"recorder_{alarm}" for alarm in device.health().alarms]
    except DeviceError as error:
        _log.info("a recorder does not tell how it is", why=error.line())
    return tuple(alarms)


def _doubts_of(found: ChannelAudit) -> tuple[str, ...]:
    """Alarms of what is unknown, each once."""
    codes = [_ALARM_OF.get(UnknownReason(each.kind), "recorder_unclear") for each in found.findings]
    return tuple(dict.fromkeys(codes))


def _remembered(
    known: _Known, device: Device, channel: Channel, order: DeviceOrder, now_s: float
) -> Coverage:
    """The window's coverage: all asked for once a day, its end and some doubts each time."""
    window = asked_window(order)
    before = known.coverage
    if before is None or now_s - known.whole_at_s >= _WHOLE_EVERY_S:
        known.coverage = device.coverage(channel.id, window)
        known.whole_at_s = now_s
        return known.coverage
    end = Span(max(window.start_s, window.end_s - _AGAIN_S), window.end_s)
    doubted = clip([each.span for each in before.unknown], window)
    asked = merge([end, *doubted[-_DOUBTS_A_ROUND:]])
    fresh = [device.coverage(channel.id, span) for span in asked]
    recorded = [
        Recorded(part, each.file_id, each.size_bytes)
        for each in before.recorded
        for part in holes(clip(asked, each.span), each.span)
    ]
    unknown = [
        Unknown(part, each.reason, each.detail)
        for each in before.unknown
        for whole in clip([each.span], window)
        for part in holes(clip(asked, whole), whole)
    ]
    for found in fresh:
        recorded += found.recorded
        unknown += found.unknown
    known.coverage = Coverage(
        window,
        tuple(sorted(recorded, key=lambda each: each.span)),
        tuple(sorted(unknown, key=lambda each: each.span)),
    )
    return known.coverage


def _prove(
    known: _Known,
    device: Device,
    camera: DeviceCamera,
    coverage: Coverage,
    order: DeviceOrder,
    at_most: int,
) -> int:
    """Open a stretch of days that were not opened yet, the newest first; answers how many."""
    footage = [each.span for each in coverage.recorded]
    opened = 0
    for day, span in reversed(list(each_day(order.window, order.requirement.zone))):
        stretches = sorted(clip(footage, span), key=lambda each: -each.seconds)
        if opened >= at_most or not stretches or known.days.get(day):
            continue
        opened += 1
        error = prove_day(device, camera.channel, stretches)
        if error is None or isinstance(error, BrokenAnswerError):
            known.days[day] = error is None
        else:
            _log.info("footage not opened", camera=camera.camera, why=error.line())
            break
    return opened


def _unplayable(known: _Known, coverage: Coverage, order: DeviceOrder) -> tuple[Unknown, ...]:
    """Footage of days that did not open."""
    footage = [each.span for each in coverage.recorded]
    return tuple(
        Unknown(part, UnknownReason.UNPLAYABLE, "it lists footage that does not open")
        for day, span in each_day(order.window, order.requirement.zone)
        if known.days.get(day) is False
        for part in clip(footage, span)
    )
