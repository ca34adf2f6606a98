"""One conversation, a screenful at a time, which goes on from the last post shown."""

from functools import cached_property

from django.db.models import Count, Q

from forum.models import PATH_STEP, Post, State
from forum.placing import Placed, for_screen, place
from forum.readers import Reader
from forum.reading import is_id

POSTS_PER_SCREEN = 30
MOST_POSTS_TO_COUNT = 2_000
# What stands above a post that a permanent address leads to, when the conversation is long.
POSTS_BEFORE_CHOSEN = 10


class ConversationScreen:
    """A screenful of one conversation in reading order, as the address asks for it.

    `?after=` and `?before=` name a post that the screen follows or ends before, `?post=` one that
    it holds and highlights; an id that is not of this conversation is ignored.
    """

    def __init__(self, root: Post, query, reader: Reader):
        self.root = root
        self._query, self._reader = query, reader

    @cached_property
    def placed(self) -> list[Placed]:
        posts, next_level = self._found
        return place(posts, self._reader, chosen=self._chosen, next_level=next_level)

    @property
    def has_earlier(self) -> bool:
        return bool(self.placed) and self.placed[0].post.pk != self.root.pk

    @property
    def has_more(self) -> bool:
        return self._found[1] is not None

    @property
    def first(self) -> Post:
        return self.placed[0].post

    @property
    def last(self) -> Post:
        return self.placed[-1].post

    @cached_property
    def more_count(self) -> int:
        """Published posts after the last one here; later on in a long conversation no more than
        the next screen holds, since counting the rest takes too long."""
        if not self.has_earlier:
            return self.root.answer_count - sum(each.is_published for each in self.placed[1:])
        following = self._posts.filter(path__gt=self.last.path, state=State.PUBLISHED)
        if self.root.answer_count > MOST_POSTS_TO_COUNT:
            following = following[:POSTS_PER_SCREEN]
        return following.count()

    @property
    def next_count(self) -> int:
        return min(self.more_count, POSTS_PER_SCREEN)

    @cached_property
    def people_count(self) -> int | None:
        """None for a long conversation, in which counting takes too long to be worth it."""
        if self.root.answer_count > MOST_POSTS_TO_COUNT:
            return None
        counts = self._posts.filter(state=State.PUBLISHED).aggregate(
            members=Count("user", distinct=True),
            guests=Count("guest_email", distinct=True, filter=Q(guest_email__gt="")),
        )
        return counts["members"] + counts["guests"]

    @cached_property
    def languages(self) -> list[str]:
        posts = self._posts.filter(state=State.PUBLISHED).order_by("language")
        return list(posts.values_list("language", flat=True).distinct())

    @property
    def _posts(self):
        return Post.objects.filter(root=self.root)

    @property
    def _shown(self):
        return self._posts.shown_to(self._reader)

    @cached_property
    def _chosen(self) -> int | None:
        pk = self._query.get("post", "")
        return int(pk) if is_id(pk) else None

    @cached_property
    def _found(self) -> tuple[list[Post], int | None]:
        """The posts, and the level of the one that follows them; None when none does."""
        posts = for_screen(self._shown)
        if path := self._path_of("before"):
            before = posts.filter(path__lt=path).order_by("-path")[:POSTS_PER_SCREEN]
            if found := list(before)[::-1]:
                return found, len(path) // PATH_STEP - 1
        if path := self._path_of("post"):
            if path := self._start_of_screen_with(path):
                posts = posts.filter(path__gte=path)
        elif path := self._path_of("after"):
            posts = posts.filter(path__gt=path)
        found = list(posts[: POSTS_PER_SCREEN + 1])
        shown, following = found[:POSTS_PER_SCREEN], found[POSTS_PER_SCREEN:]
        return shown, following[0].level if following else None

    def _start_of_screen_with(self, path: str) -> str | None:
        """None: the post stands on the first screen."""
        above = self._shown.filter(path__lt=path).order_by("-path")
        paths = list(above.values_list("path", flat=True)[:POSTS_PER_SCREEN])
        return paths[POSTS_BEFORE_CHOSEN - 1] if len(paths) == POSTS_PER_SCREEN else None

    def _path_of(self, name: str) -> str | None:
        pk = self._query.get(name, "")
        if not is_id(pk):
            return None
        return self._posts.filter(pk=pk).values_list("path", flat=True).first()
