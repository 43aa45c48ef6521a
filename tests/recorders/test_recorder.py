"""Whatever happens to camera, disk or process: what is there and why the rest is not."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.contract.footage.spans import Span
from api.contract.retention import GapCause as G
from api.contract.retention import RetentionState as S
from api.contract.retention import RetentionStatus
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.core.packets import EncodedPacket
from pipeline.recorders.check import check, clock_drifts
from pipeline.recorders.disk import Disk
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recordings_cli import recordings_app
from tests.recorders.film import Stream, stream
from tests.recorders.scripted_disk import ScriptedDisk

BEGIN = 1_780_000_000.0
ZONE = ZoneInfo("Asia/Shanghai")
MONTH = RetentionPolicy(30, None, "国务院令799号 §17")


@dataclass
class Box:
    """A recorder on a simulated clock that writes only when told to."""

    root: Path
    clock: ManualClock
    disk: ScriptedDisk
    recorder: Recorder
    settings: RecorderSettings

    def watch(self, seconds: float, camera: str = "gate", film: Stream | None = None) -> None:
        """A session of so many seconds: real packets, in the clock's time."""
        film = film or stream(10)
        feed = self.recorder.camera(camera)
        begin_s = self.clock.utc_s()
        for packet in endless(film, begin_s):
            if packet.media_s >= seconds - 1e-6:
                break
            self.clock.advance(max(0.0, packet.utc_s - self.clock.utc_s()))
            feed.add(packet, film.info)
            self.recorder.pump()
        self.clock.advance(begin_s + seconds - self.clock.utc_s())

    def away(self, seconds: float, reason: str = "timeout", camera: str = "gate") -> None:
        """No connection for so long."""
        self.recorder.camera(camera).session_ended(reason)
        self.recorder.pump()
        self.clock.advance(seconds)

    def restart(self, disk: Disk | None = None) -> None:
        """Another process takes over, without a word from the one before."""
        self.recorder = Recorder(self.settings, {"gate": MONTH}, self.clock, disk=disk or self.disk)
        self.recorder.recover()

    def status(self, camera: str = "gate") -> RetentionStatus:
        return self.recorder.status(camera)

    def gaps(self, camera: str = "gate") -> list[tuple[float, float, G]]:
        """(start, end, cause) in seconds since the beginning."""
        return [
            (
                round(gap.from_at.timestamp() - BEGIN, 1),
                round(gap.to_at.timestamp() - BEGIN, 1),
                gap.cause,
            )
            for gap in self.status(camera).gaps
        ]

    def footage(self, camera: str = "gate") -> list[tuple[float, float]]:
        window = Span(BEGIN - 1e6, self.clock.utc_s() + 1)
        return [
            (round(s.start_s - BEGIN, 1), round(s.end_s - BEGIN, 1))
            for s in self.recorder.coverage(camera, window)
        ]


def endless(film: Stream, begin_s: float) -> Iterator[EncodedPacket]:
    length_s = len(film.packets) / film.info.fps
    for round_ in count():
        yield from (
            film.at(begin_s, round_ * length_s)
            if round_ == 0
            else (replace(p, utc_s=begin_s + p.media_s) for p in film.at(0, round_ * length_s))
        )


def new_box(folder: Path, **settings: Any) -> Box:
    """A recorder on an empty folder."""
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    how = RecorderSettings(folder / "rec", ZONE, reserve_bytes=0, **settings)
    recorder = Recorder(how, {"gate": MONTH}, clock, disk=disk)
    recorder.recover()
    return Box(how.root, clock, disk, recorder, how)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = new_box(tmp_path)
    yield made
    made.recorder.index.close()


def test_a_quiet_day_is_whole(box: Box) -> None:
    box.watch(150)
    assert box.footage() == [(0.0, 149.8)]  # the last picture's length is not known yet
    box.recorder.stop()
    files = sorted(p.name for p in box.root.rglob("*.mp4"))
    assert files == ["202640_000.mp4", "202740_000.mp4", "202840_000.mp4"]
    assert not list(box.root.rglob("*.part"))


