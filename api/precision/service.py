"""How often alerts are true, by rule, model and camera, and which thresholds that speaks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service as alerts
from api.kit.errors import BadCursorError
from api.kit.pagination import Cursor
from api.precision.counting import (
    by_counts_alone,
    figures,
    has_enough,
    proposal,
    rank,
    ranked,
    summed,
    together,
)
from api.precision.filters import BehindFilters, ReportFilters
from api.precision.repository import (
    Group,
    GroupCount,
    NamedCamera,
    PrecisionRepository,
    ScoreCount,
)
from api.precision.schemas import (
    AlertsBehind,
    CameraFigures,
    CameraName,
    ModelFigures,
    ModelName,
    PrecisionReport,
    PrecisionRow,
    RuleFigures,
    RuleModelFigures,
)
from api.precision.threshold import FEW, FEW_CONFIRMED

MAX_ROWS = 100
"""By camera; the others are reached by a filter, and stand in the file."""
MAX_DAYS = 730
_RuleAndModel = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for."""

    filters: ReportFilters
    days: int
    max_lost_percent: int
    now: datetime


def _model(group: Group) -> ModelName:
    return ModelName(model_id=group.model_id, model_sha256=group.model_sha256)


def _camera(found: NamedCamera) -> CameraName:
    return CameraName(
        camera_key=found.key,
        camera_id=found.camera_id,
        camera_name=found.name,
        camera_location=found.location,
        school=found.school,
    )


def _by(scores: Iterable[ScoreCount]) -> dict[Group, list[ScoreCount]]:
    found: defaultdict[Group, list[ScoreCount]] = defaultdict(list)
    for score in scores:
        found[score.group].append(score)
    return found


def _rule_and_model(group: Group) -> _RuleAndModel:
    return group.rule, group.model_id, group.model_sha256


def _key(group: Group) -> int:
    assert group.camera_key is not None, "it was counted by camera"
    return group.camera_key


def _rule_models(
    models: Mapping[_RuleAndModel, GroupCount], scores: Sequence[ScoreCount], asked: Asked
) -> list[RuleModelFigures]:
    by_group = _by(scores)
    return [
        RuleModelFigures(
            **vars(figures(told)),
            rule=group.rule,
            model=_model(group),
            proposal=proposal(told, by_group.get(group, []), asked.max_lost_percent),
        )
        for key, told in ranked(models).items()
        for group in (Group(*key),)
    ]


async def _rows(
    repository: PrecisionRepository,
    counts: Iterable[GroupCount],
    everywhere: Sequence[RuleModelFigures],
    cameras: dict[int, NamedCamera],
    asked: Asked,
) -> list[PrecisionRow]:
    told = list(counts)
    enough = {_key(count.group) for count in told if has_enough(count)}
    by_group = _by(await repository.camera_scores(asked.filters, enough) if enough else [])
    outcomes = {(each.rule, each.model): each.proposal.outcome for each in everywhere}

    def row(count: GroupCount) -> PrecisionRow:
        group, model = count.group, _model(count.group)
        scores = by_group.get(group, [])
        return PrecisionRow(
            **vars(figures(count)),
            rule=group.rule,
            rule_ids=sorted({score.rule_id for score in scores if score.rule_id is not None}),
            model=model,
            camera=_camera(cameras[_key(group)]),
            proposal=proposal(count, scores, asked.max_lost_percent)
            if has_enough(count)
            else by_counts_alone(count, outcomes[group.rule, model]),
        )

    return [row(count) for count in told]


async def report(session: AsyncSession, asked: Asked) -> PrecisionReport:
    """The report as pages show it: of cameras, those with the most false alarms."""
    repository = PrecisionRepository(session)
    counts = sorted(await repository.counts(asked.filters), key=rank)
    # A few groups that hold all that the thousands do.
    models = together(counts, _rule_and_model)
    everywhere = _rule_models(models, await repository.scores(asked.filters), asked)
    by_camera = ranked(together(counts, _key))
    shown_cameras = list(by_camera.items())[:MAX_ROWS]
    shown = counts[:MAX_ROWS]
    named = {_key(each.group) for each in shown} | {key for key, _ in shown_cameras}
    cameras = await repository.cameras(named)
    return PrecisionReport(
        since=asked.filters.since,
        as_of=asked.now,
        days=asked.days,
        few=FEW,
        few_confirmed=FEW_CONFIRMED,
        total=figures(summed(list(models.values()))),
        by_rule=[
            RuleFigures(**vars(figures(told)), rule=rule)
            for rule, told in ranked(together(models.values(), lambda each: each.rule)).items()
        ],
        by_model=[
            ModelFigures(**vars(figures(told)), model=model)
            for model, told in ranked(together(models.values(), _model)).items()
        ],
        by_rule_and_model=everywhere,
        by_camera=[
            CameraFigures(**vars(figures(told)), camera=_camera(cameras[key]))
            for key, told in shown_cameras
        ],
        by_camera_count=len(by_camera),
        rows=await _rows(repository, shown, everywhere, cameras, asked),
        row_count=len(counts),
    )


async def rows_to_export(
    session: AsyncSession, asked: Asked
) -> tuple[list[RuleModelFigures], list[PrecisionRow]]:
    """All rows: of all cameras together, and of each."""
    repository = PrecisionRepository(session)
    counts = sorted(await repository.counts(asked.filters), key=rank)
    models = together(counts, _rule_and_model)
    everywhere = _rule_models(models, await repository.scores(asked.filters), asked)
    cameras = await repository.cameras({_key(each.group) for each in counts})
    return everywhere, await _rows(repository, counts, everywhere, cameras, asked)


async def alerts_behind(
    session: AsyncSession,
    asked: Asked,
    behind: BehindFilters,
    *,
    limit: int,
    cursor: str | None,
) -> AlertsBehind:
    """A page of the alerts behind one number.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    found = await PrecisionRepository(session).behind(
        asked.filters, behind, _after(cursor), limit + 1
    )
    ids = [UUID(each.identity) for each in found[:limit]]
    summaries = await alerts.get_summaries(session, ids, asked.now)
    return AlertsBehind(
        items=[summaries[alert_id] for alert_id in ids if alert_id in summaries],
        next_cursor=found[limit - 1].encode() if len(found) > limit else None,
    )


def _after(cursor: str | None) -> Cursor | None:
    if cursor is None:
        return None
    after = Cursor.decode(cursor)
    try:
        UUID(after.identity)
    except ValueError as error:
        raise BadCursorError from error
    return after


def file_name(now: datetime) -> str:
    """Of the report as a file."""
    return f"precision-{now:%Y%m%d-%H%M%S}.csv"
