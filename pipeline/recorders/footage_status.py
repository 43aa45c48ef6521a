"""From index and policy to what a worker may say on the wire about one camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from api.contract.footage.gaps import Absence, Gap, explain
from api.contract.footage.school_days import days_before, days_between, each_day
from api.contract.footage.spans import Span, clip, holes, merge, total_s
from api.contract.footage.verdict import DEFAULT_SEAM_S, Known, Requirement, judge
from api.contract.retention import (
    BrokenPromise,
    DayCompleteness,
    FootageGap,
    FootageSpan,
    GapCause,
    RecoveredSpan,
    RetentionForecast,
    RetentionState,
    RetentionStatus,
)
from pipeline.recorders.forecast import Forecast
from pipeline.recorders.index import Broken
from pipeline.recorders.recovered import RecoveredFootage
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import Origin

MAX_LISTED = 4096
MAX_DAYS = 1024
MAX_BROKEN = 256
MAX_DETAIL = 256
_SEGMENT_S = 3600.0
"""A file that a hold touches stays whole; it is no longer than this."""
_CAMERA_CAUSES = frozenset(
    {GapCause.OFFLINE, GapCause.STALLED, GapCause.AUTH_FAILED, GapCause.UNDECODABLE}
)


@dataclass(frozen=True, slots=True)
class FootageFacts:
    """All that is known of one camera's footage.

    Attributes:
        camera: Camera id.
        spans: All its footage, the open segment included.
        absences: By start.
        since_s: Its first picture ever; None when there was none.
        broken: Broken promises, oldest first.
        size_bytes: Of all its footage.
        forecast: None when not known yet.
        alarms: Codes of what is wrong now.
        is_unknown: The index did not answer.
        recovered: Which of the spans were fetched from elsewhere; by start.
        held: What must outlive every rule of deletion.
    """

    camera: str
    spans: Sequence[Span]
    absences: Sequence[Absence]
    since_s: float | None
    broken: Sequence[Broken]
    size_bytes: int
    forecast: Forecast | None
    alarms: Sequence[str]
    is_unknown: bool = False
    recovered: Sequence[RecoveredFootage] = ()
    held: Sequence[Span] = ()


def judged_window(
    since_s: float | None, policy: RetentionPolicy, as_of_s: float, zone: ZoneInfo
) -> Span:
    """The required days (one at least), or the camera's life when that is shorter."""
    start_s = days_before(as_of_s, max(1, policy.min_days), zone)
    if since_s is not None and start_s < since_s < as_of_s:
        start_s = since_s
    return Span(start_s, as_of_s)


def _without_held(
    facts: FootageFacts, policy: RetentionPolicy, as_of_s: float, zone: ZoneInfo
) -> list[Span]:
    """Footage without what is there only because it is held: a hold is no breach of a maximum."""
    if policy.max_days is None or not facts.held:
        return list(facts.spans)
    limit_s = days_before(as_of_s, policy.max_days, zone)
    around = merge(Span(h.start_s - _SEGMENT_S, h.end_s + _SEGMENT_S) for h in facts.held)
    found = clip(facts.spans, Span(limit_s, as_of_s + _SEGMENT_S))
    for span in facts.spans:
        old = Span(span.start_s, min(span.end_s, limit_s)) if span.start_s < limit_s else None
        if old is not None and old.end_s > old.start_s:
            found += holes(clip(around, old), old)
    return found


