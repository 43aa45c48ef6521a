"""Dahua's recorders and cameras, and those that speak its CGI, over HTTP.

Written from the maker's "HTTP API": files are found with a finder that is made, asked, closed and
destroyed, for those left behind use up the recorder. Answers are lines of ``key=value``; times are
the device's wall time and say no zone. "Nothing recorded" and "no such channel" are the same
``Error``, so the channel has to be among those it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from api.contract.footage.spans import Span
from pipeline.devices.dahua_answers import FORM, Values, disks_of, items_of, moment_of, values_of
from pipeline.devices.device import (
    Channel,
    Coverage,
    DeviceHealth,
    Playback,
    Transport,
    disk_alarms,
)
from pipeline.devices.device_clock import ClockReading, DeviceClock
from pipeline.devices.errors import (
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceError,
    DeviceUnreachableError,
)
from pipeline.devices.http_recorder import HttpRecorder
from pipeline.devices.polite_http import Answer
from pipeline.devices.registry import with_playback
from pipeline.devices.survey import Claim, Page, nothing_known

_PAGE = 100
_ANSWERS = frozenset({200, 400})
_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")


class DahuaDevice(HttpRecorder):
    """A recorder or camera of Dahua."""

    _known: frozenset[str] = frozenset()
    """Channels it named so far."""

    def channels(self) -> tuple[Channel, ...]:
        """Its channels, counted from 1 as its menus do."""
        titles = self._ask("configManager.cgi?action=getConfig&name=ChannelTitle")
        names = titles.indexed("table.ChannelTitle", "Name")
        if not names:
            raise BrokenAnswerError("it names no channel", where=self._http.authority)
        online = self._online(len(names))
        self._known = frozenset(str(index + 1) for index in names)
        return tuple(
            Channel(str(index + 1), name, online.get(index))
            for index, name in sorted(names.items())
        )

    def coverage(self, channel: str, window: Span) -> Coverage:
        """What it holds of a channel's main stream."""
        try:
            clock = self._clock.get()
            self._check_channel(channel)
        except DeviceError as error:
            return nothing_known(window, error)
        return self._survey.coverage(
            window, lambda piece: self._pages(channel, piece, clock), self._time.utc_s()
        )

    def health(self) -> DeviceHealth:
        """Its disks."""
        disks = disks_of(self._ask("storageDevice.cgi?action=getDeviceAllInfo"))
        return DeviceHealth(disks, disk_alarms(disks))

    def playback(self, channel: str, span: Span) -> Playback:
        """By RTSP, of the main stream."""
        clock = self._clock.get()
        self._check_channel(channel)
        from_, to = clock.wall(span.start_s), clock.wall(span.end_s)
        url = (
            f"rtsp://{self._http.url_host}:{self._rtsp_port}/cam/playback?channel={channel}"
            f"&starttime={from_:%Y_%m_%d_%H_%M_%S}&endtime={to:%Y_%m_%d_%H_%M_%S}"
        )
        return Playback(Transport.RTSP, url, self._http.credentials, clock.ours(from_))

    def _is_busy(self, answer: Answer) -> bool:
        return answer.status != 200 and b"busy" in answer.body[:256].lower()

    def _ask(self, question: str) -> Values:
        return values_of(self._http.get(f"/cgi-bin/{question}"))

    def _check_channel(self, channel: str) -> None:
        """Stop at a channel the device does not have.

        Raises:
            DeviceError: It has none, or does not say.
        """
        if channel not in self._known:
            self.channels()
        if channel not in self._known:
            raise CapabilityMissingError(
                f"it has no channel {channel!r}", where=self._http.authority
            )

    def _online(self, count: int) -> dict[int, bool]:
        """Whether each picture arrives, by index from 0; empty when it does not say."""
        try:
            said = self._ask("LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1")
        except (CapabilityMissingError, BrokenAnswerError):
            return {}
        states = said.indexed("states", "connectionState")
        numbers = said.indexed("states", "channel")
        found = {
            int(number): states[row] == "Connected"
            for row, number in numbers.items()
            if row in states and number.isdigit()
        }
        # Some count from 0 and some from 1; when neither end is there it cannot be told.
        if 0 in found:
            return found
        return (
            {number - 1: is_there for number, is_there in found.items()} if count in found else {}
        )

    def _read_clock(self) -> ClockReading:
        answer = self._http.get("/cgi-bin/global.cgi?action=getCurrentTime")
        try:
            shown = moment_of(values_of(answer).get("result", ""))
        except ValueError as error:
            raise BrokenAnswerError(
                "it does not say what its clock shows", where=self._http.authority
            ) from error
        return ClockReading(shown, answer.asked_mono_ns, answer.heard_mono_ns)

    def _pages(self, channel: str, piece: Span, clock: DeviceClock) -> Iterator[Page]:
        where = self._http.authority
        finder = self._ask("mediaFileFind.cgi?action=factory.create").get("result", "")
        if not _NUMBER.fullmatch(finder):
            raise BrokenAnswerError("it gives no finder of files", where=where)
        is_reachable = True
        try:
            yield from self._found(finder, channel, piece, clock)
        except DeviceUnreachableError:
            is_reachable = False
            raise
        finally:
            for action in ("close", "destroy") if is_reachable else ():
                with suppress(DeviceError):
                    self._http.get(f"/cgi-bin/mediaFileFind.cgi?action={action}&object={finder}")

    def _found(self, finder: str, channel: str, piece: Span, clock: DeviceClock) -> Iterator[Page]:
        from_, to = (quote(f"{clock.wall(s):{FORM}}") for s in (piece.start_s, piece.end_s))
        begun = self._http.get(
            f"/cgi-bin/mediaFileFind.cgi?action=findFile&object={finder}"
            f"&condition.Channel={channel}&condition.StartTime={from_}&condition.EndTime={to}"
            "&condition.Types[0]=dav&condition.VideoStream=Main",
            accept=_ANSWERS,
        )
        word = begun.text().strip()
        if word.upper() != "OK":
            if word.partition("\n")[0].strip().lower() != "error":
                raise BrokenAnswerError(
                    f"its search ended as {word[:32]!r}", where=self._http.authority
                )
            yield Page((), is_last=True)
            return
        given = 0
        while True:
            values = self._ask(
                f"mediaFileFind.cgi?action=findNextFile&object={finder}&count={_PAGE}"
            )
            announced, items = items_of(values, self._http.authority)
            claims = tuple(
                Claim(clock.ours(each.start), clock.ours(each.end), each.path, each.size_bytes)
                for each in items
            )
            # Fewer than asked for may be all, or all it cares to give at a time: only none is last.
            yield Page(claims, announced == 0, given + announced)
            if announced == 0:
                return
            given += announced


open_dahua = with_playback(DahuaDevice)
