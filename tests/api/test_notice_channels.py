"""Every channel against a peer that answers as it likes, and mail against a real server."""

from __future__ import annotations

import base64
import datetime as dt
import email
import hashlib
import hmac
import ipaddress
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from api.kit.outbound import AddressRefusedError, may_reach, resolve
from api.notices.channels import base, post
from api.notices.channels.base import Attempt, Item, Message, Outside
from api.notices.channels.registry import KINDS
from api.notices.schemas import ChannelKind, ChannelSettings, MailSecurity, Outcome
from tests.support.certificate import self_signed, server_context
from tests.support.mail_peer import Mailbox, MailServer
from tests.support.notice_peer import OK, Answer, NoticePeer, notice_peer

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
WHSEC = "whsec_" + base64.b64encode(bytes(range(24))).decode()
TOKEN = "token-0123456789"
BY_HTTP = [ChannelKind.WEBHOOK, ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU]
ROBOTS = [kind for kind in BY_HTTP if kind is not ChannelKind.WEBHOOK]
ITEM = Item("alert_confirmed", "no-1", "class_2", NOW, "a-1", "[二类风险] · 第一小学 · 告警属实")


def message(count: int = 1, text: str = ITEM.text) -> Message:
    item = Item(ITEM.event, ITEM.school_id, ITEM.risk, ITEM.at, ITEM.about, text)
    return Message("ab" * 16, [item] * min(count, 100), count, "zh", "https://mingan.test")


def settings(kind: ChannelKind, url: str) -> ChannelSettings:
    secret = None if kind is ChannelKind.WECOM else SecretStr(WHSEC)
    return ChannelSettings(url=SecretStr(f"{url}/send/{TOKEN}"), secret=secret)


async def send(
    kind: ChannelKind, peer: NoticePeer, told: Message | None = None, networks: Any = LOOPBACK
) -> Attempt:
    channel = settings(kind, peer.url)
    return await KINDS[kind].send(channel, told or message(), Outside(networks, NOW))


@pytest.fixture
async def peer() -> AsyncIterator[NoticePeer]:
    async with notice_peer() as running:
        yield running


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second stands for the eight of a channel's patience."""
    monkeypatch.setattr(post, "WHOLE_S", 1.0)


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_what_the_peer_takes_is_delivered(kind: ChannelKind, peer: NoticePeer) -> None:
    attempt = await send(kind, peer)
    assert (attempt.outcome, attempt.status) == (Outcome.DELIVERED, 200)
    [heard] = peer.heard
    assert heard.headers["host"] == peer.url.removeprefix("http://")
    assert "告警属实" in json.dumps(json.loads(heard.body), ensure_ascii=False)
    assert "ababab" in heard.body.decode(), "the message's number"


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_it_is_told_again_under_the_same_number(kind: ChannelKind, peer: NoticePeer) -> None:
    peer.script = [Answer(hangs_up=True)]
    assert (await send(kind, peer)).outcome is Outcome.UNREACHABLE
    assert (await send(kind, peer)).outcome is Outcome.DELIVERED
    first, second = peer.heard
    if kind is ChannelKind.WEBHOOK:
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == "ab" * 16
    assert first.body == second.body


@pytest.mark.whole
@pytest.mark.parametrize("kind", BY_HTTP)
async def test_a_silent_peer_is_left(kind: ChannelKind, peer: NoticePeer, short: None) -> None:
    peer.script = [Answer(is_silent=True)]
    begin_s = time.monotonic()
    assert (await send(kind, peer)).outcome is Outcome.TIMEOUT
    assert time.monotonic() - begin_s < 5.0


