"""Pages of readers without a session are kept, and yet show every change at once."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from gzip import decompress
from runpy import run_module

import pytest
from django.conf import settings as site
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection, connections, transaction
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.guests import COOKIE as GUEST_COOKIE
from forum.models import Policy, State
from forum.services import Author, change_state
from modules.freshness import current_version, next_publication
from sstc_academy import page_cache
from sstc_academy.page_cache import KeptPages
from tests.factories import (
    make_facilitator,
    make_module,
    make_news,
    make_post,
    make_reply,
    make_section,
    make_user,
)

MODULE = "/en/modules/talk/"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def module(db):
    return make_module(slug="talk", title_en="The first title", published_at="2020-01-01T00:00:00Z")


class Reader(Client):
    """Asks the whole application, of which Django's own client leaves out what stands first."""

    def __init__(self):
        super().__init__()
        kept_pages = KeptPages(WSGIHandler())
        self.store = kept_pages.store
        self.handler = partial(_response_of, kept_pages)


def _response_of(application, environ) -> HttpResponse:
    response = HttpResponse()
    # What Django's client would take from its handler.
    response.wsgi_request = None

    def start_response(status, headers):
        response.status_code = int(status.split()[0])
        response.headers = ResponseHeaders(headers)

    body = application(environ, start_response)
    response.content = b"".join(body)
    with suppress(AttributeError):
        body.close()
    return response


@pytest.fixture
def reader(monkeypatch):
    # Between requests a connection that is in the midst of a transaction, as a test is, ends.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    return Reader()


@pytest.fixture
def set_clock(monkeypatch):
    def to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return to


def test_a_second_reader_costs_one_query(reader, module, django_assert_num_queries):
    first = reader.get(MODULE)

    with django_assert_num_queries(1):
        second = reader.get(MODULE)

    assert second.content == first.content
    assert second.headers == first.headers
    assert second["Content-Security-Policy"]


def test_to_keep_a_page_costs_two_queries_more_than_to_make_it(client, reader, module):
    client.get(f"{MODULE}forum/")

    counts = []
    for browser in (client, reader):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"{MODULE}forum/")
        counts.append(len(queries))

    # The version, and when the next page is published.
    assert counts[1] - counts[0] <= 2
    assert counts[1] <= 12


@pytest.mark.parametrize("path", ["/en/", "/en/forum/", "/en/forum/feed/", MODULE + "forum/feed/"])
def test_lists_and_feeds_are_kept_too(reader, module, django_assert_num_queries, path):
    reader.get(path)

    with django_assert_num_queries(1):
        assert reader.get(path).status_code == 200


# Every change shows


def test_a_post_a_reply_and_a_removal_show_at_once(reader, module):
    reader.get(MODULE)
    opening = make_post(module, text="How do you begin?")
    assert "How do you begin?" in reader.get(MODULE).text

    reply = make_reply(opening, text="With the school.")
    assert "With the school." in reader.get(MODULE).text

    change_state(reply, State.REMOVED)
    assert "With the school." not in reader.get(MODULE).text


def test_an_edit_in_the_administration_shows_at_once(reader, client_of, module):
    reader.get(MODULE)
    facilitator = client_of(make_facilitator())
    changelist = "/admin/modules/module/"

    facilitator.post(changelist, {"action": "archive", "_selected_action": [module.pk]})

    assert "This page is archived." in reader.get(MODULE).text


def test_the_words_the_parts_and_their_end_show_at_once(reader, module):
    reader.get(MODULE)
    module.title_en = "A better title"
    module.save()
    assert "A better title" in reader.get(MODULE).text

    section = make_section(module, body_en="A new section.")
    assert "A new section." in reader.get(MODULE).text

    section.delete()
    assert "A new section." not in reader.get(MODULE).text


def test_a_closed_forum_disappears_at_once(reader, module):
    make_post(module)
    assert 'id="forum"' in reader.get(MODULE).text

    policy = Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)
    assert 'id="forum"' not in reader.get(MODULE).text

    policy.delete()
    assert 'id="forum"' in reader.get(MODULE).text


