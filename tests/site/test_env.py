"""A wrong setting stops the start with one line that names it."""

import os
import re
import subprocess
import sys
from runpy import run_path
from unittest.mock import patch

import pytest
from django.conf import settings

from sstc_academy.lib import env

# What every start reads before it does anything else.
READ_SETTINGS = ("-c", "import sstc_academy.settings, sstc_academy.gunicorn")
SERVE = ("manage.py", "serve")
GUNICORN = ("-m", "gunicorn", "-c", "python:sstc_academy.gunicorn", "sstc_academy.wsgi")
PUBLIC = "https://academy.example.org"

A_FLAG, A_NUMBER = "give true or false.", "give a whole number of at least"
BOTH, A_SERVER = "give both, or neither.", "give the address of the server, such as"
A_DATABASE = "give postgres://USER:PASSWORD@HOST:PORT/DATABASE, with"
AN_ADDRESS = "give an address such as SSTC Academy <academy@example.org>."
WRONG = [
    ("VAR_DIR", "/proc/academy", "give a folder that this user owns."),
    ("VAR_DIR", "/dev/null", "give a folder that this user owns."),
    ("DATABASE_URL", "academy", A_DATABASE),
    ("DATABASE_URL", "mysql://me:secret@db.example.org/academy", A_DATABASE),
    ("DATABASE_URL", "postgres://me:secret@db.example.org", A_DATABASE),
    ("DATABASE_URL", "postgres://me:secret@db.example.org:no/academy", A_DATABASE),
    ("DATABASE_URL", "postgres://me:secret#1@db.example.org/academy", A_DATABASE),
    ("DATABASE_URL", "postgres://me:12/secret@db.example.org/academy", A_DATABASE),
    ("SECRET_KEY", "short", "give at least 50 random ones."),
    ("SECRET_KEY", "secret" * 10, "give at least 50 random ones."),
    ("SECRET_KEY_FALLBACKS", "short", "give at least 50 random ones."),
    ("ALLOWED_HOSTS", PUBLIC, "give host names such as"),
    ("ALLOWED_HOSTS", "academy example.org", "give host names such as"),
    ("SITE_URL", "academy.example.org", "give scheme and host only"),
    ("SITE_URL", f"{PUBLIC}/path", "give scheme and host only"),
    ("SITE_URL", "https://a b/c?x#y", "give scheme and host only"),
    ("HTTPS", "2", A_FLAG),
    ("TRUSTED_PROXIES", "one", f"{A_NUMBER} 0, such as 0."),
    ("HSTS_SECONDS", "a year", f"{A_NUMBER} 0, such as 31536000."),
    ("MAX_VIDEO_MB", "many", f"{A_NUMBER} 1, such as 200."),
    ("MAX_FILE_MB", "0", f"{A_NUMBER} 1, such as 20."),
    ("CAPTCHA", "often", A_FLAG),
    ("REFUSED_EMAIL_DOMAINS", "@mailinator.com", "give domains such as mailinator.com"),
    ("GOOGLE_CLIENT_ID", "academy", f"GOOGLE_CLIENT_SECRET is not; {BOTH}"),
    ("GOOGLE_CLIENT_SECRET", "hidden", f"GOOGLE_CLIENT_ID is not; {BOTH}"),
    ("FACEBOOK_CLIENT_ID", "academy", f"FACEBOOK_CLIENT_SECRET is not; {BOTH}"),
    ("FACEBOOK_CLIENT_SECRET", "hidden", f"FACEBOOK_CLIENT_ID is not; {BOTH}"),
    ("X_CLIENT_ID", "academy", f"X_CLIENT_SECRET is not; {BOTH}"),
    ("X_CLIENT_SECRET", "secret", f"X_CLIENT_ID is not; {BOTH}"),
    ("OIDC_SERVER_URL", "https://login.example.org", f"OIDC_CLIENT_ID is not; {BOTH}"),
    ("OIDC_CLIENT_ID", "academy", f"OIDC_CLIENT_SECRET is not; {BOTH}"),
    ("OIDC_CLIENT_SECRET", "hidden", f"OIDC_CLIENT_ID is not; {BOTH}"),
    ("OIDC_NAME", "Ministry", f"OIDC_CLIENT_ID is not; {BOTH}"),
    ("DEFAULT_FROM_EMAIL", "SSTC Academy", AN_ADDRESS),
    ("DEFAULT_FROM_EMAIL", "Academy <academy@>", AN_ADDRESS),
    ("EMAIL_HOST", "smtp://mail.example.org", "give a host name such as mail.example.org."),
    ("EMAIL_PORT", "smtp", f"{A_NUMBER} 1, such as 25."),
    ("EMAIL_HOST_USER", "academy", f"EMAIL_HOST_PASSWORD is not; {BOTH}"),
    ("EMAIL_HOST_PASSWORD", "secret", f"EMAIL_HOST_USER is not; {BOTH}"),
    ("EMAIL_USE_TLS", "starttls", A_FLAG),
    ("EMAIL_USE_SSL", "2", A_FLAG),
    ("EMAIL_TIMEOUT", "0", f"{A_NUMBER} 1, such as 30."),
    ("ANYMAIL_ESP", "pigeon", "mailgun, mailjet,"),
    ("REPLY_ADDRESS", "forum", "such as forum@talk.example.org."),
    ("REPLY_ADDRESS", "Forum <forum@talk.example.org>", "such as forum@talk.example.org."),
    ("REPLY_ADDRESS", "forum+x@talk.example.org", 'and no "+"'),
    ("REPLY_ADDRESS", "a-name-that-is-much-too-long@talk.example.org", "at most 16 letters"),
    ("ANYMAIL_WEBHOOK_SECRET", "secret", "give a name, a colon and a random password"),
    ("LOG_LEVEL", "LOUD", "give one of DEBUG, INFO, WARNING, ERROR, CRITICAL."),
    ("DEBUG", "perhaps", A_FLAG),
    ("BIND", "foo", "give host and port, such as 127.0.0.1:8000."),
    ("BIND", "nowhere:1:2", "give host and port, such as 127.0.0.1:8000."),
    ("BIND", "127.0.0.1:99999", "give host and port, such as 127.0.0.1:8000."),
    ("WEB_WORKERS", "0", f"{A_NUMBER} 1, such as 2."),
    ("WEB_THREADS", "-3", f"{A_NUMBER} 1, such as 4."),
    ("SENTRY_DSN", "sentry.example.org/secret", "give the DSN that Sentry shows"),
    ("LOG_FORMAT", "xml", "give one of text, json."),
    ("SLOW_QUERY_MS", "slow", "give a whole number of at least 0, such as 0."),
    ("METRICS_NETWORKS", "10.0.0.1/8", "give networks such as 10.0.0.0/8, with commas."),
    ("CACHE_URL", "localhost:6379", "give redis://:PASSWORD@HOST:PORT/NUMBER,"),
    ("CACHE_URL", "http://:secret@cache.example.org", "give redis://"),
    ("CACHE_URL", "redis://:se/secret@cache.example.org", "give redis://"),
    ("CACHE_URL", "redis://:secret@cache.example.org/first", "give redis://"),
    ("MEDIA_STORAGE", "/srv/media", "give s3://KEY:SECRET@HOST/BUCKET?region=REGION,"),
    ("MEDIA_STORAGE", "s3://key:secret@files.example.org", "give s3://"),
    ("MEDIA_STORAGE", "s3://key:se/secret@files.example.org/academy", "give s3://"),
    ("MEDIA_STORAGE", "s3://key:secret@files.example.org/academy?colour=x", "give s3://"),
]


