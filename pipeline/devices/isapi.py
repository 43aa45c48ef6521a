"""Hikvision's recorders and cameras, by ISAPI over HTTP.

Written from the maker's documents of "General" and "Record and Content Management"; the search as
old and new firmwares take it: no XML declaration, no namespace, ``trackList``, and a position that
the maker itself spells ``searchResultPostion``. Times end in ``Z`` and are the device's own wall
time on most firmwares, UTC on others: which of the two is found out by what was recorded last.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from api.contract.footage.spans import Span
from pipeline.devices.device import (
    Channel,
    Coverage,
    DeviceHealth,
    Playback,
    Transport,
    Unknown,
    disk_alarms,
)
from pipeline.devices.device_clock import ClockReading, DeviceClock
from pipeline.devices.errors import (
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceError,
    UnknownReason,
)
from pipeline.devices.http_recorder import HttpRecorder
from pipeline.devices.isapi_answers import Match, Matches, disks_of, is_busy, matches_of, root_of
from pipeline.devices.polite_http import Answer
from pipeline.devices.registry import with_playback
from pipeline.devices.survey import Claim, Page, nothing_known
from pipeline.devices.xml_answer import text_of

_PAGE = 40
"""What the maker's documents allow at most."""
_ANSWERS = frozenset({200, 400, 403})
"""An error is a status and a body that says more."""
_NEAR = timedelta(minutes=20)
"""How far around now is asked to find out in which zone times are written."""
_LAG = timedelta(minutes=5)
"""How late the newest recording may be in the index."""
_CHANNELS_TRIED = 4
_UNTOLD = "its times are UTC or its own zone's, and nothing recorded just now tells which"


@dataclass(frozen=True, slots=True)
class _Times:
    """How the device writes moments: naive, its wall time or UTC, its clock's error in both."""

    clock: DeviceClock
    are_utc: bool

    def shown(self, our_s: float) -> datetime:
        if not self.are_utc:
            return self.clock.wall(our_s)
        shown_s = round(our_s + self.clock.offset.seconds)
        return datetime.fromtimestamp(shown_s, UTC).replace(tzinfo=None)

    def ours(self, written: datetime) -> float:
        if not self.are_utc:
            return self.clock.ours(written)
        return written.replace(tzinfo=UTC).timestamp() - self.clock.offset.seconds


