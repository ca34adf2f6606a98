"""One's data: taken along, and forgotten, without asking anyone."""

import io
import json
import time
from datetime import timedelta
from zipfile import ZipFile

import html5lib
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import holders
from accounts.models import User
from tests.accounts.letters import code_in, html_of
from tests.accounts.pages import assert_clean
from tests.factories import PASSWORD, TOTP_SECRET, confirm, make_user

SIGN_IN = "/en/account/login/"
DOWNLOAD = "/en/account/data/download/"
DELETE = "/en/account/data/delete/"


class Notes(holders.Holder):
    """What some other app keeps."""

    name = "notes"
    title = "Notes"

    def __init__(self):
        self.calls = []

    def export(self, user):
        return [{"text": "كيف نبدأ؟", "written": timezone.now()}]

    def forget(self, user, *, keeps_posts):
        self.calls.append(("forget", user.email, keeps_posts))

    def adopt(self, user, email):
        self.calls.append(("adopt", user.email, email))

    def drop_old(self, now):
        return "Dropped 3 network addresses."


@pytest.fixture(autouse=True)
def notes(monkeypatch, db):
    cache.clear()
    notes = Notes()
    monkeypatch.setattr(holders, "_holders", [notes])
    return notes


@pytest.fixture
def ana():
    return confirm(make_user(email="ana@example.org", display_name="Ana Lima"))


@pytest.fixture
def client(ana, monkeypatch):
    """Ana's browser, in which she signed in ten minutes ago."""
    client = signed_in(ana)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 600)
    return client


def signed_in(user) -> Client:
    client = Client()
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    return client


def again(client, response, **fields):
    """Shows once more who it is, when asked; what the answer to the first wish is then."""
    assert response["Location"].startswith("/en/account/reauthenticate/")
    return client.post(response["Location"], {"password": PASSWORD} | fields)


def in_days(days: float):
    return timezone.now() + timedelta(days=days)


def test_everything_that_is_kept_is_in_the_file(client, ana):
    TOTP.activate(ana, TOTP_SECRET)
    SocialAccount.objects.create(user=ana, provider="google", uid="4711", extra_data={"a": "b"})

    response = again(client, client.post(DOWNLOAD))

    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    with ZipFile(io.BytesIO(response.content)) as archive:
        data = json.loads(archive.read("data.json"))
        page = archive.read("data.html").decode()
    html5lib.HTMLParser(strict=True).parse(page)
    assert data["account"][0]["display_name"] == "Ana Lima"
    assert data["email_addresses"] == [
        {"email": "ana@example.org", "verified": True, "primary": True}
    ]
    assert data["sessions"][0]["ip"] == "127.0.0.1"
    assert data["connections"][0]["uid"] == "4711"
    assert data["second_factors"][0]["type"] == "totp"
    assert data["notes"][0]["text"] == "كيف نبدأ؟"
    for part in ("Ana Lima", "4711", "كيف نبدأ؟"):
        assert part in page