def test_a_new_name_and_a_new_role_show_at_once(reader, module):
    author = make_user(display_name="Rosa Quispe")
    make_post(module, author=Author.member(author))
    assert "Rosa Quispe" in reader.get(MODULE).text

    author.display_name = "Rosa Q."
    author.save(update_fields=["display_name"])
    assert "Rosa Quispe" not in reader.get(MODULE).text

    author.groups.set(make_facilitator().groups.all())
    assert '<span class="badge">Facilitator</span>' in reader.get(MODULE).text


def test_signing_in_changes_no_page(client_of, module):
    learner = make_user()
    before = current_version()

    client_of(learner)

    assert current_version() == before


def test_what_is_taken_back_was_never_kept(reader, module, django_assert_num_queries):
    reader.get(MODULE)

    with transaction.atomic():
        module.title_en = "A rash title"
        module.save()
        assert "A rash title" in reader.get(MODULE).text
        transaction.set_rollback(True)

    assert "A rash title" not in reader.get(MODULE).text
    with django_assert_num_queries(1):
        assert "The first title" in reader.get(MODULE).text


def test_the_version_changes_first_in_a_transaction_and_last_outside_of_one(transactional_db):
    module = make_module()

    def tables_written() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            module.save()
        writing = (query["sql"].split('"')[1] for query in queries if '"' in query["sql"])
        return [table for table in writing if table.startswith("modules_")]

    assert tables_written() == ["modules_module", "modules_contentversion"]
    with transaction.atomic():
        assert tables_written() == ["modules_contentversion", "modules_module"]


# Nobody gets another's page


@pytest.mark.parametrize("cookie", [site.SESSION_COOKIE_NAME, GUEST_COOKIE, "messages"])
def test_who_is_known_here_gets_a_page_of_their_own(
    reader, module, cookie, django_assert_max_num_queries
):
    reader.cookies[cookie] = "something"
    reader.get(MODULE)
    assert len(reader.store) == 0

    del reader.cookies[cookie]
    reader.get(MODULE)
    reader.cookies[cookie] = "something"
    with django_assert_max_num_queries(99) as queries:
        reader.get(MODULE)
    assert len(queries) > 5


def test_other_cookies_do_no_harm(reader, module, django_assert_num_queries):
    reader.get(MODULE)
    reader.cookies[site.LANGUAGE_COOKIE_NAME] = "fr"

    with django_assert_num_queries(1):
        assert '<html lang="en"' in reader.get(MODULE).text


def test_addresses_languages_hosts_and_encodings_do_not_mix(reader, module):
    requests = [
        (path, {"host": host, "accept-encoding": encoding})
        for path in (MODULE, f"{MODULE}?kind=programme", "/ar/modules/talk/", "/en/modules/")
        for host in ("testserver", "localhost")
        for encoding in ("identity", "gzip")
    ]
    first = [reader.get(path, headers=headers) for path, headers in requests]
    second = [reader.get(path, headers=headers) for path, headers in requests]

    assert len(reader.store) == len(requests)
    for (path, headers), before, after in zip(requests, first, second, strict=True):
        assert after.content == before.content
        is_gzip = headers["accept-encoding"] == "gzip"
        assert after.get("Content-Encoding") == ("gzip" if is_gzip else None)
        html = decompress(after.content).decode() if is_gzip else after.text
        assert f'<html lang="{path[1:3]}"' in html
        assert f'href="http://{headers["host"]}{path.split("?")[0]}"' in html


