"""What the libraries of OpenID Connect do: the challenge, the ID token's signature and claims.

Imported where a provider is configured alone: one box needs none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

_LEEWAY_S = 60
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
"""Signatures by a key that the provider alone has; never ``none``, never a shared secret."""


class BadTokenError(Exception):
    """An ID token that proves nothing."""


class UnknownKeyError(BadTokenError):
    """It names a key that was not among those given."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say.

    Attributes:
        issuer: Who made it.
        client_id: For whom.
        nonce: For which sign-in.
        access_token: What came with it, if anything did.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str | None


def authorization_url(endpoint: str, verifier: str, **parameters: str) -> str:
    """Where a browser asks for a code, with the challenge of a verifier."""
    return str(
        prepare_grant_uri(
            endpoint,
            response_type="code",
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **parameters,
        )
    )


def verified(
    token: str,
    jwks: Mapping[str, Any],
    offered: list[str],
    expected: Expected,
    now: datetime,
) -> dict[str, Any]:
    """The claims of an ID token.

    Args:
        token: It.
        jwks: The provider's keys.
        offered: How the provider says it signs.
        expected: What it must say.
        now: The present moment.

    Raises:
        UnknownKeyError: Another set of keys may know it.
        BadTokenError: It is not to be trusted.
    """
    registry = JWSRegistry(algorithms=sorted(_ALGORITHMS & set(offered)), strict_check_header=False)
    try:
        keys = KeySet.import_key_set(dict(jwks))  # type: ignore[arg-type]
        found = jwt.decode(token, keys, registry=registry)
        claims = CodeIDToken(
            found.claims,
            found.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
            },
            {
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": expected.access_token,
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
    except InvalidKeyIdError as error:
        raise UnknownKeyError(type(error).__name__) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadTokenError(type(error).__name__) from error
    return dict(claims)
