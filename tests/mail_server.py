"""A real mail server that keeps what it is given, and answers what a test tells it to."""

import asyncio
import email
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class Received:
    to: str
    sender: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=policy.default)


@dataclass
class MailServer:
    port: int
    received: list[Received] = field(default_factory=list)
    # By address; what is not here is taken.
    answers_to_recipient: dict[str, str] = field(default_factory=dict)
    answers_to_data: dict[str, str] = field(default_factory=dict)
    # Addresses whose mails are answered only after so many seconds.
    seconds_to_answer: dict[str, float] = field(default_factory=dict)
    # Addresses at whose mails the connection breaks.
    breaks_at: set[str] = field(default_factory=set)
    connections: int = 0

    @property
    def counts(self) -> Counter:
        """How many mails each address has got."""
        return Counter(mail.to for mail in self.received)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.answers_to_recipient.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        [to] = envelope.rcpt_tos
        if to in self.breaks_at:
            server.transport.abort()
            return "250 never seen"
        await asyncio.sleep(self.seconds_to_answer.get(to, 0))
        if answer := self.answers_to_data.get(to):
            return answer
        self.received.append(Received(to, envelope.mail_from, envelope.original_content))
        return "250 OK"


class _Controller(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="localhost", ident="Test")


@contextmanager
def listening(server: MailServer) -> Iterator[None]:
    """In a thread of its own; it may be gone for a while, and come back."""
    controller = _Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
