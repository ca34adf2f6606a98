"""Workers in processes of their own, which are killed or race with each other.

`tests/accounts/test_mail_workers.py` runs these where Django has the settings of a site in service,
which lead to a mail server of the test.
"""

import random
import time
from collections import Counter
from multiprocessing import get_context

from django.db import connections
from django.utils import timezone

from accounts.mail import periods
from accounts.mail.sending import Sender
from accounts.mail.worker import Worker
from accounts.models import OutgoingMail, WorkerBeat

_PATIENCE = 300
_fork = get_context("fork")


def killed(mails: int, kills: int) -> dict:
    """A worker is killed in the middle, so many times, and started again."""
    _fill(mails)
    for number in range(1, kills + 1):
        worker = _start(Worker(Sender).run)
        _wait_until_sent(mails * number // (kills + 1))
        # At any moment between two mails or within one.
        time.sleep(random.random() / 100)  # noqa: S311 - no secret
        worker.kill()
        worker.join(_PATIENCE)
        # What it had claimed is free for others after some minutes.
        OutgoingMail.objects.filter(state="sending").update(leased_until=timezone.now())
    _join([_start(Worker(Sender).run_once)])
    return _states()


def together(mails: int, workers: int) -> dict:
    _fill(mails)
    _join([_start(Worker(Sender).run_once) for _number in range(workers)])
    return _states() | {"beats": WorkerBeat.objects.count()}


def clocks(workers: int) -> int:
    """How often a daily job runs that all of them find due."""
    periods.register("greet", _greet)
    _join([_start(periods.Clock().run_due) for _number in range(workers)])
    return OutgoingMail.objects.filter(subject="Good morning").count()


def _greet(now) -> None:
    OutgoingMail.objects.create(to="all@example.org", subject="Good morning")


def _fill(mails: int) -> None:
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            to=f"person{number}@example.org",
            message=b"Subject: News\r\nFrom: academy@localhost\r\n\r\nHello\r\n",
        )
        for number in range(mails)
    )


def _start(act):
    # A connection cannot be shared with a process that is forked.
    connections.close_all()
    process = _fork.Process(target=act)
    process.start()
    return process


def _join(processes) -> None:
    for process in processes:
        process.join(_PATIENCE)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def _wait_until_sent(number: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while OutgoingMail.objects.filter(state="sent").count() < number:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _states() -> dict:
    return Counter(OutgoingMail.objects.values_list("state", flat=True))
