"""A second factor: who works in the administration needs one, everybody may have one."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.cache.backends import db as db_cache
from django.utils import timezone

from tests.accounts.letters import code_in
from tests.accounts.pages import assert_clean
from tests.factories import PASSWORD, TOTP_SECRET, confirm, make_facilitator, make_user, totp_code

SIGN_IN = "/en/account/login/"
FACTORS = "/en/account/second-factor/"
AUTHENTICATE = f"{FACTORS}authenticate/"


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def facilitator(db):
    return confirm(make_facilitator(email="rosa@example.org"))


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client, user, **fields):
    values = {"login": user.email, "password": PASSWORD, "next": "/admin/"} | fields
    return client.post(SIGN_IN, values)


def test_the_administration_uses_the_sites_own_sign_in(client):
    response = client.get("/admin/modules/module/", follow=True)

    assert response.redirect_chain[-1][0].endswith(
        "/account/login/?next=%2Fadmin%2Fmodules%2Fmodule%2F"
    )
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_a_password_alone_does_not_open_the_administration(client, facilitator):
    response = sign_in(client, facilitator)

    assert response["Location"] == AUTHENTICATE
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302


def test_a_password_and_a_code_of_the_app_open_it(client, facilitator):
    sign_in(client, facilitator)

    response = client.post(AUTHENTICATE, {"code": totp_code()})

    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_code_by_mail_does_not_replace_the_second_factor(client, facilitator, mailoutbox):
    client.post(SIGN_IN, {"login": facilitator.email})

    response = client.post(f"{SIGN_IN}code/confirm/", {"code": code_in(mailoutbox[0])})

    assert response["Location"] == AUTHENTICATE
    assert not is_in(client)


def test_a_reset_password_does_not_replace_it_either(client, facilitator, mailoutbox):
    reset = "/en/account/password/reset/"
    client.post(reset, {"email": facilitator.email})
    client.post(f"{reset}confirm/", {"code": code_in(mailoutbox[0])})
    new = "another long passphrase"
    client.post(f"{reset}complete/", {"password1": new})

    sign_in(client, facilitator, password=new)

    assert not is_in(client)


def test_a_code_of_the_app_is_taken_once(client, client_of, facilitator):
    code = totp_code()
    sign_in(client, facilitator)
    client.post(AUTHENTICATE, {"code": code})
    client.post("/en/account/logout/")

    sign_in(client, facilitator)
    response = client.post(AUTHENTICATE, {"code": code})

    assert "This code is not right." in response.text
    assert not is_in(client)


def test_it_is_not_taken_again_while_the_tolerance_for_clocks_would_let_it_in(
    client, facilitator, monkeypatch
):
    code = totp_code()
    sign_in(client, facilitator)
    client.post(AUTHENTICATE, {"code": code})
    client.post("/en/account/logout/")
    later = timezone.now() + timedelta(seconds=31)
    monkeypatch.setattr(time, "time", later.timestamp)
    monkeypatch.setattr(db_cache, "tz_now", lambda: later)

    sign_in(client, facilitator)
    client.post(AUTHENTICATE, {"code": f"{code[:3]} {code[3:]}"})

    assert not is_in(client)


def test_guessing_codes_is_stopped(client, facilitator):
    sign_in(client, facilitator)
    for number in range(7):
        response = client.post(AUTHENTICATE, {"code": f"{number:06}"})
    assert "too many tries" in response.text

    client.post(AUTHENTICATE, {"code": totp_code()})

    assert not is_in(client)


def test_a_recovery_code_lets_in_once(client, facilitator):
    recovery = RecoveryCodes.activate(facilitator)
    code = recovery.get_unused_codes()[0]

    for is_first in (True, False):
        sign_in(client, facilitator)
        client.post(AUTHENTICATE, {"code": code})
        assert is_in(client) is is_first
        client.post("/en/account/logout/")


def test_staff_without_one_is_led_to_setting_it_up(client, facilitator):
    Authenticator.objects.all().delete()
    sign_in(client, facilitator)

    response = client.get("/admin/modules/module/?q=two", follow=True)
    assert response.redirect_chain[-1][0] == FACTORS
    assert "Before the administration opens" in response.text
    # The password was typed just now, and is not asked for again.
    page = client.get(f"{FACTORS}totp/activate/")
    secret = page.context["form"].secret
    response = client.post(f"{FACTORS}totp/activate/", {"code": totp_code(secret)}, follow=True)

    assert "Recovery codes" in response.text
    way = 'href="/admin/modules/module/?q=two"'
    assert f'class="button" {way}' in response.text
    page = client.get(FACTORS).text
    assert "Your account is well protected." in page
    assert way in page
    assert client.get("/admin/modules/module/").status_code == 200


@pytest.mark.parametrize("target", ["", "//evil.example/", "https://evil.example/admin/"])
def test_there_is_no_way_to_another_site(client, facilitator, target):
    Authenticator.objects.all().delete()
    sign_in(client, facilitator)
    client.get("/admin/login/", {"next": target})
    TOTP.activate(facilitator, TOTP_SECRET)

    assert '<a href="/admin/">' in client.get(FACTORS).text


def test_who_has_no_right_is_told_so_in_the_look_of_the_site(client_of, learner):
    response = client_of(learner).get("/admin/", follow=True)

    assert response.status_code == 403
    assert "This is not open to you" in response.text


def test_a_superuser_needs_one_too(client_of):
    superuser = make_user(is_staff=True, is_superuser=True)
    client = client_of(superuser)
    assert client.get("/admin/").status_code == 200

    Authenticator.objects.all().delete()

    assert client.get("/admin/").status_code == 302


def test_a_superuser_takes_a_lost_one_away_and_sees_no_key(client_of, facilitator):
    client = client_of(make_user(is_staff=True, is_superuser=True))
    lost = Authenticator.objects.get(user=facilitator)
    path = f"/admin/mfa/authenticator/{lost.pk}"

    assert TOTP_SECRET not in client.get(f"{path}/change/").text
    client.post(f"{path}/delete/", {"post": "yes"})

    assert not Authenticator.objects.filter(user=facilitator).exists()


def test_a_member_may_have_one(client, db):
    ana = confirm(make_user(email="ana@example.org"))
    TOTP.activate(ana, TOTP_SECRET)

    sign_in(client, ana, next="/en/forum/")

    assert client.post(AUTHENTICATE, {"code": totp_code()})["Location"] == "/en/forum/"


def test_the_password_of_the_administration_is_changed_on_the_site(client_of, facilitator):
    response = client_of(facilitator).get("/admin/password_change/")

    assert response["Location"] == "/en/account/password/change/"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "page",
    ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"],
)
def test_each_page_is_parsed_without_an_error(client, client_of, page, language):
    ana = confirm(make_user())
    if page != "totp/activate/":
        TOTP.activate(ana, TOTP_SECRET)
        RecoveryCodes.activate(ana)
    client = client_of(ana)
    client.post("/en/account/reauthenticate/", {"password": PASSWORD})

    response = client.get(f"/{language}/account/second-factor/{page}")

    assert response.status_code == 200
    assert_clean(response.text, language)
