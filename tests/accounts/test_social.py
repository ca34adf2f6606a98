"""In with Google, Facebook, X or OpenID Connect, against servers that speak as they do."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.facebook import flows as facebook_flows
from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.google import views as google_views
from allauth.socialaccount.providers.twitter_oauth2.views import TwitterOAuth2Adapter
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.letters import code_in
from tests.accounts.pages import assert_clean
from tests.accounts.services import APP, Service, openid_connect_server, tell
from tests.factories import PASSWORD, confirm, make_facilitator, make_user

PROVIDERS = ["google", "facebook", "x"]
PEOPLE = {
    "google": {
        "sub": "1",
        "name": "Ana Lima",
        "given_name": "Ana",
        "family_name": "Lima",
        "email": "ana@example.org",
        "email_verified": True,
    },
    "facebook": {"id": "2", "name": "Ana Lima", "email": "ana@example.org"},
    "x": {"id": "3", "name": "Ana Lima", "username": "analima"},
}
NEXT = "/fr/forum/"


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def service(settings, monkeypatch):
    """The three services at an address of ours, and this site known to each of them."""
    service = Service()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "google": {"APPS": [APP], "OAUTH_PKCE_ENABLED": True},
        "facebook": {"APPS": [APP], "FIELDS": ["id", "name", "email"]},
        "twitter_oauth2": {"APPS": [APP], "FIELDS": ["id", "name", "username"]},
    }
    monkeypatch.setattr(google_views, "ID_TOKEN_ISSUER", service.url)
    monkeypatch.setattr(facebook_flows, "GRAPH_API_URL", f"{service.url}/facebook")
    for adapter in (google_views.GoogleOAuth2Adapter, FacebookOAuth2Adapter, TwitterOAuth2Adapter):
        monkeypatch.setattr(adapter, "authorize_url", f"{service.url}/authorize")
        monkeypatch.setattr(adapter, "access_token_url", f"{service.url}/token")
    monkeypatch.setattr(TwitterOAuth2Adapter, "profile_url", f"{service.url}/x/me")
    yield service
    service.stop()


def visit(url: str, data: dict | None = None) -> str:
    """Where the other site sends the browser next, as a path of ours."""
    method = "POST" if data else "GET"
    response = requests.request(method, url, data=data, allow_redirects=False, timeout=5)
    assert response.status_code == 302, response.text
    return response.headers["Location"].removeprefix("http://testserver")


def leave(client, provider: str, language: str = "fr", **fields) -> str:
    """Presses the button; the address of the other site to which the page leads."""
    fields = {"process": "login", "next": NEXT} | fields
    page = client.post(f"/{language}/account/{provider}/login/?{urlencode(fields)}")
    assert page.status_code == 200
    assert_clean(page.text, language)
    return unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)[1])


def come_back(client, service, provider: str, **fields):
    return client.get(visit(leave(client, provider, **fields)))


def who(client) -> str:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else ""


@pytest.mark.parametrize("page", ["login/", "signup/"])
def test_only_services_that_are_set_are_offered(client, settings, service, page):
    names = ("Google", "Facebook", "X")
    offered = client.get(f"/en/account/{page}").text
    assert all(f"Continue with {name}" in offered for name in names)

    settings.SOCIALACCOUNT_PROVIDERS = {"facebook": {"APPS": [APP]}}

    offered = client.get(f"/en/account/{page}").text
    assert [name for name in names if f"Continue with {name}" in offered] == ["Facebook"]
    assert client.post("/en/account/google/login/").status_code == 404


def test_nothing_is_offered_that_nobody_has_set(client):
    assert "Continue with" not in client.get("/en/account/login/").text


def test_a_look_at_an_address_signs_nobody_in(client, service):
    page = client.get("/en/account/google/login/")

    assert page.status_code == 200
    assert 'http-equiv="refresh"' not in page.text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_way_back_is_one_address_in_all_languages(client, service, provider):
    addresses = {
        parse_qs(urlsplit(leave(client, provider, language)).query)["redirect_uri"][0]
        for language in ("en", "ar")
    }

    assert addresses == {f"http://testserver/account/{provider}/login/callback/"}


def test_google_opens_an_account_at_once_and_leads_back(client, service, mailoutbox):
    service.person = PEOPLE["google"]

    response = come_back(client, service, "google")

    assert response["Location"] == NEXT
    assert who(client) == "ana@example.org"
    ana = User.objects.get()
    assert (ana.display_name, ana.language) == ("Ana Lima", "fr")
    assert EmailAddress.objects.get().verified
    assert mailoutbox == []


def test_who_comes_again_finds_the_same_account(client, service):
    service.person = PEOPLE["google"]
    come_back(client, service, "google")

    again = Client()
    come_back(again, service, "google")

    assert who(again) == "ana@example.org"
    assert User.objects.count() == 1


def test_an_address_that_facebook_gives_is_confirmed_with_a_code(client, service, mailoutbox):
    service.person = PEOPLE["facebook"]

    response = come_back(client, service, "facebook")

    assert response["Location"] == "/fr/account/confirm-email/"
    assert who(client) == ""
    response = client.post(response["Location"], {"code": code_in(mailoutbox[0])})
    assert response["Location"] == NEXT
    assert who(client) == "ana@example.org"


@pytest.mark.parametrize("provider", ["facebook", "x"])
def test_a_missing_address_is_asked_for_and_confirmed(client, service, mailoutbox, provider):
    service.person = {key: PEOPLE[provider][key] for key in ("id", "name")} | {"username": "a"}

    response = come_back(client, service, provider)
    assert response["Location"] == "/fr/account/connections/signup/"
    page = client.get(response["Location"])
    assert_clean(page.text, "fr")
    assert 'value="Ana Lima"' in page.text
    response = client.post(
        response["Location"], {"display_name": "Ana Lima", "email": "ana@example.org"}
    )
    assert response["Location"] == "/fr/account/confirm-email/"
    client.post(response["Location"], {"code": code_in(mailoutbox[0])})

    assert who(client) == "ana@example.org"


def test_a_name_that_may_not_be_used_here_is_asked_for(client, service):
    service.person = PEOPLE["google"] | {
        "name": "Facilitator",
        "given_name": "Facilitator",
        "family_name": "",
    }

    response = come_back(client, service, "google")

    assert response["Location"] == "/fr/account/connections/signup/"


def test_a_confirmed_address_joins_the_account_that_has_it(client, service):
    ana = confirm(make_user(email="ana@example.org"))
    service.person = PEOPLE["google"]

    come_back(client, service, "google")

    assert who(client) == ana.email
    assert SocialAccount.objects.get().user == ana
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unconfirmed_address_takes_over_no_account(client, service, mailoutbox, provider):
    ana = confirm(make_user(email="ana@example.org"))
    service.person = PEOPLE[provider] | {"email": ana.email, "email_verified": False}

    response = come_back(client, service, provider)
    if provider == "x":
        values = {"display_name": "Ana Lima", "email": ana.email}
        response = client.post(response["Location"], values)
    client.post(response["Location"], {"code": "0000-0000"})

    assert who(client) == ""
    assert not SocialAccount.objects.exists()
    assert "There is one already" in mailoutbox[0].body or "déjà" in mailoutbox[0].body


def test_an_account_that_a_stranger_prepared_is_taken_from_the_stranger(
    client, service, mailoutbox
):
    """Opened with Ana's address and never confirmed: its password is worth nothing afterwards."""
    prepared = make_user(email="ana@example.org")
    EmailAddress.objects.create(user=prepared, email=prepared.email, primary=True)
    service.person = PEOPLE["google"]

    response = come_back(client, service, "google")
    client.post(response["Location"], {"code": code_in(mailoutbox[-1])})

    prepared.refresh_from_db()
    assert who(client) == "ana@example.org"
    assert not prepared.has_usable_password()


