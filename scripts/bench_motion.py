"""Debian's daemon ``motion`` as the benchmarks run it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bench_film


def write_motion_config(folder: Path, urls: Sequence[str]) -> Path:
    """``motion``'s configuration for these cameras: it looks for movement, and writes nothing.

    All else as Debian packages it; the size is the cameras', the rate is their 25, for with fewer
    it would still decode every picture.
    """
    folder.mkdir(parents=True)
    shared = {
        "daemon": "off",
        "setup_mode": "off",
        "log_level": "5",
        "target_dir": str(folder),
        "width": str(bench_film.WIDTH),
        "height": str(bench_film.HEIGHT),
        "framerate": str(bench_film.FPS),
        "threshold": "1500",
        "despeckle_filter": "EedDl",
        "minimum_motion_frames": "1",
        "event_gap": "60",
        "pre_capture": "3",
        "picture_output": "off",
        "movie_output": "off",
        "webcontrol_port": "0",
        "stream_port": "0",
    }
    lines = [f"{key} {value}" for key, value in shared.items()]
    for number, url in enumerate(urls, start=1):
        own = folder / f"camera-{number}.conf"
        own.write_text(f"camera_id {number}\nnetcam_url {url}\n", "utf-8")
        lines.append(f"camera {own}")
    path = folder / "motion.conf"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
