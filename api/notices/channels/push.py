"""Browser push without any content: a browser is woken, and says itself that something waits.

The services that wake browsers belong to their makers and stand abroad, so they are told nothing:
the request has no body (RFC 8030 §5), and its ``Topic`` is the message's number, by which a service
replaces one that waits by its repetition (§5.4). Who sends is said by a token signed with ES256
(VAPID, RFC 8292), whose key follows from the centre's own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.notices.channels.base import Attempt, Message, Outside, shown
from api.notices.channels.post import by_status, post, url_of
from api.notices.schemas import ChannelSettings, Outcome

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3)."""
_KEPT_S = 24 * 3600
"""How long a service keeps it for a browser that is off."""
_VALID = timedelta(hours=12)
_GONE = frozenset({404, 410})
"""The browser is no more (RFC 8030 §7.3)."""


def key_of(centre_key: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that signs; it is in every backup that has the centre's own, and in no database.

    Of 48 bytes the remainder is as good as evenly spread (FIPS 186-5 A.2.1).
    """
    kdf = HKDF(SHA256(), length=48, salt=None, info=b"mingan browser push")
    scalar = int.from_bytes(kdf.derive(centre_key)) % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """What browsers are given as ``applicationServerKey``."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def is_service(endpoint: str, hosts: Sequence[str]) -> bool:
    """Whether an address, which a browser names, is one of a service that was allowed.

    >>> is_service("https://a.push.example/x", [".push.example"])
    True
    >>> is_service("https://push.example.evil/x", ["push.example"])
    False
    """
    url = url_of(endpoint)
    return url is not None and any(
        url.host.endswith(host) if host.startswith(".") else url.host == host for host in hosts
    )


def token(key: ec.EllipticCurvePrivateKey, endpoint: str, outside: Outside) -> str:
    """What ``Authorization`` holds: whom it is for, until when, and who may be asked."""
    url = httpx.URL(endpoint)
    claims = {
        "aud": f"{url.scheme}://{url.netloc.decode('ascii')}",
        "exp": int((outside.now + _VALID).timestamp()),
        "sub": outside.contact,
    }
    head = _text(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    signed = f"{head}.{_text(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"vapid t={signed}.{_text(r.to_bytes(32) + s.to_bytes(32))}, k={public_key(key)}"


async def send(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Wake one browser."""
    assert settings.url is not None
    assert outside.push_key is not None
    endpoint = settings.url.get_secret_value()
    if not is_service(endpoint, outside.push_hosts):
        # It was, when the browser named it.
        return Attempt(Outcome.ADDRESS_REFUSED)
    is_urgent = any(item.risk == "class_1" for item in message.items)
    headers = {
        "TTL": str(_KEPT_S),
        "Topic": message.id,
        "Urgency": "high" if is_urgent else "normal",
        "Authorization": token(outside.push_key, endpoint, outside),
    }
    answer = await post(settings, endpoint, b"", headers, outside)
    if isinstance(answer, Attempt):
        return answer
    said = shown(answer.body, settings)
    if answer.status in _GONE:
        return Attempt(Outcome.NO_RECIPIENT, answer.status, said)
    return by_status(answer, settings) or Attempt(Outcome.DELIVERED, answer.status, said)
