"""OpenVINO on the CPU: the extra ``openvino``, for boxes on which it is the faster one.

Measure first: on processors without matrix units ONNX Runtime is as fast (``scripts/bench
inference --backend openvino`` prints both).
"""

from __future__ import annotations

import threading

import numpy as np
import openvino as ov

from models.manifest import ModelManifest
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor

_TYPES = {"f32": np.float32, "f16": np.float16}


class OpenVinoBackend:
    """One compiled model, and for each thread that asks a request of its own.

    Args:
        manifest: Model whose weights were verified.
        threads: Threads of one operator.

    Raises:
        ModelError: OpenVINO cannot read or compile the weights, or they lack the manifest's input
            or outputs.
    """

    def __init__(self, manifest: ModelManifest, *, threads: int = 1) -> None:
        self._where = str(manifest.weights_path)
        options = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            # Some processors would be given half precision, and other boxes than elsewhere.
            "INFERENCE_PRECISION_HINT": "f32",
        }
        try:
            model = ov.Core().compile_model(self._where, "CPU", options)
            self._type = _TYPES[model.input(manifest.input.name).get_element_type().get_type_name()]
            self._outputs = [model.output(name) for name in manifest.output.names]
        except (RuntimeError, KeyError) as error:
            raise ModelError(
                f"OpenVINO cannot use the weights ({str(error).strip().splitlines()[-1][:160]})",
                where=self._where,
                remedy="Check the names of input and outputs in the manifest, or use backend onnx",
            ) from error
        self._input = manifest.input.name
        self._model: ov.CompiledModel | None = model
        self._local = threading.local()

    def infer(self, batch: Tensor) -> list[Tensor]:
        """Run the model on (N, 3, height, width); see ``Backend.infer``."""
        model = self._model
        if model is None:
            raise ModelError("the model was closed", where=self._where)
        request: ov.InferRequest | None = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = model.create_infer_request()
        try:
            found = request.infer({self._input: batch.astype(self._type, copy=False)})
        except RuntimeError as error:
            raise ModelError(
                f"the model refused a batch of shape {batch.shape}",
                where=self._where,
                remedy="Write input.allowed_sizes of the manifest as the weights allow",
            ) from error
        # Copies: the request's own memory is written again by the next batch.
        return [np.array(found[output], np.float32) for output in self._outputs]

    def close(self) -> None:
        """Free the model."""
        self._model = None
        self._local = threading.local()
