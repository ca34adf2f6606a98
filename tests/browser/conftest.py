"""A real Academy in a process of its own, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.factories import PASSWORD, TOTP_SECRET, totp_code

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
    # What a browser keeps once the facilitator has signed in.
    facilitators_state: dict | None = None

    def manage(self, *arguments: str) -> None:
        manage(self.var_dir, *arguments)


def manage(var_dir: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=_environment(var_dir),
        check=True,
        capture_output=True,
    )


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


def start(var_dir: Path, **settings_of_it: str) -> tuple[subprocess.Popen, Academy]:
    """What `make run` starts, until it answers."""
    port = free_port()
    started = time.monotonic()
    with (var_dir / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=_environment(var_dir) | settings_of_it,
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
        "from allauth.mfa.totp.internal.auth import TOTP; "
        f"user, _ = make_facilitator(email={FACILITATOR!r}, ask_password=lambda: {PASSWORD!r}); "
        f"TOTP.activate(user, {TOTP_SECRET!r})"
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


@pytest.fixture(scope="module")
def signed_in(chromium, academy):
    """What a browser keeps once the facilitator has signed in, with password and app."""
    # Once for all files: an app's code is taken only once.
    if academy.facilitators_state is None:
        context = chromium.new_context(base_url=academy.url, locale="en-GB")
        page = context.new_page()
        page.goto("/admin/")
        page.get_by_label("E-mail address").fill(FACILITATOR)
        page.get_by_text("Use a password").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in with the password").click()
        page.get_by_label("Code").fill(totp_code())
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{academy.url}/admin/")
        academy.facilitators_state = context.storage_state()
        context.close()
    return academy.facilitators_state


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
