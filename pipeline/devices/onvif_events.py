"""From starts and stops, as ONVIF's recordings tell them, to what was recorded.

Profile G lists no pieces of footage. What it has are outer bounds, which hide every gap, and the
history of each track: ``tns1:RecordingHistory/Track/State`` with ``IsDataPresent``, and of older
devices ``…/Recording/State`` with ``IsRecording``, searched for with the state at the beginning
(Recording Search Service Specification §5.22, §5.27). Between a start and the next stop there is
footage. All else is in doubt: before the first event when the device does not tell the state at
the beginning, between two starts (a stop that was lost with the current), between two stops.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from api.contract.footage.spans import Span
from pipeline.devices.device import Unknown
from pipeline.devices.errors import BrokenAnswerError, UnknownReason
from pipeline.devices.survey import OVERLAP_S, Claim, Page
from pipeline.devices.xml_answer import text_of

TRACK_STATE = "RecordingHistory/Track/State"
RECORDING_STATE = "RecordingHistory/Recording/State"
_STATES = {TRACK_STATE: "IsDataPresent", RECORDING_STATE: "IsRecording"}


@dataclass(frozen=True, slots=True)
class StateEvent:
    """A start or a stop, on our clock.

    Attributes:
        topic: Without its prefix.
        track: The track's token; ``""`` of a recording as a whole.
        at_s: When.
        is_on: Whether data is there from then on.
        is_state: Not an event of its own, but how it stood at the beginning of the search.
    """

    topic: str
    track: str
    at_s: float
    is_on: bool
    is_state: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a recording holds at most, on our clock.

    Attributes:
        span: From its first to its last picture; None when it holds nothing.
        video: Tokens of its tracks with pictures; empty when the device does not list tracks.
    """

    span: Span | None
    video: frozenset[str]


def moment_of(text: str, ahead_s: float, where: str) -> float:
    """A moment the device wrote, on our clock.

    Args:
        text: As ``2026-11-24T04:00:00Z``.
        ahead_s: How fast its clock is.
        where: For the error.

    Raises:
        BrokenAnswerError: It is none, or says no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BrokenAnswerError("the device wrote a time that is none", where=where) from error
    if moment.tzinfo is None:
        raise BrokenAnswerError("the device wrote a time without its zone", where=where)
    return moment.timestamp() - ahead_s


def bounds_of(information: Element, ahead_s: float, now_s: float, where: str) -> Bounds:
    """What ``RecordingInformation`` says a recording holds.

    Args:
        information: As the device gave it.
        ahead_s: How fast its clock is.
        now_s: Our moment; what records now reaches to it, however late the device notes that.
        where: For the error.
    """
    tracks = [
        track
        for track in information.findall("Track")
        if text_of(track, "TrackType").lower() == "video"
    ]
    tokens = frozenset(text_of(track, "TrackToken") for track in tracks)
    edges = [(text_of(track, "DataFrom"), text_of(track, "DataTo")) for track in tracks]
    if not tracks:
        edges = [
            (text_of(information, "EarliestRecording"), text_of(information, "LatestRecording"))
        ]
    known = [
        (moment_of(from_, ahead_s, where), moment_of(to, ahead_s, where))
        for from_, to in edges
        if from_ and to
    ]
    if not known:
        return Bounds(None, tokens)
    start_s, end_s = min(known)[0], max(to for _, to in known)
    if text_of(information, "RecordingStatus").lower() == "recording":
        end_s = max(end_s, now_s)
    return Bounds(Span(start_s, end_s) if end_s > start_s else None, tokens)


def event_of(result: Element, ahead_s: float, where: str) -> StateEvent | None:
    """One result of a search for events; None of one that tells no state."""
    topic = text_of(result, "Event/Topic").rpartition(":")[2]
    item = _STATES.get(topic)
    values = {each.get("Name"): each.get("Value") for each in result.iterfind(".//Data/SimpleItem")}
    said = values.get(item) if item else None
    if said is None:
        return None
    return StateEvent(
        topic,
        text_of(result, "TrackToken") if topic == TRACK_STATE else "",
        moment_of(text_of(result, "Time"), ahead_s, where),
        said.strip().lower() in ("true", "1"),
        text_of(result, "StartStateEvent").lower() in ("true", "1"),
    )


def page_of(
    events: Iterable[StateEvent],
    piece: Span,
    video: frozenset[str],
    token: str,
    *,
    is_complete: bool = True,
) -> Page:
    """What the events of a piece say.

    Args:
        events: All that the device told of it.
        piece: What was asked.
        video: The tracks with pictures; of others nothing is believed.
        token: The recording's, which opens it.
        is_complete: Whether these are all; else what has no stop is not believed either.
    """
    told = list(events)
    if any(_is_elsewhere(event, piece) for event in told):
        what = "it answered with events of another time than was asked"
        return Page((), True, doubts=(Unknown(piece, UnknownReason.CONTRADICTORY, what),))
    by_track: dict[str, list[StateEvent]] = {}
    for event in told:
        if event.topic == TRACK_STATE and (not video or event.track in video):
            by_track.setdefault(event.track, []).append(event)
    if not by_track:
        whole = [event for event in told if event.topic == RECORDING_STATE]
        if not whole:
            what = "it tells when its first and last picture was, and not whether all between is"
            reason = UnknownReason.CAPABILITY_MISSING
            return Page((), True, doubts=(Unknown(piece, reason, what),))
        by_track[""] = whole
    lines = [_Line(piece, token) for _ in by_track]
    for line, track in zip(lines, by_track.values(), strict=True):
        line.read(track, is_complete=is_complete)
    return Page(
        tuple(claim for line in lines for claim in line.claims),
        is_last=is_complete,
        doubts=tuple(doubt for line in lines for doubt in line.doubts),
    )


class _Line:
    """One track's footage in a piece."""

    def __init__(self, piece: Span, token: str) -> None:
        self._piece = piece
        self._token = token
        self.claims: list[Claim] = []
        self.doubts: list[Unknown] = []

    def read(self, events: list[StateEvent], *, is_complete: bool) -> None:
        """Go through the track's events."""
        piece = self._piece
        is_on: bool | None = None
        since_s = piece.start_s
        # How it stood at the beginning is told with that time, or with that of the last change.
        for event in sorted(events, key=lambda event: (not event.is_state, event.at_s)):
            at_s = since_s if event.is_state else min(max(event.at_s, since_s), piece.end_s)
            if is_on is None and not event.is_state:
                self._doubt(since_s, at_s, "it does not tell how it stood before")
            elif is_on is True and not event.is_on:
                self._claim(since_s, at_s)
            elif is_on is not None and is_on == event.is_on:
                what = "two starts without a stop" if is_on else "two stops without a start"
                self._doubt(since_s, at_s, what)
            is_on, since_s = event.is_on, at_s
        if is_on and is_complete:
            self._claim(since_s, piece.end_s)

    def _claim(self, start_s: float, end_s: float) -> None:
        if end_s > start_s:
            self.claims.append(Claim(start_s, end_s, self._token))

    def _doubt(self, start_s: float, end_s: float, what: str) -> None:
        if end_s > start_s:
            self.doubts.append(Unknown(Span(start_s, end_s), UnknownReason.CONTRADICTORY, what))


def _is_elsewhere(event: StateEvent, piece: Span) -> bool:
    return not event.is_state and not (
        piece.start_s - OVERLAP_S <= event.at_s <= piece.end_s + OVERLAP_S
    )