def test_nobody_is_waited_for_as_long_as_a_minute() -> None:
    assert base.WHOLE_S < 60


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_an_endless_answer_is_not_read(kind: ChannelKind, peer: NoticePeer) -> None:
    peer.script = [Answer(is_endless=True, body=OK)]
    attempt = await send(kind, peer)
    taken = kind is ChannelKind.WEBHOOK
    assert attempt.outcome is (Outcome.DELIVERED if taken else Outcome.UNREADABLE)
    assert peer.sent_bytes < 20_000_000
    assert len(attempt.answer) <= 500


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_one_too_many_waits_as_long_as_it_is_asked_to(
    kind: ChannelKind, peer: NoticePeer
) -> None:
    at = (NOW + dt.timedelta(minutes=3)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    asked = ["90", at, "soon", "999999999999", "-5"]
    peer.script = [Answer(429, headers={"Retry-After": each}) for each in asked]
    attempts = [await send(kind, peer) for _ in asked]
    assert {each.outcome for each in attempts} == {Outcome.RATE_LIMITED}
    assert [each.after_s for each in attempts] == [90.0, 180.0, 0.0, 6 * 3600.0, 0.0]


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_a_redirect_is_not_followed(kind: ChannelKind, peer: NoticePeer) -> None:
    for status in (301, 302, 307, 308):
        async with notice_peer() as inward:
            peer.script = [Answer(status, headers={"Location": f"{inward.url}/inside"})]
            attempt = await send(kind, peer)
            assert (attempt.outcome, attempt.status) == (Outcome.REDIRECTED, status)
            assert inward.heard == []


@pytest.mark.parametrize("kind", BY_HTTP)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, Outcome.REFUSED), (401, Outcome.BAD_CREDENTIALS), (500, Outcome.REFUSED)],
)
async def test_an_error_is_told_without_the_secrets(
    kind: ChannelKind, peer: NoticePeer, status: int, outcome: Outcome
) -> None:
    said = f"no such robot {TOKEN} {peer.url}/send/{TOKEN} {WHSEC}\x00\x07 \u202e"
    peer.script = [Answer(status, said.encode())]
    attempt = await send(kind, peer)
    assert (attempt.outcome, attempt.status) == (outcome, status)
    assert "no such robot" in attempt.answer
    assert TOKEN not in attempt.answer
    assert kind is ChannelKind.WECOM or WHSEC not in attempt.answer
    assert attempt.answer.isprintable()


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    ("body", "outcome", "after_s"),
    [
        (b'{"errcode": 93000, "errmsg": "invalid webhook url"}', Outcome.REFUSED, 0),
        (b'{"errcode": 310000, "errmsg": "sign not match"}', Outcome.REFUSED, 0),
        (b'{"code": 19021, "msg": "sign match fail"}', Outcome.REFUSED, 0),
        (b'{"StatusCode": 0, "code": 19021}', Outcome.REFUSED, 0),
        (b'{"errcode": 45009, "errmsg": "api freq out of limit"}', Outcome.RATE_LIMITED, 60),
        (b'{"errcode": 130101, "errmsg": "send too fast"}', Outcome.RATE_LIMITED, 600),
        (b'{"code": 11232, "msg": "frequency limited"}', Outcome.RATE_LIMITED, 60),
        (b"<html>sign in to the network</html>", Outcome.UNREADABLE, 0),
        (b"", Outcome.UNREADABLE, 0),
        (b"{}", Outcome.UNREADABLE, 0),
        (b"[0]", Outcome.UNREADABLE, 0),
        (b'{"errcode": false}', Outcome.UNREADABLE, 0),
        (b'{"errcode": "0"}', Outcome.UNREADABLE, 0),
        (b"[" * 60_000, Outcome.UNREADABLE, 0),
        (b'{"StatusCode": 0, "StatusMessage": "success"}', Outcome.DELIVERED, 0),
    ],
)
async def test_only_a_code_of_zero_says_that_a_robot_took_it(
    kind: ChannelKind, peer: NoticePeer, body: bytes, outcome: Outcome, after_s: float
) -> None:
    peer.script = [Answer(200, body)]
    attempt = await send(kind, peer)
    assert (attempt.outcome, attempt.after_s) == (outcome, after_s)


async def test_feishu_says_one_too_many_with_status_400(peer: NoticePeer) -> None:
    peer.script = [Answer(400, b'{"code": 9499, "msg": "too many request"}')]
    assert (await send(ChannelKind.FEISHU, peer)).outcome is Outcome.RATE_LIMITED


