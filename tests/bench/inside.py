"""Run in a process of one copy: measures what it is asked for, line by line, in JSON."""

import json
import sys
import time
from secrets import token_hex

import django
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

django.setup()

# Only now, since they need the models.
from accounts.mail.builders import builder_of  # noqa: E402
from accounts.mail.sending import Sender  # noqa: E402
from accounts.models import OutgoingMail  # noqa: E402
from forum import notices  # noqa: E402
from forum.models import (  # noqa: E402
    Frequency,
    Notice,
    Post,
    State,
    Subscriber,
    Subscription,
)
from tests.accounts.strangers import answer  # noqa: E402
from tests.factories import confirm, make_guest, make_reply, make_user  # noqa: E402


class Measures:
    def __init__(self):
        self._clients = {"visitor": Client(), "member": Client()}
        self._member = confirm(make_user(email=f"{token_hex(8)}@example.org"))
        self._clients["member"].force_login(self._member)

    def page(self, path: str, reader: str) -> float:
        """Milliseconds."""
        began = time.perf_counter()
        self._get(path, reader)
        return (time.perf_counter() - began) * 1000

    def queries_of_page(self, path: str, reader: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            self._get(path, reader)
        return len(queries)

    def reply(self) -> float:
        """Milliseconds, to an opening post of the middle of the list."""
        began = time.perf_counter()
        self._reply()
        return (time.perf_counter() - began) * 1000

    def queries_of_reply(self) -> int:
        with CaptureQueriesContext(connection) as queries:
            self._reply()
        return len(queries)

    def answer_to_stranger(self, form: str, is_known: bool) -> float:
        """Milliseconds, to somebody who sends the address of a member, or of nobody."""
        email = self._member.email if is_known else f"{token_hex(8)}@example.org"
        # Tries are counted there, and too many refused.
        cache.clear()
        client = Client()
        began = time.perf_counter()
        answer(client, form, email, host="localhost")
        return (time.perf_counter() - began) * 1000

    def _get(self, path: str, reader: str) -> None:
        response = self._clients[reader].get(path, headers={"host": "localhost"})
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")

    def _reply(self) -> None:
        make_reply(self._opening, make_guest(), text="Our inspectors begin with the school.")

    @property
    def _opening(self) -> Post:
        if not hasattr(self, "_found"):
            openings = Post.objects.filter(in_reply_to=None, state=State.PUBLISHED)
            self._found = openings.select_related("module").order_by("-active_at")[5]
        return self._found


class MailMeasures(Measures):
    def subscribe(self, people: int) -> None:
        """So many guests to the forum of the module in which `reply` answers."""
        subscribers = Subscriber.objects.bulk_create(
            Subscriber(
                email=f"person{number}@example.org",
                language=("en", "fr", "es", "pt", "ar")[number % 5],
                confirmed_at=timezone.now(),
            )
            for number in range(people)
        )
        Subscription.objects.bulk_create(
            Subscription(subscriber=each, module=self._opening.module, frequency=Frequency.AT_ONCE)
            for each in subscribers
        )

    def announce(self, replies: int) -> int:
        """How many mails wait that each tell of so many new replies, all of them due at once."""
        # Not of those that have been measured before.
        Post.objects.filter(announced_at=None).update(announced_at=timezone.now())
        OutgoingMail.objects.filter(state="waiting").delete()
        for _number in range(replies):
            self._reply()
        while notices.announce_waiting():
            pass
        waiting = OutgoingMail.objects.filter(state="waiting")
        waiting.update(due_at=timezone.now())
        return waiting.count()

    def hand_over(self, mails: int) -> float:
        """So many of those that wait: mails a second."""
        sender, done = Sender(), 0
        began = time.perf_counter()
        while done < mails:
            done += sender.send_batch()
        return done / (time.perf_counter() - began)

    def make_ready(self, mails: int) -> None:
        """So many mails wait that are of the size of a notice, and need no making."""
        notice = Notice.objects.filter(mail__state="waiting").select_related("mail").first()
        [(_mail, message)] = builder_of(notice.mail.kind)([notice.mail])
        content = message.message().as_bytes(linesep="\r\n")
        OutgoingMail.objects.bulk_create(
            OutgoingMail(to=f"ready{number}@example.org", message=content)
            for number in range(mails)
        )


if __name__ == "__main__":
    measures = MailMeasures()
    for line in sys.stdin:
        what, arguments = json.loads(line)
        print(json.dumps(getattr(measures, what)(**arguments)), flush=True)
