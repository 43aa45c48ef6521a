#!/usr/bin/env bash
# onnxruntime 1.32.0, `quantize_static(…, nodes_to_exclude=[…])`: the way to keep a detector's head, with
# its boxes in pixels beside scores below one, out of eight bits. Node names change with the exporter and
# with every simplifier, and the list is written by hand. One expects a name that no node of the model
# has to be refused, or at least to be told. It is taken: the head is quantised like all the rest, and
# what is logged is word for word what the right name logs. `nodes_to_quantize` is the same: with a wrong
# name nothing at all is quantised, and the file is written as "quantised". Count the nodes afterwards.
#
# Seen: quantised MatMul of two: exclude "/head/MatMul" 1, "/head/matmul" 2, quantise "/backbone/MatMul" 1,
# "/backbone/matmul" 0; the same lines logged. Exits 1 when that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$folder/look.py" <<'PY'
import logging, sys
import numpy as np
import onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, quantize_static

whole, small = (f"{sys.argv[1]}/{name}.onnx" for name in ("whole", "small"))
shape, random = [1, 8], np.random.default_rng(0)
graph = helper.make_graph(
    [helper.make_node("MatMul", ["images", "one"], ["between"], name="/backbone/MatMul"),
     helper.make_node("MatMul", ["between", "two"], ["boxes"], name="/head/MatMul")], "network",
    [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
    [helper.make_tensor_value_info("boxes", TensorProto.FLOAT, shape)],
    [numpy_helper.from_array(random.random((8, 8), dtype=np.float32), name) for name in ("one", "two")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, whole)
told = []
logging.getLogger().addHandler(handler := logging.Handler())
handler.emit = lambda record: told.append(record.getMessage())

class Pictures(CalibrationDataReader):
    left = 4

    def get_next(self):
        self.left -= 1
        return {"images": np.full(shape, self.left / 4, np.float32)} if self.left >= 0 else None

def quantised(**names):  # how many MatMul read both their inputs through a DequantizeLinear
    told.clear()
    quantize_static(whole, small, Pictures(), **names)
    nodes = onnx.load(small).graph.node
    short = {name for node in nodes if node.op_type == "DequantizeLinear" for name in node.output}
    return sum(node.op_type == "MatMul" and set(node.input) <= short for node in nodes), tuple(told)

cases = [("nodes_to_exclude", "/head/MatMul"), ("nodes_to_exclude", "/head/matmul"),
         ("nodes_to_quantize", "/backbone/MatMul"), ("nodes_to_quantize", "/backbone/matmul")]
seen = [quantised(**{which: [name]}) for which, name in cases]
for (which, name), (count, lines) in zip(cases, seen):
    print(f"onnxruntime {onnxruntime.__version__}: {which} {name}: {count} of 2 quantised, {len(lines)} lines logged")
sys.exit(0 if [count for count, _ in seen] == [1, 2, 1, 0] and len({lines for _, lines in seen}) == 1 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/log" || { cat "$folder/log"; exit 1; }
