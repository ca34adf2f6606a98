"""What the forum writes to the people in it, each in the language of their pages."""

from functools import partial

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.mail import bounces
from forum.models import Act, ModerationRecord, PendingPost, PendingSubscription, Post
from forum.wording import reason_of
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute


def send_confirmation(request, pending: PendingPost) -> None:
    link = absolute(request, reverse("forum:confirm", args=[pending.token]))
    send(
        "confirm",
        to=pending.email,
        subject=_("Publish your post in the forum of the SSTC Academy"),
        context={"name": pending.name, "pending": pending, "link": link},
    )


def send_subscription_link(request, pending: PendingSubscription, choices: list) -> None:
    """`choices` as `forum.subscription_words.choices_of` says them."""
    link = absolute(request, reverse("forum:confirm_subscription", args=[pending.token]))
    send(
        "subscription",
        to=pending.email,
        subject=_("Confirm your subscription at the SSTC Academy"),
        context={"pending": pending, "link": link, "choices": choices},
    )


def send_key(request, post: Post) -> None:
    """The link with which a guest changes or deletes a post."""
    with translation.override(_language_of(post)):
        link = absolute(request, reverse("forum:confirm", args=[post.guest_key]))
        send(
            "key",
            to=post.user_email,
            subject=_("Change or delete your post in the SSTC Academy"),
            context={"name": post.user_name, "post": post, "link": link},
        )


def send_decision(post: Post, record: ModerationRecord) -> None:
    """Tells the author what became of a post, and why; not at an address that takes no mail."""
    address = post.user.email if post.user else post.user_email
    if bounces.of_these([address]):
        return
    with translation.override(_language_of(post)):
        subject, sentence = _DECISIONS[record.act]()
        is_gone = record.act == Act.REMOVED
        send(
            "decision",
            to=address,
            subject=subject,
            context={
                "name": post.author_name,
                "sentence": sentence,
                "reason": reason_of(record),
                "note": record.note,
                "link": "" if is_gone else absolute(None, reverse("forum:post", args=[post.pk])),
                "post": post,
            },
        )


_DECISIONS = {
    Act.HELD: lambda: (
        _("Your post waits for a facilitator"),
        _("your post is hidden until a facilitator has looked at it."),
    ),
    Act.APPROVED: lambda: (
        _("Your post is published"),
        _("a facilitator has looked at your post, and published it."),
    ),
    Act.RESTORED: lambda: (
        _("Your post is back"),
        _("a facilitator has looked at your post again, and brought it back."),
    ),
    Act.REMOVED: lambda: (
        _("Your post has been removed"),
        _("a facilitator has removed your post from the forum of the SSTC Academy."),
    ),
}


def _language_of(post: Post) -> str:
    """Of the member's pages, or of those on which the guest wrote."""
    code = post.user.language if post.user else post.guest_language
    return code if code in languages.CODES else languages.SOURCE


def send(
    template: str,
    *,
    to: str,
    subject: str,
    context: dict,
    headers: dict[str, str] | None = None,
    reply_to: str = "",
) -> None:
    """Of the templates forum/mail/TEMPLATE.txt and .html, in the active language."""
    code = languages.current()
    context |= {"subject": subject, "language": code, "direction": languages.direction(code)}
    render = partial(render_to_string, context=context)
    message = EmailMultiAlternatives(
        subject=subject,
        body=render(f"forum/mail/{template}.txt"),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"} | (headers or {}),
        reply_to=[reply_to] if reply_to else None,
    )
    message.attach_alternative(render(f"forum/mail/{template}.html"), "text/html")
    message.send()
