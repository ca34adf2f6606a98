"""A real Academy in processes of its own, with files and a database that no other test shares."""

import email
import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import psycopg
from django.conf import settings

_SECONDS_TO_START = 180
_SECONDS_TO_SEND = 60


@dataclass
class Site:
    var_dir: Path
    # "" for SQLite, which lies in `var_dir`.
    database_url: str = ""
    own_settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "VAR_DIR": str(self.var_dir),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "sstc_academy.settings",
            **self.own_settings,
        }

    def manage(self, *arguments: str) -> str:
        """What the command prints."""
        return self._run("manage.py", *arguments)

    def run(self, code: str) -> str:
        """What the code prints, in a process where Django is set up."""
        return self._run("-c", f"import django; django.setup(); {code}").strip()

    def try_to_manage(self, *arguments: str, **settings_of_it: str) -> subprocess.CompletedProcess:
        """For a command that may fail."""
        return self._process("manage.py", *arguments, **settings_of_it)

    def _process(self, *arguments: str, **settings_of_it: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment | settings_of_it,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, *arguments: str) -> str:
        result = self._process(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@dataclass
class Academy(Site):
    """A site that is served."""

    url: str = ""
    # What a browser keeps once the facilitator has signed in.
    facilitators_state: dict | None = None

    def session_of(self, email: str, name: str = "") -> dict:
        """A browser's memory in which this member is signed in, for the option `storage_state`.

        With a name the account is made, should there be none.
        """
        cookies = self.cookies_of(email, name)
        cookies = [{"name": key, "value": value} | _COOKIE for key, value in cookies.items()]
        return {"cookies": cookies, "origins": []}

    def cookies_of(self, email: str, name: str = "") -> dict[str, str]:
        """The same for `tests.visitor.Visitor`."""
        key = self.run(_SIGN_IN.format(email=email, name=name))
        return {settings.SESSION_COOKIE_NAME: key}

    def newest_mail(self, to: str = "") -> str:
        """The text of the newest mail (to this address), which the worker lays down as a file."""
        deadline = time.monotonic() + _SECONDS_TO_SEND
        while self._mails_due():
            assert time.monotonic() < deadline, "The worker has not sent what was due."
            time.sleep(0.1)
        for file in sorted((self.var_dir / "mail").glob("*.eml"), reverse=True):
            message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if to in message["To"]:
                return "\n".join(message.get_body(("plain",)).get_content().splitlines())
        raise LookupError(to)

    def newest_code(self, address: str) -> str:
        """What the newest mail to the address asks to type."""
        return re.search(r"^(\d{4}-\d{4})$", self.newest_mail(to=address), re.MULTILINE)[1]

    def newest_link(self) -> str:
        return re.search(r"https?://[^/\s]+(/\S+)", self.newest_mail())[1]

    def _mails_due(self) -> int:
        now = datetime.now(UTC)
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(_DUE.format("%s"), [now]).fetchone()[0]
        with closing(sqlite3.connect(self.var_dir / "academy.sqlite3")) as connection:
            moment = f"{now:%Y-%m-%d %H:%M:%S.%f}"
            return connection.execute(_DUE.format("?"), [moment]).fetchone()[0]


_DUE = """
SELECT count(*) FROM accounts_outgoingmail
WHERE state IN ('waiting', 'sending') AND due_at <= {}
"""
_COOKIE = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True}
_COOKIE |= {"secure": False, "sameSite": "Lax"}
_SIGN_IN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User

user = User.objects.filter(email={email!r}).first()
if user is None:
    user = User.objects.create_user(email={email!r}, display_name={name!r}, password=None)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


@contextmanager
def own_site(var_dir: Path, server: str | None = None) -> Iterator[Site]:
    """On PostgreSQL, when the tests run there or a server is named, with a database that is
    dropped at the end."""
    server = os.environ.get("DATABASE_URL", "") if server is None else server
    if not server:
        yield Site(var_dir)
        return
    name = f"academy_{uuid4().hex}"
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield Site(var_dir, urlsplit(server)._replace(path=f"/{name}").geturl())
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def ready_site(var_dir: Path, ready_files: Path) -> Iterator[Site]:
    """What `own_site` gives, with content and static files; `ready_files` is copied for it."""
    shutil.copytree(ready_files, var_dir, dirs_exist_ok=True)
    with own_site(var_dir) as site:
        if site.database_url:
            site.manage("prepare")
        yield site


def make_ready(var_dir: Path) -> Path:
    """The files of a site that is prepared, made by whichever process comes first."""
    var_dir.mkdir(exist_ok=True)
    with (var_dir.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What prepare writes last.
        if not (var_dir / "static" / ".collected").exists():
            Site(var_dir).manage("prepare")
    return var_dir


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(
    site: Site, *, is_prepared: bool = False, **settings_of_it: str
) -> tuple[subprocess.Popen, Academy]:
    """What `make run` starts, or an operator once a site is prepared, until it answers."""
    port = free_port()
    command = ["manage.py", "serve", "--port", str(port)]
    if is_prepared:
        command = [
            "-m",
            "gunicorn",
            "--config",
            "python:sstc_academy.gunicorn",
            "sstc_academy.wsgi",
        ]
        settings_of_it["BIND"] = f"127.0.0.1:{port}"
    deadline = time.monotonic() + _SECONDS_TO_START
    log_file = site.var_dir / "log"
    with log_file.open("a") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=site.environment | settings_of_it,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz") as response:  # noqa: S310 - our own server
                response.read()
            return process, Academy(site.var_dir, site.database_url, site.own_settings, url)
        except (URLError, ConnectionError):
            time.sleep(0.05)
    stop(process)
    raise RuntimeError(f"The Academy did not start:\n{log_file.read_text()}")


@contextmanager
def working(site: Site) -> Iterator[None]:
    """A worker that sends the mails of the site."""
    with (site.var_dir / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            cwd=settings.BASE_DIR,
            env=site.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    """Ctrl-C, as in a terminal."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=20)
