"""A recorder of another maker, audited: its index asked, opened here and there, and judged.

The verdict is that of every audit. What the device's word is missing for, or no good, is unknown:
such time is no footage, and the gap it leaves says ``not_verified``; with one in it a verdict that
is not fulfilled anyhow is ``unknown`` and never "missing". Of each day and camera one stretch is
opened and decoded, for an index is a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from api.contract.footage.gaps import Absence, explain
from api.contract.footage.school_days import days_before, each_day
from api.contract.footage.spans import Span, clip, merge
from api.contract.footage.verdict import Known, Requirement, judge
from api.contract.retention import GapCause
from pipeline.devices.device import Channel, ClockOffset, Coverage, Device, DeviceHealth, Unknown
from pipeline.devices.errors import BrokenAnswerError, DeviceError, UnknownReason
from pipeline.devices.opened import prove
from pipeline.recorders.audit import Audit, AuditGap, CameraAudit, Finding

LOOK_BACK_DAYS = 1
"""So many days before the window are asked for too: they tell whether footage is older."""
LAG_S = 900.0
"""What a recorder wrote last is in its index some minutes later."""
PROOF_S = 10.0
"""How long a stretch is opened for; its first picture is all that is wanted."""
_TRIES = 2
"""Stretches of a day that are tried before the day is called unplayable."""


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """What to audit.

    Attributes:
        window: From and to.
        requirement: Days, zone and tolerance.
        lag_s: Footage that ends so shortly before the window's end ends the window.
        has_proof: Whether a stretch of each day is opened.
    """

    window: Span
    requirement: Requirement
    lag_s: float = 0.0
    has_proof: bool = True


@dataclass(frozen=True, slots=True)
class ChannelAudit:
    """One camera of the device.

    Attributes:
        row: The verdict.
        findings: Doubts, and stretches that did not open.
        proven_days: Days of which a stretch was decoded.
        unproven_days: Days with footage of which none could be opened to see.
    """

    row: CameraAudit
    findings: tuple[Finding, ...]
    proven_days: int = 0
    unproven_days: int = 0


@dataclass(frozen=True, slots=True)
class DeviceAudit:
    """The device.

    Attributes:
        channels: Its cameras' audits.
        clock: Its clock against ours; None when it does not say.
        health: Its disks; None when it does not say.
        troubles: Why clock or disks are not known.
    """

    channels: tuple[ChannelAudit, ...]
    clock: ClockOffset | None
    health: DeviceHealth | None
    troubles: tuple[str, ...]

    def as_audit(self) -> Audit:
        """As an audit of files is told."""
        findings = [finding for each in self.channels for finding in each.findings]
        return Audit(tuple(each.row for each in self.channels), tuple(findings))


@dataclass(slots=True)
class _Proofs:
    """What opening showed."""

    proven: int = 0
    unproven: int = 0
    doubts: list[Unknown] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def audit_device(
    device: Device,
    channels: Sequence[Channel],
    order: DeviceOrder,
    told: Callable[[str], None] = lambda name: None,
) -> DeviceAudit:
    """Audit cameras of a device, one after the other.

    Args:
        device: It.
        channels: Those to audit.
        order: What is asked of each.
        told: Called with a camera's name before it is looked at.
    """
    troubles: list[str] = []
    clock: ClockOffset | None = None
    health: DeviceHealth | None = None
    try:
        clock = device.clock_offset()
    except DeviceError as error:
        troubles.append(error.line())
    try:
        health = device.health()
    except DeviceError as error:
        troubles.append(error.line())
    found = []
    for channel in channels:
        told(shown_name(channel))
        found.append(audit_channel(device, channel, order))
    return DeviceAudit(tuple(found), clock, health, tuple(troubles))


def audit_channel(device: Device, channel: Channel, order: DeviceOrder) -> ChannelAudit:
    """Audit one camera."""
    coverage = device.coverage(channel.id, asked_window(order))
    proofs = _Proofs()
    if order.has_proof:
        proofs = _prove_days(device, channel, coverage, order)
    found = judge_channel(channel, coverage, proofs.doubts, order)
    return replace(
        found,
        findings=(*found.findings, *proofs.findings),
        proven_days=proofs.proven,
        unproven_days=proofs.unproven,
    )


def unanswered(channel: Channel, order: DeviceOrder, error: DeviceError) -> ChannelAudit:
    """A camera of a device that could not be asked: unknown, which is not without footage."""
    window = asked_window(order)
    coverage = Coverage(window, (), (Unknown(window, error.reason, error.what),))
    return judge_channel(channel, coverage, (), order)


def without_channel(channel: Channel, order: DeviceOrder) -> ChannelAudit:
    """A camera that the device does not have: it has no footage there."""
    return judge_channel(channel, Coverage(asked_window(order), (), ()), (), order)


def asked_window(order: DeviceOrder) -> Span:
    """What the device is asked for: the window, and what tells how far back footage reaches."""
    requirement, window = order.requirement, order.window
    days = LOOK_BACK_DAYS
    if requirement.max_days is not None:
        days = max(days, requirement.max_days + 2 - requirement.days)
    return Span(days_before(window.start_s, days, requirement.zone), window.end_s)


def shown_name(channel: Channel) -> str:
    """As people know it: number and name."""
    return f"{channel.id} {channel.name}".strip()


def judge_channel(
    channel: Channel, coverage: Coverage, unplayable: Sequence[Unknown], order: DeviceOrder
) -> ChannelAudit:
    """The verdict on one camera.

    Args:
        channel: It.
        coverage: What the device said of ``asked_window``.
        unplayable: What it lists and does not open.
        order: What is asked of it.
    """
    requirement, name = order.requirement, shown_name(channel)
    doubts = [*coverage.unknown, *unplayable]
    doubted = merge(doubt.span for doubt in doubts)
    spans = [part for each in coverage.recorded for part in _less(each.span, doubted)]
    window = _judged_window(spans, doubted, order)
    oldest_s = min((span.start_s for span in spans), default=None)
    is_older = oldest_s is not None and oldest_s < window.start_s - requirement.max_seam_s
    in_window = [doubt for doubt in doubts if clip([doubt.span], window)]
    verdict = judge(
        spans,
        window,
        requirement,
        Known(
            oldest_trace_s=oldest_s,
            older_than_window=is_older,
            is_incomplete=bool(in_window),
            is_offline=channel.is_online is False,
        ),
    )
    absences = [
        Absence(doubt.span, GapCause.NOT_VERIFIED, doubt.reason.value, is_open=False)
        for doubt in sorted(doubts, key=lambda each: each.span)
    ]
    gaps = [
        AuditGap(
            part.span,
            _cause(part.cause, part.span, oldest_s, is_older=is_older),
            (),
            part.detail,
        )
        for gap in verdict.gaps
        for part in explain(gap, absences, requirement.max_seam_s)
    ]
    findings = [
        Finding(
            name, doubt.reason.value, name, doubt.span.start_s, doubt.span.seconds, doubt.detail
        )
        for doubt in in_window
    ]
    sizes = [each.size_bytes or 0 for each in coverage.recorded]
    row = CameraAudit(name, verdict, tuple(gaps), is_older, window, oldest_s, sum(sizes))
    return ChannelAudit(row, tuple(findings))


def _judged_window(spans: Sequence[Span], doubted: Sequence[Span], order: DeviceOrder) -> Span:
    """The window, moved back to where the newest footage ends when that is just on its way."""
    window = order.window
    newest_s = max((span.end_s for span in spans), default=None)
    if newest_s is None or not 0 < window.end_s - newest_s <= order.lag_s:
        return window
    if clip(doubted, Span(newest_s, window.end_s)):
        return window
    late_s = window.end_s - newest_s
    return Span(window.start_s - late_s, newest_s)


def _cause(cause: GapCause, gap: Span, oldest_s: float | None, *, is_older: bool) -> GapCause:
    if cause is not GapCause.UNEXPLAINED:
        return cause
    if oldest_s is not None and gap.end_s <= oldest_s and not is_older:
        return GapCause.BEFORE_FIRST_FOOTAGE
    return GapCause.NO_FILE


def _less(span: Span, doubted: Sequence[Span]) -> list[Span]:
    parts = []
    at_s = span.start_s
    for doubt in clip(doubted, span):
        if doubt.start_s > at_s:
            parts.append(Span(at_s, doubt.start_s))
        at_s = doubt.end_s
    if at_s < span.end_s:
        parts.append(Span(at_s, span.end_s))
    return parts


def _prove_days(
    device: Device, channel: Channel, coverage: Coverage, order: DeviceOrder
) -> _Proofs:
    """Open a stretch of each day of the window."""
    proofs = _Proofs()
    footage = [each.span for each in coverage.recorded]
    days = list(each_day(order.window, order.requirement.zone))
    for number, (_, day) in enumerate(reversed(days)):
        stretches = sorted(clip(footage, day), key=lambda span: -span.seconds)
        if not stretches:
            continue
        error = prove_day(device, channel.id, stretches)
        if error is None:
            proofs.proven += 1
            continue
        name = shown_name(channel)
        if isinstance(error, BrokenAnswerError):
            proofs.doubts += [
                Unknown(span, UnknownReason.UNPLAYABLE, error.what) for span in merge(stretches)
            ]
            continue
        # It cannot be opened from here, whatever the day: what it says stays a claim.
        left = [clip(footage, other) for _, other in days[: len(days) - number]]
        proofs.unproven = sum(1 for spans in left if spans)
        proofs.findings.append(
            Finding(name, "not_proven", name, day.start_s, day.seconds, error.line())
        )
        break
    return proofs


def prove_day(device: Device, channel: str, stretches: Sequence[Span]) -> DeviceError | None:
    """Open one of a day's stretches; None when a picture of it decoded, else why not.

    Args:
        device: It.
        channel: The camera.
        stretches: Footage of the day, the longest first.
    """
    failed: DeviceError | None = None
    for span in stretches[:_TRIES]:
        middle_s = (span.start_s + span.end_s) / 2
        end_s = min(span.end_s, middle_s + PROOF_S)
        try:
            prove(device, channel, Span(min(middle_s, end_s - 1.0), end_s))
        except BrokenAnswerError as error:
            failed = error
        except DeviceError as error:
            return error
        else:
            return None
    return failed
