"""Where each post of a screen stands, and what one reader sees of it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from forum.models import Like, ModerationRecord, Post, State
from forum.readers import Reader

DEEPEST_INDENT = 3

_UNDER_MODERATION = {State.HELD, State.REMOVED}
_SHOWN_OF_A_POST = (
    *("module", "root", "path", "number", "title", "body_html", "language", "state", "level"),
    *("posted_at", "edited_at", "active_at", "answer_count", "like_count"),
    *("user_name", "user__display_name", "user__has_public_page", "guest_email"),
    *("in_reply_to__number", "in_reply_to__state", "in_reply_to__user_name"),
    "in_reply_to__user__display_name",
)


def for_screen(posts):
    """In reading order, with all that the template of a post touches, in one query."""
    facilitators = User.objects.facilitators().filter(pk=OuterRef("user"))
    return (
        posts.select_related("user", "in_reply_to__user")
        .only(*_SHOWN_OF_A_POST)
        .annotate(is_by_facilitator=Exists(facilitators))
        .order_by("path")
    )


@dataclass(frozen=True)
class Placed:
    """A post in its place, as one reader sees it.

    `rails` are the pieces of the tree's lines beside it, from the first level inwards: "through",
    "branch", "last", or "none" where no line passes.
    """

    post: Post
    depth: int = 0
    rails: tuple[str, ...] = ()
    answers_a_post_here: bool = False
    is_chosen: bool = False
    is_own: bool = False
    is_liked: bool = False
    # Why it waits or was removed, for its author and for facilitators; None for everybody else.
    record: ModerationRecord | None = None

    @property
    def is_published(self) -> bool:
        return self.post.state == State.PUBLISHED

    @property
    def is_readable(self) -> bool:
        """Its author and facilitators also read what waits."""
        return self.is_published or (self.record is not None and self.post.state == State.HELD)

    @property
    def answers_a_shown_post(self) -> bool:
        # A hidden one keeps a line, since this answer is there.
        return self.post.in_reply_to_id is not None

    @property
    def answers_a_named_person(self) -> bool:
        return self.post.in_reply_to.state == State.PUBLISHED


def place(
    posts: list[Post], reader: Reader, *, chosen: int | None = None, next_level: int | None = None
) -> list[Placed]:
    """`posts` in reading order; `chosen` is the id of the one to highlight, `next_level` that of
    the post with which the next screen begins, towards which the lines of the tree go on.

    For a member one query tells what they like; one more only where they see what waits.
    """
    here = {post.pk for post in posts}
    liked = _liked(here, reader)
    records = _records([post for post in posts if post.state in _UNDER_MODERATION], reader)
    placed = []
    # The levels at which more answers follow, whose lines go on.
    continuing = set() if next_level is None else {_depth(next_level)}
    for post in reversed(posts):
        depth = _depth(post.level)
        rails = ["through" if level in continuing else "none" for level in range(1, depth)]
        if depth:
            rails.append("branch" if depth in continuing else "last")
        placed.append(
            Placed(
                post=post,
                depth=depth,
                rails=tuple(rails),
                answers_a_post_here=post.in_reply_to_id in here,
                is_chosen=post.pk == chosen,
                is_own=reader.wrote(post),
                is_liked=post.pk in liked,
                record=records.get(post.pk),
            )
        )
        continuing = {level for level in continuing if level < depth} | {depth}
    return placed[::-1]


def _depth(level: int) -> int:
    return min(level, DEEPEST_INDENT)


def _liked(posts: set[int], reader: Reader) -> set[int]:
    if reader.user is None:
        return set()
    return set(Like.objects.of(reader.user, posts).values_list("comment_id", flat=True))


def _records(posts: list[Post], reader: Reader) -> dict[int, ModerationRecord]:
    """The last one of each that the reader may see the inside of."""
    wanted = [post.pk for post in posts if reader.is_facilitator or reader.wrote(post)]
    if not wanted:
        return {}
    records = ModerationRecord.objects.filter(post__in=wanted).order_by("pk")
    # A state without a record was set by hand; it has no reason to tell.
    return {pk: ModerationRecord() for pk in wanted} | {each.post_id: each for each in records}
