"""A mail as it came, read so that nothing in it can raise: whoever sends mail may send anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property
from hashlib import sha256

# Enough for a long text with its quotations in two forms; what follows is pictures and files.
MOST_BYTES = 2 * 1024 * 1024
# Nobody writes so many parts within parts; whoever looks into them stays far from Python's limit.
_DEEPEST = 30
_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w.-]{1,255}", re.ASCII)
_LONGEST_HEADER, _MOST_HEADERS = 20_000, 10
_LONGEST_LINE = 2_000
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")
# In the order in which they are believed; the last two are what the sender wrote.
_RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


class UnreadableError(Exception):
    """Parts within parts, deeper than anybody writes."""


@dataclass(frozen=True)
class Incoming:
    message: Message
    # As the mail server says it; "" when it says nothing.
    recipient: str = ""

    @classmethod
    def parse(cls, data: bytes, recipient: str = "") -> "Incoming":
        """Only the first MOST_BYTES are looked at. UnreadableError for too many parts in parts."""
        try:
            return cls.of(message_from_bytes(data[:MOST_BYTES], policy=compat32), recipient)
        except RecursionError:
            raise UnreadableError("too many parts within parts") from None

    @classmethod
    def of(cls, message: Message, recipient: str = "") -> "Incoming":
        """Of a message that a mail service has taken apart."""
        for part, depth in _parts(message):
            if depth > _DEEPEST:
                raise UnreadableError("too many parts within parts")
            # The others take each header apart when it is asked for, and raise over odd ones.
            part.policy = compat32
            for name in ("Content-Type", "Content-Disposition"):
                # Thousands of parameters take a minute to read.
                if len(str(part.get(name, ""))) > _LONGEST_LINE:
                    del part[name]
        return cls(message, recipient)

    def header(self, name: str) -> str:
        """In one line; "" when it is missing."""
        return _decoded(str(self.message.get(name, ""))[:_LONGEST_LINE])

    def raw_header(self, name: str) -> str:
        return " ".join(str(self.message.get(name, ""))[:_LONGEST_LINE].split())

    @cached_property
    def recipients(self) -> list[str]:
        """Every address to which it went, as far as it tells."""
        values = [
            str(value)[:_LONGEST_HEADER]
            for name in _RECIPIENT_HEADERS
            for value in self.message.get_all(name, [])[:_MOST_HEADERS]
        ]
        # Only those of our own form matter, which need no parser.
        found = [each for value in [self.recipient, *values] for each in _ADDRESS.findall(value)]
        return list(dict.fromkeys(found))

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Name and address of whom it says it comes from; both "" unless it is one person."""
        values = [str(value) for value in self.message.get_all("From", [])]
        found = _addresses(values[0][:_LONGEST_LINE]) if len(values) == 1 else []
        if len(found) != 1:
            return "", ""
        [(name, address)] = found
        return _decoded(name), address.lower()

    @cached_property
    def message_id(self) -> str:
        """With its brackets; "" when it has none that could be written into another mail."""
        found = _MESSAGE_ID.search(self.raw_header("Message-ID"))
        return found[0] if found else ""

    @cached_property
    def identity(self) -> str:
        """The same for the same mail, however often it is delivered."""
        names = ["From", "Date", "Subject"]
        said = self.message_id or "\n".join(
            [*map(self.raw_header, names), *map(str, _payloads(self.message))]
        )
        return sha256(said.encode(errors="surrogatepass")).hexdigest()


def leaves(message: Message) -> Iterator[Message]:
    """In the order of the mail; another mail within is one leaf, whatever it holds."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(part.get_payload())
        else:
            yield part


def _parts(message: Message) -> Iterator[tuple[Message, int]]:
    """Each with its depth; without `walk`, which goes as deep as the mail does."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if part.is_multipart():
            waiting += [(inner, depth + 1) for inner in part.get_payload()]


def _payloads(message: Message) -> list:
    return [part.get_payload() for part in message.walk() if not part.is_multipart()]


def _addresses(value: str) -> list[tuple[str, str]]:
    try:
        return [(name, address) for name, address in getaddresses([value]) if address]
    except (IndexError, ValueError, RecursionError):
        # The parser of the standard library, over broken ones.
        return []


def _decoded(value: str) -> str:
    try:
        text = str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        text = value
    return " ".join(text.split())
