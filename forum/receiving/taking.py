"""What becomes of a mail that arrives."""

import logging

from allauth.account.models import EmailAddress

from accounts.mail.bounces import mark
from forum.models import Subscriber
from forum.receiving.automatic import why_automatic
from forum.receiving.bounces import permanent_failure
from forum.receiving.outcomes import Outcome
from forum.receiving.posting import refuse_sender, take
from forum.receiving.reading import Incoming
from forum.reply_addresses import read_bounce, read_reply

_log = logging.getLogger(__name__)


def receive(mail: Incoming) -> Outcome:
    """Once for the same mail, however often it is delivered."""
    for subscriber in filter(None, map(read_bounce, mail.recipients)):
        return _bounced(mail, subscriber)
    reply = next(filter(None, map(read_reply, mail.recipients)), None)
    if reply is None:
        return _dropped("it names no reply address, or one that has been altered")
    if why := why_automatic(mail):
        return _dropped(f"no person wrote it ({why})")
    subscriber = Subscriber.objects.reachable().numbered(reply.subscriber_id)
    if subscriber is None:
        return _dropped("whoever was mailed is not subscribed any more")
    if mail.sender[1] not in _addresses_of(subscriber):
        # Perhaps another address of the same person, who then wonders why nothing is posted.
        if mail.sender[1] and refuse_sender(mail, reply, subscriber):
            return Outcome.ANSWERED
        return _dropped("its sender is not whom the reply address was given to")
    return take(mail, reply, subscriber)


def _bounced(mail: Incoming, subscriber: Subscriber) -> Outcome:
    reason = permanent_failure(mail)
    if not reason:
        return _dropped("it tells of no address that is gone for good")
    mark(subscriber.address, reason)
    return Outcome.BOUNCED


def _addresses_of(subscriber: Subscriber) -> set[str]:
    """From which they may write, in small letters."""
    if subscriber.user is None:
        return {subscriber.email.lower()}
    confirmed = EmailAddress.objects.filter(user=subscriber.user, verified=True)
    others = confirmed.values_list("email", flat=True)
    return {subscriber.user.email.lower(), *map(str.lower, others)}


def _dropped(reason: str) -> Outcome:
    _log.warning("A mail was dropped: %s.", reason)
    return Outcome.DROPPED
