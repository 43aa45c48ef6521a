"""A whole recorder on this machine: its index over HTTP, its footage over real RTSP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.clock import SystemClock
from tests.devices.dahua_fake import DahuaFake, serve_dahua
from tests.devices.isapi_fake import IsapiFake, serve_isapi
from tests.devices.onvif_fake import OnvifFake, serve_onvif
from tests.devices.script import HOUR_S, Script
from tests.recorders.film import film
from tests.support import rtsp

KINDS = ("isapi", "dahua", "onvif")


def recent(hours: float, *, until_s: float | None = None) -> list[tuple[float, float]]:
    """Continuous footage in files of an hour, up to now."""
    end_s = time.time() if until_s is None else until_s
    rows = []
    while hours > 0:
        length_s = min(1.0, hours) * HOUR_S
        rows.append((end_s - length_s, end_s))
        end_s, hours = end_s - length_s, hours - 1.0
    return rows[::-1]


@contextmanager
def stand(
    kind: str, script: Script, folder: Path, *, plays: dict[str, Path] | None = None
) -> Iterator[str]:
    """Serve a recorder; gives its address without user and password.

    Args:
        kind: Whose it is.
        script: What it holds.
        folder: For what has to be encoded.
        plays: Channel -> film that is its footage whenever it is asked for; a small one each.
    """
    script.clock = SystemClock()
    shot = film(4, fps=10, gop=10)
    films = plays if plays is not None else {each.id: shot for each in script.channels}
    if kind == "isapi":
        paths = {f"Streaming/tracks/{channel}01": path for channel, path in films.items()}
        index = serve_isapi(script, fake=IsapiFake(script))
    elif kind == "dahua":
        paths = dict.fromkeys(["cam/playback"], next(iter(films.values())))
        index = serve_dahua(script, fake=DahuaFake(script))
    else:
        paths = dict.fromkeys(["replay"], next(iter(films.values())))
        index = None
    credentials = rtsp.Credentials(script.user, script.password)
    if index is None:
        with rtsp.serve(paths, credentials=credentials, cache=folder, speed=4.0) as player:
            fake = OnvifFake(script, replay_host=f"192.168.1.64:{player.port}")
            with serve_onvif(script, fake=fake) as address:
                yield f"{kind}://{address.partition('://')[2]}"
        return
    with (
        rtsp.serve(paths, credentials=credentials, cache=folder, speed=4.0) as player,
        index as address,
    ):
        yield f"{kind}://{address.partition('://')[2]}?rtsp_port={player.port}"
