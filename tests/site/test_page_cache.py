"""Pages of readers without a session are kept, and yet show every change at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from gzip import decompress

import pytest
from django.conf import settings as site
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.guests import COOKIE as GUEST_COOKIE
from forum.models import Policy, State
from forum.services import Author, change_state
from modules.freshness import current_version, next_publication
from sstc_academy import page_cache
from sstc_academy.page_cache import MOST_BYTES_OF_A_PAGE, Page, PageCache, Store
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


@pytest.fixture
def set_clock(monkeypatch):
    def to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return to


def test_a_second_reader_costs_one_query(client, module, django_assert_num_queries):
    first = client.get(MODULE)

    with django_assert_num_queries(1):
        second = client.get(MODULE)

    assert second.content == first.content
    assert second.headers == first.headers
    assert second["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/en/", "/en/forum/", "/en/forum/feed/", MODULE + "forum/feed/"])
def test_lists_and_feeds_are_kept_too(client, module, django_assert_num_queries, path):
    client.get(path)

    with django_assert_num_queries(1):
        assert client.get(path).status_code == 200


# Every change shows


def test_a_post_a_reply_and_a_removal_show_at_once(client, module):
    client.get(MODULE)
    opening = make_post(module, text="How do you begin?")
    assert "How do you begin?" in client.get(MODULE).text

    reply = make_reply(opening, text="With the school.")
    assert "With the school." in client.get(MODULE).text

    change_state(reply, State.REMOVED)
    assert "With the school." not in client.get(MODULE).text


def test_an_edit_in_the_administration_shows_at_once(client, client_of, module):
    client.get(MODULE)
    facilitator = client_of(make_facilitator())
    changelist = "/admin/modules/module/"

    facilitator.post(changelist, {"action": "archive", "_selected_action": [module.pk]})

    assert "This page is archived." in client.get(MODULE).text


def test_the_words_the_parts_and_their_end_show_at_once(client, module):
    client.get(MODULE)
    module.title_en = "A better title"
    module.save()
    assert "A better title" in client.get(MODULE).text

    section = make_section(module, body_en="A new section.")
    assert "A new section." in client.get(MODULE).text

    section.delete()
    assert "A new section." not in client.get(MODULE).text


def test_a_closed_forum_disappears_at_once(client, module):
    make_post(module)
    assert 'id="forum"' in client.get(MODULE).text

    policy = Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)
    assert 'id="forum"' not in client.get(MODULE).text

    policy.delete()
    assert 'id="forum"' in client.get(MODULE).text


def test_a_new_name_and_a_new_role_show_at_once(client, module):
    author = make_user(display_name="Rosa Quispe")
    make_post(module, author=Author.member(author))
    assert "Rosa Quispe" in client.get(MODULE).text

    author.display_name = "Rosa Q."
    author.save(update_fields=["display_name"])
    assert "Rosa Quispe" not in client.get(MODULE).text

    author.groups.set(make_facilitator().groups.all())
    assert '<span class="badge">Facilitator</span>' in client.get(MODULE).text


def test_signing_in_changes_no_page(client_of, module):
    learner = make_user()
    before = current_version()

    client_of(learner)

    assert current_version() == before


def test_what_is_taken_back_was_never_kept(client, module, django_assert_num_queries):
    client.get(MODULE)

    with transaction.atomic():
        module.title_en = "A rash title"
        module.save()
        assert "A rash title" in client.get(MODULE).text
        transaction.set_rollback(True)

    assert "A rash title" not in client.get(MODULE).text
    with django_assert_num_queries(1):
        assert "The first title" in client.get(MODULE).text


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
    client, module, cookie, django_assert_max_num_queries
):
    client.cookies[cookie] = "something"
    client.get(MODULE)
    assert len(PageCache.store) == 0

    del client.cookies[cookie]
    client.get(MODULE)
    client.cookies[cookie] = "something"
    with django_assert_max_num_queries(99) as queries:
        client.get(MODULE)
    assert len(queries) > 5


def test_other_cookies_do_no_harm(client, module, django_assert_num_queries):
    client.get(MODULE)
    client.cookies[site.LANGUAGE_COOKIE_NAME] = "fr"

    with django_assert_num_queries(1):
        assert '<html lang="en"' in client.get(MODULE).text


def test_addresses_languages_hosts_and_encodings_do_not_mix(client, module):
    requests = [
        (path, {"host": host, "accept-encoding": encoding})
        for path in (MODULE, f"{MODULE}?kind=programme", "/ar/modules/talk/", "/en/modules/")
        for host in ("testserver", "localhost")
        for encoding in ("identity", "gzip")
    ]
    first = [client.get(path, headers=headers) for path, headers in requests]
    second = [client.get(path, headers=headers) for path, headers in requests]

    assert len(PageCache.store) == len(requests)
    for (path, headers), before, after in zip(requests, first, second, strict=True):
        assert after.content == before.content
        is_gzip = headers["accept-encoding"] == "gzip"
        assert after.get("Content-Encoding") == ("gzip" if is_gzip else None)
        html = decompress(after.content).decode() if is_gzip else after.text
        assert f'<html lang="{path[1:3]}"' in html
        assert f'href="http://{headers["host"]}{path.split("?")[0]}"' in html


def test_http_and_https_do_not_mix(client, module):
    assert 'href="http://testserver/en/' in client.get(MODULE).text
    assert 'href="https://testserver/en/' in client.get(MODULE, secure=True).text


@pytest.mark.parametrize(
    "path", ["/en/nothing/", "/en/forum/posts/{post}/", "/en/forum/posts/{post}/reply/", "/"]
)
def test_errors_redirects_and_forms_are_not_kept(client, module, path):
    path = path.format(post=make_post(module).pk)
    client.get(path)
    client.cookies.clear()
    client.get(path)

    assert len(PageCache.store) == 0


# What a cache asks


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_unchanged_page_is_a_304_that_says_what_the_page_said(
    client, module, encoding, django_assert_num_queries
):
    headers = {"accept-encoding": encoding}
    page = client.get(MODULE, headers=headers)

    for known in (page["ETag"], f'W/"other", {page["ETag"]}', page["ETag"].strip("W/"), "*"):
        with django_assert_num_queries(1):
            response = client.get(MODULE, headers=headers | {"if-none-match": known})
        assert (response.status_code, response.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Referrer-Policy"):
            assert response[name] == page[name]
        assert "Content-Length" not in response

    changed = client.get(MODULE, headers=headers | {"if-none-match": '"other"'})
    assert changed.content == page.content


def test_a_304_after_a_change_elsewhere_keeps_the_page_for_the_next(
    client, module, django_assert_num_queries
):
    etag = client.get(MODULE)["ETag"]
    make_news()

    assert client.get(MODULE, headers={"if-none-match": etag}).status_code == 304
    with django_assert_num_queries(1):
        assert "The first title" in client.get(MODULE).text


def test_head_is_answered_from_the_page(client, module, django_assert_num_queries):
    before = client.head(MODULE)
    page = client.get(MODULE)

    with django_assert_num_queries(1):
        response = client.head(MODULE)

    assert response.content == b""
    assert response["Content-Length"] == page["Content-Length"]
    assert response["ETag"] == before["ETag"] == page["ETag"]


# What changes by itself


def test_what_is_published_later_appears_on_time(client, module, set_clock):
    set_clock(NOON)
    make_news(slug="later", published_at=NOON + timedelta(hours=1))
    make_news(slug="latest", published_at=NOON + timedelta(hours=2))
    make_news(slug="never", status="draft", published_at=NOON + timedelta(minutes=1))
    assert next_publication(NOON) == NOON + timedelta(hours=1)
    assert "/en/news/later/" not in client.get("/en/news/").text

    set_clock(NOON + timedelta(minutes=59))
    assert "/en/news/later/" not in client.get("/en/news/").text
    set_clock(NOON + timedelta(hours=1))
    assert "/en/news/later/" in client.get("/en/news/").text
    assert "/en/news/latest/" not in client.get("/en/news/").text
    set_clock(NOON + timedelta(hours=2))
    assert "/en/news/latest/" in client.get("/en/news/").text


def test_relative_times_go_on(client, module, set_clock, django_assert_num_queries):
    set_clock(NOON)
    path = f"/en/forum/{make_post(module).pk}/"

    for seconds, words in [(0, "1 minute"), (89, "1 minute"), (90, "2 minutes"), (7200, "2 hours")]:
        set_clock(NOON + timedelta(seconds=seconds))
        assert f"{words} ago" in client.get(path).text
    set_clock(NOON + timedelta(seconds=7201))
    with django_assert_num_queries(1):
        client.get(path)


def test_no_page_outlives_its_day(client, module, set_clock, django_assert_num_queries):
    set_clock(NOON)
    client.get(MODULE)

    set_clock(NOON.replace(hour=23, minute=59, second=59))
    with django_assert_num_queries(1):
        client.get(MODULE)
    set_clock(NOON.replace(day=11, hour=0))
    client.get(MODULE)
    assert [page.expires.day for page in PageCache.store._pages.values()] == [12]


# The store


def kept(size: int) -> Page:
    return Page("version", datetime.max.replace(tzinfo=UTC), {"ETag": '"x"'}, bytes(size))


def key(number: int) -> tuple:
    return ("http", "testserver", f"/en/{number}/", "", True)


def test_the_store_forgets_what_was_not_asked_for_longest():
    store = Store(most_bytes=3 * kept(1000).size)
    for number in range(3):
        store.put(key(number), kept(1000))
    store.get(key(0), "version")

    store.put(key(3), kept(1000))

    found = [number for number in range(4) if store.get(key(number), "version")]
    assert found == [0, 2, 3]
    assert store.bytes == 3 * kept(1000).size


def test_a_page_kept_again_takes_its_place_once():
    store = Store()
    store.put(key(1), kept(5000))
    store.put(key(1), kept(1000))

    assert (len(store), store.bytes) == (1, kept(1000).size)


def test_a_huge_page_is_not_kept():
    store = Store()
    store.put(key(1), kept(MOST_BYTES_OF_A_PAGE))

    assert len(store) == store.bytes == 0


def test_threads_share_a_store_and_its_bound():
    store = Store(most_bytes=20 * kept(1000).size)

    def work(seed: int) -> None:
        for number in range(2000):
            place = key((number * seed) % 50)
            store.put(place, kept(1000 + number % 7))
            page = store.get(place, "version")
            assert page is None or page.body == bytes(len(page.body))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, (1, 3, 7, 11)))

    assert store.bytes == sum(page.size for page in store._pages.values())
    assert 0 < store.bytes <= 20 * kept(1000).size


# When something is wrong


def test_a_version_that_cannot_be_read_takes_no_page_down(client, module, monkeypatch):
    def fail():
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(page_cache, "current_version", fail)

    assert "The first title" in client.get(MODULE).text
    assert len(PageCache.store) == 0


def test_while_developing_nothing_is_kept(settings):
    settings.DEBUG = True

    with pytest.raises(MiddlewareNotUsed):
        PageCache(lambda request: None)
