"""What holds of each camera's footage now, by the command centre's verdict and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.schemas import CameraView
from api.cameras.service import ShownCamera
from api.compliance.kinds import Lacking, lacking
from api.compliance.requirements import Requirement
from api.compliance.rules import Rules
from api.compliance.schemas import RetentionDoubt
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import doubt
from api.contract import RetentionState


@dataclass(frozen=True, slots=True)
class Present:
    """What holds of one camera's footage.

    Attributes:
        verdict: The command centre's, as long as it holds.
        requirement: By what it was judged; what is asked of today when nothing holds.
        doubt: Why nothing holds; None when a verdict does.
        told_at: When anything was last told of it, however old.
    """

    verdict: JudgedDay | None
    requirement: Requirement
    doubt: RetentionDoubt | None
    told_at: datetime | None

    @property
    def state(self) -> RetentionState:
        """What holds now."""
        return (
            RetentionState.UNKNOWN if self.verdict is None else RetentionState(self.verdict.state)
        )

    @property
    def lacking(self) -> Lacking:
        """What is missing; nothing while it is unknown."""
        verdict = self.verdict
        if verdict is None:
            return Lacking(0, 0.0)
        return lacking(verdict.state, verdict.gap_count, verdict.gap_s)


def holding(
    camera: CameraView | ShownCamera, verdict: JudgedDay | None, now: datetime
) -> JudgedDay | None:
    """The verdict as far as it still holds."""
    if verdict is None:
        return None
    told_at = datetime.fromtimestamp(verdict.as_of_ms / 1000, UTC)
    return None if doubt(camera, told_at, now) is not None else verdict


async def read_present(
    session: AsyncSession,
    shown: Iterable[CameraView | ShownCamera],
    latest: Mapping[int, JudgedDay],
    told_at: Mapping[int, datetime],
    rules: Rules,
    now: datetime,
) -> dict[int, Present]:
    """What holds of these cameras, by number.

    Args:
        session: Of who asks.
        shown: Which.
        latest: The newest verdict on each, of those there are.
        told_at: When anything was last told of each, of those of which anything was.
        rules: What schools are asked for now.
        now: The moment of looking.
    """
    asked = await VerdictRepository(session).requirements(
        {verdict.requirement_id for verdict in latest.values()}
    )
    today: dict[str, Requirement] = {}

    def present(camera: CameraView | ShownCamera) -> Present:
        verdict = holding(camera, latest.get(camera.id), now)
        when = told_at.get(camera.id)
        if verdict is not None:
            return Present(verdict, asked[verdict.requirement_id], None, when)
        why = doubt(camera, when, now) or RetentionDoubt.NOT_JUDGED
        school_id = camera.school.school_id
        if school_id not in today:
            day = now.astimezone(rules.zone(school_id)).date()
            today[school_id] = rules.requirement(school_id, day)
        return Present(None, today[school_id], why, when)

    return {camera.id: present(camera) for camera in shown}
