"""What a channel is told, and what it answers.

A channel is one function: it takes a message and answers an :class:`Attempt`, whatever the peer
does. Only a fault of our own is an exception.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from api.contract.vocabulary import Language
from api.kit.outbound import Network
from api.notices.schemas import ChannelSettings, Outcome

WHOLE_S = 8.0
"""How long an attempt takes at most, from the name to the last byte of the answer."""
ANSWER_BYTES = 64 * 1024
"""So much of an answer is read."""
_ANSWER_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One event, as a program and as a person reads it."""

    event: str
    school_id: str | None
    risk: str | None
    at: datetime
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes with a mail.

    Attributes:
        name: Of the file.
        content: Its bytes.
        subject: What it is, for the access log.
        school_id: Whose; None of the whole district.
    """

    name: str
    content: bytes
    subject: str
    school_id: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to one channel.

    Attributes:
        id: The same in every attempt.
        items: The first of what it tells of; texts in the channel's language.
        count: Of how many events it tells.
        language: Of what stands around them.
        console_url: Where the console is, without a slash at its end; empty if nobody said.
        attachments: What goes with it; mail to people alone takes any.
    """

    id: str
    items: Sequence[Item]
    count: int
    language: Language
    console_url: str
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of sending a message once.

    Attributes:
        outcome: Whether the peer took it, or why not.
        status: What it answered with, of HTTP or SMTP.
        answer: What it said.
        after_s: How long it asked to be left alone, in seconds.
    """

    outcome: Outcome
    status: int | None = None
    answer: str = ""
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outside:
    """What of the world a channel may use.

    Attributes:
        networks: Networks that an administrator allowed besides the public ones.
        now: The present moment, for signatures.
        push_key: Signs what wakes browsers.
        push_hosts: Services that wake browsers and may be used; of ``.name`` all below it.
        contact: Whom such a service may ask about us, as an address.
    """

    networks: Sequence[Network]
    now: datetime
    push_key: EllipticCurvePrivateKey | None = None
    push_hosts: Sequence[str] = ()
    contact: str = "mailto:admin@mingan.invalid"


Channel = Callable[[ChannelSettings, Message, Outside], Awaitable[Attempt]]


def shown(answer: bytes | str, settings: ChannelSettings) -> str:
    """An answer as it is logged: short, printable, without the channel's secrets."""
    text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    for each in (settings.url, settings.secret, settings.password):
        if each is not None:
            text = text.replace(each.get_secret_value(), "…")
    if settings.url is not None:
        # A robot's token stands at the end of its address.
        for token in settings.url.get_secret_value().replace("=", "/").split("/")[-1:]:
            text = text.replace(token, "…") if len(token) >= 8 else text
    printable = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printable.split())[:_ANSWER_CHARACTERS]
