"""Puts together what the boxes say about rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import RiskLevel, RuleReadiness, RuleState
from api.contract.vocabulary import vocabulary
from api.rules.schemas import BoxRule, RuleView, RuleViewState
from api.workers import service as workers
from api.workers.schemas import WorkerRules

_WORST_FIRST = (RuleState.NEEDS_MODEL, RuleState.OFF, RuleState.READY)


async def list_rules(session: AsyncSession, now: datetime, lost_after_s: float) -> list[RuleView]:
    """Every rule of the vocabulary, then those only a newer box knows."""
    boxes = await workers.list_rules(session, now, lost_after_s)
    words = vocabulary().rules
    told: dict[str, list[BoxRule]] = {rule: [] for rule in words}
    for box in boxes:
        for each in box.rules:
            told.setdefault(each.rule, []).append(_box_rule(box, each))
    return [
        _view(rule, None if rule not in words else words[rule].risk, told[rule])
        for rule in (*words, *sorted(told.keys() - words.keys()))
    ]


def _box_rule(box: WorkerRules, told: RuleReadiness) -> BoxRule:
    return BoxRule(
        school=box.school,
        box_id=box.box_id,
        worker_id=box.worker_id,
        lost=box.lost,
        state=told.state,
        wants=list(told.wants),
        more_models=list(told.more_models),
        to_accept=list(told.to_accept),
    )


def _view(rule: str, risk: RiskLevel | None, told: list[BoxRule]) -> RuleView:
    speaking = [each for each in told if not each.lost] or told
    worst = min((each.state for each in speaking), key=_WORST_FIRST.index, default=None)
    state = RuleViewState.UNKNOWN if worst is None else RuleViewState(worst)
    return RuleView(rule=rule, risk=risk, state=state, boxes=told)
