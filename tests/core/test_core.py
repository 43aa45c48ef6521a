"""Small values that everything rests on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.identity import episode_id, episode_id_before_schools
from pipeline.core.clock import ManualClock
from pipeline.core.detections import Detections, Tracks
from pipeline.core.errors import ConfigError
from pipeline.core.packets import AudioPacket, EncodedPacket, seconds_of
from pipeline.core.redact import redact_url
from pipeline.core.school_zone import school_zone

_WORD = st.text(
    st.characters(codec="ascii", min_codepoint=33, exclude_characters="/?#\"'@"), min_size=6
)


@given(_WORD, _WORD)
def test_no_password_survives_redaction(user: str, password: str) -> None:
    text = redact_url(f"open rtsp://{user}:{password}@10.0.0.8:554/ch1 failed")
    assert text == "open rtsp://***@10.0.0.8:554/ch1 failed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://10.0.0.8/ch1", "rtsp://10.0.0.8/ch1"),
        ("rtsp://a:p@ss@h/x", "rtsp://***@h/x"),
        ("http://h/x?user=a&password=b&n=1", "http://h/x?user=***&password=***&***"),
        ("two rtsp://a:b@h and http://c:d@i", "two rtsp://***@h and http://***@i"),
        ("rtsp://a:p/s@h:554/x failed", "rtsp://***@h:554/x failed"),
        (
            "rtsp://h:554/user=a_password=b_channel=1",
            "rtsp://h:554/user=***_password=***_channel=1",
        ),
        ("mail me@school.cn", "mail me@school.cn"),
    ],
)
def test_redaction_leaves_the_rest_readable(text: str, expected: str) -> None:
    assert redact_url(text) == expected


def test_an_episode_has_the_same_identity_everywhere() -> None:
    one = episode_id("no-1", "gate", "intrusion", "yard", 1_700_000_000.1234)
    assert one == episode_id("no-1", "gate", "intrusion", "yard", 1_700_000_000.1231)
    others = {
        episode_id("no-2", "gate", "intrusion", "yard", 1_700_000_000.123),
        episode_id("no-1", "gate2", "intrusion", "yard", 1_700_000_000.123),
        episode_id("no-1", "gate", "intrusion2", "yard", 1_700_000_000.123),
        episode_id("no-1", "gate", "intrusion", "yard2", 1_700_000_000.123),
        episode_id("no-1", "gate", "intrusion", "yard", 1_700_000_000.125),
        episode_id_before_schools("gate", "intrusion", "yard", 1_700_000_000.123),
    }
    assert one not in others
    assert len(others) == 6


def test_a_foot_below_the_picture_stays_below_it() -> None:
    tracks = Tracks(
        xyxy=np.array([[10, 50, 30, 120]], np.float32),
        score=np.array([0.9], np.float32),
        class_id=np.array([0]),
        track_id=np.array([1]),
        first_seen_s=np.array([0.0]),
        class_names=("person",),
        frame_size=(100, 100),
    )
    assert tracks.foot_norm_xy()[0] == pytest.approx([0.2, 1.2])


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(1, np.float32), np.zeros(1, int), ("a",))


def test_selecting_by_class_keeps_order() -> None:
    found = Detections(
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.array([0.9, 0.8, 0.7], np.float32),
        np.array([1, 0, 1]),
        ("person", "car"),
    )
    assert list(found.of_classes(frozenset({"car"})).score) == pytest.approx([0.9, 0.7])
    assert len(found.of_classes(frozenset({"dog"}))) == 0


def test_an_error_says_where_what_and_what_to_do() -> None:
    error = ConfigError("unknown key", where="box.yaml:3", remedy="Remove it")
    assert str(error) == "box.yaml:3: unknown key. Remove it"


def test_a_manual_clock_moves_both_ways_of_counting() -> None:
    clock = ManualClock(100.0)
    clock.sleep(1.5)
    assert (clock.utc_s(), clock.mono_ns()) == (101.5, 1_500_000_000)


@given(st.integers(-(2**63), 2**63), st.fractions(Fraction(1, 10**7), 100))
def test_ticks_are_the_seconds_their_fraction_says(ticks: int, time_base: Fraction) -> None:
    assert seconds_of(ticks, time_base) == float(ticks * time_base)


def test_a_packet_at_another_time_is_otherwise_the_same() -> None:
    sound = (AudioPacket(b"s", 1.0, 0.02),)
    packet = EncodedPacket(b"x", 2, 1, True, 1.0, 100.0, 7, sound)
    assert packet.at(101.5) == replace(packet, utc_s=101.5)


def test_an_unknown_zone_is_a_setting_to_mend() -> None:
    with pytest.raises(ConfigError, match="IANA"):
        school_zone("Mars/Base")