@pytest.mark.parametrize("kind", BY_HTTP)
async def test_inner_addresses_and_open_lines_are_refused(
    kind: ChannelKind, peer: NoticePeer
) -> None:
    attempt = await send(kind, peer, networks=[])
    assert attempt.outcome is Outcome.ADDRESS_REFUSED
    assert peer.heard == []
    public = ChannelSettings(url=SecretStr("http://8.8.8.8/x/y"), secret=SecretStr(WHSEC))
    attempt = await KINDS[kind].send(public, message(), Outside([], NOW))
    assert attempt.outcome is Outcome.NO_TLS
    nowhere = ChannelSettings(url=SecretStr("https://no.invalid/x"), secret=SecretStr(WHSEC))
    attempt = await KINDS[kind].send(nowhere, message(), Outside([], NOW))
    assert attempt.outcome is Outcome.UNKNOWN_HOST


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:0a00:0001::1",
    ],
)
def test_no_way_of_writing_leads_inside(address: str) -> None:
    assert not may_reach(ipaddress.ip_address(address), [])


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_reached(address: str) -> None:
    assert may_reach(ipaddress.ip_address(address), [])


def test_an_allowed_network_is_allowed_and_no_other() -> None:
    allowed = [ipaddress.ip_network("10.20.0.0/16")]
    assert may_reach(ipaddress.ip_address("10.20.1.1"), allowed)
    assert may_reach(ipaddress.ip_address("::ffff:10.20.1.1"), allowed)
    assert not may_reach(ipaddress.ip_address("10.21.1.1"), allowed)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
async def test_a_name_is_judged_by_its_addresses(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        await resolve(host, 80, [])


async def test_dingtalks_and_feishus_signatures(peer: NoticePeer) -> None:
    await send(ChannelKind.DINGTALK, peer)
    query = parse_qs(urlsplit(peer.heard[-1].path).query)
    stamp = str(int(NOW.timestamp() * 1000))
    wanted = hmac.new(WHSEC.encode(), f"{stamp}\n{WHSEC}".encode(), hashlib.sha256).digest()
    assert query["timestamp"] == [stamp]
    # Once decoded it is base64: it was encoded for the address once, not twice.
    assert base64.b64decode(query["sign"][0], validate=True) == wanted
    await send(ChannelKind.FEISHU, peer)
    told = json.loads(peer.heard[-1].body)
    key = f"{told['timestamp']}\n{WHSEC}".encode()
    assert base64.b64decode(told["sign"]) == hmac.new(key, b"", hashlib.sha256).digest()
    assert told["timestamp"] == str(int(NOW.timestamp()))


async def test_a_webhooks_signature_is_that_of_the_standard(peer: NoticePeer) -> None:
    await send(ChannelKind.WEBHOOK, peer)
    [heard] = peer.heard
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(WHSEC.removeprefix("whsec_"))
    wanted = hmac.new(key, signed + heard.body, hashlib.sha256).digest()
    assert heard.headers["webhook-signature"] == f"v1,{base64.b64encode(wanted).decode()}"


@pytest.mark.parametrize("kind", ROBOTS)
async def test_a_text_is_short_and_says_how_many_more(kind: ChannelKind, peer: NoticePeer) -> None:
    assert (await send(kind, peer, message(5000, "长" * 120))).outcome is Outcome.DELIVERED
    told = json.loads(peer.heard[0].body)
    text = told.get("text", {}).get("content") or told["content"]["text"]
    assert len(text.encode()) <= 2048
    shown = text.count("长" * 120)
    assert shown >= 4
    assert f"另有 {5000 - shown} 条" in text
    assert "https://mingan.test" in text


# --- mail -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(params=[MailSecurity.STARTTLS, MailSecurity.PLAIN, MailSecurity.TLS])
def mail(
    request: pytest.FixtureRequest, mailbox: Mailbox, certificate: Path
) -> Iterator[tuple[MailSecurity, int]]:
    security = request.param
    more: dict[str, Any] = {}
    if security is MailSecurity.STARTTLS:
        more = {"tls_context": server_context(certificate), "require_starttls": True}
    elif security is MailSecurity.TLS:
        more = {"ssl_context": server_context(certificate)}
    server = MailServer(mailbox, **more)
    server.start()
    yield security, server.port
    server.stop()


def mail_settings(security: MailSecurity, port: int, *to: str) -> ChannelSettings:
    return ChannelSettings(
        host="localhost",
        port=port,
        security=security,
        sender="mingan@edu.test.cn",
        recipients=list(to) or ["head@no-1.test.cn", "safety@no-1.test.cn"],
    )


async def send_mail(told: ChannelSettings, networks: Any = LOOPBACK) -> Attempt:
    return await KINDS[ChannelKind.MAIL].send(told, message(), Outside(networks, NOW))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


async def test_mail_arrives_with_a_number_that_stays(
    mail: tuple[MailSecurity, int], mailbox: Mailbox, trusted: None
) -> None:
    told = mail_settings(*mail)
    first, second = [await send_mail(told) for _ in range(2)]
    assert (first.outcome, second.outcome) == (Outcome.DELIVERED, Outcome.DELIVERED), first
    numbers = set()
    for envelope in mailbox.taken:
        assert envelope.rcpt_tos == told.recipients
        assert isinstance(envelope.content, bytes)
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)
        numbers.add(read["Message-ID"])
        assert read["Subject"] == "【明安】通知 1 条"
        assert "告警属实" in read.get_content()
    assert numbers == {f"<{'ab' * 16}@mingan.invalid>"}


