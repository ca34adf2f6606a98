"""The worker: one loop for all that happens when nobody asks for a page."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from accounts.mail.models import WorkerBeat
from accounts.mail.periods import Clock

IDLE_SECONDS = 1
# After a step has failed, so that a fault does not fill the log.
_FAULT_SECONDS = 5
_BEAT_EVERY = timedelta(seconds=5)
# A worker is silent while one mail waits for a slow mail server.
ALIVE_FOR = timedelta(minutes=2)
_BEATS_ARE_KEPT_FOR = timedelta(days=1)
_ENDINGS = (signal.SIGTERM, signal.SIGINT)

Step = Callable[[], int]
_steps: list[Step] = []
_log = logging.getLogger(__name__)


def register_step(step: Step) -> None:
    """Called in each round, and once more as long as it returns how many things it has done.

    From AppConfig.ready(). A step is short: it does a piece of its work, and the rest next time.
    """
    _steps.append(step)


def workers_alive(now: datetime) -> int:
    return WorkerBeat.objects.filter(at__gt=now - ALIVE_FOR).count()


def drop_old_beats(now: datetime) -> None:
    WorkerBeat.objects.filter(at__lte=now - _BEATS_ARE_KEPT_FOR).delete()


class Worker:
    def __init__(self, make_sender: Callable, *, parent: int | None = None):
        """`make_sender` is the class `sending.Sender`, which servers of pages need not load.
        `parent`: the process without which the worker ends.
        """
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self._parent = parent
        self._is_ending = False
        self._beat_at = None
        # What tells of something before what sends it.
        self._steps = [*_steps, make_sender(goes_on=self._goes_on).send_batch, Clock().run_due]

    def run(self) -> None:
        """Until SIGTERM or SIGINT; the mail in hand is sent first."""
        with self._ended_by_signals():
            while self._goes_on():
                done = self._round()
                if not done:
                    time.sleep(_FAULT_SECONDS if done is None else IDLE_SECONDS)
            self._do(WorkerBeat.objects.filter(worker=self.name).delete)

    def run_once(self) -> None:
        """Until there is nothing to do at this moment."""
        with self._ended_by_signals():
            while self._goes_on() and self._round():
                pass
            self._do(WorkerBeat.objects.filter(worker=self.name).delete)

    def _round(self) -> int | None:
        """How many things were done; None when there was nothing but a fault."""
        counts = [self._do(step) for step in self._steps if not self._is_ending]
        done = sum(count for count in counts if count)
        return None if not done and None in counts else done

    def _do(self, step: Callable) -> int | None:
        """None when it has failed, which must not stop the others."""
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            _log.error("The database does not answer: %s", " ".join(str(error).split()))
            # The next step makes a new one, when the database is back.
            close_old_connections()
        except Exception:
            _log.exception("A step of the worker has failed.")
        return None

    def _goes_on(self) -> bool:
        """Asked often: between mails too."""
        now = timezone.now()
        if self._beat_at is None or now - self._beat_at >= _BEAT_EVERY:
            self._beat_at = now
            self._do(self._beat)
            # Whoever has started it is gone; nobody would end it.
            self._is_ending |= self._parent is not None and os.getppid() != self._parent
        return not self._is_ending

    def _beat(self) -> int:
        WorkerBeat.objects.update_or_create(worker=self.name, defaults={"at": self._beat_at})
        return 1

    @contextmanager
    def _ended_by_signals(self):
        before = {ending: signal.signal(ending, self._end) for ending in _ENDINGS}
        try:
            yield
        finally:
            for ending, handler in before.items():
                signal.signal(ending, handler)

    def _end(self, _signal, _frame) -> None:
        self._is_ending = True
