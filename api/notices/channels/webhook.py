"""A webhook, signed as Standard Webhooks 1.0 says, so that ready-made libraries verify it.

``webhook-id`` is the message's, the same in every attempt; ``webhook-signature`` is ``v1,`` and the
base64 of HMAC-SHA256 over ``id.timestamp.body`` under the secret after ``whsec_``
(github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json

from api.notices.channels.base import Attempt, Message, Outside, shown
from api.notices.channels.post import by_status, post
from api.notices.schemas import ChannelSettings, Outcome

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes | None:
    """The key of a secret; None of what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if secret.startswith(_PREFIX) and 24 <= len(key) <= 64 else None


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """What ``webhook-signature`` holds."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def _body(message: Message) -> bytes:
    told = {
        "id": message.id,
        "type": "mingan.notice",
        "count": message.count,
        "console": message.console_url or None,
        "items": [
            {
                "event": item.event,
                "school_id": item.school_id,
                "risk": item.risk,
                "at": item.at.isoformat(),
                "about": item.about,
                "text": item.text,
            }
            for item in message.items
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


async def send(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send a message; any 2xx takes it."""
    assert settings.url is not None
    assert settings.secret is not None
    key = key_of(settings.secret.get_secret_value())
    assert key is not None, "asked when the channel was written"
    body, timestamp = _body(message), str(int(outside.now.timestamp()))
    headers = {
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key, message.id, timestamp, body),
    }
    answer = await post(settings, settings.url.get_secret_value(), body, headers, outside)
    if isinstance(answer, Attempt):
        return answer
    said = shown(answer.body, settings)
    return by_status(answer, settings) or Attempt(Outcome.DELIVERED, answer.status, said)
