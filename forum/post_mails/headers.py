"""What mail programs read: which mails belong together, and how to be told of no more."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from accounts.mail.stencils import KEY, slot
from forum.models import Announcement, Post
from forum.services import ancestors
from forum.unsubscribing import Target
from modules.models import Module
from sstc_academy.lib.addresses import absolute

# The number of the outgoing mail, which stays when it is sent again.
MAIL = slot()
# Where this person answers this mail.
REPLY = slot("@reply.invalid")


def of_conversation(posts: list[Post], *, language: str, ends: Target) -> dict[str, str]:
    """Of a mail that tells of posts of one conversation, the oldest first.

    A post has the same id in the mails of all people, whether they got the earlier ones or not.
    """
    first = posts[0]
    above = [_id(pk) for pk in ancestors(first.path)]
    threads = {"In-Reply-To": above[-1], "References": " ".join(above)} if above else {}
    archive = reverse("forum:conversation", args=[first.root_id])
    return {
        "Message-ID": _id(first.pk),
        **threads,
        "List-Id": _list_of(first.module),
        "List-Archive": f"<{absolute(None, archive)}>",
        **({"Reply-To": REPLY} if settings.REPLY_ADDRESS else {}),
        **_for_all(language, ends),
    }


def of_digest(*, language: str, ends: Target) -> dict[str, str]:
    return {
        "Message-ID": f"<digest-{MAIL}@{_host()}>",
        "List-Id": f'"SSTC Academy" <forum.{_host()}>',
        "List-Archive": f"<{absolute(None, reverse('forum:latest'))}>",
        **_for_all(language, ends),
    }


def of_announcement(announcement: Announcement, *, language: str, ends: Target) -> dict[str, str]:
    archive = reverse("forum:module", args=[announcement.module.slug])
    return {
        "Message-ID": f"<announcement-{announcement.pk}@{_host()}>",
        "List-Id": _list_of(announcement.module),
        "List-Archive": f"<{absolute(None, archive)}>",
        **_for_all(language, ends),
    }


def end_url(target: Target) -> str:
    """Where a subscription is ended, of whoever has the mail."""
    return absolute(None, reverse("forum_unsubscribe", args=[KEY, str(target)]))


def subscriptions_url() -> str:
    return absolute(None, reverse("forum:subscriptions", args=[KEY]))


def _for_all(language: str, ends: Target) -> dict[str, str]:
    # No "Precedence": it is no standard, and programs that would answer by themselves heed these.
    return {
        "List-Unsubscribe": f"<{end_url(ends)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{subscriptions_url()}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }


def _list_of(module: Module) -> str:
    """By what never changes of a module."""
    return f'"SSTC Academy, Module {module.number}" <module-{module.pk}.forum.{_host()}>'


def _id(post: int) -> str:
    return f"<post-{post}@{_host()}>"


def _host() -> str:
    name = urlsplit(settings.SITE_URL or settings.LOCAL_URL).hostname or ""
    is_number = ":" in name or name.replace(".", "").isdigit()
    return "localhost" if is_number or not name else name
