#!/usr/bin/env bash
# onnx 1.23.2: `onnx.utils.extract_model` cuts a part out of a model, say the network without the
# non-maximum suppression an exporter put behind it. The detectors' exporters keep the names of the
# classes in the model's metadata_props, and the next tool reads them there. One expects the extracted
# model to carry them on, as version_converter, merge_models, shape_inference and onnxruntime 1.32.0's
# quantize_dynamic all do. extract_model leaves them out, without a word: the model runs, and its
# classes have no names.
#
# Seen: "convert_version kept, merge_models kept, infer_shapes kept, quantize_dynamic kept,
# extract_model lost". Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0
cat > "$folder/look.py" <<'PY'
import sys
import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper, shape_inference, utils, version_converter
from onnxruntime.quantization import quantize_dynamic

whole, part, small = (f"{sys.argv[1]}/{name}.onnx" for name in ("whole", "part", "small"))
NAMES = "{0: 'person', 1: 'smoke'}"

def network(node, source, target, weights=()):
    shape = [1, 4]
    graph = helper.make_graph([node], "network", [helper.make_tensor_value_info(source, TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(target, TensorProto.FLOAT, shape)], list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

weights = numpy_helper.from_array(np.eye(4, dtype=np.float32), "weights")
model = network(helper.make_node("MatMul", ["images", "weights"], ["scores"]), "images", "scores", [weights])
helper.set_model_props(model, {"names": NAMES, "stride": "32"})
onnx.checker.check_model(model)
onnx.save(model, whole)
after = network(helper.make_node("Sigmoid", ["x"], ["y"]), "x", "y")

def extracted():
    utils.extract_model(whole, part, ["images"], ["scores"])
    return onnx.load(part)

def quantized():
    quantize_dynamic(whole, small)
    return onnx.load(small)

made = {
    "convert_version": version_converter.convert_version(model, 17),
    "merge_models": compose.merge_models(model, after, [("scores", "x")]),
    "infer_shapes": shape_inference.infer_shapes(model),
    "quantize_dynamic": quantized(),
    "extract_model": extracted(),
}
seen = {name: {prop.key: prop.value for prop in one.metadata_props}.get("names") == NAMES for name, one in made.items()}
print(f"onnx {onnx.__version__}: " + ", ".join(f"{name} {'kept' if kept else 'lost'}" for name, kept in seen.items()))
sys.exit(0 if [name for name, kept in seen.items() if not kept] == ["extract_model"] else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
