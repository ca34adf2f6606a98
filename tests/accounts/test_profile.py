"""A member's profile and preferences, and the page that others see."""

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client

from accounts import holders
from tests.accounts.pages import assert_clean
from tests.factories import PASSWORD, confirm, make_module, make_user

PROFILE = "/en/account/profile/"


@pytest.fixture
def ana(db):
    return confirm(make_user(email="ana@example.org", display_name="Ana Lima"))


def values(**changed):
    return {
        "display_name": "Ana Lima",
        "country": "AO",
        "organisation": "Sindicato",
        "role": "workers",
        "reading": ["pt", "fr", "sw"],
        "about": "I teach.",
        "language": "en",
        "time_zone": "Africa/Luanda",
    } | changed


def test_a_profile_is_filled_in_and_kept(client_of, ana):
    client = client_of(ana)

    assert client.post(PROFILE, values())["Location"] == PROFILE

    ana.refresh_from_db()
    assert (ana.country, ana.role, ana.reading) == ("AO", "workers", ["pt", "fr", "sw"])
    assert "Saved." in client.get(PROFILE).text


def test_other_languages_are_folded_until_one_is_chosen(client_of, ana):
    client = client_of(ana)
    page = client.get(PROFILE).text
    pages_own, others = page.split("More languages")
    assert "العربية" in pages_own
    assert "Kiswahili" in others
    assert '<details class="fold" open>' not in page
    assert "Not said" in page
    assert "---------" not in page

    client.post(PROFILE, values())

    assert '<details class="fold" open>' in client.get(PROFILE).text


def test_the_pages_of_other_accounts_are_offered_where_there_are_any(client_of, ana):
    client = client_of(ana)
    assert "Other accounts" not in client.get(PROFILE).text

    SocialAccount.objects.create(user=ana, provider="google", uid="1")

    assert "Other accounts" in client.get(PROFILE).text


def test_the_forum_of_a_module_belongs_to_the_forum(client, db):
    module = make_module()
    for page in ("", "new/"):
        text = client.get(f"/en/modules/{module.slug}/forum/{page}").text
        assert 'href="/en/forum/" aria-current="true"' in text
        assert 'href="/en/modules/" aria-current' not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "Admin"},
        {"display_name": "A" * 300},
        {"display_name": ""},
        {"country": "ZZ"},
        {"role": "king"},
        {"reading": ["xx"]},
        {"language": "xx"},
        {"time_zone": "Mars/Base"},
        {"time_zone": "../../etc/passwd"},
        {"organisation": "x" * 500},
        {"about": "x" * 5000},
        {"public_details": ["email"]},
        {"about": "\0"},
    ],
)
def test_what_makes_no_sense_is_explained_and_nothing_is_saved(client_of, ana, wrong):
    response = client_of(ana).post(PROFILE, values(**wrong))

    assert response.status_code == 200
    assert "Nothing was saved yet." in response.text
    assert_clean(response.text.replace("\0", ""), "en")
    ana.refresh_from_db()
    assert ana.country == ""


def test_the_chosen_language_is_the_next_page_and_follows_to_other_devices(client_of, ana):
    response = client_of(ana).post(PROFILE, values(language="ar"))
    assert response["Location"] == "/ar/account/profile/"
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ar"

    elsewhere = Client()
    elsewhere.post("/en/account/login/", {"login": ana.email, "password": PASSWORD})

    assert elsewhere.get("/")["Location"] == "/ar/"


@pytest.mark.parametrize(("zone", "shown"), [("", "00:30"), ("Pacific/Kiritimati", "14:30")])
def test_times_are_shown_in_the_persons_own_zone(client, ana, zone, shown):
    ana.time_zone = zone
    ana.save()
    client.post("/fr/account/login/", {"login": ana.email, "password": PASSWORD})
    UserSession.objects.update(created_at="2026-01-01T00:30Z")

    assert shown in client.get("/fr/account/sessions/").text


def test_a_page_is_public_only_when_its_person_wants_it(client, client_of, ana):
    path = f"/en/members/{ana.pk}/"
    assert client.get(path).status_code == 404
    assert "Only you see this page." in client_of(ana).get(path).text

    client_of(ana).post(PROFILE, values(has_public_page="on", public_details=["role", "reading"]))

    page = client.get(path)
    assert_clean(page.text, "en")
    assert "Workers’ organisation" in page.text
    assert "Kiswahili" in page.text
    for hidden in ("Angola", "Sindicato", "I teach.", ana.email):
        assert hidden not in page.text
    assert page["Cache-Control"] == "public, no-cache"


def test_a_page_shows_what_other_apps_have_to_say(client, ana, monkeypatch):
    class Posts(holders.Holder):
        name = "posts"
        template_name = "includes/untranslated_note.html"

        def on_public_page(self, user):
            return {"count": 1}

    monkeypatch.setattr(holders, "_holders", [Posts()])
    ana.has_public_page = True
    ana.save()

    assert "untranslated-note" in client.get(f"/en/members/{ana.pk}/").text


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"deletion_asked_at": "2026-01-01T00:00Z"}]
)
def test_the_page_of_who_has_left_is_gone(client, ana, change):
    for name, value in ({"has_public_page": True} | change).items():
        setattr(ana, name, value)
    ana.save()

    assert client.get(f"/en/members/{ana.pk}/").status_code == 404
    assert client.get("/en/members/999999999/").status_code == 404


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_each_page_is_parsed_without_an_error(client, client_of, ana, language):
    for path in ("account/profile/", "account/data/", f"members/{ana.pk}/"):
        assert_clean(client_of(ana).get(f"/{language}/{path}").text, language)
    for path in ("privacy/", "account/deleted/"):
        assert_clean(client.get(f"/{language}/{path}").text, language)


@pytest.mark.parametrize("page", ["account/profile/", "account/data/"])
def test_strangers_are_led_to_the_door_and_back(client, db, page):
    response = client.get(f"/pt/{page}")

    assert response["Location"] == f"/pt/account/login/?next=/pt/{page}"
