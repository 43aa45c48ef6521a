"""Sound that is kept: beside the pictures, in time with them, and never at their cost."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.core.clock import ManualClock
from pipeline.core.errors import SourceError
from pipeline.core.packets import AudioInfo, AudioPacket, EncodedPacket, StreamInfo
from pipeline.recorders.probe import FileState, probe
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.recovery import finish_part
from pipeline.recorders.retention import RetentionPolicy
from pipeline.runtime.config import CameraConfig, RecordingConfig
from pipeline.runtime.recording import RecordedCamera
from pipeline.video.sources.file import FileSource
from pipeline.video.sources.rtsp import RtspSource
from tests.recorders.film import HEIGHT, WIDTH, decoded, folder
from tests.recorders.scripted_disk import ScriptedDisk
from tests.recorders.test_check_export import call, exported
from tests.recorders.test_recorder import BEGIN
from tests.support.talking_camera import talking

RATE = 8000
SECONDS, BEEP_S = 12, 7.0


@cache
def talkie(codec: str = "aac", suffix: str = ".mp4") -> Path:
    """Twelve seconds at 5 pictures a second, a keyframe each; silent but for a beep of a second."""
    path = folder() / f"talkie-{codec}{suffix}"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=5, width=WIDTH, height=HEIGHT)
        video.pix_fmt = "yuv420p"
        video.codec_context.gop_size = 5
        video.codec_context.max_b_frames = 0
        audio = container.add_stream(codec, rate=RATE, layout="mono")
        rng = np.random.default_rng(3)
        at = np.arange(SECONDS * RATE) / RATE
        loud = (at >= BEEP_S) & (at < BEEP_S + 1)
        wave = (np.sin(at * 2 * np.pi * 440) * 12000 * loud).astype(np.int16)
        for n in range(SECONDS * 5):
            picture = rng.integers(0, 255, (HEIGHT * 3 // 2, WIDTH), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, 5)
            container.mux(video.encode(frame))
            part = wave[n * RATE // 5 : (n + 1) * RATE // 5]
            sound = av.AudioFrame.from_ndarray(part[None, :], format="s16", layout="mono")
            sound.sample_rate, sound.pts = RATE, n * RATE // 5
            sound.time_base = Fraction(1, RATE)
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def packets(path: Path, *, with_audio: bool = True) -> tuple[StreamInfo, list[EncodedPacket]]:
    source = FileSource(path, "gate", BEGIN, ManualClock(BEGIN), with_audio=with_audio)
    info = source.open()
    return info, list(source.packets())


def beep(path: Path) -> tuple[float, float]:
    """When the loud part of a file's sound begins and ends."""
    with av.open(str(path)) as container:
        loud = [
            (float(f.time or 0), f.samples / f.sample_rate)
            for f in container.decode(audio=0)
            if np.abs(f.to_ndarray().astype(np.float64)).max()
            > (3000 if f.format.is_packed and "flt" not in f.format.name else 0.1)
        ]
    return loud[0][0], loud[-1][0] + loud[-1][1]


def has_sound(path: Path) -> bool:
    with av.open(str(path)) as container:
        return bool(container.streams.audio)


class Tape:
    """A recorder that is given packets by hand."""

    def __init__(self, root: Path, segment_s: float = 5) -> None:
        self.clock, self.disk = ManualClock(BEGIN), ScriptedDisk()
        settings = RecorderSettings(root, ZoneInfo("UTC"), reserve_bytes=0, segment_s=segment_s)
        self.root = root
        self.recorder = Recorder(
            settings, {"gate": RetentionPolicy(30)}, self.clock, disk=self.disk
        )
        self.recorder.recover()

    def run(self, info: StreamInfo, shot: list[EncodedPacket], *, stop: bool = True) -> None:
        feed = self.recorder.camera("gate")
        for packet in shot:
            self.clock.advance(max(0.0, packet.utc_s - self.clock.utc_s()))
            feed.add(packet, info)
            self.recorder.pump()
        if stop:
            self.recorder.stop()

    def files(self) -> list[Path]:
        return sorted(self.root.rglob("*.mp4"))


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Tape]:
    made = Tape(tmp_path / "rec")
    yield made
    made.recorder.index.close()


def export(tape: Tape, out: Path, *options: str, begin: float = 0, end: float = SECONDS) -> dict:
    return exported(tape.root, begin, end, out, *options)


def test_a_source_brings_sound_only_when_asked() -> None:
    info, shot = packets(talkie(), with_audio=False)
    assert info.audio is None
    assert not any(p.audio for p in shot)
    heard, loud = packets(talkie())
    assert heard.audio is not None
    assert (heard.audio.codec, heard.audio.sample_rate) == ("aac", RATE)
    assert [replace(p, audio=(), received_mono_ns=0) for p in loud] == [
        replace(p, received_mono_ns=0) for p in shot
    ]
    sounds = [a for p in loud for a in p.audio]
    assert len(sounds) == pytest.approx(SECONDS * RATE / 1024, abs=3)
    assert loud[9].size == len(loud[9].data) + sum(len(a.data) for a in loud[9].audio)


