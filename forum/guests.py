"""Guests: a post waits for its author's mail, and a browser that confirmed is known for a while."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import transaction
from django.utils.translation import get_language

from forum import mails, rules
from forum.authors import Author
from forum.limits import Limit, Origin, count_or_wait, hashed
from forum.models import PendingPost, Policy, Post
from forum.refusals import RefusedError
from forum.rules import Draft
from forum.services import add_reply, open_conversation
from forum.subscribing import follow_answers, subscriber_at
from modules.freshness import touch
from modules.models import Module

COOKIE = "forum_guest"
KNOWN_FOR = timedelta(days=30)
MAILS_PER_ADDRESS = Limit(short=5, long=20)
_SALT = "forum.guest"


@dataclass(frozen=True)
class Guest:
    name: str
    email: str

    @property
    def author(self) -> Author:
        return Author(name=self.name, email=self.email, language=get_language())


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
    draft: Draft,
    *,
    in_reply_to: Post | None,
    language: str,
    submission: UUID,
    wants_answers: bool = False,
) -> PendingPost:
    """Keeps a guest's post and sends the link; the same form sent twice is one of each.

    RefusedError when the rules refuse it, or too many links went to this address of late.
    """
    pending = PendingPost.objects.filter(submission=submission).first()
    if pending:
        return pending
    rules.admit(draft, Origin.of(request))
    count_mail(draft.author.email)
    pending = PendingPost.objects.create(
        submission=submission,
        token=new_key(),
        module=draft.module,
        is_reply=in_reply_to is not None,
        in_reply_to=in_reply_to,
        name=draft.author.name,
        email=draft.author.email,
        title=draft.title,
        text=draft.text,
        is_checked=draft.is_checked,
        language=language,
        interface_language=get_language(),
        wants_answers=wants_answers,
    )
    mails.send_confirmation(request, pending)
    return pending


@transaction.atomic
def publish(pending: PendingPost) -> Post:
    """The guest has come from the mail. RefusedError as for any post, or when the forum takes no
    more posts of guests by now; then the text stays where it waits."""
    touch()
    waiting = PendingPost.objects.select_for_update().filter(pk=pending.pk).first()
    if waiting is None:
        # A second click, or two at once: the first has published it.
        if post := Post.objects.filter(submission=pending.submission).first():
            return post
        raise RefusedError(RefusedError.GONE)
    visitor = AnonymousUser()
    is_readable = Module.objects.visible_to(visitor).filter(pk=waiting.module_id).exists()
    if not is_readable or not Policy.of(waiting.module).lets_write(visitor):
        raise RefusedError(RefusedError.CLOSED)
    values = {
        "author": Author(
            name=waiting.name, email=waiting.email, language=waiting.interface_language
        ),
        "text": waiting.text,
        "language": waiting.language,
        "submission": waiting.submission,
        # Where it came from was counted when it was sent.
        "origin": Origin(browser="", network=""),
        "is_checked": waiting.is_checked,
    }
    if waiting.is_reply and waiting.in_reply_to is None:
        raise RefusedError(RefusedError.GONE)
    if waiting.is_reply:
        post = add_reply(in_reply_to=waiting.in_reply_to, **values)
    else:
        post = open_conversation(module=waiting.module, title=waiting.title, **values)
    # The link in the mail now lets its author change and delete the post.
    post.guest_key = waiting.token
    post.save(update_fields=["guest_key"])
    if waiting.wants_answers:
        guest = subscriber_at(waiting.email, language=waiting.interface_language)
        follow_answers(guest)
    waiting.delete()
    return post


@transaction.atomic
def send_key(request, post: Post) -> None:
    """Sends a guest the link that lets them change and delete a post of theirs.

    RefusedError when too many links went to this address of late.
    """
    count_mail(post.guest_email)
    now = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if now.guest_key is None:
        now.guest_key = new_key()
        now.save(update_fields=["guest_key"])
    mails.send_key(request, now)


def new_key() -> str:
    return token_urlsafe(16)


def count_mail(email: str) -> None:
    """RefusedError when it is one too many: nobody can have us fill another person's mailbox."""
    if count_or_wait([(hashed("mail", email.lower()), MAILS_PER_ADDRESS)]):
        raise RefusedError(RefusedError.TOO_MANY_MAILS)