def test_a_new_camera_is_immature_and_says_what_it_has(box: Box) -> None:
    box.watch(100)
    status = box.status()
    assert status.state is S.IMMATURE
    assert status.completeness == 1.0
    assert (status.required_days, status.required_source) == (30, "国务院令799号 §17")
    assert status.proven_days == pytest.approx(100 / 86_400, abs=1e-4)
    assert status.gaps == ()
    assert len(status.spans) == len(status.days) == 1


def test_an_unknown_camera_has_nothing_and_a_row(box: Box) -> None:
    box.recorder.pump()
    status = box.recorder.status("never", MONTH)
    assert (status.state, status.completeness, status.proven_days) == (S.GAP, 0.0, 0.0)
    assert [gap.cause for gap in status.gaps] == [G.UNEXPLAINED]


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("timeout", G.OFFLINE),
        ("refused", G.OFFLINE),
        ("not_found", G.OFFLINE),
        ("auth_failed", G.AUTH_FAILED),
        ("stalled", G.STALLED),
        ("undecodable", G.UNDECODABLE),
        ("disabled", G.DISABLED),
    ],
)
def test_the_reason_of_an_outage_is_the_gaps_cause(box: Box, reason: str, cause: G) -> None:
    box.watch(20)
    box.away(30, reason)
    assert box.status().state is (S.GAP if reason == "disabled" else S.OFFLINE)
    box.watch(20)
    assert box.footage() == [(0.0, 20.0), (50.0, 69.8)]
    assert box.gaps() == [(20.0, 50.0, cause)]
    assert box.status().state is S.GAP


def test_an_outage_with_several_reasons_is_cut_where_they_change(box: Box) -> None:
    box.watch(20)
    box.away(10, "timeout")
    box.away(10, "timeout")
    box.away(30, "auth_failed")
    box.watch(20)
    assert box.gaps() == [(20.0, 40.0, G.OFFLINE), (40.0, 70.0, G.AUTH_FAILED)]


def test_a_pause_inside_a_session_is_a_gap_and_not_a_long_picture(box: Box) -> None:
    film = stream(10)
    feed = box.recorder.camera("gate")
    for packet in endless(film, BEGIN):
        if packet.media_s >= 60:
            break
        shift_s = 25.0 if packet.media_s >= 20 else 0.0
        moved = replace(packet, utc_s=packet.utc_s + shift_s, media_s=packet.media_s + shift_s)
        box.clock.advance(max(0.0, moved.utc_s - box.clock.utc_s()))
        feed.add(moved, film.info)
        box.recorder.pump()
    assert box.gaps() == [(20.0, 45.0, G.STALLED)]


def test_another_resolution_or_codec_begins_another_segment(box: Box) -> None:
    box.watch(10)
    box.watch(10, film=stream(10, width=96))
    box.watch(10, film=stream(10, codec="libx265"))
    assert box.footage() == [(0.0, 29.8)]
    box.recorder.stop()
    box.restart()
    codecs = [segment.codec for segment in box.recorder.index.segments("gate")]
    assert codecs == ["h264", "h264", "hevc"]


def test_nothing_is_recorded_before_a_keyframe(box: Box) -> None:
    film = stream(10, gop=10)
    feed = box.recorder.camera("gate")
    for packet in list(film.at(BEGIN))[3:]:
        feed.add(packet, film.info)
    box.recorder.pump()
    box.clock.advance(10)
    assert box.footage() == [(2.0, 9.8)]


def test_a_stream_without_parameter_sets_waits_for_them(box: Box) -> None:
    film = stream(10, suffix=".ts")
    bare = replace(film.info, extradata=b"")
    feed = box.recorder.camera("gate")
    for packet in film.at(BEGIN):
        data = packet.data
        if packet.media_s < 3 and packet.is_keyframe:
            data = data[data.index(b"\0\0\1\x65") - 1 :]
        feed.add(replace(packet, data=data), bare)
    box.recorder.pump()
    box.clock.advance(10)
    assert box.footage() == [(3.0, 9.8)]


