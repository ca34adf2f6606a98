"""Mails that arrive: the files in tests/forum/mails are what mail programs send, byte by byte."""

from pathlib import Path

from django.utils import timezone

from forum.models import Post, Subscriber
from forum.receiving.reading import Incoming
from forum.receiving.taking import receive
from forum.reply_addresses import bounce_address, reply_address

FOLDER = Path(__file__).parent / "mails"
# From whom the mails in the files come.
SENDER = "amilcar@exemplo.cv"
REPLY_ADDRESS = "forum@talk.example.org"


def make_subscriber(user=None, **fields) -> Subscriber:
    values = {"confirmed_at": timezone.now()} | ({} if user else {"email": SENDER}) | fields
    return Subscriber.objects.create(user=user, **values)


def mail_of(name: str, post: Post, subscriber: Subscriber) -> bytes:
    """The file, addressed to where this subscriber answers this post, or where mail bounces."""
    data = (FOLDER / f"{name}.eml").read_bytes()
    for placeholder, value in (
        ("forum+REPLY@talk.example.org", reply_address(post, subscriber)),
        ("forum+BOUNCE@talk.example.org", bounce_address(subscriber)),
        ("SUBSCRIBERKEY", subscriber.key),
    ):
        data = data.replace(placeholder.encode(), value.encode())
    return data


def written(post: Post, subscriber: Subscriber, body: str, **headers: str) -> bytes:
    """A plain mail in UTF-8."""
    lines = {
        "From": f"Amílcar <{subscriber.address}>",
        "To": reply_address(post, subscriber),
        "Message-ID": "<1@mail.exemplo.cv>",
        "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
    return f"{head}\n\n{body}\n".encode()


def arrives(data: bytes, to: str = "") -> str:
    """What becomes of it."""
    return receive(Incoming.parse(data, to))