# Root writes everywhere, unless it has lost the right to.
_RIGHTS_OF_ROOT = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")


def start(var_dir, *command, without=(), **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*(() if os.geteuid() else without), sys.executable, *(command or READ_SETTINGS)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def read_settings() -> None:
    """The same as READ_SETTINGS in this process, for what stops it before it changes anything."""
    for module in ("settings", "gunicorn"):
        run_path(f"{settings.BASE_DIR}/sstc_academy/{module}.py")


def complaint(result) -> str:
    """The one line that a start ends with."""
    assert result.returncode not in {0, -9}
    [line] = result.stderr.strip().splitlines()
    return line


@pytest.mark.parametrize(("name", "value", "expectation"), WRONG)
def test_a_wrong_value_stops_the_start_with_one_line(tmp_path, name, value, expectation):
    environment = {"VAR_DIR": str(tmp_path), name: value}
    with patch.dict(os.environ, environment, clear=True), pytest.raises(env.BadSetting) as stopped:
        read_settings()

    [line] = str(stopped.value).splitlines()
    assert line.startswith(name)
    assert expectation in line
    assert "secret" not in line


def test_every_setting_has_a_wrong_value_above():
    guide = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    table = guide[guide.index("| variable | default |") :].partition("\n\n")[0]
    documented = {
        name
        for row in table.splitlines()[2:]
        for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])
    }

    assert {name for name, _value, _expectation in WRONG} == documented


@pytest.mark.parametrize("command", [SERVE, GUNICORN, ("manage.py", "check")])
def test_whatever_is_started_says_no_more_than_that(tmp_path, command):
    assert complaint(start(tmp_path, *command, HTTPS="2")) == f'HTTPS is "2"; {A_FLAG}'


def test_the_host_of_the_public_address_must_be_answered(tmp_path):
    line = complaint(start(tmp_path, SITE_URL=PUBLIC, ALLOWED_HOSTS="www.example.org"))

    assert line.startswith("ALLOWED_HOSTS lacks academy.example.org, the host of SITE_URL; add it")
    assert start(tmp_path, SITE_URL=PUBLIC, ALLOWED_HOSTS=".example.org").returncode == 0


