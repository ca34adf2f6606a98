"""What changes a discussion; each function is one transaction."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Case, F, IntegerField, Max, Value, When
from django.utils import timezone
from django_comments_xtd.models import LIKEDIT_FLAG

from accounts.models import User
from forum import records, rules
from forum.authors import Author
from forum.limits import Origin
from forum.models import DEEPEST_LEVEL, PATH_STEP, Like, Post, Revision, State
from forum.refusals import RefusedError
from forum.rules import Draft
from modules.freshness import touch
from modules.models import Module

_LONGEST_NAME = Post._meta.get_field("user_name").max_length


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
    origin: Origin | None = None,
    is_checked: bool = True,
) -> Post:
    """`text` and `title` as `normal_text` leaves them; `language` a code that CLDR names.

    With `origin` the rules of the forum are asked first: the post may be held, or refused
    (RefusedError). `is_checked` as in `rules.Draft`. With `posted_at` it is a post of the past, of
    which subscribers are not told.
    """
    draft = Draft(author, module, text, title, is_checked)
    # Rendered before the lock, which others wait for.
    html = draft.html
    touch()
    held_for = rules.judge(draft, origin) if origin else ""
    post = new_post(
        module=module,
        author=author,
        text=text,
        html=html,
        language=language,
        title=title,
        posted_at=posted_at or timezone.now(),
        announced_at=posted_at,
        held_for=held_for,
    )
    post.submission = submission
    post.save(force_insert=True)
    place_opening(post)
    post.save(update_fields=["root", "thread_id", "parent_id"])
    if held_for:
        records.of_rule(post)
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
    origin: Origin | None = None,
    is_checked: bool = True,
) -> Post:
    """RefusedError when what it answers is gone by now, or stands too deep for an answer.

    The rest as for `open_conversation`.
    """
    draft = Draft(author, in_reply_to.module, text, is_checked=is_checked)
    html = draft.html
    touch()
    held_for = rules.judge(draft, origin) if origin else ""
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
        html=html,
        language=language,
        posted_at=posted_at or timezone.now(),
        announced_at=posted_at,
        held_for=held_for,
    )
    post.submission = submission
    post.number = root.last_number + 1
    place_reply(post, parent)
    post.save(force_insert=True)
    _count_reply(post)
    if held_for:
        records.of_rule(post)
    return post


def _count_reply(post: Post) -> None:
    """All that stands above it, the opening post included, in one statement."""
    if post.state != State.PUBLISHED:
        Post.objects.filter(pk=post.root_id).update(last_number=post.number)
        return
    is_root = When(pk=post.root_id, then=Value(post.number))
    is_root_too = When(pk=post.root_id, then=Value(post.posted_at))
    Post.objects.filter(pk__in=ancestors(post.path)).update(
        answer_count=F("answer_count") + 1,
        last_number=Case(is_root, default=F("last_number"), output_field=IntegerField()),
        active_at=Case(is_root_too, default=F("active_at")),
    )


@transaction.atomic
def edit_post(post: Post, *, text: str, language: str, title: str = "") -> None:
    """Its author says it better; what it said before stays for facilitators.

    RefusedError, or held, as the rules say of a new post.
    """
    draft = Draft(Author.of(post), post.module, text, title)
    html = draft.html
    touch()
    held_for = rules.judge_change(draft)
    now = locked(post)
    if now is None or now.state not in {State.PUBLISHED, State.HELD}:
        raise RefusedError(RefusedError.GONE)
    if (now.comment, now.title, now.language) == (text, title, language):
        return
    Revision.objects.create(post=now, title=now.title, text=now.comment, language=now.language)
    now.comment, now.title, now.language = text, title, language
    now.body_html = html
    now.edited_at = timezone.now()
    now.save(update_fields=["comment", "title", "language", "body_html", "edited_at"])
    if held_for and now.state == State.PUBLISHED:
        change_state(now, State.HELD, held_for)
        records.of_rule(now)


@transaction.atomic
def delete_post(post: Post) -> None:
    """Its author takes it back; where others have answered, an empty line stays."""
    touch()
    now = locked(post)
    if now is None or now.state == State.DELETED:
        return
    change_state(now, State.DELETED)
    rules.forget_text(Draft(Author.of(now), now.module, now.comment))
    now.moderation_records.update(subject="", excerpt="")
    now.received_mails.update(text="")
    if not now.answers.exists():
        now.delete()
        return
    now.revisions.all().delete()
    now.user, now.guest_key, now.submission = None, None, None
    now.user_name = now.user_email = now.guest_email = ""
    now.comment = now.body_html = now.title = ""
    now.save()


@transaction.atomic
def change_state(post: Post, state: State, held_for: str = "") -> None:
    """Publish, hold or remove a post; what stands above it counts its published answers anew."""
    touch()
    now = locked(post)
    if now is None:
        return
    change = (state == State.PUBLISHED) - (now.state == State.PUBLISHED)
    now.state = post.state = state
    now.held_for = post.held_for = held_for if state == State.HELD else ""
    now.is_removed = post.is_removed = state in {State.REMOVED, State.DELETED}
    now.is_public = post.is_public = state != State.HELD
    now.save(update_fields=["state", "held_for", "is_removed", "is_public"])
    if change:
        above = Post.objects.filter(pk__in=ancestors(now.path))
        above.update(answer_count=F("answer_count") + change)
        _tell_latest(now.root_id)


@transaction.atomic
def like(post: Post, user: User, *, liked_at: datetime | None = None) -> None:
    """Once for each person, however often it is asked for, and while the post stands."""
    if Like.objects.of(user, [post.pk]).exists():
        return
    touch()
    now = locked(post)
    if now is None or now.state != State.PUBLISHED:
        return
    _like, is_new = Like.objects.get_or_create(
        user=user,
        comment_id=post.pk,
        flag=LIKEDIT_FLAG,
        defaults={"flag_date": liked_at or timezone.now()},
    )
    if is_new:
        Post.objects.filter(pk=post.pk).update(like_count=F("like_count") + 1)


@transaction.atomic
def unlike(post: Post, user: User) -> None:
    if not Like.objects.of(user, [post.pk]).exists():
        return
    touch()
    count, _by_model = Like.objects.of(user, [post.pk]).delete()
    if count:
        Post.objects.filter(pk=post.pk).update(like_count=F("like_count") - 1)


def _tell_latest(root_id: int) -> None:
    """When the last of the published posts came; the opening's own time when there is none."""
    posts = Post.objects.filter(root=root_id)
    latest = posts.filter(state=State.PUBLISHED).aggregate(latest=Max("posted_at"))["latest"]
    Post.objects.filter(pk=root_id).update(active_at=latest or F("posted_at"))