class HurriedClock(ManualClock):
    """Each look at it costs half a second, so that a recording is read at once."""

    def utc_s(self) -> float:
        self.advance(0.5)
        return super().utc_s()


@pytest.mark.parametrize("audio", ["keep", "drop"])
def test_a_recorded_camera_keeps_its_sound_if_it_should(tape: Tape, audio: str) -> None:
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    config = CameraConfig.model_validate(
        {
            "id": "gate",
            "name": "gate",
            "source": {"type": "file", "path": str(talkie())},
            "recording": {"keep_days": 30, "audio": audio},
            "rules": [{"type": "perimeter_intrusion", "zone": zone}],
        }
    )
    camera = RecordedCamera(config, tape.recorder.camera("gate"), HurriedClock(BEGIN))
    camera.start()
    camera.join(30)
    camera.request_stop()
    tape.recorder.stop()
    assert sum(len(decoded(path)) for path in tape.files()) == SECONDS * 5
    assert any(has_sound(path) for path in tape.files()) == (audio == "keep")


@pytest.mark.whole
@pytest.mark.parametrize("kind", ["keep", "drop", "g711"])
def test_a_camera_over_rtsp_is_asked_for_sound_only_if_it_is_kept(tape: Tape, kind: str) -> None:
    info, shot = packets(talkie())
    assert info.audio is not None
    frames = [a.data for p in shot for a in p.audio]
    config = b"" if kind == "g711" else info.audio.extradata
    with talking(talkie(), frames, config, RATE) as camera:
        source = RtspSource(camera.url, with_audio=kind != "drop")
        heard = source.open().audio
        taken = []
        with contextlib.suppress(SourceError):
            for packet in source.packets():
                taken.append(packet)
        source.close()
    assert camera.set_up == (["track0"] if kind == "drop" else ["track0", "track1"])
    assert len(taken) == SECONDS * 5
    assert (heard.codec if heard else None) == {"keep": "aac", "g711": "pcm_alaw"}.get(kind)
    sounds = [a for p in taken for a in p.audio]
    if kind != "keep":
        assert sounds == []
        return
    assert len(sounds) >= 0.9 * len(frames)
    assert {a.data for a in sounds} <= set(frames)
    tape.run(source.info, [replace(p, utc_s=BEGIN + p.media_s) for p in taken])
    assert sum(len(decoded(path)) for path in tape.files()) == SECONDS * 5
    assert sum(has_sound(path) for path in tape.files()) >= 2


def test_sound_of_another_recorders_folder_is_not_ours_to_keep() -> None:
    folder_of_another = {"folder": "/nvr", "pattern": "{camera}/%Y%m%d/%H%M%S.mp4"}
    with pytest.raises(ValidationError, match="audio"):
        RecordingConfig.model_validate({"keep_days": 30, "audio": "keep", **folder_of_another})


def test_sound_is_recorded_in_time_with_the_pictures(tape: Tape) -> None:
    tape.run(*packets(talkie()))
    files = tape.files()
    sounding = [path for path in files if has_sound(path)]
    # Before the first sound arrived there was a keyframe already.
    assert len(files) - len(sounding) <= 1
    assert probe(files[0]).duration_s <= 1.01 or has_sound(files[0])
    assert sum(len(decoded(path)) for path in files) == SECONDS * 5
    with_beep = next(p for p in sounding if _starts(p) <= BEEP_S < _starts(p) + probe(p).duration_s)
    start_s, _ = beep(with_beep)
    assert _starts(with_beep) + start_s == pytest.approx(BEEP_S, abs=0.2)
    assert call("check", "--root", tape.root).exit_code == 0


def _starts(path: Path) -> float:
    minutes, seconds = int(path.stem[2:4]), float(path.stem[4:6]) + int(path.stem[7:]) / 1000
    return (minutes - 26) * 60 + seconds - 40


def test_footage_is_the_same_with_and_without_sound(tmp_path: Path) -> None:
    proven = []
    for with_audio in (True, False):
        made = Tape(tmp_path / str(with_audio), segment_s=60)
        made.run(*packets(talkie(), with_audio=with_audio))
        proven.append(sum(probe(path).duration_s for path in made.files()))
    assert proven == pytest.approx([SECONDS, SECONDS], abs=0.001)


def test_an_export_has_the_sound_unless_told_otherwise(tape: Tape, tmp_path: Path) -> None:
    tape.run(*packets(talkie()))
    plain, silent, marked = (tmp_path / f"{n}.mp4" for n in ("plain", "silent", "marked"))
    answer = export(tape, plain)
    assert answer["audio"] is True
    assert answer["gaps"] == []
    start_s, end_s = beep(plain)
    assert start_s == pytest.approx(BEEP_S, abs=0.2)
    assert end_s == pytest.approx(BEEP_S + 1, abs=0.3)
    assert len(decoded(plain)) == SECONDS * 5
    assert probe(plain).state is FileState.WHOLE

    assert export(tape, silent, "--no-audio")["audio"] is False
    assert not has_sound(silent)
    assert decoded(silent) == decoded(plain)

    answer = export(tape, marked, "--watermark", "张伟")
    assert answer["audio"] is True
    assert answer["watermark"]["pictures_left_out"] == 0
    assert answer["watermark"]["source_sha256"] == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert beep(marked) == pytest.approx((start_s, end_s), abs=0.05)
    assert decoded(marked) == pytest.approx(decoded(plain), abs=1e-3)


