"""How a rule comes from a file: every type, every example, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary
from pipeline.core.errors import ConfigError
from pipeline.diagnosis import Fault
from pipeline.geometry import SiteConfig
from pipeline.rules import RULES, AnyRuleConfig, RuleConfigBase, build_rule
from pipeline.rules.economy import DIGEST
from tests.rules.scripted import CLASSES, LEFT_HALF, MIDDLE_UP, config

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
MINIMAL: dict[str, dict[str, object]] = {
    kind: {"line": MIDDLE_UP} if kind == "line_crossing" else {"zone": LEFT_HALF} for kind in RULES
}
SEEN = tuple(vocabulary().object_class)
TOLD = tuple(vocabulary().attribute)
"""Classes and attributes of all models to come; what a rule wants beyond has no name to show."""


def types_of_the_union() -> set[str]:
    union, _ = get_args(AnyRuleConfig)
    return {get_args(c.model_fields["type"].annotation)[0] for c in get_args(union)}


def test_map_union_vocabulary_and_examples_name_the_same_rules() -> None:
    examples = {path.stem for path in (CONFIGS / "rules").glob("*.yaml")}
    assert set(RULES) == types_of_the_union() == set(MINIMAL) == examples
    assert set(RULES) <= set(vocabulary().rules)


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_a_rule_needs_only_its_shape(kind: str) -> None:
    built = build_rule(config(type=kind, **MINIMAL[kind]), SiteConfig(), SEEN, TOLD)
    assert built.type == built.rule_id == kind
    assert built.config.risk_level == vocabulary().rules[kind].risk
    assert built.is_scheduled(0.0)


@pytest.mark.parametrize("kind", sorted(MINIMAL))
def test_the_example_of_a_rule_is_valid(kind: str) -> None:
    rules = yaml.safe_load((CONFIGS / "rules" / f"{kind}.yaml").read_text("utf-8"))
    parsed = TypeAdapter(list[AnyRuleConfig]).validate_python(rules)
    assert {r.type for r in parsed} == {kind}
    assert len({r.rule_id for r in parsed}) == len(parsed)
    for one in parsed:
        build_rule(one, SiteConfig(), SEEN, TOLD)


def test_the_example_for_analyze_is_valid() -> None:
    file = CONFIGS / "examples" / "intrusion-anywhere.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    SiteConfig.model_validate(content["site"])
    (only,) = TypeAdapter(list[AnyRuleConfig]).validate_python(content["analysis"]["rules"])
    assert only.type == "perimeter_intrusion"


def test_id_and_risk_can_be_given() -> None:
    given = config(type="loitering", zone=LEFT_HALF, id="night-yard", risk="class_1")
    assert given.rule_id == "night-yard"
    assert given.risk_level is RiskLevel.CLASS_1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"type": "perimeter_intrusion"}, ["zone"]),
        ({"type": "telepathy", "zone": LEFT_HALF}, ["telepathy", "perimeter_intrusion"]),
        ({"zone": LEFT_HALF}, ["discriminator"]),
        ({"type": "loitering", "zone": LEFT_HALF, "min_frames": 5}, ["min_frames"]),
        ({"type": "loitering", "zone": LEFT_HALF, "min_s": 0}, ["min_s"]),
        ({"type": "loitering", "zone": LEFT_HALF, "clear_s": float("inf")}, ["clear_s"]),
        ({"type": "loitering", "zone": LEFT_HALF, "classes": []}, ["sees nothing", "[person]"]),
        ({"type": "loitering", "zone": LEFT_HALF, "classes": ["a", "a"]}, ["twice"]),
        ({"type": "loitering", "zone": LEFT_HALF, "id": "Night Yard"}, ["id"]),
        ({"type": "line_crossing", "line": MIDDLE_UP, "direction": "up"}, ["direction"]),
        ({"type": "loitering", "zone": LEFT_HALF, "schedule": "sometimes"}, ["schedule"]),
    ],
)
def test_a_broken_rule_is_refused_in_words(keys: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        config(**keys)
    for word in words:
        assert word in str(refusal.value)


def test_a_bow_tie_is_refused_through_the_rule() -> None:
    zone = {"name": "z", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}
    with pytest.raises(ValidationError, match=r"edge 1–2 meets edge 3–4 at \(0\.5, 0\.5\)"):
        config(type="perimeter_intrusion", zone=zone)


def test_a_class_the_model_does_not_have_is_refused_by_name() -> None:
    wanted = config(type="perimeter_intrusion", id="kitchen", zone=LEFT_HALF, classes=["rat"])
    with pytest.raises(ConfigError) as refusal:
        build_rule(wanted, SiteConfig(), CLASSES)
    assert "'rat'" in refusal.value.what
    assert refusal.value.where == "rule kitchen: classes"
    assert "person, bicycle, car" in refusal.value.remedy


def test_a_rule_without_its_model_is_refused_by_the_name_of_what_it_needs() -> None:
    needing = {kind: config(type=kind, **MINIMAL[kind]) for kind in RULES}
    for kind, wanted in needing.items():
        for lacking in wanted.model_classes:
            with pytest.raises(ConfigError, match="needs_model") as refusal:
                build_rule(wanted, SiteConfig(), [c for c in SEEN if c != lacking], TOLD)
            assert f"'{lacking}'" in refusal.value.what
        for lacking in wanted.required_attributes:
            with pytest.raises(ConfigError, match="needs_model") as refusal:
                build_rule(wanted, SiteConfig(), SEEN, [a for a in TOLD if a != lacking])
            assert f"'{lacking}'" in refusal.value.what, kind
    by_attribute = {kind for kind, wanted in needing.items() if wanted.required_attributes}
    assert by_attribute == {
        "no_chef_hat", "no_mask", "no_uniform", "no_gloves", "bare_torso", "unauthorized_entry"
    }  # fmt: skip


def test_every_rule_of_the_vocabulary_exists() -> None:
    assert set(vocabulary().rules) == set(RULES) | {fault.value for fault in Fault} | {DIGEST}


def test_a_type_without_a_rule_is_refused() -> None:
    with pytest.raises(ConfigError, match="no rule 'telepathy'"):
        build_rule(RuleConfigBase(type="telepathy"), SiteConfig(), CLASSES)


def test_the_schema_of_rules_can_be_written() -> None:
    class File(BaseModel):
        rules: list[AnyRuleConfig]

    schema = File.model_json_schema()
    assert set(schema["properties"]["rules"]["items"]["discriminator"]["mapping"]) == set(RULES)


@pytest.mark.parametrize("name", ["kitchen", "gate", "perimeter", "corridor", "guard-post"])
def test_a_ready_made_set_is_valid_with_its_commented_rules_too(name: str) -> None:
    text = (CONFIGS / "rules" / "sets" / f"{name}.yaml").read_text("utf-8")
    parser = TypeAdapter(list[AnyRuleConfig])
    chosen = parser.validate_python(yaml.safe_load(text)["rules"])
    everything = parser.validate_python(
        yaml.safe_load(re.sub(r"^# (?=- type|  \S)", "", text, flags=re.MULTILINE))["rules"]
    )
    assert len(everything) >= len(chosen) >= 3
    assert text.count("- type:") == len(everything)
    assert len({r.rule_id for r in everything}) == len(everything)
    for one in everything:
        build_rule(one, SiteConfig(), SEEN, TOLD)
