"""Tells whoever answered by mail why it was not posted, and gives their text back.

To an address that is not the subscriber's nothing is ever sent: anybody can write any address into
the head of a mail, and its owner would get an answer to what they never wrote. The subscriber is
told instead, once a day, and without the text, which may be somebody else's.
"""

import logging

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.mail import bounces
from forum import mails, reply_addresses
from forum.authors import Author
from forum.limits import Limit, count_or_wait, hashed
from forum.models import Post, Subscriber
from forum.receiving.quotations import marker
from forum.receiving.reading import Incoming
from forum.receiving.texts import has_files
from forum.refusals import RefusedError
from forum.wording import refusal
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute

# Should two machines talk to each other after all, they soon fall silent.
ANSWERS_PER_ADDRESS = Limit(short=3, long=6)
WRONG_SENDERS_PER_SUBSCRIBER = Limit(short=1, long=1)
# Reasons with which the same text may be sent again to the same place, mended or later.
_MAY_TRY_AGAIN = {RefusedError.TOO_FAST, RefusedError.WORDS, RefusedError.REPEATED}
_LONGEST_RETURN = 50_000
_log = logging.getLogger(__name__)


def send_fault(mail: Incoming, author: Author, answered: Post, sentence: str, text: str) -> None:
    """`sentence` says what is wrong with the text; "" when there is none."""
    sentence = sentence or _nothing_found(mail)
    _send(mail, author, answered, sentence, text, may_try_again=True)


def send_refusal(
    mail: Incoming, author: Author, answered: Post | None, error: RefusedError, text: str
) -> None:
    may_try_again = error.reason in _MAY_TRY_AGAIN
    _send(mail, author, answered, refusal(error), text, may_try_again=may_try_again)


def send_wrong_sender(
    mail: Incoming, subscriber: Subscriber, name: str, answered: Post | None
) -> bool:
    """Whether it was sent: to the subscriber, of whom the reply address speaks."""
    key = hashed("wrong sender", str(subscriber.pk))
    if bounces.of_these([subscriber.address]) or not _may_be_sent(
        key, WRONG_SENDERS_PER_SUBSCRIBER
    ):
        return False
    sentence = _(
        "It came from an address that we do not know as yours. Answer from the address at which "
        "you got our mail, or write in the forum. If it was not you: whoever you passed our mail "
        "on to cannot answer it in your name."
    )
    path = reverse("forum:post", args=[answered.pk]) if answered else ""
    context = {"name": name, "sentence": sentence, "link": absolute(None, path) if path else ""}
    _mail(mail, subscriber.address, context)
    return True


def _nothing_found(mail: Incoming) -> str:
    if has_files(mail):
        return _(
            "No text was found in it, and files are not taken. Write your answer above the line "
            "at the top of this mail, and send it again."
        )
    return _(
        "Nothing but quoted text was found in it. Write your answer above the line at the top of "
        "this mail, and send it again."
    )


def _send(
    mail: Incoming,
    author: Author,
    answered: Post | None,
    sentence: str,
    text: str,
    *,
    may_try_again: bool,
) -> None:
    address = mail.sender[1]
    if not _may_be_sent(hashed("answer by mail", address), ANSWERS_PER_ADDRESS):
        _log.warning("A mail could not be posted, and its sender has had enough answers today.")
        return
    reply_to = next(filter(reply_addresses.read_reply, mail.recipients)) if may_try_again else ""
    path = reverse("forum:post", args=[answered.pk]) if answered and may_try_again else ""
    context = {
        "name": author.name,
        "sentence": sentence,
        "text": text[:_LONGEST_RETURN],
        "link": absolute(None, path) if path else "",
        "marker": marker(languages.current()) if reply_to else "",
    }
    _mail(mail, address, context, reply_to=reply_to)


def _mail(mail: Incoming, to: str, context: dict, *, reply_to: str = "") -> None:
    mails.send(
        "unposted",
        to=to,
        subject=_("Your answer was not posted"),
        context=context,
        headers=_headers(mail),
        reply_to=reply_to,
    )


def _headers(mail: Incoming) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    if mail.message_id:
        headers |= {"In-Reply-To": mail.message_id, "References": mail.message_id}
    return headers


def _may_be_sent(key: str, limit: Limit) -> bool:
    """It is counted."""
    return count_or_wait([(key, limit)]) is None
