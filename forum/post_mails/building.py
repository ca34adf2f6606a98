"""Makes the mails that are due, of what still stands and is still wanted."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from accounts.mail.models import OutgoingMail
from accounts.mail.ready import ReadyMessage
from accounts.mail.stencils import ADDRESS, KEY, Stencil
from forum.models import Notice, Post, State, Subscriber, Subscription
from forum.post_mails.headers import MAIL, REPLY
from forum.post_mails.letters import Told, digest, letter
from forum.recipients import Audience, answers, mailable
from forum.reply_addresses import let_bounce, reply_address
from forum.unsubscribing import ALL, ANSWERS, CONVERSATION, MODULE, Target
from modules.freshness import current_version

# Why posts of a conversation are told of together: the first of these that holds.
_NARROWEST_FIRST = (CONVERSATION, MODULE, ANSWERS)
_MOST_STENCILS, _MOST_POSTS = 200, 2_000

Built = Iterator[tuple[OutgoingMail, ReadyMessage | None]]


def build_letters(mails: Sequence[OutgoingMail]) -> Built:
    """Each of one conversation."""
    for mail, wanted in _wanted(mails):
        yield mail, wanted and _made(mail, wanted, letter, _narrowest(wanted.targets))


def build_digests(mails: Sequence[OutgoingMail]) -> Built:
    """Each of everything that somebody follows."""
    for mail, wanted in _wanted(mails):
        yield mail, wanted and _made(mail, wanted, digest, _only(wanted.targets))


def _narrowest(targets: set[Target]) -> Target:
    return min(targets, key=lambda target: _NARROWEST_FIRST.index(target.kind))


def _only(targets: set[Target]) -> Target:
    return next(iter(targets)) if len(targets) == 1 else Target(ALL)


@dataclass(frozen=True)
class _Wanted:
    """What one person is told of, the oldest post first, and which subscriptions ask for it."""

    subscriber: Subscriber
    told: list[Told]
    # Equal for all who are told the same.
    key: tuple
    targets: set[Target]

    @property
    def answered(self) -> Post:
        """Below which an answer to the mail stands: of several posts, below the opening of their
        conversation, unless that is gone."""
        first = self.told[0].post
        is_below_all = len(self.told) > 1 and first.root.state == State.PUBLISHED
        return first.root if is_below_all else first


def _made(mail: OutgoingMail, wanted: _Wanted, make: Callable, ends: Target) -> ReadyMessage:
    """Made to be answered, where answers are taken by mail, and to come back where it cannot be
    delivered."""
    person, language = wanted.subscriber, wanted.subscriber.reads
    stencil = _kept.stencil(
        (make, language, ends, wanted.key, settings.REPLY_ADDRESS),
        lambda: make(wanted.told, language=language, ends=ends),
    )
    values = {ADDRESS: person.address, KEY: person.key, MAIL: str(mail.pk)}
    message = stencil.fill(values | {REPLY: reply_address(wanted.answered, person)})
    let_bounce(message, person)
    return message


class _Kept:
    """What is the same for many mails, also in batches that follow one another, for as long as the
    pages of the site show the same."""

    def __init__(self):
        self._version: str | None = None
        self._posts: dict[int, Post] = {}
        self._stencils: dict[tuple, Stencil] = {}

    def renew(self) -> None:
        # Before anything is read: what changes from now on is of another version.
        version = current_version()
        if version != self._version or len(self._posts) > _MOST_POSTS:
            self._version, self._posts = version, {}
            self._stencils = {}
        if len(self._stencils) > _MOST_STENCILS:
            self._stencils = {}

    def posts(self, pks: set[int]) -> dict[int, Post]:
        if missing := pks - self._posts.keys():
            posts = Post.objects.select_related(
                "user", "module", "in_reply_to__user", "root__user", "root__module"
            )
            self._posts |= posts.in_bulk(missing)
        return {pk: self._posts[pk] for pk in pks if pk in self._posts}

    def stencil(self, key: tuple, make: Callable[[], EmailMultiAlternatives]) -> Stencil:
        if key not in self._stencils:
            self._stencils[key] = Stencil(make())
        return self._stencils[key]


_kept = _Kept()


def _wanted(mails: Sequence[OutgoingMail]) -> Iterator[tuple[OutgoingMail, _Wanted | None]]:
    """In a few queries for all; None when nothing is left to tell, or nobody to tell it to."""
    _kept.renew()
    posts_of, subscriber_of = defaultdict(list), {}
    notices = Notice.objects.filter(mail__in=[mail.pk for mail in mails]).order_by("post")
    for mail, post, subscriber in notices.values_list("mail", "post", "subscriber"):
        posts_of[mail].append(post)
        subscriber_of[mail] = subscriber
    posts = _published({pk for each in posts_of.values() for pk in each}, mails)
    people = mailable().in_bulk(set(subscriber_of.values()))
    subscriptions = defaultdict(list)
    for each in Subscription.objects.filter(subscriber__in=people):
        subscriptions[each.subscriber_id].append(each)
    audience = Audience()
    for mail in mails:
        person = people.get(subscriber_of.get(mail.pk))
        told, key, targets = [], [], set()
        for pk in [pk for pk in posts_of[mail.pk] if person and pk in posts]:
            post = posts[pk]
            is_answer = answers(post, person)
            if wish := audience.wish(person, post, subscriptions[person.pk], is_answered=is_answer):
                told.append(Told(post, is_answer_to_you=is_answer))
                key.append((pk, is_answer))
                targets.add(Target.of(wish))
        yield mail, _Wanted(person, told, tuple(key), targets) if told else None


def _published(pks: set[int], mails: Sequence[OutgoingMail]) -> dict[int, Post]:
    posts = _kept.posts(pks)
    if hidden := [pk for pk, post in posts.items() if post.state in {State.HELD, State.REMOVED}]:
        _put_off(hidden, mails)
    return {pk: post for pk, post in posts.items() if post.state == State.PUBLISHED}


@transaction.atomic
def _put_off(posts: list[int], mails: Sequence[OutgoingMail]) -> None:
    """Until a facilitator approves or restores the posts; then these people are told like the
    others."""
    Notice.objects.filter(post__in=posts, mail__in=[mail.pk for mail in mails]).delete()
    Post.objects.filter(pk__in=posts).update(announced_at=None)
