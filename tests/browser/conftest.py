"""A real Academy in a process of its own, and a real browser in front of it."""

import email
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from email import policy
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

PASSWORD = "a long enough passphrase"
FACILITATOR = "facilitator@example.org"
_CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@dataclass
class Academy:
    url: str
    var_dir: Path
    # Seconds from the command to the first answered request.
    seconds_to_start: float

    def manage(self, *arguments: str) -> str:
        """What the command prints."""
        return manage(self.var_dir, *arguments)

    def run(self, script: str) -> str:
        """What a Python script prints that runs inside this Academy."""
        return self.manage("shell", "--verbosity", "0", "--command", script).strip()

    def session_of(self, email: str, name: str = "") -> dict:
        """A browser's memory in which this member is signed in, for the option `storage_state`.

        With a name the account is made, should there be none.
        """
        key = self.run(_SIGN_IN.format(email=email, name=name))
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key}
        return {"cookies": [cookie | _COOKIE], "origins": []}

    def newest_link(self) -> str:
        """The link in the newest mail, which lies in a file as an operator without a server sees
        it."""
        files = sorted((self.var_dir / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
        # A file may hold several mails.
        last = files[-1].read_bytes().rstrip(b"-\n").rpartition(b"-" * 79)[2].lstrip(b"\n")
        message = email.message_from_bytes(last, policy=policy.default)
        body = message.get_body(("plain",)).get_content()
        return re.search(r"https?://[^/\s]+(/\S+)", body)[1]


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


def manage(var_dir: Path, *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=_environment(var_dir),
        check=True,
        capture_output=True,
        text=True,
    )
    return finished.stdout


def _environment(var_dir: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(var_dir),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(var_dir: Path) -> tuple[subprocess.Popen, Academy]:
    """What `make run` starts, until it answers."""
    port = free_port()
    started = time.monotonic()
    with (var_dir / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=_environment(var_dir),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    while time.monotonic() - started < 90 and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz") as response:  # noqa: S310 - our own server
                response.read()
            return process, Academy(url, var_dir, time.monotonic() - started)
        except (URLError, ConnectionError):
            time.sleep(0.05)
    stop(process)
    raise RuntimeError(f"The Academy did not start:\n{(var_dir / 'log').read_text()}")


def stop(process: subprocess.Popen) -> None:
    """Ctrl-C, as in a terminal."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def academy(tmp_path_factory):
    """Module 2 served as on a laptop, with one facilitator."""
    var_dir = tmp_path_factory.mktemp("academy")
    process, academy = start(var_dir)
    script = (
        "from accounts.services import make_facilitator; "
        f"make_facilitator(email={FACILITATOR!r}, ask_password=lambda: {PASSWORD!r})"
    )
    academy.manage("shell", "--command", script)
    yield academy
    stop(process)


# Until the end of a file only: while Playwright runs, Django refuses its database to other tests.
@pytest.fixture(scope="module")
def chromium():
    if _CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No chromium was found, and with CI=true the browser tests must run.")
        pytest.skip("browser tests need chromium; none was found on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, academy):
    """Opens an address of the Academy in a fresh browser; options are Playwright's own.

    A message of the security policy or an error of a script fails the test.
    """
    contexts, complaints = [], []

    def open_it(path: str, **options):
        context = chromium.new_context(base_url=academy.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []
