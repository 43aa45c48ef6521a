"""ONNX Runtime on the CPU, the backend every box has.

One thread per model by default: a box runs many cameras, and several sessions with a thread each
do more than one session that waits on its own pool. Nothing spins while idle.
"""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from models.manifest import ModelManifest
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor

REFUSALS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NoSuchFile,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
)
"""What ONNX Runtime raises; its own exceptions share no base below Exception."""

DTYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
"""What pixels may be handed over as; figures come back in single precision either way."""


class OnnxBackend:
    """One ONNX Runtime session; weights made for a fixed number of pictures get that many.

    Args:
        manifest: Model whose weights were verified.
        threads: Threads of one operator.

    Raises:
        ModelError: The file is no ONNX model, lacks the manifest's input or outputs, wants more
            inputs, or another kind of pixels.
    """

    def __init__(self, manifest: ModelManifest, *, threads: int = 1) -> None:
        self._where = str(manifest.weights_path)
        self._input = manifest.input.name
        self._outputs = list(manifest.output.names)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        # Pictures come in batches of one size: a plan of buffers by size is held and saves no time.
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = ort.InferenceSession(self._where, options, providers=["CPUExecutionProvider"])
        except REFUSALS as error:
            raise ModelError(
                f"ONNX Runtime cannot load the weights ({_first_line(error)})",
                where=self._where,
                remedy="Fetch the weights again, or name a backend that can read them",
            ) from error
        self._session: ort.InferenceSession | None = session
        self._require([i.name for i in session.get_inputs()], [self._input], "input.name")
        self._require([o.name for o in session.get_outputs()], self._outputs, "output.names")
        strange = [i.name for i in session.get_inputs() if i.name != self._input]
        if strange:
            raise ModelError(
                f"the weights want more than a picture: {', '.join(strange)}",
                where=self._where,
                remedy="Export them without the steps after the network",
            )
        taken = next(i for i in session.get_inputs() if i.name == self._input)
        if taken.type not in DTYPES:
            raise ModelError(
                f"the weights want {taken.type} pixels",
                where=self._where,
                remedy=f"Export them for one of: {', '.join(DTYPES)}",
            )
        self._dtype = DTYPES[taken.type]
        first = taken.shape[0] if taken.shape else None
        self._batch = first if isinstance(first, int) and first > 0 else None

    def infer(self, batch: Tensor) -> list[Tensor]:
        """Run the model on (N, 3, height, width); see ``Backend.infer``."""
        if self._session is None:
            raise ModelError("the model was closed", where=self._where)
        if self._batch is None or len(batch) == self._batch:
            return self._run(self._session, batch)
        parts = []
        for start in range(0, len(batch), self._batch):
            part = batch[start : start + self._batch]
            empty = np.zeros((self._batch - len(part), *part.shape[1:]), part.dtype)
            outputs = self._run(self._session, np.concatenate([part, empty]))
            parts.append([output[: len(part)] for output in outputs])
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

    def close(self) -> None:
        """Free the session."""
        self._session = None

    def _run(self, session: ort.InferenceSession, batch: Tensor) -> list[Tensor]:
        try:
            outputs = session.run(
                self._outputs, {self._input: batch.astype(self._dtype, copy=False)}
            )
        except REFUSALS as error:
            raise ModelError(
                f"the model refused a batch of shape {batch.shape} ({_first_line(error)})",
                where=self._where,
                remedy="Write input.allowed_sizes of the manifest as the weights allow",
            ) from error
        return [np.asarray(output, np.float32) for output in outputs]

    def _require(self, found: list[str], wanted: list[str], key: str) -> None:
        absent = [name for name in wanted if name not in found]
        if absent:
            raise ModelError(
                f"the weights have no tensor {absent[0]!r}",
                where=f"{self._where}: {key}",
                remedy=f"Write {key} of the manifest as one of: {', '.join(found)}",
            )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
