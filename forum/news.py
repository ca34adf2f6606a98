"""What has come since a page was made: new posts, and those that facilitators let stand since.

The page is told by a key such as "12-345": the number or moment of the newest post on it, and the
newest record of moderation. Without the second, posts that were approved late would be no news.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from forum.models import Act, ModerationRecord, Post, State
from forum.reading import is_id, moment_of, openings
from modules.models import Module


def news_key(newest: int) -> str:
    """`newest`: `Post.last_number` of a conversation, or `Listing.latest_key`."""
    record = ModerationRecord.objects.order_by("-pk").values_list("pk", flat=True).first()
    return f"{newest}-{record or 0}"


def posts_since(key: str, root: Post) -> QuerySet[Post]:
    """In the conversation; none for what is no key."""
    number, approved = _read(key)
    if not is_id(number):
        return Post.objects.none()
    posts = Post.objects.filter(root=root, state=State.PUBLISHED)
    return posts.filter(Q(number__gt=int(number)) | Q(pk__in=approved.values("post")))


def conversations_since(key: str, modules: Iterable[Module]) -> QuerySet[Post]:
    """To which something has been added, their opening post included; none as above."""
    moment, approved = _read(key)
    since = moment_of(moment)
    if since is None:
        return Post.objects.none()
    conversations = openings(modules).filter(state=State.PUBLISHED)
    return conversations.filter(
        Q(active_at__gt=since)
        | Q(pk__in=approved.filter(post__state=State.PUBLISHED).values("post__root"))
    )


def _read(key: str) -> tuple[str, QuerySet[ModerationRecord]]:
    newest, _dash, record = key.partition("-")
    acts = ModerationRecord.objects.filter(act__in=[Act.APPROVED, Act.RESTORED])
    if not record:
        return newest, acts.none()
    return (newest, acts.filter(pk__gt=int(record))) if is_id(record) else ("", acts.none())
