"""Who is told of a post, and how soon: asked when they are put down, and again when mail leaves."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Lower

from accounts.mail.models import BouncedAddress
from forum.models import Frequency, Policy, Post, Subscriber, Subscription
from forum.rules import Banned
from modules.models import Module

_MOST_URGENT_FIRST = (Frequency.AT_ONCE, Frequency.DAILY, Frequency.WEEKLY)


def mailable() -> QuerySet[Subscriber]:
    """To whom mail can go, each with `mail_address`, in small letters."""
    address = Lower(Case(When(user=None, then=F("email")), default=F("user__email")))
    bounced = BouncedAddress.objects.filter(address=OuterRef("mail_address"))
    return (
        Subscriber.objects.reachable()
        .select_related("user")
        .annotate(mail_address=address)
        .exclude(Exists(bounced))
    )


def subscriptions_to(post: Post) -> QuerySet[Subscription]:
    """All that have to do with the post, also those that say that nothing is wanted of it."""
    matching = Q(module=post.module_id) | Q(conversation=post.root_id)
    answered = post.in_reply_to
    to_answers = Q(module=None, conversation=None)
    if answered and answered.user_id:
        matching |= to_answers & Q(subscriber__user=answered.user_id)
    elif answered and answered.guest_email:
        matching |= to_answers & (
            Q(subscriber__email=answered.guest_email)
            | Q(subscriber__user__email=answered.guest_email)
        )
    return Subscription.objects.filter(matching)


def answers(post: Post, subscriber: Subscriber) -> bool:
    return post.in_reply_to_id is not None and _wrote(subscriber, post.in_reply_to)


def _wrote(subscriber: Subscriber, post: Post) -> bool:
    # Asked of each person about each post.
    if post.user_id and post.user_id == subscriber.user_id:
        return True
    address = subscriber.mail_address
    if not address:
        return False
    return address == post.guest_email or bool(post.user and post.user.email.lower() == address)


class Audience:
    """What is the same for all who might be told is read once."""

    def __init__(self):
        self._banned = Banned()
        modules = Module.objects.exclude(forum_policy__mode=Policy.Mode.CLOSED)
        self._readable = set(modules.values_list("pk", flat=True))
        for_all = modules.visible_to(AnonymousUser())
        self._readable_for_all = set(for_all.values_list("pk", flat=True))

    def wish(
        self,
        subscriber: Subscriber,
        post: Post,
        subscriptions: Iterable[Subscription],
        *,
        is_answered: bool,
    ) -> Subscription | None:
        """Which of their subscriptions has them told of the post; None: they are not told.

        What is said of a conversation goes before what is said of its forum; answers to one's own
        posts are told of besides. `subscriber` is of `mailable`; `is_answered`: see `answers`.
        """
        if _wrote(subscriber, post) or not self._may_read(subscriber, post.module_id):
            return None
        if self._banned.includes(subscriber.user_id, subscriber.mail_address):
            return None
        return _most_urgent(_matching(subscriptions, post, is_answered=is_answered))

    def _may_read(self, subscriber: Subscriber, module: int) -> bool:
        if module in self._readable_for_all:
            return True
        user = subscriber.user
        return module in self._readable and bool(user) and user.is_facilitator


def _matching(
    subscriptions: Iterable[Subscription], post: Post, *, is_answered: bool
) -> list[Subscription]:
    of_module = of_conversation = to_answers = None
    for subscription in subscriptions:
        if subscription.conversation_id:
            if subscription.conversation_id == post.root_id:
                of_conversation = subscription
        elif subscription.module_id:
            if subscription.module_id == post.module_id:
                of_module = subscription
        elif is_answered:
            to_answers = subscription
    return [each for each in (of_conversation or of_module, to_answers) if each]


def _most_urgent(subscriptions: list[Subscription]) -> Subscription | None:
    wanted = [each for each in subscriptions if each.frequency != Frequency.OFF]
    return min(wanted, key=lambda each: _MOST_URGENT_FIRST.index(each.frequency), default=None)
