"""What changes a discussion; each function is one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from forum.models import DEEPEST_LEVEL, PATH_STEP, Post, State
from modules.freshness import touch
from modules.models import Module
from sstc_academy.lib.text import render_post

_LONGEST_NAME = Post._meta.get_field("user_name").max_length


class RefusedError(Exception):
    """The post cannot stand where it was meant to; `reason` is one of the codes below."""

    GONE, TOO_DEEP, TOO_MANY, CLOSED = "gone", "too_deep", "too_many", "closed"

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Author:
    """A member, or a guest by name and e-mail address."""

    user: User | None = None
    name: str = ""
    email: str = ""

    @classmethod
    def member(cls, user: User) -> "Author":
        return cls(user, user.display_name, user.email)


@transaction.atomic
def open_conversation(
    *,
    module: Module,
    author: Author,
    text: str,
    language: str,
    title: str = "",
    submission: UUID | None = None,
    posted_at: datetime | None = None,
) -> Post:
    """`text` and `title` as `normal_text` leaves them; `language` a code that CLDR names."""
    touch()
    post = new_post(
        module=module,
        author=author,
        text=text,
        language=language,
        title=title,
        posted_at=posted_at or timezone.now(),
    )
    post.submission = submission
    post.save(force_insert=True)
    place_opening(post)
    post.save(update_fields=["root", "path", "thread_id", "parent_id"])
    return post


@transaction.atomic
def add_reply(
    *,
    in_reply_to: Post,
    author: Author,
    text: str,
    language: str,
    submission: UUID | None = None,
    posted_at: datetime | None = None,
) -> Post:
    """RefusedError when what it answers is gone by now, or stands too deep for an answer."""
    touch()
    # The opening post's row is the conversation's lock: numbers follow one another.
    locked = Post.objects.select_for_update(of=("self",)).order_by("pk")
    rows = locked.in_bulk([in_reply_to.root_id, in_reply_to.pk])
    root, parent = rows.get(in_reply_to.root_id), rows.get(in_reply_to.pk)
    if root is None or parent is None or parent.state != State.PUBLISHED:
        raise RefusedError(RefusedError.GONE)
    if parent.level >= DEEPEST_LEVEL:
        raise RefusedError(RefusedError.TOO_DEEP)
    post = new_post(
        module=in_reply_to.module,
        author=author,
        text=text,
        language=language,
        posted_at=posted_at or timezone.now(),
    )
    post.submission = submission
    post.number = root.last_number + 1
    place_reply(post, parent)
    post.save(force_insert=True)
    post.path = parent.path + path_step(post.pk)
    post.save(update_fields=["path"])
    Post.objects.filter(pk__in=ancestors(post.path)).update(answer_count=F("answer_count") + 1)
    Post.objects.filter(pk=root.pk).update(last_number=post.number, active_at=post.posted_at)
    return post


@transaction.atomic
def change_state(post: Post, state: State) -> None:
    """Publish, hold or remove a post; what stands above it counts its published answers anew."""
    touch()
    Post.objects.select_for_update(of=("self",)).get(pk=post.root_id)
    now = Post.objects.get(pk=post.pk)
    change = (state == State.PUBLISHED) - (now.state == State.PUBLISHED)
    if change:
        above = Post.objects.filter(pk__in=ancestors(now.path))
        above.update(answer_count=F("answer_count") + change)
    now.state = post.state = state
    now.is_removed = post.is_removed = state in {State.REMOVED, State.DELETED}
    now.is_public = post.is_public = state != State.HELD
    now.save(update_fields=["state", "is_removed", "is_public"])


def new_post(
    *,
    module: Module,
    author: Author,
    text: str,
    language: str,
    posted_at: datetime,
    title: str = "",
) -> Post:
    """A post with all that it says, which has no place in a conversation yet."""
    return Post(
        module=module,
        content_type=ContentType.objects.get_for_model(Module),
        object_pk=str(module.pk),
        site_id=settings.SITE_ID,
        user=author.user,
        user_name=author.name[:_LONGEST_NAME],
        user_email=author.email,
        comment=text,
        body_html=render_post(text),
        title=title,
        language=language,
        number=1,
        submit_date=posted_at,
        posted_at=posted_at,
        active_at=posted_at,
    )


def place_opening(post: Post) -> None:
    """Fills what follows from the id of an opening post."""
    post.root_id = post.thread_id = post.parent_id = post.pk
    post.path = path_step(post.pk)


def place_reply(post: Post, parent: Post) -> None:
    """Fills what follows from the post that is answered, but for the path, which needs the id."""
    post.in_reply_to = parent
    post.root_id = post.thread_id = parent.root_id
    post.parent_id = parent.pk
    post.level = parent.level + 1
    post.order = post.number


def path_step(pk: int) -> str:
    return f"{pk:0{PATH_STEP}d}"


def ancestors(path: str) -> list[int]:
    """The ids above the post whose path this is, from the opening post downwards."""
    return [int(path[i : i + PATH_STEP]) for i in range(0, len(path) - PATH_STEP, PATH_STEP)]
