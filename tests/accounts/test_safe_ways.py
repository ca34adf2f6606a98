"""Every way in: it leads to no other site, takes over no session, and tells the log no secret."""

import logging
import os
import re
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.accounts import ways
from tests.accounts.letters import code_in
from tests.factories import PASSWORD, make_user

# None of them is a page of this site, however a browser may read them.
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:/evil.example",
    " https://evil.example/",
    "\thttps://evil.example/",
    "/\t/evil.example/",
    "java\nscript:alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://evil.example\\@testserver/",
    quote("//evil.example/", safe=""),
]
BACK = "/en/forum/?page=1"


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def leads_elsewhere(response) -> bool:
    """As a browser reads an address: "\\" is "/", and what is blank is left out."""
    address = re.sub(r"[\t\r\n]", "", response.get("Location", "")).strip().replace("\\", "/")
    return bool(re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE))


@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_every_way_in_leads_back(client, way):
    response = way(client, BACK)

    assert is_in(client)
    assert response["Location"] == BACK


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_no_way_in_leads_to_another_site(client, way, target):
    response = way(client, target)

    assert is_in(client)
    assert not leads_elsewhere(response), response["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/en/account/logout/", {}),
        ("/en/account/reauthenticate/", {"password": PASSWORD}),
        ("/en/account/login/", {}),
        ("/en/account/signup/", {}),
        ("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": "n" * 9 + "1x"}),
    ],
)
def test_no_form_of_a_member_leads_to_another_site(client_of, path, values, target):
    client = client_of(ways.member())

    for response in (
        client.post(path, values | {"next": target}),
        client.get(path, {"next": target}),
    ):
        assert not leads_elsewhere(response), response["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_code_that_shows_who_one_is_leads_to_no_other_site(client, target):
    user = ways.member()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    path = f"/en/account/reauthenticate/code/?next={quote(target)}"
    client.post(path, {"send": ""})

    response = client.post(path, {"code": code_in(mail.outbox[-1])})

    assert response.status_code == 302
    assert not leads_elsewhere(response), response["Location"]


@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_a_session_that_somebody_planted_is_worth_nothing_after_it(client, way):
    client.get("/en/account/login/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    way(client, BACK)

    assert is_in(client)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_in(thief)


@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_no_session_of_one_person_goes_over_to_the_next(client, way):
    """On a shared computer: what the one before has left in the session is gone."""
    client.force_login(make_user(email="mia@example.org"))
    session = client.session
    session["left"] = "by Mia"
    session.save()
    client.post("/en/account/logout/")

    way(client, BACK)

    assert "left" not in client.session


SHOW_COOKIES = """
import django; django.setup()
from django.conf import settings as s
kinds = "SESSION", "CSRF", "LANGUAGE"
print([getattr(s, f"{kind}_COOKIE_SECURE") for kind in kinds])
print([getattr(s, f"{kind}_COOKIE_SAMESITE") for kind in kinds])
print(s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY)
"""


def test_cookies_are_for_this_site_on_https_and_for_no_script_in_production(tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", SHOW_COOKIES],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "VAR_DIR": str(tmp_path),
            "HTTPS": "true",
            "DJANGO_SETTINGS_MODULE": "sstc_academy.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    secure, samesite, httponly = result.stdout.splitlines()
    assert secure == "[True, True, True]"
    assert samesite == "['Lax', 'Lax', 'Lax']"
    assert httponly == "True True"


@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_every_cookie_that_a_way_in_sets_is_safe(client, way, settings):
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        setattr(settings, f"{kind}_COOKIE_SECURE", True)

    way(client, BACK)

    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} <= client.cookies.keys()
    for name, cookie in client.cookies.items():
        assert (name, cookie["samesite"]) == (name, "Lax")
        if cookie["max-age"] != 0:
            assert (name, cookie["secure"]) == (name, True)
        # The language is no secret, and a script may read it.
        assert cookie["httponly"] or name == settings.LANGUAGE_COOKIE_NAME


@pytest.mark.parametrize("way", ways.ALL, ids=lambda way: way.__name__)
def test_the_log_holds_no_secret(client, way, caplog):
    """Not even with LOG_LEVEL=DEBUG, but for the statements of the database."""
    caplog.set_level(logging.CRITICAL, "django.db.backends")
    caplog.set_level(logging.DEBUG)
    client.post("/en/account/login/", {"login": ways.EMAIL, "password": "a wrong guess"})
    client.get("/en/nothing/?code=1234-5678")
    way(client, BACK)
    logging.getLogger(__name__).info("It is heard.")

    secrets = {
        PASSWORD,
        "a wrong guess",
        "another long passphrase",
        client.session.session_key,
        client.cookies[settings.CSRF_COOKIE_NAME].value,
        *(code for message in mail.outbox for code in re.findall(r"\d{4}-\d{4}", message.body)),
    }
    assert "It is heard." in caplog.text
    assert [secret for secret in secrets if secret in caplog.text] == []