class IsapiDevice(HttpRecorder):
    """A recorder or camera of Hikvision."""

    _is_utc: bool | None = None
    """Whether its times are UTC; None while nothing told."""

    def channels(self) -> tuple[Channel, ...]:
        """Its inputs, then the network cameras added to it."""
        found: list[Channel] = []
        missing: CapabilityMissingError | None = None
        for path in ("System/Video/inputs/channels", "ContentMgmt/InputProxy/channels"):
            try:
                root = self._get(path)
            except CapabilityMissingError as error:
                missing = error
                continue
            online = self._online() if path.startswith("ContentMgmt") else {}
            for each in root:
                number = text_of(each, "id")
                if number and number not in {known.id for known in found}:
                    name = text_of(each, "name")
                    found.append(Channel(number, name, online.get(number)))
        if not found and missing is not None:
            raise missing
        return tuple(found)

    def coverage(self, channel: str, window: Span) -> Coverage:
        """What it holds of a channel's main stream."""
        try:
            times = self._times(channel)
        except DeviceError as error:
            return nothing_known(window, error)
        if times is None:
            doubt = Unknown(window, UnknownReason.CLOCK_UNCLEAR, _UNTOLD)
            return Coverage(window, (), (doubt,))
        return self._survey.coverage(
            window, lambda piece: self._pages(channel, piece, times), self._time.utc_s()
        )

    def health(self) -> DeviceHealth:
        """Its disks."""
        disks = disks_of(self._get("ContentMgmt/Storage"))
        return DeviceHealth(disks, disk_alarms(disks))

    def playback(self, channel: str, span: Span) -> Playback:
        """By RTSP, of the main stream."""
        times = self._times(channel)
        if times is None:
            raise BrokenAnswerError(_UNTOLD, where=self._http.authority)
        from_, to = times.shown(span.start_s), times.shown(span.end_s)
        url = (
            f"rtsp://{self._http.url_host}:{self._rtsp_port}/Streaming/tracks/{_track(channel)}"
            f"?starttime={from_:%Y%m%dT%H%M%SZ}&endtime={to:%Y%m%dT%H%M%SZ}"
        )
        return Playback(Transport.RTSP, url, self._http.credentials, times.ours(from_))

    def _is_busy(self, answer: Answer) -> bool:
        return is_busy(answer)

    def _get(self, path: str) -> Element:
        return self._root(self._http.get(f"/ISAPI/{path}", accept=_ANSWERS))

    def _root(self, answer: Answer) -> Element:
        return root_of(answer, self._http.authority)

    def _online(self) -> dict[str, bool]:
        try:
            root = self._get("ContentMgmt/InputProxy/channels/status")
        except (CapabilityMissingError, BrokenAnswerError):
            return {}
        said = {text_of(each, "id"): text_of(each, "online").lower() for each in root}
        return {number: word == "true" for number, word in said.items() if word}

    def _read_clock(self) -> ClockReading:
        answer = self._http.get("/ISAPI/System/time", accept=_ANSWERS)
        try:
            shown = datetime.fromisoformat(text_of(self._root(answer), "localTime"))
        except ValueError as error:
            raise BrokenAnswerError(
                "it does not say what its clock shows", where=self._http.authority
            ) from error
        return ClockReading(shown, answer.asked_mono_ns, answer.heard_mono_ns)

    def _times(self, channel: str) -> _Times | None:
        """How it writes moments; None when nothing tells whether its ``Z`` is true.

        What is being recorded ends about now: in UTC, or in the device's own time. The later of
        the two lies in the future for the other reading.
        """
        clock = self._clock.get()
        if abs(clock.ahead_s) < 1.0:
            return _Times(clock, are_utc=True)
        if self._is_utc is None:
            for each in self._recording_now(channel):
                self._is_utc = self._told_by(each, clock)
                if self._is_utc is not None:
                    break
        return None if self._is_utc is None else _Times(clock, self._is_utc)

    def _recording_now(self, channel: str) -> Iterator[str]:
        yield channel
        others = [one.id for one in self.channels() if one.id != channel and one.is_online]
        yield from others[: _CHANNELS_TRIED - 1]

    def _told_by(self, channel: str, clock: DeviceClock) -> bool | None:
        now_s = self._time.utc_s()
        utc_is_later = clock.ahead_s < 0
        later = _Times(clock, utc_is_later).shown(now_s)
        earlier = _Times(clock, not utc_is_later).shown(now_s)
        if self._newest(channel, later) is not None:
            return utc_is_later
        newest = self._newest(channel, earlier)
        if newest is not None and abs(newest - earlier) <= _LAG:
            return not utc_is_later
        return None

    def _newest(self, channel: str, around: datetime) -> datetime | None:
        """The latest end of footage around a moment, both as the device writes them."""
        from_, to = around - _NEAR, around + _NEAR
        found = self._search(channel, from_, to, 0, _new_search())
        ends = [each.end for each in found.rows if each.start < to and each.end > from_]
        return max(ends, default=None)

    def _pages(self, channel: str, piece: Span, times: _Times) -> Iterator[Page]:
        from_, to = times.shown(piece.start_s), times.shown(piece.end_s)
        search = _new_search()
        position = 0
        is_last = False
        while not is_last:
            found = self._search(channel, from_, to, position, search)
            claims = tuple(_claim(each, times) for each in found.rows)
            position += len(claims)
            is_last = found.is_last
            yield Page(claims, is_last, found.total)

    def _search(
        self, channel: str, from_: datetime, to: datetime, position: int, search: str
    ) -> Matches:
        body = (
            f'<CMSearchDescription version="1.0"><searchID>{search}</searchID>'
            f"<trackList><trackID>{_track(channel)}</trackID></trackList><timeSpanList><timeSpan>"
            f"<startTime>{from_:%Y-%m-%dT%H:%M:%SZ}</startTime>"
            f"<endTime>{to:%Y-%m-%dT%H:%M:%SZ}</endTime></timeSpan></timeSpanList>"
            f"<maxResults>{_PAGE}</maxResults>"
            f"<searchResultPostion>{position}</searchResultPostion></CMSearchDescription>"
        )
        answer = self._http.ask(
            "POST",
            "/ISAPI/ContentMgmt/search",
            content=body.encode(),
            headers={"Content-Type": "application/xml"},
            accept=_ANSWERS,
        )
        return matches_of(self._root(answer), self._http.authority)


open_isapi = with_playback(IsapiDevice)


def _claim(match: Match, times: _Times) -> Claim:
    return Claim(times.ours(match.start), times.ours(match.end), match.uri, match.size_bytes)


def _new_search() -> str:
    """A search is known by its id while it is paged through."""
    return f"{{{str(uuid.uuid4()).upper()}}}"


def _track(channel: str) -> str:
    """The main stream's track.

    Raises:
        CapabilityMissingError: Channels are numbers.
    """
    if not (channel.isascii() and channel.isdigit()):
        raise CapabilityMissingError(f"there is no channel {channel!r}; they are numbers")
    return f"{channel}01"
