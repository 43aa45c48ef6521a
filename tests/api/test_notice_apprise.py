"""Services through Apprise: a process of its own, against a peer that answers as it likes."""

from __future__ import annotations

import datetime as dt
import importlib.util
import ipaddress
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.notices.channels import apprise_service
from api.notices.channels.apprise_service import SCHEMES, scheme_of
from api.notices.channels.base import Attempt, Item, Message, Outside
from api.notices.channels.registry import KINDS, faults, target
from api.notices.schemas import ChannelKind, ChannelSettings, Outcome
from tests.support.certificate import self_signed, server_context
from tests.support.notice_peer import OK, Answer, NoticePeer, notice_peer

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
TOKEN = "token-0123456789"
ITEM = Item("alert_confirmed", "no-1", "class_2", NOW, "a-1", "[二类风险] · 第一小学 · 告警属实")
MESSAGE = Message("ab" * 16, [ITEM], 1, "zh", "https://mingan.test")


@pytest.fixture
async def peer() -> AsyncIterator[NoticePeer]:
    async with notice_peer() as running:
        yield running


def address(peer: NoticePeer, scheme: str = "json") -> str:
    return f"{scheme}://{peer.url.removeprefix('http://')}/send/{TOKEN}"


async def send(url: str, networks: Any = LOOPBACK) -> Attempt:
    settings = ChannelSettings(url=SecretStr(url))
    return await KINDS[ChannelKind.APPRISE].send(settings, MESSAGE, Outside(networks, NOW))


def _children() -> list[str]:
    """Command lines of the processes this one began."""
    pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
    return [Path(f"/proc/{each}/cmdline").read_text("utf-8") for each in pids]


@pytest.mark.whole
async def test_what_the_peer_takes_is_delivered_and_again_the_same(peer: NoticePeer) -> None:
    peer.script = [Answer(hangs_up=True)]
    first, second = [await send(address(peer)) for _ in range(2)]
    assert (first.outcome, second.outcome) == (Outcome.UNREACHABLE, Outcome.DELIVERED)
    assert second.status == 200
    one, other = [json.loads(heard.body) for heard in peer.heard]
    assert one == other
    assert "告警属实" in one["message"]
    assert "abababab" in one["message"], "the message's number"
    assert one["attachments"] == []


@pytest.mark.whole
@pytest.mark.parametrize(
    ("answer", "outcome", "after_s"),
    [
        (Answer(429, headers={"Retry-After": "90"}), Outcome.RATE_LIMITED, 90.0),
        (Answer(403, b"bad sign"), Outcome.BAD_CREDENTIALS, 0.0),
        (Answer(500, f"no such {TOKEN}".encode()), Outcome.REFUSED, 0.0),
        (Answer(200, b'{"ok": false, "description": "chat not found"}'), Outcome.REFUSED, 0.0),
        (Answer(200, b'{"errcode": 93000}'), Outcome.REFUSED, 0.0),
        (Answer(200, b'{"code": 1000, "success": true}'), Outcome.DELIVERED, 0.0),
    ],
)
async def test_an_answer_is_judged_by_what_it_says(
    peer: NoticePeer, answer: Answer, outcome: Outcome, after_s: float
) -> None:
    peer.script = [answer]
    attempt = await send(address(peer))
    assert (attempt.outcome, attempt.status) == (outcome, answer.status)
    assert attempt.after_s == after_s
    assert TOKEN not in attempt.answer
    if answer.status in (403, 500):
        assert attempt.answer in ("bad sign", "no such …")


async def test_a_redirect_is_not_followed(peer: NoticePeer) -> None:
    async with notice_peer() as inward:
        peer.script = [Answer(307, headers={"Location": f"{inward.url}/inside"})]
        # Not even if the address asks for it.
        attempt = await send(f"{address(peer)}?redirect=yes")
        assert (attempt.outcome, attempt.status) == (Outcome.REDIRECTED, 307)
        assert inward.heard == []


