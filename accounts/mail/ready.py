"""Messages whose bytes are made already."""

import email
from email import policy

from django.core.mail import EmailMessage, EmailMultiAlternatives

# Of which Django's message has fields of its own, or which speak of the form of the body.
_NOT_EXTRA = {"subject", "from", "to", "cc", "reply-to", "mime-version"}


class Bytes:
    """Answers what Django's SMTP backend asks of a message."""

    def __init__(self, content: bytes):
        self._content = content

    def as_bytes(self, unixfrom=False, linesep="\r\n") -> bytes:
        """As they are: with the line ends of SMTP."""
        return self._content


class ReadyMessage(EmailMessage):
    """Envelope and subject are what is given here; what the message says of itself is not read."""

    def __init__(self, content: bytes, *, to: str, subject: str = ""):
        super().__init__(subject=subject, to=[to])
        self._bytes = Bytes(content)

    def message(self):
        return self._bytes


def taken_apart(message: EmailMessage) -> EmailMultiAlternatives:
    """The same with subject, text and so on in fields, as the interfaces of mail services want it.

    For messages of our kind: text, perhaps HTML, and no files.
    """
    read = email.message_from_bytes(message.message().as_bytes(), policy=policy.default)
    text, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    result = EmailMultiAlternatives(
        subject=str(read["Subject"] or ""),
        body=text.get_content() if text else "",
        from_email=str(read["From"]),
        to=message.to,
        reply_to=[str(read["Reply-To"])] if read["Reply-To"] else None,
        headers={
            name: str(value)
            for name, value in read.items()
            if name.lower() not in _NOT_EXTRA and not name.lower().startswith("content-")
        },
    )
    if html:
        result.attach_alternative(html.get_content(), "text/html")
    return result
