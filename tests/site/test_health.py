"""What a load balancer asks."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.mail.models import OutgoingMail, WorkerBeat
from sstc_academy.lib import readiness
from sstc_academy.lib.readiness import NotReadyError


def test_the_process_is_up_without_asking_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "ok\n")


def test_ready_when_the_database_is_migrated(client, db):
    assert client.get("/readyz").status_code == 200


def test_each_check_is_told_and_what_is_not_needed_sends_nobody_away(client, db, monkeypatch):
    checks = dict(readiness._checks)
    monkeypatch.setattr(readiness, "_checks", checks)

    def fail():
        raise NotReadyError("nobody has swept for an hour")

    readiness.register("broom", fail, is_needed=False)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.text.splitlines() == [
        "database: ok",
        "migrations: ok",
        "cache: ok",
        "worker: none has been heard of for 2 minutes, so no mail leaves; "
        "run: manage.py run_worker",
        "mails: ok",
        "broom: nobody has swept for an hour",
    ]
    assert 'academy_check_ok{check="broom"} 0.0' in client.get("/metrics").text

    readiness.register("broom", fail, is_needed=True)
    assert client.get("/readyz").status_code == 503


def test_a_worker_that_runs_and_mails_that_should_have_left_are_told(client, db):
    WorkerBeat.objects.create(worker="host-1")
    due = timezone.now() - timedelta(minutes=20)
    OutgoingMail.objects.create(to="ana@example.org", due_at=due)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert "worker: ok\nmails: the oldest has waited for 20 minutes\n" in response.text


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::1", "", "nonsense"])
def test_figures_are_for_the_networks_of_the_operator(client, db, address):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


def test_not_ready_while_a_migration_is_missing(client, db):
    [latest] = MigrationLoader(connection).graph.leaf_nodes("modules")
    MigrationRecorder(connection).record_unapplied(*latest)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert "run: manage.py migrate" in response.text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "unable to open database file"),
        ("postgres://academy:secret@/academy?host=/nowhere", "No such file or directory"),
    ],
)
def test_not_ready_when_the_database_is_gone(tmp_path, url, reason):
    (tmp_path / "academy.sqlite3").mkdir()
    ask = "from django.test import Client; print(Client().get('/readyz').serialize().decode())"

    result = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {ask}"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "sstc_academy.settings",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": url,
            "ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert "The database does not answer; the log says why" in result.stdout
    assert "The database does not answer: " in result.stderr
    assert reason in result.stderr
    assert "secret" not in result.stdout + result.stderr


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_kept_by_no_cache(client, db, path):
    assert "no-store" in client.get(path)["Cache-Control"]
