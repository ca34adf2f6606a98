"""Hands the mails that are due to the mail server, and notes of each what became of it.

Any number of workers may do it. Each claims a batch for a few minutes, so that no other takes it,
and notes every mail in a commit of its own right after it was taken: a worker that is killed has at
most one mail that will be sent a second time, and loses none.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import uuid4

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import OperationalError, close_old_connections, transaction
from django.utils import timezone

from accounts.mail import bounces
from accounts.mail.answers import Answer, answer_of
from accounts.mail.builders import builder_of
from accounts.mail.models import OutgoingMail
from accounts.mail.outbox import LONGEST_SUBJECT, put_back
from accounts.mail.ready import ReadyMessage, taken_apart

BATCH = 100
# Longer than one mail takes whose server answers nothing (several times EMAIL_TIMEOUT).
LEASE = timedelta(minutes=5)
_RENEW_AFTER = timedelta(minutes=1)
# After each try of a mail; a day in all.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 720)]
# After each try to reach the mail server, until it answers.
SERVER_PAUSES = [timedelta(seconds=seconds) for seconds in (5, 15, 60, 300)]
# Seconds between tries to note that a mail has left, while the database does not answer.
_NOTING_PAUSES = (1, 2, 5, 10, 20)
State = OutgoingMail.State
# None instead of a message: it is not to be sent; an answer: it could not be made.
_Built = tuple[OutgoingMail, EmailMessage | Answer | None]
_log = logging.getLogger(__name__)


class Sender:
    """Of one worker. `goes_on` is asked before each mail; after False the rest is put back."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        goes_on: Callable[[], bool] = lambda: True,
    ):
        self._clock = clock
        self._goes_on = goes_on
        self._failures = 0
        self._rests_until = None
        self._lease = ""
        self._renew_at = None

    def send_batch(self) -> int:
        """How many mails were dealt with, sent or not."""
        now = self._clock()
        if self._rests_until and now < self._rests_until:
            return 0
        if not OutgoingMail.objects.due(now).exists():
            return 0
        connection = get_connection(settings.MAIL_BACKEND)
        # Before any mail is claimed: none of them has been tried when this fails.
        if not self._opens(connection):
            return 0
        try:
            mails = self._claim()
            return self._send(mails, connection)
        finally:
            _close(connection)

    def _opens(self, connection) -> bool:
        try:
            connection.open()
        except (OSError, AnymailError) as error:
            self._rest(error)
            return False
        self._failures, self._rests_until = 0, None
        return True

    def _rest(self, reason: Exception | str) -> None:
        pause = SERVER_PAUSES[min(self._failures, len(SERVER_PAUSES) - 1)]
        self._failures += 1
        self._rests_until = self._clock() + pause
        _log.warning(
            "The mail server cannot be used; trying again in %d s: %s", pause.seconds, reason
        )

    def _claim(self) -> list[OutgoingMail]:
        now = self._clock()
        self._lease, self._renew_at = uuid4().hex, now + _RENEW_AFTER
        with transaction.atomic():
            # SQLite, which knows no locks of rows, lets one at a time begin what may write.
            due = OutgoingMail.objects.due(now).select_for_update(skip_locked=True)
            # Somebody waits for a code, and for nothing else as much.
            mails = list(due.filter(kind=OutgoingMail.READY)[:BATCH]) or list(due[:BATCH])
            OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
                state=State.SENDING, lease=self._lease, leased_until=now + LEASE
            )
        for mail in mails:
            mail.lease = self._lease
        return mails

    def _send(self, mails: list[OutgoingMail], connection) -> int:
        left = {mail.pk: mail for mail in mails}
        for mail, message in _built(mails):
            if not self._goes_on() or not self._keeps_lease(len(left)):
                break
            del left[mail.pk]
            if message is None:
                self._note(mail, state=State.DROPPED)
            elif answer := _refusal(connection, message):
                self._refused(mail, answer)
                if answer.is_for_all:
                    self._rest(answer.text)
                    break
                if not answer.keeps_connection:
                    _close(connection)
                    if not self._opens(connection):
                        break
            else:
                self._note(mail, state=State.SENT, sent_at=self._clock(), message=b"", error="")
        for mail in left.values():
            put_back(mail)
        return len(mails) - len(left)

    def _keeps_lease(self, count: int) -> bool:
        """False when another worker has taken what is left of the batch, such as while this machine
        slept."""
        now = self._clock()
        if now < self._renew_at:
            return True
        self._renew_at = now + _RENEW_AFTER
        mine = OutgoingMail.objects.filter(lease=self._lease)
        return mine.update(leased_until=now + LEASE) == count

    def _refused(self, mail: OutgoingMail, answer: Answer) -> None:
        if answer.is_bounce:
            bounces.mark(mail.to, answer.text)
        attempts = mail.attempts + 1
        if answer.is_final or attempts > len(PAUSES):
            _log.warning("Mail %d is parked: %s", mail.pk, answer.text)
            self._note(mail, state=State.PARKED, attempts=attempts, error=answer.text)
        else:
            due_at = self._clock() + PAUSES[attempts - 1]
            put_back(mail, due_at=due_at, attempts=attempts, error=answer.text)

    def _note(self, mail: OutgoingMail, **values) -> None:
        """Tries for a while: what has left and is not noted would be sent a second time."""
        for pause in (*_NOTING_PAUSES, None):
            try:
                row = OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease)
                row.update(lease="", leased_until=None, to=mail.to, subject=mail.subject, **values)
                return
            except OperationalError:
                if pause is None:
                    raise
                close_old_connections()
                time.sleep(pause)


def _built(mails: list[OutgoingMail]) -> Iterator[_Built]:
    """Each with its message."""
    bounced = bounces.of_these(mail.to for mail in mails if mail.kind != OutgoingMail.READY)
    for kind, same in groupby(sorted(mails, key=attrgetter("kind")), key=attrgetter("kind")):
        if kind == OutgoingMail.READY:
            for mail in same:
                yield mail, ReadyMessage(bytes(mail.message), to=mail.to)
            continue
        for mail, message in _built_by_app(kind, list(same)):
            # Asked of the address to which it goes now: the person may have a better one.
            is_bounced = isinstance(message, EmailMessage) and mail.to.lower() in bounced
            yield mail, None if is_bounced else message


def _built_by_app(kind: str, mails: list[OutgoingMail]) -> Iterator[_Built]:
    left = {mail.pk: mail for mail in mails}
    try:
        for mail, message in builder_of(kind)(mails):
            del left[mail.pk]
            if message:
                mail.to, mail.subject = message.to[0], message.subject[:LONGEST_SUBJECT]
            yield mail, message
    except Exception as error:
        _log.exception("Mails of the kind %s cannot be made.", kind)
        for mail in left.values():
            text = f"{type(error).__name__}: {error}"
            yield mail, Answer(text, keeps_connection=True)


def _refusal(connection, message: EmailMessage | Answer) -> Answer | None:
    """None when it was taken."""
    if isinstance(message, Answer):
        return message
    try:
        if isinstance(connection, AnymailBaseBackend):
            message = taken_apart(message)
        connection.send_messages([message])
    except Exception as error:
        # Whatever it is: this mail must not hold up those behind it.
        answer = answer_of(error)
        _log.info("A mail was not taken: %s", answer.text, exc_info=error)
        return answer
    return None


def _close(connection) -> None:
    # It may be broken already.
    with suppress(OSError):
        connection.close()
