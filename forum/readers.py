"""Who reads a page, and which posts are theirs."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import get_language

from accounts.models import User
from forum.authors import Author
from forum.guests import Guest, known_guest
from forum.models import Frequency, Post, Subscriber
from forum.subscribing import frequency_of_answers, known_at, subscriber_at, subscriber_of


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

    @cached_property
    def subscriber(self) -> Subscriber | None:
        """None for a visitor, and for who has never subscribed to anything."""
        if self.user:
            return Subscriber.objects.filter(user=self.user).first()
        return known_at(self.guest.email) if self.guest else None

    @property
    def is_told_of_answers(self) -> bool:
        return frequency_of_answers(self.subscriber) != Frequency.OFF

    def become_subscriber(self) -> Subscriber:
        """Of a member or a known guest."""
        if self.user:
            return subscriber_of(self.user)
        return subscriber_at(self.guest.email, language=get_language())