@pytest.mark.parametrize(
    ("number", "cause"),
    [(errno.ENOSPC, G.DISK_FULL), (errno.EROFS, G.DISK_READONLY), (errno.EIO, G.DISK_FAILED)],
)
def test_a_refusing_disk_is_an_alarm_and_a_gap_and_never_a_crash(
    box: Box, number: int, cause: G
) -> None:
    box.watch(20)
    box.disk.refuses = number
    box.watch(40)
    status = box.status()
    assert cause.value in status.alarms
    assert status.state is S.GAP
    # The disk refused from the fragment on that ended at 21 s at the latest.
    ((start, end, said),) = box.gaps()
    assert 18 <= start <= 20.2
    assert (end, said) == (60.0, cause)
    box.disk.refuses = 0
    box.watch(40)
    ((start, end, said),) = box.gaps()
    assert 18 <= start <= 20.2
    assert 60.0 <= end <= 71.0
    assert said is cause
    assert box.status().alarms == ()
    # What had reached the disk before it refused was not lost.
    assert box.footage()[0] == (0.0, start)
    assert not [p for p in box.root.rglob("*.part") if p.stat().st_mtime == 0]


def test_a_slow_disk_costs_a_gap_and_bounded_memory(box: Box) -> None:
    film = stream(10)
    box.recorder.settings = replace(box.settings, queue_bytes=200_000)
    feed = box.recorder.camera("gate")
    box.watch(10)
    begin_s = box.clock.utc_s()
    for packet in endless(film, begin_s):
        if packet.media_s >= 60:
            break
        feed.add(packet, film.info)  # nobody writes
        assert box.recorder._waiting_bytes["gate"] <= 200_000
    box.clock.advance(60)
    box.recorder.pump()
    causes = {cause for _, _, cause in box.gaps()}
    assert causes == {G.DISK_SLOW}
    assert box.footage()[0][0] == 0.0


def test_a_worker_that_was_stopped_says_so(box: Box) -> None:
    box.watch(20)
    box.recorder.stop()
    box.clock.advance(100)
    box.restart()
    box.clock.advance(3)
    box.watch(20)
    assert box.gaps() == [(20.0, 123.0, G.WORKER_STOPPED)]


def test_a_camera_that_stays_away_after_a_restart(box: Box) -> None:
    box.watch(20)
    box.recorder.stop()
    box.clock.advance(100)
    box.restart()
    box.away(50, "refused")
    assert box.gaps() == [(20.0, 120.0, G.WORKER_STOPPED), (120.0, 170.0, G.OFFLINE)]
    assert box.status().state is S.OFFLINE


def test_a_process_killed_while_the_camera_was_away(box: Box) -> None:
    box.watch(20)
    box.away(90)
    box.recorder.pump()  # the housekeeping's sign of life
    box.clock.advance(200)
    box.restart()
    box.watch(10)
    assert box.gaps() == [(20.0, 110.0, G.OFFLINE), (110.0, 310.0, G.WORKER_STOPPED)]


def test_a_killed_process_loses_at_most_a_fragment(box: Box) -> None:
    box.watch(75)
    box.restart()  # the old recorder is forgotten where it stood
    ((start, end),) = box.footage()
    assert start == 0.0
    assert 75 - 2.4 <= end <= 75


def test_a_deleted_index_is_rebuilt_from_the_files(box: Box) -> None:
    box.watch(150)
    box.away(30)
    box.watch(30)
    before = box.footage()
    box.recorder.stop()
    for path in box.root.glob("index.sqlite*"):
        path.unlink()
    box.restart()
    assert [(a, round(b)) for a, b in box.footage()] == [(a, round(b)) for a, b in before]
    assert box.status().state is S.UNKNOWN  # until every file was looked at
    box.recorder.pump()
    assert box.status().state is S.GAP
    # Why there was a gap went with the index; that there was one did not.
    assert [cause for _, _, cause in box.gaps()][:1] == [G.UNEXPLAINED]


