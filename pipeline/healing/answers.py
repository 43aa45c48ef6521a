"""Whether a recorder answered at all, before its word about footage is weighed."""

from __future__ import annotations

from pipeline.devices.device import Coverage
from pipeline.devices.errors import (
    AuthRefusedError,
    DeviceBusyError,
    DeviceError,
    DeviceUnreachableError,
    UnknownReason,
)

_SILENT: dict[UnknownReason, type[DeviceError]] = {
    UnknownReason.UNREACHABLE: DeviceUnreachableError,
    UnknownReason.BUSY: DeviceBusyError,
    UnknownReason.AUTH_REFUSED: AuthRefusedError,
}


def check_answered(coverage: Coverage) -> None:
    """Stop when the device did not answer: that is no word about the footage.

    Raises:
        DeviceError: Why.
    """
    for each in coverage.unknown:
        error = _SILENT.get(each.reason)
        if error is not None:
            raise error(each.detail or each.reason.value)
