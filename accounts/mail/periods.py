"""What is done once a day or an hour, without cron, and once however many workers there are."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.mail.models import PeriodicRun

# How a period is told from the next one, in UTC.
_LABELS = {"day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H"}
# Then its worker has died, and another one takes it.
_LONGEST_RUN = timedelta(hours=1)
_ASK_AGAIN_AFTER = timedelta(minutes=1)
_RUNS_ARE_KEPT_FOR = timedelta(days=30)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    name: str
    period: str
    function: Callable[[datetime], object]


_jobs: dict[str, Job] = {}


def register(name: str, function: Callable[[datetime], object], *, period: str = "day") -> None:
    """Once for each name, from AppConfig.ready(). `period` is "day" or "hour"; the function is
    called with the present moment."""
    _jobs[name] = Job(name, period, function)


class Clock:
    """Of one worker."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now):
        self._clock = clock
        # By job the period that is over and done with, and when to ask about the one that runs.
        self._done: dict[str, str] = {}
        self._ask_at: dict[str, datetime] = {}

    def run_due(self) -> int:
        """How many jobs have run. One that fails is tried again after an hour."""
        return sum(self._run(job) for job in _jobs.values())

    def _run(self, job: Job) -> bool:
        now = self._clock()
        label = now.strftime(_LABELS[job.period])
        if self._done.get(job.name) == label or now < self._ask_at.get(job.name, now):
            return False
        run, is_new = PeriodicRun.objects.get_or_create(
            job=job.name, period=label, defaults={"began_at": now}
        )
        if run.ended_at:
            self._done[job.name] = label
            return False
        self._ask_at[job.name] = now + _ASK_AGAIN_AFTER
        mine = PeriodicRun.objects.filter(pk=run.pk)
        abandoned = mine.filter(ended_at=None, began_at__lte=now - _LONGEST_RUN)
        if not is_new and not abandoned.update(began_at=now):
            return False
        try:
            job.function(now)
        except Exception:
            _log.exception("The job %s of %s has failed.", job.name, label)
            return False
        mine.update(ended_at=self._clock())
        return True


def drop_old(now: datetime) -> None:
    PeriodicRun.objects.filter(began_at__lte=now - _RUNS_ARE_KEPT_FOR).delete()
