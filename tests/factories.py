"""Objects for tests: valid by default, so that a test names only what it is about."""

import time
from datetime import date
from itertools import count

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import facilitators_group
from forum.authors import Author
from forum.guests import Guest, remember_guest
from forum.models import Frequency, Post, Subscriber, Subscription
from forum.services import add_reply, open_conversation
from modules.models import (
    Commitment,
    Figure,
    Module,
    NewsItem,
    Pledge,
    Resource,
    Section,
    TimelineEvent,
    Video,
)
from modules.models.publishing import Status

PASSWORD = "a long enough passphrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(100)

VTT = b"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nHello\n"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(64)


def make_user(**fields) -> User:
    number = next(_numbers)
    values = {"email": f"person{number}@example.org", "display_name": f"Person {number}"} | fields
    user = User.objects.create_user(password=PASSWORD, **values)
    if user.is_staff:
        # Without a second factor the administration stays closed.
        TOTP.activate(user, TOTP_SECRET)
    return user


def totp_code(secret: str = TOTP_SECRET) -> str:
    """What the person's app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def confirm(user: User) -> User:
    """The person, whose e-mail address is confirmed now."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_facilitator(**fields) -> User:
    user = make_user(is_staff=True, **fields)
    user.groups.add(facilitators_group())
    return user


def make_module(**fields) -> Module:
    number = next(_numbers)
    values = {
        "number": number,
        "slug": f"module-{number}",
        "title_en": f"Title {number}",
        "summary_en": "A summary.",
        "status": Status.PUBLISHED,
    }
    return Module.objects.create(**values | fields)


def make_section(module: Module, **fields) -> Section:
    values = {"title_en": "A section", "body_en": "Some **text**.", "position": next(_numbers)}
    return Section.objects.create(module=module, **values | fields)


def make_figure(module: Module, **fields) -> Figure:
    return Figure.objects.create(
        module=module, **{"value": "40+", "label_en": "countries"} | fields
    )


def make_video(module: Module, **fields) -> Video:
    values = {"title_en": "A video", "position": next(_numbers)}
    return Video.objects.create(module=module, **values | fields)


def make_event(module: Module, **fields) -> TimelineEvent:
    values = {"kind": "conference", "date": "2013-10-08/2013-10-10", "title_en": "A conference"}
    return TimelineEvent.objects.create(module=module, **values | fields)


def make_resource(module: Module, **fields) -> Resource:
    values = {"title_en": "A page", "url": "https://example.org/page", "languages": ["en"]}
    return Resource.objects.create(module=module, **values | fields)


def make_pledge(**fields) -> Pledge:
    values = {
        "slug": f"pledge-{next(_numbers)}",
        "organisation": "ICMPD",
        "announced_on": date(2021, 6, 10),
        "title_en": "A pledge",
        "summary_en": "What it promises.",
        "status": Status.PUBLISHED,
    }
    return Pledge.objects.create(**values | fields)


def make_commitment(pledge: Pledge, **fields) -> Commitment:
    return Commitment.objects.create(pledge=pledge, **{"text_en": "To do something."} | fields)


def make_news(**fields) -> NewsItem:
    values = {
        "slug": f"news-{next(_numbers)}",
        "organisation": "ICMPD",
        "date": date(2021, 6, 10),
        "title_en": "Some news",
        "summary_en": "What happened.",
        "body_en": "The whole story.",
        "status": Status.PUBLISHED,
    }
    return NewsItem.objects.create(**values | fields)


def make_guest(name: str = "Amílcar", email: str = "amilcar@example.org") -> Author:
    return Author(name=name, email=email)


def know_guest(client: Client, name: str = "Amílcar", email: str = "amilcar@example.org") -> None:
    """As a browser in which the guest has confirmed the address."""
    response = HttpResponse()
    remember_guest(response, Guest(name, email))
    client.cookies = response.cookies


def began_earlier() -> str:
    """What a guest's form holds that was opened a minute ago."""
    return signing.Signer(salt="forum.form").sign(f"{time.time() - 60:.0f}")


def make_post(module: Module, author: Author | None = None, **fields) -> Post:
    """The opening post of a conversation, of a new member unless `author` is named."""
    author = author or Author.member(make_user())
    values = {"text": "How do you begin?", "language": "en"} | fields
    return open_conversation(module=module, author=author, **values)


def make_reply(in_reply_to: Post, author: Author | None = None, **fields) -> Post:
    author = author or Author.member(make_user())
    values = {"text": "We begin with the school.", "language": "en"} | fields
    return add_reply(in_reply_to=in_reply_to, author=author, **values)


def make_subscriber(user: User | None = None, **fields) -> Subscriber:
    """The member, or a guest who has confirmed the address."""
    values = {"confirmed_at": timezone.now()}
    if user is None:
        values |= {"email": f"guest{next(_numbers)}@example.org", "language": "en"}
    return Subscriber.objects.create(user=user, **values | fields)


def make_subscription(subscriber: Subscriber | None = None, **fields) -> Subscription:
    """To `module` or `conversation`; to answers when neither is named."""
    values = {"subscriber": subscriber or make_subscriber(), "frequency": Frequency.AT_ONCE}
    return Subscription.objects.create(**values | fields)


def upload(name: str, content: bytes, **about: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, **about)
