"""FFmpeg's errors about a camera as reasons a person can act on.

The reason decides what the console says and how soon to try again; the text is for an engineer.
No text of FFmpeg's own goes out unredacted: its errors hold the whole URL, password included.
"""

from __future__ import annotations

import errno

import av.error

from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.redact import redact_url
from pipeline.video.sources.rtsp_refusal import refused

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})


def source_error(error: av.error.FFmpegError, where: str, *, is_open: bool) -> SourceError:
    """The error to raise from ``error``, which is redacted in place.

    Args:
        error: What FFmpeg raised.
        where: Camera and redacted address.
        is_open: The stream was being read, not opened.
    """
    reason, what, remedy = _explain(error, is_open=is_open)
    _scrub(error)
    return SourceError(reason, what, where=where, remedy=remedy)


def _explain(error: av.error.FFmpegError, *, is_open: bool) -> tuple[SourceReason, str, str]:
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return refused()
    if isinstance(error, av.error.HTTPNotFoundError):
        return (
            SourceReason.NOT_FOUND,
            "the camera has no stream at this path",
            "Correct the path of the URL; the camera's manual or ONVIF names it",
        )
    if isinstance(error, av.error.ConnectionRefusedError):
        return (
            SourceReason.REFUSED,
            "the host refuses the connection",
            "Check the port and that RTSP is switched on in the camera",
        )
    if isinstance(error, (av.error.HTTPError, av.error.HTTPClientError)):
        return (
            SourceReason.REFUSED,
            f"the camera refuses the request ({error.strerror})",
            "It may allow no more viewers, or not RTSP over TCP; check its settings",
        )
    if isinstance(error, (av.error.TimeoutError, av.error.ExitError)):
        return stalled() if is_open else timed_out()
    if error.errno in _UNREACHABLE:
        return (
            SourceReason.TIMEOUT,
            "the host cannot be reached",
            "Check the address, the camera's power and the network",
        )
    if isinstance(error, (av.error.InvalidDataError, av.error.PatchWelcomeError, LookupError)):
        return (
            SourceReason.UNDECODABLE,
            f"what the camera sends is no stream that can be read ({error.strerror})",
            "Check that the port is the RTSP port and the stream H.264 or H.265",
        )
    if is_open:
        return (
            SourceReason.STALLED,
            f"the connection broke off ({error.strerror})",
            "Check the camera and the network",
        )
    return (
        SourceReason.REFUSED,
        f"no connection could be made ({error.strerror})",
        "Check the host name and port, and that the host is a camera",
    )


def timed_out() -> tuple[SourceReason, str, str]:
    """Nothing usable came while connecting."""
    return (
        SourceReason.TIMEOUT,
        "the camera did not answer in time",
        "Check the address, the camera's power and the network",
    )


def stalled() -> tuple[SourceReason, str, str]:
    """It was connected, and pictures stopped coming."""
    return (
        SourceReason.STALLED,
        "the camera is connected and sends no pictures",
        "Restart the camera's stream; check the network for loss",
    )


def _scrub(error: av.error.FFmpegError) -> None:
    """Take the URL's secrets out of the error, which travels on as a cause into tracebacks."""
    error.args = tuple(_redacted(arg) for arg in error.args)


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return redact_url(value)
    if isinstance(value, tuple):
        return tuple(_redacted(item) for item in value)
    return value
