"""Posts JSON to an address that a person typed, and reads little of what comes back."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from api.kit.outbound import AddressRefusedError, UnknownHostError, is_allowed, resolve
from api.notices.channels.base import ANSWER_BYTES, WHOLE_S, Attempt, Outside, shown
from api.notices.schemas import ChannelSettings, Outcome

_LONGEST_PAUSE_S = 6 * 3600.0
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: Of HTTP.
        body: Its beginning.
        is_whole: Whether there was no more.
        after_s: What ``Retry-After`` asks for, in seconds.
    """

    status: int
    body: bytes
    is_whole: bool
    after_s: float


async def post(
    settings: ChannelSettings, url: str, body: bytes, headers: Mapping[str, str], outside: Outside
) -> Answer | Attempt:
    """Post JSON, or nothing; an attempt when there was no answer to judge.

    Args:
        settings: Of the channel, whose secrets are shown nowhere.
        url: Whereto, with everything a signature adds.
        body: UTF-8; may be empty.
        headers: Besides those of JSON.
        outside: What may be reached.
    """
    try:
        async with asyncio.timeout(WHOLE_S):
            return await _post(httpx.URL(url), body, headers, outside)
    except AddressRefusedError:
        return Attempt(Outcome.ADDRESS_REFUSED)
    except UnknownHostError:
        return Attempt(Outcome.UNKNOWN_HOST)
    except (TimeoutError, httpx.TimeoutException):
        return Attempt(Outcome.TIMEOUT)
    except _NoTlsError:
        return Attempt(Outcome.NO_TLS)
    except httpx.HTTPError as error:
        is_tls = _is_of_certificate(error)
        outcome = Outcome.BAD_CERTIFICATE if is_tls else Outcome.UNREACHABLE
        return Attempt(outcome, answer=shown(str(error), settings))


def url_of(text: str) -> httpx.URL | None:
    """An address that can be posted to: of HTTP, with a host, a port there is, and no password."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    fits = url.scheme in ("http", "https") and (url.port or 0) <= _LAST_PORT
    return url if fits and url.host and not url.userinfo else None


class _NoTlsError(Exception):
    """A public address is spoken to by HTTPS alone."""


async def _post(
    url: httpx.URL, body: bytes, headers: Mapping[str, str], outside: Outside
) -> Answer:
    host, port = url.host, url.port or (443 if url.scheme == "https" else 80)
    address = await resolve(host, port, outside.networks)
    if url.scheme != "https" and not is_allowed(address, outside.networks):
        raise _NoTlsError
    told = {
        **headers,
        "Host": url.netloc.decode("ascii"),
        **({"Content-Type": "application/json; charset=utf-8"} if body else {}),
        # What is compressed may be far longer than what is counted.
        "Accept-Encoding": "identity",
        "User-Agent": "Mingan",
    }
    # No proxy of the environment: it would connect to whatever it likes.
    async with httpx.AsyncClient(trust_env=False, timeout=WHOLE_S) as client:
        request = client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=body,
            headers=told,
            extensions={"sni_hostname": host} if _is_name(host) else {},
        )
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            read, is_whole = await _beginning(answer)
        finally:
            await answer.aclose()
    return Answer(
        answer.status_code, read, is_whole, pause_s(answer.headers.get("retry-after"), outside.now)
    )


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


async def _beginning(answer: httpx.Response) -> tuple[bytes, bool]:
    read = b""
    async for part in answer.aiter_raw():
        read += part
        if len(read) > ANSWER_BYTES:
            return read[:ANSWER_BYTES], False
    return read, True


def _is_of_certificate(error: BaseException) -> bool:
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, ssl.SSLError):
            return True
        each = each.__cause__ or each.__context__
    return False


def pause_s(header: str | None, now: datetime) -> float:
    """What ``Retry-After`` asks for, in seconds or as a date; 0 of none or nonsense."""
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        asked_s = float(header.strip()[:9])
    else:
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        if at.tzinfo is None:
            return 0.0
        asked_s = (at - now).total_seconds()
    return min(max(asked_s, 0.0), _LONGEST_PAUSE_S)


def by_status(answer: Answer, settings: ChannelSettings) -> Attempt | None:
    """What a status alone says; None of a success, whose body may say otherwise."""
    said = shown(answer.body, settings)
    if 200 <= answer.status < 300:
        return None
    if 300 <= answer.status < 400:
        outcome = Outcome.REDIRECTED
    elif answer.status == 429:
        outcome = Outcome.RATE_LIMITED
    elif answer.status in (401, 403):
        outcome = Outcome.BAD_CREDENTIALS
    else:
        outcome = Outcome.REFUSED
    return Attempt(outcome, answer.status, said, answer.after_s)
