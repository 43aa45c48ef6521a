"""Other services through Apprise (the extra ``apprise``), in a process of its own.

See :mod:`api.notices.channels.apprise_child` for what that process may do. Services that this
program speaks to itself are not offered: Apprise takes DingTalk's and WeCom's refusals for
successes.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import api
from api.notices.channels.apprise_child import Task, Told
from api.notices.channels.base import Attempt, Message, Outside, shown
from api.notices.channels.post import Answer, by_status, pause_s
from api.notices.schemas import ChannelSettings, Outcome
from api.notices.texts import as_text

# fmt: off
SCHEMES = frozenset({
    "bark", "barks", "discord", "form", "forms", "gchat", "gotify", "gotifys", "json", "jsons",
    "kook", "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks", "ntfy", "ntfys",
    "opsgenie", "pagerduty", "pbul", "pover", "pushdeer", "pushdeers", "pushplus", "rocket",
    "rockets", "schan", "slack", "spugpush", "synology", "synologys", "tgram", "threema",
    "twilio", "victorops", "webex", "workflow", "workflows", "wxpusher", "xml", "xmls", "zulip",
})
# fmt: on
"""Services that are spoken to by HTTP alone and are no kind of their own here."""
_WHOLE_S = 10.0
"""Beginning a process takes a part of it; still less than the lease of the job that sends."""
_TEXT_BYTES = 2048
_TOKEN_CHARACTERS = 6
_CODES_OF_SUCCESS = frozenset({0, 200, 1000})
"""Of services that answer 200 with a code: ServerChan, PushPlus, WxPusher."""
_FAULTS = {
    "address_refused": Outcome.ADDRESS_REFUSED,
    "no_tls": Outcome.NO_TLS,
    "bad_certificate": Outcome.BAD_CERTIFICATE,
    "timeout": Outcome.TIMEOUT,
    "unknown_host": Outcome.UNKNOWN_HOST,
    "unreachable": Outcome.UNREACHABLE,
}
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("apprise") is not None


def scheme_of(url: str) -> str | None:
    """The service of an address; None of one that is not offered, or says more than it may."""
    scheme, found, rest = url.partition("://")
    is_offered = scheme.lower() in SCHEMES and bool(found) and bool(rest.strip("/"))
    return scheme.lower() if is_offered else None


async def send(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send a message once; the process is gone when it returns."""
    assert settings.url is not None
    url = settings.url.get_secret_value()
    if not is_installed():
        return Attempt(Outcome.NOT_INSTALLED)
    if scheme_of(url) is None:
        return Attempt(Outcome.REFUSED)
    task = Task(url, as_text(message, _TEXT_BYTES), [str(each) for each in outside.networks])
    told = await _ask(task)
    if told is None:
        return Attempt(Outcome.TIMEOUT)
    return _judge(told, settings, outside)


async def _ask(task: Task) -> Told | None:
    """What became of a task; None when its time was up."""
    # No proxy, no configuration and no other secret of the command centre's own environment.
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", "-m", "api.notices.channels.apprise_child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=Path(api.__file__).parents[1],
        env=environment,
    )
    try:
        async with asyncio.timeout(_WHOLE_S):
            answer, _ = await process.communicate(json.dumps(asdict(task)).encode())
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    # It may die of a service's own fault: that is no success.
    return Told(**json.loads(answer)) if answer else Told(fault="unreachable")


def _judge(told: Told, settings: ChannelSettings, outside: Outside) -> Attempt:
    if not told.is_known:
        return Attempt(Outcome.REFUSED, answer="Apprise does not understand the address")
    if told.status is None:
        is_taken = told.is_sent and told.fault is None
        return Attempt(
            Outcome.UNREADABLE if is_taken else _FAULTS.get(told.fault or "", Outcome.REFUSED)
        )
    said = _redacted(told.body, settings)
    after_s = pause_s(told.retry_after, outside.now)
    answer = Answer(told.status, said.encode(), is_whole=False, after_s=after_s)
    if (failed := by_status(answer, settings)) is not None:
        return failed
    is_taken = told.is_sent and not _says_no(told.body)
    outcome = Outcome.DELIVERED if is_taken else Outcome.REFUSED
    return Attempt(outcome, told.status, shown(said, settings))


def _says_no(body: str) -> bool:
    """Whether an answer says that it was not taken, whatever its status and Apprise say."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(told, dict):
        return False
    codes = [told[name] for name in ("errcode", "code", "errno") if type(told.get(name)) is int]
    no = any(told.get(name) is False for name in ("ok", "success"))
    return no or any(code not in _CODES_OF_SUCCESS for code in codes)


def _redacted(text: str, settings: ChannelSettings) -> str:
    """A text without any part of the address: where its secret stands each service says itself."""
    assert settings.url is not None
    rest = settings.url.get_secret_value().partition("://")[2]
    parts = {each for part in re.split(r"[/:@?&=,+]+", rest) for each in (part, unquote(part))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _TOKEN_CHARACTERS:
            text = text.replace(part, "…")
    return text
