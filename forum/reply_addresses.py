"""Addresses at which a mail of the forum is answered, and at which it bounces.

Each names the post and the subscriber, and is signed: nobody can make one up, or change one to
speak for somebody else. Mail servers may write it in small or in capital letters.
"""

import re
from base64 import b32encode
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.mail.ready import ReadyMessage
from forum.models import Post, Subscriber

_SALT = "forum.reply_addresses"
# 80 bits, of which nobody can try many: each try is a mail. They are 16 letters, and so the part
# before the "@" stays below the 64 that it may have.
_SIGNATURE_BYTES = 10
_REPLY = re.compile(r"r(\d{1,10})-(\d{1,10})-[a-z2-7]{16}", re.ASCII)
_BOUNCE = re.compile(r"b(\d{1,10})-[a-z2-7]{16}", re.ASCII)


class Reply(NamedTuple):
    post_id: int
    subscriber_id: int


def reply_address(post: Post, subscriber: Subscriber) -> str:
    """Where this person answers this post; "" when there is no reply by mail."""
    return _address(_reply_token(settings.SECRET_KEY, post.pk, subscriber.pk))


def bounce_address(subscriber: Subscriber) -> str:
    """The sender on the envelope: whoever cannot deliver tells it there. "" as above."""
    return _address(_bounce_token(settings.SECRET_KEY, subscriber))


def let_bounce(message: ReadyMessage, subscriber: Subscriber) -> None:
    """Has it come back where it cannot be delivered, if anything arrives here."""
    if bounces_at := bounce_address(subscriber):
        # On the envelope; the header goes on to say who writes.
        message.from_email = bounces_at


def read_reply(address: str) -> Reply | None:
    """None for what is no reply address of ours, or has been altered."""
    token = _token_in(address)
    if not (found := _REPLY.fullmatch(token)):
        return None
    reply = Reply(*map(int, found.groups()))
    return reply if _is_genuine(token, lambda key: _reply_token(key, *reply)) else None


def read_bounce(address: str) -> Subscriber | None:
    """Whose mail came back, if it went to the address that they still have."""
    token = _token_in(address)
    if not (found := _BOUNCE.fullmatch(token)):
        return None
    subscriber = Subscriber.objects.filter(pk=int(found[1])).select_related("user").first()
    if subscriber and _is_genuine(token, lambda key: _bounce_token(key, subscriber)):
        return subscriber
    return None


def is_ours(address: str) -> bool:
    """Whether mail to it arrives here, with or without a token."""
    name, _at, domain = settings.REPLY_ADDRESS.partition("@")
    local, _at, host = address.lower().rpartition("@")
    return bool(domain) and host == domain and local.partition("+")[0] == name


def _address(token: str) -> str:
    name, _at, domain = settings.REPLY_ADDRESS.partition("@")
    return f"{name}+{token}@{domain}" if name else ""


def _token_in(address: str) -> str:
    """What stands between "+" and "@"; "" where nothing of ours does."""
    local = address.lower().rpartition("@")[0]
    return local.partition("+")[2] if is_ours(address) else ""


def _reply_token(key: str, post_id: int, subscriber_id: int) -> str:
    said = f"r{post_id}-{subscriber_id}"
    return f"{said}-{_signature(key, said)}"


def _bounce_token(key: str, subscriber: Subscriber) -> str:
    # With the address, so that what bounced at an old one says nothing of the new.
    said = f"b{subscriber.pk}"
    return f"{said}-{_signature(key, f'{said}:{subscriber.address.lower()}')}"


def _signature(key: str, said: str) -> str:
    digest = salted_hmac(_SALT, said, secret=key, algorithm="sha256").digest()
    return b32encode(digest[:_SIGNATURE_BYTES]).decode().lower()


def _is_genuine(token: str, made_with: Callable[[str], str]) -> bool:
    """With the secret key of today, or one that an operator has replaced and still lists."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(token, made_with(key)) for key in keys)
