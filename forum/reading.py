"""What a forum's lists show: which conversations, and which posts of them.

Pages go on from the last row shown, never from a count of rows, so that they do not shift while
people post.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from forum.languages import own_name
from forum.models import Policy, Post, State
from forum.placing import Placed, for_screen, place
from forum.readers import Reader
from modules.models import Module
from sstc_academy.lib.choices import Choice

CONVERSATIONS_PER_PAGE = 10
# Of each conversation in a list; the rest is one link away.
FIRST_REPLIES = 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ID = 18
_HIDDEN_STATES = [State.HELD, State.REMOVED, State.DELETED]


def modules_with_forum(modules):
    """Of a queryset of modules those whose forum is not hidden."""
    return modules.exclude(forum_policy__mode=Policy.Mode.CLOSED)


def writable(modules: Iterable[Module], user) -> set[int]:
    """Ids of the modules under which this person may write."""
    modules = list(modules)
    policies = {policy.module_id: policy for policy in Policy.objects.filter(module__in=modules)}
    return {
        module.pk
        for module in modules
        if policies.get(module.pk, Policy(module=module)).lets_write(user)
    }


def openings(modules: Iterable[Module]):
    # Not by level, which stands in another table than the index.
    return Post.objects.filter(in_reply_to=None, module__in=[module.pk for module in modules])


@dataclass(frozen=True)
class Conversation:
    """A conversation in a list: its opening, its first replies, and what is not shown of it."""

    placed: list[Placed]
    module: Module
    languages: list[str]
    may_write: bool

    @property
    def opening(self) -> Post:
        return self.placed[0].post

    @property
    def more_count(self) -> int:
        shown = sum(placed.is_published for placed in self.placed[1:])
        return self.opening.answer_count - shown


@dataclass(frozen=True)
class Sort:
    label: str
    field: str
    is_descending: bool = True

    @property
    def order(self) -> tuple[str, str]:
        sign = "-" if self.is_descending else ""
        return f"{sign}{self.field}", f"{sign}pk"


SORTS = {
    "active": Sort(_("Latest activity"), "active_at"),
    "newest": Sort(_("Newest"), "posted_at"),
    "oldest": Sort(_("Oldest"), "posted_at", is_descending=False),
    "liked": Sort(_("Most liked"), "like_count"),
}
FIRST_SORT = "active"


@dataclass(frozen=True)
class _Row:
    """An opening post in the order of the list."""

    value: datetime | int
    pk: int
    # Path of the last post that the list shows of the conversation; None: it shows them all.
    fold: str | None

    @property
    def key(self) -> str:
        value = self.value
        if isinstance(value, datetime):
            value = key_of(value)
        return f"{value}-{self.pk}"


class Listing:
    """The conversations of some modules, as an address asks for them.

    Values of the query that mean nothing are ignored. `path` is where the filters lead;
    `writable` are the ids of the modules under which this reader may write. A preview does with
    fewer queries: it leaves out conversations whose opening was removed, and their languages.
    """

    def __init__(
        self,
        modules: list[Module],
        query,
        *,
        path: str,
        writable: set[int],
        reader: Reader,
        per_page: int = CONVERSATIONS_PER_PAGE,
        is_preview: bool = False,
    ):
        self._modules = {module.pk: module for module in modules}
        self._writable = writable
        self.reader, self._path, self._per_page = reader, path, per_page
        self._is_preview = is_preview
        sort, language = query.get("sort"), query.get("language")
        self.sort = sort if sort in SORTS else FIRST_SORT
        self.language = language if language in self._language_counts else ""
        self.is_unanswered = query.get("unanswered") == "1"
        self._after = self._parsed(query.get("after", ""))

    @property
    def modules(self) -> list[Module]:
        return list(self._modules.values())

    @property
    def is_filtered(self) -> bool:
        return bool(self.language or self.is_unanswered)

    @property
    def is_later_page(self) -> bool:
        return self._after is not None

    @property
    def everything_href(self) -> str:
        return self._path

    @property
    def first_page_href(self) -> str:
        return self._href()

    @cached_property
    def count(self) -> int:
        """All conversations, whatever the filters say."""
        return self._language_counts.total()

    @property
    def language_name(self) -> str:
        return own_name(self.language)

    @property
    def sort_choices(self) -> list[Choice]:
        return [
            Choice(sort.label, self._href(sort=name), name == self.sort)
            for name, sort in SORTS.items()
        ]

    @cached_property
    def language_choices(self) -> list[Choice]:
        """Languages of the opening posts, the most used first."""
        return [
            Choice(own_name(code), self._href(language=code), code == self.language, count, code)
            for code, count in self._language_counts.most_common()
        ]

    @property
    def all_languages_href(self) -> str:
        return self._href(language="")

    @property
    def unanswered_href(self) -> str:
        return self._href(unanswered="" if self.is_unanswered else "1")

    @cached_property
    def latest_key(self) -> int:
        """When the last post came, for `forum.news`."""
        latest = openings(self.modules).filter(state=State.PUBLISHED).order_by("-active_at")
        moment = latest.values_list("active_at", flat=True).first()
        return key_of(moment or _EPOCH)

    @property
    def next_href(self) -> str:
        """Empty on the last page."""
        if len(self._rows) <= self._per_page:
            return ""
        return self._href(after=self._rows[self._per_page - 1].key)

    @cached_property
    def conversations(self) -> list[Conversation]:
        rows = self._rows[: self._per_page]
        if not rows:
            return []
        shown = Post.objects.shown_to(self.reader)
        within = Q()
        for row in rows:
            within |= Q(root=row.pk, path__lte=row.fold) if row.fold else Q(root=row.pk)
        posts = defaultdict(list)
        for post in for_screen(shown.filter(within)):
            posts[post.root_id].append(post)
        placed = place([post for found in posts.values() for post in found], self.reader)
        languages = _languages_of(posts, of_all=not self._is_preview)
        # An opening removed between the queries leaves no first post.
        return [
            Conversation(
                placed=[each for each in placed if each.post.root_id == row.pk],
                module=self._modules[found[0].module_id],
                languages=languages[row.pk],
                may_write=found[0].module_id in self._writable,
            )
            for row in rows
            if (found := posts[row.pk]) and found[0].pk == row.pk
        ]

    @cached_property
    def _rows(self) -> list[_Row]:
        """One more than the page shows, if there is one."""
        rows = self._rows_of(Q(state=State.PUBLISHED))
        if not self.is_unanswered and not self._is_preview:
            hidden = Q(answer_count__gt=0)
            if self.reader.own:
                hidden |= Q(state=State.HELD) & self.reader.own
            # There are few of them.
            rows += self._rows_of(hidden & Q(state__in=_HIDDEN_STATES))
        rows.sort(key=lambda row: (row.value, row.pk), reverse=SORTS[self.sort].is_descending)
        return rows[: self._per_page + 1]

    def _rows_of(self, condition: Q) -> list[_Row]:
        """Of one state at a time: then the index gives the order, and no forum is too large."""
        sort = SORTS[self.sort]
        posts = openings(self.modules).filter(condition)
        if self.language:
            posts = posts.filter(language=self.language)
        if self.is_unanswered:
            posts = posts.filter(answer_count=0)
        if self._after:
            posts = posts.filter(self._beyond(*self._after))
        fold = Post.objects.shown().filter(root=OuterRef("pk")).order_by("path").values("path")
        found = posts.order_by(*sort.order).values_list(
            sort.field, "pk", Subquery(fold[FIRST_REPLIES : FIRST_REPLIES + 1])
        )
        return [_Row(*values) for values in found[: self._per_page + 1]]

    def _beyond(self, value, pk: int) -> Q:
        sort = SORTS[self.sort]
        side = "lt" if sort.is_descending else "gt"
        # The first condition alone is what the index can use.
        return Q(**{f"{sort.field}__{side}e": value}) & (
            Q(**{f"{sort.field}__{side}": value}) | Q(**{f"pk__{side}": pk})
        )

    def _parsed(self, key: str) -> tuple[datetime | int, int] | None:
        value, _dash, pk = key.partition("-")
        if not (is_id(value) and is_id(pk)):
            return None
        if SORTS[self.sort].field == "like_count":
            return int(value), int(pk)
        moment = moment_of(value)
        return (moment, int(pk)) if moment else None

    @cached_property
    def _language_counts(self) -> Counter:
        counts = (
            openings(self.modules)
            .shown()
            .order_by()
            .values_list("language")
            .annotate(count=Count("pk"))
        )
        return Counter(dict(counts))

    def _href(self, **changes) -> str:
        query = {
            "sort": "" if self.sort == FIRST_SORT else self.sort,
            "language": self.language,
            "unanswered": "1" if self.is_unanswered else "",
        } | changes
        if query["sort"] == FIRST_SORT:
            query["sort"] = ""
        query = {name: value for name, value in query.items() if value}
        return f"{self._path}?{urlencode(query)}" if query else self._path


def _languages_of(posts: dict[int, list[Post]], *, of_all: bool) -> dict[int, list[str]]:
    """Codes by conversation, those of the posts on the page first and in their order.

    Without `of_all` those alone, which costs no query.
    """
    codes = {
        root: [post.language for post in shown if post.state == State.PUBLISHED]
        for root, shown in posts.items()
    }
    if of_all:
        spoken = Post.objects.filter(root__in=posts, state=State.PUBLISHED).order_by("language")
        for root, language in spoken.values_list("root", "language").distinct():
            codes[root].append(language)
    return {root: list(dict.fromkeys(found)) for root, found in codes.items()}


def is_id(text: str) -> bool:
    """A number that every database takes."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID


def key_of(moment: datetime) -> int:
    """As an address names it, without loss."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(key: str) -> datetime | None:
    """None for what is no key."""
    if not is_id(key):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(key))
    except OverflowError:
        return None


def latest_posts(**conditions):
    """Published posts in the order in which they came, the last one first."""
    return for_screen(Post.objects.filter(state=State.PUBLISHED, **conditions)).order_by("-pk")
