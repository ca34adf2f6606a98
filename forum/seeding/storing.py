"""Stores many posts in few statements, as the very rows that `forum.services` would have left."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from django.db import connection, transaction
from django.db.models.functions import Lower
from django_comments.models import Comment
from django_comments_xtd.models import LIKEDIT_FLAG, XtdComment

from accounts.models import User
from forum.authors import Author
from forum.models import DEEPEST_LEVEL, Like, Post, path_of
from forum.refusals import RefusedError
from forum.seeding.entries import Entry, Person
from forum.services import ancestors, new_post, place_opening, place_reply
from modules.freshness import touch
from modules.models import Module
from sstc_academy.lib.languages import CODES, SOURCE
from sstc_academy.lib.text import render_post

# As many rows at once as keep the memory small.
_BATCH = 2_000
# An invented discussion repeats its sentences, and rendering is what takes longest.
_render = lru_cache(maxsize=20_000)(render_post)


@transaction.atomic
def store(module: Module, entries: Sequence[Entry]) -> dict[str, int]:
    """The ids of the new posts by their keys.

    `entries` in the order of posting, an answer after what it answers. RefusedError when one
    would stand too deep.
    """
    touch()
    authors = _authors(entries)
    posts = [_post(module, entry, authors[entry.person]) for entry in entries]
    _insert_comments(posts)
    _place(entries, posts)
    for model in (XtdComment, Post):
        _insert_rows(model, posts)
    _insert_likes(entries, posts, authors)
    return {entry.key: post.pk for entry, post in zip(entries, posts, strict=True)}


def _post(module: Module, entry: Entry, author: Author) -> Post:
    post = new_post(
        module=module,
        author=author,
        text=entry.text,
        html=_render(entry.text),
        language=entry.language,
        title=entry.title,
        posted_at=entry.posted_at,
        announced_at=entry.posted_at,
    )
    post.like_count = len(entry.likers)
    return post


def _place(entries: Iterable[Entry], posts: Iterable[Post]) -> None:
    """Every post in its conversation, and what stands above it brought up to date."""
    by_entry, by_id = {}, {}
    for entry, post in zip(entries, posts, strict=True):
        by_entry[entry] = by_id[post.pk] = post
        if entry.parent is None:
            place_opening(post)
            post.path = path_of(post)
            continue
        parent = by_entry[entry.parent]
        if parent.level >= DEEPEST_LEVEL:
            raise RefusedError(RefusedError.TOO_DEEP)
        root = by_id[parent.root_id]
        post.number = root.last_number + 1
        place_reply(post, parent)
        post.path = path_of(post)
        for pk in ancestors(post.path):
            by_id[pk].answer_count += 1
        root.last_number, root.active_at = post.number, post.posted_at


def _insert_comments(posts: Iterable[Post]) -> None:
    """Rows of the first table, from which the posts get their ids: the database counts them, so
    that people may post meanwhile."""
    fields = [field for field in Comment._meta.local_concrete_fields if not field.primary_key]
    keys = [model._meta.pk.attname for model in (Comment, XtdComment, Post)]
    for batch in _batches(posts):
        comments = Comment.objects.bulk_create(
            Comment(**{field.attname: getattr(post, field.attname) for field in fields})
            for post in batch
        )
        for post, comment in zip(batch, comments, strict=True):
            for key in keys:
                setattr(post, key, comment.pk)


def _insert_rows(model: type[Post | XtdComment], posts: Iterable[Post]) -> None:
    """The posts' rows in the model's own table; bulk_create refuses a model with parents."""
    fields = model._meta.local_concrete_fields
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quoted(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - only names
    with connection.cursor() as cursor:
        for batch in _batches(posts):
            rows = [
                [
                    field.get_db_prep_save(getattr(post, field.attname), connection)
                    for field in fields
                ]
                for post in batch
            ]
            cursor.executemany(statement, rows)


def _insert_likes(
    entries: Iterable[Entry], posts: Iterable[Post], authors: dict[Person, Author]
) -> None:
    likes = (
        Like(
            user=authors[person].user,
            comment_id=post.pk,
            flag=LIKEDIT_FLAG,
            flag_date=entry.posted_at,
        )
        for entry, post in zip(entries, posts, strict=True)
        for person in entry.likers
    )
    for batch in _batches(likes):
        Like.objects.bulk_create(batch)


def _authors(entries: Sequence[Entry]) -> dict[Person, Author]:
    first_post = {}
    for entry in entries:
        for person in (entry.person, *entry.likers):
            first_post.setdefault(person, entry.posted_at)
    accounts = _accounts(person.email.lower() for person in first_post if person.is_member)
    authors = {}
    for person, moment in first_post.items():
        if not person.is_member:
            authors[person] = Author(name=person.name, email=person.email)
            continue
        key = person.email.lower()
        if key not in accounts:
            accounts[key] = User.objects.create_user(
                person.email,
                display_name=person.name,
                language=person.language if person.language in CODES else SOURCE,
                date_joined=moment,
            )
        authors[person] = Author.member(accounts[key])
    return authors


def _accounts(emails: Iterable[str]) -> dict[str, User]:
    """Those that are there already, by address in small letters."""
    found = {}
    for batch in _batches(emails, size=500):
        users = User.objects.annotate(key=Lower("email")).filter(key__in=batch)
        found |= {user.key: user for user in users}
    return found


def _batches(items: Iterable, size: int = _BATCH) -> Iterator[list]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