@pytest.mark.parametrize("security", [MailSecurity.TLS, MailSecurity.STARTTLS])
async def test_a_server_without_encryption_is_sent_nothing(
    mailbox: Mailbox, security: MailSecurity
) -> None:
    server = MailServer(mailbox)
    server.start()
    try:
        attempt = await send_mail(mail_settings(security, server.port))
    finally:
        server.stop()
    assert attempt.outcome is Outcome.NO_TLS
    assert mailbox.taken == []


@pytest.mark.parametrize("mail", [MailSecurity.TLS, MailSecurity.STARTTLS], indirect=True)
async def test_a_server_nobody_vouches_for_is_sent_nothing(
    mail: tuple[MailSecurity, int], mailbox: Mailbox
) -> None:
    attempt = await send_mail(mail_settings(*mail))
    assert attempt.outcome is Outcome.BAD_CERTIFICATE
    assert mailbox.taken == []


@pytest.mark.parametrize("mail", [MailSecurity.PLAIN], indirect=True)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("452 too many mails", Outcome.RATE_LIMITED),
        ("554 refused", Outcome.REFUSED),
        ("silent", Outcome.TIMEOUT),
    ],
)
async def test_what_a_server_does_not_take_is_told(
    mail: tuple[MailSecurity, int],
    mailbox: Mailbox,
    answer: str,
    outcome: Outcome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from api.notices.channels import mail as channel

    monkeypatch.setattr(channel, "WHOLE_S", 1.0)
    mailbox.script = [answer]
    assert (await send_mail(mail_settings(*mail))).outcome is outcome


@pytest.mark.parametrize("mail", [MailSecurity.PLAIN], indirect=True)
async def test_some_of_the_recipients_is_delivered_and_says_to_whom_not(
    mail: tuple[MailSecurity, int], mailbox: Mailbox
) -> None:
    some = await send_mail(mail_settings(*mail, "nobody@no-1.test.cn", "head@no-1.test.cn"))
    assert some.outcome is Outcome.DELIVERED
    assert "nobody@no-1.test.cn" in some.answer
    none = await send_mail(mail_settings(*mail, "nobody@no-1.test.cn"))
    assert (none.outcome, none.status) == (Outcome.REFUSED, 550)
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize("mail", [MailSecurity.PLAIN], indirect=True)
async def test_mail_goes_to_no_inner_address(mail: tuple[MailSecurity, int]) -> None:
    attempt = await send_mail(mail_settings(*mail), networks=[])
    assert attempt.outcome is Outcome.ADDRESS_REFUSED
