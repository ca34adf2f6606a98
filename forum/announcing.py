"""What a facilitator tells all who have subscribed to a module's forum."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.mail.models import OutgoingMail
from accounts.mail.ready import ReadyMessage, taken_apart
from accounts.mail.stencils import ADDRESS, KEY, Stencil
from forum.models import Announcement, Delivery, Frequency, Subscriber, Subscription
from forum.post_mails.announcements import announcement_letter
from forum.post_mails.headers import MAIL
from forum.recipients import mailable
from forum.reply_addresses import let_bounce
from forum.rules import Banned
from modules.models import Module

# Kind of mail.
ANNOUNCEMENT = "announcement"
_ROWS_AT_A_TIME = 500


def recipients(module: Module, among: Collection[int] | None = None) -> list[Subscriber]:
    """To whom an announcement would go now; with `among`, which of these ids."""
    followers = Subscription.objects.filter(module=module).exclude(frequency=Frequency.OFF)
    if among is not None:
        followers = followers.filter(subscriber__in=among)
    banned = Banned()
    return [
        person
        for person in mailable().filter(pk__in=followers.values("subscriber"))
        if not banned.includes(person.user_id, person.mail_address)
    ]


@transaction.atomic
def send(announcement: Announcement) -> int | None:
    """To how many it goes; None when it has been sent before."""
    row = Announcement.objects.filter(pk=announcement.pk)
    # Of two at once the first sends it.
    if not row.filter(sent_at=None).update(sent_at=timezone.now()):
        return None
    people = recipients(announcement.module)
    mails = OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(kind=ANNOUNCEMENT, to=person.address, subject=announcement.title_en)
            for person in people
        ],
        batch_size=_ROWS_AT_A_TIME,
    )
    Delivery.objects.bulk_create(
        [
            Delivery(announcement=announcement, subscriber=person, mail=mail)
            for person, mail in zip(people, mails, strict=True)
        ],
        batch_size=_ROWS_AT_A_TIME,
    )
    row.update(recipient_count=len(people))
    return len(people)


def build_announcements(
    mails: Sequence[OutgoingMail],
) -> Iterator[tuple[OutgoingMail, ReadyMessage | None]]:
    """None for who does not want it any more, or cannot be reached."""
    deliveries = Delivery.objects.filter(mail__in=[mail.pk for mail in mails])
    by_mail = {each.mail_id: each for each in deliveries.select_related("announcement__module")}
    wanting = _by_module(by_mail.values())
    stencils = {}
    for mail in mails:
        delivery = by_mail.get(mail.pk)
        people = wanting[delivery.announcement.module_id] if delivery else {}
        person = delivery and people.get(delivery.subscriber_id)
        if not person:
            yield mail, None
            continue
        announcement, language = delivery.announcement, person.reads
        key = announcement.pk, language
        if key not in stencils:
            stencils[key] = Stencil(announcement_letter(announcement, language=language))
        values = {ADDRESS: person.address, KEY: person.key, MAIL: str(mail.pk)}
        message = stencils[key].fill(values)
        let_bounce(message, person)
        yield mail, message


def _by_module(deliveries: Iterable[Delivery]) -> dict[int, dict[int, Subscriber]]:
    """Of these people those who still want it."""
    asked = defaultdict(list)
    for delivery in deliveries:
        asked[delivery.announcement.module].append(delivery.subscriber_id)
    return {
        module.pk: {person.pk: person for person in recipients(module, among=people)}
        for module, people in asked.items()
    }


def sample(announcement: Announcement, language: str, *, to: str) -> EmailMultiAlternatives:
    """As it arrives, but that its links to end the subscription lead nowhere."""
    stencil = Stencil(announcement_letter(announcement, language=language))
    return taken_apart(stencil.fill({ADDRESS: to, KEY: "preview", MAIL: "0"}))
