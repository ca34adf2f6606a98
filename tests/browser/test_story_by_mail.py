"""A guest who reads Arabic posts, subscribes, is told by mail, answers by mail and ends it."""

import re
import subprocess
import sys
import time
from email.message import EmailMessage
from urllib.parse import urlsplit
from urllib.request import Request, build_opener

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.academy import Academy, free_port, ready_site, start, stop
from tests.mail_server import MailServer, listening

pytestmark = pytest.mark.long

GUEST, FOLLOWER = "salma@example.org", "joao@example.org"
QUESTION = "كيف نبدأ الحديث مع طفل يعمل في السوق؟"
REPLY = "Começamos sempre pela escola e pela família."
ANSWER = "شكراً، سنجرب ذلك في الزيارة القادمة."
MORE = "Digam-nos depois como correu a visita, por favor."
# Whoever sends a form sooner is no person.
QUICKEST_GUEST = 3_100
_SECONDS = 60
_REPLY = """
from forum.authors import Author
from forum.models import Post
from forum.services import add_reply

add_reply(
    in_reply_to=Post.objects.get(pk={post}),
    author=Author(name="Beatriz", email="beatriz@example.org"),
    text={text!r},
    language="pt",
)
"""
_FOLLOW = """
from forum.models import Frequency, Post
from forum.subscribing import subscribe, subscriber_at

follower = subscriber_at({address!r}, language="pt")
subscribe(follower, conversation=Post.objects.get(pk={post}), frequency=Frequency.AT_ONCE)
"""
# What is put down now leaves in three minutes.
_THREE_MINUTES_LATER = """
from accounts.models import OutgoingMail
from django.utils import timezone
from forum.notices import announce_waiting

while announce_waiting():
    pass
OutgoingMail.objects.filter(state="waiting").update(due_at=timezone.now())
"""


@pytest.fixture(scope="module")
def mails():
    server = MailServer(free_port())
    with listening(server):
        yield server


# In the place of the one that the other files share, which lays mails down as files.
@pytest.fixture(scope="module")
def academy(tmp_path_factory, ready_files, mails):
    with ready_site(tmp_path_factory.mktemp("story"), ready_files) as site:
        site.own_settings = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mails.port),
            "REPLY_ADDRESS": "forum@talk.example.org",
        }
        process, academy = start(site)
        yield academy
        stop(process)


def newest(mails: MailServer, to: str, number: int) -> EmailMessage:
    """The mail of this number to the address; it may be on its way."""
    deadline = time.monotonic() + _SECONDS
    while mails.counts[to] < number:
        assert time.monotonic() < deadline, mails.counts
        time.sleep(0.1)
    return [mail.message for mail in mails.received if mail.to == to][number - 1]


def somebody_answers(academy: Academy, post: int, text: str) -> None:
    academy.run(_REPLY.format(post=post, text=text))
    academy.run(_THREE_MINUTES_LATER)


def path_in(text: str) -> str:
    return re.search(r"https?://[^/\s]+(/[^\s>]+)", text)[1]


def answer_to(told: EmailMessage, text: str) -> bytes:
    """As a mail program makes it."""
    answer = EmailMessage()
    answer["From"], answer["To"] = f"سلمى <{told['To']}>", told["Reply-To"]
    answer["Subject"], answer["Message-ID"] = f"Re: {told['Subject']}", "<1@example.org>"
    answer["In-Reply-To"] = told["Message-ID"]
    lines = told.get_body(("plain",)).get_content().splitlines(keepends=True)
    quoted = "".join(f"> {line}" for line in lines)
    answer.set_content(f"{text}\n\nفي 22/11/2026 10:12، كتب {told['From']}:\n{quoted}")
    return answer.as_bytes()


def received_by_the_academy(academy: Academy, mail: bytes) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", "receive_mail"],
        cwd=settings.BASE_DIR,
        env=academy.environment,
        input=mail,
        capture_output=True,
        check=True,
    )
    return result.stdout.decode().strip()


def test_a_guest_is_told_answers_and_ends_it_by_mail(open_page, academy, mails):
    page = open_page("/ar/modules/module-2/forum/")

    # She posts, and publishes it with the link in the mail.
    page.locator("a.compose").click()
    page.locator("[name=text]").fill(QUESTION)
    page.locator("[name=name]").fill("سلمى بن يوسف")
    page.locator("[name=email]").fill(GUEST)
    page.wait_for_timeout(QUICKEST_GUEST)
    page.locator("form.form button[type=submit]:not([name])").click()
    expect(page).to_have_url(re.compile("/ar/forum/sent/"))
    confirmation = newest(mails, GUEST, 1)
    page.goto(path_in(confirmation.get_body(("plain",)).get_content()))
    page.locator("main form button").click()
    expect(page.locator("article", has_text=QUESTION)).to_be_visible()
    opening = int(re.search(r"/ar/forum/(\d+)/", page.url)[1])

    # She subscribes to her conversation.
    page.locator(".forum__subscribe a").click()
    expect(page.locator("[name=conversation]")).to_have_value("at_once")
    page.locator("form.form button[type=submit]").click()
    page.wait_for_url("**/ar/forum/subscriptions/*/")
    expect(page.locator(".subscriptions__item")).to_have_count(1)

    # Somebody answers in Portuguese, and she is told in Arabic.
    somebody_answers(academy, opening, REPLY)
    told = newest(mails, GUEST, 2)
    assert told["Content-Language"] == "ar"
    assert "رد جديد عليك من Beatriz" in told.get_body(("plain",)).get_content()
    mail = page.context.new_page()
    mail.set_content(told.get_body(("html",)).get_content())
    expect(mail.locator("html")).to_have_attribute("dir", "rtl")
    expect(mail.locator("html")).to_have_attribute("lang", "ar")
    post = mail.locator("[lang=pt][dir=ltr]", has_text=REPLY)
    expect(post).to_be_visible()
    expect(post).to_have_css("direction", "ltr")

    # Her answer by mail stands beneath, without what she quoted.
    assert received_by_the_academy(academy, answer_to(told, ANSWER)) == "posted"
    page.goto(f"/ar/forum/{opening}/")
    expect(page.locator("article")).to_have_count(3)
    answer = page.locator("article", has_text=ANSWER)
    expect(answer.locator(".post__text")).to_have_text(ANSWER)
    expect(answer).to_contain_text("سلمى بن يوسف")

    # Her mail program ends it, with no cookies, and whoever still follows goes on to be told.
    academy.run(_FOLLOW.format(address=FOLLOWER, post=opening))
    ends = path_in(told["List-Unsubscribe"])
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    request = Request(academy.url + ends, data=b"List-Unsubscribe=One-Click")  # noqa: S310
    with build_opener().open(request) as response:
        assert (response.status, urlsplit(response.url).path) == (200, ends)
    somebody_answers(academy, opening, MORE)
    assert MORE in newest(mails, FOLLOWER, 1).get_body(("plain",)).get_content()
    assert mails.counts[GUEST] == 2
