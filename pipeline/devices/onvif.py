"""Recorders and cameras that keep footage as ONVIF's Profile G asks it: Search and Replay.

Written from ONVIF's specifications and its WSDL. What was recorded comes from the history of
starts and stops (``onvif_events.py``); the summary and the outer bounds alone hide gaps, and a
device that has no more leaves the inside unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock, SystemClock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import (
    Channel,
    ClockOffset,
    Coverage,
    DeviceHealth,
    Playback,
    Transport,
)
from pipeline.devices.errors import BrokenAnswerError, CapabilityMissingError, DeviceError
from pipeline.devices.onvif_events import StateEvent, bounds_of, event_of, page_of
from pipeline.devices.onvif_soap import OnvifSoap, Service
from pipeline.devices.polite_http import Limits
from pipeline.devices.registry import DeviceAddress
from pipeline.devices.survey import Page, Survey, nothing_known
from pipeline.devices.xml_answer import text_of

_PIECE_S = 7 * 86_400.0
"""Of a search: each takes three questions at least."""
_RESULTS = 100
_MOST_ANSWERS = 64
_EMPTY_ANSWERS = 5
"""So many in a row without anything new, and the search is given up."""
_KEEP = "<m:KeepAliveTime>PT60S</m:KeepAliveTime>"
_FILTER = (
    '<m:SearchFilter><n:TopicExpression xmlns:n="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:tns1="http://www.onvif.org/ver10/topics"'
    ' Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
    "tns1:RecordingHistory//.</n:TopicExpression></m:SearchFilter>"
)


class OnvifDevice:
    """A recorder or camera with Profile G. Its channels are its recordings.

    Args:
        base_url: ``http://host[:port]``.
        credentials: Of a user of ONVIF, which cameras keep apart from their own.
        clock: Time.
        limits: On each answer.

    Raises:
        ValueError: The address has no host.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._soap = OnvifSoap(base_url, credentials, clock=clock, limits=limits)
        self._credentials = credentials
        self._time: Clock = clock or SystemClock()
        self._survey = Survey(_PIECE_S)

    def __repr__(self) -> str:
        return f"OnvifDevice({self._soap.authority})"

    def channels(self) -> tuple[Channel, ...]:
        """Its recordings, each of one source; two of one camera stay two."""
        found: dict[str, Channel] = {}
        search = f"<m:FindRecordings><m:Scope/>{_KEEP}</m:FindRecordings>"
        for answer in self._results("Recording", search):
            before = len(found)
            for each in answer.iterfind("ResultList/RecordingInformation"):
                token = text_of(each, "RecordingToken")
                name = text_of(each, "Source/Name") or text_of(each, "Source/Location")
                found.setdefault(token, Channel(token, name, None))
            if _is_completed(answer):
                return tuple(found.values())
            if len(found) == before:
                break
        raise BrokenAnswerError(
            "the device does not come to the end of its list", where=self._soap.authority
        )

    def coverage(self, channel: str, window: Span) -> Coverage:
        """What it says it holds of a recording."""
        where, now_s = self._soap.authority, self._time.utc_s()
        try:
            ahead_s = self._soap.clock().offset.seconds
            question = _with_token("GetRecordingInformation", "RecordingToken", channel)
            answer = self._soap.call(Service.SEARCH, question)
            information = answer.find("RecordingInformation")
            if information is None:
                raise BrokenAnswerError("the device says nothing of that recording", where=where)
            bounds = bounds_of(information, ahead_s, now_s, where)
        except DeviceError as error:
            return nothing_known(window, error)
        inside = _both(window, bounds.span)
        if inside is None:
            return Coverage(window, (), ())
        found = self._survey.coverage(
            inside, lambda piece: self._pages(channel, piece, bounds.video, ahead_s), now_s
        )
        return Coverage(window, found.recorded, found.unknown)

    def health(self) -> DeviceHealth:
        """Nothing: Profile G does not tell of disks.

        Raises:
            DeviceError: Always; that it cannot be reached, or that it does not say.
        """
        self._soap.clock(anew=True)
        raise CapabilityMissingError(
            "ONVIF does not tell of the recorder's disks", where=self._soap.authority
        )

    def clock_offset(self) -> ClockOffset:
        """Its clock against ours."""
        return self._soap.clock(anew=True).offset

    def playback(self, channel: str, span: Span) -> Playback:
        """By RTSP with ONVIF's replay extension: the interval goes with PLAY, in ``Range``."""
        setup = (
            "<m:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream>"
            "<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></m:StreamSetup>"
        )
        question = _with_token("GetReplayUri", "RecordingToken", channel, before=setup)
        said = text_of(self._soap.call(Service.REPLAY, question), "Uri")
        ahead_s = self._soap.clock().offset.seconds
        from_, to = _shown(span.start_s + ahead_s), _shown(span.end_s + ahead_s)
        interval = f"clock={from_:%Y%m%dT%H%M%S}.000Z-{to:%Y%m%dT%H%M%S}.000Z"
        return Playback(
            Transport.RTSP,
            self._soap.reachable(said),
            self._credentials,
            float(round(span.start_s + ahead_s)) - ahead_s,
            {"Require": "onvif-replay", "Range": interval, "Rate-Control": "no"},
        )

    def close(self) -> None:
        """Let go of connections."""
        self._soap.close()

    def _pages(
        self, channel: str, piece: Span, video: frozenset[str], ahead_s: float
    ) -> Iterator[Page]:
        """One page of a piece, when the search came to its end; none when it did not."""
        from_, to = _shown(piece.start_s + ahead_s), _shown(piece.end_s + ahead_s)
        search = (
            f"<m:FindEvents><m:StartPoint>{from_:%Y-%m-%dT%H:%M:%SZ}</m:StartPoint>"
            f"<m:EndPoint>{to:%Y-%m-%dT%H:%M:%SZ}</m:EndPoint>"
            f"<m:Scope><tt:IncludedRecordings>{escape(channel)}</tt:IncludedRecordings></m:Scope>"
            f"{_FILTER}<m:IncludeStartState>true</m:IncludeStartState>"
            f"{_KEEP}</m:FindEvents>"
        )
        events: dict[StateEvent, None] = {}
        empty = 0
        for answer in self._results("Event", search):
            before = len(events)
            for result in answer.iterfind("ResultList/Result"):
                event = event_of(result, ahead_s, self._soap.authority)
                if event is not None and text_of(result, "RecordingToken") in ("", channel):
                    events[event] = None
            if _is_completed(answer):
                yield page_of(events, piece, video, channel)
                return
            empty = 0 if len(events) > before else empty + 1
            if empty >= _EMPTY_ANSWERS:
                break
        yield page_of(events, piece, video, channel, is_complete=False)

    def _results(self, kind: str, search: str) -> Iterator[Element]:
        """A search's answers, until nobody wants more; then it is ended there."""
        token = text_of(self._soap.call(Service.SEARCH, search), "SearchToken")
        more = (
            f"<m:Get{kind}SearchResults><m:SearchToken>{escape(token)}</m:SearchToken>"
            f"<m:MaxResults>{_RESULTS}</m:MaxResults><m:WaitTime>PT5S</m:WaitTime>"
            f"</m:Get{kind}SearchResults>"
        )
        is_over = False
        try:
            for _ in range(_MOST_ANSWERS):
                answer = self._soap.call(Service.SEARCH, more)
                is_over = _is_completed(answer)
                yield answer
        except DeviceError:
            is_over = True  # who does not answer is not asked more
            raise
        finally:
            if not is_over:
                self._end(token)

    def _end(self, token: str) -> None:
        """Free the search's place: devices have few. If not, it ends by itself in a minute."""
        with suppress(DeviceError):
            self._soap.call(Service.SEARCH, _with_token("EndSearch", "SearchToken", token))


def open_onvif(
    address: DeviceAddress,
    credentials: Credentials | None,
    *,
    zone: ZoneInfo | None,
    clock: Clock | None,
    limits: Limits | None,
) -> OnvifDevice:
    """The device at an address; its times are UTC, so the school's zone is not asked for."""
    return OnvifDevice(address.base_url, credentials, clock=clock, limits=limits)


def _is_completed(answer: Element) -> bool:
    return text_of(answer, "ResultList/SearchState").lower() == "completed"


def _with_token(action: str, name: str, token: str, before: str = "") -> str:
    return f"<m:{action}>{before}<m:{name}>{escape(token)}</m:{name}></m:{action}>"


def _shown(moment_s: float) -> datetime:
    """The device's UTC, in whole seconds."""
    return datetime.fromtimestamp(round(moment_s), UTC)


def _both(window: Span, bounds: Span | None) -> Span | None:
    if bounds is None:
        return None
    start_s, end_s = max(window.start_s, bounds.start_s), min(window.end_s, bounds.end_s)
    return Span(start_s, end_s) if end_s > start_s else None
