"""A real Academy in processes of its own, with files and a database that no other test shares."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import psycopg
from django.conf import settings


@dataclass(frozen=True)
class Site:
    var_dir: Path
    # "" for SQLite, which lies in `var_dir`.
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "VAR_DIR": str(self.var_dir),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": "sstc_academy.settings",
        }

    def manage(self, *arguments: str) -> None:
        self._run("manage.py", *arguments)

    def run(self, code: str) -> str:
        """What the code prints, in a process where Django is set up."""
        return self._run("-c", f"import django; django.setup(); {code}")

    def _run(self, *arguments: str) -> str:
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@dataclass(frozen=True)
class Academy(Site):
    """A site that is served."""

    url: str = ""
    # Seconds from the command to the first answered request.
    seconds_to_start: float = 0.0


@contextmanager
def own_site(var_dir: Path) -> Iterator[Site]:
    """On PostgreSQL, when the tests run there, with a database that is dropped at the end."""
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield Site(var_dir)
        return
    name = f"academy_{uuid4().hex}"
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield Site(var_dir, urlsplit(server)._replace(path=f"/{name}").geturl())
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(site: Site) -> tuple[subprocess.Popen, Academy]:
    """What `make run` starts, until it answers."""
    port = free_port()
    started = time.monotonic()
    log_file = site.var_dir / "log"
    with log_file.open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=site.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    while time.monotonic() - started < 90 and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz") as response:  # noqa: S310 - our own server
                response.read()
            seconds = time.monotonic() - started
            return process, Academy(site.var_dir, site.database_url, url, seconds)
        except (URLError, ConnectionError):
            time.sleep(0.05)
    stop(process)
    raise RuntimeError(f"The Academy did not start:\n{log_file.read_text()}")


def stop(process: subprocess.Popen) -> None:
    """Ctrl-C, as in a terminal."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=20)
