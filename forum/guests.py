"""Guests: a post waits for its author's mail, and a browser that confirmed is known for a while."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from forum.models import PendingPost, Policy, Post
from forum.services import Author, RefusedError, add_reply, open_conversation
from modules.models import Module
from sstc_academy.lib.addresses import absolute

COOKIE = "forum_guest"
KNOWN_FOR = timedelta(days=30)
# Mails to one address within an hour: nobody can have us fill another person's mailbox.
MOST_MAILS_AN_HOUR = 5
_SALT = "forum.guest"


@dataclass(frozen=True)
class Guest:
    name: str
    email: str


def known_guest(request) -> Guest | None:
    """The guest whose address this browser has confirmed within the last 30 days."""
    try:
        values = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR)
        return Guest(**values)
    except (signing.BadSignature, TypeError):
        return None


def remember_guest(response, guest: Guest) -> None:
    response.set_cookie(
        COOKIE,
        signing.dumps({"name": guest.name, "email": guest.email}, salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )


@transaction.atomic
def hold_for_confirmation(
    request,
    *,
    module: Module,
    in_reply_to: Post | None,
    guest: Guest,
    title: str,
    text: str,
    language: str,
    submission: UUID,
) -> PendingPost:
    """Keep a guest's post and send its author the link. The same form sent twice sends one mail.

    RefusedError when too many links went to this address within the last hour.
    """
    recent = PendingPost.objects.filter(
        email__iexact=guest.email, created_at__gt=timezone.now() - timedelta(hours=1)
    )
    if recent.exclude(submission=submission).count() >= MOST_MAILS_AN_HOUR:
        raise RefusedError(RefusedError.TOO_MANY)
    pending, is_new = PendingPost.objects.get_or_create(
        submission=submission,
        defaults={
            "token": token_urlsafe(16),
            "module": module,
            "in_reply_to": in_reply_to,
            "name": guest.name,
            "email": guest.email,
            "title": title,
            "text": text,
            "language": language,
            "interface_language": get_language(),
        },
    )
    if is_new:
        link = absolute(request, reverse("forum:confirm", args=[pending.token]))
        transaction.on_commit(lambda: _send_link(pending, link))
    return pending


@transaction.atomic
def publish(pending: PendingPost) -> Post:
    """The guest has come from the mail. RefusedError as for any reply, or when the forum takes no
    more posts of guests by now; then the text stays where it waits."""
    waiting = PendingPost.objects.select_for_update().filter(pk=pending.pk).first()
    if waiting is None:
        # A second click, or two at once: the first has published it.
        return Post.objects.get(submission=pending.submission)
    visitor = AnonymousUser()
    is_readable = Module.objects.visible_to(visitor).filter(pk=waiting.module_id).exists()
    if not is_readable or not Policy.of(waiting.module).lets_write(visitor):
        raise RefusedError(RefusedError.CLOSED)
    values = {
        "author": Author(name=waiting.name, email=waiting.email),
        "text": waiting.text,
        "language": waiting.language,
        "submission": waiting.submission,
    }
    if waiting.in_reply_to_id:
        post = add_reply(in_reply_to=waiting.in_reply_to, **values)
    else:
        post = open_conversation(module=waiting.module, title=waiting.title, **values)
    waiting.delete()
    return post


def _send_link(pending: PendingPost, link: str) -> None:
    context = {"pending": pending, "link": link}
    message = EmailMultiAlternatives(
        subject=_("Publish your post in the forum of the SSTC Academy"),
        body=render_to_string("forum/mail/confirm.txt", context),
        to=[pending.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("forum/mail/confirm.html", context), "text/html")
    message.send()
