"""`make facilitator EMAIL=...` gives a person the rights to edit, with an account if need be."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import PASSWORD, make_user

COMMAND = "accounts.management.commands.make_facilitator"


@pytest.fixture
def run(db, monkeypatch, capsys):
    """Runs the command with what a person would type at its questions; returns what it says."""

    def with_answers(email, *answers):
        waiting = iter(answers)
        monkeypatch.setattr(f"{COMMAND}.getpass", lambda _question: next(waiting))
        call_command("make_facilitator", email)
        assert list(waiting) == []
        return capsys.readouterr().out

    return with_answers


def test_a_new_account_gets_the_password_that_is_asked_for(run, client):
    said = run("ana@example.org", PASSWORD, PASSWORD)

    ana = User.objects.get(email="ana@example.org")
    assert ana.is_facilitator
    response = client.post(
        "/en/account/login/", {"login": ana.email, "password": PASSWORD, "next": "/admin/"}
    )
    assert response["Location"] == "/admin/"
    assert "Before the administration opens" in client.get("/admin/", follow=True).text
    assert "ana@example.org has an account as a facilitator now." in said
    assert "/admin/" in said


def test_a_weak_password_is_refused_with_the_reason(run):
    with pytest.raises(CommandError, match=r"This password is too common\."):
        run("ana@example.org", "password", "password")

    assert not User.objects.exists()


def test_two_passwords_that_differ_are_refused(run):
    with pytest.raises(CommandError, match=r"The two passwords differ\. Run this again\."):
        run("ana@example.org", PASSWORD, f"{PASSWORD}s")

    assert not User.objects.exists()


def test_without_a_terminal_the_next_step_is_said(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO())
    monkeypatch.setattr(f"{COMMAND}.getpass", lambda _question: input())

    with pytest.raises(CommandError, match="Run this in a terminal"):
        call_command("make_facilitator", "ana@example.org")
    assert not User.objects.exists()


def test_an_existing_account_keeps_its_password_and_gets_the_rights(run):
    ana = make_user(email="ana@example.org")

    said = run("Ana@Example.org")

    ana = User.objects.get(pk=ana.pk)
    assert ana.is_facilitator
    assert ana.is_staff
    assert ana.check_password(PASSWORD)
    assert "ana@example.org is a facilitator now." in said


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a b@example.org"])
def test_a_bad_address_is_answered_with_the_next_step(run, email):
    with pytest.raises(CommandError, match=r"write: make facilitator EMAIL=you@example\.org"):
        run(email)
