"""Mails that tell of posts can be answered, where that is set up, and say so where it is not."""

import pytest

from accounts.mail.ready import taken_apart
from forum.models import Post, State
from forum.notices import announce_waiting
from forum.receiving.quotations import marker
from forum.reply_addresses import read_bounce, read_reply
from forum.services import change_state
from tests.factories import make_module, make_post, make_reply, make_subscription
from tests.forum.arriving import REPLY_ADDRESS, arrives
from tests.forum.told import built, html_of, parsed, received, text_of


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://academy.example.org"
    settings.REPLY_ADDRESS = REPLY_ADDRESS


@pytest.fixture
def module(db):
    return make_module()


@pytest.fixture
def follower(module):
    return make_subscription(module=module).subscriber


def reply_to(message) -> str:
    return message["Reply-To"].addresses[0].addr_spec


def test_a_mail_of_one_post_is_answered_below_that_post(module, follower):
    post = make_post(module)

    [message] = received()

    assert read_reply(reply_to(message)) == (post.pk, follower.pk)


def test_a_mail_of_several_posts_is_answered_below_all_of_them(module, follower):
    opening = make_post(module)
    for _number in range(3):
        make_reply(opening)

    [message] = received()

    assert read_reply(reply_to(message)) == (opening.pk, follower.pk)


def test_it_is_answered_below_the_first_of_them_when_the_opening_is_gone(module, follower):
    opening = make_post(module)
    first, _second = make_reply(opening), make_reply(opening)
    change_state(opening, State.REMOVED)

    [message] = received()

    assert read_reply(reply_to(message)) == (first.pk, follower.pk)


def test_the_line_above_which_one_writes_comes_first(module, follower):
    make_post(module)

    [message] = received()

    assert text_of(message).startswith(marker("en"))
    assert html_of(message).index(marker("en")) < html_of(message).index("began a conversation")


def test_it_bounces_to_an_address_of_its_own_and_says_who_writes(module, follower, settings):
    make_post(module)
    announce_waiting()

    [message] = built()

    assert read_bounce(message.from_email) == follower
    assert parsed(message)["From"] == settings.DEFAULT_FROM_EMAIL
    assert taken_apart(message).from_email == settings.DEFAULT_FROM_EMAIL


def test_without_reply_by_mail_it_says_that_nobody_reads_replies(module, follower, settings):
    settings.REPLY_ADDRESS = ""
    make_post(module)
    announce_waiting()

    [message] = built()

    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert "Reply-To" not in parsed(message)
    for body in (text_of(parsed(message)), html_of(parsed(message))):
        assert marker("en") not in body
        assert "Replies to this e-mail are not read." in body


@pytest.mark.parametrize("quote", ["> {}", "{}", ">> {}", "| {}"])
def test_what_is_answered_to_a_mail_stands_in_the_forum_without_it(module, follower, quote):
    post = make_post(module, text="How do you begin?\n\nAnd who pays?")
    [message] = received()
    quoted = "\n".join(quote.format(line) for line in text_of(message).split("\n"))
    answer = (
        f"From: {follower.email}\nTo: {reply_to(message)}\nMessage-ID: <1@example.org>\n"
        f"Content-Type: text/plain; charset=utf-8\n\nWith the school.\n\n"
        f"On Sun, Nov 22, 2026 at 10:12 AM SSTC Academy <{reply_to(message)}> wrote:\n\n{quoted}\n"
    )

    assert arrives(answer.encode()) == "posted"

    reply = Post.objects.get(in_reply_to=post)
    assert reply.comment == "With the school."
    assert reply.guest_email == follower.email


def test_an_answer_within_the_mail_leaves_no_key_behind(module, follower):
    make_post(module, text="How do you begin?\n\nAnd who pays?")
    [message] = received()
    lines = [f"> {line}" for line in text_of(message).split("\n")]
    place = lines.index("> How do you begin?") + 1
    lines[place:place] = ["", "With the school.", ""]
    answer = (
        f"From: {follower.email}\nTo: {reply_to(message)}\nMessage-ID: <1@example.org>\n"
        "Content-Type: text/plain; charset=utf-8\n\nHello.\n\n" + "\n".join(lines) + "\nThe end.\n"
    )

    assert arrives(answer.encode()) == "posted"

    text = Post.objects.latest("pk").comment
    assert text == "Hello.\n\n> How do you begin?\n\nWith the school.\n\nThe end."
