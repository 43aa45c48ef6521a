"""Every kind of channel: how it is sent to, and what it must be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.kit.errors import FieldError
from api.notices.channels import apprise_service, mail, push, robots, webhook
from api.notices.channels.base import Channel
from api.notices.channels.mail import port_of
from api.notices.channels.post import url_of
from api.notices.schemas import ChannelKind, ChannelSettings


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of channel.

    Attributes:
        send: Sends a message to it.
        needs: Settings that must be given.
        may: Settings that may be.
        is_to_people: Whether it is told for each person by themselves, and who that is by a rule.
    """

    send: Channel
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    is_to_people: bool = False


KINDS: Mapping[ChannelKind, Kind] = {
    ChannelKind.MAIL: Kind(
        mail.send, ("host", "sender", "recipients"), ("port", "username", "password")
    ),
    ChannelKind.MAIL_PEOPLE: Kind(
        mail.send, ("host", "sender"), ("port", "username", "password"), is_to_people=True
    ),
    ChannelKind.PUSH: Kind(push.send, (), is_to_people=True),
    ChannelKind.WEBHOOK: Kind(webhook.send, ("url", "secret")),
    ChannelKind.WECOM: Kind(robots.wecom, ("url",)),
    ChannelKind.DINGTALK: Kind(robots.dingtalk, ("url",), ("secret",)),
    ChannelKind.FEISHU: Kind(robots.feishu, ("url",), ("secret",)),
    ChannelKind.APPRISE: Kind(apprise_service.send, ("url",)),
}
_SETTINGS = ("url", "secret", "host", "port", "username", "password", "sender", "recipients")


def faults(kind: ChannelKind, settings: ChannelSettings) -> list[FieldError]:
    """What is wrong with the settings of a channel; never tells a secret."""
    known = KINDS[kind]
    found = []
    for name in _SETTINGS:
        where, value = f"body.settings.{name}", getattr(settings, name)
        if name in known.needs and not value:
            found.append(FieldError(where, f"a channel of kind {kind} needs it"))
        if name not in known.needs + known.may and value:
            found.append(FieldError(where, f"a channel of kind {kind} has none"))
    if (settings.username is None) != (settings.password is None):
        found.append(FieldError("body.settings.username", "is given together with a password"))
    if kind is ChannelKind.APPRISE:
        found += _faults_of_apprise(settings)
    elif settings.url is not None and _host_of(settings) is None:
        what = "is no address that begins with https:// or http:// and names a host"
        found.append(FieldError("body.settings.url", what))
    secret = "" if settings.secret is None else settings.secret.get_secret_value()
    if kind is ChannelKind.WEBHOOK and secret and webhook.key_of(secret) is None:
        what = "is not whsec_ and base64 of 24 to 64 bytes"
        found.append(FieldError("body.settings.secret", what))
    return found


def _faults_of_apprise(settings: ChannelSettings) -> list[FieldError]:
    found = []
    if not apprise_service.is_installed():
        what = "needs the extra: pip install 'mingan[apprise]'"
        found.append(FieldError("body.kind", what))
    if settings.url is not None and _service_of(settings) is None:
        offered = ", ".join(sorted(apprise_service.SCHEMES))
        what = f"does not begin with one of these and ://: {offered}"
        found.append(FieldError("body.settings.url", what))
    return found


def _service_of(settings: ChannelSettings) -> str | None:
    assert settings.url is not None
    return apprise_service.scheme_of(settings.url.get_secret_value())


def _host_of(settings: ChannelSettings) -> tuple[str, int] | None:
    assert settings.url is not None
    url = url_of(settings.url.get_secret_value())
    if url is None:
        return None
    return url.host, url.port or (443 if url.scheme == "https" else 80)


def target(kind: ChannelKind, settings: ChannelSettings) -> tuple[str, int | None] | None:
    """Whom a channel connects to, as host and port.

    Of Apprise it is the service alone: what stands where others have a host may be a token.
    """
    if kind is ChannelKind.APPRISE:
        service = None if settings.url is None else _service_of(settings)
        return None if service is None else (service, None)
    if kind in (ChannelKind.MAIL, ChannelKind.MAIL_PEOPLE):
        return None if settings.host is None else (settings.host, port_of(settings))
    return None if settings.url is None else _host_of(settings)
