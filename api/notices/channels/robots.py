"""Group robots of WeCom 企业微信, DingTalk 钉钉 and Feishu 飞书.

All three answer 200 to what they did not take, with a code in the body:

- WeCom: ``{"errcode": 0}``; the address holds the key, there is no signature; 20 messages a minute,
  then 45009 (developer.work.weixin.qq.com/document/path/91770).
- DingTalk: ``{"errcode": 0}``; ``sign`` is base64 of HMAC-SHA256 over ``timestamp\\nsecret`` under
  the secret, with the time in milliseconds, both in the query; 20 a minute, then 130101 and ten
  minutes of silence (open.dingtalk.com/document/robots/customize-robot-security-settings).
- Feishu: ``{"code": 0}``, of old addresses ``{"StatusCode": 0}``; ``sign`` is base64 of HMAC-SHA256
  over nothing under ``timestamp\\nsecret``, with the time in seconds, both in the body; 100 a
  minute, then 11232 or 9499
  (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import httpx

from api.notices.channels.base import Attempt, Message, Outside, shown
from api.notices.channels.post import Answer, by_status, post
from api.notices.schemas import ChannelSettings, Outcome
from api.notices.texts import as_text

_TEXT_BYTES = 2048
"""WeCom takes no longer text; the others do, but nobody reads more in a group."""
_TOO_MANY = {45009: 60.0, 130101: 600.0, 11232: 60.0, 9499: 60.0}
"""Codes of one message too many, and for how long to be silent, in seconds."""


def _mac(key: str, signed: str) -> str:
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def dingtalk_signed(url: str, secret: str, timestamp_ms: int) -> str:
    """A DingTalk robot's address with its signature."""
    signature = _mac(secret, f"{timestamp_ms}\n{secret}")
    query = {"timestamp": str(timestamp_ms), "sign": signature}
    return str(httpx.URL(url).copy_merge_params(query))


def feishu_signature(secret: str, timestamp_s: int) -> str:
    """What Feishu wants beside a text."""
    return _mac(f"{timestamp_s}\n{secret}", "")


async def _tell(
    settings: ChannelSettings, url: str, told: Mapping[str, object], outside: Outside
) -> Attempt:
    body = json.dumps(told, ensure_ascii=False).encode()
    answer = await post(settings, url, body, {}, outside)
    return answer if isinstance(answer, Attempt) else judge(answer, settings)


def judge(answer: Answer, settings: ChannelSettings) -> Attempt:
    """Whether a robot took it: only a code of zero says so."""
    said = shown(answer.body, settings)
    code = _code(answer.body) if answer.is_whole else None
    # Feishu says so with status 400.
    if code in _TOO_MANY:
        pause_s = max(_TOO_MANY[code], answer.after_s)
        return Attempt(Outcome.RATE_LIMITED, answer.status, said, pause_s)
    if (failed := by_status(answer, settings)) is not None:
        return failed
    if code is None:
        return Attempt(Outcome.UNREADABLE, answer.status, said)
    if code == 0:
        return Attempt(Outcome.DELIVERED, answer.status, said)
    return Attempt(Outcome.REFUSED, answer.status, said, answer.after_s)


def _code(body: bytes) -> int | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    codes = [told[name] for name in ("errcode", "code", "StatusCode") if name in told]
    if not codes or any(type(code) is not int for code in codes):
        return None
    return next((code for code in codes if code != 0), 0)


async def wecom(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send to a robot of WeCom."""
    assert settings.url is not None
    told = {"msgtype": "text", "text": {"content": as_text(message, _TEXT_BYTES)}}
    return await _tell(settings, settings.url.get_secret_value(), told, outside)


async def dingtalk(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send to a robot of DingTalk."""
    assert settings.url is not None
    url = settings.url.get_secret_value()
    if settings.secret is not None:
        now_ms = int(outside.now.timestamp() * 1000)
        url = dingtalk_signed(url, settings.secret.get_secret_value(), now_ms)
    told = {"msgtype": "text", "text": {"content": as_text(message, _TEXT_BYTES)}}
    return await _tell(settings, url, told, outside)


async def feishu(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send to a robot of Feishu."""
    assert settings.url is not None
    told: dict[str, object] = {
        "msg_type": "text",
        "content": {"text": as_text(message, _TEXT_BYTES)},
    }
    if settings.secret is not None:
        now_s = int(outside.now.timestamp())
        told["timestamp"] = str(now_s)
        told["sign"] = feishu_signature(settings.secret.get_secret_value(), now_s)
    return await _tell(settings, settings.url.get_secret_value(), told, outside)
