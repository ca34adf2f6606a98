"""What a stranger sees and waits for is the same, whether an address has an account or not."""

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.accounts.letters import link_in
from tests.accounts.strangers import FORMS, SIGN_IN, SIGN_UP, answer
from tests.factories import confirm, make_user


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def ana(db):
    return confirm(make_user(email="ana@example.org", display_name="Ana"))


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that were put through the hasher, which costs more than all the rest."""
    passwords = []
    hasher = get_hasher()
    encode = type(hasher).encode

    def remembered(self, password, *arguments, **options):
        passwords.append(password)
        return encode(self, password, *arguments, **options)

    monkeypatch.setattr(type(hasher), "encode", remembered)
    return passwords


# How long the answers take is measured by `make bench BENCH=accounts`.
@pytest.mark.parametrize("has_password", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_does_not_tell_whether_an_account_exists(
    ana, mailoutbox, hashed, form, has_password
):
    if not has_password:
        ana.set_unusable_password()
        ana.save()
    answer(Client(), form, "first@example.org")  # What is loaded only once.
    seen, queries = [], []
    for email in (ana.email, "unknown@example.org"):
        hashed.clear()
        mailoutbox.clear()
        with CaptureQueriesContext(connection) as captured:
            page = answer(Client(), form, email)
        queries.append(len(captured))
        seen.append((page, len(hashed), [message.to == [email] for message in mailoutbox]))

    known, unknown = seen
    assert known == unknown
    _page, times_hashed, mails = known
    assert times_hashed == int("password" in form)
    assert mails == ([] if form == "sign-in by password" else [True])
    assert max(queries) < 1.5 * min(queries)


def test_who_has_an_account_already_is_told_by_mail_only(client, ana, mailoutbox):
    client.post(SIGN_UP, {"display_name": "Ana Lima", "email": ana.email})

    [message] = mailoutbox
    assert "There is one already" in message.body
    assert link_in(message) == SIGN_IN
    assert User.objects.count() == 1


def test_who_has_none_is_told_by_mail_with_a_link_that_fills_the_form(client, mailoutbox):
    client.post(SIGN_IN, {"login": "new@example.org"})

    page = client.get(link_in(mailoutbox[0]))

    assert 'value="new@example.org"' in page.text
