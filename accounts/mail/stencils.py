"""A message that is made once and filled in for each of many people.

To render a page and to build a MIME message takes some thirty times as long as to hand a message
to a mail server. What differs from person to person are a few short words: they are put into the
finished bytes.
"""

import re
from email.utils import formatdate
from secrets import token_hex

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from accounts.mail.ready import ReadyMessage

_slots: list[str] = []


def slot(suffix: str = "") -> str:
    """What stands in a message for what is filled in; nobody can guess it, and so write it in a
    post. Of letters and digits but for the suffix."""
    _slots.append(f"{token_hex(8)}{suffix}")
    return _slots[-1]


# In the head of the message,
ADDRESS, DATE = slot("@stencil.invalid"), slot()
# and in the addresses of pages anywhere.
KEY = slot()

# Below the 998 that a line may have: an address broken into two lines has spoilt signatures.
_LONGEST_HEADER_LINE = 900
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", re.ASCII)


class Stencil:
    """`message` goes to ADDRESS; its other slots may stand wherever they are wanted."""

    def __init__(self, message: EmailMultiAlternatives):
        message.extra_headers["Date"] = DATE
        made = message.message()
        made.policy = made.policy.clone(max_line_length=_LONGEST_HEADER_LINE)
        whole = re.sub(_broken(_slots).encode(), _mend, made.as_bytes(linesep="\r\n"))
        self._pieces = re.split(_any(_slots).encode(), whole)
        self._subject = message.subject

    def fill(self, values: dict[str, str]) -> ReadyMessage:
        """What stands in each slot: ASCII without "=", "&" and the like, but for the ADDRESS."""
        in_header = {DATE: formatdate(), ADDRESS: _in_header(values[ADDRESS])}
        in_bytes = {slot.encode(): text.encode() for slot, text in (values | in_header).items()}
        content = b"".join([in_bytes.get(piece, piece) for piece in self._pieces])
        return ReadyMessage(content, to=values[ADDRESS], subject=self._subject)


def _any(slots: list[str]) -> str:
    return f"({'|'.join(map(re.escape, slots))})"


def _broken(slots: list[str]) -> str:
    """Quoted-printable text is broken into lines anywhere, also within one of these."""
    return "|".join("(?:=\r\n)?".join(map(re.escape, each)) for each in slots)


def _mend(found: re.Match) -> bytes:
    return found[0].replace(b"=\r\n", b"")


def _in_header(address: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    return sanitize_address(address, settings.DEFAULT_CHARSET)
