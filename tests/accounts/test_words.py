"""No page, message or mail of django-allauth's own is left: all have our look and our words."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.cache import cache
from django.template import Template
from django.test import Client
from django.test.signals import template_rendered
from django.test.utils import instrumented_test_render
from django.urls import reverse

from accounts.adapters import AccountAdapter, SecondFactorAdapter, SocialAdapter
from tests.accounts import passkeys
from tests.accounts.letters import code_in, html_of
from tests.accounts.pages import assert_clean
from tests.addresses import all_names
from tests.factories import PASSWORD, confirm, make_user, totp_code

ALLAUTH = files("allauth") / "templates"
APPS = ("account", "mfa", "socialaccount", "usersessions")
# Of the names of its addresses.
PREFIXES = ("account_", "mfa_", "socialaccount_", "usersessions_")
# A template that only stands between ours and ours.
PASSED_THROUGH = re.compile(r'\s*\{% extends "[\w/.]+" %\}\s*')
# Why nobody sees what allauth says there.
NEVER_SHOWN = {
    "phone": "telephone numbers are not asked for",
    "account/email_confirm.html": "addresses are confirmed with codes, not links",
    "account/verification_sent.html": "the same",
    "account/email.html": "an account has one address, which is changed on another page",
    "account/verified_email_required.html": "the same",
    "account/email/email_confirm_": "allauth names it and sends it nowhere",
    "account/email/password_reset_key_": "passwords are reset with codes",
    "account/password_reset_done.html": "the same",
    "account/signup_closed.html": "everybody may open an account",
    "account/snippets/": "only pages that are ours now include them",
    "mfa/totp/base.html": "our pages do not pass through it",
    "mfa/recovery_codes/base.html": "the same",
    "mfa/webauthn/base.html": "the same",
    "mfa/trust.html": "no browser is trusted to go without the second factor",
    "mfa/recovery_codes/download.txt": "the codes, and no word",
    "mfa/webauthn/snippets/login_script.html": "a form without a word",
    "socialaccount/login_redirect.html": "for cookies that are SameSite=Strict",
    "socialaccount/snippets/": "our pages offer the services themselves",
}
ERRORS_NEVER_SHOWN = {
    # Telephones and user names, which the Academy does not ask for.
    "phone_password_mismatch",
    "phone_taken",
    "unknown_phone",
    "username_blacklisted",
    "username_password_mismatch",
    "username_taken",
    "select_only_one",
    # Which address has an account is told by mail only.
    "unknown_email",
    # For links, for tokens of apps, and for sites without e-mail addresses.
    "invalid_or_expired_key",
    "invalid_password_reset",
    "invalid_token",
    "disconnect_last",
    "no_password",
    # For settings that are otherwise here.
    "account_inactive",
    "add_email_blocked",
    "cannot_delete_authenticator",
    "cannot_remove_primary_email",
    "invalid_login",
    "max_email_addresses",
    "unverified_primary_email",
}


def is_ours(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in settings.TEMPLATES[0]["DIRS"])


def allauths_own() -> list[str]:
    paths = [path for app in APPS for path in Path(str(ALLAUTH / app)).rglob("*.*")]
    return [
        path.relative_to(str(ALLAUTH)).as_posix()
        for path in paths
        if not PASSED_THROUGH.fullmatch(path.read_text())
    ]


def never_shown(name: str) -> bool:
    return any(part in name for part in NEVER_SHOWN)


def test_every_template_of_allauths_is_ours_or_never_shown():
    assert [name for name in allauths_own() if not is_ours(name) and not never_shown(name)] == []


def test_nothing_that_is_ours_is_said_to_be_never_shown():
    assert all(any(part in name for name in allauths_own()) for part in NEVER_SHOWN)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (AccountAdapter, DefaultAccountAdapter),
        (SecondFactorAdapter, DefaultMFAAdapter),
        (SocialAdapter, DefaultSocialAccountAdapter),
    ],
)
def test_every_error_of_allauths_is_in_our_words_or_never_shown(ours, theirs):
    left = {
        name
        for name, message in theirs.error_messages.items()
        if ours.error_messages[name] == message and (ours, name) != (SocialAdapter, "email_taken")
    }

    assert left <= ERRORS_NEVER_SHOWN


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture(autouse=True)
def rendered(monkeypatch):
    """The files of all templates that the test has rendered; none may be allauth's own."""
    # Those of the parts of a page, too.
    monkeypatch.setattr(Template, "_render", instrumented_test_render)
    paths = set()

    def note(template, **_kwargs):
        if template.origin.name.startswith(str(ALLAUTH)):
            paths.add(Path(template.origin.name).relative_to(str(ALLAUTH)).as_posix())

    template_rendered.connect(note)
    yield paths
    template_rendered.disconnect(note)
    assert {path for path in paths & set(allauths_own()) if not never_shown(path)} == set()


