"""Before something important changes, people without a password type a code from their mail."""

import time

import pytest
from django.core.cache import cache
from django.test import Client

from tests.accounts.letters import code_in
from tests.accounts.pages import assert_clean
from tests.factories import confirm, make_user

DOWNLOAD = "/en/account/data/download/"
AGAIN = "/en/account/reauthenticate/code/"


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def client(mailoutbox, monkeypatch):
    """The browser of a member without a password, who signed in ten minutes ago."""
    ana = confirm(make_user(email="ana@example.org"))
    ana.set_unusable_password()
    ana.save()
    client = Client()
    client.post("/en/account/login/", {"login": ana.email})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mailoutbox.pop())})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)
    return client


def test_a_code_from_the_mail_shows_it(client, mailoutbox):
    response = client.post(DOWNLOAD)
    assert response["Location"].startswith(AGAIN)
    address = response["Location"]
    assert_clean(client.get(address).text, "en")
    assert mailoutbox == []

    client.post(address, {"send": ""})
    assert_clean(client.get(address).text, "en")
    response = client.post(address, {"code": code_in(mailoutbox[0])})

    assert response["Content-Type"] == "application/zip"
    assert client.post(DOWNLOAD)["Content-Type"] == "application/zip"


def test_who_has_just_come_in_is_not_asked(client, monkeypatch):
    signed_in_at = time.time() - 600
    monkeypatch.setattr(time, "time", lambda: signed_in_at + 60)

    assert client.post(DOWNLOAD)["Content-Type"] == "application/zip"


def test_who_has_just_opened_an_account_is_not_asked(mailoutbox):
    browser = Client()
    browser.post("/en/account/signup/", {"display_name": "Rui", "email": "rui@example.org"})
    browser.post("/en/account/confirm-email/", {"code": code_in(mailoutbox[0])})

    assert browser.post(DOWNLOAD)["Content-Type"] == "application/zip"


def test_three_wrong_codes_end_it(client, mailoutbox):
    address = client.post(DOWNLOAD)["Location"]
    client.post(address, {"send": ""})
    assert "This is not the code." in client.post(address, {"code": "0000-0000"}).text
    client.post(address, {"code": "1"})
    client.post(address, {"code": "x"})

    response = client.post(address, {"code": code_in(mailoutbox[0])})

    # A new code is on its way instead.
    assert response["Location"] == address
    assert len(mailoutbox) == 2


@pytest.mark.parametrize("page", ["second-factor/totp/activate/", "second-factor/webauthn/add/"])
def test_no_second_factor_is_added_without_it(client, page):
    response = client.get(f"/en/account/{page}")

    assert response["Location"].startswith(AGAIN)


def test_no_address_is_changed_without_it(client, mailoutbox):
    change = {"action_add": "", "email": "new@example.org"}

    response = client.post("/en/account/email/", change)

    assert response["Location"].startswith(AGAIN)
    assert mailoutbox == []


def test_mails_with_codes_are_limited(client, mailoutbox):
    statuses = {client.post(AGAIN, {"send": ""}).status_code for _ in range(12)}

    assert 429 in statuses
    assert len(mailoutbox) <= 10


def test_it_is_no_page_for_others(db, client):
    assert Client().get(AGAIN)["Location"].startswith("/en/account/login/")
