"""A box that was cut off, and a recorder that was not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.contract.footage.spans import Span, holes, total_s
from api.contract.retention import GapCause
from pipeline.core.clock import ManualClock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Device
from pipeline.devices.registry import open_device, parse_address
from pipeline.healing.healer import HealedCamera, Healer
from pipeline.healing.memory import HealingMemory
from pipeline.healing.stage import FOLDER, prove
from pipeline.recorders.errors import FootageError
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import Origin
from tests.devices.script import NOW_S, Script, ScriptedChannel, Trouble
from tests.healing.tape import FPS, Tape, numbered_film, numbers_in, packets_of, recorder_with
from tests.recorders.scripted_disk import ScriptedDisk

ZONE = ZoneInfo("Asia/Shanghai")
NVR = Origin("nvr", "1")


@dataclass
class Cut:
    """A box with an outage in its footage of a film.

    Attributes:
        seconds: Of the film.
        gap: From and to, seconds of the film; the second a multiple of the GOP's.
        script: The recorder.
        tape: Its footage.
        cause: Of the gap.
        password: What the box believes the recorder's to be.
        disk: Of the box.
        kind: The recorder's: ``isapi`` or ``onvif``.
    """

    tmp_path: Path
    seconds: int
    gap: tuple[float, float]
    script: Script = field(default_factory=Script)
    tape: Tape = field(init=False)
    cause: GapCause = GapCause.OFFLINE
    password: str = Script().password
    disk: ScriptedDisk = field(default_factory=ScriptedDisk)
    kind: str = "isapi"

    def __post_init__(self) -> None:
        begins_s = NOW_S - self.seconds + 0.3
        self.tape = Tape(begins_s, self.seconds)
        self.script.recordings = {"1": [(begins_s - 4000.0, NOW_S)]}

    @property
    def missing(self) -> Span:
        return Span(*(self.tape.begins_s + second for second in self.gap))

    @property
    def film(self) -> Span:
        return Span(self.tape.begins_s, self.tape.begins_s + self.seconds)

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.script.clock, ManualClock)
        return self.script.clock

    @contextmanager
    def recorded(self) -> Iterator[Recorder]:
        """The box's recorder, which had the film but for the gap."""
        settings = RecorderSettings(self.tmp_path / "footage", ZONE, reserve_bytes=0)
        recorder = Recorder(settings, {"gate": RetentionPolicy(30)}, self.clock, disk=self.disk)
        recorder.recover()
        stream, feed = packets_of(self.seconds, self.tape.gop), recorder.camera("gate")
        if not recorder.index.cameras():
            for packet in stream.at(self.tape.begins_s):
                if not self.missing.start_s <= packet.utc_s < self.missing.end_s:
                    feed.add(packet, stream.info)
                elif packet.utc_s < self.missing.start_s + 1 / FPS:
                    recorder.put_end("gate", self.cause, "")
            # What comes after the film is nothing to heal.
            feed.session_ended("disabled")
            recorder.pump()
        yield recorder
        recorder.stop()

    @contextmanager
    def healer(self, recorder: Recorder, address: str) -> Iterator[Healer]:
        def opened(name: str) -> Device:
            credentials = Credentials(self.script.user, self.password)
            return open_device(parse_address(address), credentials, zone=ZONE, clock=self.clock)

        memory = HealingMemory(self.tmp_path / "healing.sqlite")
        healer = Healer(recorder, opened, memory, ZONE, self.clock)
        healer.follow([HealedCamera("gate", "nvr", "1", "大门", 30)])
        yield healer
        healer.stop(5.0)

    @contextmanager
    def healed(self) -> Iterator[tuple[Recorder, Healer]]:
        with (
            self.recorded() as recorder,
            recorder_with(self.script, self.tape, self.kind) as address,
            self.healer(recorder, address) as healer,
        ):
            yield recorder, healer


def numbers(recorder: Recorder) -> list[int]:
    """Numbers of all pictures of finished files, by time."""
    root = recorder.settings.root
    return [n for each in recorder.index.segments("gate") for n in numbers_in(root / each.path)]


def left(recorder: Recorder, cut: Cut) -> float:
    found = recorder.coverage("gate", cut.missing)
    return total_s(holes(found, cut.missing))


