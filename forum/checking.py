"""Verifies that every row of a forum is as `forum.services` would have left it, and mends it.

A post's place is told several times over: by what it answers, by its path and by the fields
inherited from comments-xtd. Where they differ, the majority is believed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django_comments.models import Comment
from django_comments_xtd.models import LIKEDIT_FLAG, XtdComment

from forum.models import DEEPEST_LEVEL, PATH_STEP, Like, Post, State, path_step
from forum.services import ancestors
from modules.freshness import touch
from modules.models import Module

# Conversations are read together up to so many posts; one that is longer is read by itself.
_POSTS_AT_ONCE = 2_000
_FIELDS = (
    *("pk", "content_type_id", "object_pk", "site_id", "is_public", "is_removed"),
    *("thread_id", "parent_id", "level", "order"),
    *("module_id", "root_id", "in_reply_to_id", "path", "number", "state", "posted_at"),
    *("answer_count", "last_number", "active_at", "like_count", "likes"),
)
_LIKES = Coalesce(
    Subquery(
        Like.objects.filter(flag=LIKEDIT_FLAG, comment=OuterRef("pk"))
        .order_by()
        .values("comment")
        .values(count=Count("pk"))
    ),
    0,
)
_HIDDEN_STATES = {State.REMOVED, State.DELETED}

# What a field says of a post's parent when it says nothing of use.
_SILENT = -1

Row = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    post_id: int
    # Of the post; "" when the fault is told by `problem`, and cannot be mended.
    field: str = ""
    actual: Any = None
    expected: Any = None
    problem: str = ""

    @property
    def can_be_mended(self) -> bool:
        return not self.problem

    def __str__(self):
        if self.problem:
            return f"Post {self.post_id}: {self.problem}."
        return (
            f"Post {self.post_id}: {self.field} is {_shown(self.actual)}, "
            f"should be {_shown(self.expected)}."
        )


@dataclass
class Report:
    posts: int = 0
    conversations: int = 0
    faults: list[Fault] = field(default_factory=list)


def check(module: Module | None = None, *, mend: bool = False) -> Report:
    """Of one module or of all. With `mend`, what can be derived is put right as it is found."""
    report = Report()
    posts = Post.objects.filter(module=module) if module else Post.objects.all()
    strays = _strays(posts)
    for roots in _batches(posts, strays):
        with transaction.atomic():
            if mend:
                touch()
                # Nobody posts there meanwhile.
                locked = Post.objects.select_for_update(of=("self",)).filter(pk__in=roots)
                list(locked.order_by("pk").values_list("pk"))
            for root, rows in _conversations(roots, strays):
                truth = _truth(root, rows)
                faults = list(_faults(rows, truth))
                report.posts += len(rows)
                report.conversations += 1
                report.faults += faults
                if mend and faults:
                    _mend(root, faults)
    report.faults += _homeless(strays)
    report.faults += _half_written(module)
    return report


def _batches(posts, strays: dict[int, int | None]) -> Iterator[list[int]]:
    """Ids of opening posts whose conversations are read together."""
    sizes = posts.exclude(root=None).order_by("root").values_list("root").annotate(Count("pk"))
    known = dict(sizes)
    # To which only strays belong.
    known |= {root: 1 for root in strays.values() if root is not None and root not in known}
    batch, size = [], 0
    for root, count in known.items():
        if batch and size + count > _POSTS_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(root)
        size += count
    if batch:
        yield batch


def _conversations(
    roots: list[int], strays: dict[int, int | None]
) -> Iterator[tuple[int, list[Row]]]:
    """Each with all posts that belong to it, in the order of their ids."""
    wanted = set(roots)
    returning = [pk for pk, root in strays.items() if root in wanted]
    belonging = Q(root__in=roots)
    if returning:
        belonging |= Q(pk__in=returning)
    found = defaultdict(list)
    posts = Post.objects.filter(belonging).annotate(likes=_LIKES)
    for row in posts.order_by("pk").values(*_FIELDS):
        root = strays.get(row["pk"], row["root_id"])
        if root in wanted:
            found[root].append(row)
    yield from found.items()


def _parent(row: Row, exists) -> int | None:
    """The id of what it answers, None for an opening post. LookupError when nothing tells it.

    `exists` says whether there is a post of an id.
    """
    pk = row["pk"]
    claims = [row["in_reply_to_id"], _parent_by_field(row), _parent_by_path(row)]
    # A post answers an earlier one, so that there are no circles; 0 is a claim of none.
    votes = Counter(
        claim or None
        for claim in claims
        if claim != _SILENT and (not claim or (claim < pk and exists(claim)))
    )
    if not votes:
        raise LookupError
    winner, count = votes.most_common(1)[0]
    if count == 1 and row["in_reply_to_id"] in votes:
        return row["in_reply_to_id"]
    return winner


def _parent_by_field(row: Row) -> int | None:
    parent = row["parent_id"]
    if parent == row["pk"]:
        return None
    return parent if parent > 0 else _SILENT


def _parent_by_path(row: Row) -> int | None:
    path = row["path"] or ""
    if not (path.isascii() and path.isdigit() and path.endswith(path_step(row["pk"]))):
        return _SILENT
    if len(path) % PATH_STEP:
        return _SILENT
    return (ancestors(path) or [None])[-1]


def _strays(posts) -> dict[int, int | None]:
    """Posts that may stand in another conversation than they say, and the opening posts of those
    they belong to; None where that cannot be told."""
    suspects = posts.filter(
        Q(root=None)
        | (Q(in_reply_to=None) & ~Q(root=F("pk")))
        | (Q(in_reply_to__isnull=False) & ~Q(root=F("in_reply_to__root")))
        | Q(in_reply_to__root=None, in_reply_to__isnull=False)
        | Q(in_reply_to__gte=F("pk"))
    )
    climber = _Climber()
    return {pk: climber.root_of(pk) for pk in suspects.order_by("pk").values_list("pk", flat=True)}


class _Climber:
    """Finds opening posts from answer to answer, whatever the rows say of their conversation."""

    def __init__(self):
        self._rows: dict[int, Row | None] = {}

    def root_of(self, pk: int) -> int | None:
        while True:
            row = self._row(pk)
            if row is None:
                return None
            try:
                parent = _parent(row, exists=lambda pk: self._row(pk) is not None)
            except LookupError:
                return None
            if parent is None:
                return pk
            pk = parent

    def _row(self, pk: int) -> Row | None:
        if pk not in self._rows:
            fields = ("pk", "in_reply_to_id", "parent_id", "path")
            self._rows[pk] = Post.objects.filter(pk=pk).values(*fields).first()
        return self._rows[pk]


def _truth(root: int, rows: list[Row]) -> dict[int, Row]:
    """What each row of a conversation should hold, by id; nothing for one that has no place."""
    truth: dict[int, Row] = {}
    module = _module(rows)
    content_type = ContentType.objects.get_for_model(Module).pk
    for row in rows:
        pk = row["pk"]
        try:
            parent = None if pk == root else _parent(row, exists=truth.__contains__)
        except LookupError:
            continue
        if parent is None and pk != root:
            continue
        above = truth.get(parent, {"level": -1, "path": ""})
        if above["level"] >= DEEPEST_LEVEL:
            continue
        truth[pk] = {
            "in_reply_to_id": parent,
            "parent_id": parent or pk,
            "root_id": root,
            "thread_id": root,
            "level": above["level"] + 1,
            "path": above["path"] + path_step(pk),
            "module_id": module,
            "object_pk": str(module),
            "content_type_id": content_type,
            "site_id": settings.SITE_ID,
            "like_count": row["likes"],
            **_true_state(row),
        }
    placed = [row for row in rows if row["pk"] in truth]
    _add_numbers(placed, truth)
    _add_counts(placed, truth)
    return truth


def _module(rows: list[Row]) -> int:
    """Of a whole conversation."""
    votes = Counter(row["module_id"] for row in rows)
    if len(votes) > 1 or rows[0]["object_pk"] != str(rows[0]["module_id"]):
        existing = {str(pk): pk for pk in Module.objects.values_list("pk", flat=True)}
        votes.update(existing[row["object_pk"]] for row in rows if row["object_pk"] in existing)
    return votes.most_common(1)[0][0]


def _true_state(row: Row) -> Row:
    """The state says whether the inherited fields hide it, or follows from them if it is none."""
    state = row["state"]
    if state not in State.values:
        state = State.PUBLISHED if row["is_public"] else State.HELD
        state = State.REMOVED if row["is_removed"] else state
    return {
        "state": str(state),
        "is_removed": state in _HIDDEN_STATES,
        "is_public": state != State.HELD,
    }


def _add_numbers(rows: list[Row], truth: dict[int, Row]) -> None:
    if not rows:
        return
    numbers = _true_numbers(rows)
    for row, number in zip(rows, numbers, strict=True):
        truth[row["pk"]] |= {"number": number, "order": number}
    published = [row for row in rows if truth[row["pk"]]["state"] == State.PUBLISHED]
    truth[rows[0]["pk"]] |= {
        # What its authors have deleted leaves a gap.
        "last_number": max(numbers[-1], rows[0]["last_number"]),
        "active_at": max([row["posted_at"] for row in published] or [rows[0]["posted_at"]]),
    }


def _true_numbers(rows: list[Row]) -> list[int]:
    """Numbers rise with the ids, from 1; `order` has kept a reply's number a second time."""
    numbers = [row["number"] for row in rows]
    orders = [row["order"] for row in rows]
    last = rows[0]["last_number"]
    for candidate in (numbers, orders):
        if _is_rising(candidate) and candidate[-1] <= last:
            return candidate
    if _is_rising(numbers):
        return numbers
    # The numbers that make sense, in the right order, with those that are missing.
    valid = {number for number in numbers if 1 <= number <= max(last, len(rows))}
    free = (number for number in range(1, max(last, len(rows)) + 1) if number not in valid)
    while len(valid) < len(rows):
        valid.add(next(free))
    return sorted(valid)


