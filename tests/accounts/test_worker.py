"""The worker's loop, and what it does daily."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from accounts.mail import periods, worker
from accounts.mail.sending import Sender
from accounts.mail.worker import Worker, workers_alive
from accounts.models import OutgoingMail, PeriodicRun, User, WorkerBeat
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.setattr(worker, "_steps", [])


@pytest.fixture
def jobs(monkeypatch):
    """Nothing is due daily but what the test registers."""
    monkeypatch.setattr(periods, "_jobs", {})


@pytest.fixture
def mail_dir(settings, tmp_path):
    settings.MAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.files.FileBackend", tmp_path
    return tmp_path


def clock_of(*moments) -> periods.Clock:
    left = list(moments)
    return periods.Clock(lambda: left.pop(0) if len(left) > 1 else left[0])


def test_mails_become_files_of_which_the_last_by_name_is_the_newest(mail_dir, steps):
    for number in range(3):
        OutgoingMail.objects.create(
            to="ana@example.org", message=f"Subject: {number}\r\n\r\nHello\r\n".encode()
        )

    Worker(Sender).run_once()

    names = sorted(path.name for path in mail_dir.iterdir())
    assert [name.endswith(".eml") for name in names] == [True] * 3
    texts = [(mail_dir / name).read_bytes() for name in names]
    assert [text.split(b"\r\n")[0] for text in texts] == [
        b"Subject: 0",
        b"Subject: 1",
        b"Subject: 2",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_stops_no_other_and_is_told(mail_dir, steps, jobs, caplog):
    def faulty():
        raise LookupError("of a step")

    def lost():
        raise OperationalError("server closed the connection\nunexpectedly")

    worker.register_step(faulty)
    worker.register_step(lost)
    OutgoingMail.objects.create(to="ana@example.org", message=b"Subject: x\r\n\r\nHello\r\n")

    Worker(Sender).run_once()

    assert OutgoingMail.objects.get().state == "sent"
    assert "LookupError: of a step" in caplog.text
    assert "The database does not answer: server closed the connection unexpectedly" in caplog.text


def test_a_step_is_called_again_as_long_as_it_has_something_to_do(mail_dir, steps, jobs):
    left = [3, 2, 1]
    worker.register_step(lambda: left.pop() if left else 0)

    Worker(Sender).run_once()

    assert left == []


def test_a_worker_is_known_to_be_alive_for_two_minutes():
    moment = timezone.now()
    for minutes in (1, 3):
        at = moment - timedelta(minutes=minutes)
        WorkerBeat.objects.create(worker=f"host-{minutes}", at=at)

    assert workers_alive(moment) == 1


def test_a_job_runs_once_in_its_period_whichever_clock_comes_first(jobs):
    ran = []
    periods.register("tidy", ran.append)
    one, other = clock_of(MORNING), clock_of(MORNING + timedelta(hours=17))

    assert [one.run_due(), one.run_due(), other.run_due()] == [1, 0, 0]
    assert clock_of(MORNING + timedelta(hours=18)).run_due() == 1
    assert ran == [MORNING, MORNING + timedelta(hours=18)]


def test_a_job_may_be_hourly(jobs):
    ran = []
    periods.register("look", ran.append, period="hour")

    for minutes in (0, 30, 60, 90):
        clock_of(MORNING + timedelta(minutes=minutes)).run_due()

    assert ran == [MORNING, MORNING + timedelta(hours=1)]


def test_what_a_dead_worker_had_begun_is_done_by_another_after_an_hour(jobs):
    ran = []
    periods.register("tidy", ran.append)
    PeriodicRun.objects.create(job="tidy", period="2026-11-22", began_at=MORNING)
    later = MORNING + timedelta(minutes=59), MORNING + timedelta(minutes=61)

    assert [clock_of(moment).run_due() for moment in later] == [0, 1]
    assert ran == [later[1]]
    assert PeriodicRun.objects.get().ended_at == later[1]


def test_a_job_that_fails_is_tried_again_after_an_hour_and_stops_no_other(jobs, caplog):
    ran = []

    def faulty(now):
        ran.append("faulty")
        if len(ran) == 1:
            raise LookupError

    periods.register("faulty", faulty)
    periods.register("tidy", lambda now: ran.append("tidy"))

    for minutes in (0, 1, 62, 124):
        clock_of(MORNING + timedelta(minutes=minutes)).run_due()

    assert ran == ["faulty", "tidy", "faulty"]
    assert "The job faulty of 2026-11-22 has failed." in caplog.text


def test_what_the_privacy_page_promises_needs_no_cron(mail_dir, steps):
    leaving = make_user(deletion_asked_at=timezone.now() - timedelta(days=8))
    month = timezone.now() - timedelta(days=31)
    OutgoingMail.objects.create(to="ana@example.org", state="sent", created_at=month)
    WorkerBeat.objects.create(worker="long-gone", at=month)

    Worker(Sender).run_once()

    assert not User.objects.filter(pk=leaving.pk).exists()
    assert not OutgoingMail.objects.filter(created_at=month).exists()
    assert not WorkerBeat.objects.exists()
    assert PeriodicRun.objects.filter(ended_at=None).count() == 0


def test_settings_of_a_mail_service_that_cannot_work_are_said_in_one_line(tmp_path):
    result = subprocess.run(
        [sys.executable, "manage.py", "run_worker", "--once"],
        cwd=settings.BASE_DIR,
        env={"PATH": "/usr/bin", "VAR_DIR": str(tmp_path), "ANYMAIL_ESP": "postmark"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("CommandError: Mail cannot be sent with these settings: ")
    assert "POSTMARK_SERVER_TOKEN" in result.stderr
