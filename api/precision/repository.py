"""Counts of alerts by what people judged; read only.

The index ``ix_alerts_precision`` holds all columns that are counted, in the order of the groups:
no row of the table is fetched, and nothing is sorted to be counted by camera.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts.schemas import AlertStatus, FalsePositiveReason
from api.contract import RiskLevel
from api.db.camera import Camera
from api.db.models import Alert
from api.db.organisation import School
from api.kit.pagination import Cursor
from api.organisations.schemas import SchoolName
from api.organisations.school_names import SCHOOL_NAME
from api.precision.filters import BehindFilters, ReportFilters

_REASONS = tuple(FalsePositiveReason)


class Group(NamedTuple):
    """What is counted together.

    Attributes:
        rule: The rule.
        model_id: Whose scores they are.
        model_sha256: Its weights: another version is another model.
        camera_key: Where; None for all cameras.
    """

    rule: str
    model_id: str
    model_sha256: str
    camera_key: int | None = None


class GroupCount(NamedTuple):
    """Alerts of a group by judgement, and the highest class among them.

    Attributes:
        group: What they have in common.
        confirmed: True ones.
        pending_review: Those that nobody judged.
        reasons: The false ones, in the order of ``FalsePositiveReason``.
        is_class_1: Whether any is of the gravest class.
        false_positive: Sum of ``reasons``, added up once.
    """

    group: Group
    confirmed: int
    pending_review: int
    reasons: tuple[int, ...]
    is_class_1: bool
    false_positive: int


class ScoreCount(NamedTuple):
    """Alerts of a group and a judgement by hundredth of their score."""

    group: Group
    rule_id: str | None
    """None where all cameras are counted together."""
    status: AlertStatus
    hundredth: int
    amount: int


class NamedCamera(NamedTuple):
    """What names a camera and its school."""

    key: int
    camera_id: str
    name: str
    location: str
    school: SchoolName


def _conditions(filters: ReportFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Alert.queued_at >= filters.since]
    if filters.school_ids:
        found.append(Alert.school_id.in_(filters.school_ids))
    if filters.rules:
        found.append(Alert.rule.in_(filters.rules))
    if filters.camera_keys:
        found.append(Alert.camera_key.in_(filters.camera_keys))
    return found


class PrecisionRepository:
    """Reads what was judged of ``alerts``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, filters: ReportFilters) -> list[GroupCount]:
        """Alerts by rule, model and camera."""
        keys = (Alert.rule, Alert.model_id, Alert.model_sha256, Alert.camera_key)
        # Only false ones have a reason: asked for their status too, all of it takes a fifth longer.
        query = (
            select(
                *keys,
                func.count().filter(Alert.status == AlertStatus.CONFIRMED),
                func.count().filter(Alert.status == AlertStatus.PENDING_REVIEW),
                func.min(Alert.risk),
                *(func.count().filter(Alert.reason == reason) for reason in _REASONS),
            )
            .where(*_conditions(filters))
            .group_by(*keys)
        )
        return [
            GroupCount(
                Group(rule, model_id, sha256, camera_key),
                confirmed,
                pending,
                tuple(reasons),
                gravest == RiskLevel.CLASS_1,
                sum(reasons),
            )
            for rule, model_id, sha256, camera_key, confirmed, pending, gravest, *reasons in (
                await self._session.execute(query)
            )
        ]

    async def scores(self, filters: ReportFilters) -> list[ScoreCount]:
        """Scores by rule and model, of all cameras together."""
        # In the order of ``ix_alerts_hundredths``: nothing is sorted.
        keys = (Alert.rule, Alert.model_id, Alert.model_sha256, Alert.status, Alert.hundredth)
        query = select(*keys, func.count()).where(*_conditions(filters)).group_by(*keys)
        return [
            ScoreCount(Group(rule, model, sha256), None, AlertStatus(status), hundredth, count)
            for rule, model, sha256, status, hundredth, count in await self._session.execute(query)
        ]

    async def camera_scores(
        self, filters: ReportFilters, camera_keys: Collection[int]
    ) -> list[ScoreCount]:
        """Scores of some cameras, each by itself, by rule, its name there, and model."""
        model = (Alert.model_id, Alert.model_sha256)
        keys = (Alert.status, Alert.camera_key, Alert.rule, Alert.rule_id, *model, Alert.hundredth)
        query = (
            select(*keys, func.count())
            .where(*_conditions(filters), Alert.camera_key.in_(camera_keys))
            .group_by(*keys)
        )
        return [
            ScoreCount(
                Group(rule, model_id, sha256, camera_key),
                rule_id,
                AlertStatus(status),
                hundredth,
                count,
            )
            for status, camera_key, rule, rule_id, model_id, sha256, hundredth, count in (
                await self._session.execute(query)
            )
        ]

    async def cameras(self, camera_keys: Collection[int]) -> dict[int, NamedCamera]:
        """Cameras by number."""
        query = (
            select(
                Camera.id,
                Camera.camera_id,
                Camera.name,
                Camera.location,
                SCHOOL_NAME,
            )
            .join(School, School.school_id == Camera.school_id)
            .where(Camera.id.in_(camera_keys))
        )
        found = [NamedCamera._make(row) for row in await self._session.execute(query)]
        return {camera.key: camera for camera in found}

    async def behind(
        self,
        filters: ReportFilters,
        behind: BehindFilters,
        after: Cursor | None,
        limit: int,
    ) -> list[Cursor]:
        """Where the alerts behind a number stand in the queue, newest first."""
        query = select(Alert.queued_at, Alert.id).where(*_conditions(filters))
        if behind.statuses:
            query = query.where(Alert.status.in_(behind.statuses))
        if behind.reasons:
            query = query.where(Alert.reason.in_(behind.reasons))
        if behind.model_id is not None:
            query = query.where(Alert.model_id == behind.model_id)
        if behind.model_sha256 is not None:
            query = query.where(Alert.model_sha256 == behind.model_sha256)
        if behind.below is not None:
            query = query.where(Alert.hundredth >= 1, Alert.hundredth < behind.below)
        if after is not None:
            at, alert_id = after.at, UUID(after.identity)
            # Bounded first, so that the index is entered where the page begins.
            is_behind = or_(Alert.queued_at < at, Alert.id < alert_id)
            query = query.where(Alert.queued_at <= at, is_behind)
        query = query.order_by(Alert.queued_at.desc(), Alert.id.desc()).limit(limit)
        return [
            Cursor(queued_at, str(alert_id))
            for queued_at, alert_id in await self._session.execute(query)
        ]
