"""While the database is away or the disk is full: a clear word, no lost text, no half thread."""

import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from sstc_academy.lib import outages
from tests.academy import own_site, start, stop
from tests.postgres import server_that_stops
from tests.visitor import Visitor

pytestmark = pytest.mark.long

MEMBER = "rosa@example.org"
# More than a page of SQLite has room for.
LONG = "We began with the school, and the parents came. 😀\n" * 180
OPENING = (
    "from tests.factories import *; from modules.models import Module;"
    "print(make_post(Module.objects.get(slug='module-2'), make_guest()).pk)"
)
OWN_POST = (
    "from tests.factories import *; from forum.models import Post;"
    "rosa = Author.member(User.objects.get(email='rosa@example.org'));"
    "print(make_reply(Post.objects.get(pk={}), rosa).pk)"
)
POSTS = "from forum.models import Post; print(Post.objects.count())"


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory):
    """A served site whose database cannot grow, a member, and the posts of a conversation: its
    opening, and the member's own."""
    with own_site(tmp_path_factory.mktemp("full"), server="") as site:
        process, academy = start(site)
        cookies, opening = academy.cookies_of(MEMBER, "Rosa"), academy.run(OPENING)
        posts = {"opening": opening, "own": academy.run(OWN_POST.format(opening))}
        stop(process)
        process, academy = start(site, DJANGO_SETTINGS_MODULE="tests.full_disk")
        yield academy, Visitor(academy.url, cookies), posts
        stop(process)


def test_on_a_full_disk_reading_goes_on(full_disk):
    academy, rosa, posts = full_disk

    for visitor in (Visitor(academy.url), rosa):
        for path in ("/en/", "/ar/modules/module-2/", f"/fr/forum/{posts['opening']}/"):
            assert visitor.get(path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "modules/module-2/forum/new/",
        "forum/posts/{opening}/reply/",
        "forum/posts/{own}/edit/",
    ],
)
def test_on_a_full_disk_posting_says_so_and_keeps_the_text(full_disk, path):
    academy, rosa, posts = full_disk
    address = f"/en/{path.format(**posts)}"
    before = academy.run(POSTS)
    form = rosa.get(address).form | {"text": LONG, "language": "English"}

    answer = rosa.post(address, form)

    assert answer.status == 503
    assert "The Academy has no room left to store it; reading goes on." in answer.text
    assert answer.form["text"].strip() == LONG.strip()
    # The same form again, once there is room.
    assert answer.form["submission"] == form["submission"]
    assert academy.run(POSTS) == before
    assert "no faults" in academy.manage("check_forum")


def test_on_a_full_disk_a_guest_keeps_the_text(full_disk):
    academy, _rosa, posts = full_disk
    guest, address = Visitor(academy.url), f"/en/forum/posts/{posts['opening']}/reply/"
    form = guest.get(address).form
    form |= {"text": LONG, "language": "English", "name": "Salma", "email": "salma@example.org"}
    # Nobody writes so fast.
    time.sleep(3.1)

    answer = guest.post(address, form)

    assert answer.status == 503
    assert answer.form["text"].strip() == LONG.strip()
    assert answer.form["name"] == "Salma"


class Readers(threading.Thread):
    """Ask for pages all the time, and note when which answer came."""

    def __init__(self, url: str):
        super().__init__(daemon=True)
        self._visitor, self._has_ended = Visitor(url), threading.Event()
        self.answers: list[tuple[float, int]] = []

    def run(self):
        number = 0
        while not self._has_ended.is_set():
            number += 1
            answer = self._visitor.get(f"/en/modules/module-2/?number={number % 7}")
            self.answers.append((time.monotonic(), answer.status))
            time.sleep(0.02)

    def end(self):
        self._has_ended.set()
        self.join(30)


def test_a_postgresql_that_restarts_under_load_is_back_within_seconds(tmp_path):
    with server_that_stops() as server, own_site(tmp_path, server.url) as site:
        process, academy = start(site)
        try:
            rosa, opening = (
                Visitor(academy.url, academy.cookies_of(MEMBER, "Rosa")),
                academy.run(OPENING),
            )
            address = f"/en/forum/posts/{opening}/reply/"
            form = rosa.get(address).form | {"text": LONG, "language": "English"}
            readers = Readers(academy.url)
            readers.start()
            while len(readers.answers) < 5:
                assert readers.is_alive()
                time.sleep(0.05)

            stopping = time.monotonic()
            server.stop()
            arabic = Visitor(academy.url).get("/ar/modules/module-2/")
            sent = rosa.post(address, form)
            time.sleep(1)
            server.start()
            back = time.monotonic()
            while Visitor(academy.url).get("/en/").status != 200:
                assert time.monotonic() - back < 5
                time.sleep(0.05)
            time.sleep(5)
            readers.end()
            again = rosa.post(address, sent.form)

            assert arabic.status == sent.status == 503
            assert arabic.headers["Retry-After"] == "5"
            assert arabic.headers["Cache-Control"] == "no-store"
            root = arabic.page
            assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
            assert sent.form["text"].strip() == LONG.strip()
            assert {status for _moment, status in readers.answers} == {200, 503}
            assert {status for moment, status in readers.answers if moment < stopping} == {200}
            assert {status for moment, status in readers.answers if moment > back + 5} == {200}
            # What was sent while it was away arrives by the button of that page.
            assert again.status == 200
            assert "no. 2" in again.text
            assert "Content-Security-Policy" in arabic.headers
        finally:
            stop(process)


def test_a_disk_of_files_that_is_full_is_told_from_other_faults():
    with pytest.raises(OSError, match="No space left") as full:
        Path("/dev/full").write_text("a film")
    with pytest.raises(OSError, match="No such file") as gone:
        Path("/nowhere/film").write_text("a film")

    assert outages.is_outage(full.value)
    assert outages.is_full(full.value)
    assert not outages.is_outage(gone.value)


def test_what_is_wrong_with_a_statement_is_no_outage(client, db):
    """It stays a server error, which somebody has to mend."""
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE modules_newsitem RENAME TO elsewhere")

    response = client.get("/en/news/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
