"""Feeds of a forum and of a conversation, for readers of Atom."""

from xml.etree import ElementTree

import pytest

from forum.models import State
from forum.services import change_state
from tests.factories import make_guest, make_module, make_post, make_reply

ATOM = "{http://www.w3.org/2005/Atom}"
THREADING = "{http://purl.org/syndication/thread/1.0}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def opening(db):
    module = make_module(slug="talk", title_en="Talking")
    return make_post(module, title="Who begins?", author=make_guest(name="Lucía"), language="es")


@pytest.fixture
def feed(client):
    def read(path: str) -> ElementTree.Element:
        response = client.get(path)
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(response.content)  # noqa: S314 - our own

    return read


def test_a_feed_has_every_post_the_last_one_first(feed, opening):
    reply = make_reply(opening, text="We **begin** so.", author=make_guest(name="João"))

    for forum in ("modules/talk/forum", "forum", f"forum/{opening.pk}"):
        entries = feed(f"/en/{forum}/feed/").findall(f"{ATOM}entry")
        links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
        assert links == [
            f"http://testserver/en/forum/posts/{post.pk}/" for post in (reply, opening)
        ]
        assert entries[0].find(f"{ATOM}content").get("type") == "html"
        assert "<strong>begin</strong>" in entries[0].find(f"{ATOM}content").text
        assert entries[0].find(f"{ATOM}author/{ATOM}name").text == "João"
        assert entries[1].find(f"{ATOM}title").text == "Who begins?"


def test_entries_name_their_language_and_what_they_answer(feed, opening):
    make_reply(opening, language="pt")

    reply, first = feed("/en/modules/talk/forum/feed/").findall(f"{ATOM}entry")

    assert (reply.get(LANGUAGE), first.get(LANGUAGE)) == ("pt", "es")
    answered = reply.find(f"{THREADING}in-reply-to")
    assert answered.get("ref") == first.find(f"{ATOM}id").text
    assert answered.get("href") == f"http://testserver/en/forum/posts/{opening.pk}/"
    assert first.find(f"{THREADING}in-reply-to") is None


def test_an_entry_has_the_same_id_in_every_feed_and_language(feed, opening):
    paths = ("/en/forum/feed/", "/ar/forum/feed/", f"/fr/forum/{opening.pk}/feed/")

    assert len({feed(path).find(f"{ATOM}entry/{ATOM}id").text for path in paths}) == 1


def test_held_and_removed_posts_leave_the_feed(feed, opening):
    for state in (State.HELD, State.REMOVED):
        change_state(make_reply(opening), state)

    assert len(feed("/en/forum/feed/").findall(f"{ATOM}entry")) == 1


def test_an_unchanged_feed_is_answered_with_a_304_even_when_it_is_empty(client, db):
    make_module(slug="silent")

    for path in ("/en/modules/silent/forum/feed/", "/en/forum/feed/"):
        response = client.get(path)
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
        assert not response.cookies


def test_pages_name_their_feed(client, opening):
    pages = {
        "/en/forum/": "/en/forum/feed/",
        "/en/modules/talk/": "/en/modules/talk/forum/feed/",
        "/en/modules/talk/forum/": "/en/modules/talk/forum/feed/",
        f"/en/forum/{opening.pk}/": f"/en/forum/{opening.pk}/feed/",
    }
    for page, feed in pages.items():
        html = client.get(page).text
        assert '<link rel="alternate" type="application/atom+xml"' in html
        assert html.count(f'href="{feed}"') == 2
