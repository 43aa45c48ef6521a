"""Where one camera's packets go in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.contract.retention import GapCause
from pipeline.core.packets import EncodedPacket, StreamInfo

if TYPE_CHECKING:
    from pipeline.recorders.recorder import Recorder

_CAUSES = {
    "auth_failed": GapCause.AUTH_FAILED,
    "auth_locked": GapCause.AUTH_FAILED,
    "auth_unsupported": GapCause.AUTH_FAILED,
    "stalled": GapCause.STALLED,
    "undecodable": GapCause.UNDECODABLE,
    "disabled": GapCause.DISABLED,
    "worker_stopped": GapCause.WORKER_STOPPED,
}


class CameraFeed:
    """Where one camera's packets go in; safe to use from its reader's thread."""

    def __init__(self, camera: str, recorder: Recorder) -> None:
        self.camera = camera
        self._recorder = recorder

    def add(self, packet: EncodedPacket, info: StreamInfo) -> None:
        """Record a packet; never waits for the disk.

        Args:
            packet: In decoding order.
            info: Its stream; when it changes, a new segment begins.
        """
        self._recorder.put(self.camera, packet, info)

    def session_ended(self, reason: str, detail: str = "") -> None:
        """The connection ended, or could not be made; may be said again and again.

        Args:
            reason: A ``SourceReason`` or ``disabled``; what is not known counts as ``offline``.
            detail: One line for an engineer, redacted. If there is nothing to add, the reason's
                code, which the console tells in words.
        """
        cause = _CAUSES.get(reason, GapCause.OFFLINE)
        self._recorder.put_end(self.camera, cause, detail or reason)
