"""Foreign ONNX files: those that can be used are, the others are refused before a camera tries."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from typer.testing import CliRunner

from models.manifest import list_manifests, load_manifest
from pipeline.cli import app, main
from pipeline.core.errors import ConfigError, MinganError, ModelError
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import load_detector
from pipeline.runtime.model_import import Wanted, import_model, parse_size
from tests.inference.tiny import constant_model, yolox_output

Array = NDArray[np.float32]


def raw(classes: int = 2, cells: int = 84) -> Array:
    """(4 + classes, cells) with one box of the second class, 10 to 30 both ways."""
    output = np.zeros((4 + classes, cells), np.float32)
    output[:4, 5] = (20, 20, 20, 20)
    output[5, 5] = 0.8
    return output


def model(
    path: Path,
    outputs: dict[str, Array],
    *,
    shape: tuple[object, ...] = ("batch", 3, 64, 64),
    dtype: int = TensorProto.FLOAT,
    notes: dict[str, str] | None = None,
    more_inputs: tuple[str, ...] = (),
) -> Path:
    """Answers ``outputs`` for every picture; a batch of fixed size has them repeated."""
    constant_model(path, outputs)
    graph = onnx.load(path)
    sides = graph.graph.input[0].type.tensor_type
    sides.elem_type = dtype
    for side, value in zip(sides.shape.dim, shape, strict=True):
        side.Clear()
        if isinstance(value, int):
            side.dim_value = value
        else:
            side.dim_param = str(value)
    for name in more_inputs:
        graph.graph.input.append(helper.make_tensor_value_info(name, TensorProto.INT64, [1, 2]))
        graph.graph.node.append(helper.make_node("Identity", [name], [f"{name}_unused"]))
    for key, value in (notes or {}).items():
        graph.metadata_props.add(key=key, value=value)
    onnx.save(graph, path)
    return path


def wanted(weights: Path, family: str = "yolov8", **more: object) -> Wanted:
    given: dict[str, object] = {"classes": ["person", "cup"], "registry": weights.parent / "own"}
    return Wanted(weights, family, **(given | more))  # type: ignore[arg-type]


DETECTORS = {
    "yolox": {"output": yolox_output({9: (0.5, 0.5, np.log(2.5), np.log(2.5), 1.0, 0.0, 0.8)})},
    "yolov8": {"output0": raw()},
    "yolov11": {"output0": raw()},
    "yolo26": {"output0": np.array([[10, 10, 30, 30, 0.8, 1], [0] * 6], np.float32)},
    "rtdetr": {"output0": np.array([[20, 20, 20, 20, 51.2, 64], [0] * 6], np.float32) / 64},
    "rfdetr": {
        "labels": np.array([[-9, 1.386294, -9], [-9, -9, 9]], np.float32),
        "dets": np.array([[20, 20, 20, 20], [9, 9, 9, 9]], np.float32) / 64,
    },
}


@pytest.mark.parametrize("family", DETECTORS)
def test_each_family_finds_its_box(tmp_path: Path, family: str) -> None:
    weights = model(tmp_path / "best-1.onnx", DETECTORS[family])
    lines = import_model(wanted(weights, family, licence="MIT"))
    assert "best_1" in lines[0]
    manifest = load_manifest("best_1", tmp_path / "own")
    assert (manifest.licence, manifest.licence_status) == ("MIT", "known")
    assert manifest.card_path.is_file()
    with load_detector("best_1", registry_dir=tmp_path / "own") as detector:
        (found,) = detector.detect([_grey(64, 64)])
    assert [detector.class_names[i] for i in found.class_id] == ["cup"]
    np.testing.assert_allclose(found.score, [0.8], atol=1e-5)
    if family != "yolox":
        np.testing.assert_allclose(found.xyxy, [[10, 10, 30, 30]], atol=1e-3)


@pytest.mark.parametrize(
    ("family", "box"), [("yolov8", (20, 4, 60, 44)), ("rtdetr", (20, 10, 60, 30))]
)
def test_boxes_return_from_a_centred_or_stretched_picture(
    tmp_path: Path, family: str, box: tuple[int, ...]
) -> None:
    import_model(wanted(model(tmp_path / "a.onnx", DETECTORS[family]), family))
    with load_detector("a", registry_dir=tmp_path / "own") as detector:
        (found,) = detector.detect([_grey(128, 64)])
    expected = np.array(box, np.float32)
    if family == "yolov8":  # 128 x 64 lies at half size, 16 rows below the top
        expected = np.array([20, -12, 60, 28], np.float32)
    np.testing.assert_allclose(found.xyxy, [expected], atol=1e-3)


def test_two_classes_of_a_detr_are_told_from_rows_with_a_class(tmp_path: Path) -> None:
    rows = np.array([[0.3125, 0.3125, 0.3125, 0.3125, 0.1, 0.8]] * 2, np.float32)
    import_model(wanted(model(tmp_path / "a.onnx", {"o": rows}), "rtdetr"))
    with load_detector("a", registry_dir=tmp_path / "own") as detector:
        (found,) = detector.detect([_grey(64, 64)])
    assert found.class_id.tolist() == [1, 1]


def test_a_fixed_batch_gets_as_many_pictures_as_it_wants(tmp_path: Path) -> None:
    weights = model(tmp_path / "a.onnx", {"o": raw()}, shape=(2, 3, 64, 64))
    import_model(wanted(weights))
    with load_detector("a", registry_dir=tmp_path / "own") as detector:
        for count in (1, 2, 3, 5):
            found = detector.detect([_grey(64, 64)] * count)
            assert [len(one) for one in found] == [1] * count


def test_half_precision_pictures_are_handed_over_so(tmp_path: Path) -> None:
    weights = model(tmp_path / "a.onnx", {"o": raw()}, dtype=TensorProto.FLOAT16)
    import_model(wanted(weights))
    with load_detector("a", registry_dir=tmp_path / "own") as detector:
        assert len(detector.detect([_grey(64, 64)])[0]) == 1


def test_dynamic_axes_need_a_size(tmp_path: Path) -> None:
    weights = model(tmp_path / "a.onnx", {"o": raw()}, shape=("b", 3, "h", "w"))
    with pytest.raises(ConfigError, match="any size"):
        import_model(wanted(weights))
    import_model(wanted(weights, size=(96, 64)))
    assert load_manifest("a", tmp_path / "own").input.size == (96, 64)


def test_what_ultralytics_noted_is_taken(tmp_path: Path) -> None:
    notes = {"names": "{0: 'cat', 1: 'dog'}", "imgsz": "[64, 96]", "task": "detect"}
    weights = model(tmp_path / "a.onnx", {"o": raw()}, shape=("b", 3, "h", "w"), notes=notes)
    import_model(wanted(weights, classes=[]))
    manifest = load_manifest("a", tmp_path / "own")
    assert (manifest.classes, manifest.input.size) == (("cat", "dog"), (96, 64))
    with pytest.raises(ConfigError, match="1 classes are named, but the weights have 2: cat, dog"):
        import_model(wanted(weights, classes=["cat"]))


NAN = raw()
NAN[0, 0] = np.nan
FLAWS = {
    "NaN outputs": ("yolov8", {"o": NAN}, {}, "not finite"),
    "two outputs": ("yolov8", {"o": raw(), "p": raw()}, {}, "2 outputs"),
    "classes too few": ("yolov8", {"o": raw(5)}, {}, "for 2 classes"),
    "classes too few, yolox": ("yolox", {"o": np.zeros((84, 9), np.float32)}, {}, "shape"),
    "classes too few, end-to-end": (
        "yolo26",
        {"o": np.array([[1, 1, 2, 2, 0.9, 7]], np.float32)},
        {},
        "class 7, but only 2",
    ),
    "classes too few, detr": (
        "rfdetr",
        {"dets": np.zeros((3, 4), np.float32), "labels": np.zeros((3, 9), np.float32)},
        {},
        "shapes",
    ),
    "rfdetr without logits": ("rfdetr", {"dets": np.zeros((3, 4), np.float32)}, {}, "dets and"),
    "grey pictures": ("yolov8", {"o": raw()}, {"shape": ("b", 1, 64, 64)}, "take images"),
    "bytes": ("yolov8", {"o": raw()}, {"dtype": TensorProto.UINT8}, "uint8"),
    "two inputs": ("rtdetr", {"o": raw()}, {"more_inputs": ("sizes",)}, "sizes"),
    "another task": ("yolov8", {"o": raw()}, {"notes": {"task": "segment"}}, "segment"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_bad_model_is_refused_and_leaves_nothing(tmp_path: Path, flaw: str) -> None:
    family, outputs, more, what = FLAWS[flaw]
    weights = model(tmp_path / "a.onnx", outputs, **more)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=what) as caught:
        import_model(wanted(weights, family))
    assert caught.value.where == str(weights)
    assert caught.value.remedy
    assert not any(word in caught.value.line() for word in ("manifest", ".import-", "output."))
    assert list((tmp_path / "own").glob("*")) == []


def test_weights_beside_the_file_are_asked_into_it(tmp_path: Path) -> None:
    weights = model(tmp_path / "a.onnx", {"o": np.tile(raw(), (1, 40))})
    beside = {"save_as_external_data": True, "location": "a.data", "size_threshold": 64}
    onnx.save(onnx.load(weights), weights, **beside)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="External data") as caught:
        import_model(wanted(weights))
    assert "into the ONNX file itself" in caught.value.remedy


def test_another_model_of_the_name_is_kept_and_told(tmp_path: Path) -> None:
    weights = model(tmp_path / "a.onnx", {"o": raw()})
    import_model(wanted(weights))
    assert "already" not in " ".join(import_model(wanted(weights)))
    earlier = weights.read_bytes()
    model(weights, {"o": raw()}, notes={"names": "{0: 'cat', 1: 'dog'}"})
    assert "there was a a already: its files now end in .old" in " ".join(
        import_model(wanted(weights))
    )
    assert (tmp_path / "own" / "a.onnx.old").read_bytes() == earlier
    assert [one.id for one in list_manifests(tmp_path / "own")] == ["a"]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"family": "yolov99"}, "no family"),
        ({"classes": []}, "do not name"),
        ({"classes": ["cup", "cup"]}, "twice"),
        ({"model_id": "Best One"}, "no id"),
        ({"model_id": "campus_objects"}, "shipped model"),
        ({"score": 1.5}, "no score"),
        ({"size": (96, 96)}, "made for 64x64"),
        ({"weights": Path("none.onnx")}, "no such file"),
        ({"picture": Path("none.jpg")}, "no picture"),
        ({"classes": ["gbk.txt"]}, "class names cannot be read"),
    ],
)
def test_bad_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, object], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gbk.txt").write_bytes("人\n车\n".encode("gb18030"))
    weights = model(tmp_path / "a.onnx", {"o": raw()})
    given = {"weights": weights, "family": "yolov8"} | more
    with pytest.raises(MinganError, match=what):
        import_model(wanted(given.pop("weights"), given.pop("family"), **given))  # type: ignore[arg-type]


def test_no_onnx(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_text("no model", "utf-8")
    with pytest.raises(ModelError, match="no ONNX model"):
        import_model(wanted(tmp_path / "a.onnx"))


@pytest.mark.parametrize("flat", [True, False])
def test_a_classifier_of_attributes(tmp_path: Path, flat: bool) -> None:
    answers = np.array([[0.1, 0.85, 0.05], [0.8, 0.1, 0.1]], np.float32)
    weights = model(tmp_path / "a.onnx", {"o": answers * (2 if flat else 1)})
    if flat:
        with pytest.raises(ModelError, match="add up to 2"):
            import_model(wanted(weights, "classifier", classes=["apron", "gloves"]))
        return
    import_model(wanted(weights, "classifier", classes=["apron", "gloves"]))
    classifier = load_classifier("a", registry_dir=tmp_path / "own")
    found = classifier.classify(_grey(64, 64), np.array([[0, 0, 64, 64]], np.float32))
    classifier.close()
    assert found.of("apron").tolist() == [1]
    assert found.of("gloves").tolist() == [0]


@pytest.mark.parametrize(
    ("text", "size"), [("", None), ("640", (640, 640)), ("640x384", (640, 384))]
)
def test_sizes(text: str, size: tuple[int, int] | None) -> None:
    assert parse_size(text) == size
    with pytest.raises(ConfigError):
        parse_size("640x")


def test_an_imported_model_is_one_of_the_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGAN_MODELS", str(tmp_path / "models"))
    weights = model(tmp_path / "best.onnx", {"o": raw()})
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), np.zeros((50, 70, 3), np.uint8))
    run = CliRunner()
    given = ["models", "import", str(weights), "--family", "yolov8", "--picture", str(picture)]
    imported = run.invoke(app, [*given, "--classes", "person", "cup"], catch_exceptions=False)
    assert imported.exit_code == 0
    assert "ran on 2 pictures: 1, 1 boxes" in imported.stdout
    assert "best  v1.0.0  yolov8" in run.invoke(app, ["models", "list"]).stdout
    assert "best: ok" in run.invoke(app, ["models", "verify", "best"]).stdout
    config = tmp_path / "rules.yaml"
    config.write_text(
        "analysis:\n  model: best\n  rules:\n    - type: perimeter_intrusion\n"
        "      zone: {name: all, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}\n",
        "utf-8",
    )
    check = ["config", "check", str(config)]
    refused = run.invoke(app, check)
    assert isinstance(refused.exception, ModelError)
    assert "accept_unknown_licence: [best]" in refused.exception.line()
    taken = config.read_text("utf-8").replace(
        "  model: best\n", "  model: best\n  accept_unknown_licence: [best]\n"
    )
    config.write_text(taken, "utf-8")
    assert "ok, 1 rules" in run.invoke(app, check).stdout
    assert {"best", "campus_objects"} <= {manifest.id for manifest in list_manifests()}


def _grey(width: int, height: int):  # type: ignore[no-untyped-def]
    from models.eval.media import frame_of

    return frame_of(np.full((height, width, 3), 128, np.uint8))


def test_a_manifest_that_cannot_be_read_is_one_line_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINGAN_MODELS", str(tmp_path))
    (tmp_path / "broken.yaml").write_text("id: [broken\n", "utf-8")
    listed = CliRunner().invoke(app, ["models", "list"], catch_exceptions=False).stdout
    assert "broken  [" in listed
    assert "this is not YAML" in listed
    assert "campus_objects  v" in listed
    monkeypatch.setattr("sys.argv", ["mingan", "rules", "list"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "broken.yaml") in line