@pytest.mark.parametrize("has_header", [False, True])
def test_a_broken_index_is_set_aside_and_rebuilt(box: Box, has_header: bool) -> None:
    box.watch(70)
    box.recorder.stop()
    for path in box.root.glob("index.sqlite*"):
        head = path.read_bytes()[:100] if has_header else b""
        path.write_bytes(head + b"not a database, " * 400)
    box.restart()
    assert box.footage() == [(0.0, 70.0)]
    assert (box.root / "index.sqlite.broken").exists()


def test_a_long_history_is_found_again_beside_recording(box: Box) -> None:
    box.watch(3)
    box.recorder.stop()
    (file,) = box.root.rglob("*.mp4")
    for day in range(1, 29):
        for minute in range(10):
            old = box.root / "gate" / f"202604{day:02}" / f"10{minute:02}00_000.mp4"
            old.parent.mkdir(exist_ok=True)
            old.hardlink_to(file)
    for path in box.root.glob("index.sqlite*"):
        path.unlink()
    box.restart()
    assert box.status().state is S.UNKNOWN
    box.watch(20)  # a few files each half second
    assert len(box.recorder.index.segments("gate")) >= 281
    assert box.status().state is S.GAP
    assert box.recorder.index.is_complete()
    assert "gate" in box.recorder.changed()


def test_an_hour_of_a_camera_that_drops_every_three_seconds(box: Box) -> None:
    film = stream(3)
    for _ in range(100):
        box.watch(3, film=film)
        box.away(33)
    assert box.clock.utc_s() == pytest.approx(BEGIN + 3600)
    gaps = box.gaps()
    assert [(g[0], g[2]) for g in gaps] == [(n * 36 + 3.0, G.OFFLINE) for n in range(100)]
    assert all(g[1] - g[0] == pytest.approx(33, abs=0.01) for g in gaps)
    assert box.status().completeness == pytest.approx(300 / 3600, abs=1e-3)


def test_a_clock_that_is_set_back_overwrites_nothing(box: Box) -> None:
    box.watch(70)
    box.clock = ManualClock(BEGIN)
    box.recorder._clock = box.clock
    box.watch(70)
    assert box.footage() == [(0.0, 70.0)]
    box.recorder.stop()
    assert len(list(box.root.rglob("*.mp4"))) >= 3


def test_cameras_do_not_cover_for_each_other(box: Box) -> None:
    box.watch(20)
    box.away(30)
    box.clock.advance(-30)
    box.watch(30, camera="yard")
    box.watch(20)
    assert box.gaps() == [(20.0, 50.0, G.OFFLINE)]


def test_room_is_made_where_the_smallest_promise_breaks(tmp_path: Path) -> None:
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    film = stream(10)
    per_minute = sum(len(p.data) for p in film.packets) * 6
    settings = RecorderSettings(
        tmp_path, ZONE, reserve_bytes=0, max_bytes=per_minute * 7, housekeeping_s=10
    )
    policies = {"gate": RetentionPolicy(30), "law": RetentionPolicy(90)}
    recorder = Recorder(settings, policies, clock, disk=disk)
    recorder.recover()
    box = Box(tmp_path, clock, disk, recorder, settings)
    for _ in range(4):  # four minutes of each, a day and a half between them
        for camera in policies:
            box.watch(60, camera, film)
            box.away(0, camera=camera)
        clock.advance(1.5 * 86_400)
        recorder.pump()
    recorder.pump()
    status = box.status("gate")
    assert {one.promised_days for one in status.broken_promises} == {30}
    broken = status.broken_promises[0]
    assert (broken.promised_days, broken.why) == (30, "disk_full")
    assert broken.from_at.timestamp() == BEGIN
    assert broken.kept_days == pytest.approx(4.5, abs=0.1)
    assert box.status("law").broken_promises == ()
    assert next(g.cause for g in status.gaps) is G.DELETED
    assert recorder.index.size_bytes() <= settings.max_bytes
    assert recorder.changed() >= {"gate"}
    recorder.index.close()