def test_the_second_factor_is_asked_for_after_google_too(client, service):
    rosa = confirm(make_facilitator(email="ana@example.org"))
    service.person = PEOPLE["google"]

    response = come_back(client, service, "google")

    assert response["Location"] == "/fr/account/second-factor/authenticate/"
    assert who(client) == "" != rosa.email


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_does_not_consent_is_not_signed_in_and_told_so(client, service, provider):
    service.consents = False

    response = client.get(visit(leave(client, provider)), follow=True)

    assert response.redirect_chain[-1][0] == "/fr/account/connections/login/cancelled/"
    assert_clean(response.text, "fr")
    assert not User.objects.exists()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_service_that_is_down_is_said_in_words(client, service, provider):
    back = visit(leave(client, provider))
    service.is_down = True

    response = client.get(back)

    assert response.status_code == 401
    assert_clean(response.text, "fr")
    assert who(client) == ""


@pytest.mark.parametrize("provider", ["facebook", "x"])
def test_nonsense_from_a_service_is_no_fault_of_ours(client, service, provider):
    service.person = PEOPLE[provider]
    back = visit(leave(client, provider))
    service.answers_nonsense = True

    assert client.get(back).status_code == 401


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("state", ["", "tampered", "x" * 5000, "\0"])
def test_a_tampered_state_signs_nobody_in(client, service, provider, state):
    service.person = PEOPLE[provider]
    back = urlsplit(visit(leave(client, provider)))
    query = urlencode({"code": parse_qs(back.query)["code"][0], "state": state})

    assert client.get(f"{back.path}?{query}").status_code == 401
    assert who(client) == ""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_way_back_of_one_browser_is_closed_to_another(client, service, provider):
    service.person = PEOPLE[provider]
    back = visit(leave(client, provider))
    victim = Client()

    assert victim.get(back).status_code == 401
    assert who(victim) == ""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_code_is_good_once(client, service, provider):
    service.person = PEOPLE[provider]
    back = visit(leave(client, provider))
    client.get(back)
    client.post("/en/account/logout/")

    # The same answer again, and the same code with a fresh state.
    assert client.get(back).status_code == 401
    fresh = parse_qs(urlsplit(leave(client, provider)).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    path = urlsplit(back).path
    assert client.get(f"{path}?{urlencode({'code': code, 'state': fresh})}").status_code == 401
    assert who(client) == ""


def test_a_member_adds_a_service_and_takes_it_away(client_of, service, mailoutbox):
    ana = confirm(make_user(email="ana@example.org"))
    client = client_of(ana)
    service.person = PEOPLE["x"]
    client.post("/en/account/reauthenticate/", {"password": PASSWORD})

    come_back(client, service, "x", process="connect", language="en")

    account = SocialAccount.objects.get()
    assert account.user == ana
    page = client.get("/en/account/connections/")
    assert_clean(page.text, "en")
    client.post("/en/account/connections/", {"account": account.pk})
    assert not SocialAccount.objects.exists()


def test_no_token_of_a_service_is_stored(client, service):
    service.person = PEOPLE["google"]
    come_back(client, service, "google")

    assert not SocialToken.objects.exists()


@pytest.fixture(scope="module")
def openid_server():
    with openid_connect_server() as url:
        yield url


@pytest.fixture
def openid(openid_server, settings):
    app = APP | {"provider_id": "openid", "name": "Ministry", "settings": {}}
    app["settings"] = {"server_url": openid_server}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
    }
    return openid_server


