"""The outbox: mails are queued in the transaction that has something to tell; see `sending`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.mail.models import OutgoingMail

# An operator can look up for so long what has left, and act on what could not.
KEPT_FOR = timedelta(days=30)
PARKED_ARE_KEPT_FOR = timedelta(days=90)
# What waits for longer since it was due wants an operator.
LATE_AFTER = timedelta(minutes=15)
LONGEST_SUBJECT = OutgoingMail._meta.get_field("subject").max_length
_ROWS_AT_ONCE = 1000
State = OutgoingMail.State


def queue(message: EmailMessage) -> None:
    """A mail for each recipient. BadHeaderError for a line break in an address or a header."""
    # What people have written may stand in it.
    message.subject = " ".join(str(message.subject).split())
    content = message.message().as_bytes(linesep="\r\n")
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            to=parseaddr(recipient)[1],
            subject=message.subject[:LONGEST_SUBJECT],
            message=content,
        )
        for recipient in message.recipients()
    )


def put_back(mail: OutgoingMail, **values) -> None:
    """It waits again, with these values. What its group has gathered meanwhile goes by itself.

    Not when another worker has taken it meanwhile.
    """
    row = OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease)
    values |= {"state": State.WAITING, "lease": "", "leased_until": None}
    try:
        with transaction.atomic():
            row.update(**values)
    except IntegrityError:
        row.update(**values, group="")


def send_again(mails: Iterable[OutgoingMail]) -> int:
    """Of these, those that are parked are sent as if they were new; how many."""
    parked = [mail for mail in mails if mail.state == State.PARKED]
    for mail in parked:
        put_back(mail, due_at=timezone.now(), attempts=0)
    return len(parked)


def queue_age() -> float:
    """How many seconds the mail that is due for longest has waited; 0 when none is."""
    now = timezone.now()
    oldest = OutgoingMail.objects.due(now).values_list("due_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else 0.0


def drop_old(now: datetime) -> None:
    for states, kept_for in (
        ((State.SENT, State.DROPPED), KEPT_FOR),
        ((State.PARKED,), PARKED_ARE_KEPT_FOR),
    ):
        old = OutgoingMail.objects.filter(state__in=states, created_at__lte=now - kept_for)
        # In pieces: what hangs on them is deleted row by row.
        while keys := list(old.values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
            OutgoingMail.objects.filter(pk__in=keys).delete()
