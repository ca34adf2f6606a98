"""What a mail says. It is the same for all who are told of the same posts for the same reason."""

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail.stencils import ADDRESS
from forum.languages import own_name
from forum.models import Post, State
from forum.post_mails import headers
from forum.receiving.quotations import marker
from forum.structured_data import heading, plain
from forum.unsubscribing import ANSWERS, CONVERSATION, MODULE, Target
from modules.models import Module
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute

# Characters.
_LONGEST_SUBJECT = 90
_QUOTED = 160
_BEGINNING = 280
# A mail program cuts off what is longer than 100 kB.
_POSTS_OF_A_CONVERSATION = 15
_LONGEST_OF_SEVERAL = 1_500
_CONVERSATIONS_OF_A_DIGEST = 20
_POSTS_EACH = 3


@dataclass(frozen=True)
class Told:
    post: Post
    # Also that of whom is told.
    is_answer_to_you: bool = False

    @property
    def url(self) -> str:
        return _post_url(self.post)

    @property
    def language_name(self) -> str:
        return own_name(self.post.language)

    @property
    def beginning(self) -> str:
        return Truncator(plain(self.post)).chars(_BEGINNING)

    @property
    def is_cut(self) -> bool:
        return len(self.post.comment) > _LONGEST_OF_SEVERAL

    @property
    def cut_html(self) -> str:
        return Truncator(self.post.body_html).chars(_LONGEST_OF_SEVERAL, html=True)

    @property
    def cut_text(self) -> str:
        return Truncator(self.post.comment).chars(_LONGEST_OF_SEVERAL)

    @property
    def answered(self) -> Post | None:
        """None when it has been removed, or deleted."""
        answered = self.post.in_reply_to
        return answered if answered and answered.state == State.PUBLISHED else None

    @property
    def quoted_line(self) -> str:
        answered = self.answered
        values = {"language": own_name(answered.language), "number": answered.number}
        if self.is_answer_to_you:
            return _("You wrote, in %(language)s (no. %(number)s):") % values
        return _("%(name)s wrote, in %(language)s (no. %(number)s):") % {
            "name": answered.author_name,
            **values,
        }

    @property
    def quoted(self) -> str:
        return Truncator(plain(self.answered)).chars(_QUOTED)


def letter(posts: list[Told], *, language: str, ends: Target) -> EmailMultiAlternatives:
    """Of one conversation, the oldest post first; `ends` is what one click ends, and the reason why
    they are told."""
    with translation.override(language):
        first = posts[0].post
        root = first.root
        title = _subject_of(root)
        subject = title if first.pk == root.pk else f"Re: {title}"
        shown = posts[:_POSTS_OF_A_CONVERSATION]
        context = {
            "headline": _headline(posts),
            "title": title,
            "root": root,
            "module": first.module,
            "posts": shown,
            "is_single": len(posts) == 1,
            "more": len(posts) - len(shown),
            "url": posts[0].url,
            "conversation_url": absolute(None, reverse("forum:conversation", args=[root.pk])),
            "marker": marker(language) if settings.REPLY_ADDRESS else "",
            **foot(ends, first.module),
        }
        if ends.kind == MODULE:
            context["end_conversation_url"] = headers.end_url(Target(CONVERSATION, root.pk))
        described = headers.of_conversation(
            [told.post for told in posts], language=language, ends=ends
        )
        return made("posts", subject, context, described)


def digest(posts: list[Told], *, language: str, ends: Target) -> EmailMultiAlternatives:
    """Of everything, by module and conversation, the most active first."""
    with translation.override(language):
        subject = ngettext(
            "%(count)s new post in the forum of the SSTC Academy",
            "%(count)s new posts in the forum of the SSTC Academy",
            len(posts),
        ) % {"count": len(posts)}
        conversations = _conversations(posts)
        shown = conversations[:_CONVERSATIONS_OF_A_DIGEST]
        context = {
            "headline": subject,
            "modules": _by_module(shown),
            "more": len(conversations) - len(shown),
            "forum_url": absolute(None, reverse("forum:latest")),
            **foot(ends, posts[0].post.module),
        }
        described = headers.of_digest(language=language, ends=ends)
        return made("digest", subject, context, described)


def made(
    template: str, subject: str, context: dict, described: dict[str, str]
) -> EmailMultiAlternatives:
    language = languages.current()
    direction = languages.direction(language)
    context |= {"subject": subject, "language": language, "direction": direction}
    # Not every mail program knows a side that follows the direction.
    context["start"] = "right" if direction == "rtl" else "left"
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"forum/mail/{template}.txt", context),
        to=[ADDRESS],
        headers=described,
    )
    html = render_to_string(f"forum/mail/{template}.html", context)
    message.attach_alternative(html, "text/html")
    return message


def _headline(posts: list[Told]) -> str:
    if len(posts) > 1:
        return ngettext("%(count)s new post", "%(count)s new posts", len(posts)) % {
            "count": len(posts)
        }
    told = posts[0]
    if told.is_answer_to_you:
        sentence = _("%(name)s answered you")
    elif told.post.in_reply_to_id is None:
        sentence = _("%(name)s began a conversation")
    else:
        sentence = _("%(name)s posted an answer")
    return sentence % {"name": told.post.author_name}


def _subject_of(root: Post) -> str:
    """One line, whatever somebody wrote."""
    if root.state != State.PUBLISHED or not (beginning := root.title or plain(root)):
        return heading(root)
    return Truncator(" ".join(beginning.split())).chars(_LONGEST_SUBJECT)


def foot(ends: Target, module: Module) -> dict:
    return {
        "why": _why(ends.kind) % {"number": module.number},
        "end_url": headers.end_url(ends),
        "subscriptions_url": headers.subscriptions_url(),
    }


def _why(kind: str) -> str:
    if kind == MODULE:
        return _("You get this because you follow the forum of Module %(number)s.")
    if kind == CONVERSATION:
        return _("You get this because you follow this conversation.")
    if kind == ANSWERS:
        return _("You get this because you asked to hear of answers to your posts.")
    return _("You get this because of what you follow in the forum.")


@dataclass(frozen=True)
class _Conversation:
    root: Post
    posts: list[Told]

    @property
    def title(self) -> str:
        return _subject_of(self.root)

    @property
    def url(self) -> str:
        """Of the first that is new."""
        return self.posts[0].url

    @property
    def shown(self) -> list[Told]:
        return self.posts[:_POSTS_EACH]

    @property
    def more(self) -> int:
        return len(self.posts) - len(self.shown)


def _conversations(posts: list[Told]) -> list[_Conversation]:
    by_root = defaultdict(list)
    for told in posts:
        by_root[told.post.root_id].append(told)
    conversations = [_Conversation(each[0].post.root, each) for each in by_root.values()]
    return sorted(conversations, key=lambda each: (-len(each.posts), each.root.pk))


def _by_module(conversations: list[_Conversation]) -> list[dict]:
    by_module = defaultdict(list)
    for conversation in conversations:
        by_module[conversation.root.module_id].append(conversation)
    modules = [
        {"module": module, "conversations": each}
        for each in by_module.values()
        for module in [each[0].root.module]
    ]
    return sorted(
        modules,
        key=lambda each: (
            -sum(len(conversation.posts) for conversation in each["conversations"]),
            each["module"].number,
        ),
    )


def _post_url(post: Post) -> str:
    return absolute(None, reverse("forum:post", args=[post.pk]))
