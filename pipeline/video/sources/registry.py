"""Which source reads which address; the one place that knows all kinds.

An explicit map, imported when used, so that a kind with a missing extra says so and does not
vanish.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast
from urllib.parse import unquote

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.core.redact import redact_url
from pipeline.video.sources.base import PacketSource

SOURCES: dict[str, str] = {
    "file": "pipeline.video.sources.file:make_file_source",
    "rtsp": "pipeline.video.sources.rtsp:make_rtsp_source",
    "rtsps": "pipeline.video.sources.rtsp:make_rtsp_source",
}


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What a source needs to know to be made.

    Attributes:
        address: A path, ``file:`` URL or ``rtsp://`` URL.
        camera_id: Goes into errors.
        clock: Stamps arrivals.
        start_utc_s: Of a recording, the moment of its first picture.
        open_timeout_s: Of a live source.
        read_timeout_s: Of a live source.
        username: In place of what the address says.
        password: In place of what the address says.
        with_audio: Sound is wanted; it is not even read otherwise.
    """

    address: str
    camera_id: str
    clock: Clock
    start_utc_s: float = 0.0
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0
    username: str | None = None
    password: str | None = None
    with_audio: bool = False

    def __repr__(self) -> str:
        return f"SourceRequest({self.camera_id}: {redact_url(self.address)})"

    def file_path(self) -> str:
        """The path a ``file:`` URL or a plain address means."""
        if self.address.startswith("file://"):
            return unquote(self.address.removeprefix("file://"))
        return self.address.removeprefix("file:")


def make_source(request: SourceRequest) -> PacketSource:
    """A source for the address, not opened yet.

    Raises:
        ConfigError: An address of a kind nothing reads.
    """
    scheme, mark, _ = request.address.partition("://")
    kind = scheme.lower() if mark else "file"
    if kind not in SOURCES:
        raise ConfigError(
            f"addresses that begin with {kind}:// cannot be read",
            where=request.camera_id,
            remedy=f"Use a file's path, or one of {', '.join(f'{k}://' for k in sorted(SOURCES))}",
        )
    module, _, name = SOURCES[kind].partition(":")
    return cast(PacketSource, getattr(import_module(module), name)(request))