def test_http_and_https_do_not_mix(reader, module, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for _time in ("made", "kept"):
        assert 'href="http://testserver/en/' in reader.get(MODULE).text
        assert 'href="https://testserver/en/' in reader.get(MODULE, secure=True).text
        proxied = {"x-forwarded-proto": "https", "host": "testserver"}
        assert 'href="https://testserver/en/' in reader.get(MODULE, headers=proxied).text


@pytest.mark.parametrize(
    "path", ["/en/nothing/", "/en/forum/posts/{post}/", "/en/forum/posts/{post}/reply/", "/"]
)
def test_errors_redirects_and_forms_are_not_kept(reader, module, path):
    path = path.format(post=make_post(module).pk)
    reader.get(path)
    reader.cookies.clear()
    reader.get(path)

    assert len(reader.store) == 0


# What a cache asks


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_unchanged_page_is_a_304_that_says_what_the_page_said(
    reader, module, encoding, django_assert_num_queries
):
    headers = {"accept-encoding": encoding}
    page = reader.get(MODULE, headers=headers)

    for known in (page["ETag"], f'W/"other", {page["ETag"]}', page["ETag"].strip("W/"), "*"):
        with django_assert_num_queries(1):
            response = reader.get(MODULE, headers=headers | {"if-none-match": known})
        assert (response.status_code, response.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Referrer-Policy"):
            assert response[name] == page[name]
        assert "Content-Length" not in response

    changed = reader.get(MODULE, headers=headers | {"if-none-match": '"other"'})
    assert changed.content == page.content


def test_a_304_after_a_change_elsewhere_keeps_the_page_for_the_next(
    reader, module, django_assert_num_queries
):
    etag = reader.get(MODULE)["ETag"]
    make_news()

    assert reader.get(MODULE, headers={"if-none-match": etag}).status_code == 304
    with django_assert_num_queries(1):
        assert "The first title" in reader.get(MODULE).text


def test_head_is_answered_from_the_page(reader, module, django_assert_num_queries):
    before = reader.head(MODULE)
    page = reader.get(MODULE)

    with django_assert_num_queries(1):
        response = reader.head(MODULE)

    assert before.content == response.content == b""
    assert response["Content-Length"] == page["Content-Length"]
    assert response["ETag"] == before["ETag"] == page["ETag"]


# What changes by itself


def test_what_is_published_later_appears_on_time(reader, module, set_clock):
    set_clock(NOON)
    make_news(slug="later", published_at=NOON + timedelta(hours=1))
    make_news(slug="latest", published_at=NOON + timedelta(hours=2))
    make_news(slug="never", status="draft", published_at=NOON + timedelta(minutes=1))
    assert next_publication(NOON) == NOON + timedelta(hours=1)
    assert "/en/news/later/" not in reader.get("/en/news/").text

    set_clock(NOON + timedelta(minutes=59))
    assert "/en/news/later/" not in reader.get("/en/news/").text
    set_clock(NOON + timedelta(hours=1))
    assert "/en/news/later/" in reader.get("/en/news/").text
    assert "/en/news/latest/" not in reader.get("/en/news/").text
    set_clock(NOON + timedelta(hours=2))
    assert "/en/news/latest/" in reader.get("/en/news/").text


def test_relative_times_go_on(reader, module, set_clock, django_assert_num_queries):
    set_clock(NOON)
    path = f"/en/forum/{make_post(module).pk}/"

    for seconds, words in [(0, "1 minute"), (89, "1 minute"), (90, "2 minutes"), (7200, "2 hours")]:
        set_clock(NOON + timedelta(seconds=seconds))
        assert f"{words} ago" in reader.get(path).text
    set_clock(NOON + timedelta(seconds=7201))
    with django_assert_num_queries(1):
        reader.get(path)


def test_no_page_outlives_its_day(reader, module, set_clock, django_assert_num_queries):
    set_clock(NOON)
    reader.get(MODULE)

    set_clock(NOON.replace(hour=23, minute=59, second=59))
    with django_assert_num_queries(1):
        reader.get(MODULE)
    set_clock(NOON.replace(day=11, hour=0))
    reader.get(MODULE)
    assert [page.expires.day for page in reader.store._pages.values()] == [12]


# When something is wrong


def test_a_version_that_cannot_be_read_takes_no_page_down(reader, module, monkeypatch):
    def fail():
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(page_cache, "current_version", fail)

    assert "The first title" in reader.get(MODULE).text
    assert len(reader.store) == 0


def test_while_developing_nothing_is_kept(settings):
    def application():
        return run_module("sstc_academy.wsgi")["application"]

    assert isinstance(application(), KeptPages)
    settings.DEBUG = True
    assert isinstance(application(), WSGIHandler)
