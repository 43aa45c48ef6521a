"""Static INT8 of a shipped model: ``python -m models.export.int8 MODEL --pictures … --out FILE``.

Weights and activations become 8-bit integers around QuantizeLinear and DequantizeLinear nodes,
their ranges taken from pictures of the caller's, prepared as the product does; the heads stay in
single precision: one box regressed in 256 steps is not worth having. Processors without VNNI add
such products in 16 bits and may overflow. Whether the result is any good is for ``mingan eval`` to
say; docs/accuracy.md has what it said of ours.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnx.version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.eval.agreement import pictures_of
from models.eval.media import ArrayPicture
from models.eval.people import is_held_out, read_people
from models.eval.pictures import read_picture
from models.manifest import ManifestError, ModelManifest, Task, load_manifest
from pipeline.core.detections import Floats
from pipeline.core.errors import MinganError
from pipeline.inference.attributes import cut, upper_body
from pipeline.inference.preprocess import prepare

OPSET = 17
"""Scales of each channel came with 13; the public YOLOX export has 11."""

HEADS = ("reg_preds", "obj_preds", "cls_preds", "fine.", "coarse.", "look.")
"""In the names of the tensors of layers that stay: YOLOX's last, and the classifier's heads."""


class Batches(CalibrationDataReader):  # type: ignore[misc]
    """Batches of one for the calibration.

    Args:
        name: Of the model's input.
        batches: The pixels.
    """

    def __init__(self, name: str, batches: Iterator[Floats]) -> None:
        self._name, self._batches = name, batches

    def get_next(self) -> dict[str, Floats] | None:
        """The next batch by the input's name; None at the end."""
        batch = next(self._batches, None)
        return None if batch is None else {self._name: batch}


def pictures(manifest: ModelManifest, files: Sequence[Path], most: int) -> Iterator[Floats]:
    """Whole pictures as a detector gets them, spread over the files."""
    found = [picture for path in files for picture in pictures_of(path, 5)]
    for pixels in found[:: max(1, len(found) // most)][:most]:
        batch, _ = prepare([ArrayPicture(pixels)], manifest.input, manifest.input.size)
        yield batch


def people(manifest: ModelManifest, images: Path, labels: Path, most: int) -> Iterator[Floats]:
    """People of the training part as a classifier gets them."""
    width, height = manifest.input.size
    found = [person for person in read_people(labels) if not is_held_out(person.image)]
    for person in found[:: max(1, len(found) // most)][:most]:
        pixels = read_picture(images / person.image)
        if isinstance(pixels, str):
            raise ValueError(f"{images / person.image}: {pixels}")
        crop = cut(pixels, upper_body(person.box_xyxy, height / width), (width, height))
        yield np.ascontiguousarray(crop.transpose(2, 0, 1)[None], np.float32)


def quantise(manifest: ModelManifest, batches: Iterator[Floats], target: Path) -> None:
    """Write the model's weights as INT8, calibrated on ``batches``."""
    with tempfile.TemporaryDirectory() as folder:
        raised, ready = Path(folder) / "raised.onnx", Path(folder) / "ready.onnx"
        model = onnx.version_converter.convert_version(onnx.load(manifest.weights_path), OPSET)
        onnx.save(model, raised)
        quant_pre_process(raised, ready, skip_symbolic_shape=True)
        model = onnx.load(ready)
        for number, node in enumerate(model.graph.node):
            node.name = f"{node.op_type}_{number}"
        onnx.save(model, ready)
        kept = [n.name for n in model.graph.node if any(h in i for h in HEADS for i in n.input)]
        quantize_static(
            ready,
            target,
            Batches(manifest.input.name, batches),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Clip"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=kept,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Quantise one model; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m models.export.int8", description=__doc__)
    parser.add_argument("model", help="id of a shipped model")
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders, videos")
    parser.add_argument("--labels", type=Path, help="boxes of people, for a classifier")
    parser.add_argument("--out", type=Path, required=True, help="the ONNX to write")
    parser.add_argument("--most", type=int, default=150, help="pictures used")
    options = parser.parse_args(arguments)
    try:
        manifest = load_manifest(options.model)
        if manifest.task is Task.CLASSIFY:
            if options.labels is None:
                parser.error("a classifier is calibrated on people: name --labels")
            batches = people(manifest, options.pictures[0], options.labels, options.most)
        else:
            batches = pictures(manifest, options.pictures, options.most)
        quantise(manifest, batches, options.out)
    except (ManifestError, MinganError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {options.out.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
