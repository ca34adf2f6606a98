"""Who reads a page, and which posts are theirs."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from accounts.models import User
from forum.authors import Author
from forum.guests import Guest, known_guest
from forum.models import Post


@dataclass(frozen=True)
class Reader:
    """A member, a guest whom this browser has confirmed, or a visitor (neither)."""

    user: User | None = None
    guest: Guest | None = None

    @classmethod
    def of(cls, request) -> "Reader":
        """One object for each request."""
        if not hasattr(request, "forum_reader"):
            is_member = request.user.is_authenticated
            request.forum_reader = cls(
                user=request.user if is_member else None,
                guest=None if is_member else known_guest(request),
            )
        return request.forum_reader

    @cached_property
    def is_facilitator(self) -> bool:
        return Author(user=self.user).is_facilitator

    @property
    def author(self) -> Author | None:
        """As whom they write; None for a visitor."""
        if self.user:
            return Author.member(self.user)
        return self.guest.author if self.guest else None

    @property
    def own(self) -> Q | None:
        """What selects this reader's posts; None for a visitor, who has none."""
        if self.user:
            return Q(user=self.user)
        return Q(guest_email=self.guest.email.lower()) if self.guest else None

    def wrote(self, post: Post) -> bool:
        if self.user:
            return post.user_id == self.user.pk
        return bool(self.guest) and post.guest_email == self.guest.email.lower()