def test_a_server_for_signing_in_needs_an_address(tmp_path):
    result = start(
        tmp_path, OIDC_CLIENT_ID="academy", OIDC_CLIENT_SECRET="hidden", OIDC_SERVER_URL="login"
    )

    assert complaint(result).startswith(f'OIDC_SERVER_URL is "login"; {A_SERVER}')


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path):
    """Also one in which everything is there already, such as on a disk that is read only."""
    start(tmp_path)
    tmp_path.chmod(0o500)
    try:
        line = complaint(start(tmp_path, without=_RIGHTS_OF_ROOT))
    finally:
        tmp_path.chmod(0o700)

    assert line.startswith(f'VAR_DIR is "{tmp_path}", which cannot be written (Permission denied')


@pytest.mark.parametrize("key", [b"", b"short", b"\xff" * 60])
def test_a_damaged_secret_key_stops_the_start(tmp_path, key):
    (tmp_path / "secret_key").write_bytes(key)

    line = complaint(start(tmp_path))

    assert line.startswith("SECRET_KEY")
    assert str(tmp_path / "secret_key") in line


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:secret@/academy?host=/nowhere",
        "postgres://me:secret@127.0.0.1:1/academy",
        "postgres://me:secret@db.invalid/academy",
    ],
)
def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path, url):
    line = complaint(start(tmp_path, *SERVE, DATABASE_URL=url))

    assert line.startswith("CommandError: DATABASE_URL leads to no database that answers: ")
    assert line.endswith("Start it, or mend the address.")
    assert "secret" not in line


@pytest.mark.parametrize("content", [None, b"This is no database, but a text of some length." * 9])
def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path, content):
    path = tmp_path / "academy.sqlite3"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    line = complaint(start(tmp_path, *SERVE))

    assert line.startswith("CommandError: VAR_DIR holds a database that cannot be opened: ")
    assert str(path) in line


def test_a_password_is_read_as_it_was_encoded():
    with patch.dict(os.environ, DATABASE_URL="postgres://me:a%40b%2Fc@db.example.org:5433/academy"):
        found = env.postgres("DATABASE_URL")

    assert (found["USER"], found["PASSWORD"]) == ("me", "a@b/c")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", 5433, "academy")


def test_a_server_that_cannot_be_reached_is_not_waited_for():
    with patch.dict(os.environ, DATABASE_URL="postgres://me@db.example.org/academy"):
        assert env.postgres("DATABASE_URL")["OPTIONS"]["connect_timeout"] == 5


def test_a_valkey_is_spoken_to_as_a_redis():
    with patch.dict(os.environ, CACHE_URL="valkeys://:a%40b@cache.example.org:6380/1"):
        assert env.redis_server("CACHE_URL") == "rediss://:a%40b@cache.example.org:6380/1"


def test_a_bucket_is_read_as_it_was_encoded():
    url = "s3://key:a%2Fb%2B@files.example.org:9000/academy?region=eu-1"
    with patch.dict(os.environ, MEDIA_STORAGE=url):
        found = env.object_storage("MEDIA_STORAGE")

    assert (found["access_key"], found["secret_key"]) == ("key", "a/b+")
    assert found["endpoint_url"] == "https://files.example.org:9000"
    assert (found["bucket_name"], found["region_name"]) == ("academy", "eu-1")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("EMAIL_USE_TLS", "EMAIL_USE_SSL"), "are both true; give one of them."),
        (("ANYMAIL_ESP", "EMAIL_HOST"), "are both set; give one of them."),
    ],
)
def test_settings_that_exclude_each_other_are_said_in_one_line(tmp_path, names, words):
    line = complaint(start(tmp_path, **dict.fromkeys(names, "true")))

    assert line == f"{names[0]} and {names[1]} {words}"


@pytest.mark.parametrize(
    ("names", "backend"),
    [
        ({}, "accounts.mail.files.FileBackend"),
        ({"EMAIL_HOST": "mail"}, "django.core.mail.backends.smtp.EmailBackend"),
        ({"ANYMAIL_ESP": "postmark"}, "anymail.backends.postmark.EmailBackend"),
    ],
)
def test_mails_go_to_files_until_a_server_or_a_service_is_named(names, backend):
    with patch.dict(os.environ, names):
        assert env.mail_backend() == backend


@pytest.mark.parametrize("module", ["nothing", "nothing.within", "json.nothing"])
def test_a_package_that_is_missing_is_named(module):
    with pytest.raises(env.BadSetting) as stopped:
        env.require("MEDIA_STORAGE", "json", module, package="django-storages[s3]")

    assert str(stopped.value) == (
        'MEDIA_STORAGE needs a package that is missing: pip install "django-storages[s3]"'
    )


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    start(tmp_path)
    first = (tmp_path / "secret_key").read_text()
    start(tmp_path)

    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(first) >= 50
    assert (tmp_path / "secret_key").read_text() == first