def retention_status(
    facts: FootageFacts, policy: RetentionPolicy, as_of_s: float, zone: ZoneInfo
) -> RetentionStatus:
    """The verdict with its proof.

    Args:
        facts: The camera's.
        policy: What it was promised.
        as_of_s: Seconds since the epoch; of a camera being recorded, the end of what is written.
        zone: The school's.
    """
    window = judged_window(facts.since_s, policy, as_of_s, zone)
    merged = merge(_without_held(facts, policy, as_of_s, zone), DEFAULT_SEAM_S)
    now_absent = facts.absences[-1] if facts.absences and facts.absences[-1].is_open else None
    is_offline = now_absent is not None and now_absent.cause in _CAMERA_CAUSES
    verdict = judge(
        merged,
        window,
        Requirement(policy.min_days, policy.max_days, zone),
        Known(
            installed_s=facts.since_s,
            oldest_trace_s=merged[0].start_s if merged else None,
            is_incomplete=facts.is_unknown,
            is_offline=is_offline,
        ),
    )
    gaps = [part for hole in verdict.gaps for part in explain(hole, facts.absences, DEFAULT_SEAM_S)]
    state = verdict.state
    if state is RetentionState.GAP and all(gap.cause is GapCause.DELETED for gap in gaps):
        # It was recorded and had to go: the disk is too small, the camera was not interrupted.
        state = RetentionState.INSUFFICIENT
    since_s = verdict.continuous_since_s
    if since_s is not None:
        # The window ends at the requirement; what is proven may reach further back.
        since_s = min([since_s, *(s.start_s for s in merged if s.start_s < since_s <= s.end_s)])
    return told(
        facts.camera,
        policy,
        Proof(
            window=window,
            state=state,
            completeness=verdict.completeness,
            footage=verdict.footage,
            gaps=gaps,
            oldest_s=merged[0].start_s if merged else None,
            continuous_since_s=since_s,
            size_bytes=facts.size_bytes,
            earlier=clip(merged, Span(0.0, window.start_s)),
            life_s=facts.since_s,
            is_offline=is_offline,
            is_incomplete=facts.is_unknown,
        ),
        zone,
        forecast=facts.forecast,
        broken=facts.broken,
        alarms=facts.alarms,
        recovered=facts.recovered,
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """What one camera's files prove, whoever wrote them.

    Attributes:
        window: What was judged.
        state: The one word.
        completeness: 0–1, of the window.
        footage: Disjoint, in order, inside the window.
        gaps: The rest of the window, with causes.
        oldest_s: When the oldest footage begins; None when there is none.
        continuous_since_s: Since when it reaches the window's end without a gap; None: it does not.
        size_bytes: Of all its footage.
        earlier: Footage of before the window; None when it was not looked at.
        life_s: Since when the camera is known to exist; None when nobody said.
        is_offline: It gives no picture now; None when nobody can say.
        is_incomplete: Part of the footage could not be looked at; None when the state says it.
    """

    window: Span
    state: RetentionState
    completeness: float
    footage: Sequence[Span]
    gaps: Sequence[Gap]
    oldest_s: float | None
    continuous_since_s: float | None
    size_bytes: int
    earlier: Sequence[Span] | None = None
    life_s: float | None = None
    is_offline: bool | None = None
    is_incomplete: bool | None = None


def told(
    camera: str,
    policy: RetentionPolicy,
    proof: Proof,
    zone: ZoneInfo,
    *,
    forecast: Forecast | None = None,
    broken: Sequence[Broken] = (),
    alarms: Sequence[str] = (),
    recovered: Sequence[RecoveredFootage] = (),
) -> RetentionStatus:
    """What is proven as the wire says it, within the wire's limits: the newest of each list."""
    footage, gaps, since_s = proof.footage, proof.gaps, proof.continuous_since_s
    as_of_s = proof.window.end_s
    return RetentionStatus(
        camera_id=camera,
        as_of=utc_moment(as_of_s),
        state=proof.state,
        required_days=policy.min_days,
        required_source=policy.source,
        max_days=policy.max_days,
        time_zone=zone.key,
        proven_days=0.0 if since_s is None else round(days_between(since_s, as_of_s, zone), 4),
        completeness=proof.completeness,
        oldest_footage_at=None if proof.oldest_s is None else utc_moment(proof.oldest_s),
        oldest_continuous_at=None if since_s is None else utc_moment(since_s),
        spans=_listed(footage),
        days=tuple(
            DayCompleteness(
                day=day,
                expected_s=span.seconds,
                recorded_s=min(span.seconds, total_s(clip(footage, span))),
            )
            for day, span in each_day(proof.window, zone)
        )[-MAX_DAYS:],
        gaps=tuple(
            FootageGap(
                from_at=utc_moment(gap.span.start_s),
                to_at=utc_moment(gap.span.end_s),
                cause=gap.cause,
                detail=gap.detail[:MAX_DETAIL],
            )
            for gap in gaps[-MAX_LISTED:]
        ),
        is_truncated=any(len(each) > MAX_LISTED for each in (gaps, footage, proof.earlier or ())),
        bytes_held=proof.size_bytes,
        forecast=None if forecast is None else _forecast(forecast),
        broken_promises=tuple(_wire(one) for one in broken[-MAX_BROKEN:]),
        alarms=tuple(alarms),
        recovered=_recovered(recovered),
        earlier_spans=None if proof.earlier is None else _listed(proof.earlier),
        life_since_at=None if proof.life_s is None else utc_moment(proof.life_s),
        is_offline=proof.is_offline,
        is_incomplete=proof.is_incomplete,
    )


def _listed(spans: Sequence[Span]) -> tuple[FootageSpan, ...]:
    return tuple(
        FootageSpan(from_at=utc_moment(span.start_s), to_at=utc_moment(span.end_s))
        for span in spans[-MAX_LISTED:]
    )


def _forecast(forecast: Forecast) -> RetentionForecast:
    return RetentionForecast(
        bytes_per_day=forecast.bytes_per_day,
        reachable_days=min(36_500.0, forecast.reachable_days),
        breaks_on=forecast.breaks_on,
    )


def _recovered(found: Sequence[RecoveredFootage]) -> tuple[RecoveredSpan, ...]:
    """Of each origin what adjoins as one span; the newest."""
    of_origin: dict[Origin, list[RecoveredFootage]] = {}
    for each in found:
        of_origin.setdefault(each.origin, []).append(each)
    joined = sorted(
        (span.start_s, span.end_s, str(origin), origin, _last_at_s(span, own))
        for origin, own in of_origin.items()
        for span in merge((each.span for each in own), DEFAULT_SEAM_S)
    )
    return tuple(
        RecoveredSpan(
            from_at=utc_moment(start_s),
            to_at=utc_moment(end_s),
            device=origin.device,
            channel=origin.channel,
            recovered_at=None if at_s is None else utc_moment(at_s),
        )
        for start_s, end_s, _, origin, at_s in joined[-MAX_LISTED:]
    )


def _last_at_s(span: Span, found: Sequence[RecoveredFootage]) -> float | None:
    """When the last part of a span was fetched."""
    return max(
        (each.at_s for each in found if each.at_s is not None and clip([each.span], span)),
        default=None,
    )


def _wire(broken: Broken) -> BrokenPromise:
    return BrokenPromise(
        broken_at=utc_moment(broken.broken_s),
        from_at=utc_moment(broken.span.start_s),
        to_at=utc_moment(broken.span.end_s),
        promised_days=broken.promised_days,
        kept_days=broken.kept_days,
        why=broken.why,
    )


def utc_moment(moment_s: float) -> datetime:
    """As the wire writes moments: UTC, to the millisecond."""
    return datetime.fromtimestamp(round(moment_s, 3), UTC)
