"""Puts down who is told of new posts, by which mail, and when that leaves."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from forum.models import Frequency, Notice, Post, State, Subscriber, Subscription
from forum.recipients import Audience, answers, mailable, subscriptions_to

# Kinds of mail: of one conversation, and of everything that somebody follows.
LETTER, DIGEST = "posts", "digest"
# What is posted within it joins the same mail; what is removed within it never leaves.
JOINED_FOR = timedelta(minutes=3)
# In the time zone of who gets it.
HOUR_OF_DIGESTS = time(7)
_MONDAY = 0
# Put down in one transaction, which is short: SQLite lets nobody else write meanwhile.
_PEOPLE_AT_A_TIME = 100
# How long one call takes.
_SECONDS = 1.0


def announce_waiting(limit: int = 100) -> int:
    """Puts down who wants to hear of published posts, the oldest first; how many it dealt with.

    It stops after a second, perhaps in the middle of a post: the worker has mails to send, too.
    """
    posts = Post.objects.filter(announced_at=None, state=State.PUBLISHED)
    posts = posts.select_related("user", "in_reply_to__user").order_by("posted_at", "pk")[:limit]
    ends = monotonic() + _SECONDS
    for dealt_with, post in enumerate(posts):
        if dealt_with and monotonic() > ends:
            return dealt_with
        _announce(post, ends)
    return len(posts)


def _announce(post: Post, ends: float) -> None:
    """Until all have been put down, or the time is over; some people at least.

    Who has been put down stays so when a worker dies, and of two workers that do the same each
    finds what the other has put down.
    """
    now = timezone.now()
    audience = Audience()
    for subscriptions in _by_subscriber(post):
        if mails := _mails(post, subscriptions, audience, now):
            began = monotonic()
            _put_down(post, mails)
            _let_others_write(monotonic() - began)
            if monotonic() > ends:
                return
    Post.objects.filter(pk=post.pk, announced_at=None).update(announced_at=now)


def _by_subscriber(post: Post) -> Iterator[dict[int, list[Subscription]]]:
    """A number of people after the other, each with what they say of the post; but for those who
    have been put down."""
    told = Notice.objects.filter(post=post, subscriber=OuterRef("subscriber"))
    found = defaultdict(list)
    for subscription in subscriptions_to(post).filter(~Exists(told)).order_by("subscriber"):
        found[subscription.subscriber_id].append(subscription)
    people = list(found)
    for start in range(0, len(people), _PEOPLE_AT_A_TIME):
        yield {pk: found[pk] for pk in people[start : start + _PEOPLE_AT_A_TIME]}


def _mails(
    post: Post, subscriptions: dict[int, list[Subscription]], audience: Audience, now: datetime
) -> dict[int, OutgoingMail]:
    """By subscriber, of those who are told."""
    mails = {}
    for subscriber in mailable().filter(pk__in=subscriptions).order_by("pk"):
        wishes, is_answered = subscriptions[subscriber.pk], answers(post, subscriber)
        if wish := audience.wish(subscriber, post, wishes, is_answered=is_answered):
            mails[subscriber.pk] = _mail(post, subscriber, wish.frequency, now)
    return mails


@transaction.atomic
def _put_down(post: Post, mails: dict[int, OutgoingMail]) -> None:
    waiting = _join({mail.group: mail for mail in mails.values()})
    Notice.objects.bulk_create(
        [
            Notice(post=post, subscriber_id=subscriber, mail_id=waiting[mail.group])
            for subscriber, mail in mails.items()
        ],
        ignore_conflicts=True,
    )


def _let_others_write(seconds: float) -> None:
    """As long as they could not. Who waits for SQLite asks now and then, and is not queued."""
    if connection.vendor == "sqlite":
        sleep(seconds)


def _mail(post: Post, subscriber: Subscriber, frequency: str, now: datetime) -> OutgoingMail:
    if frequency == Frequency.AT_ONCE:
        group = f"at-once:{subscriber.pk}:{post.root_id}"
        kind, due_at = LETTER, now + JOINED_FOR
    else:
        group = f"{frequency}:{subscriber.pk}"
        kind, due_at = DIGEST, next_digest(frequency, subscriber.zone, now)
    return OutgoingMail(kind=kind, to=subscriber.address, group=group, due_at=due_at)


def _join(mails: dict[str, OutgoingMail]) -> dict[str, int]:
    """The mail of each group that waits, made where there is none, and held until the end of the
    transaction, so that no worker sends it before the notice is there."""
    found: dict[str, int] = {}
    # In the same order for all, so that two do not wait for each other.
    missing = sorted(mails)
    while missing:
        OutgoingMail.objects.bulk_create([mails[group] for group in missing], ignore_conflicts=True)
        waiting = OutgoingMail.objects.filter(
            group__in=missing, state=OutgoingMail.State.WAITING
        ).order_by("pk")
        found |= waiting.select_for_update(no_key=True).values_list("group", "pk")
        # One that a worker has taken between the two statements is left alone, and another made.
        missing = [group for group in missing if group not in found]
    return found


def next_digest(frequency: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next morning, or Monday morning, where the person lives."""
    day = now.astimezone(zone).date()
    while True:
        due_at = datetime.combine(day, HOUR_OF_DIGESTS, tzinfo=zone)
        is_the_day = frequency == Frequency.DAILY or day.weekday() == _MONDAY
        if is_the_day and due_at > now:
            return due_at.astimezone(UTC)
        day += timedelta(days=1)
