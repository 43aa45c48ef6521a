"""Every rule is ready, off until a model is taken, or says which class it waits for."""

from __future__ import annotations

from api.contract.vocabulary import vocabulary
from models.manifest import list_manifests
from pipeline.rules import RULES
from pipeline.runtime.rule_readiness import describe_rules, readiness, usual_config

SHIPPED = ("campus_objects", "kitchen_attributes", "fire_smoke", "rodent")


def states() -> dict[str, str]:
    shipped = [manifest for manifest in list_manifests() if manifest.id in SHIPPED]
    return {one.rule: one.state for one in readiness(shipped)}


def test_every_rule_of_the_registry_is_told() -> None:
    assert set(states()) == set(RULES)
    assert set(RULES) <= set(vocabulary().rules)


def test_rules_without_a_model_wait_for_it_by_name() -> None:
    waiting = {one.rule: one.needs for one in readiness() if one.rule in ("smoking", "no_gloves")}
    assert waiting == {"smoking": ("class cigarette",), "no_gloves": ("attribute gloves",)}


def test_rules_whose_models_are_shipped_are_ready() -> None:
    found = states()
    for rule in ("perimeter_intrusion", "left_object", "no_mask", "fall", "line_crossing"):
        assert found[rule] == "ready"
    assert found["rodent"] == "off"


def test_without_models_only_what_needs_none_is_ready() -> None:
    assert {one.state for one in readiness([])} == {"needs_model"}


def test_a_line_has_words_and_what_to_do() -> None:
    lines = {line.split()[0]: line for line in describe_rules()}
    assert "吸烟" in lines["smoking"]
    assert "needs_model: no model has class cigarette" in lines["smoking"]
    assert "accept_unknown_licence: [rodent]" in lines["rodent"]
    assert "more_models: [fire_smoke]" in lines["fire_smoke"]


def test_the_usual_configuration_of_every_rule_is_valid() -> None:
    assert {usual_config(rule).type for rule in RULES} == set(RULES)
