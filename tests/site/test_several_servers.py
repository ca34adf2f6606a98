"""Two web servers and two workers, which share a PostgreSQL, a Redis and a secret, and no file."""

import re
import shutil
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from redis import Redis

from tests.academy import Academy, Site, free_port, own_site, start, stop, working
from tests.factories import PASSWORD
from tests.mail_server import MailServer, listening
from tests.postgres import server_of_the_run
from tests.redis import RedisServer
from tests.visitor import Answer, Visitor

pytestmark = pytest.mark.long

MODULE = "/en/modules/module-2/"
SIGN_IN, PROFILE = "/en/account/login/", "/en/account/profile/"
PATIENCE = 60
SUBSCRIBERS = 60
SET_UP = """
from tests.factories import *
from modules.models import Module

confirm(make_user(email="ana@example.org"))
print(make_post(Module.objects.get(slug="module-2"), make_guest()).pk)
"""
# Workers keep what they tell of a conversation for some minutes, to tell of more at once.
SUBSCRIBE = f"""
from tests.factories import *
from modules.models import Module

module = Module.objects.get(slug="module-2")
for number in range({SUBSCRIBERS}):
    make_subscription(make_subscriber(email=f"reader{{number}}@example.org"), module=module)
"""
LET_GO = f"""
import time
from django.utils import timezone
from accounts.models import OutgoingMail, WorkerBeat

deadline = time.monotonic() + {PATIENCE}
waiting = OutgoingMail.objects.filter(to__startswith="reader", state="waiting")
while waiting.count() < {SUBSCRIBERS}:
    assert time.monotonic() < deadline
    time.sleep(0.1)
waiting.update(due_at=timezone.now())
while OutgoingMail.objects.filter(to__startswith="reader").exclude(state="sent").exists():
    assert time.monotonic() < deadline
    time.sleep(0.1)
print(WorkerBeat.objects.count())
"""
POSTS = "from forum.models import Post; print(Post.objects.filter(comment={!r}).count())"


@dataclass
class Cluster:
    servers: list[Academy]
    mails: MailServer
    redis: Redis
    # The id of a post that can be answered.
    opening: str

    def __post_init__(self):
        self.reply = f"/en/forum/posts/{self.opening}/reply/"

    def browser(self, number: int, cookies: dict[str, str] | None = None) -> Visitor:
        """At one of the servers."""
        return Visitor(self.servers[number].url, cookies, follows_redirects=False)

    def at_each(self, browser: Visitor) -> list[Visitor]:
        return [browser.at(server.url) for server in self.servers]

    def mail_to(self, address: str) -> str:
        """The text of the one mail that this address gets."""
        deadline = time.monotonic() + PATIENCE
        while not self.mails.counts[address]:
            assert time.monotonic() < deadline, "no mail has come"
            time.sleep(0.05)
        [mail] = (mail for mail in self.mails.received if mail.to == address)
        return mail.message.get_body(("plain",)).get_content()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, ready_files):
    folder = tmp_path_factory.mktemp("cluster")
    redis, mails = RedisServer(folder), MailServer(free_port())
    redis.start()
    with ExitStack() as stack:
        stack.callback(redis.kill)
        stack.enter_context(listening(mails))
        server = stack.enter_context(server_of_the_run())
        first = stack.enter_context(own_site(folder / "0", server))
        first.own_settings = {
            "SECRET_KEY": uuid4().hex * 2,
            "CACHE_URL": redis.url,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mails.port),
        }
        second = Site(folder / "1", first.database_url, first.own_settings)
        for site in (first, second):
            shutil.copytree(ready_files, site.var_dir)
        first.manage("prepare")
        opening = first.run(SET_UP)
        servers = []
        for site in (first, second):
            stack.enter_context(working(site))
            process, academy = start(site, is_prepared=True)
            stack.callback(stop, process)
            servers.append(academy)
        yield Cluster(servers, mails, Redis.from_url(redis.url), opening)


def token_in(answer: Answer) -> dict[str, str]:
    field = answer.page.find(".//input[@name='csrfmiddlewaretoken']")
    return {"csrfmiddlewaretoken": field.get("value")}


def reply(visitor: Visitor, address: str, text: str) -> Answer:
    return visitor.post(address, visitor.get(address).form | {"text": text, "language": "English"})


