"""Who is told of what, as people choose it; each function is one transaction."""

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.models import User
from forum.models import Frequency, Notice, Post, Subscriber, Subscription
from modules.models import Module

# What one may hear of: a module's forum, a conversation in it, answers to one's own posts.
MODULE, CONVERSATION, ANSWERS = "module", "conversation", "answers"


def subscriber_of(user: User) -> Subscriber:
    """Made when first needed. A member's address has been confirmed before they sign in."""
    subscriber, _is_new = Subscriber.objects.get_or_create(
        user=user, defaults={"confirmed_at": timezone.now()}
    )
    return subscriber


@transaction.atomic
def subscriber_at(address: str, *, language: str = "", time_zone: str = "") -> Subscriber:
    """Whoever has shown that the address is theirs: the member who has confirmed it, or a guest.

    Language and time zone are the guest's; empty ones leave what is known.
    """
    email = address.strip().lower()
    owner = EmailAddress.objects.filter(email__iexact=email, verified=True).first()
    if owner:
        return subscriber_of(owner.user)
    values = {"confirmed_at": timezone.now(), "language": language, "time_zone": time_zone}
    guest, is_new = Subscriber.objects.get_or_create(email=email, user=None, defaults=values)
    if not is_new:
        guest.confirmed_at = guest.confirmed_at or timezone.now()
        guest.language = language or guest.language
        guest.time_zone = time_zone or guest.time_zone
        guest.save(update_fields=["confirmed_at", "language", "time_zone"])
    return guest


def known_at(address: str) -> Subscriber | None:
    """The one to whom `subscriber_at` leads; nobody is made."""
    email = address.strip().lower()
    member = Subscriber.objects.filter(
        user__emailaddress__email__iexact=email, user__emailaddress__verified=True
    )
    return member.first() or Subscriber.objects.filter(email=email).first()


def frequencies_of(
    subscriber: Subscriber | None, module: Module, conversation: Post | None = None
) -> dict[str, str]:
    """How often they hear of each: OFF for what they have not subscribed to. In one query."""
    rows = subscriber.subscriptions.all() if subscriber else []
    found = {(row.module_id, row.conversation_id): row.frequency for row in rows}
    of_module = found.get((module.pk, None), Frequency.OFF)
    frequencies = {MODULE: of_module, ANSWERS: found.get((None, None), Frequency.OFF)}
    if conversation:
        frequencies[CONVERSATION] = found.get((None, conversation.pk), of_module)
    return frequencies


@transaction.atomic
def choose(
    subscriber: Subscriber,
    frequencies: dict[str, str],
    *,
    module: Module,
    conversation: Post | None = None,
) -> None:
    """What somebody has chosen for all or some of MODULE, CONVERSATION and ANSWERS at once."""
    if MODULE in frequencies:
        subscribe(subscriber, module=module, frequency=frequencies[MODULE])
    if conversation and CONVERSATION in frequencies:
        # What the module's says already needs no word of its own.
        now = frequencies_of(subscriber, module, conversation)
        if now[CONVERSATION] != frequencies[CONVERSATION]:
            subscribe(subscriber, conversation=conversation, frequency=frequencies[CONVERSATION])
    if ANSWERS in frequencies:
        subscribe(subscriber, frequency=frequencies[ANSWERS])


@transaction.atomic
def subscribe(
    subscriber: Subscriber,
    *,
    frequency: str,
    module: Module | None = None,
    conversation: Post | None = None,
) -> None:
    """To a module's forum, to a conversation, or, with neither, to answers to their own posts.

    OFF ends it. Asked for twice it is the same as once.
    """
    rows = subscriber.subscriptions.filter(module=module, conversation=conversation)
    now = rows.first()
    if frequency == Frequency.OFF and not _is_in_subscribed_module(subscriber, conversation):
        rows.delete()
        if module:
            _forget_exceptions(subscriber, module)
        return
    if now and now.frequency == frequency:
        return
    subscriber.subscriptions.update_or_create(
        module=module,
        conversation=conversation,
        defaults={"frequency": frequency, "created_at": timezone.now()},
    )


def _is_in_subscribed_module(subscriber: Subscriber, conversation: Post | None) -> bool:
    """Then there has to stand that nothing is wanted of this one."""
    if conversation is None:
        return False
    of_module = subscriber.subscriptions.filter(module=conversation.module_id)
    return of_module.exclude(frequency=Frequency.OFF).exists()


def _forget_exceptions(subscriber: Subscriber, module: Module) -> None:
    """Nothing is left from which these conversations would be an exception."""
    subscriber.subscriptions.filter(conversation__module=module, frequency=Frequency.OFF).delete()


@transaction.atomic
def follow_answers(subscriber: Subscriber) -> None:
    """Told at once, unless they have chosen how often already."""
    if frequency_of_answers(subscriber) == Frequency.OFF:
        subscribe(subscriber, frequency=Frequency.AT_ONCE)


def frequency_of_answers(subscriber: Subscriber | None) -> str:
    rows = subscriber.subscriptions.filter(module=None, conversation=None) if subscriber else None
    row = rows.first() if rows is not None else None
    return row.frequency if row else Frequency.OFF


@transaction.atomic
def change(wanted: list[tuple[Subscription, str]]) -> None:
    """How often, for several at once."""
    for row, frequency in wanted:
        subscribe(
            row.subscriber,
            module=row.module,
            conversation=row.conversation,
            frequency=frequency,
        )


def end(subscription: Subscription) -> None:
    change([(subscription, Frequency.OFF)])


@transaction.atomic
def end_all(subscriber: Subscriber) -> None:
    """Also of what has been noted for their next mail."""
    subscriber.subscriptions.all().delete()
    subscriber.notices.filter(mail__state=OutgoingMail.State.WAITING).delete()


@transaction.atomic
def bring_into_account(user: User, address: str) -> None:
    """What a guest with this address has chosen is the member's; of two the later choice."""
    guests = Subscriber.objects.select_for_update()
    guest = guests.filter(user=None, email=address.strip().lower()).first()
    if guest is None:
        return
    member = Subscriber.objects.filter(user=user).first()
    if member is None:
        # The same row, and so the links in mails of before go on.
        guest.user, guest.email, guest.language, guest.time_zone = user, "", "", ""
        guest.save(update_fields=["user", "email", "language", "time_zone"])
        return
    _move_subscriptions(guest, member)
    told = Notice.objects.filter(subscriber=member).values("post")
    guest.notices.exclude(post__in=told).update(subscriber=member)
    # The links in mails of before lead to the account's.
    member.former.create(number=guest.pk, key=guest.key)
    guest.delete()


def _move_subscriptions(guest: Subscriber, member: Subscriber) -> None:
    own = {(row.module_id, row.conversation_id): row for row in member.subscriptions.all()}
    for row in guest.subscriptions.all():
        mine = own.get((row.module_id, row.conversation_id))
        if mine and mine.created_at >= row.created_at:
            continue
        if mine:
            mine.delete()
        row.subscriber = member
        row.save(update_fields=["subscriber"])
