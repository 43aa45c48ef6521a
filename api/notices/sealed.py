"""A channel's settings as they are stored: sealed as a whole, so that no field is forgotten."""

from __future__ import annotations

import json

from pydantic import SecretStr, ValidationError

from api.db.notice import NoticeChannel
from api.kit.sealing import Seal, SealBrokenError
from api.notices.schemas import ChannelSettings, SecretName

SECRETS: tuple[SecretName, ...] = ("url", "secret", "password")
_PURPOSE = "notice channels"


def sealed(key: bytes, settings: ChannelSettings) -> str:
    """Settings with their secrets, as a row keeps them."""
    plain = settings.model_dump(mode="json")
    for name in SECRETS:
        secret: SecretStr | None = getattr(settings, name)
        plain[name] = None if secret is None else secret.get_secret_value()
    return Seal(key, _PURPOSE).seal(json.dumps(plain))


def opened(key: bytes, channel: NoticeChannel) -> ChannelSettings:
    """Settings with their secrets.

    Raises:
        SealBrokenError: If they were sealed with another key.
    """
    try:
        return ChannelSettings.model_validate_json(Seal(key, _PURPOSE).open(channel.sealed))
    except ValidationError as error:
        raise SealBrokenError from error