def test_held_evidence_survives_a_full_disk(tmp_path: Path) -> None:
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    settings = RecorderSettings(tmp_path, ZONE, reserve_bytes=0, max_bytes=1, housekeeping_s=1)
    recorder = Recorder(settings, {"gate": MONTH}, clock, disk=disk)
    recorder.hold("gate", Span(BEGIN + 10, BEGIN + 20), "alert 1")
    box = Box(tmp_path, clock, disk, recorder, settings)
    box.watch(130)
    recorder.pump()
    held = [s.span.start_s - BEGIN for s in recorder.index.segments("gate")]
    assert held == [0.0]
    assert "no_room" in box.status().alarms
    recorder.index.close()


@pytest.mark.parametrize("reserve", [0, 300_000])
def test_a_disk_that_is_really_full_goes_on_with_the_newest(tmp_path: Path, reserve: int) -> None:
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    disk.folder, disk.capacity = tmp_path, 900_000
    settings = RecorderSettings(
        tmp_path, ZONE, reserve_bytes=reserve, emergency_bytes=200_000, segment_s=20,
        retry_s=1, housekeeping_s=5,
    )  # fmt: skip
    recorder = Recorder(settings, {"gate": MONTH}, clock, disk=disk)
    recorder.recover()
    box = Box(tmp_path, clock, disk, recorder, settings)
    box.watch(400)
    assert disk.used() <= disk.capacity
    footage = box.footage()
    assert footage[-1][1] == pytest.approx(399.8, abs=0.1)
    status = box.status()
    assert status.broken_promises
    # Everything that is missing was deleted for room, or not recorded because there was none.
    assert {gap.cause for gap in status.gaps} <= {G.DELETED, G.DISK_FULL}
    lost_s = sum(
        (gap.to_at - gap.from_at).total_seconds() for gap in status.gaps if gap.cause is G.DISK_FULL
    )
    assert lost_s <= (0 if reserve else 60)
    recorder.index.close()


@pytest.mark.whole
def test_the_drift_of_a_cameras_clock_is_measured(box: Box) -> None:
    film = stream(10)
    feed = box.recorder.camera("gate")
    for packet in endless(film, BEGIN):
        if packet.media_s >= 3700:
            break
        # The camera's second is half a per mille too long: it is slow.
        moved = replace(packet, utc_s=BEGIN + packet.media_s * 1.0005)
        if packet.is_keyframe:
            box.recorder.pump()
        feed.add(moved, film.info)
    box.recorder.pump()
    drift = box.recorder.index.drift_s_per_day("gate", Span(BEGIN, BEGIN + 4000))
    assert drift == pytest.approx(-0.0005 * 86_400, rel=0.05)
    assert clock_drifts(box.recorder.index) == {"gate": pytest.approx(drift, rel=0.01)}
    said = CliRunner().invoke(recordings_app, ["check", "--root", str(box.root)])
    assert "gate: the camera's clock loses 43." in said.output


def test_the_truth_is_unknown_without_an_index(box: Box) -> None:
    box.watch(20)
    box.recorder.index.close()
    status = box.status()
    assert status.state is S.UNKNOWN
    assert "index_failed" in status.alarms or status.alarms == ()


def test_a_deletion_cut_short_is_finished_on_the_next_start(box: Box) -> None:
    box.watch(70)
    box.recorder.stop()
    box.restart()
    segment = box.recorder.index.segments("gate")[0]
    index = box.recorder.index
    index.doom(segment.path, BEGIN + 99, "disk_full", promised_days=30, kept_days=1, breaks=True)
    (box.root / segment.path).unlink()
    box.restart()
    (broken,) = box.status().broken_promises
    assert (broken.promised_days, broken.kept_days) == (30, 1)
    assert box.footage()[0][0] >= 60.0