def test_no_secret_is_in_the_file(client, ana):
    TOTP.activate(ana, TOTP_SECRET)
    content = again(client, client.post(DOWNLOAD)).content

    with ZipFile(io.BytesIO(content)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    ana.refresh_from_db()
    assert ana.password not in text
    assert TOTP_SECRET not in text
    assert client.session.session_key not in text


def test_every_table_that_names_a_person_is_in_the_file_or_known_to_hold_nothing():
    """A new model that belongs to people is thought of on the day it is made."""
    exported = {
        "emailaddress",
        "socialaccount",
        "usersession",
        "authenticator",
        "logentry",
    }
    # The forum tells its own through Holders.
    forum = {"comment", "commentflag", "report", "restriction", "moderationrecord"}
    # Of who wrote an announcement the log of the administration tells.
    forum |= {"subscriber", "announcement"}
    elsewhere = forum | {"user_groups", "user_user_permissions"}
    tables = {
        relation.related_model._meta.model_name
        for relation in User._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.related_model
    }

    assert {table for table in tables - exported if not table.startswith("user_")} <= elsewhere


def test_a_file_is_not_given_to_a_look_at_its_address(client):
    assert client.get(DOWNLOAD).status_code == 405
    assert client.get(DELETE).status_code == 405


@pytest.mark.parametrize(("choice", "keeps"), [("keep", True), ("remove", False)])
def test_an_account_is_deleted_after_seven_days(client, ana, notes, mailoutbox, choice, keeps):
    elsewhere = signed_in(ana)

    response = again(client, client.post(DELETE, {"posts": choice, "is_sure": "on"}))

    assert response["Location"] == "/en/account/deleted/"
    for browser in (client, elsewhere):
        assert "_auth_user_id" not in browser.session
    assert "will be deleted" in mailoutbox[-1].subject
    html_of(mailoutbox[-1])
    call_command("drop_old_data", verbosity=0)
    assert User.objects.filter(pk=ana.pk).exists()

    User.objects.update(deletion_asked_at=in_days(-7))
    call_command("drop_old_data", verbosity=0)

    assert not User.objects.filter(pk=ana.pk).exists()
    assert not EmailAddress.objects.exists()
    assert not UserSession.objects.exists()
    assert notes.calls == [("forget", "ana@example.org", keeps)]


def test_signing_in_within_seven_days_keeps_the_account(client, ana):
    again(client, client.post(DELETE, {"posts": "keep", "is_sure": "on"}))

    page = signed_in(ana).get("/en/account/profile/")

    assert "Your account will not be deleted." in page.text
    ana.refresh_from_db()
    assert ana.deletion_asked_at is None


@pytest.mark.parametrize("wrong", [{"posts": "everything", "is_sure": "on"}, {"posts": "keep"}])
def test_a_wrong_choice_or_a_missing_tick_deletes_nothing(client, ana, wrong):
    response = again(client, client.post(DELETE, wrong))

    assert response.status_code == 200
    assert "Nothing was deleted." in response.text
    assert_clean(response.text, "en")
    ana.refresh_from_db()
    assert ana.deletion_asked_at is None


@pytest.mark.parametrize("way", ["page", "list"])
def test_whom_a_superuser_deletes_is_forgotten_by_all(client_of, ana, notes, way):
    client = client_of(make_user(is_staff=True, is_superuser=True))

    if way == "page":
        client.post(f"/admin/accounts/user/{ana.pk}/delete/", {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": ana.pk, "post": "yes"}
        client.post("/admin/accounts/user/", action)

    assert not User.objects.filter(pk=ana.pk).exists()
    assert notes.calls == [("forget", "ana@example.org", True)]


def test_an_account_that_nobody_confirmed_goes_after_seven_days(mailoutbox):
    Client().post("/en/account/signup/", {"display_name": "Rui Alves", "email": "rui@example.org"})
    made_by_superuser = make_user(email="mia@example.org")
    User.objects.update(date_joined=in_days(-8))

    call_command("drop_old_data", verbosity=0)

    assert list(User.objects.all()) == [made_by_superuser]


def test_network_addresses_of_sessions_that_have_ended_are_forgotten(client, ana):
    Client().post(SIGN_IN, {"login": ana.email, "password": PASSWORD})
    assert UserSession.objects.count() == 2
    client.post("/en/account/logout/")

    call_command("drop_old_data", verbosity=0)

    assert UserSession.objects.count() == 1


def test_old_counts_of_tries_are_forgotten(client, monkeypatch):
    later = in_days(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        assert cursor.fetchone()[0] > 0
        monkeypatch.setattr(timezone, "now", lambda: later)
        call_command("drop_old_data", verbosity=0)
        cursor.execute("SELECT COUNT(*) FROM cache")
        assert cursor.fetchone()[0] == 0


def test_the_command_says_what_was_done_by_others_too(capsys):
    call_command("drop_old_data")

    assert "Dropped 3 network addresses." in capsys.readouterr().out


def test_what_a_guest_left_comes_with_the_confirmed_address(notes, mailoutbox):
    guest = Client()
    guest.post("/en/account/signup/", {"display_name": "Rui Alves", "email": "rui@example.org"})
    assert notes.calls == []

    guest.post("/en/account/confirm-email/", {"code": code_in(mailoutbox[0])})

    assert notes.calls == [("adopt", "rui@example.org", "rui@example.org")]
