"""Asks WVP: signs in for a token, and opens its envelope ``{code, msg, data}``.

WVP signs in with the MD5 of the password in the address, which it keeps the same way: whoever has
it has the account. So it goes out once for each token, is in no text, and a refused one is not sent
again (``manners.py``).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
)
from pipeline.devices.manners import manners_of
from pipeline.devices.polite_http import Answer, Limits, PoliteClient
from pipeline.devices.wvp_answers import GbLogin

_TOKEN = "access-token"  # noqa: S105 - a header's name
_ANSWERS = frozenset({200, 400, 401})
_SIGN_IN = frozenset({401, 403})
_MAX_MESSAGE = 120

M = TypeVar("M", bound=BaseModel)


class WvpClient:
    """Asks one WVP. Thread-safe.

    Args:
        base_url: ``http://host[:port]``.
        credentials: None where it asks for none.
        clock: Time.
        limits: On each answer.

    Raises:
        ValueError: The address has no host.
    """

    def __init__(
        self, base_url: str, credentials: Credentials | None, *, clock: Clock, limits: Limits
    ) -> None:
        # Its own way to sign in, not HTTP's.
        self._http = PoliteClient(base_url, None, clock=clock, limits=limits)
        self.authority = self._http.authority
        self._manners = manners_of(self._http.host)
        self._credentials = credentials
        self._lock = threading.Lock()
        self._token: str | None = None

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def get(self, path: str, shape: type[M], params: Mapping[str, str | int] | None = None) -> M:
        """Ask, signed in, and read the answer.

        Args:
            path: Below the address.
            shape: What ``data`` holds.
            params: Of the query.

        Raises:
            DeviceError: As ``PoliteClient.ask``; an answer that is no ``shape`` is broken.
        """
        token = self._signed_in(None)
        answer = self._ask(path, params, token)
        if self._is_signed_out(answer) and self._credentials is not None:
            answer = self._ask(path, params, self._signed_in(token))
        if self._is_signed_out(answer):
            raise AuthRefusedError(
                "the gateway wants us to sign in"
                if self._credentials is None
                else "the gateway lets us sign in, and then does not know us",
                where=self.authority,
                remedy="Give user and password of an account of it",
            )
        return self._data(answer, shape)

    def _ask(self, path: str, params: Mapping[str, str | int] | None, token: str | None) -> Answer:
        headers = None if token is None else {_TOKEN: token}
        return self._http.ask("GET", path, params=params, headers=headers, accept=_ANSWERS)

    def _signed_in(self, stale: str | None) -> str | None:
        """The token; a new one in place of a stale one. One thread signs in, the others wait."""
        if self._credentials is None:
            return None
        with self._lock:
            if self._token is None or self._token == stale:
                self._token = self._sign_in(self._credentials)
            return self._token

    def _sign_in(self, credentials: Credentials) -> str:
        self._manners.check_refused(self.authority, credentials)
        secret = credentials.reveal().encode("utf-8")
        digest = hashlib.md5(secret, usedforsecurity=False).hexdigest()
        params = {"username": credentials.username, "password": digest}
        answer = self._ask("/api/user/login", params, None)
        code, message, _ = self._envelope(answer)
        if code != 0:
            why = f"the gateway refused user or password ({message})"
            self._manners.was_refused(self.authority, credentials, why)
            raise AuthRefusedError(why, where=self.authority, remedy="Correct them")
        token = self._data(answer, GbLogin).access_token or answer.headers.get(_TOKEN)
        if not token:
            raise BrokenAnswerError("the gateway gave no token", where=self.authority)
        return token

    def _is_signed_out(self, answer: Answer) -> bool:
        return answer.status in _SIGN_IN or self._envelope(answer)[0] in _SIGN_IN

    def _envelope(self, answer: Answer) -> tuple[int, str, object]:
        try:
            told = json.loads(answer.text())
        except ValueError as error:
            raise BrokenAnswerError(
                "the gateway's answer is broken JSON", where=self.authority
            ) from error
        if not isinstance(told, dict) or not isinstance(told.get("code"), int):
            raise BrokenAnswerError(
                "the gateway's answer has no code; is it WVP?", where=self.authority
            )
        return told["code"], str(told.get("msg"))[:_MAX_MESSAGE], told.get("data")

    def _data(self, answer: Answer, shape: type[M]) -> M:
        code, message, data = self._envelope(answer)
        if code != 0 and "不存在" in message:
            raise CapabilityMissingError(
                f"the gateway knows no such recorder or camera ({message})", where=self.authority
            )
        if code != 0:
            # Its "timeout" as well: the recorder did not give all it announced.
            raise BrokenAnswerError(
                f"the gateway could not get it from the recorder ({message})", where=self.authority
            )
        if data is None:
            raise CapabilityMissingError(
                "the gateway knows no such recorder or camera", where=self.authority
            )
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            raise BrokenAnswerError(
                f"the gateway's answer is not what WVP gives ({error.error_count()} faults)",
                where=self.authority,
            ) from error
