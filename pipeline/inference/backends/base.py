"""What a runtime must do, and which runtimes there are."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from models.manifest import ModelManifest
from pipeline.core.errors import ModelError

Tensor = NDArray[np.float32]


class Backend(Protocol):
    """A loaded model; ``infer`` is called by several threads at a time."""

    def infer(self, batch: Tensor) -> list[Tensor]:
        """Run the model.

        Args:
            batch: (N, 3, height, width) in the manifest's colour order and scale.

        Returns:
            The manifest's output tensors, in its order.

        Raises:
            ModelError: The runtime refused the batch.
        """

    def close(self) -> None:
        """Free the model; calling it again does nothing."""


class BackendFactory(Protocol):
    """A backend's class."""

    def __call__(self, manifest: ModelManifest, *, threads: int) -> Backend:
        """Load the manifest's weights, already verified.

        Raises:
            ModelError: The runtime cannot use them.
        """


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """Where a backend lives and which package it needs."""

    target: str
    package: str


BACKENDS: Mapping[str, BackendEntry] = {
    "onnx": BackendEntry("pipeline.inference.backends.onnx:OnnxBackend", "onnxruntime"),
    "openvino": BackendEntry("pipeline.inference.backends.openvino:OpenVinoBackend", "openvino"),
}


def backend_factory(kind: str, registry: Mapping[str, BackendEntry] = BACKENDS) -> BackendFactory:
    """The class of a backend, imported now.

    Raises:
        ModelError: There is no such backend, or the package it needs is not installed.
    """
    entry = registry.get(kind)
    if entry is None:
        raise ModelError(
            f"there is no inference backend {kind!r}",
            where="backend",
            remedy=f"Write one of: {', '.join(sorted(registry))}",
        )
    module, _, name = entry.target.partition(":")
    try:
        return cast(BackendFactory, getattr(importlib.import_module(module), name))
    except ModuleNotFoundError as error:
        raise ModelError(
            f"the inference backend {kind!r} needs a package that is not installed: {error.name}",
            where="backend",
            remedy=f"Run: pip install {entry.package}",
        ) from error


def require_outputs(outputs: Sequence[Tensor], expected: int, where: str) -> None:
    """Refuse a wrong number of outputs, and numbers that are none.

    Raises:
        ModelError: The count differs, or an output holds NaN or infinity.
    """
    if len(outputs) != expected:
        raise ModelError(
            f"the model gave {len(outputs)} outputs, not {expected}",
            where=where,
            remedy="Write output.names of the manifest as the weights have them",
        )
    broken = sum(int(np.count_nonzero(~np.isfinite(output))) for output in outputs)
    if broken:
        total = sum(output.size for output in outputs)
        raise ModelError(
            f"{broken} of the model's {total} output values are not finite numbers",
            where=where,
            remedy="The weights or the runtime are broken; verify the model and its hash",
        )
