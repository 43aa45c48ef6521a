"""Cameras are found and measured as they are, once asked, within bounds."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from api.contract.finding import MAX_CANDIDATES, FindTrouble, FoundCamera
from pipeline.core.clock import SystemClock
from pipeline.core.errors import SourceReason
from pipeline.devices.credentials import Credentials
from pipeline.finding import search as searching
from pipeline.finding.channels import facts_of
from pipeline.finding.makers import Target, parse_target
from pipeline.finding.measuring import Account
from pipeline.finding.search import CameraSearch, Search
from tests.devices.isapi_fake import serve_isapi
from tests.devices.script import Script, ScriptedChannel
from tests.finding.discovery_fake import answer, peer
from tests.finding.media_fake import FakeProfile, MediaFake, serve_media
from tests.support import rtsp
from tests.support.certificate import self_signed, server_context
from tests.video.media import make_video

USER, PASSWORD = "inspector", "s3cret-Pass"
ACCOUNT = Account(Credentials(USER, PASSWORD), {"password_env": "SCHOOL_CAMERAS"})
LOOPBACK = ipaddress.IPv4Network("127.0.0.1/32")


def found(wish: Search) -> list[FoundCamera]:
    cameras: list[FoundCamera] = []
    assert CameraSearch(wish, SystemClock(), cameras.append).run()
    return cameras


@contextmanager
def streams(folder: Path, *paths: str, password: str = PASSWORD) -> Iterator[rtsp.RtspServer]:
    main = make_video(folder / "main.mp4", count=60, fps=10, gop=10, width=320, height=240)
    sub = make_video(folder / "sub.mp4", count=60, fps=10, gop=10, width=160, height=120)
    films = {path: sub if path.endswith(("02", "sub")) else main for path in paths}
    credentials = rtsp.Credentials(USER, password)
    with rtsp.serve(films, credentials=credentials, cache=folder, speed=8.0) as server:
        yield server


def at(address: str, scheme: str, rtsp_port: int = 554) -> Target:
    return parse_target(f"{scheme}://{address.partition('://')[2]}?rtsp_port={rtsp_port}")


def script() -> Script:
    return Script(user=USER, password=PASSWORD, clock=SystemClock())


def profiles(port: int) -> list[FakeProfile]:
    """Of two cameras, the substream of the first listed before its main stream."""
    there = f"rtsp://10.9.9.9:{port}"
    return [
        FakeProfile("gate-sub", "V1", 160, 120, f"{there}/ch1/sub"),
        FakeProfile("gate-main", "V1", 320, 240, f"{there}/ch1/main"),
        FakeProfile("yard-main", "V2", 320, 240, f"{there}/ch2/main"),
    ]


def test_onvif_tells_cameras_and_their_streams_are_paired(tmp_path: Path) -> None:
    with streams(tmp_path, "ch1/main", "ch1/sub", "ch2/main") as server:
        fake = MediaFake(script(), profiles=profiles(server.port))
        with serve_media(fake, fake.script) as address:
            cameras = found(Search(targets=(at(address, "onvif"),), account=ACCOUNT))
    gate, yard = sorted(cameras, key=lambda each: each.channel)
    assert gate.main is not None
    assert gate.sub is not None
    assert (gate.main.codec, gate.main.width, gate.main.height) == ("h264", 320, 240)
    assert gate.main.url == f"rtsp://127.0.0.1:{server.port}/ch1/main"
    assert gate.main.fps == pytest.approx(10, abs=0.1)
    assert gate.main.gop_s == pytest.approx(1.0)
    assert (gate.sub.width, gate.sub.url.rpartition("/")[2]) == (160, "sub")
    assert gate.troubles == ()
    assert gate.clock_ahead_s == pytest.approx(0, abs=2)
    assert yard.troubles == (FindTrouble.NO_SUBSTREAM,)
    assert fake.script.refused_logins == 0
    assert (gate.maker, gate.model) == ("Peer", "P-1")


def test_a_candidate_is_ready_yaml_and_a_picture_of_nobody(tmp_path: Path) -> None:
    with streams(tmp_path, "ch1/main", "ch1/sub", "ch2/main") as server:
        fake = MediaFake(script(), profiles=profiles(server.port)[:2])
        with serve_media(fake, fake.script) as address:
            [camera] = found(Search(targets=(at(address, "onvif"),), account=ACCOUNT))
    assert camera.yaml is not None
    [item] = yaml.safe_load(camera.yaml)
    assert [rule["type"] for rule in item["rules"]] == ["perimeter_intrusion"]
    assert item["source"] == {
        "type": "rtsp",
        "url": f"rtsp://127.0.0.1:{server.port}/ch1/main",
        "substream_url": f"rtsp://127.0.0.1:{server.port}/ch1/sub",
        "username": USER,
        "password_env": "SCHOOL_CAMERAS",
    }
    assert PASSWORD not in camera.model_dump_json()
    assert camera.thumbnail is not None
    data = np.frombuffer(base64.b64decode(camera.thumbnail), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (240, 320, 3)


def test_sixteen_channels_of_a_recorder_in_one_pass(tmp_path: Path) -> None:
    channels = [ScriptedChannel(str(n), f"第{n}路", n != 16 or None) for n in range(1, 16)]
    recorder = replace(script(), channels=[*channels, ScriptedChannel("16", "坏", False)])
    paths = [f"Streaming/Channels/{n}0{s}" for n in range(1, 17) for s in (1, 2)]
    with streams(tmp_path, *paths) as server, serve_isapi(recorder) as address:
        cameras = found(Search(targets=(at(address, "hikvision", server.port),), account=ACCOUNT))
    assert [each.channel for each in cameras] == [str(n) for n in range(1, 17)]
    assert all(each.main and each.sub for each in cameras[:15])
    assert [each.name for each in cameras[:2]] == ["第1路", "第2路"]
    assert cameras[15].troubles == (FindTrouble.OFFLINE,)
    assert cameras[15].main is None
    assert recorder.refused_logins == 0
    assert recorder.most_at_once <= 2


def test_a_refused_login_is_the_only_one_whatever_is_tried_next(tmp_path: Path) -> None:
    wrong = Account(Credentials(USER, "wrong"), {"password_env": "SCHOOL_CAMERAS"})
    recorder = script()
    paths = [f"Streaming/Channels/{n}0{s}" for n in (1, 2) for s in (1, 2)]
    with streams(tmp_path, *paths) as server, serve_isapi(recorder) as address:
        target = at(address, "hikvision", server.port)
        [camera] = found(Search(targets=(target,), account=wrong))
        assert camera.troubles == (FindTrouble.AUTH_REFUSED,)
        # Another way to the same device with the same account: not tried.
        plain = parse_target(f"rtsp://127.0.0.1:{server.port}/Streaming/Channels/101")
        again = found(Search(targets=(target, plain), account=wrong))
    assert {each.troubles for each in again} == {(FindTrouble.AUTH_REFUSED,)}
    assert recorder.refused_logins == 1


def test_a_stream_that_refuses_ends_the_logins_of_its_device(tmp_path: Path) -> None:
    recorder = script()
    paths = [f"Streaming/Channels/{n}0{s}" for n in (1, 2) for s in (1, 2)]
    with streams(tmp_path, *paths, password="another") as server, serve_isapi(recorder) as there:
        cameras = found(Search(targets=(at(there, "hikvision", server.port),), account=ACCOUNT))
    assert [each.troubles[0] for each in cameras] == [FindTrouble.AUTH_REFUSED, "offline"]


def test_before_a_login_came_through_one_is_tried_at_a_time() -> None:
    """The first channels stream nothing, so nobody knows yet whether the account is right."""
    recorder = replace(script(), channels=[ScriptedChannel(str(n), "", True) for n in range(1, 9)])
    missing = ("/Streaming/Channels/101", "/Streaming/Channels/201")
    with refusing_door(*missing) as (port, logins), serve_isapi(recorder) as there:
        cameras = found(Search(targets=(at(there, "hikvision", port),), account=ACCOUNT))
    assert [each.troubles for each in cameras[:2]] == [(FindTrouble.NOT_FOUND,)] * 2
    assert {each.troubles for each in cameras[2:]} == {(FindTrouble.AUTH_REFUSED,)}
    assert len(logins) == 1


def test_two_streams_of_one_path_are_two_cameras_with_an_id_each(tmp_path: Path) -> None:
    with streams(tmp_path, "live") as one, streams(tmp_path, "live") as two:
        targets = tuple(parse_target(f"rtsp://127.0.0.1:{each.port}/live") for each in (one, two))
        cameras = found(Search(targets=targets, account=ACCOUNT))
    assert len({each.main.url for each in cameras if each.main}) == 2
    assert len({yaml.safe_load(each.yaml or "")[0]["id"] for each in cameras}) == 2


def test_a_stream_that_was_named_hides_no_other_camera_of_its_host(tmp_path: Path) -> None:
    """And is one camera, though the device tells of it as well."""
    with streams(tmp_path, "ch1/main", "ch1/sub", "ch2/main") as server:
        fake = MediaFake(script(), profiles=profiles(server.port))
        with (
            serve_media(fake, fake.script) as address,
            peer(answer("urn:uuid:1", address)) as (port, _),
        ):
            named = parse_target(f"rtsp://127.0.0.1:{server.port}/ch2/main")
            wish = Search((LOOPBACK,), (named,), ACCOUNT, rtsp_port=9, discovery_port=port)
            cameras = found(wish)
    urls = [each.main.url.partition(f":{server.port}/")[2] for each in cameras if each.main]
    assert urls == ["ch2/main", "ch1/main"]
    assert cameras[1].sub is not None
    assert fake.script.refused_logins == 0


def test_recorders_behind_ports_of_one_address_are_all_asked(tmp_path: Path) -> None:
    """As where ports are forwarded; what only they can tell apart tells their cameras apart."""
    paths = [f"Streaming/Channels/{n}0{s}" for n in (1, 2) for s in (1, 2)]
    recorders = [
        replace(script(), channels=[ScriptedChannel(str(n), "", True) for n in (1, 2)])
        for _ in range(2)
    ]
    with (
        streams(tmp_path, *paths) as one,
        streams(tmp_path, *paths) as two,
        serve_isapi(recorders[0]) as first,
        serve_isapi(recorders[1]) as second,
    ):
        named = (
            at(first, "hikvision", one.port),
            at(first, "hikvision", two.port),
            at(second, "hikvision", two.port),
            at(first, "hikvision", one.port),
        )
        cameras = found(Search(targets=named, account=ACCOUNT))
    assert len(cameras) == 4
    assert len({each.main.url for each in cameras if each.main}) == 4
    assert len({each.key for each in cameras}) == 4
    assert len({yaml.safe_load(each.yaml or "")[0]["id"] for each in cameras}) == 4


def test_refused_streams_of_one_port_are_told_one_by_one(tmp_path: Path) -> None:
    """Though of paths that may be passwords none is shown."""
    paths = ("gate-7", "yard-7")
    with streams(tmp_path, *paths, password="another") as server:
        named = tuple(parse_target(f"rtsp://127.0.0.1:{server.port}/{each}") for each in paths)
        cameras = found(Search(targets=named, account=ACCOUNT))
    assert [each.troubles[0] for each in cameras] == [FindTrouble.AUTH_REFUSED] * 2
    assert len({each.key for each in cameras}) == 2


def test_a_slow_device_is_not_asked_for_more_streams_when_time_is_over() -> None:
    streams_of = [FakeProfile(f"p{n}", f"V{n}", 64, 48, "rtsp://x/") for n in range(1, 5)]
    fake = MediaFake(script(), profiles=streams_of)
    with serve_media(fake, fake.script) as address:
        facts = facts_of(
            at(address, "onvif"),
            ACCOUNT.credentials,
            SystemClock(),
            lambda: fake.actions.count("GetStreamUri") == 2,
        )
    assert [each.trouble for each in facts.channels] == [None] * 2 + [FindTrouble.NOT_MEASURED] * 2


def test_every_reason_of_a_stream_is_a_trouble() -> None:
    reasons = set(SourceReason) - {SourceReason.AUTH_FAILED}  # told as a refused account
    assert {each.value for each in reasons} <= {each.value for each in FindTrouble}


def test_without_an_account_it_is_asked_for() -> None:
    recorder = script()
    with serve_isapi(recorder) as address:
        [camera] = found(Search(targets=(at(address, "hikvision"),)))
    assert camera.troubles == (FindTrouble.NEEDS_ACCOUNT,)
    assert recorder.refused_logins == 0


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"padding": 50_000_000}, FindTrouble.OVERSIZE),
        ({"elsewhere": "http://10.0.0.1/"}, FindTrouble.REDIRECTED),
        ({"profiles": []}, FindTrouble.NO_PROFILE),
        ({"profiles": [FakeProfile("a", "V", 0, 0, "rtsp://x/")]}, FindTrouble.NO_PROFILE),
        ({"profiles": [FakeProfile("a", "V", 64, 48, "ftp://x/")]}, FindTrouble.NO_PROFILE),
        ({"services": ()}, FindTrouble.CAPABILITY_MISSING),
    ],
)
def test_what_a_bad_device_answers_has_a_name(
    changes: dict[str, object], trouble: FindTrouble
) -> None:
    fake = MediaFake(script(), **changes)  # type: ignore[arg-type]
    with serve_media(fake, fake.script) as address:
        [camera] = found(Search(targets=(at(address, "onvif"),), account=ACCOUNT))
    assert camera.troubles == (trouble,)
    assert camera.yaml is None


def test_a_wrong_clock_is_no_wrong_password(tmp_path: Path) -> None:
    with streams(tmp_path, "ch1/main", "ch1/sub", "ch2/main") as server:
        fake = MediaFake(replace(script(), skew_s=-7200.0), profiles=profiles(server.port)[:2])
        with serve_media(fake, fake.script) as address:
            [camera] = found(Search(targets=(at(address, "onvif"),), account=ACCOUNT))
    assert camera.main is not None
    assert camera.troubles == (FindTrouble.CLOCK_WRONG,)
    assert camera.clock_ahead_s == pytest.approx(-7200, abs=2)


def test_anothers_certificate_is_not_believed(tmp_path: Path) -> None:
    with tls_door(self_signed(tmp_path)) as there:
        target = parse_target(f"hikvision+https://{there}")
        [camera] = found(Search(targets=(target,), account=ACCOUNT))
    assert camera.troubles == (FindTrouble.UNTRUSTED,)


def test_an_address_with_a_password_in_it_is_shown_nowhere(tmp_path: Path) -> None:
    with streams(tmp_path, "user=a&password=hunter2&channel=1") as server:
        there = f"rtsp://10.9.9.9:{server.port}/user=a&password=hunter2&channel=1"
        fake = MediaFake(script(), profiles=[FakeProfile("a", "V", 64, 48, there)])
        with serve_media(fake, fake.script) as address:
            [camera] = found(Search(targets=(at(address, "onvif"),), account=ACCOUNT))
    assert FindTrouble.SECRET_IN_ADDRESS in camera.troubles
    assert "hunter2" not in camera.model_dump_json()
    assert camera.yaml is None


def test_more_candidates_than_are_taken_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MAX_DEVICES", 700)
    targets = tuple(Target(f"10.0.{n // 250}.{n % 250}", None) for n in range(600))
    cameras: list[FoundCamera] = []
    search = CameraSearch(Search(targets=targets), SystemClock(), cameras.append)
    assert search.run()
    assert (len(cameras), search.left_out) == (MAX_CANDIDATES, 100)


def test_when_its_time_is_over_nothing_more_is_asked() -> None:
    recorder = script()
    cameras: list[FoundCamera] = []
    with serve_isapi(recorder) as address:
        wish = Search(targets=(at(address, "hikvision"),), account=ACCOUNT, time_limit_s=0.0)
        assert not CameraSearch(wish, SystemClock(), cameras.append).run()
    assert [each.troubles for each in cameras] == [(FindTrouble.NOT_MEASURED,)]
    assert not recorder.asked


@contextmanager
def tls_door(certificate: Path) -> Iterator[str]:
    """A door with that certificate; nobody gets as far as what is behind it."""
    context = server_context(certificate)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line, suppress(OSError):
                    context.wrap_socket(line, server_side=True).close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextmanager
def refusing_door(*missing: str) -> Iterator[tuple[int, list[str]]]:
    """Streams that let nobody in, some of which are not even there; gives its port and logins."""
    logins: list[str] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self._head():
                number = re.search(r"(?i)cseq: *(\d+)", head)
                asked = head.split("\r\n", 1)[0]
                if asked.startswith("OPTIONS"):
                    said = "200 OK\r\nPublic: DESCRIBE"
                elif any(f"{each} " in asked for each in missing):
                    said = "404 Not Found"
                else:
                    said = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n"'
                    logins.extend([asked] if "\r\nauthorization:" in head.lower() else [])
                cseq = number[1] if number else "0"
                self.wfile.write(f"RTSP/1.0 {said}\r\nCSeq: {cseq}\r\n\r\n".encode())

        def _head(self) -> str:
            lines = []
            while (line := self.rfile.readline()) not in (b"", b"\r\n"):
                lines.append(line)
            return b"".join(lines).decode()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1], logins
        server.shutdown()
        thread.join(5)
