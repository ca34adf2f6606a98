"""What people are told of: the mails as they would leave now, read back from their bytes."""

import email
from email.message import EmailMessage
from email.policy import SMTP

from accounts.mail import builders
from accounts.mail.models import OutgoingMail
from forum.models import Notice, Subscriber
from forum.notices import DIGEST, LETTER, announce_waiting


def announce() -> None:
    """All that waits."""
    while announce_waiting():
        pass


def told(post) -> set[Subscriber]:
    """Who has been put down for the post, after all that waited was announced."""
    announce()
    return {notice.subscriber for notice in Notice.objects.filter(post=post)}


def built() -> list:
    """Of every mail that waits; None where nothing is left to tell."""
    messages = []
    for kind in (LETTER, DIGEST):
        mails = list(OutgoingMail.objects.filter(kind=kind, state="waiting").order_by("pk"))
        if mails:
            messages += [message for _mail, message in builders.builder_of(kind)(mails)]
    return messages


def parsed(message) -> EmailMessage:
    return email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=SMTP)


def received() -> list[EmailMessage]:
    """After all that waited was announced."""
    announce()
    return [parsed(message) for message in built() if message]


def subjects() -> list[str]:
    return [message["Subject"] for message in received()]


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()
