"""People come in, in a real browser: by code, password, passkey and app."""

from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.factories import PASSWORD, totp_code

PHONE = {"viewport": {"width": 360, "height": 700}, "locale": "en-GB"}
QUESTION = "/en/modules/module-2/forum/new/"
NEW = "another long passphrase"


def go_on(page) -> None:
    page.get_by_role("button", name="Go on").click()


@pytest.fixture
def member(open_page, academy):
    """A page on which a new member is signed in; the member's address."""

    def opened(address: str, password: str = "", **options):
        page = open_page("/en/account/signup/", **PHONE | options)
        page.get_by_label("Your name").fill("Ana Lima")
        page.get_by_label("E-mail address").fill(address)
        if password:
            page.get_by_text("Choose a password").click()
            page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Open my account").click()
        page.get_by_label("Code").fill(academy.newest_code(address))
        go_on(page)
        expect(page).to_have_url(f"{academy.url}/en/")
        return page

    return opened


def test_from_the_wish_to_post_to_a_post_in_two_screens(open_page, academy):
    page = open_page(QUESTION, java_script_enabled=False, **PHONE)

    # The way in stands on every page, and comes back to it.
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Your name").fill("Ana Lima")
    page.get_by_label("E-mail address").fill("fast@example.org")
    page.get_by_role("button", name="Open my account").click()
    page.get_by_label("Code").fill(academy.newest_code("fast@example.org"))
    go_on(page)
    expect(page).to_have_url(academy.url + QUESTION)
    page.locator("[name=text]").fill("How do you begin?")
    page.get_by_role("button", name="Post", exact=True).click()

    expect(page.locator("article", has_text="How do you begin?")).to_contain_text("Ana Lima")


def test_the_menu_under_the_name_leads_out(member, academy):
    page = member("menu@example.org", java_script_enabled=False)

    page.locator(".member-menu summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert "sessionid" not in {cookie["name"] for cookie in page.context.cookies()}


def virtual_authenticator(page) -> None:
    """A telephone that knows its owner by the finger.

    It joins at the page where it is first asked: while pages open, the browser may move to another
    process, and what had joined before sometimes never answered.
    """
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.fixture
def on_localhost(academy):
    """Passkeys belong to a name: a browser makes none for 127.0.0.1."""
    return academy.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def on_telephone(open_page, on_localhost):
    """Opens an address where passkeys can be made."""

    def opened(path: str):
        return open_page(f"{on_localhost}{path}", **PHONE)

    return opened


def make_passkey(page) -> None:
    virtual_authenticator(page)
    page.get_by_role("button", name="Make the passkey").click()


def sign_out(page) -> None:
    page.locator(".member-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_an_account_is_opened_and_entered_with_a_passkey(on_telephone, academy, on_localhost):
    page = on_telephone("/en/account/signup/?next=/en/forum/")
    page.get_by_role("link", name="Open an account with a passkey").click()
    page.get_by_label("Your name").fill("Ana Lima")
    page.get_by_label("E-mail address").fill("key@example.org")
    go_on(page)
    page.get_by_label("Code").fill(academy.newest_code("key@example.org"))
    go_on(page)
    make_passkey(page)
    expect(page).to_have_url(f"{on_localhost}/en/forum/")

    sign_out(page)
    page.goto(f"{on_localhost}/en/account/login/?next=/en/news/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page).to_have_url(f"{on_localhost}/en/news/")
    expect(page.locator(".member-menu")).to_contain_text("Ana Lima")


def test_a_browser_offers_its_passkey_where_the_address_is_typed(
    on_telephone, academy, on_localhost
):
    page = on_telephone("/en/account/signup/passkey/?next=/en/forum/")
    page.get_by_label("Your name").fill("Ana Lima")
    page.get_by_label("E-mail address").fill("offered@example.org")
    go_on(page)
    page.get_by_label("Code").fill(academy.newest_code("offered@example.org"))
    go_on(page)
    make_passkey(page)
    expect(page).to_have_url(f"{on_localhost}/en/forum/")
    sign_out(page)

    page.goto(f"{on_localhost}/en/account/login/?next=/en/news/")
    page.get_by_label("E-mail address").focus()

    # The device of the test chooses at once what it is offered.
    expect(page).to_have_url(f"{on_localhost}/en/news/")
    expect(page.locator(".member-menu")).to_contain_text("Ana Lima")


def test_a_passkey_that_is_not_there_is_said_in_words(on_telephone):
    page = on_telephone("/en/account/login/")
    virtual_authenticator(page)

    # The browser has a question open already, and drops it for the one of the button.
    page.get_by_label("E-mail address").focus()
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


def test_an_app_and_recovery_codes_are_set_up_and_used(member, academy):
    page = member("app@example.org", PASSWORD, java_script_enabled=False)
    page.goto("/en/account/second-factor/")
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("code").fill(totp_code(secret))
    page.get_by_role("button", name="Set it up").click()
    recovery_code = page.locator(".recovery-codes code").first.inner_text()

    sign_out(page)
    page.goto("/en/account/login/?next=/en/forum/")
    page.get_by_label("E-mail address").fill("app@example.org")
    page.get_by_text("Use a password").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in with the password").click()
    page.get_by_label("Code").fill(recovery_code)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page).to_have_url(f"{academy.url}/en/forum/")


def test_other_sessions_are_ended(member, open_page, academy):
    page = member("two@example.org")
    other = open_page("/en/account/login/", **PHONE)
    other.get_by_label("E-mail address").fill("two@example.org")
    other.get_by_role("button", name="Send me a code").click()
    other.get_by_label("Code").fill(academy.newest_code("two@example.org"))
    go_on(other)

    page.goto("/en/account/sessions/")
    page.get_by_role("button", name="End the other sessions").click()

    other.reload()
    expect(other.get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "path",
    [
        "account/login/",
        "account/signup/",
        "account/signup/passkey/",
        "account/password/reset/",
        "privacy/",
    ],
)
def test_axe_finds_nothing_before_the_door(reader, path, language):
    reader.set_viewport_size({"width": 320, "height": 640})
    reader.goto(f"/{language}/{path}")
    for fold in reader.locator("main details").all():
        fold.locator("summary").click()

    assert faults(reader) == []
    assert reader.evaluate("document.documentElement.scrollWidth") <= 320


MEMBERS_PAGES = [
    "account/profile/",
    "account/data/",
    "members/{}/",
    "account/email/",
    "account/password/set/",
    "account/second-factor/",
    "account/second-factor/webauthn/add/",
    "account/second-factor/totp/activate/",
    "account/sessions/",
    "account/connections/",
    "account/logout/",
]


@pytest.mark.long
def test_axe_finds_nothing_in_a_members_pages(member):
    page = member("axe@example.org")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/en/account/profile/")
    mine = page.get_by_role("link", name="See my page").get_attribute("href").split("/")[-2]
    for language in ("en", "ar"):
        for path in MEMBERS_PAGES:
            page.goto(f"/{language}/{path.format(mine)}")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_data_is_taken_along_and_the_account_deleted(member, academy):
    page = member("leaving@example.org", java_script_enabled=False)
    page.goto("/en/account/data/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    with ZipFile(download.value.path()) as archive:
        assert "leaving@example.org" in archive.read("data.html").decode()

    page.get_by_label("It is removed, too.").check()
    page.get_by_label("Yes, delete my account.").check()
    page.get_by_role("button", name="Delete my account").click()

    expect(page.get_by_role("heading", name="Your account will be deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
