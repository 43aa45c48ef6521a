"""Mail by SMTP, encrypted unless an administrator chose otherwise."""

from __future__ import annotations

import asyncio
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage

import aiosmtplib

from api.kit.outbound import AddressRefusedError, UnknownHostError, resolve
from api.notices.channels.base import WHOLE_S, Attempt, Message, Outside, shown
from api.notices.schemas import ChannelSettings, MailSecurity, Outcome
from api.notices.texts import as_text, subject

_TEXT_BYTES = 100_000
_PORTS = {MailSecurity.TLS: 465, MailSecurity.STARTTLS: 587, MailSecurity.PLAIN: 25}
_TOO_MANY = frozenset({421, 450, 451, 452})
"""Asks to come back later (RFC 5321 §4.2.1); servers limit their clients with these."""


def port_of(settings: ChannelSettings) -> int:
    """The server's port, as set or as is usual."""
    return settings.port or _PORTS[settings.security]


def _mail(settings: ChannelSettings, message: Message) -> EmailMessage:
    assert settings.sender is not None
    mail = EmailMessage()
    mail["Subject"] = subject(message)
    mail["From"] = Address("Mingan 明安", addr_spec=settings.sender)
    mail["To"] = ", ".join(settings.recipients)
    # The same in every attempt: a mail program shows a repetition once.
    mail["Message-ID"] = f"<{message.id}@mingan.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(message, _TEXT_BYTES), cte="base64")
    for each in message.attachments:
        mail.add_attachment(each.content, "application", "pdf", filename=each.name)
    return mail


async def _connected(settings: ChannelSettings, outside: Outside) -> socket.socket:
    assert settings.host is not None
    port = port_of(settings)
    address = await resolve(settings.host, port, outside.networks)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


async def _deliver(settings: ChannelSettings, message: Message, outside: Outside) -> str:
    connection = await _connected(settings, outside)
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        sock=connection,
        timeout=WHOLE_S,
        use_tls=settings.security is MailSecurity.TLS,
        start_tls=settings.security is MailSecurity.STARTTLS,
        tls_context=ssl.create_default_context(),
        local_hostname="mingan.invalid",
    )
    try:
        await client.connect()
        if settings.username is not None and settings.password is not None:
            await client.login(settings.username, settings.password.get_secret_value())
        refused, said = await client.send_message(_mail(settings, message))
        if refused:
            # Some of the recipients: who has it must not be told again and again.
            names = ", ".join(sorted(refused))
            said = f"{said} (not to {names})"
        return said
    finally:
        transport = client.transport
        client.close()
        if isinstance(transport, asyncio.Transport):
            # Nothing is owed any more: a server that is slow to end TLS keeps no connection.
            transport.abort()


async def send(settings: ChannelSettings, message: Message, outside: Outside) -> Attempt:
    """Send a message to all recipients as one mail."""
    try:
        async with asyncio.timeout(WHOLE_S):
            said = await _deliver(settings, message, outside)
    except AddressRefusedError:
        return Attempt(Outcome.ADDRESS_REFUSED)
    except UnknownHostError:
        return Attempt(Outcome.UNKNOWN_HOST)
    except (TimeoutError, aiosmtplib.SMTPTimeoutError):
        return Attempt(Outcome.TIMEOUT)
    except aiosmtplib.SMTPResponseException as error:
        return _refused(error, settings)
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return _refused(first, settings)
    except aiosmtplib.SMTPException as error:
        return Attempt(_trouble(error), answer=shown(str(error), settings))
    except OSError as error:
        return Attempt(_trouble(error), answer=shown(str(error), settings))
    return Attempt(Outcome.DELIVERED, 250, shown(said, settings))


def _refused(error: aiosmtplib.SMTPResponseException, settings: ChannelSettings) -> Attempt:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        outcome = Outcome.BAD_CREDENTIALS
    elif error.code in _TOO_MANY:
        outcome = Outcome.RATE_LIMITED
    else:
        outcome = Outcome.REFUSED
    return Attempt(outcome, error.code, shown(error.message, settings))


def _trouble(error: BaseException) -> Outcome:
    each: BaseException | None = error
    while each is not None:
        if isinstance(each, ssl.SSLCertVerificationError):
            return Outcome.BAD_CERTIFICATE
        if isinstance(each, ssl.SSLError):
            return Outcome.NO_TLS
        each = each.__cause__ or each.__context__
    return Outcome.NO_TLS if "STARTTLS" in str(error).upper() else Outcome.UNREACHABLE
