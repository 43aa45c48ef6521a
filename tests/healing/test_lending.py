"""Footage that lies in a recorder, looked at."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.devices.device import Channel
from pipeline.devices.errors import AuthRefusedError, CapabilityMissingError
from pipeline.healing import inquiries, loan
from pipeline.healing.fetched_export import export_fetched, find_channel
from pipeline.healing.lending import GapShelf
from pipeline.recorders.errors import AwayReason, ExportError, FootageAwayError
from pipeline.recorders.shelf import Held, Shelf
from tests.devices.script import NOW_S, Trouble
from tests.healing.lent import NVR, ZONE, Kept, looked_at, nobody_stops, numbers_from
from tests.healing.tape import FPS, numbers_in, recorder_with
from tests.healing.test_healing import Cut, numbers
from tests.support.scripted_rtsp import closed_port


def refused(shelf: Shelf, from_s: float, camera: str = "gate") -> AwayReason:
    with pytest.raises(FootageAwayError) as caught:
        shelf.pieces(camera, from_s)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["isapi", "onvif"])
def test_from_any_moment_each_picture_is_there_once_and_the_folder_stays_small(
    tmp_path: Path, kind: str
) -> None:
    kept = Kept(tmp_path, kind=kind)
    from_s, most, seen = kept.tape.begins_s + 20.0, 0, []
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        at_s = from_s
        while found := looked_at(lent, "gate", at_s, most=1):
            seen += found
            at_s = kept.tape.begins_s + (found[-1] + 1) / FPS
            most = max(most, len(kept.files))
        assert kept.script.most_at_once == 1
    wanted = numbers_from(kept.tape, from_s)
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen)
    assert len(set(wanted) - set(seen)) <= (2 if kind == "isapi" else FPS)
    assert min(seen) >= wanted[0] - FPS
    assert most <= 3
    assert kept.files == []
    [(asked_from_s, _)] = kept.tape.played
    assert asked_from_s >= from_s - 4.0, "only what is looked at is fetched"
    assert kept.script.refused_logins == 0


def test_whoever_goes_ends_the_recorders_playing(tmp_path: Path) -> None:
    kept = Kept(tmp_path, seconds=300)
    with kept.shelf() as shelf:
        with shelf.lend("gate", nobody_stops()) as lent:
            assert lent.pieces("gate", kept.tape.begins_s)
        assert kept.files == []
        with shelf.lend("gate", nobody_stops()) as lent:
            assert lent.pieces("gate", kept.tape.begins_s + 100.0), "the place is free again"
    assert len(kept.tape.played) == 2


def test_a_day_is_what_the_recorder_says_and_names_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.listed = [(NOW_S - 7200.0, NOW_S - 3600.0), (NOW_S - 1800.0, NOW_S - 300.0)]
    day = Span(NOW_S - 43_200.0, NOW_S + 43_200.0)
    with kept.shelf() as shelf:
        found = shelf.timeline("gate", day)
    assert found.is_known
    assert list(found.spans) == [Span(*row) for row in kept.listed]
    assert list(found.held) == [Held(span, NVR) for span in found.spans]
    assert [gap.cause for gap in found.gaps] == [GapCause.BEFORE_FIRST_FOOTAGE, GapCause.NO_FILE]
    assert found.as_of_s == NOW_S - 300.0, "the newest is on its way into the recorder's index"
    assert kept.script.asked == [], "the last audit's word is enough"


def test_a_day_before_the_audited_ones_is_asked_for_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    old = (NOW_S - 300_000.0, NOW_S - 299_000.0)
    kept.script.recordings["1"].insert(0, old)
    day = Span(NOW_S - 345_600.0, NOW_S - 259_200.0)
    with kept.shelf() as shelf:
        found = shelf.timeline("gate", day)
        assert [held.span.start_s for held in found.held] == [pytest.approx(old[0], abs=1.0)]
        asked = len(kept.script.asked)
        assert asked
        assert shelf.timeline("gate", day) == found
        assert len(kept.script.asked) == asked
        kept.clock.advance(700.0)
        shelf.timeline("gate", day)
        assert len(kept.script.asked) > asked


def test_a_recorder_that_does_not_say_what_it_has_is_called_so(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    old = Span(NOW_S - 345_600.0, NOW_S - 259_200.0)
    with kept.shelf(f"isapi://127.0.0.1:{closed_port()}") as shelf:
        found = shelf.timeline("gate", old)
        assert (found.is_known, found.is_asking, found.away) == (False, False, AwayReason.SILENT)
        assert found.spans == found.gaps == (), "nothing is missing by nobody's word"
        covered = shelf.timeline("gate", Span(NOW_S - 43_200.0, NOW_S + 43_200.0))
    assert (covered.is_known, covered.away) == (True, None), "the last audit's word is enough"


def test_a_recorder_that_takes_its_time_is_still_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries, "WAIT_S", 0.0)
    kept = Kept(tmp_path)
    kept.script.recordings["1"].insert(0, (NOW_S - 300_000.0, NOW_S - 299_000.0))
    old = Span(NOW_S - 345_600.0, NOW_S - 259_200.0)
    with kept.shelf() as shelf:
        found = shelf.timeline("gate", old)
        assert (found.is_known, found.is_asking, found.away) == (False, True, None)
        deadline_s = time.monotonic() + 10.0
        while not (found := shelf.timeline("gate", old)).is_known:
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
    assert (len(found.held), found.is_asking) == (1, False)


def test_what_came_since_the_last_audit_is_asked_for(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.clock.advance(3000.0)
    kept.script.recordings["1"].append((NOW_S, NOW_S + 2900.0))
    kept.listed = [(NOW_S - 7200.0, NOW_S)]
    with kept.shelf() as shelf:
        found = shelf.timeline("gate", Span(NOW_S - 43_200.0, NOW_S + 43_200.0))
    [held] = found.held
    assert held.span.end_s == pytest.approx(NOW_S + 2900.0, abs=2.0)
    assert found.as_of_s == held.span.end_s
    assert [gap.cause for gap in found.gaps] == [GapCause.BEFORE_FIRST_FOOTAGE]


def test_a_refused_login_is_said_at_once_and_not_tried_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path, password="wrong")
    with kept.shelf() as shelf:
        for _ in range(5):
            with shelf.lend("gate", nobody_stops()) as lent:
                assert refused(lent, kept.tape.begins_s) is AwayReason.REFUSED
                assert refused(lent, kept.tape.begins_s) is AwayReason.REFUSED
            kept.clock.advance(120.0)
        assert kept.script.refused_logins == 1
        kept.clock.advance(3700.0)
        with shelf.lend("gate", nobody_stops()) as lent:
            assert refused(lent, kept.tape.begins_s) is AwayReason.REFUSED
    assert kept.script.refused_logins == 1


def test_a_busy_recorder_has_its_rest_whoever_looks(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.script.trouble = frozenset({Trouble.BUSY})
    from_s = kept.tape.begins_s
    with kept.shelf() as shelf:
        with shelf.lend("gate", nobody_stops()) as lent:
            assert refused(lent, from_s) is AwayReason.BUSY
            asked = len(kept.script.asked)
            assert refused(lent, from_s) is AwayReason.BUSY
        with shelf.lend("gate", nobody_stops()) as lent:
            assert refused(lent, from_s) is AwayReason.BUSY
            assert len(kept.script.asked) == asked
            kept.script.trouble = frozenset()
            kept.clock.advance(6.0)
            assert lent.pieces("gate", from_s), "and goes on by itself"


def test_one_person_at_a_time_is_played_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loan, "PLACE_S", 0.1)
    kept = Kept(tmp_path)
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as other:
        with shelf.lend("gate", nobody_stops()) as one:
            assert one.pieces("gate", kept.tape.begins_s)
            assert refused(other, kept.tape.begins_s) is AwayReason.BUSY
            assert one.pieces("gate", kept.tape.begins_s + 6.0)
        assert other.pieces("gate", kept.tape.begins_s)


def test_the_two_kinds_of_shelves_share_a_recorders_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loan, "PLACE_S", 0.1)
    kept = Kept(tmp_path)
    with (
        kept.shelf() as one,
        kept.shelf() as other,
        one.lend("gate", nobody_stops()) as mine,
        other.lend("gate", nobody_stops()) as theirs,
    ):
        assert mine.pieces("gate", kept.tape.begins_s)
        assert refused(theirs, kept.tape.begins_s) is AwayReason.BUSY


def test_a_recorder_that_does_not_answer_is_called_so(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    with (
        kept.shelf(f"isapi://127.0.0.1:{closed_port()}") as shelf,
        shelf.lend("gate", nobody_stops()) as lent,
    ):
        assert refused(lent, kept.tape.begins_s) is AwayReason.SILENT


def test_what_is_no_longer_there_is_called_gone(tmp_path: Path) -> None:
    kept = Kept(tmp_path, listed=[(NOW_S - 7200.0, NOW_S)])
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        assert refused(lent, NOW_S - 7000.0) is AwayReason.GONE
        asked = len(kept.script.asked)
        assert refused(lent, NOW_S - 7000.0) is AwayReason.GONE
        assert len(kept.script.asked) == asked
        assert lent.pieces("gate", kept.tape.begins_s), "what is there is played all the same"
    assert kept.files == []


def test_an_end_that_is_listed_and_not_there_is_stepped_over(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    begins_s = kept.tape.begins_s
    # The index says that it ends ten seconds later than it does.
    kept.tape.seconds = 30
    kept.script.recordings = {"1": [(begins_s, begins_s + 40.0)]}
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        seen = looked_at(lent, "gate", begins_s)
        assert set(range(28 * FPS)) <= set(seen)
        assert lent.pieces("gate", begins_s + 30.0) == []


@pytest.mark.whole
def test_a_beginning_that_is_listed_and_not_there_is_stepped_over(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    begins_s = kept.tape.begins_s
    kept.listed = [(begins_s - 5000.0, begins_s - 4000.0), (begins_s, NOW_S)]
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        seen = looked_at(lent, "gate", begins_s - 6000.0)
    assert set(range(58 * FPS)) <= set(seen)


def test_a_channel_of_another_name_is_not_shown(tmp_path: Path) -> None:
    kept = Kept(tmp_path, channel_name="食堂")
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        assert refused(lent, kept.tape.begins_s) is AwayReason.CANNOT
    assert kept.tape.played == []


def test_a_full_disk_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loan, "RESERVE_BYTES", 2**62)
    kept = Kept(tmp_path)
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        assert refused(lent, kept.tape.begins_s) is AwayReason.DISK_FULL
    assert kept.tape.played == []


def test_a_stream_without_keyframes_does_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loan, "_MOST_BYTES", 300)
    kept = Kept(tmp_path)
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        assert refused(lent, kept.tape.begins_s) is AwayReason.UNREADABLE
    assert kept.files == []


def test_after_a_break_it_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.tape.breaks_after = 20 * FPS
    with kept.shelf() as shelf, shelf.lend("gate", nobody_stops()) as lent:
        seen = looked_at(lent, "gate", kept.tape.begins_s)
    assert len(set(range(kept.seconds * FPS)) - set(seen)) <= 2 * FPS
    assert len(kept.tape.played) >= 3


# --- what the box records itself, and misses -------------------------------------------------


def test_a_gap_that_the_recorder_has_is_played_in_its_place(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0))
    kept = Kept(tmp_path, script=cut.script)
    kept.tape = cut.tape
    cut.script.recordings = {"1": [(cut.tape.begins_s - 4000.0, NOW_S)]}
    with cut.recorded() as recorder, recorder_with(cut.script, cut.tape) as address:
        fetching = kept.fetching(address)
        shelf = GapShelf(recorder, fetching)
        window = Span(cut.tape.begins_s, NOW_S)
        found = shelf.timeline("gate", window)
        [held] = found.held
        assert held.origin == NVR
        assert held.span.start_s == pytest.approx(cut.missing.start_s, abs=0.3)
        assert held.span.end_s == pytest.approx(cut.missing.end_s, abs=0.3)
        assert [gap.cause for gap in found.gaps][:1] == [GapCause.OFFLINE], "it is missing here"
        with shelf.lend("gate", nobody_stops()) as lent:
            seen = looked_at(lent, "gate", cut.tape.begins_s)
        assert len(set(range(300 * FPS)) - set(seen)) <= 4
        [(from_s, to_s)] = cut.tape.played
        assert to_s - from_s <= 39.6 + 4.5, "what is here is not fetched"
        assert len(numbers(recorder)) <= (300 - 39) * FPS, "and nothing is kept of it"
        fetching.stop()
    assert kept.files == []


def test_a_gap_that_cannot_be_had_is_stepped_over_unless_one_began_there(tmp_path: Path) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0))
    kept = Kept(tmp_path, script=cut.script)
    kept.tape = cut.tape
    cut.script.recordings = {"1": [(cut.tape.begins_s - 4000.0, NOW_S)]}
    with cut.recorded() as recorder, recorder_with(cut.script, cut.tape) as address:
        fetching = kept.fetching(address)
        shelf = GapShelf(recorder, fetching)
        assert shelf.timeline("gate", Span(cut.tape.begins_s, NOW_S)).held
        cut.script.trouble = frozenset({Trouble.BUSY})
        with shelf.lend("gate", nobody_stops()) as lent:
            seen = looked_at(lent, "gate", cut.tape.begins_s)
        assert seen[-1] >= 299 * FPS
        assert not set(range(61 * FPS, 99 * FPS)) & set(seen)
        with shelf.lend("gate", nobody_stops()) as lent:
            assert refused(lent, cut.tape.begins_s + 70.0) is AwayReason.BUSY
        fetching.stop()


@pytest.mark.whole
def test_a_gap_in_two_parts_is_played_from_the_second_when_the_first_is_gone(
    tmp_path: Path,
) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0))
    kept = Kept(tmp_path, script=cut.script)
    kept.tape = cut.tape
    begins_s = cut.tape.begins_s
    before = [(begins_s - 4000.0, begins_s + 50.0)]
    cut.script.recordings = {"1": [*before, (begins_s + 60, begins_s + 75), (begins_s + 85, NOW_S)]}
    with cut.recorded() as recorder, recorder_with(cut.script, cut.tape) as address:
        fetching = kept.fetching(address)
        shelf = GapShelf(recorder, fetching)
        assert len(shelf.timeline("gate", Span(begins_s, NOW_S)).held) == 2
        cut.script.recordings = {"1": [*before, (begins_s + 85, NOW_S)]}
        with shelf.lend("gate", nobody_stops()) as lent:
            seen = looked_at(lent, "gate", begins_s)
        fetching.stop()
    assert set(range(87 * FPS, 98 * FPS)) <= set(seen)
    assert not set(range(63 * FPS, 83 * FPS)) & set(seen)


@pytest.mark.parametrize(
    "cause", [pytest.param(GapCause.DISABLED, marks=pytest.mark.whole), GapCause.DELETED]
)
def test_what_somebody_wanted_to_be_missing_is_not_brought_back(
    tmp_path: Path, cause: GapCause
) -> None:
    cut = Cut(tmp_path, 300, (60.4, 100.0), cause=cause)
    kept = Kept(tmp_path, script=cut.script)
    kept.tape = cut.tape
    cut.script.recordings = {"1": [(cut.tape.begins_s - 4000.0, NOW_S)]}
    with cut.recorded() as recorder, recorder_with(cut.script, cut.tape) as address:
        fetching = kept.fetching(address)
        shelf = GapShelf(recorder, fetching)
        assert shelf.timeline("gate", Span(cut.tape.begins_s, NOW_S)).held == ()
        with shelf.lend("gate", nobody_stops()) as lent:
            looked_at(lent, "gate", cut.tape.begins_s)
        fetching.stop()
    assert cut.tape.played == []
    assert cut.script.asked == []


# --- to hand over ----------------------------------------------------------------------------


def test_an_interval_of_a_recorder_is_handed_over_as_one_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    begins_s, out = kept.tape.begins_s, tmp_path / "handed" / "over.mp4"
    kept.script.recordings = {"1": [(begins_s, begins_s + 30.0), (begins_s + 40.0, NOW_S)]}
    window = Span(begins_s + 10.0, begins_s + 50.0)
    with kept.opened() as device:
        channel = find_channel(device, "大门")
        done = export_fetched(device, channel, window, out, zone=ZONE, clock=kept.clock)
    shown = numbers_in(out)
    assert set(range(10 * FPS, 29 * FPS)) <= set(shown)
    assert set(range(41 * FPS, 49 * FPS)) <= set(shown)
    assert not set(range(32 * FPS, 38 * FPS)) & set(shown)
    [gap] = done.gaps
    assert (gap.cause, gap.span.seconds) == (GapCause.NO_FILE, pytest.approx(10.0, abs=2.0))
    assert done.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert [path.name for path in out.parent.iterdir()] == ["over.mp4"]
    assert all(to_s <= window.end_s + 2.0 for _, to_s in kept.tape.played)


def test_what_cannot_be_handed_over_leaves_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path, password="wrong")
    out = tmp_path / "handed" / "over.mp4"
    window = Span(kept.tape.begins_s, kept.tape.begins_s + 10.0)
    with kept.opened() as device, pytest.raises(AuthRefusedError):
        export_fetched(device, Channel("1", "大门", None), window, out, zone=ZONE, clock=kept.clock)
    good = Kept(tmp_path)
    with good.opened() as device:
        with pytest.raises(CapabilityMissingError, match="no such camera"):
            find_channel(device, "操场")
        earlier = Span(NOW_S - 9000.0, NOW_S - 8000.0)
        with pytest.raises(ExportError, match="no footage"):
            export_fetched(
                device, find_channel(device, "1"), earlier, out, zone=ZONE, clock=good.clock
            )
    assert not out.parent.exists() or not list(out.parent.iterdir())
