"""Signing in, limits and manners, with no maker's words."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.core.clock import ManualClock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceUnreachableError,
)
from pipeline.devices.polite_http import Limits, PoliteClient
from tests.devices.digest_server import Question, Reply, SignIn, serve_digest
from tests.devices.script import Script
from tests.support.scripted_rtsp import closed_port

_PATIENT = Limits(size_bytes=10_000, read_s=10.0)


@contextmanager
def _client(
    *replies: Reply,
    script: Script | None = None,
    sign_in: SignIn | None = None,
    credentials: Credentials | None = None,
) -> Iterator[PoliteClient]:
    script = script or Script()
    answers = list(replies)

    def answer(question: Question) -> Reply:
        script.asked.append(question.path)
        return answers.pop(0) if answers else Reply(b"fine")

    with serve_digest(script, answer, sign_in=sign_in) as address:
        own = credentials or Credentials(script.user, script.password)
        with PoliteClient(address, own, clock=script.clock, limits=_PATIENT) as client:
            yield client


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", ["auth", "", "auth,auth-int"])
def test_digest_in_every_form_that_recorders_speak(algorithm: str, qop: str) -> None:
    script = Script()
    with _client(script=script, sign_in=SignIn(algorithm=algorithm, qop=qop)) as client:
        assert [client.get("/a").body, client.get("/b", {"x": "1 2"}).body] == [b"fine"] * 2
    assert script.refused_logins == 0


@pytest.mark.parametrize("has_digest", [True, False])
def test_the_password_is_never_sent_in_clear(has_digest: bool) -> None:
    script = Script()
    sign_in = SignIn(has_digest=has_digest, has_basic=True)
    with _client(script=script, sign_in=sign_in) as client:
        if has_digest:
            assert client.get("/a").body == b"fine"
        else:
            with pytest.raises(AuthRefusedError, match=r"offers basic alone.*in clear"):
                client.get("/a")
    assert script.secrets_in_clear == []


def test_a_user_name_outside_ascii_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(AuthRefusedError, match="user name outside ASCII"):
        PoliteClient("http://192.0.2.1", Credentials("管理员", "x"))


def test_a_chinese_password_hashed_as_gbk_is_told_from_a_wrong_one() -> None:
    script = Script(password="密码abc")
    with (
        _client(script=script, sign_in=SignIn(encoding="gbk")) as client,
        pytest.raises(AuthRefusedError, match="hash it as GBK"),
    ):
        client.get("/a")
    script = Script(password="密码abc")
    with _client(script=script) as client:
        assert client.get("/a").body == b"fine"


def test_auth_int_alone_is_told() -> None:
    with (
        _client(sign_in=SignIn(qop="auth-int")) as client,
        pytest.raises(AuthRefusedError, match="auth-int"),
    ):
        client.get("/a")


def test_a_locked_account_is_told_and_left_alone() -> None:
    script = Script()
    with _client(script=script, sign_in=SignIn(is_locked=True)) as client:
        for _ in range(3):
            with pytest.raises(AuthRefusedError, match="locked the account"):
                client.get("/a")
    assert script.refused_logins == 1


def test_another_client_with_the_same_password_does_not_try_it_again() -> None:
    script = Script()
    with serve_digest(script, lambda question: Reply(b"fine")) as address:
        wrong = Credentials(script.user, "wrong")
        for _ in range(2):
            with (
                PoliteClient(address, wrong, clock=script.clock) as client,
                pytest.raises(AuthRefusedError),
            ):
                client.get("/a")
        with PoliteClient(address, Credentials(script.user, script.password)) as client:
            assert client.get("/a").body == b"fine"
    assert script.refused_logins == 1


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(b"x" * 10_001), BrokenAnswerError, "larger than 10000 bytes"),
        (Reply(b"", 302, headers={"Location": "http://x/"}), BrokenAnswerError, "elsewhere"),
        (Reply(b"", 404), CapabilityMissingError, "no such question"),
        (Reply(b"", 500), BrokenAnswerError, "status 500"),
        (Reply(b"", 403), AuthRefusedError, "may not do this"),
        (Reply(b"nonsense", headers={"Content-Encoding": "gzip"}), BrokenAnswerError, "decompress"),
    ],
)  # fmt: skip
def test_answers_that_are_none(reply: Reply, error: type[Exception], words: str) -> None:
    with _client(reply) as client, pytest.raises(error, match=words):
        client.get("/a")


def test_a_small_answer_that_unpacks_to_much_is_cut_off() -> None:
    bomb = Reply(gzip.compress(b"\0" * 5_000_000), headers={"Content-Encoding": "gzip"})
    assert len(bomb.body) < 10_000
    with _client(bomb) as client, pytest.raises(BrokenAnswerError, match="larger than"):
        client.get("/a")


def test_a_busy_device_is_left_alone_as_long_as_it_asks() -> None:
    script = Script()
    before_s = script.clock.utc_s()
    busy = Reply(b"", 503, headers={"Retry-After": "7"})
    with _client(busy, Reply(b"", 429), script=script) as client:
        assert client.get("/a").body == b"fine"
    assert 7 + 2 <= script.clock.utc_s() - before_s <= 1.25 * (7 + 2)


def test_nobody_waits_an_hour_for_a_busy_device() -> None:
    script = Script()
    before_s = script.clock.utc_s()
    busy = [Reply(b"", 503, headers={"Retry-After": "3600"})] * 9
    with _client(*busy, script=script) as client, pytest.raises(DeviceBusyError):
        client.get("/a")
    assert script.clock.utc_s() - before_s <= 3 * 30.0
    assert len(script.asked) == 4


def test_an_answer_that_trickles_is_cut_off() -> None:
    clock = ManualClock()

    def slow(question: Question) -> Reply:
        clock.advance(31.0)
        return Reply(b"late")

    script = Script(clock=clock)
    with (
        serve_digest(script, slow) as address,
        PoliteClient(address, Credentials(script.user, script.password), clock=clock) as client,
        pytest.raises(DeviceUnreachableError, match="not complete after 30 s"),
    ):
        client.get("/a")


def test_errors_say_where_and_no_secret() -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    with (
        PoliteClient(address, Credentials("inspector", "s3cret")) as client,
        pytest.raises(DeviceUnreachableError) as error,
    ):
        client.get("/a?password=s3cret")
    assert address.removeprefix("http://") in str(error.value)
    assert "s3cret" not in str(error.value)
    assert "s3cret" not in repr(Credentials("inspector", "s3cret"))


def test_credentials_are_not_written_anywhere() -> None:
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(Credentials("a", "b"))
