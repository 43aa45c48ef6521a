"""What recorders have in common that are asked over HTTP and play back over RTSP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from zoneinfo import ZoneInfo

from pipeline.core.clock import Clock, SystemClock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import ClockOffset
from pipeline.devices.device_clock import ClockReading, WatchedClock
from pipeline.devices.polite_http import Answer, Limits, PoliteClient
from pipeline.devices.registry import RTSP_PORT
from pipeline.devices.survey import Survey


class HttpRecorder(ABC):
    """A recorder or camera of one maker.

    Args:
        base_url: ``http://host[:port]``.
        credentials: Of a user with the right to play back.
        rtsp_port: Where footage is played back.
        zone: The school's.
        clock: Time.
        limits: On each answer.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        *,
        rtsp_port: int = RTSP_PORT,
        zone: ZoneInfo | None = None,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._http = PoliteClient(
            base_url, credentials, clock=clock, limits=limits, is_busy=self._is_busy
        )
        self._rtsp_port = rtsp_port
        self._time = clock or SystemClock()
        self._clock = WatchedClock(self._read_clock, self._time, zone)
        self._survey = Survey()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._http.authority})"

    def clock_offset(self) -> ClockOffset:
        """Its clock against ours."""
        return self._clock.get(anew=True).offset

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    @abstractmethod
    def _read_clock(self) -> ClockReading:
        """What its clock shows."""

    @abstractmethod
    def _is_busy(self, answer: Answer) -> bool:
        """Whether an answer says in the maker's words that the device is busy."""