def test_part_of_the_time_has_its_part_of_the_sound(tape: Tape, tmp_path: Path) -> None:
    tape.run(*packets(talkie()))
    export(tape, tmp_path / "a.mp4", begin=6, end=9)
    start_s, end_s = beep(tmp_path / "a.mp4")
    assert start_s == pytest.approx(BEEP_S - 6, abs=0.2)
    assert end_s == pytest.approx(BEEP_S - 5, abs=0.3)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.duration == pytest.approx(3e6, abs=0.3e6)


def test_a_gap_is_told_by_the_pictures_alone(tape: Tape, tmp_path: Path) -> None:
    info, shot = packets(talkie())
    # The camera goes on talking while it shows nothing for three seconds.
    kept = [p for p in shot if not 5 <= p.media_s < 8]
    talk = tuple(a for p in shot if 5 <= p.media_s < 8 for a in p.audio)
    back = next(n for n, p in enumerate(kept) if p.media_s >= 8)
    kept[back] = replace(kept[back], audio=talk + kept[back].audio)
    tape.run(info, kept)
    answer = export(tape, tmp_path / "a.mp4")
    ((gap),) = answer["gaps"]
    assert gap["cause"] == "stalled"
    assert gap["seconds"] == pytest.approx(3, abs=0.05)
    assert len(probe(tmp_path / "a.mp4").runs_s) == 2


@pytest.mark.parametrize("silent_from_s", [0.5, 4.0])
def test_sound_that_stops_holds_no_picture_back(tape: Tape, silent_from_s: float) -> None:
    info, shot = packets(talkie())
    cut = [replace(p, audio=p.audio if p.media_s < silent_from_s else ()) for p in shot]
    tape.run(info, cut[:53], stop=False)  # until 10.4 s
    (camera,) = tape.recorder._cameras.values()
    written = camera.open_span
    assert written is not None
    assert written.end_s >= BEGIN + 10.4 - 2.0
    # What it says is on the disk is on the disk.
    part = camera.open_part
    assert part is not None
    segment = finish_part(tape.root, part, tape.disk)
    assert segment is not None
    assert segment.span.end_s >= written.end_s - 0.001


@pytest.mark.parametrize("upto", range(5, 33, 3))
def test_a_cut_file_keeps_its_whole_fragments(tmp_path: Path, upto: int) -> None:
    tape = Tape(tmp_path / "rec", segment_s=60)
    info, shot = packets(talkie())
    tape.run(info, shot[:upto], stop=False)
    (camera,) = tape.recorder._cameras.values()
    part, written = camera.open_part, camera.open_span
    assert part is not None
    end_s = shot[upto - 1].utc_s
    path = tape.root / part
    path.write_bytes(path.read_bytes() + b"\x00\x00\x10\x00moof\x00torn")
    segment = finish_part(tape.root, part, tape.disk)
    if written is not None:
        assert segment is not None
        assert segment.span.end_s >= written.end_s - 0.001
        assert len(decoded(tape.root / segment.path)) >= 1
        assert segment.span.end_s >= end_s - 2.0
    tape.recorder.index.close()


def test_sound_an_mp4_cannot_carry_costs_no_picture(
    tape: Tape, capsys: pytest.CaptureFixture[str]
) -> None:
    info, shot = packets(talkie("pcm_alaw", ".mov"))
    assert info.audio is not None
    assert info.audio.codec == "pcm_alaw"
    assert not any(p.audio for p in shot)
    tape.run(info, shot)
    assert not any(has_sound(path) for path in tape.files())
    assert sum(len(decoded(path)) for path in tape.files()) == SECONDS * 5
    assert capsys.readouterr().out.count("sound not recorded") == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xf1\x50\x80" * 20, b"\x00" * 3])
@pytest.mark.parametrize("extradata", [b"\x15\x88", b"\xff\xff\xff", b"\x00\x00"])
def test_nonsense_for_sound_costs_no_picture(tape: Tape, data: bytes, extradata: bytes) -> None:
    info, shot = packets(talkie(), with_audio=False)
    info = replace(info, audio=AudioInfo("aac", RATE, extradata))
    odd = [replace(p, audio=(AudioPacket(data, p.media_s - 9.0 * (n % 7 == 0), 0.0),))
           for n, p in enumerate(shot)]  # fmt: skip
    tape.run(info, odd)
    assert sum(len(decoded(path)) for path in tape.files()) == SECONDS * 5
    assert len(tape.files()) <= 4
