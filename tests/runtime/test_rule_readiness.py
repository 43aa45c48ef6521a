"""Every rule is ready, off until a model is taken, or says which class it waits for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.contract.vocabulary import vocabulary
from models.manifest import list_manifests
from pipeline.core.clock import ManualClock
from pipeline.rules import RULES
from pipeline.runtime.rule_readiness import (
    ReadinessWatch,
    describe_rules,
    for_the_wire,
    readiness,
    rules_json,
    usual_config,
)

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
    assert "[ready: needs no model" in lines["freeze"]
    assert set(lines) == set(vocabulary().rules) - {"alert_digest"}


def test_the_list_is_json_too() -> None:
    rows = {row["rule"]: row for row in json.loads(rules_json())}
    assert set(rows) == set(vocabulary().rules) - {"alert_digest"}
    assert (rows["freeze"]["state"], rows["freeze"]["needs"]) == ("ready", [])
    assert rows["smoking"]["zh"] == "吸烟"
    assert (rows["smoking"]["state"], rows["smoking"]["risk"]) == ("needs_model", "class_2")
    assert rows["smoking"]["needs"] == ["class cigarette"]
    assert rows["fire_smoke"]["more_models"] == ["fire_smoke"]
    assert rows["rodent"]["to_accept"] == ["rodent"]


def test_the_usual_configuration_of_every_rule_is_valid() -> None:
    assert {usual_config(rule).type for rule in RULES} == set(RULES)


def test_the_wire_has_every_rule_with_what_it_must_know() -> None:
    told = {each.rule: each for each in for_the_wire(readiness())}
    assert list(told) == list(vocabulary().rules)
    assert [(w.name, w.model) for w in told["no_mask"].wants] == [
        ("person", "campus_objects"),
        ("mask", "kitchen_attributes"),
    ]
    assert [(w.name, w.model) for w in told["smoking"].wants if w.model is None] == [
        ("cigarette", None)
    ]
    assert (told["freeze"].state, told["freeze"].wants) == ("ready", ())


def test_a_model_that_is_imported_while_the_worker_runs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.manifest.DEFAULT_REGISTRY", tmp_path)
    clock = ManualClock()
    watch = ReadinessWatch(clock)
    states = {each.rule: each.state for each in watch.now()}
    assert states["fall"] == "needs_model"
    monkeypatch.undo()
    clock.advance(59)
    assert {each.rule: each.state for each in watch.now()} == states, "not looked at each time"
    clock.advance(2)
    assert {each.rule: each.state for each in watch.now()}["fall"] == "ready"


def test_a_manifest_that_cannot_be_read_does_not_end_the_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    watch = ReadinessWatch(clock)
    before = watch.now()
    (tmp_path / "broken.yaml").write_text("id: [", "utf-8")
    monkeypatch.setattr("models.manifest.DEFAULT_REGISTRY", tmp_path)
    clock.advance(61)
    assert watch.now() == before != ()
