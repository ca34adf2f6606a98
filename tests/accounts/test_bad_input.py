"""What nobody should type, on each form that takes it: a clear message, and nothing is lost."""

import html
import json
import time
from uuid import uuid4

import pytest
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core import mail
from django.core.cache import cache

from accounts.models import User
from forum.models import PendingPost
from tests.accounts import ways
from tests.accounts.letters import code_in
from tests.accounts.pages import assert_clean
from tests.accounts.services import APP
from tests.factories import PASSWORD, began_earlier, make_facilitator, make_module

SIGN_IN = "/en/account/login/"
RESET = "/en/account/password/reset/"


@pytest.fixture(autouse=True)
def site(settings, db):
    cache.clear()
    settings.REFUSED_EMAIL_DOMAINS = {"throwaway.example"}
    settings.SOCIALACCOUNT_PROVIDERS = {"google": {"APPS": [APP]}}
    make_facilitator(display_name="Rosa Marin")
    make_module(slug="talk")


def sign_up(client, **fields):
    return client.post("/en/account/signup/", fields)


def sign_up_with_a_passkey(client, **fields):
    return client.post("/en/account/signup/passkey/", fields)


def sign_up_with_a_service(client, **fields):
    """The service told no address, and is asked no more."""
    login = SocialLogin(
        user=User(),
        account=SocialAccount(provider="google", uid="1"),
        provider=get_adapter().get_provider(None, "google"),
    )
    session = client.session
    session["socialaccount_sociallogin"] = login.serialize()
    session.save()
    return client.post("/en/account/connections/signup/", fields)


def post_as_a_guest(client, display_name, email):
    values = {"name": display_name, "email": email, "text": "We begin at school."}
    values |= {"submission": uuid4(), "began": began_earlier()}
    return client.post("/en/modules/talk/forum/new/", values)


def fill_in_the_profile(client, display_name, email):
    client.force_login(User.objects.filter(email=ways.EMAIL).first() or ways.member())
    values = {"display_name": display_name, "language": "en", "about": "I teach."}
    return client.post("/en/account/profile/", values)


WITH_AN_ADDRESS = [sign_up, sign_up_with_a_passkey, sign_up_with_a_service, post_as_a_guest]
FORMS = [*WITH_AN_ADDRESS, fill_in_the_profile]
NAMES = {
    "Rosa Marin": "A facilitator has this name.",
    "R0sa  Mar1n.": "A facilitator has this name.",
    "Rosa Ma\u200brin": "A facilitator has this name.",
    "Rоsа Marin": "in the letters of one alphabet",
    "Admin": "as if the Academy spoke",
    "Ａｄｍｉｎ": "as if the Academy spoke",
    "Ad\u200bmin": "as if the Academy spoke",
    "مشرف": "as if the Academy spoke",
    "\u200b\u2060": "Write the name",
    "\u3164": "Write the name",
    "ana@example.org": "Write a name, not an address.",
}


def assert_said(response, words: str, *kept: str) -> None:
    assert response.status_code == 200
    text = html.unescape(response.text)
    assert words in text
    for value in kept:
        assert value in text, value


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("send", FORMS, ids=lambda form: form.__name__)
def test_a_name_that_misleads_is_explained_and_nothing_is_lost(client, send, name):
    before = User.objects.count() + (send is fill_in_the_profile)
    kept = "I teach." if send is fill_in_the_profile else "rui@example.org"

    response = send(client, display_name=name, email="rui@example.org")

    assert_said(response, NAMES[name], kept, name)
    assert_clean(response.text, "en")
    assert (User.objects.count(), PendingPost.objects.count(), mail.outbox) == (before, 0, [])


@pytest.mark.parametrize("send", FORMS, ids=lambda form: form.__name__)
def test_a_name_of_300_characters_is_explained_and_nothing_is_lost(client, send):
    response = send(client, display_name="A" * 300, email="rui@example.org")

    assert response.status_code == 200
    assert "characters too long" in response.text or "at most" in response.text
    assert "A" * 300 in response.text
    assert mail.outbox == []


@pytest.mark.parametrize(
    "email", ["rui", "rui@", "a b@example.org", "x" * 300 + "@b.org", "a@b.org\nBcc: c@d.org", ""]
)
@pytest.mark.parametrize("send", WITH_AN_ADDRESS, ids=lambda form: form.__name__)
def test_what_is_no_address_is_explained_and_nothing_is_lost(client, send, email):
    response = send(client, display_name="Rui Alves", email=email)

    assert_said(response, "address", "Rui Alves", email)
    assert 'aria-invalid="true"' in response.text
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["rui@throwaway.example", "rui@a.b.Throwaway.example"])
@pytest.mark.parametrize("send", WITH_AN_ADDRESS, ids=lambda form: form.__name__)
def test_a_throw_away_address_is_explained_and_nothing_is_lost(client, send, email):
    response = send(client, display_name="Rui Alves", email=email)

    assert_said(response, "Throw-away addresses are not taken.", "Rui Alves", email)
    assert mail.outbox == []


