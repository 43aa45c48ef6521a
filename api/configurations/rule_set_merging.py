"""What a set of rules makes of one camera: merged, left as it is, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.cameras.service import NamedCamera
from api.configurations.cameras import find_camera, models_of, texts_of
from api.configurations.rule_set_schemas import (
    MAX_RULES,
    CameraOutcome,
    CameraPlan,
    CameraRefusal,
    RuleSetMode,
)
from api.configurations.values import is_same, name_of, settled
from api.contract import RuleReadiness, RuleState
from api.contract.yaml_document import Json
from api.kit.errors import NotFoundError

_SHAPES = ("zone", "line")


@dataclass(slots=True)
class RuleSetEdits:
    """What changes in one box's document."""

    changes: list[tuple[Sequence[str | int], Json]] = field(default_factory=list)
    plans: list[CameraPlan] = field(default_factory=list)


def add_camera(
    edits: RuleSetEdits,
    document: object,
    camera: NamedCamera,
    wanted: Mapping[str, dict[str, Json]],
    mode: RuleSetMode,
    readiness: Mapping[str, RuleReadiness],
) -> None:
    """Add what becomes of a camera to what changes in its box's document.

    Args:
        edits: What is added to.
        document: Of its box's newest version.
        camera: It.
        wanted: The rules, by name.
        mode: What becomes of a rule that it has already.
        readiness: What its box says of rules, by rule.
    """
    try:
        index, written = find_camera(document, camera.camera_id)
    except NotFoundError:
        edits.plans.append(refused(camera, CameraRefusal.NOT_CONFIGURED))
        return
    old = written.get("rules") or []
    if not isinstance(old, list) or not all(map(name_of, old)):
        edits.plans.append(refused(camera, CameraRefusal.NOT_RULES))
        return
    names = [name_of(each) for each in old]
    if twice := [name for name in wanted if names.count(name) > 1]:
        edits.plans.append(refused(camera, CameraRefusal.AMBIGUOUS, twice))
        return
    rules, shown = _merged(camera, old, wanted, mode)
    shown.rule_sets = texts_of(written.get("rule_sets"))
    if len(rules) > MAX_RULES:
        edits.plans.append(refused(camera, CameraRefusal.TOO_MANY_RULES))
        return
    types = {str(each.get("type")) for each in old if isinstance(each, dict)}
    new_types = [
        kind
        for kind in dict.fromkeys(str(wanted[name]["type"]) for name in shown.added)
        if kind not in types
    ]
    if (refusal := _unready(camera, new_types, readiness, written)) is not None:
        edits.plans.append(refusal)
        return
    edits.plans.append(shown)
    if shown.outcome is CameraOutcome.UNCHANGED:
        return
    edits.changes.append((("cameras", index, "rules"), rules))
    known = models_of(written.get("more_models"))
    needed = [
        model for kind in new_types if kind in readiness for model in readiness[kind].more_models
    ]
    shown.models = [model for model in dict.fromkeys(needed) if model not in known]
    if shown.models:
        listed = written.get("more_models")
        models = [*(listed if isinstance(listed, list) else []), *shown.models]
        edits.changes.append((("cameras", index, "more_models"), models))


def _merged(
    camera: NamedCamera,
    old: list[Json],
    wanted: Mapping[str, dict[str, Json]],
    mode: RuleSetMode,
) -> tuple[list[Json], CameraPlan]:
    """A camera's rules with those of the set."""
    rules: list[Json] = []
    updated = []
    for each in old:
        name = name_of(each)
        asked = wanted.get(name) if name is not None else None
        if mode is RuleSetMode.ADD or asked is None or not isinstance(each, dict):
            rules.append(each)
            continue
        kept = {key: each[key] for key in _SHAPES if key in each}
        merged = settled(each, {**each, **asked, **kept})
        if not is_same(each, merged):
            updated.append(str(name))
        rules.append(merged)
    there = {name_of(each) for each in old}
    added = [name for name in wanted if name not in there]
    rules += [wanted[name] for name in added]
    outcome = CameraOutcome.CHANGES if added or updated else CameraOutcome.UNCHANGED
    return rules, _plan_of(camera, outcome, added=added, updated=updated)


def _unready(
    camera: NamedCamera,
    kinds: Sequence[str],
    readiness: Mapping[str, RuleReadiness],
    written: Mapping[str, object],
) -> CameraPlan | None:
    """The refusal of a camera whose box cannot watch for a rule; of what it told nothing it may."""
    told = [readiness[kind] for kind in kinds if kind in readiness]
    if missing := [each.rule for each in told if each.state is RuleState.NEEDS_MODEL]:
        return refused(camera, CameraRefusal.NEEDS_MODEL, missing)
    accepted = texts_of(written.get("accept_unknown_licence"))
    asked = [model for each in told for model in each.to_accept if model not in accepted]
    if asked:
        return refused(camera, CameraRefusal.NEEDS_CONSENT, list(dict.fromkeys(asked)))
    return None


def refused(camera: NamedCamera, why: CameraRefusal, because_of: Sequence[str] = ()) -> CameraPlan:
    """The plan of a camera that is left as it is, and why."""
    return _plan_of(camera, CameraOutcome.REFUSED, why=why, because_of=list(because_of))


def _plan_of(
    camera: NamedCamera,
    outcome: CameraOutcome,
    *,
    why: CameraRefusal | None = None,
    because_of: Sequence[str] = (),
    added: Sequence[str] = (),
    updated: Sequence[str] = (),
) -> CameraPlan:
    return CameraPlan(
        camera_key=camera.key,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        outcome=outcome,
        why=why,
        because_of=list(because_of),
        added=list(added),
        updated=list(updated),
    )
