"""Cameras whose footage comes, breaks off, is deleted and is healed, day after day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

from api.contract import FootageGap, FootageSpan, GapCause, RetentionState, RetentionStatus

DAY_MS = 86_400_000
FIRST_MS = 1_774_000_000_000
"""Some days before Berlin puts its clocks forward."""
CAUSES = (GapCause.OFFLINE, GapCause.DELETED, GapCause.DISK_FULL)


def moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


@dataclass(frozen=True)
class Told:
    """A report, as its camera would have it at that moment."""

    as_of_ms: int
    status: RetentionStatus


def status(
    as_of_ms: int,
    spans: list[tuple[int, int]],
    gaps: list[tuple[int, int, GapCause]],
    **changes: object,
) -> RetentionStatus:
    values: dict[str, object] = {
        "school_id": "default",
        "camera_id": "gate-north",
        "as_of": moment(as_of_ms),
        "state": RetentionState.GAP,
        "required_days": 30,
        "time_zone": "Europe/Berlin",
        "proven_days": 0.0,
        "completeness": 0.0,
        "oldest_footage_at": moment(spans[0][0]) if spans else None,
        "spans": tuple(FootageSpan(from_at=moment(a), to_at=moment(b)) for a, b in spans),
        "gaps": tuple(
            FootageGap(from_at=moment(a), to_at=moment(b), cause=cause) for a, b, cause in gaps
        ),
    }
    return RetentionStatus.model_validate(values | changes)


@st.composite
def histories(draw: st.DrawFn, most_days: int = 12) -> list[RetentionStatus]:
    """Reports of a camera, one or none a day, by day."""
    pieces = draw(
        st.lists(
            st.tuples(
                st.integers(1, 60 * 3600 * 1000),
                st.integers(1, 9 * 3600 * 1000),
                st.sampled_from(CAUSES),
            ),
            min_size=1,
            max_size=25,
        )
    )
    spans: list[tuple[int, int]] = []
    gaps: list[tuple[int, int, GapCause]] = []
    at_ms = FIRST_MS
    for length, hole, cause in pieces:
        spans.append((at_ms, at_ms + length))
        gaps.append((at_ms + length, at_ms + length + hole, cause))
        at_ms += length + hole
    found = []
    keep_days = draw(st.integers(1, 20))
    tells_earlier = draw(st.booleans())
    life = draw(st.sampled_from([None, FIRST_MS - 40 * DAY_MS, FIRST_MS]))
    now_ms = FIRST_MS
    for _ in range(draw(st.integers(1, most_days))):
        now_ms += draw(st.integers(DAY_MS // 2, 3 * DAY_MS // 2))
        if gaps and draw(st.integers(0, 9)) == 0:
            del gaps[draw(st.integers(0, len(gaps) - 1))]  # healed, or never explained
            n = draw(st.integers(0, len(spans) - 1))
            spans[n] = (spans[n][0], spans[n][1] + draw(st.integers(0, 3600 * 1000)))
        front = now_ms - keep_days * DAY_MS
        window = now_ms - draw(st.sampled_from([keep_days, keep_days, 3])) * DAY_MS
        held = _clip(spans, max(front, 0), now_ms)
        since = max(window, life or FIRST_MS)
        found.append(
            status(
                now_ms,
                _clip(held, since, now_ms),
                [
                    (max(a, since), min(b, now_ms), c)
                    for a, b, c in gaps
                    if min(b, now_ms) > max(a, since)
                ],
                oldest_footage_at=moment(held[0][0]) if held else None,
                life_since_at=None if life is None else moment(life),
                is_offline=draw(st.booleans()),
                is_incomplete=draw(st.integers(0, 5)) == 0,
                earlier_spans=(
                    tuple(
                        FootageSpan(from_at=moment(a), to_at=moment(b))
                        for a, b in _clip(held, 0, since)
                    )
                    if tells_earlier
                    else None
                ),
            )
        )
    return found


def _clip(spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    return [(max(a, start), min(b, end)) for a, b in spans if min(b, end) > max(a, start)]
