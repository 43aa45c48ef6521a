"""A mail server (aiosmtpd) that takes mail, or answers as scripted."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Takes mail, or answers as scripted."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _s: SMTP, _c: Session, envelope: Envelope, address: str, _o: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, _c: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.script.pop(0) if self.script else "250 taken"
        if answer == "silent":
            await asyncio.sleep(3)
            return "250 late"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer


class MailServer(Controller):
    """On a loopback port of its own."""

    def __init__(self, mailbox: Mailbox, **more: Any) -> None:
        super().__init__(mailbox, hostname="127.0.0.1", port=0, **more)

    def _trigger_server(self) -> None:
        # Which port it has is known once it listens.
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
