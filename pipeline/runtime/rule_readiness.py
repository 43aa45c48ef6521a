"""Which rules can watch with the models at hand, and what the others wait for.

A rule whose class no model has is not hidden: it is listed as ``needs_model`` with that class.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter

from api.contract import RuleReadiness, RuleState, RuleWant, WantKind
from api.contract.vocabulary import vocabulary
from models.manifest import (
    LicenceStatus,
    ManifestError,
    ModelManifest,
    Task,
    list_manifests,
)
from pipeline.core.clock import Clock
from pipeline.inference.still_things import UNKNOWN_OBJECT
from pipeline.rules import RULES, AnyRuleConfig, RuleConfigBase
from pipeline.rules.economy import DIGEST
from pipeline.runtime.config import AnalysisConfig

_WHOLE = {"name": "whole picture", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
_ACROSS = {"name": "across", "points": [[0.5, 0.0], [0.5, 1.0]]}
_RULE: TypeAdapter[RuleConfigBase] = TypeAdapter(AnyRuleConfig)
_LOOK_AGAIN_S = 60.0
"""A model may be imported while the worker runs."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """One rule with its usual configuration.

    Attributes:
        rule: Its type.
        wants: All it must know, with the model that tells it.
        models: The models it takes beside the usual ones, as ``fire_smoke``.
        to_accept: Those of them whose terms are unknown, so that an administrator must take them.
    """

    rule: str
    wants: tuple[RuleWant, ...]
    models: tuple[str, ...]
    to_accept: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Classes and attributes that no model at hand tells."""
        return tuple(f"{one.kind.value} {one.name}" for one in self.wants if one.model is None)

    @property
    def state(self) -> str:
        """``ready``, ``off`` until a model is taken, or ``needs_model``."""
        return "needs_model" if self.needs else "off" if self.to_accept else "ready"


def readiness(manifests: Iterable[ModelManifest] | None = None) -> list[Readiness]:
    """Every rule there is, in the vocabulary's order.

    Args:
        manifests: The models at hand; the shipped and the imported if None.
    """
    known = list(list_manifests() if manifests is None else manifests)
    return [_of(rule, known) for rule in vocabulary().rules if rule in RULES]


class ReadinessWatch:
    """What the heartbeat says about rules; the models at hand are looked at once a minute.

    Args:
        clock: Time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._look_at_s = 0.0
        self._known: tuple[RuleReadiness, ...] = ()

    def now(self) -> tuple[RuleReadiness, ...]:
        """Every rule of the vocabulary; as it was, while a manifest cannot be read."""
        now_s = self._clock.mono_ns() / 1e9
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + _LOOK_AGAIN_S
            try:
                self._known = for_the_wire(readiness())
            except ManifestError as error:
                _log.error("which rules are ready is not known", why=str(error))
        return self._known


def for_the_wire(known: Iterable[Readiness]) -> tuple[RuleReadiness, ...]:
    """Every rule of the vocabulary; those of the picture itself need no model."""
    told = {one.rule: one for one in known}
    return tuple(
        RuleReadiness(rule=rule, state=RuleState.READY)
        if (one := told.get(rule)) is None
        else RuleReadiness(
            rule=rule,
            state=RuleState(one.state),
            wants=one.wants,
            more_models=one.models,
            to_accept=one.to_accept,
        )
        for rule in vocabulary().rules
    )


def describe_rules() -> Iterator[str]:
    """One line per rule."""
    words = vocabulary().rules
    for one in readiness():
        term = words[one.rule]
        says = one.state
        if one.needs:
            says += ": no model has " + ", ".join(one.needs)
        elif one.to_accept:
            says += f": read the card, then accept_unknown_licence: [{', '.join(one.to_accept)}]"
        if one.models and not one.needs:
            says += f"  more_models: [{', '.join(one.models)}]"
        yield f"{one.rule}  {term.zh}  {term.en}  {term.risk.value}  [{says}]"
    for rule in _of_the_picture():
        term = words[rule]
        says = "ready: needs no model and no rule, every camera's picture is diagnosed"
        yield f"{rule}  {term.zh}  {term.en}  {term.risk.value}  [{says}]"


def rules_json() -> str:
    """All rules as one JSON list, as on the wire, with their words and risk class."""
    words = vocabulary().rules
    known = readiness()
    wire = {one.rule: one for one in for_the_wire(known)}
    needs = {one.rule: list(one.needs) for one in known} | {rule: [] for rule in _of_the_picture()}
    rows = [
        {"rule": rule, "zh": words[rule].zh, "en": words[rule].en}
        | {"risk": words[rule].risk.value, "needs": needed}
        | wire[rule].model_dump(mode="json", exclude={"rule"})
        for rule, needed in needs.items()
    ]
    return json.dumps(rows, ensure_ascii=False)


def _of_the_picture() -> list[str]:
    """What is alerted of the picture itself, without a rule in the configuration."""
    return [rule for rule in vocabulary().rules if rule not in RULES and rule != DIGEST]


def usual_config(rule: str) -> RuleConfigBase:
    """A rule as it is without any key that has a default, over the whole picture."""
    shape = {"line": _ACROSS} if rule == "line_crossing" else {"zone": _WHOLE}
    return _RULE.validate_python({"type": rule, **shape})


def _of(rule: str, manifests: list[ModelManifest]) -> Readiness:
    config = usual_config(rule)
    usual = _defaults()
    told: dict[str, ModelManifest] = {}
    # The usual models come first, and a model whose terms are known before one whose are not.
    for manifest in sorted(
        manifests,
        key=lambda m: (m.id not in usual, m.licence_status is LicenceStatus.UNKNOWN, m.id),
    ):
        names = manifest.classes
        kind = "attribute" if manifest.task is Task.CLASSIFY else "class"
        for name in names:
            told.setdefault(f"{kind} {name}", manifest)
    wanted = [f"class {name}" for name in config.model_classes if name != UNKNOWN_OBJECT]
    wanted += [f"attribute {name}" for name in config.required_attributes]
    used = {told[name].id: told[name] for name in wanted if name in told}
    return Readiness(
        rule,
        tuple(_want(name, told) for name in wanted),
        tuple(model for model in used if model not in usual),
        tuple(m.id for m in used.values() if m.licence_status is LicenceStatus.UNKNOWN),
    )


def _want(named: str, told: Mapping[str, ModelManifest]) -> RuleWant:
    kind, name = named.split(" ", 1)
    return RuleWant(kind=WantKind(kind), name=name, model=told[named].id if named in told else None)


def _defaults() -> frozenset[str]:
    named = AnalysisConfig.model_fields
    return frozenset({str(named["model"].default), str(named["attributes_model"].default)})
