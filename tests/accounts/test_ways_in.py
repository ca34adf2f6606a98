"""In with an e-mail address: an account, a code, a password, and back to where one was."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.letters import code_in, html_of
from tests.accounts.pages import assert_clean
from tests.accounts.strangers import RESET, SIGN_IN, SIGN_UP
from tests.factories import PASSWORD, confirm, make_user

SIGN_IN_CODE = "/en/account/login/code/confirm/"
EMAIL_CODE = "/en/account/confirm-email/"
BACK = "/en/forum/?page=1"


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def ana(db):
    return confirm(make_user(email="ana@example.org", display_name="Ana"))


def sign_up(client, **fields):
    values = {"display_name": "Ana Lima", "email": "ana@example.org", "next": BACK} | fields
    return client.post(SIGN_UP, values)


def who(client) -> str:
    """The address of the person who is signed in; "" for a visitor."""
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else ""


def test_an_account_is_opened_with_name_address_and_code_and_leads_back(client, mailoutbox):
    response = sign_up(client)

    assert response["Location"] == EMAIL_CODE
    assert who(client) == ""
    response = client.post(EMAIL_CODE, {"code": code_in(mailoutbox[0])})
    assert response["Location"] == BACK
    ana = User.objects.get()
    assert who(client) == ana.email == "ana@example.org"
    assert ana.display_name == "Ana Lima"
    assert not ana.has_usable_password()
    assert EmailAddress.objects.get().verified


def test_the_account_speaks_the_language_in_which_it_was_opened(client, mailoutbox):
    client.post("/ar/account/signup/", {"display_name": "سلمى", "email": "s@example.org"})

    assert User.objects.get().language == "ar"
    assert '<html lang="ar" dir="rtl">' in html_of(mailoutbox[0])
    response = client.post("/ar/account/confirm-email/", {"code": code_in(mailoutbox[0])})
    assert response["Location"] == "/ar/"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ar"


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.4}{0:.0}", "arabic"])
def test_a_code_is_taken_in_any_digits_and_with_or_without_its_dash(client, mailoutbox, typed):
    sign_up(client)
    code = code_in(mailoutbox[0])
    if typed == "arabic":
        code = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    else:
        code = code.replace("-", "") if "0" in typed else typed.format(code)

    client.post(EMAIL_CODE, {"code": code})

    assert who(client) == "ana@example.org"


def test_three_wrong_codes_end_it_and_the_right_one_comes_too_late(client, mailoutbox):
    sign_up(client)
    code = code_in(mailoutbox[0])

    assert "This is not the code." in client.post(EMAIL_CODE, {"code": "0000-0000"}).text
    client.post(EMAIL_CODE, {"code": "٠"})
    client.post(EMAIL_CODE, {"code": "x" * 5000})
    client.post(EMAIL_CODE, {"code": code})

    assert who(client) == ""


def test_a_code_is_good_for_fifteen_minutes(client, ana, mailoutbox, monkeypatch):
    client.post(SIGN_IN, {"login": ana.email})
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 15 * 60 + 1)

    client.post(SIGN_IN_CODE, {"code": code_in(mailoutbox[0])})

    assert who(client) == ""


def test_a_code_belongs_to_the_browser_that_asked_for_it(client, ana, mailoutbox):
    client.post(SIGN_IN, {"login": ana.email})
    stranger = Client()
    stranger.post(SIGN_IN, {"login": ana.email})

    stranger.post(SIGN_IN_CODE, {"code": code_in(mailoutbox[0])})

    assert who(stranger) == ""


def test_a_new_code_is_sent_when_asked_for_and_the_old_one_is_dead(client, ana, mailoutbox):
    client.post(SIGN_IN, {"login": ana.email, "next": BACK})

    client.post(SIGN_IN_CODE, {"action": "resend", "next": BACK})

    old, new = map(code_in, mailoutbox)
    assert "This is not the code." in client.post(SIGN_IN_CODE, {"code": old}).text
    assert client.post(SIGN_IN_CODE, {"code": new, "next": BACK})["Location"] == BACK


def test_one_signs_in_with_a_code_and_comes_back(client, ana, mailoutbox):
    page = client.get("/en/forum/")
    assert 'href="/en/account/login/?next=%2Fen%2Fforum%2F"' in page.text

    response = client.post(SIGN_IN, {"login": "Ana@Example.ORG", "next": BACK}, follow=True)
    assert f'name="next" value="{BACK}"' in response.text
    response = client.post(SIGN_IN_CODE, {"code": code_in(mailoutbox[0]), "next": BACK})

    assert response["Location"] == BACK
    assert who(client) == ana.email


def test_one_signs_in_with_a_password_and_comes_back(client, ana):
    response = client.post(SIGN_IN, {"login": ana.email, "password": PASSWORD, "next": BACK})

    assert response["Location"] == BACK
    assert who(client) == ana.email


def test_a_password_may_be_chosen_at_sign_up_and_must_be_a_good_one(client, mailoutbox):
    assert "too common" in sign_up(client, password1="password").text
    assert not User.objects.exists()

    sign_up(client, password1=PASSWORD)

    client.post(EMAIL_CODE, {"code": code_in(mailoutbox[0])})
    assert User.objects.get().check_password(PASSWORD)


def test_signing_out_takes_a_press_of_a_button(client_of, ana):
    client = client_of(ana)

    client.get("/en/account/logout/")
    assert who(client) == ana.email
    client.post("/en/account/logout/")

    assert who(client) == ""


def test_a_forgotten_password_is_replaced_with_a_code_and_ends_other_sessions(
    client, client_of, ana, mailoutbox
):
    elsewhere = client_of(ana)
    client.post(RESET, {"email": ana.email})
    client.post(f"{RESET}confirm/", {"code": code_in(mailoutbox[0])})

    new = "another long passphrase"
    client.post(f"{RESET}complete/", {"password1": new})

    ana.refresh_from_db()
    assert ana.check_password(new)
    assert elsewhere.get("/en/account/email/").status_code == 302


def test_a_changed_password_asks_for_the_old_one_and_ends_other_sessions(client_of, ana):
    here, elsewhere = client_of(ana), client_of(ana)
    new = "another long passphrase"

    path = "/en/account/password/change/"
    values = {"oldpassword": "wrong", "password1": new}
    assert here.post(path, values).status_code == 200
    here.post(path, values | {"oldpassword": PASSWORD})

    assert here.get("/en/account/email/").status_code == 200
    assert elsewhere.get("/en/account/email/").status_code == 302


def test_an_address_is_changed_with_the_password_and_a_code(client_of, ana, mailoutbox):
    client = client_of(ana)
    change = {"action_add": "", "email": "lima@example.org"}

    response = client.post("/en/account/email/", change)
    assert response["Location"].startswith("/en/account/reauthenticate/")
    response = client.post(response["Location"], {"password": PASSWORD})
    assert response["Location"] == EMAIL_CODE
    client.post(EMAIL_CODE, {"code": code_in(mailoutbox[0])})

    ana.refresh_from_db()
    assert ana.email == "lima@example.org"
    # The old address hears of it.
    assert mailoutbox[-1].to == ["ana@example.org"]


def test_an_account_opened_with_another_persons_address_is_worth_nothing_to_its_opener(
    client, mailoutbox
):
    """The owner of the address comes later, with a code: the password of the other is gone."""
    stranger = Client()
    sign_up(stranger, password1=PASSWORD)

    client.post(SIGN_IN, {"login": "ana@example.org"})
    client.post(SIGN_IN_CODE, {"code": code_in(mailoutbox[-1])})

    assert who(client) == "ana@example.org"
    stranger = Client()
    stranger.post(SIGN_IN, {"login": "ana@example.org", "password": PASSWORD})
    assert who(stranger) == ""


def test_without_the_code_a_password_lets_nobody_in(client):
    sign_up(client, password1=PASSWORD)
    elsewhere = Client()

    elsewhere.post(SIGN_IN, {"login": "ana@example.org", "password": PASSWORD})

    assert who(elsewhere) == ""


def test_guessing_a_password_is_stopped_and_the_owner_still_gets_in_by_code(
    client, ana, mailoutbox
):
    for number in range(8):
        response = client.post(SIGN_IN, {"login": ana.email, "password": f"guess {number}"})
    assert "too many tries" in response.text

    assert "too many tries" in client.post(SIGN_IN, {"login": ana.email, "password": PASSWORD}).text
    assert client.post(SIGN_IN, {"login": ana.email}).status_code == 302


def test_tries_past_every_limit_are_answered_without_a_fault(client, ana):
    """Ten thousand are tried in test_limits.py."""
    statuses = {
        client.post(SIGN_IN, {"login": f"p{number}@example.org", "password": "x"}).status_code
        for number in range(45)
    }

    assert statuses == {200, 429}
    assert client.get(SIGN_IN).status_code == 200


def test_an_address_is_not_flooded_with_codes(client, ana, mailoutbox):
    for _ in range(10):
        Client().post(SIGN_IN, {"login": ana.email})

    assert len(mailoutbox) == 3


@pytest.mark.parametrize(
    "email",
    [
        "o'hara+forum@example.org",
        "UPPER.Case@Example.Org",
        "a@sub.sub.example.museum",
        "!#$%&*/=?^_`{|}~@example.org",
        '"quoted.part"@example.org',
        "x" * 64 + "@example.org",
        "ana@bücher.example",
    ],
)
def test_unusual_but_legal_addresses_open_an_account(client, mailoutbox, email):
    sign_up(client, email=email)

    client.post(EMAIL_CODE, {"code": code_in(mailoutbox[0])})

    assert who(client) == email.lower()


@pytest.mark.parametrize(
    "email", ["ana", "ana@", "a b@example.org", "a@b", "x" * 300 + "@b.org", ""]
)
def test_what_is_no_address_is_explained_beside_the_field(client, mailoutbox, email):
    response = sign_up(client, email=email)

    assert response.status_code == 200
    said = "This is too long" if len(email) > 254 else "Write the whole address, such as"
    assert said in response.text
    assert 'value="Ana Lima"' in response.text
    assert mailoutbox == []


@pytest.mark.parametrize("domain", ["throwaway.example", "sub.throwaway.example"])
def test_an_operator_may_refuse_domains(client, settings, domain):
    settings.REFUSED_EMAIL_DOMAINS = {"throwaway.example"}

    response = sign_up(client, email=f"ana@{domain}")

    assert "Throw-away addresses are not taken." in response.text
    assert not User.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
@pytest.mark.parametrize(
    "page", ["login/", "signup/", "signup/passkey/", "login/code/", "password/reset/"]
)
def test_each_page_is_parsed_without_an_error_and_holds_no_inline_code(client, page, language):
    html = client.get(f"/{language}/account/{page}").text

    assert_clean(html, language)
    assert 'name="robots" content="noindex"' in html


@pytest.mark.parametrize("language", ["en", "pt", "ar"])
@pytest.mark.parametrize(
    "page",
    [
        "email/",
        "password/change/",
        "logout/",
        "reauthenticate/",
        "sessions/",
        "second-factor/",
        "connections/",
    ],
)
def test_each_page_of_a_member_is_parsed_without_an_error(client_of, ana, page, language):
    response = client_of(ana).get(f"/{language}/account/{page}")

    assert response.status_code == 200
    assert_clean(response.text, language)
    assert response["Cache-Control"] != "public, no-cache"


def test_a_visitor_costs_no_query_for_the_header(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/en/nothing/")


def test_browsers_find_where_a_password_is_changed(client):
    response = client.get("/.well-known/change-password", headers={"Accept-Language": "fr"})

    assert response["Location"] == "/fr/account/password/change/"
