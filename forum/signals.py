"""What a mail service tells by its webhooks: mail that has arrived, and mail that bounced."""

import logging
import re

from anymail.signals import (
    AnymailInboundEvent,
    AnymailTrackingEvent,
    EventType,
    RejectReason,
    inbound,
    tracking,
)
from django.dispatch import receiver

from accounts.mail.bounces import mark
from forum.receiving.reading import Incoming, UnreadableError
from forum.receiving.taking import receive

# The service knows of an address, from an earlier mail, that it takes none.
_KNOWN_FAULTS = {RejectReason.BOUNCED, RejectReason.INVALID, RejectReason.SPAM}
_PASSING = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b")
_log = logging.getLogger(__name__)


@receiver(inbound)
def take_mail(event: AnymailInboundEvent, **_kwargs) -> None:
    try:
        receive(Incoming.of(event.message, event.message.envelope_recipient or ""))
    except UnreadableError as error:
        _log.warning("A mail was dropped: %s.", error)


@receiver(tracking)
def note_bounce(event: AnymailTrackingEvent, **_kwargs) -> None:
    said = event.mta_response or event.description or event.event_type
    has_bounced = event.event_type == EventType.BOUNCED and not _PASSING.search(said)
    is_known = event.event_type == EventType.REJECTED and event.reject_reason in _KNOWN_FAULTS
    if event.recipient and (has_bounced or is_known or event.event_type == EventType.COMPLAINED):
        mark(event.recipient, said)
