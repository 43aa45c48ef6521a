"""What is said between the engine and the command centre, as typed values.

Shapes were taken from Janus 1.1.2: of its own events only what a person's browser needs goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.meetings.errors import EngineAwayError


class EngineState(StrEnum):
    """What can be said of the engine."""

    OFF = "off"
    """There is none by the settings."""
    READY = "ready"
    ABSENT = "absent"
    """Nothing listens where it should: not installed, not started, or dead."""
    SILENT = "silent"
    """Something listens and does not answer in time."""
    OTHER_VERSION = "other_version"
    """It is not of the version that this program was tried with."""
    OTHER_ENGINE = "other_engine"
    """It does not take our secrets, or lacks rooms: not the one whose files we wrote."""


class EngineFault(Exception):  # noqa: N818 -- not told to anybody; becomes an EngineAwayError
    """The engine did not do what it was asked.

    Attributes:
        state: What that says of it.
        code: Its own number of the trouble; 0 if it gave none.
    """

    def __init__(self, state: EngineState, code: int = 0) -> None:
        super().__init__(f"{state} {code}")
        self.state = state
        self.code = code

    def away(self) -> EngineAwayError:
        """As a person is told of it."""
        return EngineAwayError(
            f"the engine is {self.state}", params={"state": self.state, "code": str(self.code)}
        )


class EventKind(StrEnum):
    """What happened to somebody in a meeting."""

    ANSWER = "answer"
    """To what they offered to send."""
    OFFER = "offer"
    """Of what they are to receive."""
    FEEDS = "feeds"
    """Others send from now on."""
    GONE = "gone"
    """One of the others sends no more."""
    UP = "up"
    """Media flows."""
    DOWN = "down"
    """It does no more: what they send is lost on the way."""
    UNCHANGED = "unchanged"
    """What they asked to receive is there already, or no more: no offer follows."""
    REFUSED = "refused"
    """They receive nothing any more, and have to ask for everybody anew."""
    REMOVED = "removed"
    """They were put out."""
    ENDED = "ended"
    """The room is there no more."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Somebody who sends."""

    feed: int
    display: str


@dataclass(frozen=True, slots=True)
class Track:
    """One picture or sound of an offer."""

    mid: str
    """Of the offer's media section."""
    feed: int
    kind: str
    """``audio`` or ``video``."""


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """One thing that happened; which of the values are there, its kind says."""

    kind: EventKind
    is_sender: bool
    """Whether it concerns what they send, and not what they receive."""
    sdp: str | None = None
    feeds: tuple[Feed, ...] = ()
    tracks: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is in a room.

    Attributes:
        session: The engine's number of their session.
        sender: Of the handle they send from.
        private_id: Shows that whoever wants to receive is in the room.
        feeds: Who sends already.
    """

    session: int
    sender: int
    private_id: int
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """What somebody wants to receive besides, and what no more."""

    room: int
    private_id: int
    added: frozenset[int]
    dropped: frozenset[int] = frozenset()


def feeds_of(told: object) -> tuple[Feed, ...]:
    """Those who send, of a list of Janus; what is none of them is left out."""
    if not isinstance(told, list):
        return ()
    return tuple(
        Feed(each["id"], str(each.get("display", "")))
        for each in told
        if isinstance(each, dict) and isinstance(each.get("id"), int)
    )


def _tracks_of(told: object) -> tuple[Track, ...]:
    if not isinstance(told, list):
        return ()
    return tuple(
        Track(str(each["mid"]), each["feed_id"], each["type"])
        for each in told
        if isinstance(each, dict)
        and isinstance(each.get("feed_id"), int)
        and each.get("type") in ("audio", "video")
        and each.get("active", True)
    )


def events_of(message: Mapping[str, Any], sender: int) -> Iterator[EngineEvent]:
    """What one message of Janus means to somebody.

    Args:
        message: One element of what a question for events is answered with.
        sender: The handle they send from.
    """
    is_sender = message.get("sender") == sender
    match message.get("janus"):
        case "webrtcup":
            yield EngineEvent(EventKind.UP, is_sender)
        case "hangup":
            yield EngineEvent(EventKind.DOWN if is_sender else EventKind.REFUSED, is_sender)
        case "timeout":
            yield EngineEvent(EventKind.ENDED, is_sender=True)
        case "event":
            yield from _of_rooms(message, is_sender)


def _of_rooms(message: Mapping[str, Any], is_sender: bool) -> Iterator[EngineEvent]:
    plugin, jsep = message.get("plugindata"), message.get("jsep")
    data = plugin.get("data") if isinstance(plugin, dict) else None
    if not isinstance(data, dict):
        return
    if isinstance(jsep, dict) and isinstance(jsep.get("sdp"), str):
        if jsep.get("type") == "answer":
            yield EngineEvent(EventKind.ANSWER, is_sender, sdp=jsep["sdp"])
        elif jsep.get("type") == "offer":
            tracks = _tracks_of(data.get("streams"))
            yield EngineEvent(EventKind.OFFER, is_sender, sdp=jsep["sdp"], tracks=tracks)
    elif data.get("videoroom") == "updated":
        yield EngineEvent(EventKind.UNCHANGED, is_sender)
    elif "error_code" in data and not is_sender:
        yield EngineEvent(EventKind.REFUSED, is_sender)
    if data.get("videoroom") == "destroyed":
        yield EngineEvent(EventKind.ENDED, is_sender)
    elif data.get("leaving") == "ok" and data.get("reason") == "kicked" and is_sender:
        yield EngineEvent(EventKind.REMOVED, is_sender)
    if is_sender and (feeds := feeds_of(data.get("publishers"))):
        yield EngineEvent(EventKind.FEEDS, is_sender, feeds=feeds)
    for key in ("unpublished", "leaving"):
        if is_sender and isinstance(data.get(key), int):
            yield EngineEvent(EventKind.GONE, is_sender, feeds=(Feed(data[key], ""),))
