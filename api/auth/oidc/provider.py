"""Speaks with the provider: authorisation code with PKCE, state and nonce.

What it says is judged in :mod:`api.auth.oidc.tokens`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import structlog

from api.auth.oidc.mapping import Claims, Identity
from api.auth.oidc.settings import is_this_machine
from api.kit.errors import SettingsError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from api.auth.oidc.settings import OidcSettings

CALLBACK_PATH = "/api/v1/auth/oidc/callback"
_METADATA_PATH = "/.well-known/openid-configuration"
_KEPT_S = 3600.0
_TIMEOUT_S = 10.0
_AT_ONCE = 8
"""Conversations with the provider; more are told to come back."""
_log = structlog.get_logger(__name__)


class ProviderError(Exception):
    """The provider cannot be reached, or what it says cannot be used."""


class ProviderAwayError(ProviderError):
    """The provider cannot be reached."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What a sign-in that began must be finished with; the browser keeps it in a cookie."""

    state: str
    nonce: str
    verifier: str
    return_path: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, and what it says of them."""

    identity: Identity
    claims: Claims


class Provider:
    """One provider.

    Args:
        settings: Which one.
        secret: The client's; a public client has none.

    Raises:
        SettingsError: If the packages it needs are not installed.
    """

    def __init__(self, settings: OidcSettings, secret: SecretStr | None) -> None:
        self.settings = settings
        self._secret = secret
        try:
            from api.auth.oidc import tokens
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"needs a package that is not installed ({error.name})",
                where="oidc",
                remedy="Install it: pip install 'authlib>=1.9,<2' (the extra `oidc`)",
            ) from error
        self._tokens = tokens
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._fetched_s = -_KEPT_S
        self._fetching = asyncio.Lock()
        self._busy = 0

    async def begin(self, return_path: str) -> tuple[str, Flow]:
        """Where to send the browser, and what to finish with.

        Raises:
            ProviderError: See there.
        """
        metadata = await self._known()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, verifier, return_path)
        url = self._tokens.authorization_url(
            self._endpoint(metadata, "authorization_endpoint"),
            flow.verifier,
            client_id=self.settings.client_id,
            redirect_uri=self.settings.public_url + CALLBACK_PATH,
            scope=self.settings.scope,
            state=flow.state,
            nonce=flow.nonce,
        )
        return url, flow

    async def finish(self, flow: Flow, code: str, now: datetime) -> Vouched:
        """Exchange the code for what the provider says of the person.

        Raises:
            ProviderError: The code, or what it was exchanged for, is not to be trusted.
        """
        metadata = await self._known()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.public_url + CALLBACK_PATH,
            "code_verifier": flow.verifier,
        }
        auth = None
        if self._secret is None:
            form["client_id"] = self.settings.client_id
        else:
            secret = self._secret.get_secret_value()
            auth = httpx.BasicAuth(quote(self.settings.client_id, ""), quote(secret, ""))
        token = await self._asked(
            "POST", self._endpoint(metadata, "token_endpoint"), data=form, auth=auth
        )
        claims = await self._verified(token, flow, now)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderError("the subject is no text of 1 to 255 characters")
        if metadata.get("userinfo_endpoint") and isinstance(token.get("access_token"), str):
            told = await self._asked(
                "GET",
                self._endpoint(metadata, "userinfo_endpoint"),
                headers={"Authorization": f"Bearer {token['access_token']}"},
            )
            if told.get("sub") != subject:
                raise ProviderError("the user information is another person's")
            claims = {**told, **claims}
        return Vouched(Identity(self.settings.issuer, subject), claims)

    async def sign_out_url(self) -> str | None:
        """Where a browser ends its session with the provider; None if that cannot be.

        Raises:
            ProviderError: See there.
        """
        metadata = await self._known()
        if not metadata.get("end_session_endpoint"):
            return None
        url = httpx.URL(self._endpoint(metadata, "end_session_endpoint"))
        back = f"{self.settings.public_url}/sign-in"
        return str(
            url.copy_merge_params(
                {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
            )
        )

    async def _verified(self, token: dict[str, Any], flow: Flow, now: datetime) -> dict[str, Any]:
        text, access_token = token.get("id_token"), token.get("access_token")
        if not isinstance(text, str):
            raise ProviderError("it gave no ID token")
        offered = self._metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        expected = self._tokens.Expected(
            self.settings.issuer,
            self.settings.client_id,
            flow.nonce,
            access_token if isinstance(access_token, str) else None,
        )
        try:
            try:
                return self._tokens.verified(text, await self._key_set(), offered, expected, now)
            except self._tokens.UnknownKeyError:  # it changed its keys
                keys = await self._key_set(anew=True)
                return self._tokens.verified(text, keys, offered, expected, now)
        except self._tokens.BadTokenError as error:
            raise ProviderError(f"its ID token is not valid ({error})") from error

    async def _known(self) -> dict[str, Any]:
        async with self._fetching:
            if time.monotonic() - self._fetched_s >= _KEPT_S:
                issuer = self.settings.issuer
                metadata = await self._asked("GET", issuer.rstrip("/") + _METADATA_PATH)
                if metadata.get("issuer") != issuer:
                    raise ProviderError("it calls itself otherwise than the setting `issuer`")
                self._metadata, self._keys = metadata, {}
                self._fetched_s = time.monotonic()
        return self._metadata

    async def _key_set(self, *, anew: bool = False) -> dict[str, Any]:
        if not self._keys or anew:
            self._keys = await self._asked("GET", self._endpoint(self._metadata, "jwks_uri"))
        return self._keys

    def _endpoint(self, metadata: dict[str, Any], name: str) -> str:
        url = metadata.get(name)
        parts = urlsplit(url if isinstance(url, str) else "")
        if parts.scheme == "https" or (
            parts.scheme == "http" and is_this_machine(parts.hostname or "")
        ):
            return str(url)
        raise ProviderError(f"its {name} is missing or not https")

    async def _asked(self, method: str, url: str, **what: Any) -> dict[str, Any]:
        if self._busy >= _AT_ONCE:
            raise ProviderAwayError("too many wait for it")
        self._busy += 1
        is_here = is_this_machine(urlsplit(url).hostname or "")
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=not is_here) as client:
                answer = await client.request(method, url, **what)
                told = answer.json()
        except httpx.TransportError as error:
            raise ProviderAwayError(type(error).__name__) from error
        except ValueError as error:
            raise ProviderError("its answer is no JSON") from error
        finally:
            self._busy -= 1
        if not answer.is_success or not isinstance(told, dict):
            fault = told.get("error") if isinstance(told, dict) else None
            _log.warning("oidc_provider_refused", status=answer.status_code, fault=str(fault)[:64])
            if answer.status_code >= 500:
                raise ProviderAwayError(f"it answered {answer.status_code}")
            raise ProviderError(f"it answered {answer.status_code}")
        return told
