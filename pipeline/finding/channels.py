"""Which cameras a device has and where each streams: asked of it, or by its maker's template.

ONVIF's profiles of one video source are one camera: the largest is its main stream, the smallest
its substream. A recorder of a maker that lists its channels is asked for them in one question.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from api.contract.finding import FindTrouble
from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import AuthRefusedError, CapabilityMissingError, DeviceError
from pipeline.devices.onvif_media import MediaProfile, OnvifMedia
from pipeline.devices.polite_http import Limits
from pipeline.devices.registry import open_device, parse_address
from pipeline.finding.makers import CameraMaker, Target

LIMITS = Limits(size_bytes=2 * 1024 * 1024, total_s=15.0, connect_s=3.0, read_s=8.0)
"""Profiles of a recorder with 256 channels have some 1.5 MB."""
CLOCK_WRONG_S = 30.0


@dataclass(frozen=True, slots=True)
class FoundChannel:
    """A camera of a device.

    Attributes:
        id: As the device counts it; ``""`` of the only one.
        name: What people called it there; ONVIF's profiles are called after what they are for.
        main: Where its main stream is, without user; None when the device names none.
        sub: Likewise its substream.
        trouble: What keeps it from being measured.
    """

    id: str
    name: str
    main: str | None
    sub: str | None
    trouble: FindTrouble | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device tells of itself.

    Attributes:
        channels: Its cameras.
        maker: In its own words, or whose ways were followed.
        model: In its own words.
        clock_ahead_s: How far its clock is ahead of ours; None when it was not asked.
    """

    channels: tuple[FoundChannel, ...]
    maker: str
    model: str = ""
    clock_ahead_s: float | None = None


def facts_of(
    target: Target,
    credentials: Credentials | None,
    clock: Clock,
    is_over: Callable[[], bool] = lambda: False,
) -> DeviceFacts:
    """Ask a device for its cameras, signing in once.

    Args:
        target: It.
        credentials: None asks without signing in.
        clock: Time.
        is_over: Whether it is not to be asked for more streams.

    Raises:
        DeviceError: It does not say.
    """
    assert target.maker is not None, "nobody knows how to ask it"
    if target.maker is CameraMaker.ONVIF:
        return _by_onvif(target, credentials, clock, is_over)
    if target.lists_channels is not None:
        return _by_list(target, credentials, clock)
    channels = tuple(
        FoundChannel(str(number) if target.channels > 1 else "", "", *target.streams(number))
        for number in range(1, target.channels + 1)
    )
    return DeviceFacts(channels, target.maker.value, target.model)


def _by_list(target: Target, credentials: Credentials | None, clock: Clock) -> DeviceFacts:
    assert target.maker is not None
    address = parse_address(target.base_url, target.lists_channels)
    device = open_device(address, credentials, clock=clock, limits=LIMITS)
    try:
        listed = device.channels()
        ahead_s = None
        with suppress(CapabilityMissingError):
            ahead_s = device.clock_offset().seconds
    finally:
        device.close()
    found = []
    for each in listed:
        if each.id.isascii() and each.id.isdigit() and len(each.id) < 4:
            main, sub = target.streams(int(each.id))
            trouble = FindTrouble.OFFLINE if each.is_online is False else None
            found.append(FoundChannel(each.id, each.name, main, sub, trouble))
    if not found:
        found = [FoundChannel("", "", None, None, FindTrouble.NO_PROFILE)]
    return DeviceFacts(tuple(found), target.maker.value, target.model, ahead_s)


def _by_onvif(
    target: Target, credentials: Credentials | None, clock: Clock, is_over: Callable[[], bool]
) -> DeviceFacts:
    media = OnvifMedia(target.base_url, credentials, clock=clock, limits=LIMITS)
    try:
        ahead_s = media.clock_ahead_s()
        maker, model = "", target.model
        try:
            maker, model = media.model()
        except AuthRefusedError:
            raise
        except DeviceError:
            pass  # it is as good a camera without a name
        cameras: dict[str, list[MediaProfile]] = {}
        for profile in media.profiles():
            cameras.setdefault(profile.source, []).append(profile)
        numbers = enumerate(cameras.values(), start=1)
        many = len(cameras) > 1
        found = [
            FoundChannel(str(at), "", None, None, FindTrouble.NOT_MEASURED)
            if is_over()
            else _of_profiles(media, each, str(at) if many else "")
            for at, each in numbers
        ]
    finally:
        media.close()
    if not found:
        found = [FoundChannel("", "", None, None, FindTrouble.NO_PROFILE)]
    return DeviceFacts(tuple(found), maker or target.maker_name, model, ahead_s)


def _of_profiles(media: OnvifMedia, profiles: list[MediaProfile], number: str) -> FoundChannel:
    """One camera; of equal sizes the first is the main one, as devices list it."""
    by_size = sorted(profiles, key=lambda each: -each.width * each.height)
    sized = [each for each in by_size if each.width and each.height]
    if not sized:
        return FoundChannel(number, "", None, None, FindTrouble.NO_PROFILE)
    try:
        main = media.stream_url(sized[0].token)
    except AuthRefusedError:
        raise
    except DeviceError:
        return FoundChannel(number, "", None, None, FindTrouble.NO_PROFILE)
    sub = None
    if len(sized) > 1:
        with suppress(DeviceError):
            sub = media.stream_url(sized[-1].token)
    return FoundChannel(number, "", main, None if sub == main else sub)