def locked(post: Post) -> Post | None:
    """The post as it is now, None when it has gone; nobody else changes its conversation."""
    rows = Post.objects.select_for_update(of=("self",)).order_by("pk")
    return rows.in_bulk([post.root_id, post.pk]).get(post.pk)


def new_post(
    *,
    module: Module,
    author: Author,
    text: str,
    html: str,
    language: str,
    posted_at: datetime,
    announced_at: datetime | None,
    title: str = "",
    held_for: str = "",
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
        guest_email="" if author.user else author.email.lower(),
        guest_language="" if author.user else author.language,
        comment=text,
        body_html=html,
        title=title,
        language=language,
        state=State.HELD if held_for else State.PUBLISHED,
        held_for=held_for,
        is_public=not held_for,
        number=1,
        submit_date=posted_at,
        posted_at=posted_at,
        announced_at=announced_at,
        active_at=posted_at,
    )


def place_opening(post: Post) -> None:
    """Fills what follows from the id of an opening post."""
    post.root_id = post.thread_id = post.parent_id = post.pk


def place_reply(post: Post, parent: Post) -> None:
    """Fills what follows from the post that is answered."""
    post.in_reply_to = parent
    post.root_id = post.thread_id = parent.root_id
    post.parent_id = parent.pk
    post.level = parent.level + 1
    post.order = post.number


def ancestors(path: str) -> list[int]:
    """The ids above the post whose path this is, from the opening post downwards."""
    return [int(path[i : i + PATH_STEP]) for i in range(0, len(path) - PATH_STEP, PATH_STEP)]
