"""Static INT8 of a shipped model: ``python -m models.export.int8 MODEL --pictures … --out FILE``.

Weights and activations become 8-bit integers around QuantizeLinear and DequantizeLinear nodes,
their ranges taken from pictures of the caller's, prepared as the product does; the heads stay in
single precision: one box regressed in 256 steps is not worth having. Processors without VNNI add
such products in 16 bits and may overflow. Whether the result is any good is for ``mingan eval`` to
say; docs/accuracy.md has what it said of ours.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import onnx.version_converter
import typer
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.eval.agreement import pictures_of
from models.eval.arguments import one_value_each
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


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def quantise_model(
    model: Annotated[str, typer.Argument(help="Id of a shipped model.")],
    sources: Annotated[
        list[Path], typer.Option("--pictures", metavar="PATH...", help="Folders, videos.")
    ],
    out: Annotated[Path, typer.Option(help="The ONNX to write.")],
    labels: Annotated[Path | None, typer.Option(help="Boxes of people, for a classifier.")] = None,
    most: Annotated[int, typer.Option(help="Pictures used.")] = 150,
) -> None:
    """Quantise one shipped model to eight bits, calibrated on pictures."""
    manifest = load_manifest(model)
    if manifest.task is Task.CLASSIFY:
        if labels is None:
            raise typer.BadParameter(
                "a classifier is calibrated on people: name --labels", param_hint="--labels"
            )
        batches = people(manifest, sources[0], labels, most)
    else:
        batches = pictures(manifest, sources, most)
    quantise(manifest, batches, out)
    print(f"{out}: {out.stat().st_size} bytes")


def main(arguments: Sequence[str] | None = None) -> int:
    """Quantise one model; returns the process's exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(one_value_each(given, {"--pictures"}), prog_name="python -m models.export.int8")
    except (ManifestError, MinganError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
