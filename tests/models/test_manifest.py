"""Manifests: what is wrong is named with its file, its key and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.manifest import (
    DEFAULT_REGISTRY,
    LicenceStatus,
    ManifestError,
    list_manifests,
    load_manifest,
    verify,
)
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output

SHIPPED = list_manifests(DEFAULT_REGISTRY)
MAX_WEIGHTS_BYTES = 8 * 1024 * 1024


def document(folder: Path, **changes: Any) -> dict[str, Any]:
    weights = folder / "tiny.onnx"
    constant_model(weights, {"output": yolox_output({})})
    return manifest(weights, **changes)


def refusal(folder: Path, written: dict[str, Any]) -> ManifestError:
    write_registry(folder, written)
    with pytest.raises(ManifestError) as caught:
        load_manifest("tiny", folder)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.id)
def test_shipped_model_is_what_it_says(shipped: Any) -> None:
    verify(shipped)
    assert shipped.weights.size_bytes <= MAX_WEIGHTS_BYTES
    assert shipped.card_path.is_file()
    assert shipped.training_data
    if any(item.licence == "unknown" for item in shipped.training_data):
        assert shipped.licence_status is LicenceStatus.UNKNOWN


def test_campus_objects_is_shipped() -> None:
    assert "campus_objects" in [shipped.id for shipped in SHIPPED]


def test_defaults_and_paths(tmp_path: Path) -> None:
    write_registry(tmp_path, document(tmp_path))
    loaded = load_manifest("tiny", tmp_path)
    assert loaded.path == tmp_path / "tiny.yaml"
    assert loaded.weights_path == tmp_path / "tiny.onnx"
    assert loaded.input.pad_value == 114
    assert loaded.thresholds.per_class == {}
    verify(loaded)


def test_unknown_model_lists_the_known(tmp_path: Path) -> None:
    write_registry(tmp_path, document(tmp_path))
    with pytest.raises(ManifestError, match=r"no model 'tony'.*Known models: tiny"):
        load_manifest("tony", tmp_path)


@pytest.mark.parametrize("model_id", ["../tiny", "tiny.yaml", ""])
def test_an_id_is_no_path(tmp_path: Path, model_id: str) -> None:
    write_registry(tmp_path, document(tmp_path))
    (tmp_path / "sub").mkdir()
    with pytest.raises(ManifestError, match="no model"):
        load_manifest(model_id, tmp_path / "sub")


def test_extra_key_is_refused_by_name(tmp_path: Path) -> None:
    error = refusal(tmp_path, document(tmp_path, treshold=0.4))
    assert error.where == f"{tmp_path / 'tiny.yaml'}: treshold"
    assert "not known" in error.what


def test_extra_key_inside_is_refused_with_its_path(tmp_path: Path) -> None:
    thresholds = {"score": 0.3, "nms": 0.5}
    error = refusal(tmp_path, document(tmp_path, thresholds=thresholds))
    assert error.where.endswith("tiny.yaml: thresholds.nms")


def test_missing_key_is_named(tmp_path: Path) -> None:
    written = document(tmp_path)
    del written["licence"]
    error = refusal(tmp_path, written)
    assert error.where.endswith("tiny.yaml: licence")
    assert "missing" in error.what


@pytest.mark.parametrize(
    ("changes", "key", "what"),
    [
        ({"id": "other"}, "id", "'other'"),
        ({"id": "Not An Id"}, "id", "pattern"),
        ({"task": "guess"}, "task", "detect"),
        ({"classes": []}, "classes", "at least 1"),
        ({"classes": ["cup", "cup"]}, "", "twice"),
        ({"thresholds": {"score": 1.2}}, "thresholds.score", "less than or equal to 1"),
        ({"thresholds": {"score": 0.2, "per_class": {"dog": 0.1}}}, "", "'dog'"),
        (
            {
                "input": {
                    "name": "images",
                    "size": [32, 32],
                    "allowed_sizes": [[64, 64]],
                    "colour": "bgr",
                }
            },
            "input",
            "allowed_sizes",
        ),
    ],
)
def test_wrong_value_is_named(tmp_path: Path, changes: dict[str, Any], key: str, what: str) -> None:
    error = refusal(tmp_path, document(tmp_path, **changes))
    assert error.where == f"{tmp_path / 'tiny.yaml'}" + (f": {key}" if key else "")
    assert what in error.what


def test_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text("id: [tiny", "utf-8")
    with pytest.raises(ManifestError, match="not YAML"):
        load_manifest("tiny", tmp_path)


def test_a_list_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text("- tiny\n", "utf-8")
    with pytest.raises(ManifestError, match=r"tiny\.yaml"):
        load_manifest("tiny", tmp_path)


def test_one_changed_byte_shows_both_hashes(tmp_path: Path) -> None:
    write_registry(tmp_path, document(tmp_path))
    loaded = load_manifest("tiny", tmp_path)
    content = bytearray(loaded.weights_path.read_bytes())
    content[-1] ^= 1
    loaded.weights_path.write_bytes(content)
    with pytest.raises(ManifestError) as caught:
        verify(loaded)
    assert loaded.weights.sha256[:12] in caught.value.what
    assert caught.value.what.count("…") == 2
    assert caught.value.where.endswith("weights.sha256")


def test_truncated_weights(tmp_path: Path) -> None:
    write_registry(tmp_path, document(tmp_path))
    loaded = load_manifest("tiny", tmp_path)
    loaded.weights_path.write_bytes(loaded.weights_path.read_bytes()[:100])
    with pytest.raises(ManifestError, match=f"100 bytes, not {loaded.weights.size_bytes}"):
        verify(loaded)


def test_absent_weights(tmp_path: Path) -> None:
    write_registry(tmp_path, document(tmp_path))
    loaded = load_manifest("tiny", tmp_path)
    loaded.weights_path.unlink()
    with pytest.raises(ManifestError, match="cannot be read"):
        verify(loaded)