async def test_an_endless_answer_is_not_read(peer: NoticePeer) -> None:
    peer.script = [Answer(is_endless=True, body=OK)]
    attempt = await send(address(peer))
    assert attempt.outcome is Outcome.DELIVERED
    assert peer.sent_bytes < 20_000_000
    assert len(attempt.answer) <= 500


@pytest.mark.whole
async def test_a_silent_peer_is_left_and_the_process_is_gone(
    peer: NoticePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise_service, "_WHOLE_S", 3.0)
    peer.script = [Answer(is_silent=True)]
    begin_s = time.monotonic()
    assert (await send(address(peer))).outcome is Outcome.TIMEOUT
    assert time.monotonic() - begin_s < 8
    assert not any("apprise_child" in each for each in _children())


@pytest.mark.whole
@pytest.mark.parametrize(
    ("change", "networks", "outcome"),
    [
        ({}, [], Outcome.ADDRESS_REFUSED),
        ({"scheme": "jsons"}, [], Outcome.ADDRESS_REFUSED),
        ({"scheme": "workflow", "more": "/x/?template=/etc/hostname"}, LOOPBACK, Outcome.REFUSED),
    ],
)
async def test_nothing_leads_inside_or_out_in_clear(
    peer: NoticePeer, change: dict[str, str], networks: Any, outcome: Outcome
) -> None:
    """Inner addresses, whoever vouches for them, and files of this machine."""
    url = address(peer, change.get("scheme", "json")) + change.get("more", "")
    assert (await send(url, networks)).outcome is outcome
    assert peer.heard == []


async def test_a_certificate_nobody_vouches_for_is_not_taken(tmp_path: Path) -> None:
    """Not even if the address asks for it."""
    async with notice_peer(tls=server_context(self_signed(tmp_path))) as own:
        assert (await send(f"{address(own, 'jsons')}?verify=no")).outcome is Outcome.BAD_CERTIFICATE
        assert own.heard == []


async def test_an_address_apprise_does_not_understand_is_refused() -> None:
    attempt = await send("slack://xxxxxx")
    assert (attempt.outcome, attempt.status) == (Outcome.REFUSED, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/x",
        "dingtalk://token-0123456789",
        "wecombot://key-0123456789",
        "feishu://token-0123456789",
        "mailto://a:b@example.org",
        "syslog://_/x",
        "file:///etc/passwd",
        "json:////////",
        "tgram:123456789",
    ],
)
def test_only_some_services_are_offered_and_no_address_is_told(url: str) -> None:
    assert scheme_of(url) is None
    found = faults(ChannelKind.APPRISE, ChannelSettings(url=SecretStr(url)))
    assert [each.where for each in found] == ["body.settings.url"]
    assert url.partition("://")[2] not in found[0].what or "://" not in url


def test_apprise_knows_every_service_that_is_offered() -> None:
    code = "import apprise, sys; from apprise.manager_plugins import NotificationManager as M;"
    code += "m = M(); print(*(s for s in sys.argv[1:] if s not in m))"

    looked = subprocess.run(
        [sys.executable, "-c", code, *sorted(SCHEMES)], capture_output=True, text=True
    )
    assert (looked.returncode, looked.stdout) == (0, "\n")


def test_what_is_answered_names_the_service_alone() -> None:
    settings = ChannelSettings(url=SecretStr(f"tgram://123456789:{TOKEN}/42/"))
    assert target(ChannelKind.APPRISE, settings) == ("tgram", None)


async def test_without_the_extra_it_says_what_to_install(
    peer: NoticePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert (await send(address(peer))).outcome is Outcome.NOT_INSTALLED
    [fault] = faults(ChannelKind.APPRISE, ChannelSettings(url=SecretStr(address(peer))))
    assert "mingan[apprise]" in fault.what
    assert peer.heard == []


async def test_it_has_no_environment_of_the_centres(
    peer: NoticePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with notice_peer() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("MINGAN_API_ADMIN_PASSWORD", "secret")
        assert (await send(address(peer))).outcome is Outcome.DELIVERED
        assert proxy.heard == []
