"""What the mails say, and how mail programs understand them."""

import re

import pytest
from django.utils import timezone

from accounts.mail.models import BouncedAddress, OutgoingMail
from forum.authors import Author
from forum.models import Frequency, Notice, Policy, Restriction, State
from forum.notices import announce_waiting
from forum.services import change_state, delete_post, edit_post
from tests.factories import (
    make_guest,
    make_module,
    make_post,
    make_reply,
    make_subscriber,
    make_subscription,
    make_user,
)
from tests.forum.told import built, html_of, received, subjects, text_of

pytestmark = pytest.mark.django_db
SITE = "https://academy.example.org"
ARABIC = "نبدأ دائماً من المدرسة."


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def module():
    return make_module(number=2, title_en="Child labour", title_fr="Travail des enfants")


@pytest.fixture
def follower(module):
    return make_subscription(module=module).subscriber


# What it says.


def test_mail_says_who_wrote_what_and_where_in_text_and_html(module, follower):
    author = Author.member(make_user(display_name="João Macuácua"))
    post = make_post(module, author, title="¿Cómo hablar?", text="Perguntamos **sempre**.")

    (message,) = received()

    assert message["To"] == follower.email
    assert message["Subject"] == "¿Cómo hablar?"
    for body in (text_of(message), html_of(message)):
        assert "João Macuácua began a conversation" in body
        assert f"{SITE}/en/forum/posts/{post.pk}/" in body
        assert "You get this because you follow the forum of Module 2." in body
        assert f"{SITE}/u/{follower.key}/m{module.pk}/" in body
        assert f"{SITE}/u/{follower.key}/c{post.pk}/" in body
        assert f"{SITE}/en/forum/subscriptions/{follower.key}/" in body
    assert "Perguntamos **sempre**." in text_of(message)
    assert "<strong>sempre</strong>" in html_of(message)


def test_who_is_answered_is_told_so_with_the_beginning_of_their_own_words(module):
    member = make_user()
    make_subscription(make_subscriber(member))
    own = make_post(module, Author.member(member), text="Solo ayudo a mi tío. " * 20, language="es")
    make_reply(own, make_guest("Salma"))

    (message,) = received()

    assert "Salma answered you" in text_of(message)
    assert "You wrote, in Español (no. 1):\n> Solo ayudo a mi tío." in text_of(message)
    assert "you asked to hear of answers to your posts" in text_of(message)
    assert len(re.search("^> (.*)$", text_of(message), re.M)[1]) <= 160


def test_removed_post_is_not_quoted_by_an_answer(module, follower):
    opening = make_post(module, posted_at=timezone.now(), text="Secret words.")
    reply = make_reply(opening)
    change_state(opening, State.REMOVED)

    (message,) = received()

    assert "Secret words" not in message.as_string()
    assert message["Subject"] == f"Re: Conversation no. {opening.pk}"
    assert reply.comment in text_of(message)


def test_mail_is_small_and_asks_nothing_of_other_hosts(module, follower):
    make_post(module, text="Look: https://example.com/page and ![it](https://example.com/i.png)")

    (message,) = received()

    html = html_of(message)
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|background=", html)
    assert len(message.as_bytes()) < 12_000


def test_replies_of_a_conversation_are_joined_in_their_order(module, follower):
    opening = make_post(module, title="Where to begin", posted_at=timezone.now())
    for number in range(10):
        make_reply(opening, make_guest(f"Guest {number}"), text=f"Answer {number}.")

    (message,) = received()

    assert message["Subject"] == "Re: Where to begin"
    assert "10 new posts" in text_of(message)
    found = re.findall(r"Answer (\d)\.", text_of(message))
    assert found == [str(number) for number in range(10)]


def test_long_mail_is_cut_and_leads_to_the_rest(module, follower):
    opening = make_post(module, posted_at=timezone.now())
    for number in range(18):
        make_reply(opening, make_guest(), text=f"Answer {number}. " + "word " * 1_000)

    (message,) = received()

    assert "and 3 more" in text_of(message)
    assert text_of(message).count("Read all of it") == 15
    assert len(message.as_bytes()) < 100_000


def test_subject_of_a_conversation_without_a_title_is_how_it_begins(module, follower):
    make_post(module, text="How do *you* begin,\nand with whom? " + "And then? " * 30)

    (subject,) = subjects()

    assert subject.startswith("How do you begin, and with whom? And then?")
    assert len(subject) <= 90


# In whose language.


