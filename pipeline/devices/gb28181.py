"""Recorders behind a gateway of GB/T 28181: WVP (wvp-GB28181-pro), by its HTTP interface.

Written from WVP's controllers and from what its users report. It asks the recorder by SIP and
answers when all the recorder announced (``SumNum``) has come, or says ``timeout``; forks answer
with what came. So every answer is held against its ``sumNum``, and long intervals, which recorders
cut or never finish, are asked in shorter ones (``survey.py``). It cannot be asked about a
recorder twice at a time: the second question is never answered.

Times are wall time of the gateway's zone. WVP does not tell what the recorder's clock shows;
recorders set theirs by the gateway's when they register, if they do. How far off it may be is for
who runs them to say; until somebody does, nothing is believed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import ConfigError
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import (
    Channel,
    ClockOffset,
    Coverage,
    DeviceHealth,
    Playback,
    Transport,
    Unknown,
)
from pipeline.devices.errors import (
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceError,
    DeviceUnreachableError,
    UnknownReason,
)
from pipeline.devices.polite_http import Limits
from pipeline.devices.registry import DeviceAddress
from pipeline.devices.survey import Claim, Page, Survey, nothing_known
from pipeline.devices.wvp_answers import GbChannel, GbDevice, GbPage, GbRecord, GbRecords, GbStream
from pipeline.devices.wvp_client import WvpClient

WVP_LIMITS = Limits(read_s=40.0, total_s=60.0)
"""The gateway waits for the recorder, 15 s unless it is configured to wait longer."""
_TIME = "%Y-%m-%d %H:%M:%S"
_UNTOLD = "the gateway does not tell the recorder's clock, and nobody said how far it is off"
_CHANNELS_A_PAGE = 100
_MOST_PAGES = 100
_CLOCK_WITHIN_S = 60.0
"""Of a clock that may be off by more, no gap of a minute could be told."""
_GB_ID = re.compile(r"[0-9]{20}")
RECORDERS = {
    "111": "DVR",
    "112": "video server",
    "118": "NVR",
    "130": "hybrid recorder",
    "131": "camera",
    "132": "network camera",
    "200": "platform",
}
"""Digits 11 to 13 of who registers at a gateway and may have footage (GB/T 28181, annex D)."""
_NO_CAMERAS = frozenset({"133", "134", "135", "136", "137", "138", "139", "215", "216", "218"})
"""Displays, alarm contacts, loudspeakers; groups and folders of a platform."""


def checked_gb_id(gb_id: str) -> str:
    """The number of a recorder, if it is one.

    Raises:
        ValueError: It is none; the text says why.
    """
    if _GB_ID.fullmatch(gb_id) is None:
        raise ValueError(f"{gb_id!r} is no number of GB/T 28181: it has 20 digits")
    kind = gb_id[10:13]
    if kind not in RECORDERS:
        known = ", ".join(f"{number} {name}" for number, name in RECORDERS.items())
        raise ValueError(
            f"digits 11 to 13 of {gb_id} are {kind}, which is no recorder or camera ({known})"
        )
    return gb_id


class WvpDevice:
    """A recorder registered at WVP.

    Args:
        base_url: WVP's ``http://host[:port]``.
        credentials: Of an account of WVP; None where it asks for none.
        gb_id: The recorder's number of 20 digits.
        zone: In which WVP writes times.
        clock_within_s: How far the recorder's clock is off at most, by the word of who runs it;
            None when nobody says.
        clock: Time.
        limits: On each answer.

    Raises:
        ValueError: The number or the address is none.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        gb_id: str,
        *,
        zone: ZoneInfo | None = None,
        clock_within_s: float | None = None,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._gb_id = checked_gb_id(gb_id)
        self._time: Clock = clock or SystemClock()
        self._wvp = WvpClient(base_url, credentials, clock=self._time, limits=limits or WVP_LIMITS)
        self._zone = zone or ZoneInfo("Asia/Shanghai")
        self._clock_within_s = clock_within_s
        self._survey = Survey()
        self._one_at_a_time = threading.Lock()

    def __repr__(self) -> str:
        return f"WvpDevice({self._wvp.authority}, {self._gb_id})"

    def channels(self) -> tuple[Channel, ...]:
        """Its channels that are not known to be no cameras."""
        found: dict[str, Channel] = {}
        seen = 0
        for number in range(1, _MOST_PAGES + 1):
            page = self._wvp.get(
                f"/api/device/query/devices/{self._gb_id}/channels",
                GbPage[GbChannel],
                {"page": number, "count": _CHANNELS_A_PAGE},
            )
            before = seen
            for each in page.list:
                seen += 1
                if _may_be_camera(each.id):
                    found.setdefault(each.id, Channel(each.id, each.name or "", each.is_online))
            if seen >= page.total:
                return tuple(found.values())
            if seen == before:
                break
        raise BrokenAnswerError(
            "the gateway announced more channels than it gave", where=self._wvp.authority
        )

    def coverage(self, channel: str, window: Span) -> Coverage:
        """What the recorder says it holds of a channel."""
        if self._clock_within_s is None:
            doubt = Unknown(window, UnknownReason.CLOCK_UNCLEAR, _UNTOLD)
            return Coverage(window, (), (doubt,))
        try:
            self._check_online()
            _check_channel(channel)
        except DeviceError as error:
            return nothing_known(window, error)
        return self._survey.coverage(
            window, lambda piece: self._pages(channel, piece), self._time.utc_s()
        )

    def health(self) -> DeviceHealth:
        """Nothing: GB/T 28181 of 2016 has no question about disks, and WVP none at all.

        Raises:
            DeviceError: Always; that it is offline, or that nobody says.
        """
        self._check_online()
        raise CapabilityMissingError(
            "the gateway does not tell of the recorder's disks", where=self._wvp.authority
        )

    def clock_offset(self) -> ClockOffset:
        """Not told.

        Raises:
            CapabilityMissingError: Always.
        """
        raise CapabilityMissingError(
            "the gateway does not tell what the recorder's clock shows",
            where=self._wvp.authority,
            remedy="Let the recorder take its time from the gateway when it registers, and say how "
            "far it may be off",
        )

    def playback(self, channel: str, span: Span) -> Playback:
        """An address where the gateway plays it.

        The gateway has the recorder begin to send at once, and ends it by itself when nobody
        reads; there is no address before.
        """
        _check_channel(channel)
        with self._one_at_a_time:
            stream = self._wvp.get(
                f"/api/playback/start/{self._gb_id}/{channel}", GbStream, self._between(span)
            )
        if not (stream.rtsp or "").startswith(("rtsp://", "rtsps://")):
            raise BrokenAnswerError(
                f"the gateway gave no address to play ({redact_url(stream.rtsp or '')})",
                where=self._wvp.authority,
            )
        assert stream.rtsp is not None, "it begins with a scheme"
        return Playback(Transport.RTSP, stream.rtsp, None, float(round(span.start_s)))

    def close(self) -> None:
        """Let go of connections."""
        self._wvp.close()

    def _check_online(self) -> None:
        device = self._wvp.get(f"/api/device/query/devices/{self._gb_id}", GbDevice)
        if device.is_online is False:
            raise DeviceUnreachableError(
                "the gateway says that the recorder is offline", where=self._wvp.authority
            )

    def _pages(self, channel: str, piece: Span) -> Iterator[Page]:
        with self._one_at_a_time:
            told = self._wvp.get(
                f"/api/gb_record/query/{self._gb_id}/{channel}", GbRecords, self._between(piece)
            )
        rows = told.record_list or []
        yield Page(tuple(self._claim(each) for each in rows), is_last=True, total=told.sum_num)

    def _between(self, span: Span) -> dict[str, str | int]:
        return {"startTime": self._shown(span.start_s), "endTime": self._shown(span.end_s)}

    def _shown(self, our_s: float) -> str:
        return datetime.fromtimestamp(round(our_s), self._zone).strftime(_TIME)

    def _claim(self, record: GbRecord) -> Claim:
        return Claim(
            self._ours(record.start_time),
            self._ours(record.end_time),
            record.file_path or "",
            record.size_bytes,
        )

    def _ours(self, shown: str) -> float:
        try:
            wall = datetime.strptime(shown, _TIME)  # noqa: DTZ007 - the gateway's zone follows
        except ValueError as error:
            raise BrokenAnswerError(
                "a recording's time cannot be read", where=self._wvp.authority
            ) from error
        return wall.replace(tzinfo=self._zone).timestamp()