@pytest.mark.parametrize(
    "email",
    ["o'hara+forum@example.org", '"quoted.part"@example.org', "a@sub.sub.example.museum"],
)
@pytest.mark.parametrize("send", WITH_AN_ADDRESS, ids=lambda form: form.__name__)
def test_an_unusual_but_legal_address_gets_its_mail(client, send, email):
    response = send(client, display_name="Rui Alves", email=email)

    assert response.status_code == 302
    assert [message.to for message in mail.outbox] == [[email]]


PASSWORDS = {
    "password123": "too common",
    "1234567890123": "entirely numeric",
    "ana@example.org": "too similar",
    "short": "too short",
}


def choose_at_sign_up(client, password):
    return sign_up(client, display_name="Ana Lima", email=ways.EMAIL, password1=password)


def change(client, password):
    client.force_login(ways.member())
    values = {"oldpassword": PASSWORD, "password1": password}
    return client.post("/en/account/password/change/", values)


def choose_the_first(client, password):
    user = ways.member()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    values = {"password1": password}
    client.post("/en/account/reauthenticate/code/", {"send": ""})
    client.post("/en/account/reauthenticate/code/", {"code": code_in(mail.outbox.pop())})
    return client.post("/en/account/password/set/", values)


def choose_another(client, password):
    ways.member()
    client.post(RESET, {"email": ways.EMAIL})
    client.post(f"{RESET}confirm/", {"code": code_in(mail.outbox.pop())})
    values = {"password1": password}
    return client.post(f"{RESET}complete/", values)


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(
    "send", [choose_at_sign_up, change, choose_the_first, choose_another], ids=lambda f: f.__name__
)
def test_a_bad_password_is_explained_and_not_taken(client, send, password):
    response = send(client, password)

    assert_said(response, PASSWORDS[password])
    assert f'value="{password}"' not in response.text.replace(f'value="{ways.EMAIL}"', "")
    assert not any(user.check_password(password) for user in User.objects.all())
    assert mail.outbox == []


def sign_in_by_code(client):
    ways.member()
    client.post(SIGN_IN, {"login": ways.EMAIL})
    return f"{SIGN_IN}code/confirm/"


def confirm_an_address(client):
    sign_up(client, display_name="Ana Lima", email=ways.EMAIL)
    return "/en/account/confirm-email/"


def reset_a_password(client):
    ways.member()
    client.post(RESET, {"email": ways.EMAIL})
    return f"{RESET}confirm/"


def show_who_one_is(client):
    user = ways.member()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    path = "/en/account/reauthenticate/code/?next=/en/account/data/"
    client.post(path, {"send": ""})
    return path


CODES = [sign_in_by_code, confirm_an_address, reset_a_password, show_who_one_is]
WRONG_CODES = ["0000-0000", "", "x" * 5000, "\0", "'; DROP TABLE", "٠٠٠٠", "²", "🙂"]


@pytest.mark.parametrize("code", WRONG_CODES)
@pytest.mark.parametrize("ask", CODES, ids=lambda way: way.__name__)
def test_a_wrong_code_is_explained_and_another_try_is_left(client, ask, code):
    path = ask(client)

    response = client.post(path, {"code": code})

    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.text
    right = client.post(path, {"code": code_in(mail.outbox[-1])})
    assert right.status_code == 302


@pytest.mark.parametrize("ask", CODES, ids=lambda way: way.__name__)
def test_a_code_that_has_run_out_is_explained(client, ask, monkeypatch):
    path = ask(client)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 20 * 60)

    response = client.post(path, {"code": code_in(mail.outbox[0])}, follow=True)

    assert_said(response, "This code is no longer good.")
    if "next" in path:
        assert "next=/en/account/data/" in response.redirect_chain[-1][0]


CREDENTIALS = ["", "[]", "{}", "1", "null", '"x"', "{", '{"id": 1}', '{"rawId": "%"}', "\0"]
CREDENTIALS += [
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})
    for response in (
        {},
        [],
        {"clientDataJSON": "AA", "attestationObject": "AA"},
        {"clientDataJSON": "e30", "attestationObject": "oA"},
        {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "%"},
        {"clientDataJSON": "!", "authenticatorData": "!", "signature": "!", "userHandle": "MQ"},
    )
]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_passkey_that_makes_no_sense_is_no_fault_of_the_server(client, credential):
    factors = "/en/account/second-factor/"
    sent = {"credential": credential, "name": "Phone"}
    codes = [client.post(f"{factors}webauthn/login/", sent).status_code]
    ways.by_app(client, "")
    for page in ("add/", "reauthenticate/"):
        client.get(f"{factors}webauthn/{page}")
        codes.append(client.post(f"{factors}webauthn/{page}", sent).status_code)

    assert set(codes) <= {200, 302, 404}