def assert_healed(recorder: Recorder, cut: Cut, off: int = 0) -> None:
    """The gap is closed, by the pictures that belong there, each once but for so many."""
    assert left(recorder, cut) < 0.5
    recovered = recorder.index.recovered("gate")
    assert {each.origin for each in recovered} == {NVR}
    assert recovered[0].span.start_s >= cut.missing.start_s - 0.001
    assert recovered[-1].span.end_s <= cut.missing.end_s + 0.001
    root, begins_s = recorder.settings.root, cut.tape.begins_s
    shown: list[int] = []
    for each in recorder.index.segments("gate"):
        found = numbers_in(root / each.path)
        if each.origin is not None:
            assert abs(begins_s + found[0] / FPS - each.span.start_s) < 0.3 + off / FPS
        shown += found
    assert len(shown) - len(set(shown)) <= off, "a picture is there twice"
    missed = set(range(int(cut.gap[0] * FPS), int(cut.gap[1] * FPS))) - set(shown)
    assert len(missed) <= 2 + off


def test_ten_minutes_without_a_link_are_healed(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 900, (60.4, 660.0))
    with cut.healed() as (recorder, healer):
        assert healer.round() == pytest.approx(599.6, abs=0.5)
        assert_healed(recorder, cut)
        [(from_s, to_s)] = cut.tape.played
        assert to_s - from_s <= 599.6 + 4.5
        status = recorder.status("gate")
        [told] = status.recovered
        assert (told.device, told.channel) == ("nvr", "1")
        assert told.recovered_at is not None
        assert abs(told.recovered_at.timestamp() - time.time()) < 120.0
        assert status.recovered_s == pytest.approx(599.6, abs=0.5)
        assert not any(gap.from_at.timestamp() < cut.missing.end_s for gap in status.gaps)
        assert healer.round() == 0.0, "what is there is not fetched again"
        assert len(cut.tape.played) == 1
    assert not (tmp_path / "footage" / FOLDER).exists()


@pytest.mark.whole
def test_by_onvif_what_is_missing_is_healed_at_the_moment_each_picture_names(
    tmp_path: Path,
) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0), Script(skew_s=-137.0), kind="onvif")
    with cut.healed() as (recorder, healer):
        assert healer.round() == pytest.approx(39.6, abs=0.5)
        # Each packet says when it was by a clock that is known to the second.
        assert_healed(recorder, cut, off=FPS)
        [(from_s, to_s)] = cut.tape.played
        assert to_s - from_s <= 39.6 + 4.5
        assert healer.round() == 0.0
        assert len(cut.tape.played) == 1
    assert cut.script.refused_logins == 0


@pytest.mark.whole
def test_by_onvif_footage_that_breaks_off_is_kept_until_there_and_no_further(
    tmp_path: Path,
) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0), kind="onvif")
    cut.tape.jumps_after = 20 * FPS
    with cut.healed() as (recorder, healer):
        healed_s = healer.round()
        assert 14.0 < healed_s < 21.0
        held = recorder.index.recovered("gate")[0].span
        assert held.start_s == pytest.approx(cut.missing.start_s, abs=0.3)
        cut.tape.jumps_after = None
        cut.clock.advance(601.0)
        healer.round()
        assert_healed(recorder, cut)


@pytest.mark.whole
def test_without_sender_reports_it_is_a_keyframe_off_at_most(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0))
    cut.tape.reports = False
    with cut.healed() as (recorder, healer):
        assert healer.round() == pytest.approx(29.6, abs=0.5)
        assert left(recorder, cut) < 0.5
        missed = set(range(302, 450)) - set(numbers(recorder))
    assert len(missed) <= 2 * FPS


@pytest.mark.whole
def test_a_slow_clock_at_the_recorder_moves_nothing_but_what_it_rounds(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0), Script(skew_s=-137.0))
    with cut.healed() as (recorder, healer):
        healer.round()
        assert_healed(recorder, cut, off=FPS)


@pytest.mark.whole
def test_what_the_recorder_has_not_either_is_asked_for_again_later_and_later(
    tmp_path: Path,
) -> None:
    cut = Cut(tmp_path, 300, (60.4, 120.0))
    begins_s = cut.tape.begins_s
    cut.script.recordings = {"1": [(begins_s, begins_s + 80.0), (begins_s + 100.0, NOW_S)]}
    with cut.healed() as (recorder, healer):
        assert healer.round() == pytest.approx(39.6, abs=2.5)
        assert len(cut.tape.played) == 2
        assert left(recorder, cut) == pytest.approx(20.0, abs=2.0)
        asked = len(cut.script.asked)
        assert healer.round() == 0.0
        assert len(cut.script.asked) == asked, "left alone for now"
        cut.clock.advance(601.0)
        assert healer.round() == 0.0
        again = len(cut.script.asked)
        assert again > asked
        cut.clock.advance(601.0)
        healer.round()
        assert len(cut.script.asked) == again, "longer each time"
        cut.script.recordings = {"1": [(begins_s, NOW_S)]}
        cut.clock.advance(3600.0)
        healer.round()
        assert_healed(recorder, cut)


