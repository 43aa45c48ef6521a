"""Footage of a device, opened: its packets, and the proof that they are pictures.

An index is a claim; a picture that decodes is footage. FFmpeg plays what RTSP gives, ONVIF's replay
through a relay. It tells the whole address in its own messages, password included, so it is kept
silent, and its errors are told in our words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from api.contract.footage.spans import Span
from pipeline.core.demux import demuxed
from pipeline.devices.device import Device, Playback, Transport
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceError,
    DeviceUnreachableError,
)
from pipeline.devices.manners import authority_of, manners_of
from pipeline.devices.replay_relay import ReplayRelay

OPEN_S = 10.0
READ_S = 10.0
_PROOF_S = 20.0
_MOST_PACKETS = 400
"""Some ten seconds: every camera sends a keyframe within."""


@dataclass(frozen=True, slots=True)
class ProvenPicture:
    """A picture that was decoded from a device's footage."""

    codec: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class OpenedFootage:
    """Footage that plays.

    Attributes:
        container: FFmpeg's.
        stream: Its pictures.
        relay: What it is read through; None when FFmpeg asks the device itself.
    """

    container: InputContainer
    stream: VideoStream
    relay: ReplayRelay | None

    @property
    def first_s(self) -> float | None:
        """When the first picture was taken, by the device's clock; None when no packet said so."""
        return None if self.relay is None else self.relay.first_s


@contextmanager
def opened(playback: Playback) -> Iterator[OpenedFootage]:
    """Open footage; takes one of the host's places until the block ends.

    Raises:
        DeviceError: It does not open, or has no pictures.
    """
    av.logging.set_level(None)
    host, authority = authority_of(playback.url)
    manners = manners_of(host)
    if playback.credentials is not None:
        manners.check_refused(authority, playback.credentials)
    with manners.slot(), ExitStack() as closing:
        relay: ReplayRelay | None = None
        if playback.transport is Transport.RTSP and playback.headers:
            # FFmpeg would play from the beginning, and that would pass for the interval.
            relay = closing.enter_context(ReplayRelay(playback, open_s=OPEN_S, read_s=READ_S))
        try:
            address = _with_credentials(playback) if relay is None else relay.url
            container = closing.enter_context(
                av.open(address, options=_options(playback), timeout=(OPEN_S, READ_S))
            )
            if not container.streams.video:
                raise BrokenAnswerError("what it plays back has no pictures", where=authority)
            yield OpenedFootage(container, container.streams.video[0], relay)
        except av.error.FFmpegError as error:
            told = None if relay is None else relay.error
            if isinstance(told, AuthRefusedError) and playback.credentials is not None:
                manners.was_refused(authority, playback.credentials, told.what)
            raise told or _told(error, playback, authority) from None


def prove(device: Device, channel: str, span: Span) -> ProvenPicture:
    """Decode the first picture of an interval.

    Raises:
        DeviceError: It does not open, or nothing in it decodes in time.
    """
    playback = device.playback(channel, span)
    deadline_s = time.monotonic() + _PROOF_S
    with opened(playback) as footage, demuxed(footage.container, footage.stream) as packets:
        for count, packet in enumerate(packets):
            frame = _picture(packet.decode())
            if frame is not None:
                return ProvenPicture(footage.stream.codec_context.name, frame.width, frame.height)
            if count >= _MOST_PACKETS or time.monotonic() > deadline_s:
                break
    raise BrokenAnswerError("nothing of what it plays back decodes", where=repr(playback))


def _picture(frames: list[VideoFrame]) -> VideoFrame | None:
    """The first sound picture."""
    return next((frame for frame in frames if not frame.is_corrupt), None)


def _options(playback: Playback) -> dict[str, str]:
    options = {"timeout": str(round(READ_S * 1e6))}
    if playback.transport is Transport.RTSP:
        options["rtsp_transport"] = "tcp"
        if playback.headers:
            options["allowed_media_types"] = "video"
    elif playback.headers:
        options["headers"] = "".join(
            f"{name}: {text}\r\n" for name, text in playback.headers.items()
        )
    return options


def _with_credentials(playback: Playback) -> str:
    """The address as FFmpeg wants it; for it alone."""
    if playback.credentials is None:
        return playback.url
    user, password = (
        quote(text, safe="")
        for text in (playback.credentials.username, playback.credentials.reveal())
    )
    scheme, _, rest = playback.url.partition("://")
    return f"{scheme}://{user}:{password}@{rest}"


def _told(error: av.error.FFmpegError, playback: Playback, authority: str) -> DeviceError:
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        why = "playback was refused: user or password"
        if playback.credentials is not None:
            manners_of(authority_of(playback.url)[0]).was_refused(
                authority, playback.credentials, why
            )
        return AuthRefusedError(
            why, where=authority, remedy="Correct them, or give the user the right to play back"
        )
    if isinstance(error, (av.error.HTTPOtherClientError, av.error.HTTPTooManyRequestsError)):
        return DeviceBusyError("it plays back nothing more at the moment", where=authority)
    if isinstance(error, av.error.HTTPClientError):
        return BrokenAnswerError("it has no such footage to play back", where=authority)
    if isinstance(error, (av.error.InvalidDataError, av.error.EOFError)):
        return BrokenAnswerError("what it plays back cannot be read", where=authority)
    if isinstance(error, av.error.ProtocolNotFoundError):
        return CapabilityMissingError("this machine cannot play that back", where=authority)
    return DeviceUnreachableError(
        f"playback did not begin ({error.strerror or type(error).__name__})", where=authority
    )