@pytest.mark.parametrize(("here", "there"), [(0, 1), (1, 0)])
def test_a_post_made_on_one_shows_on_the_other_at_once(cluster, here, there):
    rosa = cluster.browser(here, cluster.servers[here].cookies_of("rosa@example.org", "Rosa"))
    reader, text = cluster.browser(there), f"We began with the school {here}."
    # Each process keeps pages of its own.
    kept = [reader.get(MODULE) for _number in range(12)]

    answer = reply(rosa, cluster.reply, text)
    after = [reader.get(MODULE) for _number in range(12)]

    assert answer.status == 302
    assert {page.status for page in kept + after} == {200}
    assert len({page.headers["ETag"] for page in kept}) == 1
    assert [text in page.text for page in kept + after] == [False] * 12 + [True] * 12
    metrics = reader.get("/metrics").text
    assert float(re.search(r"^academy_kept_pages_total (\S+)", metrics, re.M)[1]) >= 12


def test_tries_to_sign_in_are_counted_for_both_servers(cluster):
    def attempt(number: int, password: str) -> str:
        visitor = cluster.browser(number)
        form = token_in(visitor.get(SIGN_IN)) | {"login": "ana@example.org", "password": password}
        answer = visitor.post(SIGN_IN, form)
        stopped = answer.status == 429 or "too many tries" in answer.text
        return "stopped" if stopped else "let in" if answer.status == 302 else "wrong"

    tries = [attempt(number, "a wrong one") for number in (0, 1, 0, 1, 0)]

    assert tries == ["wrong"] * 5
    assert [attempt(number, PASSWORD) for number in (0, 1)] == ["stopped"] * 2
    assert cluster.redis.keys("academy:*")


def test_posts_of_a_person_are_counted_for_both_servers(cluster):
    cookies = cluster.servers[0].cookies_of("joao@example.org", "João")
    both = cluster.at_each(cluster.browser(0, cookies))

    answers = [reply(both[number % 2], cluster.reply, f"Reply {number}") for number in range(12)]

    assert [answer.status for answer in answers] == [302] * 10 + [200] * 2
    assert answers[-1].form["text"].strip() == "Reply 11"


def test_a_guest_confirms_on_the_other_server_and_on_both_at_once_just_once(cluster):
    email, text = "salma@example.org", "In Praia we met the parents first."
    guest = cluster.browser(0)
    form = guest.get(cluster.reply).form
    form |= {"text": text, "language": "English", "name": "Salma", "email": email}
    # Nobody writes so fast.
    time.sleep(3.1)
    assert guest.post(cluster.reply, form).status == 302
    link = re.search(r"https?://[^/\s]+(/\S+)", cluster.mail_to(email))[1]

    pages = cluster.at_each(cluster.browser(1))
    forms = [token_in(visitor.get(link)) for visitor in pages]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda page, form: page.post(link, form), pages, forms))
    again = [visitor.post(link, form) for visitor, form in zip(pages, forms, strict=True)]

    # Wherever the link is used later, it leads to where its author changes the post.
    assert [answer.status for answer in answers + again] == [302] * 4
    published = re.search(r"/posts/\d+/", answers[0].headers["Location"])[0]
    assert all(published in answer.headers["Location"] for answer in answers + again)
    assert cluster.servers[1].run(POSTS.format(text)) == "1"


def test_a_code_asked_for_on_one_signs_in_on_the_other_and_never_again(cluster):
    person = cluster.browser(0)
    address = f"{SIGN_IN}code/"
    asked = person.post(address, token_in(person.get(address)) | {"email": "ana@example.org"})
    code = re.search(r"^(\d{4}-\d{4})\s*$", cluster.mail_to("ana@example.org"), re.M)[1]
    there, here = person.at(cluster.servers[1].url), person
    confirm = asked.headers["Location"]
    form = token_in(there.get(confirm)) | {"code": code}
    thief = cluster.browser(0, person.cookies)

    signed_in = there.post(confirm, form)

    assert signed_in.status == 302
    assert [visitor.get(PROFILE).status for visitor in (here, there)] == [200, 200]
    thief.post(confirm, form)
    assert thief.get(PROFILE).status == 302


def test_each_of_many_mails_is_sent_once_by_two_workers(cluster):
    cluster.servers[0].run(SUBSCRIBE)
    rosa = cluster.browser(1, cluster.servers[1].cookies_of("rosa@example.org", "Rosa"))
    assert reply(rosa, cluster.reply, "We tell everybody.").status == 302

    workers = cluster.servers[0].run(LET_GO)

    assert workers == "2"
    readers = [f"reader{number}@example.org" for number in range(SUBSCRIBERS)]
    counts = cluster.mails.counts
    assert Counter({reader: counts[reader] for reader in readers}) == Counter(readers)
