"""``scripts/bench decode``: CPU seconds of one quiet camera, by how it is decoded.

The same packets, read from a file, go three ways through the worker's own code: every picture
decoded, keyframes alone, and behind the gate with the picture diagnosis on. Figures are this
thread's CPU seconds for each second of video and cameras a core (their inverse). Network, detector
and recording are not in them: ``scripts/bench ingest`` has those.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.diagnosis import PictureDiagnosis
from pipeline.video.decoder import Decoder
from pipeline.video.gate import Gate, GateConfig, GatedDecoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource

ANALYSIS_HZ = 5.0
Way = Callable[[StreamInfo, list[EncodedPacket]], int]


def everything(info: StreamInfo, packets: list[EncodedPacket]) -> int:
    """Decode all; the number of pictures."""
    with Decoder(info, "bench") as decoder:
        return sum(len(decoder.decode(packet)) for packet in packets)


def keyframes(info: StreamInfo, packets: list[EncodedPacket]) -> int:
    """Decode keyframes alone."""
    count = 0
    with Decoder(info, "bench") as decoder:
        for packet in packets:
            if packet.is_keyframe:
                count += len(decoder.decode(packet)) + len(decoder.flush(is_end=False))
    return count


def gated(info: StreamInfo, packets: list[EncodedPacket]) -> int:
    """The gate and the picture diagnosis; the warm-up of a session is in it."""
    gate, diagnosis = Gate(info, GateConfig()), PictureDiagnosis()
    with GatedDecoder(info, "bench", gate, Sampler(ANALYSIS_HZ)) as decoder:
        for packet in packets:
            for _ in decoder.frames(packet):
                pass
            keyframe = decoder.take_keyframe()
            if keyframe is not None:
                diagnosis.look(keyframe)
        return decoder.counts.pictures


WAYS: dict[str, Way] = {"everything": everything, "keyframes": keyframes, "gated": gated}


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench decode``."""
    parser = argparse.ArgumentParser(prog="scripts/bench decode", description=__doc__)
    parser.add_argument("--video", type=Path, required=True, help="a recording of a quiet camera")
    parser.add_argument("--seconds", type=float, default=60.0, help="how much of it")
    parser.add_argument("--skip", type=float, default=0.0, help="gate's seconds left out: warm-up")
    given = parser.parse_args(arguments)
    source = FileSource(given.video, "bench", 0.0)
    info = source.open()
    packets = [p for p in source.packets() if p.media_s < given.seconds]
    seconds = packets[-1].media_s
    figures: dict[str, dict[str, float]] = {}
    for name, way in WAYS.items():
        began_s = time.thread_time()
        pictures = way(info, packets)
        spent_s = time.thread_time() - began_s
        if name == "gated" and given.skip:
            warm = [p for p in packets if p.media_s < given.skip]
            began_s = time.thread_time()
            pictures -= way(info, warm)
            spent_s -= time.thread_time() - began_s
            seconds_here = seconds - given.skip
        else:
            seconds_here = seconds
        figures[name] = {
            "cpu_s_per_s": round(spent_s / seconds_here, 5),
            "cameras_per_core": round(seconds_here / max(spent_s, 1e-9), 1),
            "pictures": pictures,
        }
        if not as_json:
            print(f"{name:11} {figures[name]['cameras_per_core']:8.1f} cameras a core")
    result = {
        "bench": "decode",
        "width": info.width,
        "height": info.height,
        "fps": round(info.fps, 2),
        "seconds": round(seconds, 1),
        "idle_cameras_per_core": figures["gated"]["cameras_per_core"],
        "decode_all_cameras_per_core": figures["everything"]["cameras_per_core"],
        "ways": figures,
    }
    print(json.dumps(result))
    return 0
