"""The gate: decode a camera when something moves in it, and miss nothing."""

from pipeline.video.gate.config import (
    Action,
    Activity,
    Cause,
    Decision,
    GateConfig,
    GateState,
    Mode,
)
from pipeline.video.gate.gate import Gate
from pipeline.video.gate.gated_decoder import DecodeCounts, GatedDecoder

__all__ = [
    "Action",
    "Activity",
    "Cause",
    "Decision",
    "DecodeCounts",
    "Gate",
    "GateConfig",
    "GateState",
    "GatedDecoder",
    "Mode",
]
