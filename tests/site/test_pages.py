"""What holds for every page of the public contract, in every language."""

import re

import html5lib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from forum.models import Post
from modules.models import Module, NewsItem, Pledge, Video
from modules.models.publishing import Status
from sstc_academy.lib import languages
from tests.factories import make_module, make_news, make_pledge, make_post, make_reply

PAGES = [
    "",
    "modules/",
    "modules/module-2/",
    "{video}",
    "news/",
    "news/{news}/",
    "pledges/",
    "pledges/{pledge}/",
    "forum/",
    "modules/module-2/forum/",
    "forum/{conversation}/",
]


@pytest.fixture(scope="module")
def academy(django_db_setup, django_db_blocker):
    """The shipped content with a conversation, loaded once for this file."""
    with django_db_blocker.unblock():
        call_command("load_academy", verbosity=0)
        make_reply(make_post(module=Module.objects.get()))
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def address(academy, db):
    def of(page: str, language: str = "en") -> str:
        video = Video.objects.exclude(file="").get()
        names = {
            "news": NewsItem.objects.get().slug,
            "pledge": Pledge.objects.get().slug,
            "conversation": Post.objects.get(number=1).pk,
            "video": f"modules/module-2/videos/{video.pk}/",
        }
        return f"/{language}/{page.format(**names)}"

    return of


@pytest.mark.parametrize("language", languages.CODES)
@pytest.mark.parametrize("page", PAGES)
def test_page_states_its_language_its_direction_and_its_alternates(client, address, page, language):
    response = client.get(address(page, language))

    assert response.status_code == 200
    html = response.text
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    canonical = f"http://testserver{address(page, language)}"
    assert f'<link rel="canonical" href="{canonical}">' in html
    for other in languages.CODES:
        alternate = f"http://testserver{address(page, other)}"
        assert f'<link rel="alternate" hreflang="{other}" href="{alternate}">' in html
    assert 'hreflang="x-default"' in html
    assert '<meta property="og:title"' in html


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("page", PAGES)
def test_html_parses_without_an_error_and_no_id_stands_twice(client, address, page, language):
    html = client.get(address(page, language)).text

    html5lib.HTMLParser(strict=True).parse(html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("page", PAGES)
def test_anonymous_page_sets_no_cookie_holds_no_token_and_may_be_kept(client, address, page):
    response = client.get(address(page))

    assert not response.cookies
    assert "csrf" not in response.text.lower()
    assert response["Cache-Control"] == "public, no-cache"
    assert response["ETag"]


@pytest.mark.parametrize("page", PAGES)
def test_unchanged_page_is_answered_with_a_304_and_no_body(client, address, page):
    etag = client.get(address(page))["ETag"]

    response = client.get(address(page), headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.content == b""


def test_an_edit_shows_at_once(client, address):
    etag = client.get(address("modules/module-2/"))["ETag"]
    module = Module.objects.get(slug="module-2")
    module.title_en = "Another title"
    module.save()

    response = client.get(address("modules/module-2/"), headers={"If-None-Match": etag})

    assert response.status_code == 200
    assert "Another title" in response.text


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_nothing_of_other_hosts_and_has_no_inline_code(client, address, page):
    html = client.get(address(page)).text

    loaded = re.findall(r'<(?:script|img|link rel="(?:stylesheet|icon)"|source|track)[^>]*', html)
    assert not [tag for tag in loaded if re.search(r'(?:src|href)="(?:https?:)?//', tag)]
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all("src=" in script or "ld+json" in script for script in scripts)


def test_security_policy_forbids_inline_scripts(client, address):
    policy = client.get(address(""))["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert client.get(address(""))["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_signed_in_pages_are_kept_by_no_shared_cache(client_of, learner, address):
    response = client_of(learner).get(address(""))

    assert response["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response["Vary"]


def test_module_page_has_the_anchors_of_the_contract(client, address):
    html = client.get(address("modules/module-2/")).text

    for anchor in ("introduction", "videos", "timeline", "resources", "forum"):
        assert f'id="{anchor}"' in html


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("pt-BR,pt;q=0.9", "pt"), ("ar", "ar"), ("de", "en"), ("", "en"), ("de,fr;q=0.5", "fr")],
)
def test_bare_address_sends_a_visitor_to_the_best_language(client, db, accepted, language):
    response = client.get("/", headers={"Accept-Language": accepted})

    assert (response.status_code, response["Location"]) == (302, f"/{language}/")


def test_a_chosen_language_wins_over_the_browsers(client, db):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"

    response = client.get("/", headers={"Accept-Language": "fr"})

    assert response["Location"] == "/es/"


def test_language_switch_keeps_the_page_and_its_filters(client, address):
    html = client.get(address("modules/module-2/") + "?kind=programme").text

    assert 'href="/ar/modules/module-2/?kind=programme"' in html
    assert 'rel="canonical" href="http://testserver/en/modules/module-2/"' in html


@pytest.mark.parametrize(
    "path",
    [
        "/xx/",
        "/xx/modules/",
        "/en/modules/nothing/",
        "/en/modules/module-2/videos/999999/",
        "/en/news/nothing/",
        "/en/news/?page=99",
        "/en/news/?page=0",
        "/en/news/?page=-1",
        "/en/news/?page=abc",
        "/en/pledges/?page=%00",
        "/en/pledges/?page=" + "9" * 500,
        "/media/",
        "/media/nothing.pdf",
        "/media/%00",
    ],
)
def test_what_does_not_exist_is_a_404(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Page introuvable"), ("ar", "الصفحة غير موجودة")]
)
def test_a_404_speaks_the_readers_language(client, db, language, words):
    in_address = client.get(f"/{language}/nothing/")
    of_browser = client.get("/xx/nothing/", headers={"Accept-Language": language})

    assert in_address.status_code == of_browser.status_code == 404
    assert words in in_address.text
    assert words in of_browser.text


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense",
        "country=XX",
        "kind=%00&country=%00",
        "kind=programme&country=BR&country=PE&x=1",
        "kind=" + "a" * 5000,
        "country=%F0%9F%92%A9",
        "kind[]=x&country=br",
    ],
)
def test_unknown_filter_values_are_ignored(client, address, query):
    assert client.get(f"{address('modules/module-2/')}?{query}").status_code == 200
    query = query.replace("kind", "progress")
    assert client.get(f"{address('pledges/')}?{query}").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "trace"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_answer_only_to_reading(client, address, page, method):
    assert getattr(client, method)(address(page)).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/sitemap.xml"])
