"""Takes episodes in and shows them; people's judgements are in :mod:`api.alerts.review`.

What a worker says and what a person judged are kept in separate columns: a later revision
replaces the former and never touches the latter, and once it was judged stands beside both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import facts, joining, views
from api.alerts.filters import AlertFilters, QueueOrder
from api.alerts.joining.repository import JoinedRepository
from api.alerts.queue.cursor import QueueCursor
from api.alerts.queue.repository import QueueRepository
from api.alerts.repository import AlertRepository, AlertRow, EvidenceRow
from api.alerts.schemas import (
    AlertCounts,
    AlertDetail,
    AlertPage,
    AlertStatus,
    AlertSummary,
    EvidenceStanding,
    HistoryAction,
)
from api.boxes.errors import OtherSchoolError
from api.bus.work import UnitOfWork
from api.contract import AlertEpisode
from api.db.models import Alert
from api.kit.errors import NotFoundError, UnavailableError

_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an episode comes from.

    Attributes:
        box_id: Who reports it.
        school_id: The school.
        camera_key: The camera's number.
    """

    box_id: int
    school_id: str
    camera_key: int


async def record_episode(
    work: UnitOfWork, origin: Origin, episode: AlertEpisode, undo_s: float
) -> bool:
    """Keep an episode if its revision is the highest so far; answers whether it was.

    The camera must exist, if only as a placeholder, and be locked. Of an alert that was judged only
    its end moves on; whatever else a later revision says stands beside what was judged.

    Raises:
        UnavailableError: If it is deleted at the same moment; it will be new when sent again.
        InvalidError: If it names too much evidence.
    """
    alerts = AlertRepository(work.session)
    known = await alerts.lock(episode.id)
    if known is None:
        alert_id = await joining.alert_of(work, origin.camera_key, origin.box_id, episode)
        if alert_id is not None:
            return await _join(work, origin, alert_id, episode, undo_s)
        if await alerts.insert(_new(work, origin, episode)):
            alerts.add_history(episode.id, work.now, HistoryAction.RECEIVED)
            await alerts.name_evidence(
                episode.id,
                origin.school_id,
                episode.revision,
                episode.evidence,
                EvidenceStanding.CURRENT,
            )
            await emit(work, episode.id, undo_s)
            return True
        known = await alerts.lock(episode.id)
        if known is None:
            raise UnavailableError("the alert was deleted meanwhile")
    if known.camera_key != origin.camera_key:
        raise OtherSchoolError(origin.box_id, "the alert is of another camera")
    if known.revision >= episode.revision:
        return False
    episodes = await JoinedRepository(work.session).episodes_of(known.id)
    if episodes:
        episodes[0].revision, episodes[0].body = episode.revision, episode.model_dump_json()
    known.revision = episode.revision
    await _take(work, known, joining.merged(episode, episodes), undo_s)
    return True


def _new(work: UnitOfWork, origin: Origin, episode: AlertEpisode) -> dict[str, object]:
    """The row of an alert that was not known."""
    return facts.told(episode) | {
        "id": episode.id,
        "revision": episode.revision,
        "school_id": origin.school_id,
        "camera_key": origin.camera_key,
        "box_id": origin.box_id,
        "received_at": work.now,
        "queued_at": facts.queued_at(episode.raised_at, work.now),
        "updated_at": work.now,
        "status": AlertStatus.PENDING_REVIEW,
        "note": "",
    }


