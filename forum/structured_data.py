"""What search engines learn from a conversation (schema.org)."""

from html import unescape

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from forum.models import Post, State
from forum.placing import Placed
from modules.models import Module
from sstc_academy.lib.addresses import absolute


def heading(root: Post) -> str:
    """The title of a conversation, or who began it; nothing of a post that has been removed."""
    if root.state != State.PUBLISHED:
        return _("Conversation no. %(number)s") % {"number": root.pk}
    return root.title or _("Conversation started by %(name)s") % {"name": root.author_name}


def plain(post: Post) -> str:
    """The text of a post in one line; the line in its place when it has been removed."""
    if post.state != State.PUBLISHED:
        return post.get_state_display()
    return " ".join(unescape(strip_tags(post.body_html)).split())


def conversation(root: Post, module: Module, placed: list[Placed], request) -> dict | None:
    """The opening post with the answers on this page as its comments; None when it is removed."""
    if root.state != State.PUBLISHED:
        return None
    page = absolute(request, reverse("forum:conversation", args=[root.pk]))
    data = {
        "@context": "https://schema.org",
        **_post(root, "DiscussionForumPosting", page, request),
        "headline": heading(root),
        "isPartOf": absolute(request, module.get_absolute_url()),
        "comment": [],
    }
    # Where the comments of each post go; what answers none of this page answers the opening.
    comments = {root.pk: data["comment"]}
    for post in (each.post for each in placed if each.is_published and each.post.pk != root.pk):
        comment = _post(post, "Comment", f"{page}#post-{post.pk}", request)
        comments[post.pk] = comment["comment"] = []
        comments.get(post.in_reply_to_id, data["comment"]).append(comment)
    return data


def _post(post: Post, kind: str, url: str, request) -> dict:
    data = {
        "@type": kind,
        "@id": absolute(request, reverse("forum:post", args=[post.pk])),
        "url": url,
        "author": {"@type": "Person", "name": post.author_name},
        "datePublished": post.posted_at.isoformat(),
        "text": plain(post),
        "inLanguage": post.language,
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": post.like_count,
        },
    }
    if post.edited_at:
        data["dateModified"] = post.edited_at.isoformat()
    return data
