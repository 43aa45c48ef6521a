"""What the benchmarks compute, apart from what they measure."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import bench_film
import bench_inference
import bench_ingest
import bench_latency
import bench_memory
import bench_motion
import bench_stack
import numpy as np
import pytest
from bench_film import Film
from bench_ingest import Way
from bench_latency import Moment

from pipeline.runtime.config import CameraConfig, RtspSourceConfig, streams_of


def test_a_process_with_a_bad_name_is_read() -> None:
    fields = ["S", "17", *["0"] * 9, "150", "50", "25", "25", *["0"] * 5, "1000", "3"]
    parent, cpu_s, rss_bytes = bench_stack.parse_stat(f"42 (a) R 1 (b) {' '.join(fields)} 0 0")
    assert parent == 17
    assert cpu_s == 250 / os.sysconf("SC_CLK_TCK")
    assert rss_bytes == 3 * os.sysconf("SC_PAGE_SIZE")


def test_usage_counts_children() -> None:
    before = bench_stack.usage(os.getpid())
    own = resource.getrusage(resource.RUSAGE_SELF)
    assert before.cpu_s >= (own.ru_utime + own.ru_stime) * 0.5
    # The kernel counts a process's first pages only roughly: it holds many, and says when.
    held_bytes = 64 << 20
    code = f"held = bytearray(b'x') * {held_bytes}; print(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alone = bench_stack.usage(child.pid).rss_bytes
        assert bench_stack.usage(os.getpid()).rss_bytes > alone >= held_bytes
        child.kill()


def test_figures_are_cameras_for_each_core_and_their_ratios() -> None:
    ways = {
        "idle": Way(cameras=10, seconds=60.0, cpu_s=15.0, rss_mb=1.0),
        "idle_motion": Way(cameras=2, seconds=60.0, cpu_s=30.0, rss_mb=1.0),
        "busy": Way(cameras=2, seconds=60.0, cpu_s=24.0, rss_mb=1.0, analysed_fps=4.98),
        "previous_busy": Way(cameras=2, seconds=60.0, cpu_s=30.0, rss_mb=1.0),
        "busy_substream": Way(cameras=2, seconds=60.0, cpu_s=8.0, rss_mb=1.0, analysed_fps=5.0),
        "previous_busy_substream": Way(cameras=2, seconds=60.0, cpu_s=12.0, rss_mb=1.0),
        "decode_all": Way(cameras=2, seconds=60.0, cpu_s=15.0, rss_mb=1.0),
        "motion": Way(cameras=2, seconds=60.0, cpu_s=20.0, rss_mb=1.0),
    }
    assert set(ways) < set(bench_ingest.WAYS)
    film = Film(Path("f.h264"), (20_000,) * 50, 25)
    result = bench_ingest.summary(ways, {"busy": film})
    assert result["idle_cameras_per_core"] == 40.0
    assert result["busy_cameras_per_core"] == 5.0
    assert result["motion_cameras_per_core"] == 6.0
    assert result["idle_vs_motion"] == 10.0
    assert "idle_vs_previous" not in result
    assert result["busy_vs_previous"] == 1.25
    assert result["busy_vs_motion"] == 0.83
    assert result["busy_substream_vs_previous"] == 3.75
    assert result["busy_substream_vs_previous_substream"] == 1.5
    assert result["analysed_fps"] == {"busy": 4.98, "busy_substream": 5.0}
    assert result["busy_vs_decode_all"] == 0.62
    assert film.mbit_s == pytest.approx(4.0)


def test_the_benchmarks_camera_is_a_valid_one() -> None:
    given = bench_ingest.camera_config("idle-0", "rtsp://127.0.0.1:8554/idle-0")
    camera = CameraConfig.model_validate(given)
    assert camera.gate.mode == "auto"
    assert camera.recording is not None
    assert camera.diagnosis.enabled
    small = bench_ingest.camera_config("b", "rtsp://127.0.0.1/b", "rtsp://127.0.0.1/small")
    analysed, main = streams_of(CameraConfig.model_validate(small).source)
    assert isinstance(analysed, RtspSourceConfig)
    assert analysed.url.endswith("/small")
    assert main is not None
    assert main.url.endswith("/b")


def test_the_older_build_is_named_before_it_is_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        bench_ingest.main(["--only", "previous_busy"], as_json=True)
    assert "--against COMMIT" in capsys.readouterr().err


def test_motion_is_told_of_every_camera(tmp_path: Path) -> None:
    urls = ["rtsp://127.0.0.1:1/a", "rtsp://127.0.0.1:1/b"]
    config = bench_motion.write_motion_config(tmp_path / "motion", urls)
    lines = config.read_text("utf-8").splitlines()
    named = [Path(line.split()[1]) for line in lines if line.startswith("camera ")]
    told = [line for own in named for line in own.read_text("utf-8").splitlines()]
    assert [line.split()[1] for line in told if line.startswith("netcam_url")] == urls
    assert "movie_output off" in lines


def test_blending_keeps_the_streets_pace() -> None:
    pictures = (np.full((6, 4), 10 * number, np.uint8) for number in range(20))
    blended = [int(picture[0, 0]) for picture in bench_film.smooth(pictures, 26)]
    assert blended == [4 * number for number in range(26)]


def test_a_missing_tool_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_stack, "SYSTEM_PYTHON", "/nonexistent/python3")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(bench_stack.MissingToolError) as error:
        bench_stack.require_tools(motion=True)
    for word in ("rtsp-server", "motion", "apt-get install"):
        assert word in str(error.value)


def test_people_are_paired_with_their_own_alerts() -> None:
    people = [Moment("a", 100.0), Moment("b", 100.5), Moment("a", 125.0), Moment("b", 125.5)]
    alerts = [Moment("b", 102.0), Moment("a", 101.25), Moment("a", 126.5), Moment("a", 160.0)]
    found = bench_latency.pair(people, alerts, within_s=8.0)
    assert found.alerted == ((people[0], 1.25), (people[1], 1.5), (people[2], 1.5))
    assert found.missed == (people[3],)
    assert found.extra == (alerts[3],)
    assert bench_latency.figures(found) == {
        "events": 3,
        "missed": 1,
        "extra": 1,
        "p50_s": 0.5,
        "p95_s": 0.5,
        "max_s": 0.5,
    }
    later = found.between(120.0, 130.0)
    assert (later.alerted, later.missed, later.extra) == (((people[2], 1.5),), (people[3],), ())


def test_a_scene_without_alerts_has_no_percentile() -> None:
    figures = bench_latency.figures(bench_latency.pair([Moment("a", 1.0)], [], within_s=8.0))
    assert (figures["events"], figures["missed"], figures["p95_s"]) == (0, 1, None)


def test_only_the_box_is_pasted_in_all_three_planes() -> None:
    onto, other = np.zeros((12, 8), np.uint8), np.full((12, 8), 9, np.uint8)
    bench_film.paste(onto, other, (2, 4, 6, 8))
    assert onto[4:8, 2:6].min() == 9
    assert np.count_nonzero(onto[:8]) == 16
    chroma = onto[8:].reshape(2, 4, 4)
    assert chroma[:, 2:4, 1:3].min() == 9
    assert np.count_nonzero(chroma) == 8


def test_the_walker_is_in_the_zone() -> None:
    camera = bench_latency.latency_camera("quiet-0", "rtsp://127.0.0.1:8554/quiet-0")
    [rule] = CameraConfig.model_validate(camera).rules
    assert rule.type == "perimeter_intrusion"
    assert rule.dwell_s == bench_latency.DWELL_S


def test_memory_of_one_more_camera_is_the_slope() -> None:
    assert bench_memory.slope_mb({1: 130.0, 2: 160.0, 4: 220.0, 8: 340.0}) == (30.0, 100.0)


def test_inference_adds_detectors_by_frame_and_the_classifier_by_person() -> None:
    ours = {"campus_objects": 18.0, "fire_smoke": 10.0, "rodent": 10.0, "kitchen_attributes": 4.0}
    result = bench_inference.summary(ours, {name: 2 * ms for name, ms in ours.items()})
    assert (result["frame_ms"], result["crop_ms"]) == (38.0, 4.0)
    assert result["is_within_limits"] is True
    assert result["detector_against_seed"] is None
    slow = bench_inference.summary({**ours, "rodent": 13.0}, {**ours, "seed": 36.0})
    assert slow["is_within_limits"] is False
    assert slow["detector_against_seed"] == 0.5
