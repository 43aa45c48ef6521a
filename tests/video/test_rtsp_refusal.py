"""A 401 has causes, and each is said: what to change differs."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.core.errors import SourceError
from pipeline.video.sources.rtsp import RtspSource
from tests.support import scripted_rtsp as scripted
from tests.support.rtsp import Credentials, serve
from tests.video.media import make_video

SHA = 'Digest realm="cam", nonce="abc", qop="auth", algorithm=SHA-256'
MD5 = 'Digest realm="cam", nonce="abd", algorithm=MD5'
BASIC = 'Basic realm="cam"'


class Refuses(scripted.Peer):
    """Refuses whatever is sent, after its own fashion."""

    def __init__(self, status: str, headers: Sequence[tuple[str, str]]) -> None:
        self._status, self._headers = status, headers
        super().__init__()

    def serve(self, connection: socket.socket) -> None:
        while (request := self.receive(connection)) is not None:
            number = request.decode().lower().partition("cseq:")[2].partition("\r\n")[0].strip()
            lines = [f"RTSP/1.0 {self._status}", f"CSeq: {number}"]
            if request.startswith(b"OPTIONS"):
                lines = ["RTSP/1.0 200 OK", f"CSeq: {number}", "Public: DESCRIBE"]
            else:
                lines += [f"{key}: {value}" for key, value in self._headers]
            connection.sendall("\r\n".join([*lines, "", ""]).encode())


def refusal(
    status: str,
    headers: Sequence[tuple[str, str]],
    *,
    username: str | None = "admin",
    password: str | None = "s3cret",
) -> tuple[str, str]:
    """Reason and words of a camera that refuses so; nothing of the password is in them."""
    with Refuses(status, headers) as peer:
        source = RtspSource(
            peer.url.replace("admin:s3cret@", ""), 5.0, 5.0, username=username, password=password
        )
        with pytest.raises(SourceError) as caught:
            source.open()
        source.close()
    assert "s3cret" not in caught.value.line()
    return caught.value.reason.value, caught.value.line()


def asks(*challenges: str) -> list[tuple[str, str]]:
    return [("WWW-Authenticate", challenge) for challenge in challenges]


@pytest.mark.parametrize("challenges", [(SHA,), (MD5, SHA), (SHA, BASIC), (BASIC, SHA)])
def test_a_digest_that_is_never_answered_is_said(challenges: tuple[str, ...]) -> None:
    reason, words = refusal("401 Unauthorized", asks(*challenges))
    assert "SHA-256" in words
    assert "MD5" in words
    assert reason == "auth_unsupported"


@pytest.mark.parametrize("challenges", [(MD5,), (SHA, MD5), (BASIC,), (BASIC, MD5)])
def test_a_wrong_password_is_a_wrong_password(challenges: tuple[str, ...]) -> None:
    reason, words = refusal("401 Unauthorized", asks(*challenges))
    assert "refuses the user name or password" in words
    assert reason == "auth_failed"


@pytest.mark.parametrize(("username", "password"), [(None, None), (None, "s3cret")])
def test_no_user_is_no_wrong_password(username: str | None, password: str | None) -> None:
    reason, words = refusal("401 Unauthorized", asks(MD5), username=username, password=password)
    assert ("only a password" if password else "no user name") in words
    assert reason == "auth_failed"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("401 Account Locked", asks(MD5)),
        ("401 Unauthorized", [*asks(MD5), ("Retry-After", "1800")]),
        ("403 Forbidden", [("X-Reason", "user is locked")]),
        ("423 Locked", []),
        ("429 Too Many Requests", []),
    ],
)
def test_a_locked_account_is_told_to_wait(status: str, headers: list[tuple[str, str]]) -> None:
    reason, words = refusal(status, headers)
    assert "locked" in words
    assert "wait" in words
    assert reason == "auth_locked"


def test_the_cause_is_asked_for_without_the_credentials() -> None:
    with Refuses("401 Unauthorized", asks(MD5)) as peer:
        source = RtspSource(peer.url, 5.0, 5.0)
        with pytest.raises(SourceError):
            source.open()
        source.close()
        last = [request for request in peer.requests if request][-1]
    assert last.startswith(b"DESCRIBE")
    assert b"Authorization" not in last
    assert b"s3cret" not in last


@pytest.mark.whole
@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_the_user_of_the_address_and_a_password_apart_go_together(
    tmp_path: Path, scheme: str
) -> None:
    film = make_video(tmp_path / "film.mp4", count=50)
    right = Credentials("admin", "p@ss:w/rd", scheme)
    with serve({"cam": film}, credentials=right) as server:
        url = server.url("cam").replace("rtsp://", "rtsp://admin@")
        source = RtspSource(url, password=right.password)
        assert source.open().codec == "h264"
        source.close()
        other = server.url("cam").replace("rtsp://", "rtsp://guest@")
        source = RtspSource(other, username="admin", password=right.password)
        assert source.open().codec == "h264"
        source.close()
