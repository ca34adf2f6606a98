"""What a load balancer asks."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def test_the_process_is_up_without_asking_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "ok\n")


def test_ready_when_the_database_is_migrated(client, db):
    assert client.get("/readyz").status_code == 200


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


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_kept_by_no_cache(client, db, path):
    assert "no-store" in client.get(path)["Cache-Control"]