def test_addresses_for_machines_answer_only_to_reading(client, db, path):
    assert client.post(path).status_code == 405


def test_a_form_from_nowhere_is_refused_in_the_readers_language(db):
    response = Client(enforce_csrf_checks=True).post("/fr/")

    assert response.status_code == 403
    assert '<html lang="fr"' in response.text
    assert "<style" not in response.text


def test_what_a_cache_keeps_is_told_apart_by_compression_on_a_304_too(client, address):
    etag = client.get(address(""))["ETag"]
    response = client.get(address(""), headers={"If-None-Match": etag})

    assert set(response["Vary"].split(", ")) == {"Cookie", "Accept-Encoding"}
    assert client.head(address(""))["ETag"]


def test_a_draft_is_a_404_for_the_public_and_has_a_banner_for_facilitators(
    client, client_of, facilitator, learner
):
    make_module(slug="draft", status=Status.DRAFT)
    make_news(slug="draft", status=Status.DRAFT)
    make_pledge(slug="draft", status=Status.DRAFT)

    for path in ("/en/modules/draft/", "/en/news/draft/", "/en/pledges/draft/"):
        assert client.get(path).status_code == 404
        assert client_of(learner).get(path).status_code == 404
        assert "This is a draft." in client_of(facilitator).get(path).text


def test_what_is_published_later_waits_for_its_moment(client, client_of, facilitator):
    make_module(slug="later", published_at="2100-01-01T00:00Z")

    assert client.get("/en/modules/later/").status_code == 404
    assert "/en/modules/later/" not in client.get("/en/modules/").text
    assert "This page opens on" in client_of(facilitator).get("/en/modules/later/").text


def test_what_is_archived_stays_at_its_address_and_leaves_the_lists(client, db):
    make_module(slug="old", status=Status.ARCHIVED)

    assert "This page is archived." in client.get("/en/modules/old/").text
    assert "/en/modules/old/" not in client.get("/en/modules/").text
    assert "/en/modules/old/" not in client.get("/sitemap.xml").text


def test_facilitators_see_that_a_translation_waits_for_review(client, client_of, facilitator):
    make_module(slug="new", title_fr="Titre", unreviewed_languages=["fr"])
    path = "/fr/modules/new/"
    note = "Traduction provisoire"

    assert note in client_of(facilitator).get(path).text
    assert note not in client.get(path).text
    assert note not in client_of(facilitator).get("/es/modules/new/").text


def test_a_missing_translation_shows_english_marked_as_english_with_a_note(client, db):
    make_module(slug="new", title_en="Only in English", title_ar="")

    html = client.get("/ar/modules/new/").text

    assert '<span lang="en" dir="ltr">Only in English</span>' in html
    assert "لم يُترجم بعد" in html
    assert "untranslated-note" not in client.get("/en/modules/new/").text


def test_pledges_are_filtered_by_progress_and_country(client, db):
    make_pledge(slug="in-peru", countries=["PE", "BR"], progress="under_way")
    make_pledge(slug="in-angola", countries=["AO"], progress="announced")

    shown = client.get("/en/pledges/?country=PE").text
    none = client.get("/en/pledges/?country=PE&progress=announced").text

    assert "/en/pledges/in-peru/" in shown
    assert "/en/pledges/in-angola/" not in shown
    assert "No pledge matches these filters." in none


def test_hundreds_of_pledges_come_in_pages_that_keep_the_filters(client, db):
    for _ in range(45):
        make_pledge(countries=["PE"])

    html = client.get("/en/pledges/?country=PE&page=2").text

    assert html.count('class="pledge"') == 20
    assert 'href="?country=PE&amp;page=3"' in html


def test_files_beside_the_media_folder_are_out_of_reach(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (tmp_path / "secret_key").write_text("secret")

    for path in ("../secret_key", "%2e%2e/secret_key", "..%2fsecret_key", "//etc/passwd"):
        assert client.get(f"/media/{path}").status_code == 404


def test_a_404_names_no_address_that_does_not_exist(client, db):
    html = client.get("/en/nothing/").text

    assert "canonical" not in html
    assert 'rel="alternate"' not in html


def test_sitemap_names_every_page_in_every_language(client, address):
    response = client.get("/sitemap.xml")

    assert response["Content-Type"] == "application/xml"
    for page in PAGES:
        if page == "{video}":
            continue
        for language in languages.CODES:
            assert f"<loc>http://testserver{address(page, language)}</loc>" in response.text


def test_robots_lead_to_the_sitemap(client, db):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").text
