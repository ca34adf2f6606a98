"""A wrong setting stops the start with one line that names it."""

import os
import subprocess
import sys
from unittest.mock import patch

import pytest
from django.conf import settings

from sstc_academy.lib import env


def start(tmp_path, command="check", **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("DEBUG", "perhaps", "give true or false."),
        ("HTTPS", "2", "give true or false."),
        ("SECRET_KEY", "short", "give at least 50 random ones."),
        ("MAX_VIDEO_MB", "many", "give a whole number of at least 1, such as 200."),
        ("MAX_FILE_MB", "0", "give a whole number of at least 1, such as 20."),
        ("SITE_URL", "academy.example.org", "give scheme and host only"),
        ("SITE_URL", "https://academy.example.org/path", "give scheme and host only"),
        ("SITE_URL", "https://a b/c?x#y", "give scheme and host only"),
        ("ALLOWED_HOSTS", "https://academy.example.org", "give host names such as"),
        ("LOG_LEVEL", "LOUD", "give one of DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ("TRUSTED_PROXIES", "one", "give a whole number of at least 0, such as 0."),
        ("GOOGLE_CLIENT_ID", "academy", "GOOGLE_CLIENT_SECRET is not; give both, or neither."),
        ("REPLY_ADDRESS", "forum", "such as forum@talk.example.org."),
        ("REPLY_ADDRESS", "Forum <forum@talk.example.org>", "such as forum@talk.example.org."),
        ("REPLY_ADDRESS", "forum+x@talk.example.org", 'and no "+"'),
        ("REPLY_ADDRESS", "a-name-that-is-much-too-long@talk.example.org", "at most 16 letters"),
        ("ANYMAIL_WEBHOOK_SECRET", "secret", "give a name, a colon and a random password"),
        ("X_CLIENT_SECRET", "secret", "X_CLIENT_ID is not; give both, or neither."),
        ("VAR_DIR", "/proc/academy", "give a folder that this user owns."),
        ("DATABASE_URL", "academy", "give postgres://USER:PASSWORD@HOST:PORT/DATABASE,"),
        ("DATABASE_URL", "mysql://me:secret@db.example.org/academy", "give postgres://"),
        ("DATABASE_URL", "postgres://me:secret@db.example.org", "give postgres://"),
        ("DATABASE_URL", "postgres://me:secret@db.example.org:no/academy", "give postgres://"),
        ("DATABASE_URL", "postgres://me:secret#1@db.example.org/academy", "give postgres://"),
        ("DATABASE_URL", "postgres://me:12/secret@db.example.org/academy", "give postgres://"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(tmp_path, name, value, expectation):
    result = start(tmp_path, **{name: value})

    assert result.returncode == 1
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(name)
    assert lines[0].endswith(expectation) or expectation in lines[0]
    assert "secret" not in lines[0]


@pytest.mark.parametrize(
    ("name", "value", "expectation"),
    [
        ("BIND", "foo", "give host and port, such as 127.0.0.1:8000."),
        ("BIND", "127.0.0.1:99999", "give host and port, such as 127.0.0.1:8000."),
        ("WEB_WORKERS", "0", "give a whole number of at least 1, such as 2."),
        ("WEB_THREADS", "-3", "give a whole number of at least 1, such as 4."),
    ],
)
def test_a_wrong_setting_of_the_server_stops_it_with_one_line(tmp_path, name, value, expectation):
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:sstc_academy.gunicorn",
            "sstc_academy.wsgi",
        ],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert result.stderr.strip() == f'{name} is "{value}"; {expectation}'


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path):
    url = "postgres://me:secret@/academy?host=/nowhere"

    result = start(tmp_path, "prepare", DATABASE_URL=url)

    assert result.returncode == 1
    assert result.stderr.startswith("CommandError: The database does not answer: connection")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr


def test_a_password_is_read_as_it_was_encoded():
    with patch.dict(os.environ, DATABASE_URL="postgres://me:a%40b%2Fc@db.example.org:5433/academy"):
        found = env.postgres("DATABASE_URL")

    assert (found["USER"], found["PASSWORD"]) == ("me", "a@b/c")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", 5433, "academy")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    start(tmp_path)
    first = (tmp_path / "secret_key").read_text()
    start(tmp_path)

    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(first) >= 50
    assert (tmp_path / "secret_key").read_text() == first
