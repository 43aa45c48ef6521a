"""One camera measured: its streams, a picture of the place, and what is wrong with it.

The measuring is that of ``mingan camera probe``. An address that may hold a password is shown
nowhere, so it makes no ready configuration either.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import yaml

from api.contract.finding import MAX_THUMBNAIL_CHARACTERS, FindTrouble, FoundCamera, FoundStream
from pipeline.core.clock import Clock
from pipeline.core.errors import EvidenceError, SourceError, SourceReason
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import AuthRefusedError
from pipeline.devices.manners import Manners, manners_of
from pipeline.evidence.privacy import coarse_picture
from pipeline.evidence.snapshot import encode_jpeg
from pipeline.finding.channels import CLOCK_WRONG_S, DeviceFacts, FoundChannel
from pipeline.finding.makers import RTSP_PORT, Target
from pipeline.video.probe import ProbeReport, probe

LONG_GOP_S = 4.0
"""Beyond it a clip begins so much early, and the gate sees a quiet camera so seldom."""
MAIN_S, SUB_S = 4.5, 1.0
_TIMEOUT_S = 6.0
_KEYFRAME_S = 15.0
_FIRST_RULE = """\
  rules:
  - type: perimeter_intrusion
    id: at-night
    zone: {name: 整个画面, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
    schedule: {workdays: ["22:30-05:30"], weekend: ["22:30-05:30"], holidays: as_sunday}
"""
"""A camera looks for something; whoever is anywhere in a school at night is worth it."""
_REFUSALS = frozenset({SourceReason.AUTH_FAILED, SourceReason.AUTH_LOCKED})


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in.

    Attributes:
        credentials: User and password.
        written: The keys a configuration names it with, as ``{"password_env": "NVR_PASSWORD"}``;
            empty leaves the account to whoever writes the configuration.
    """

    credentials: Credentials
    written: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Looked:
    """What came of one stream."""

    stream: FoundStream | None
    trouble: FindTrouble | None = None
    thumbnail: str | None = None


def measure(
    target: Target,
    facts: DeviceFacts,
    channel: FoundChannel,
    account: Account | None,
    clock: Clock,
    is_over: Callable[[], bool],
) -> FoundCamera:
    """Look at a camera's streams, as far as there is time.

    Args:
        target: Its device.
        facts: What that told.
        channel: Which of its cameras.
        account: Who signs in; None looks without.
        clock: Time.
        is_over: Whether nothing more is to be asked.
    """
    main, sub = _Looked(None), _Looked(None)
    troubles: list[FindTrouble | None] = [channel.trouble]
    if channel.trouble is None and channel.main is not None:
        if is_over():
            troubles.append(FindTrouble.NOT_MEASURED)
        else:
            main = _looked_at(channel.main, MAIN_S, target, account, clock)
            troubles.append(main.trouble)
            if channel.sub is not None and main.stream is not None and not is_over():
                sub = _looked_at(channel.sub, SUB_S, target, account, clock)
            if main.stream is not None and sub.stream is None:
                troubles.append(FindTrouble.NO_SUBSTREAM)
    if facts.clock_ahead_s is not None and abs(facts.clock_ahead_s) > CLOCK_WRONG_S:
        troubles.append(FindTrouble.CLOCK_WRONG)
    if len(target.endpoints) > 1:
        troubles.append(FindTrouble.SHARED_ADDRESS)
    if any(each and redact_url(each) != each for each in (channel.main, channel.sub)):
        troubles.append(FindTrouble.SECRET_IN_ADDRESS)
    told = [each for each in dict.fromkeys(troubles) if each is not None]
    name = _shown(channel.name) or _shown(f"{facts.model} {channel.id}")
    return FoundCamera(
        key=_key(target, channel),
        address=target.authority[:128],
        maker=_shown(facts.maker),
        model=_shown(facts.model),
        channel=_shown(channel.id)[:64],
        name=name,
        main=main.stream,
        sub=sub.stream,
        clock_ahead_s=facts.clock_ahead_s,
        troubles=tuple(told),
        thumbnail=main.thumbnail,
        yaml=None
        if FindTrouble.SECRET_IN_ADDRESS in told
        else _written(target, channel, name, account, has_sub=sub.stream is not None),
    )


def unmeasured(target: Target, trouble: FindTrouble) -> FoundCamera:
    """A device that does not say what cameras it has."""
    troubles = [trouble]
    if len(target.endpoints) > 1:
        troubles.append(FindTrouble.SHARED_ADDRESS)
    return FoundCamera(
        key=_key(target, None),
        address=target.authority[:128],
        maker=target.maker_name,
        model=_shown(target.model),
        troubles=tuple(troubles),
    )


def check_not_refused(target: Target, account: Account | None) -> None:
    """Stop before a login that this device refused already, whatever way it was tried.

    Raises:
        AuthRefusedError: It did.
    """
    if account is not None:
        _manners(target).check_refused(target.host, account.credentials)


def note_refused(target: Target, account: Account | None, why: str) -> None:
    """Remember that this device refused a login, for every other way to sign in there."""
    if account is not None:
        _manners(target).was_refused(target.host, account.credentials, why)


def _looked_at(
    url: str, seconds: float, target: Target, account: Account | None, clock: Clock
) -> _Looked:
    credentials = None if account is None else account.credentials
    try:
        check_not_refused(target, account)
        with _manners(target).slot():
            report = probe(
                url,
                seconds,
                username=None if credentials is None else credentials.username,
                password=None if credentials is None else credentials.reveal(),
                clock=clock,
                open_timeout_s=_TIMEOUT_S,
                read_timeout_s=_TIMEOUT_S,
                longest_s=_KEYFRAME_S,
            )
    except AuthRefusedError:
        return _Looked(None, FindTrouble.AUTH_REFUSED)
    except SourceError as error:
        if error.reason in _REFUSALS and account is None:
            return _Looked(None, FindTrouble.NEEDS_ACCOUNT)
        if error.reason in _REFUSALS:
            note_refused(target, account, "user or password were refused for a stream")
        if error.reason is SourceReason.AUTH_FAILED:
            return _Looked(None, FindTrouble.AUTH_REFUSED)
        return _Looked(None, FindTrouble(error.reason.value))
    is_long = report.gop_s > LONG_GOP_S if report.gop_s is not None else report.measured_s > 4.0
    trouble = FindTrouble.LONG_GOP if is_long else None
    return _Looked(_stream(url, report), trouble, _thumbnail(report))


def _stream(url: str, report: ProbeReport) -> FoundStream:
    return FoundStream(
        url=redact_url(url)[:512],
        codec=_shown(report.codec)[:32],
        width=report.width,
        height=report.height,
        fps=round(min(report.measured_fps, 1e6), 2),
        gop_s=None if report.gop_s is None else round(max(0.0, report.gop_s), 2),
        bitrate_kbit_s=round(report.bitrate_kbit_s),
    )


def _thumbnail(report: ProbeReport) -> str | None:
    try:
        jpeg = encode_jpeg(coarse_picture(report.first_picture.bgr()), 80)
    except EvidenceError:
        return None
    text = base64.b64encode(jpeg).decode("ascii")
    return text if len(text) <= MAX_THUMBNAIL_CHARACTERS else None


def _written(
    target: Target, channel: FoundChannel, name: str, account: Account | None, *, has_sub: bool
) -> str | None:
    """An item of ``cameras``, as YAML; ``source`` comes last, so that an account can follow."""
    if channel.main is None:
        return None
    source: dict[str, str] = {"type": "rtsp", "url": channel.main}
    if channel.sub is not None and has_sub:
        source["substream_url"] = channel.sub
    if account is not None and account.written:
        source |= {"username": account.credentials.username, **account.written}
    streams = "" if target.path or target.rtsp_port == RTSP_PORT else f"-{target.rtsp_port}"
    named = f"cam-{target.authority}{target.path}{streams}-{channel.id}".lower()
    camera_id = re.sub(r"[^a-z0-9]+", "-", named).strip("-")[:64].strip("-")
    head = _yaml([{"id": camera_id, "name": name or camera_id}])
    text = head + _FIRST_RULE + textwrap.indent(_yaml({"source": source}), "  ")
    return text if len(text) <= 4096 else None


def _yaml(item: object) -> str:
    text: str = yaml.safe_dump(item, allow_unicode=True, sort_keys=False, width=10_000)
    return text


def _key(target: Target, channel: FoundChannel | None) -> str:
    number = "" if channel is None else channel.id
    return redact_url(f"rtsp://{target.authority}{target.path}")[:120] + f"#{_shown(number)[:32]}"


def _shown(text: str) -> str:
    """Of a device's own words, what can be shown and stored."""
    return "".join(each for each in text if each.isprintable()).strip()[:128]


def _manners(target: Target) -> Manners:
    return manners_of(target.host)