async def _take(work: UnitOfWork, alert: Alert, episode: AlertEpisode, undo_s: float) -> None:
    """Note what is said of a known alert now, on it or beside what was judged."""
    alerts = AlertRepository(work.session)
    told = facts.told(episode)
    standing = EvidenceStanding.CURRENT
    is_news = False
    if alert.status == AlertStatus.PENDING_REVIEW:
        facts.apply(alert, told)
    else:
        standing = EvidenceStanding.LATER
        is_news = facts.stand_beside(alert, episode, told, work.now)
        if facts.ends_with_more_than_seen(alert):
            await wait_again(alert, alerts)
            alerts.add_history(alert.id, work.now, HistoryAction.RETURNED)
            standing, is_news = EvidenceStanding.CURRENT, False
    alert.updated_at = work.now
    await work.session.flush()
    is_named_anew = await alerts.name_evidence(
        alert.id, alert.school_id, episode.revision, episode.evidence, standing
    )
    if is_named_anew:
        alert.evidence_deleted_at = None  # what it names anew is deleted in its turn
    if standing is EvidenceStanding.LATER and (is_news or is_named_anew):
        alerts.add_history(alert.id, work.now, HistoryAction.REPORTED_LATER)
    await emit(work, alert.id, undo_s)


async def wait_again(alert: Alert, alerts: AlertRepository) -> None:
    """What was decided counts no more: the alert waits, and is again what its box says."""
    alert.version += 1
    alert.status = AlertStatus.PENDING_REVIEW
    alert.reason = None
    alert.note = ""
    alert.reviewed_by = None
    alert.reviewed_at = None
    await alerts.adopt_later_evidence(alert.id)
    if alert.later is not None:
        facts.apply(alert, facts.told(views.later_of(alert)))
        alert.later = None


async def _join(
    work: UnitOfWork, origin: Origin, alert_id: UUID, episode: AlertEpisode, undo_s: float
) -> bool:
    """Keep an episode as part of an alert that has another id."""
    alerts = AlertRepository(work.session)
    alert = await alerts.lock(alert_id)
    if alert is None:
        raise UnavailableError("the alert was deleted meanwhile")
    episodes = await JoinedRepository(work.session).episodes_of(alert_id)
    if not episodes:
        row, evidence = await _get(alerts, alert_id)
        own = joining.own_episode(alert, row.camera_id, evidence)
        episodes.append(joining.part(alert_id, alert.box_id, 0, own))
        JoinedRepository(work.session).add_episode(episodes[0])
    part = next((each for each in episodes if each.episode_id == episode.id), None)
    if part is None:
        part = joining.part(alert_id, origin.box_id, len(episodes), episode)
        JoinedRepository(work.session).add_episode(part)
        episodes.append(part)
    elif part.revision >= episode.revision:
        return False
    else:
        part.revision, part.body = episode.revision, episode.model_dump_json()
    own = AlertEpisode.model_validate_json(episodes[0].body)
    await _take(work, alert, joining.merged(own, episodes), undo_s)
    return True


async def evidence_arrived(work: UnitOfWork, school_id: str, sha256: str, undo_s: float) -> None:
    """Tell consoles that alerts of a school naming this file can show it now."""
    for alert_id in await AlertRepository(work.session).naming(school_id, sha256):
        await emit(work, alert_id, undo_s)


async def emit(work: UnitOfWork, alert_id: UUID, undo_s: float) -> AlertSummary:
    """Announce an alert as it stands now, and answer it."""
    shown = await get_summary(work.session, alert_id, work.now, undo_s)
    _announce(work, shown)
    return shown


async def emit_all(work: UnitOfWork, alert_ids: Sequence[UUID], undo_s: float) -> None:
    """Announce these alerts as they stand now."""
    shown = await get_summaries(work.session, alert_ids, work.now, undo_s)
    for alert_id in alert_ids:
        _announce(work, shown[alert_id])


def _announce(work: UnitOfWork, shown: AlertSummary) -> None:
    work.emit("alert", str(shown.id), shown.school.school_id, shown.model_dump_json())


async def lock_alert(work: UnitOfWork, alert_id: UUID) -> Alert:
    """One alert, kept from others until the unit of work ends.

    Raises:
        NotFoundError: If there is none.
    """
    alert = await AlertRepository(work.session).lock(alert_id)
    if alert is None:
        raise NotFoundError(f"no alert {alert_id}")
    return alert