def _is_rising(numbers: list[int]) -> bool:
    return numbers[:1] == [1] and all(first < second for first, second in pairwise(numbers))


def _add_counts(rows: list[Row], truth: dict[int, Row]) -> None:
    below = Counter()
    for row in reversed(rows):
        true = truth[row["pk"]]
        true["answer_count"] = below[row["pk"]]
        if true["in_reply_to_id"] is not None:
            is_published = true["state"] == State.PUBLISHED
            below[true["in_reply_to_id"]] += below[row["pk"]] + is_published


def _faults(rows: list[Row], truth: dict[int, Row]) -> Iterator[Fault]:
    for row in rows:
        if row["pk"] not in truth:
            yield Fault(row["pk"], problem="has no place that it could stand in")
            continue
        for name, expected in truth[row["pk"]].items():
            if row[name] != expected:
                yield Fault(row["pk"], name, row[name], expected)


def _homeless(strays: dict[int, int | None]) -> Iterator[Fault]:
    for pk, root in strays.items():
        if root is None:
            yield Fault(pk, problem="answers nothing that exists, and is no opening post")


def _half_written(module: Module | None) -> Iterator[Fault]:
    """Comments without the rows that make them posts."""
    comments = XtdComment.norel_objects.filter(post=None).values_list("pk", flat=True)
    bare = Comment.objects.filter(xtdcomment=None).values_list("pk", flat=True)
    for found, table in ((comments, Post), (bare, XtdComment)):
        if module:
            found = found.filter(object_pk=str(module.pk))
        for pk in found.order_by("pk"):
            yield Fault(pk, problem=f"is only half written: {table._meta.db_table} has no row")


def _mend(root: int, faults: Iterable[Fault]) -> None:
    """`root` is the opening post of the conversation that all these posts belong to."""
    changes: dict[int, Row] = defaultdict(dict)
    for fault in faults:
        if fault.can_be_mended:
            changes[fault.post_id][fault.field] = fault.expected
    # First out of the way: two posts may have each other's number or path.
    renumbered = [pk for pk, values in changes.items() if values.keys() & {"number", "root_id"}]
    Post.objects.filter(pk__in=renumbered).update(root=None)
    for pk in renumbered:
        changes[pk]["root_id"] = root
    Post.objects.filter(pk__in=[pk for pk in changes if "path" in changes[pk]]).update(path=None)
    for pk, values in changes.items():
        Post.objects.filter(pk=pk).update(**values)


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    return f'"{value}"' if isinstance(value, str) else str(value)
