"""ONVIF's replay: its packets, RTSP as it comes in pieces, and footage opened through the relay."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.spans import Span
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Playback, Transport
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceError,
    DeviceUnreachableError,
)
from pipeline.devices.onvif import OnvifDevice
from pipeline.devices.opened import opened, prove
from pipeline.devices.replay_packets import replayed, ticks_between
from pipeline.devices.rtsp_messages import DigestSignIn, Incoming, Message, MessageError, Packet
from tests.devices.contract import QUICK
from tests.devices.script import NOW_S, Script
from tests.healing.tape import FPS, Tape, recorder_with
from tests.support.scripted_rtsp import GarbagePeer, HangUpPeer, Peer, StatusPeer, closed_port

_NTP = 2_208_988_800


def _playback(port: int, **headers: str) -> Playback:
    asked = {"Require": "onvif-replay", "Range": "clock=20261124T020500.000Z-", **headers}
    url = f"rtsp://127.0.0.1:{port}/replay?rec=1"
    return Playback(Transport.RTSP, url, Credentials("viewer", f"pw-{port}"), NOW_S, asked)


def _port(peer: Peer) -> int:
    return int(peer.url.rpartition(":")[2].partition("/")[0])


@contextmanager
def _device(script: Script, tape: Tape) -> Iterator[OnvifDevice]:
    with recorder_with(script, tape, "onvif") as address:
        base = address.replace("onvif://", "http://")
        credentials = Credentials(script.user, script.password)
        device = OnvifDevice(base, credentials, clock=script.clock, limits=QUICK)
        yield device
        device.close()


def test_a_picture_of_the_interval_is_proof_and_says_when_it_was_taken() -> None:
    script = Script(skew_s=300.0)
    tape = Tape(NOW_S - 60.0, 60)
    script.recordings = {"1": [(tape.begins_s, NOW_S)]}
    with _device(script, tape) as device:
        asked = Span(NOW_S - 30.0, NOW_S - 28.0)
        picture = prove(device, "1", asked)
        assert (picture.codec, picture.width) == ("h264", 256)
        assert tape.played == [
            (pytest.approx(asked.start_s, abs=1), pytest.approx(asked.end_s, abs=1))
        ]
        tape.sent.clear()
        with opened(device.playback("1", asked)) as footage:
            first = next(footage.container.demux(footage.stream))
            assert first.is_keyframe
            assert footage.first_s is not None
            taken_s = tape.begins_s + tape.sent[0] / FPS
            assert footage.first_s - 300.0 == pytest.approx(taken_s, abs=0.05)
    assert script.refused_logins == 0


@pytest.mark.parametrize("jumps_after", [None, 2 * FPS])
def test_footage_ends_where_the_packets_say_so_and_before_a_hole(jumps_after: int | None) -> None:
    script = Script()
    # A recorder that keeps the connection for ever: only its packets tell that it was all.
    tape = Tape(NOW_S - 60.0, 60, falls_silent=True, jumps_after=jumps_after)
    script.recordings = {"1": [(tape.begins_s, NOW_S)]}
    with _device(script, tape) as device:
        playback = device.playback("1", Span(NOW_S - 30.0, NOW_S - 22.0))
        with opened(playback) as footage:
            packets = [each for each in footage.container.demux(footage.stream) if each.size]
    assert len(packets) == (jumps_after or len(tape.sent))


def test_a_wrong_password_is_sent_once_and_no_more() -> None:
    script = Script()
    tape = Tape(NOW_S - 60.0, 60)
    script.recordings = {"1": [(tape.begins_s, NOW_S)]}
    with _device(script, tape) as device:
        right = device.playback("1", Span(NOW_S - 30.0, NOW_S - 28.0))
        wrong = Playback(
            right.transport, right.url, Credentials("admin", "wrong"), right.starts_at_s,
            right.headers,
        )  # fmt: skip
        with pytest.raises(AuthRefusedError, match="user or password") as refused, opened(wrong):
            pass
        assert "wrong" not in str(refused.value)
        with pytest.raises(AuthRefusedError, match="not asked again"), opened(wrong):
            pass
    assert tape.played == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("551 Option not supported", CapabilityMissingError),
        ("457 Invalid Range", BrokenAnswerError),
        ("404 Not Found", BrokenAnswerError),
        ("453 Not Enough Bandwidth", DeviceBusyError),
        ("503 Service Unavailable", DeviceBusyError),
        ("403 Forbidden", AuthRefusedError),
    ],
)
def test_a_refusal_is_told_in_words(status: str, error: type[DeviceError]) -> None:
    with StatusPeer(status) as peer:
        playback = _playback(_port(peer))
        with pytest.raises(error), opened(playback):
            pass


def test_a_device_that_wants_the_password_in_clear_does_not_get_it() -> None:
    with StatusPeer("401 Unauthorized", {"WWW-Authenticate": 'Basic realm="x"'}) as peer:
        playback = _playback(_port(peer))
        with pytest.raises(AuthRefusedError, match="in clear"), opened(playback):
            pass
        assert not re.search(rb"Authorization", b"".join(peer.requests))


def test_who_speaks_no_rtsp_or_leaves_is_told_of() -> None:
    with GarbagePeer() as peer:
        playback = _playback(_port(peer))
        with pytest.raises(BrokenAnswerError, match="no RTSP"), opened(playback):
            pass
    with HangUpPeer() as peer:
        playback = _playback(_port(peer))
        with pytest.raises(DeviceError), opened(playback):
            pass
    playback = _playback(closed_port())
    with pytest.raises(DeviceUnreachableError), opened(playback):
        pass


def test_an_encrypted_replay_is_said_not_to_be_played() -> None:
    playback = _playback(1)
    secure = Playback(
        playback.transport, playback.url.replace("rtsp:", "rtsps:"), None, NOW_S, playback.headers
    )
    with pytest.raises(CapabilityMissingError, match="rtsps"), opened(secure):
        pass


_TOKEN = st.text("abcXYZ019-/", min_size=1, max_size=12)
_MESSAGES = st.builds(
    Message,
    _TOKEN.map(lambda text: f"RTSP/1.0 200 {text}"),
    st.lists(st.tuples(_TOKEN, _TOKEN), max_size=4),
    st.binary(max_size=300),
)
_PACKETS = st.builds(Packet, st.integers(0, 255), st.binary(max_size=300))


@given(st.lists(st.one_of(_MESSAGES, _PACKETS), max_size=8), st.integers(1, 97))
def test_however_it_is_cut_in_pieces_the_same_comes_out(
    sent: list[Message | Packet], size: int
) -> None:
    data = b"".join(each.encode() for each in sent)
    incoming = Incoming()
    found = [
        each for at in range(0, len(data), size) for each in incoming.take(data[at : at + size])
    ]
    assert [each.encode() for each in found] == [each.encode() for each in sent]


@given(st.binary(min_size=1, max_size=200))
def test_noise_is_an_error_or_nothing(data: bytes) -> None:
    try:
        list(Incoming().take(data))
    except MessageError:
        return


def test_a_head_without_end_is_not_kept_for_ever() -> None:
    incoming = Incoming()
    for _ in range(65):
        assert list(incoming.take(b"x" * 1000)) == []
    with pytest.raises(MessageError):
        list(incoming.take(b"x" * 1000))
    with pytest.raises(MessageError):
        list(Incoming().take(b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))


@given(
    taken_s=st.floats(0, 2_000_000_000),
    stamp=st.integers(0, 2**32 - 1),
    is_marked=st.booleans(),
    sources=st.lists(st.integers(0, 2**32 - 1), max_size=15),
)
def test_a_packet_says_when_it_was_wherever_its_extension_stands(
    taken_s: float, stamp: int, is_marked: bool, sources: list[int]
) -> None:
    moment = taken_s + _NTP
    head = struct.pack(">BBHII", 0x90 | len(sources), (0x80 if is_marked else 0) | 96, 7, stamp, 1)
    extension = struct.pack(
        ">HHIIBBH", 0xABAC, 3, int(moment), int((moment % 1) * 2**32), 0x60, 4, 0
    )
    found = replayed(head + struct.pack(f">{len(sources)}I", *sources) + extension + b"payload")
    assert found is not None
    assert found.taken_s == pytest.approx(taken_s, abs=1e-5)
    assert (found.stamp, found.is_last_of_picture) == (stamp, is_marked)
    assert (found.is_end, found.is_after_break) == (True, True)


@given(st.binary(max_size=64))
def test_no_packet_is_too_strange(data: bytes) -> None:
    found = replayed(data)
    assert found is None or found.stamp == int.from_bytes(data[4:8], "big")


@given(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1))
def test_ticks_go_on_where_they_wrap(begin: int, step: int) -> None:
    assert ticks_between(begin, (begin + step) % 2**32) == step


@pytest.mark.parametrize(("algorithm", "name"), [("MD5", "md5"), ("SHA-256", "sha256")])
def test_a_challenge_is_answered_as_rfc_7616_has_it(algorithm: str, name: str) -> None:
    challenge = (
        f'Digest realm="r", nonce="n", qop="auth, auth-int", algorithm={algorithm}, opaque="o"'
    )
    sign_in = DigestSignIn(Credentials("u", "p"), ['Basic realm="r"', challenge])
    assert sign_in.is_possible
    for count in ("00000001", "00000002"):
        said = dict(re.findall(r'(\w+)="?([^",]*)', sign_in.header("PLAY", "rtsp://h/x")))

        def hashed(text: str) -> str:
            return hashlib.new(name, text.encode()).hexdigest()

        first, second = hashed("u:r:p"), hashed("PLAY:rtsp://h/x")
        expected = hashed(f"{first}:n:{count}:{said['cnonce']}:auth:{second}")
        assert (said["response"], said["nc"], said["opaque"]) == (expected, count, "o")
    assert not DigestSignIn(Credentials("u", "p"), ['Basic realm="r"']).is_possible


def test_headers_keep_their_order_and_their_doubles() -> None:
    headers: Mapping[str, str] = {"A": "1"}
    message = Message("RTSP/1.0 200 OK", [*headers.items(), ("B", "2"), ("a", "3")], b"x")
    assert message.all("A") == ["1", "3"]
    assert message.without("b") == [("A", "1"), ("a", "3")]
    assert (
        message.encode() == b"RTSP/1.0 200 OK\r\nA: 1\r\nB: 2\r\na: 3\r\nContent-Length: 1\r\n\r\nx"
    )