@pytest.fixture
def ana(db):
    return confirm(make_user(email="ana@example.org", display_name="Ana Lima"))


@pytest.fixture
def client(ana):
    client = Client()
    client.post("/en/account/login/", {"login": ana.email, "password": PASSWORD})
    return client


def said(client, response) -> list[str]:
    """The messages on the page to which the answer leads."""
    page = client.get(response["Location"])
    assert_clean(page.text, "en")
    return [str(message) for message in page.context["messages"]]


def subjects(mailoutbox) -> list[str]:
    for message in mailoutbox:
        assert "SSTC Academy" in html_of(message)
    return [message.subject for message in mailoutbox]


NEW = "another long passphrase"
FACTORS = "/en/account/second-factor/"


def test_a_changed_password_is_said_and_mailed(client, mailoutbox):
    values = {"oldpassword": PASSWORD, "password1": NEW}
    response = client.post("/en/account/password/change/", values)

    assert said(client, response) == [
        "Your password is changed. You are signed out in all other browsers."
    ]
    assert subjects(mailoutbox) == ["Your password at the SSTC Academy has changed"]


def test_a_first_password_is_said_and_mailed(client, ana, mailoutbox):
    ana.set_unusable_password()
    ana.save()
    code_client = Client()
    code_client.post("/en/account/login/", {"login": ana.email})
    code_client.post("/en/account/login/code/confirm/", {"code": code_in(mailoutbox.pop())})

    values = {"password1": NEW}
    response = code_client.post("/en/account/password/set/", values)

    assert said(code_client, response)[0].startswith("Your password is set.")
    assert subjects(mailoutbox) == ["Your account at the SSTC Academy has a password now"]


def test_a_forgotten_password_is_said_and_mailed(ana, mailoutbox):
    client = Client()
    reset = "/en/account/password/reset/"
    client.post(reset, {"email": ana.email})
    client.post(f"{reset}confirm/", {"code": code_in(mailoutbox.pop())})

    response = client.post(f"{reset}complete/", {"password1": NEW})

    assert said(client, response)[0].startswith("Your password is changed.")
    assert subjects(mailoutbox) == ["Your password at the SSTC Academy has changed"]


def test_a_changed_address_is_mailed_to_the_old_one(client, mailoutbox):
    path = "/en/account/email/"
    client.post(path, {"action_add": "", "email": "lima@example.org"})
    client.post("/en/account/confirm-email/", {"code": code_in(mailoutbox.pop())})

    assert subjects(mailoutbox) == ["Your e-mail address at the SSTC Academy has changed"]
    assert "was ana@example.org and is now lima@example.org" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("action_remove", "ana@example.org is the only address of your account."),
        ("action_primary", "You now sign in with this address"),
    ],
)
def test_what_no_form_offers_is_answered_in_our_words_too(client, action, words):
    response = client.post("/en/account/email/", {action: "", "email": "ana@example.org"})

    assert said(client, response)[0].startswith(words)


def test_an_address_that_is_not_confirmed_may_not_be_the_one(client, ana):
    EmailAddress.objects.create(user=ana, email="old@example.org", verified=False)
    values = {"action_primary": "", "email": "old@example.org"}

    response = client.post("/en/account/email/", values)

    assert said(client, response) == ["Confirm this address first, with the code in the mail."]