def test_arabic_mail_runs_right_to_left_and_each_post_in_its_own_direction(module):
    make_subscription(make_subscriber(language="ar"), module=module)
    make_reply(make_post(module, posted_at=timezone.now()), text="We begin here.", language="en")

    (message,) = received()

    html = html_of(message)
    assert '<html lang="ar" dir="rtl">' in html
    assert "border-right:4px" in html
    assert "border-left" not in html
    assert re.search(r'<div lang="en" dir="ltr"><p dir="auto">We begin here.', html)
    assert message["Content-Language"] == "ar"


def test_arabic_post_runs_right_to_left_in_an_english_mail(module, follower):
    make_post(module, title="من أين نبدأ؟", text=ARABIC, language="ar")

    (message,) = received()

    assert message["Subject"] == "من أين نبدأ؟"
    assert '<html lang="en" dir="ltr">' in html_of(message)
    assert re.search(rf'<div lang="ar" dir="rtl"><p dir="auto">{ARABIC}', html_of(message))


def test_member_is_written_to_in_the_language_of_their_pages(module):
    make_subscription(make_subscriber(make_user(language="fr")), module=module)
    post = make_post(module)

    (message,) = received()

    assert f"{SITE}/fr/forum/posts/{post.pk}/" in text_of(message)
    assert '<html lang="fr"' in html_of(message)


# What mail programs read.


def test_headers_name_the_list_and_the_way_out(module, follower):
    post = make_post(module)

    (message,) = received()

    assert message["Message-ID"] == f"<post-{post.pk}@academy.example.org>"
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert message["List-Id"].endswith(f"<module-{module.pk}.forum.academy.example.org>")
    assert message["List-Unsubscribe"] == f"<{SITE}/u/{follower.key}/m{module.pk}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == f"<{SITE}/en/forum/{post.pk}/>"
    assert message["List-Help"] == f"<{SITE}/en/forum/subscriptions/{follower.key}/>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] is None
    assert message["Date"].datetime


def test_answers_thread_below_what_they_answer_up_to_the_opening_post(module, follower):
    opening = make_post(module, posted_at=timezone.now())
    first = make_reply(opening, posted_at=timezone.now())
    make_reply(first)

    (message,) = received()

    assert message["In-Reply-To"] == f"<post-{first.pk}@academy.example.org>"
    assert message["References"] == (
        f"<post-{opening.pk}@academy.example.org> <post-{first.pk}@academy.example.org>"
    )


def test_all_people_get_the_same_id_for_a_post_and_so_does_a_second_try(module, follower):
    make_subscription(make_subscriber(language="fr"), module=module)
    make_post(module)

    ids = {message["Message-ID"] for message in received() + received()}

    assert len(ids) == 1


def test_address_of_the_way_out_stands_in_one_line(module, follower, settings):
    settings.SITE_URL = "https://a-rather-long-name-of-a-host.academy.example.org"
    make_post(module)
    announce_waiting()

    (message,) = built()

    lines = message.message().as_bytes(linesep="\r\n").split(b"\r\n")
    (line,) = [line for line in lines if line.startswith(b"List-Unsubscribe:")]
    assert line.endswith(f"/u/{follower.key}/m{module.pk}/>".encode())


@pytest.mark.parametrize("zone", ["http://127.0.0.1:8000", "http://[::1]:8000"])
def test_site_without_a_name_still_makes_ids_that_are_right(module, follower, settings, zone):
    settings.SITE_URL, settings.LOCAL_URL = "", zone
    post = make_post(module)

    (message,) = received()

    assert message["Message-ID"] == f"<post-{post.pk}@localhost>"


def test_line_breaks_in_titles_and_names_make_no_header(module, follower):
    author = make_guest(name="Eve\r\nBcc: all@example.org")
    make_post(module, author, title="Hello\r\nBcc: all@example.org\r\n\r\n<script>", text="Text.")

    (message,) = received()

    assert message["Subject"] == "Hello Bcc: all@example.org <script>"
    assert message["Bcc"] is None
    assert "<script>" not in html_of(message)
    assert "Eve\r\nBcc" not in message.as_string().partition("\n\n")[0]


def test_name_and_title_are_escaped_in_html(module, follower):
    make_post(module, make_guest(name="<b>Eve</b>"), title="<img src=x>", text="Text.")

    html = html_of(received()[0])

    assert "&lt;b&gt;Eve&lt;/b&gt;" in html
    assert "<img" not in html


# What does not leave.


def test_nothing_leaves_of_a_post_removed_held_or_deleted_meanwhile(module, follower):
    posts = [make_post(module) for _number in range(3)]
    announce_waiting()
    change_state(posts[0], State.REMOVED)
    change_state(posts[1], State.HELD)
    delete_post(posts[2])

    assert built() == [None, None, None]


