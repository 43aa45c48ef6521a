"""A recorder with ONVIF's Profile G, written from ONVIF's WSDL and specifications.

It knows two ways to sign in: HTTP Digest, and WS-Security's UsernameToken, whose time must be that
of its own clock within a minute. Questions before signing in are those the Core Specification
names: the clock and the services.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from enum import Enum, auto
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.devices.digest_server import Question, Reply, serve_digest, serve_gated
from tests.devices.script import Script, Trouble

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_TT = "http://www.onvif.org/ver10/schema"
_TDS = "http://www.onvif.org/ver10/device/wsdl"
_TSE = "http://www.onvif.org/ver10/search/wsdl"
_TRP = "http://www.onvif.org/ver10/replay/wsdl"
_WSNT = "http://docs.oasis-open.org/wsn/b-2"
_TOPICS = "http://www.onvif.org/ver10/topics"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_OPEN = frozenset({"GetSystemDateAndTime", "GetServices"})
_VIDEO, _AUDIO = "VIDEO001", "AUDIO001"


class History(Enum):
    """What it tells of starts and stops."""

    OF_TRACKS = auto()
    OF_RECORDINGS = auto()
    """As older devices: of the recording as a whole."""
    WITHOUT_START_STATE = auto()
    NONE = auto()
    """Outer bounds alone."""


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="{_SOAP}"'
        f' xmlns:tt="{_TT}" xmlns:tds="{_TDS}" xmlns:tse="{_TSE}" xmlns:trp="{_TRP}"'
        f' xmlns:wsnt="{_WSNT}" xmlns:tns1="{_TOPICS}"'
        ' xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<env:Body>{body}</env:Body></env:Envelope>"
    ).encode()


def soap(body: str, *, is_about_recordings: bool = False) -> Reply:
    """An answer without a fault."""
    return Reply(_envelope(body), 200, "application/soap+xml", is_about_recordings)


def _fault(subcode: str, text: str, status: int = 400) -> Reply:
    return Reply(
        _envelope(
            "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode>"
            f"<env:Value>{subcode}</env:Value></env:Subcode></env:Code>"
            f'<env:Reason><env:Text xml:lang="en">{text}</env:Text></env:Reason></env:Fault>'
        ),
        status,
        "application/soap+xml",
    )


_REFUSAL = _fault("ter:NotAuthorized", "Sender not Authorized")


class _TokenGate:
    """WS-Security's UsernameToken."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def lets_in(self, method: str, target: str, headers: Message, body: bytes) -> tuple[bool, bool]:
        root = ElementTree.fromstring(body)
        if _action(root) in _OPEN:
            return True, False
        token = root.find(f".//{{{_WSSE}}}UsernameToken")
        if token is None:
            return False, False
        said = {each.tag.rpartition("}")[2]: each.text or "" for each in token}
        nonce = base64.b64decode(said["Nonce"])
        expected = hashlib.sha1(nonce + said["Created"].encode() + self._script.password.encode())
        is_right = (
            said["Username"] == self._script.user
            and base64.b64decode(said["Password"]) == expected.digest()
        )
        created = datetime.fromisoformat(said["Created"])
        is_fresh = abs(created - self._script.device_now()) < timedelta(minutes=1)
        return is_right and is_fresh, not (is_right and is_fresh)

    def refusal(self) -> Reply:
        return _REFUSAL

    def forget(self) -> None:
        pass


def _action(root: ElementTree.Element) -> str:
    body = root.find(f"{{{_SOAP}}}Body")
    assert body is not None
    return body[0].tag.rpartition("}")[2]