async def get_summary(
    session: AsyncSession, alert_id: UUID, now: datetime, undo_s: float
) -> AlertSummary:
    """One alert as a row of the queue.

    Raises:
        NotFoundError: If there is none.
    """
    row, evidence = await _get(AlertRepository(session), alert_id)
    return views.summary(row, evidence, now, undo_s)


async def get_summaries(
    session: AsyncSession, alert_ids: Sequence[UUID], now: datetime, undo_s: float = 0.0
) -> dict[UUID, AlertSummary]:
    """Those of these alerts that there are, as rows of the queue."""
    alerts = AlertRepository(session)
    rows = await alerts.get_all(alert_ids)
    evidence = await alerts.evidence_of([row.alert.id for row in rows])
    return {
        row.alert.id: views.summary(row, evidence.get(row.alert.id, []), now, undo_s)
        for row in rows
    }


async def get_alert(
    session: AsyncSession, alert_id: UUID, now: datetime, undo_s: float
) -> AlertDetail:
    """Everything about one alert.

    Raises:
        NotFoundError: If there is none.
    """
    alerts = AlertRepository(session)
    row, evidence = await _get(alerts, alert_id)
    return views.detail(row, evidence, await alerts.history(alert_id), now, undo_s)


async def _get(alerts: AlertRepository, alert_id: UUID) -> tuple[AlertRow, list[EvidenceRow]]:
    row = await alerts.get(alert_id)
    if row is None:
        raise NotFoundError(f"no alert {alert_id}")
    return row, (await alerts.evidence_of([alert_id])).get(alert_id, [])


async def newest_arrival(session: AsyncSession) -> datetime | None:
    """When the newest alert arrived."""
    return await AlertRepository(session).newest_arrival()


async def is_any_dated_after(session: AsyncSession, moment: datetime) -> bool:
    """Whether any of the newest alerts says that it was raised after then."""
    return await AlertRepository(session).is_any_dated_after(moment, _LOOKED_AT)


async def count_by_status(session: AsyncSession) -> dict[AlertStatus, int]:
    """How many alerts stand in each status."""
    counted = await QueueRepository(session).counts(())
    return {status: counted.get(status, 0) for status in AlertStatus}


async def list_alerts(
    session: AsyncSession,
    filters: AlertFilters,
    *,
    order: QueueOrder = QueueOrder.NEWEST,
    limit: int,
    cursor: str | None,
    now: datetime,
    undo_s: float,
) -> AlertPage:
    """A page of the queue.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    queue = QueueRepository(session)
    by_class = order is QueueOrder.CLASS
    after = None if cursor is None else QueueCursor.decode(cursor, by_class=by_class)
    conditions = await queue.conditions(filters)
    rows = await queue.page(conditions, filters.statuses, order, after, limit + 1)
    shown = rows[:limit]
    evidence = await AlertRepository(session).evidence_of([row.alert.id for row in shown])
    counted: Mapping[str, int]
    if cursor is None and not filters.statuses and len(rows) <= limit:
        # All there are: to count them is to look for the same words once more.
        counted = Counter(row.alert.status for row in rows)
    else:
        counted = await queue.counts(conditions)
    last = shown[-1].alert if len(rows) > limit else None
    return AlertPage(
        items=[views.summary(row, evidence.get(row.alert.id, []), now, undo_s) for row in shown],
        next_cursor=None if last is None else QueueCursor.of(last, by_class=by_class).encode(),
        counts=AlertCounts(
            pending_review=counted.get(AlertStatus.PENDING_REVIEW, 0),
            confirmed=counted.get(AlertStatus.CONFIRMED, 0),
            false_positive=counted.get(AlertStatus.FALSE_POSITIVE, 0),
            seen=counted.get(AlertStatus.SEEN, 0),
        ),
        as_of=now,
    )
