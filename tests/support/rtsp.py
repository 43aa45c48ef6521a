"""Real RTSP cameras for tests: our demonstration server in the background, on a free port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.demo_rtsp import Credentials, RtspServer, load_film, prepare

__all__ = ["Credentials", "RtspServer", "serve"]


@contextmanager
def serve(
    files: Mapping[str, Path],
    *,
    credentials: Credentials | None = None,
    is_looping: bool = True,
    speed: float = 1.0,
    cache: Path | None = None,
    listen: str = "127.0.0.1",
) -> Iterator[RtspServer]:
    """Serve video files over RTSP/TCP while the block runs.

    Every viewer sees its file from the beginning. When looping, timestamps go on continuously: the
    second round's first picture comes one frame after the first round's last. ``speed`` sends
    faster than real time; the timestamps stay those of the file.

    Args:
        files: Path -> video file (H.264 or H.265; anything else is encoded into ``cache``).
        credentials: Who may watch; None lets everybody in.
        is_looping: For ever, or once.
        speed: Times real time.
        cache: Where encoded copies go; the default is the repository's ``.cache``.
        listen: Its address.
    """
    films = {
        name: load_film(prepare(path, cache) if cache else prepare(path))
        for name, path in files.items()
    }
    server = RtspServer(
        films, credentials=credentials, is_looping=is_looping, speed=speed, listen=listen
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()
