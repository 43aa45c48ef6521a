"""What can go wrong with a recorder of another maker.

::

    MinganError
    └── DeviceError                 reason: why what was asked stays unknown
        ├── DeviceUnreachableError  no connection, no answer in time, broken off
    │   └── UntrustedError      its certificate is another's
        ├── AuthRefusedError        user or password refused, locked, or a sign-in we have not
        ├── DeviceBusyError         it asked us to come back later, and again
        ├── BrokenAnswerError       an answer that cannot be read, or contradicts itself
    │   ├── OversizeError       an answer larger than any device needs
    │   └── RedirectedError     the device sends us elsewhere
        └── CapabilityMissingError  the device or its firmware cannot do that

None of them means "no footage": whoever does not answer is unknown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pipeline.core.errors import MinganError


class UnknownReason(StrEnum):
    """Why it is not known whether a device holds footage of an interval."""

    UNREACHABLE = "unreachable"
    AUTH_REFUSED = "auth_refused"
    BUSY = "busy"
    BROKEN_ANSWER = "broken_answer"
    CAPABILITY_MISSING = "capability_missing"
    PARTIAL = "partial"
    """It announced more than it gave."""
    CONTRADICTORY = "contradictory"
    """What it said cannot all be true."""
    UNPLAYABLE = "unplayable"
    """It lists footage that does not open, or holds no pictures."""
    CLOCK_UNCLEAR = "clock_unclear"
    """Its times cannot be laid on ours: no clock, or a zone that cannot be told."""


class DeviceError(MinganError):
    """Base of the room's errors."""

    code = "device"
    reason: ClassVar[UnknownReason] = UnknownReason.BROKEN_ANSWER


class DeviceUnreachableError(DeviceError):
    """Nothing answers there, or not in time."""

    code = "device_unreachable"
    retryable = True
    reason = UnknownReason.UNREACHABLE


class UntrustedError(DeviceUnreachableError):
    """The device shows a certificate that we have no reason to believe."""

    code = "device_untrusted"


class AuthRefusedError(DeviceError):
    """The device does not let us in. Never tried again with the same credentials."""

    code = "device_auth_refused"
    reason = UnknownReason.AUTH_REFUSED


class DeviceBusyError(DeviceError):
    """The device has no time for us now."""

    code = "device_busy"
    retryable = True
    reason = UnknownReason.BUSY


class BrokenAnswerError(DeviceError):
    """An answer that is none."""

    code = "device_broken_answer"
    reason = UnknownReason.BROKEN_ANSWER


class OversizeError(BrokenAnswerError):
    """An answer larger than any device needs."""

    code = "device_oversize"


class RedirectedError(BrokenAnswerError):
    """The device sends us elsewhere, and we do not go."""

    code = "device_redirected"


class CapabilityMissingError(DeviceError):
    """The device cannot do what was asked."""

    code = "device_capability_missing"
    reason = UnknownReason.CAPABILITY_MISSING