def open_gb28181(
    address: DeviceAddress,
    credentials: Credentials | None,
    *,
    zone: ZoneInfo | None,
    clock: Clock | None,
    limits: Limits | None,
) -> WvpDevice:
    """The recorder that the address names behind its gateway.

    Raises:
        ConfigError: It names none, or says of its clock what is no number of seconds.
    """
    where, example = str(address), f"{address}/34020000001180000001?clock_within_s=5"
    try:
        gb_id = checked_gb_id(address.path)
    except ValueError as error:
        raise ConfigError(str(error), where=where, remedy=f"Write it as {example}") from error
    said = address.options.get("clock_within_s")
    try:
        within_s = None if said is None else float(said)
        if within_s is not None and not 0.0 <= within_s <= _CLOCK_WITHIN_S:
            raise ValueError("out of range")
    except ValueError as error:
        raise ConfigError(
            f"clock_within_s is no number of seconds up to {_CLOCK_WITHIN_S:g}",
            where=where,
            remedy=f"Write it as {example}",
        ) from error
    return WvpDevice(
        address.base_url,
        credentials,
        gb_id,
        zone=zone,
        clock_within_s=within_s,
        clock=clock,
        limits=limits,
    )


def _may_be_camera(gb_id: str) -> bool:
    """Not a folder (shorter numbers), a group or a thing without a lens; misnumbered ones stay."""
    return len(gb_id) >= 20 and gb_id[10:13] not in _NO_CAMERAS


def _check_channel(channel: str) -> None:
    if _GB_ID.fullmatch(channel) is None:
        raise CapabilityMissingError(
            f"there is no channel {channel!r}; they are numbers of 20 digits"
        )
