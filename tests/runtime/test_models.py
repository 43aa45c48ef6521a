"""What a camera's models can tell, and that a model of unknown terms is off until it is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pipeline.runtime.models as runtime_models
from models.manifest import ModelManifest, load_manifest
from pipeline.core.errors import ConfigError, ModelError
from pipeline.inference.still_things import UNKNOWN_OBJECT
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import Provenance, UsedModel
from pipeline.runtime.models import abilities, detectors_of
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output

_ZONE = {"name": "room", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}


@pytest.fixture(autouse=True)
def tiny_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constant_model(tmp_path / "tiny.onnx", {"output": yolox_output({})})
    changes = {"classes": ["fire", "cup"], "licence_status": "unknown"}
    write_registry(tmp_path, manifest(tmp_path / "tiny.onnx", **changes))

    def find(model_id: str) -> ModelManifest:
        return load_manifest(model_id, *([tmp_path] if model_id == "tiny" else []))

    monkeypatch.setattr(runtime_models, "load_manifest", find)


def analysis(**keys: Any) -> AnalysisConfig:
    rules = [{"type": "fire_smoke", "classes": ["fire"], "zone": _ZONE}]
    return AnalysisConfig.model_validate({"rules": rules} | keys)


def test_further_models_add_their_classes() -> None:
    found = abilities(analysis(more_models=["tiny"], accept_unknown_licence=["tiny"]))
    known = (*load_manifest("campus_objects").classes, "fire", "cup")
    assert found.class_names == (*known, UNKNOWN_OBJECT)
    assert found.lanes == (found.class_names,)
    assert found.attributes == ()


def test_attributes_count_only_where_a_rule_asks() -> None:
    found = abilities(analysis(rules=[{"type": "no_mask", "zone": _ZONE}]))
    assert found.class_names == (*load_manifest("campus_objects").classes, UNKNOWN_OBJECT)
    assert "mask" in found.attributes


@pytest.mark.parametrize("keys", [{"model": "tiny"}, {"more_models": ["tiny"]}])
def test_a_model_of_unknown_terms_is_off_until_it_is_taken(keys: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="stays off"):
        abilities(analysis(**keys))
    assert "fire" in abilities(analysis(**keys, accept_unknown_licence=["tiny"])).class_names


def test_the_shipped_rodent_model_is_off_and_the_fire_model_is_not() -> None:
    rules = [{"type": "rodent", "zone": _ZONE}]
    with pytest.raises(ModelError, match="rodent was trained on are not known"):
        abilities(analysis(rules=rules, more_models=["rodent"]))
    taken = analysis(rules=rules, more_models=["rodent"], accept_unknown_licence=["rodent"])
    assert "rodent" in abilities(taken).class_names
    assert {"fire", "smoke"} <= set(abilities(analysis(more_models=["fire_smoke"])).class_names)


def test_an_unknown_model_is_named_with_its_key() -> None:
    with pytest.raises(ModelError, match="no model 'tony'") as refusal:
        abilities(analysis(more_models=["tony"]))
    assert refusal.value.where == "more_models[0]"


def test_one_model_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="two models find 'backpack'"):
        abilities(analysis(more_models=["campus_objects"]))


def test_a_bound_model_has_a_lane_of_its_own_and_its_own_size() -> None:
    bound = {"model": "tiny", "every_s": 1.0}
    taken = {"accept_unknown_licence": ["tiny"]}
    found = abilities(analysis(more_models=[bound], **taken))
    assert found.lanes[1:] == (("fire", "cup"),)
    assert "person" in found.lanes[0]
    assert "cup" not in found.lanes[0]
    size = load_manifest("campus_objects").input.allowed_sizes[-1]
    only_sized = analysis(more_models=["tiny", {"model": "fire_smoke", "input": size}], **taken)
    assert detectors_of(only_sized)[1:] == [("tiny", None), ("fire_smoke", size)]
    with pytest.raises(ModelError, match="fire_smoke was not measured at 100x100") as refusal:
        abilities(analysis(more_models=[{"model": "fire_smoke", "input": [100, 100]}]))
    assert refusal.value.where == "more_models[0].input"


def test_a_model_that_finds_people_looks_at_every_picture() -> None:
    people = {"model": "campus_objects", "every_s": 1.0}
    with pytest.raises(
        ConfigError, match="must be found in every picture to be blurred"
    ) as refusal:
        abilities(analysis(model="fire_smoke", more_models=[people]))
    assert refusal.value.where == "more_models[0]"
    assert "`model: campus_objects`" in refusal.value.remedy


def test_an_alert_names_the_model_that_found_it() -> None:
    fire = UsedModel("fire", "f" * 64, ("fire", "smoke"))
    used = Provenance("campus", "a" * 64, "b" * 64, more_models=(fire,))
    assert used.model_for(frozenset({"smoke"})) == ("fire", "f" * 64)
    assert used.model_for(frozenset({"person"})) == ("campus", "a" * 64)
