"""People without an account subscribe by e-mail address: nothing holds until the link in the mail
has been used, and nobody learns here whose address is known."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from forum import mails
from forum.guests import count_mail, new_key
from forum.limits import Limit, Origin, count_or_wait, hashed
from forum.models import PendingSubscription, Post, Subscriber
from forum.refusals import RefusedError
from forum.subscribing import choose, subscriber_at
from forum.subscription_words import choices_of
from modules.models import Module

# A training room subscribes in one afternoon.
PER_BROWSER = Limit(short=10, long=40)
PER_NETWORK = Limit(short=60, long=500)
# Where the optional check against automatic forms is asked for, and was not made: no facilitator
# could look at what somebody subscribes to, as at a post.
PER_UNCHECKED_BROWSER = Limit(short=2, long=5)
PER_UNCHECKED_NETWORK = Limit(short=10, long=40)


@transaction.atomic
def ask(
    request,
    *,
    email: str,
    module: Module,
    conversation: Post | None,
    frequencies: dict[str, str],
    time_zone: str,
    submission: UUID,
    is_checked: bool,
) -> None:
    """Sends the link; the same form sent twice is one mail.

    `is_checked`: the optional check against automatic forms was made, or is not asked for.
    RefusedError when too much was asked from here, or too many links went to this address.
    """
    pending, is_new = PendingSubscription.objects.get_or_create(
        submission=submission,
        defaults={
            "token": new_key(),
            "email": email,
            "language": get_language(),
            "time_zone": time_zone,
            "module": module,
            "conversation": conversation,
            "frequencies": frequencies,
        },
    )
    if not is_new:
        return
    _count(Origin.of(request), is_checked=is_checked)
    count_mail(email)
    mails.send_subscription_link(request, pending, choices_of(pending))


def _count(origin: Origin, *, is_checked: bool) -> None:
    per_browser = PER_BROWSER if is_checked else PER_UNCHECKED_BROWSER
    per_network = PER_NETWORK if is_checked else PER_UNCHECKED_NETWORK
    senders = []
    if origin.browser:
        senders.append((hashed("subscribing browser", origin.browser), per_browser))
    if origin.network:
        senders.append((hashed("subscribing network", origin.network), per_network))
    if count_or_wait(senders):
        raise RefusedError(RefusedError.TOO_MANY_ASKED)


@transaction.atomic
def confirm(pending: PendingSubscription) -> Subscriber:
    """The link has been used; once more it changes nothing, whatever was chosen since."""
    waiting = PendingSubscription.objects.select_for_update(of=("self",)).get(pk=pending.pk)
    if waiting.subscriber:
        return waiting.subscriber
    subscriber = subscriber_at(
        waiting.email, language=waiting.language, time_zone=waiting.time_zone
    )
    choose(
        subscriber,
        waiting.frequencies,
        module=waiting.module,
        conversation=waiting.conversation,
    )
    waiting.subscriber = subscriber
    waiting.save(update_fields=["subscriber"])
    return subscriber