@dataclass
class OnvifFake:
    """Answers as a recorder.

    Attributes:
        script: What it holds.
        history: What it tells of that.
        bounds: In place of the true first and last moment of each recording.
        stray_events: Beside the true ones: channel -> (moment, whether there is data).
        services: Namespaces it has.
        replay_host: What it calls itself.
        searches_open: Searches that nobody ended.
        actions: What it was asked.
    """

    script: Script
    history: History = History.OF_TRACKS
    bounds: tuple[float, float] | None = None
    stray_events: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    services: tuple[str, ...] = (_TDS, _TSE, _TRP)
    replay_host: str = "192.168.1.64:554"
    actions: list[str] = field(default_factory=list)
    searches: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Question) -> Reply:
        root = ElementTree.fromstring(question.body)
        action = _action(root)
        with self._lock:
            self.actions.append(action)
        body = root.find(f"{{{_SOAP}}}Body")
        assert body is not None
        handlers = {
            "GetSystemDateAndTime": self._get_system_date_and_time,
            "GetServices": self._get_services,
            "FindRecordings": self._find_recordings,
            "GetRecordingInformation": self._get_recording_information,
            "FindEvents": self._find_events,
            "GetRecordingSearchResults": self._get_recording_search_results,
            "GetEventSearchResults": self._get_event_search_results,
            "EndSearch": self._end_search,
            "GetReplayUri": self._get_replay_uri,
        }
        if action not in handlers:
            return _fault("ter:ActionNotSupported", "Optional Action Not Implemented", 500)
        return handlers[action](body[0])

    def _get_system_date_and_time(self, _: ElementTree.Element) -> Reply:
        now = self.script.device_now().astimezone(UTC)
        return soap(
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            "<tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
            f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _get_services(self, _: ElementTree.Element) -> Reply:
        paths = {_TDS: "device_service", _TSE: "search", _TRP: "replay"}
        services = "".join(
            f"<tds:Service><tds:Namespace>{each}</tds:Namespace>"
            f"<tds:XAddr>http://192.168.1.64:8999/onvif/{paths.get(each, 'media')}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            for each in self.services
        )
        return soap(f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>")

    def _find_recordings(self, _: ElementTree.Element) -> Reply:
        results = [self._information(each.id, each.name, "tt") for each in self.script.channels]
        return self._started("FindRecordings", results)

    def _get_recording_information(self, asked: ElementTree.Element) -> Reply:
        token = asked.findtext(f"{{{_TSE}}}RecordingToken", "")
        for each in self.script.channels:
            if each.id == token:
                information = self._information(each.id, each.name, "tse")
                return soap(
                    f"<tse:GetRecordingInformationResponse>{information}"
                    "</tse:GetRecordingInformationResponse>"
                )
        return _fault("ter:InvalidArgVal", "ter:InvalidToken")

    def _find_events(self, asked: ElementTree.Element) -> Reply:
        script, trouble = self.script, self.script.trouble
        token = asked.findtext(f"{{{_TSE}}}Scope/{{{_TT}}}IncludedRecordings", "")
        from_, to = (
            datetime.fromisoformat(asked.findtext(f"{{{_TSE}}}{each}", ""))
            for each in ("StartPoint", "EndPoint")
        )
        script.asked.append(f"{token} {from_:%d %H:%M:%S} {to:%d %H:%M:%S}")
        wants_state = asked.findtext(f"{{{_TSE}}}IncludeStartState") == "true"
        results = self._events(token, from_, to, wants_state=wants_state)
        reply = self._started("FindEvents", results, is_about_recordings=True)
        if Trouble.BROKEN_BEYOND_12_H in trouble and to - from_ > timedelta(hours=12):
            return Reply(reply.body[:-20], 200, reply.media_type, is_about_recordings=True)
        return reply

    def _get_recording_search_results(self, asked: ElementTree.Element) -> Reply:
        return self._given(asked, "Recording")

    def _get_event_search_results(self, asked: ElementTree.Element) -> Reply:
        return self._given(asked, "Event")

    def _end_search(self, asked: ElementTree.Element) -> Reply:
        with self._lock:
            self.searches.pop(asked.findtext(f"{{{_TSE}}}SearchToken", ""), None)
        return soap(
            "<tse:EndSearchResponse><tse:Endpoint>2026-11-24T04:00:00Z</tse:Endpoint>"
            "</tse:EndSearchResponse>"
        )

    def _get_replay_uri(self, asked: ElementTree.Element) -> Reply:
        token = asked.findtext(f"{{{_TRP}}}RecordingToken", "")
        uri = f"rtsp://{self.replay_host}/replay?rec={escape(token)}"
        return soap(
            f"<trp:GetReplayUriResponse><trp:Uri>{uri}</trp:Uri></trp:GetReplayUriResponse>"
        )

    def _started(
        self, action: str, results: list[str], *, is_about_recordings: bool = False
    ) -> Reply:
        with self._lock:
            token = f"S{len(self.actions)}"
            self.searches[token] = results
        return soap(
            f"<tse:{action}Response><tse:SearchToken>{token}</tse:SearchToken></tse:{action}Response>",
            is_about_recordings=is_about_recordings,
        )

    def _given(self, asked: ElementTree.Element, kind: str) -> Reply:
        trouble = self.script.trouble
        token = asked.findtext(f"{{{_TSE}}}SearchToken", "")
        with self._lock:
            waiting = self.searches.get(token)
            if waiting is None:
                return _fault("ter:InvalidArgVal", "ter:InvalidToken")
            size = self.script.page_size
            if kind == "Event" and Trouble.SHORT_OF_TOTAL in trouble:
                shown, is_over = waiting[:3], False
                self.searches[token] = []
            elif kind == "Event" and Trouble.SAME_PAGE in trouble:
                shown, is_over = waiting[:size], False
            else:
                shown, rest = waiting[:size], waiting[size:]
                is_over = not rest
                self.searches[token] = rest
                if is_over:
                    del self.searches[token]  # all was given: the search is over
        state = "Completed" if is_over else "Searching"
        return soap(
            f"<tse:Get{kind}SearchResultsResponse><tse:ResultList>"
            f"<tt:SearchState>{state}</tt:SearchState>{''.join(shown)}</tse:ResultList>"
            f"</tse:Get{kind}SearchResultsResponse>",
            is_about_recordings=kind == "Event",
        )

    def _information(self, token: str, name: str, prefix: str) -> str:
        rows = sorted(self.script.recordings.get(token, []))
        bounds = self.bounds or ((rows[0][0], max(row[1] for row in rows)) if rows else None)
        edges = tracks = ""
        is_recording = False
        if bounds is not None:
            from_, to = (self._moment(each) for each in bounds)
            edges = (
                f"<tt:EarliestRecording>{from_}</tt:EarliestRecording>"
                f"<tt:LatestRecording>{to}</tt:LatestRecording>"
            )
            tracks = "".join(
                f"<tt:Track><tt:TrackToken>{track}</tt:TrackToken><tt:TrackType>{kind}</tt:TrackType>"
                f"<tt:Description/><tt:DataFrom>{from_}</tt:DataFrom><tt:DataTo>{to}</tt:DataTo>"
                "</tt:Track>"
                for track, kind in ((_VIDEO, "Video"), (_AUDIO, "Audio"))
            )
            is_recording = bounds[1] >= self.script.clock.utc_s()
        status = "Recording" if is_recording else "Stopped"
        return (
            f"<{prefix}:RecordingInformation><tt:RecordingToken>{escape(token)}</tt:RecordingToken><tt:Source>"
            f"<tt:SourceId>urn:source:{escape(token)}</tt:SourceId><tt:Name>{escape(name)}</tt:Name>"
            "<tt:Location/><tt:Description/><tt:Address/></tt:Source>"
            f"{edges}<tt:Content/>{tracks}<tt:RecordingStatus>{status}</tt:RecordingStatus>"
            f"</{prefix}:RecordingInformation>"
        )

    def _moment(self, our_s: float) -> str:
        return f"{self.script.device_moment(our_s).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _events(self, token: str, from_: datetime, to: datetime, *, wants_state: bool) -> list[str]:
        """Starts and stops of footage without seams, as they lie in an interval of its clock."""
        if self.history is History.NONE:
            return []
        if Trouble.ELSEWHERE in self.script.trouble:
            shift = timedelta(days=1)
            elsewhere = self._changes(token)
            return [self._event(token, at - shift, is_on) for at, is_on in elsewhere] or [
                self._event(token, from_ - shift, True)
            ]
        changes = self._changes(token)
        before = [is_on for at, is_on in changes if at <= from_]
        found = [self._event(token, at, is_on) for at, is_on in changes if from_ < at <= to]
        if wants_state and self.history is not History.WITHOUT_START_STATE:
            state = before[-1] if before else False
            found.insert(0, self._event(token, from_, state, is_state=True))
        # Sound goes on where pictures are missing, and is nobody's footage.
        if self.history is History.OF_TRACKS:
            found.insert(0, self._event(token, from_, True, is_state=True, track=_AUDIO))
        return found

    def _changes(self, token: str) -> list[tuple[datetime, bool]]:
        merged: list[list[float]] = []
        for start_s, end_s in sorted(self.script.recordings.get(token, [])):
            has_seams = Trouble.SHORT_OF_TOTAL in self.script.trouble
            if merged and not has_seams and start_s <= merged[-1][1] + 0.5:
                merged[-1][1] = max(merged[-1][1], end_s)
            else:
                merged.append([start_s, end_s])
        now_s = self.script.clock.utc_s()
        changes = [(start_s, True) for start_s, _ in merged]
        changes += [(end_s, False) for _, end_s in merged if end_s < now_s]
        changes += self.stray_events.get(token, [])
        return [
            (self.script.device_moment(at_s).astimezone(UTC), is_on)
            for at_s, is_on in sorted(changes)
        ]

    def _event(
        self, token: str, at: datetime, is_on: bool, *, is_state: bool = False, track: str = _VIDEO
    ) -> str:
        is_of_tracks = self.history is not History.OF_RECORDINGS
        topic, item = (
            ("Track/State", "IsDataPresent") if is_of_tracks else ("Recording/State", "IsRecording")
        )
        word, state = str(is_on).lower(), str(is_state).lower()
        return (
            f"<tt:Result><tt:RecordingToken>{escape(token)}</tt:RecordingToken>"
            f"<tt:TrackToken>{track if is_of_tracks else ''}</tt:TrackToken>"
            f"<tt:Time>{at:%Y-%m-%dT%H:%M:%SZ}</tt:Time><tt:Event>"
            '<wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
            f"tns1:RecordingHistory/{topic}</wsnt:Topic><wsnt:Message>"
            f'<tt:Message UtcTime="{at:%Y-%m-%dT%H:%M:%SZ}"><tt:Source>'
            f'<tt:SimpleItem Name="RecordingToken" Value="{escape(token)}"/></tt:Source>'
            f'<tt:Data><tt:SimpleItem Name="{item}" Value="{word}"/></tt:Data></tt:Message>'
            f"</wsnt:Message></tt:Event><tt:StartStateEvent>{state}</tt:StartStateEvent></tt:Result>"
        )


@contextmanager
def serve_onvif(
    script: Script, *, fake: OnvifFake | None = None, has_digest: bool = False
) -> Iterator[str]:
    """Serve a recorder; gives its address.

    Args:
        script: What it holds.
        fake: Its answers.
        has_digest: It wants HTTP Digest in place of a UsernameToken.
    """
    fake = fake or OnvifFake(script)
    if has_digest:
        with serve_digest(script, fake.answer) as address:
            yield address
    else:
        with serve_gated(script, fake.answer, _TokenGate(script)) as address:
            yield address