def test_joined_mail_leaves_without_what_was_removed(module, follower):
    opening = make_post(module, posted_at=timezone.now())
    kept, removed = (make_reply(opening, text=text) for text in ("Kept words.", "Bad words."))
    announce_waiting()
    change_state(removed, State.REMOVED)

    (message,) = received()

    assert "Kept words." in text_of(message)
    assert "Bad words." not in message.as_string()
    assert message["Message-ID"].startswith(f"<post-{kept.pk}@")


def test_corrected_post_leaves_as_it_is_now(module, follower):
    post = make_post(module, text="Wrong figure.")
    assert "Wrong figure." in text_of(received()[0])

    edit_post(post, text="Right figure.", language="en")

    assert "Right figure." in text_of(received()[0])


@pytest.mark.parametrize("state", [State.HELD, State.REMOVED])
def test_post_that_is_hidden_before_its_mail_left_is_told_of_once_it_is_back(
    module, follower, state
):
    post = make_post(module)
    announce_waiting()
    change_state(post, state)
    assert built() == [None]
    OutgoingMail.objects.update(state="dropped")
    assert received() == []

    change_state(post, State.PUBLISHED)

    assert len(received()) == 1
    assert Notice.objects.count() == 1


def end_subscription(follower, module):
    follower.subscriptions.all().delete()


def choose_off(follower, module):
    follower.subscriptions.update(frequency=Frequency.OFF)


def ban(follower, module):
    Restriction.objects.create(address=follower.email)


def bounce(follower, module):
    BouncedAddress.objects.create(address=follower.email)


def hide_forum(follower, module):
    Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)


@pytest.mark.parametrize("happens", [end_subscription, choose_off, ban, bounce, hide_forum])
def test_nothing_leaves_to_who_may_or_wants_to_hear_no_more_meanwhile(module, follower, happens):
    make_post(module)
    announce_waiting()

    happens(follower, module)

    assert built() == [None]


def test_nothing_leaves_to_an_account_that_is_closed_meanwhile(module):
    member = make_user()
    make_subscription(make_subscriber(member), module=module)
    make_post(module)
    announce_waiting()

    member.is_active = False
    member.save()

    assert built() == [None]


# Digests.


@pytest.fixture
def reader(module):
    """Somebody who wants one mail a day about all."""
    return make_subscription(module=module, frequency=Frequency.DAILY).subscriber


def test_digest_tells_what_happened_by_module_and_conversation_the_liveliest_first(module, reader):
    quiet = make_module(number=3, title_en="Migration")
    make_subscription(reader, module=quiet, frequency=Frequency.DAILY)
    make_post(quiet, title="Alone")
    make_post(module, title="Still")
    lively = make_post(module, title="Lively")
    make_reply(lively)

    (message,) = received()

    text = text_of(message)
    assert message["Subject"] == "4 new posts in the forum of the SSTC Academy"
    headings = re.findall(r"^(?:===|#) (.*)$", text, re.M)
    assert headings == [
        "Module 2 · Child labour",
        "Lively",
        "Still",
        "Module 3 · Migration",
        "Alone",
    ]
    assert headings == [
        re.sub("<[^>]+>", "", found[1])
        for found in re.findall(r"<(h[23])[^>]*>(.*?)</\1>", html_of(message))
    ]


def test_digest_shows_how_each_post_begins_and_how_many_more_there_are(module, reader):
    opening = make_post(module, text="Opening words. " * 100)
    for number in range(4):
        make_reply(opening, text=f"Answer {number}.")

    text = text_of(received()[0])

    assert text.count("Opening words.") < 25
    assert re.findall(r"Answer (\d)", text) == ["0", "1"]
    assert "and 2 more" in text


def test_digest_of_a_month_of_silence_and_one_of_a_thousand_posts_are_short(module, reader):
    for number in range(25):
        make_post(module, title=f"Conversation {number}", text="word " * 500)

    (message,) = received()

    assert "There is something new in 5 more conversations." in text_of(message)
    assert len(message.as_bytes()) < 100_000


def test_digest_of_one_subscription_ends_that_one_and_of_several_all(module, reader):
    make_post(module)
    (message,) = received()
    assert message["List-Unsubscribe"] == f"<{SITE}/u/{reader.key}/m{module.pk}/>"

    other = make_module()
    make_subscription(reader, module=other, frequency=Frequency.DAILY)
    make_post(other)

    (message,) = received()
    assert message["List-Unsubscribe"] == f"<{SITE}/u/{reader.key}/all/>"
    assert message["Message-ID"] == f"<digest-{OutgoingMail.objects.get().pk}@academy.example.org>"
    assert message["In-Reply-To"] is None
