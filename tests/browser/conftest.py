"""A real Academy in a process of its own, and a real browser in front of it."""

import os
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.academy import ready_site, start, stop
from tests.factories import PASSWORD, TOTP_SECRET, totp_code

# As long as Playwright waits for anything else: a busy machine is no fault.
expect.set_options(timeout=30_000)
FACILITATOR = "facilitator@example.org"
# The first draws no window, and takes a fifth less time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def academy(tmp_path_factory, ready_files):
    """Module 2 served as on a laptop, with one facilitator."""
    with ready_site(tmp_path_factory.mktemp("academy"), ready_files) as site:
        process, academy = start(site)
        script = (
            "from accounts.services import make_facilitator; "
            "from allauth.mfa.totp.internal.auth import TOTP; "
            f"user, _ = make_facilitator(email={FACILITATOR!r}, ask_password=lambda: {PASSWORD!r});"
            f" TOTP.activate(user, {TOTP_SECRET!r})"
        )
        academy.run(script)
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


@pytest.fixture(scope="module")
def reader(chromium, academy):
    """A page that all tests of a file go on with; what they leave in it must not matter."""
    context = chromium.new_context(base_url=academy.url)
    yield context.new_page()
    context.close()


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