def test_a_ministry_s_own_server_opens_an_account(client, openid):
    tell(openid, "rui", email="rui@example.org", email_verified=True, name="Rui Alves")
    assert "Continue with Ministry" in client.get("/en/account/login/").text

    back = visit(leave(client, "oidc/openid"), {"sub": "rui"})

    assert back.startswith("/account/oidc/openid/login/callback/?")
    assert client.get(back)["Location"] == NEXT
    assert who(client) == "rui@example.org"
    assert User.objects.get().display_name == "Rui Alves"


def test_an_address_that_the_server_has_not_confirmed_takes_over_no_account(
    client, openid, mailoutbox
):
    confirm(make_user(email="mia@example.org"))
    tell(openid, "mia", email="mia@example.org", email_verified=False, name="Mia")

    client.get(visit(leave(client, "oidc/openid"), {"sub": "mia"}))

    assert who(client) == ""
    assert not SocialAccount.objects.exists()


def test_a_server_to_which_one_says_no_signs_nobody_in(client, openid):
    response = client.get(visit(leave(client, "oidc/openid"), {"action": "deny"}))

    # It says no without the state; any real one sends it and leads to the page for that.
    assert response.status_code == 401
    assert_clean(response.text, "fr")


def test_a_server_that_is_down_is_said_in_words(client, settings, openid):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"

    response = client.post("/fr/account/oidc/openid/login/")

    assert response.status_code == 401
    assert_clean(response.text, "fr")


def test_a_server_that_nobody_has_set_is_a_404(client, openid):
    assert client.post("/fr/account/oidc/nothing/login/").status_code == 404
    assert client.get("/account/oidc/nothing/login/callback/").status_code == 404