@pytest.mark.whole
def test_what_was_proven_before_a_break_is_not_fetched_again(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 170.0))
    cut.tape.breaks_after = 75 * FPS
    with cut.healed() as (recorder, healer):
        assert healer.round() > 60.0
        held = recorder.coverage("gate", cut.missing)
        cut.tape.breaks_after = None
        cut.tape.sent.clear()
        cut.clock.advance(601.0)
        healer.round()
        assert_healed(recorder, cut)
        resumed = cut.tape.begins_s + cut.tape.sent[0] / FPS
        # A keyframe, whole seconds and the margin before; nothing of the minute before that.
        assert held[0].end_s - resumed <= 2.0 + 2.0 + 1.0


@pytest.mark.whole
def test_a_new_process_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 170.0))
    cut.tape.breaks_after = 75 * FPS
    with cut.healed() as (_, healer):
        healer.round()
    index = tmp_path / "footage" / "index.sqlite"
    for file in index.parent.glob(index.name + "*"):
        file.unlink()
    cut.tape.breaks_after = None
    cut.clock.advance(601.0)
    with cut.healed() as (recorder, healer):
        assert healer.round() == 0.0, "until all files were looked at nothing is missing"
        while not recorder.index.is_complete():
            cut.clock.advance(1.0)
            recorder.pump()
        # Of a lost index the cause of the gap is lost too; where footage came from is not.
        assert {each.origin for each in recorder.index.recovered("gate")} == {NVR}
        healer.round()
        assert_healed(recorder, cut)


@pytest.mark.whole
def test_live_recording_and_promises_come_first_on_the_disk(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0))
    with cut.healed() as (recorder, healer):
        before = recorder.index.segments("gate")
        cut.disk.free = 0
        assert healer.round() == 0.0
        assert cut.tape.played == []
        assert recorder.index.segments("gate") == before
        cut.disk.free = None
        cut.clock.advance(601.0)
        healer.round()
        assert_healed(recorder, cut)


def test_a_refused_login_is_not_tried_again(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0))
    cut.password = "outdated"
    with cut.healed() as (_, healer):
        for _ in range(5):
            assert healer.round() == 0.0
            cut.clock.advance(7200.0)
    assert cut.script.refused_logins == 1
    assert cut.tape.played == []


@pytest.mark.whole
def test_a_busy_recorder_is_left_alone(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0), Script(trouble=frozenset({Trouble.BUSY})))
    with cut.healed() as (recorder, healer):
        assert healer.round() == 0.0
        asked = len(cut.script.asked)
        cut.clock.advance(30.0)
        assert healer.round() == 0.0
        assert len(cut.script.asked) == asked
        cut.script.trouble = frozenset()
        cut.clock.advance(60.0)
        healer.round()
        assert_healed(recorder, cut)
    assert cut.script.most_at_once <= 2


def test_what_somebody_switched_off_or_deleted_stays_unseen(tmp_path: Path) -> None:
    for cause in (GapCause.DISABLED, GapCause.DELETED):
        cut = Cut(tmp_path / cause, 300, (60.4, 90.0))
        cut.cause = cause
        with cut.healed() as (recorder, healer):
            assert healer.round() == 0.0
            assert left(recorder, cut) > 29.0
        assert cut.script.asked == []


@pytest.mark.whole
def test_channels_that_were_swapped_give_nothing(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0))
    cut.script.channels = [ScriptedChannel("1", "食堂"), ScriptedChannel("2", "大门")]
    with cut.healed() as (_, healer):
        assert healer.round() == 0.0
    assert cut.script.asked == []


@pytest.mark.whole
def test_older_than_what_is_kept_is_not_fetched(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 90.0))
    with cut.healed() as (_, healer):
        cut.clock.advance(31 * 86_400.0)
        assert healer.round() == 0.0
    assert cut.tape.played == []


def test_a_file_without_pictures_proves_nothing(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    data = bytearray(numbered_film(300).read_bytes())
    film.write_bytes(data)
    prove(film)
    at = data.index(b"mdat") + 4
    data[at : at + len(data) // 2] = bytes(len(data) // 2)
    film.write_bytes(data)
    with pytest.raises(FootageError):
        prove(film)