def test_an_address_taken_away_is_said_and_mailed(client, ana, mailoutbox):
    EmailAddress.objects.create(user=ana, email="old@example.org", verified=True)

    response = client.post("/en/account/email/", {"action_remove": "", "email": "old@example.org"})

    assert said(client, response) == ["old@example.org is no longer an address of your account."]
    assert subjects(mailoutbox) == [
        "An e-mail address was removed from your account at the SSTC Academy"
    ]


@pytest.mark.django_db(transaction=True)
def test_an_app_set_up_and_taken_away_is_said_and_mailed(client, mailoutbox):
    def post(page: str, **values) -> list[str]:
        return said(client, client.post(FACTORS + page, values))

    secret = client.get(f"{FACTORS}totp/activate/").context["form"].secret
    kept = "Keep these recovery codes. Earlier ones are worth nothing any more."
    assert post("totp/activate/", code=totp_code(secret)) == [
        "The app is set up. When you sign in, you are asked for the code that it shows.",
        kept,
    ]
    assert b"\n" in client.get(f"{FACTORS}recovery-codes/download/").content
    assert post("recovery-codes/generate/") == [kept]
    assert post("totp/deactivate/") == [
        "The app is taken away. Nobody asks for its codes any more."
    ]

    assert subjects(mailoutbox) == [
        "An app now protects your account at the SSTC Academy",
        "New recovery codes for your account at the SSTC Academy",
        "Your account at the SSTC Academy asks for no app any more",
    ]


def test_a_passkey_added_used_and_taken_away_is_said_and_mailed(client, mailoutbox):
    passkey = passkeys.add(client)
    page = client.get("/en/forum/")
    assert str(next(iter(page.context["messages"]))) == "The passkey is added."
    pk = client.get(f"{FACTORS}webauthn/").context["authenticators"][0].pk
    for page in ("webauthn/", "webauthn/reauthenticate/", f"webauthn/keys/{pk}/edit/"):
        assert_clean(client.get(FACTORS + page).text, "en")
    options = client.get(f"{FACTORS}webauthn/reauthenticate/").context["js_data"]
    again = {"credential": passkey.used(options["request_options"]), "next": FACTORS}
    assert client.post(f"{FACTORS}webauthn/reauthenticate/", again)["Location"] == FACTORS
    remove = f"{FACTORS}webauthn/keys/{pk}/remove/"
    assert_clean(client.get(remove).text, "en")

    assert said(client, client.post(remove))[0].startswith("The passkey is taken away.")
    assert subjects(mailoutbox) == [
        "A passkey was added to your account at the SSTC Academy",
        "A passkey was taken from your account at the SSTC Academy",
    ]


def test_a_service_taken_away_is_said_and_mailed_also_without_a_password(client, ana, mailoutbox):
    account = SocialAccount.objects.create(user=ana, provider="google", uid="1")
    ana.set_unusable_password()
    ana.save()
    client = Client()
    client.post("/en/account/login/", {"login": ana.email})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mailoutbox.pop())})

    assert "Google" in client.get("/en/account/connections/").text
    response = client.post("/en/account/connections/", {"account": account.pk})

    assert not SocialAccount.objects.exists()
    assert said(client, response) == ["You no longer sign in with this account."]
    assert subjects(mailoutbox) == ["A way into your account at the SSTC Academy was removed"]


def test_ended_sessions_are_said(client):
    response = client.post("/en/account/sessions/")

    assert said(client, response) == ["You are signed out in all other browsers."]


def addresses_of_allauths() -> list[str]:
    names = [name for name in all_names() if name.startswith(PREFIXES)]
    return [reverse(name) for name in sorted(names) if not name.endswith("_webauthn")] + [
        reverse(f"mfa_{name}_webauthn") for name in ("list", "add", "login", "signup")
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_address_of_allauths_has_our_look(client, ana, language):
    """As a visitor and as a member; where it leads elsewhere, the page there."""
    passkeys.add(client)
    paths = addresses_of_allauths()
    assert len(paths) > 25
    for browser in (Client(), client):
        for path in paths:
            response = browser.get(path.replace("/en/", f"/{language}/"), follow=True)
            assert response.status_code in {200, 401, 404}, path
            if response["Content-Type"].startswith("text/html"):
                assert '<link rel="stylesheet"' in response.text
                assert_clean(response.text, response.wsgi_request.path.split("/")[1])