def test_the_thread_writes_everything_before_it_stops(tmp_path: Path) -> None:
    clock = ManualClock(BEGIN)
    recorder = Recorder(RecorderSettings(tmp_path, ZONE, reserve_bytes=0), {}, clock)
    recorder.start()
    film = stream(10)
    for packet in film.at(BEGIN):
        recorder.camera("gate").add(packet, film.info)
    recorder.stop()
    (path,) = tmp_path.rglob("*.mp4")
    assert path.stat().st_size > 0


@pytest.mark.parametrize("leap_s", [3600.0, 20.0])
def test_a_clock_that_leaps_forward_is_no_fault_of_the_camera(box: Box, leap_s: float) -> None:
    film = stream(10)
    feed = box.recorder.camera("gate")
    for packet in endless(film, BEGIN):
        if packet.media_s >= 60:
            break
        leapt = replace(packet, utc_s=packet.utc_s + (leap_s if packet.media_s >= 30 else 0))
        box.clock.advance(max(0.0, leapt.utc_s - box.clock.utc_s()))
        feed.add(leapt, film.info)
    box.recorder.pump()
    assert box.gaps() == [(30.0, 30.0 + leap_s, G.CLOCK_SET)]


@pytest.mark.whole
@settings(max_examples=40, deadline=None)
@example(".ts", [], [34, 35, 36, 37])
@given(
    st.sampled_from([".ts", ".mp4"]),
    st.lists(st.tuples(st.integers(0, 49), st.binary(max_size=64), st.booleans()), max_size=12),
    st.lists(st.integers(0, 49), max_size=10),
)
def test_garbage_and_lost_packets_are_survived(
    suffix: str, garbage: list[tuple[int, bytes, bool]], lost: list[int]
) -> None:
    with TemporaryDirectory() as name:
        clock, disk = ManualClock(BEGIN), ScriptedDisk()
        settings_ = RecorderSettings(Path(name), ZONE, reserve_bytes=0, segment_s=4)
        recorder = Recorder(settings_, {"gate": MONTH}, clock, disk=disk)
        film = stream(10, suffix=suffix)
        packets = list(film.at(BEGIN))
        for at, data, is_keyframe in garbage:
            packets[at] = replace(packets[at], data=data, is_keyframe=is_keyframe)
        for number, packet in enumerate(packets):
            if number not in lost:
                recorder.put("gate", packet, film.info)
        recorder.pump()
        clock.advance(10)
        recorder.stop()
        again = Recorder(settings_, {"gate": MONTH}, clock, disk=disk)
        again.recover()
        checked = check(Path(name), again.index, disk)
        assert checked.findings == ()
        covered_s = sum(s.seconds for s in again.coverage("gate", Span(BEGIN, BEGIN + 20)))
        # A second of film hangs on each keyframe; seams of up to two seconds are closed.
        hurt = {at // 5 for at, _, _ in garbage} | {at // 5 for at in lost}
        assert covered_s >= 10 - 2 * len(hurt) - 1
        again.index.close()


def test_a_disk_that_is_read_only_at_the_start_is_waited_for(tmp_path: Path) -> None:
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    root = tmp_path / "mount"
    root.write_bytes(b"")  # a file where the folder should be: nothing can be made in it
    settings_ = RecorderSettings(root, ZONE, reserve_bytes=0, retry_s=5, housekeeping_s=5)
    recorder = Recorder(settings_, {"gate": MONTH}, clock, disk=disk)
    assert recorder.recover() is None
    box = Box(root, clock, disk, recorder, settings_)
    box.watch(30)
    status = box.status()
    assert status.state is S.UNKNOWN
    assert "index_failed" in status.alarms
    root.unlink()
    box.watch(30)
    status = box.status()
    assert status.state is S.IMMATURE
    assert status.alarms == ()
    ((start, end),) = box.footage()
    assert 30 <= start <= 41
    assert end == 59.8
    assert (root / "index.sqlite").is_file()
    recorder.stop()


def test_two_recorders_do_not_share_a_folder(box: Box) -> None:
    box.recorder.start()
    other = Recorder(box.settings, {}, box.clock)
    with pytest.raises(ConfigError, match="folder of its own"):
        other.start()
    other.index.close()
    box.recorder.stop()
    box.restart()
