"""An answer by mail becomes a post, once, without what the mail program put around it."""

import logging
import random
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import DatabaseError
from django.utils import timezone

from accounts.mail.models import BouncedAddress
from accounts.personal_data import delete_account, drop_old_data, sections_of
from forum.models import BlockedTerm, Policy, Post, ReceivedMail, Restriction, State
from forum.receiving.answers import ANSWERS_PER_ADDRESS
from forum.receiving.quotations import marker, own_text
from forum.receiving.reading import UnreadableError
from forum.reply_addresses import reply_address
from forum.services import change_state, delete_post
from sstc_academy.lib import languages
from tests.factories import make_guest, make_module, make_post, make_reply, make_user
from tests.forum.arriving import (
    FOLDER,
    REPLY_ADDRESS,
    SENDER,
    arrives,
    mail_of,
    make_subscriber,
    written,
)

SCHOOL = "We begin with the school."
ESCOLA = "Começamos pela escola."
ECOLE = "Nous commençons par l'école."
ESCUELA = "Empezamos por la escuela."
MADRASA = "نبدأ بالمدرسة."
# What each of the files becomes.
POSTED = {
    "gmail-en": "We begin with the school, and then we go on with the workshop, where people "
    "learn from those who do it.\n\nWhat do you do?",
    "gmail-fr": ECOLE,
    "gmail-es": ESCUELA,
    "gmail-pt": ESCOLA,
    "gmail-pt-pt": ESCOLA,
    "gmail-ar": MADRASA,
    "apple-en": SCHOOL,
    "apple-fr": ECOLE,
    "apple-es": ESCUELA,
    "apple-pt": ESCOLA,
    "apple-ar": MADRASA,
    "outlook-en": SCHOOL,
    "outlook-fr": ECOLE,
    "outlook-es": ESCUELA,
    "outlook-pt": ESCOLA,
    "outlook-ar": MADRASA,
    "outlook-html-only": ECOLE,
    "thunderbird-inline": "Good morning,\n\n> How do you begin? In our country the workshops come "
    "first.\n\nWith the school, since everybody goes there.\n\n> And who pays for it?\n\n"
    "The state.",
    "bottom-posted": SCHOOL,
    "signature": SCHOOL,
    "html-only": "We begin with the school,\nand then:\n\n- the workshop\n"
    "- the fair (https://example.org/fair)",
    "winmail": SCHOOL,
    "text-as-file": SCHOOL,
    "nested": SCHOOL,
    "forwarded-within": SCHOOL,
    "two-texts": f"{SCHOOL}\n\nThen comes the workshop.",
    "utf-7": ECOLE,
    "utf-7-surrogate": "We begin ? with the school.",
    "gb2312": "我们从学校开始，镕基也是。",
    "utf-16": ESCOLA,
    "windows-1256": MADRASA,
    "no-charset": ESCOLA,
    "wrong-charset": ESCOLA,
    "unknown-charset": ESCOLA,
    "codec-as-charset": SCHOOL,
    "bad-base64": SCHOOL,
    "null-bytes": SCHOOL,
    "flowed": "We begin with the school, and then go on.\n\nWhat do you do?",
    "no-message-id": SCHOOL,
    "header-injection": SCHOOL,
}
OTHERS = {"only-quoted", "files-only", "auto-reply", "bounce", "bounce-for-now"}


@pytest.fixture(autouse=True)
def configured(settings):
    settings.REPLY_ADDRESS = REPLY_ADDRESS


@pytest.fixture
def opening(db):
    return make_post(make_module(), text="How do you begin?")


@pytest.fixture
def guest(opening):
    return make_subscriber(language="pt")


@pytest.fixture
def member(opening):
    return make_subscriber(make_user(email=SENDER, language="pt"))


def answers_to(opening: Post) -> list[Post]:
    return list(Post.objects.filter(in_reply_to=opening))


def test_the_table_names_every_file():
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(POSTED) | OTHERS


@pytest.mark.parametrize("name", POSTED)
def test_what_a_mail_program_sends_is_posted_without_what_it_adds(opening, member, name):
    assert arrives(mail_of(name, opening, member)) == "posted"

    [post] = answers_to(opening)
    assert post.comment == POSTED[name]
    assert (post.user, post.state, post.number) == (member.user, State.PUBLISHED, 2)
    assert member.key not in post.comment
    assert not mail.outbox


@pytest.mark.parametrize("name", POSTED)
def test_the_same_mail_never_posts_twice(opening, member, name):
    data = mail_of(name, opening, member)

    assert arrives(data) == "posted"
    assert arrives(data) == "known already"
    # As another server on its way delivers it.
    assert arrives(b"Received: from elsewhere\n" + data, reply_address(opening, member)) == (
        "known already"
    )

    assert len(answers_to(opening)) == 1


def test_a_deleted_answer_is_not_posted_again(opening, member):
    data = written(opening, member, SCHOOL)
    arrives(data)
    delete_post(Post.objects.get(in_reply_to=opening))

    assert arrives(data) == "known already"
    assert ReceivedMail.objects.get().text == ""


def test_a_guest_answers_under_the_name_of_their_last_post(opening, guest):
    make_reply(opening, make_guest("Amílcar", SENDER))

    assert arrives(mail_of("gmail-pt", opening, guest)) == "posted"

    post = answers_to(opening)[-1]
    assert (post.user, post.user_name, post.guest_email) == (None, "Amílcar", SENDER)
    assert post.language == "pt"


def test_a_guest_without_posts_has_the_name_of_the_mail(opening, guest):
    arrives(mail_of("gmail-pt", opening, guest))

    assert answers_to(opening)[0].user_name == "Amílcar Lopes"


@pytest.mark.parametrize(
    "name", ["", "ILO", "Administrator", "eve@example.org", "=?utf-8?b?/w==?="]
)
def test_a_guest_whose_name_may_not_stand_here_is_called_a_guest(opening, guest, name):
    sender = f'"{name}" <{SENDER}>'

    assert arrives(written(opening, guest, SCHOOL, From=sender)) == "posted"

    assert answers_to(opening)[0].user_name in {"Guest", "Visitante", "Convidado"}


def test_a_name_brings_no_header_into_any_mail(opening, guest, settings):
    Policy.objects.create(module=opening.module, mode=Policy.Mode.CLOSED)

    assert arrives(mail_of("header-injection", opening, guest)) == "answered"

    [message] = mail.outbox
    assert message.recipients() == [SENDER]
    assert "Bcc" not in message.message()


def test_a_member_may_write_from_every_confirmed_address(opening):
    user = make_user()
    subscriber = make_subscriber(user)
    EmailAddress.objects.create(user=user, email="Other@Example.org", verified=True)
    EmailAddress.objects.create(user=user, email="open@example.org", verified=False)

    other = written(opening, subscriber, SCHOOL, From="other@example.ORG")
    unconfirmed = written(
        opening, subscriber, ESCOLA, From="open@example.org", Message_ID="<2@x.y>"
    )

    assert arrives(other) == "posted"
    assert arrives(unconfirmed) == "answered"


@pytest.mark.parametrize(
    "headers",
    [
        {"From": f"{SENDER}, eve@example.net"},
        {"From": f"eve@example.net\nFrom: {SENDER}"},
        {"From": ""},
        {"From": "(" * 5000},
    ],
    ids=["two", "two headers", "none", "brackets"],
)
def test_nobody_else_answers_with_ones_address(opening, member, headers, caplog):
    with caplog.at_level(logging.WARNING):
        assert arrives(written(opening, member, SCHOOL, **headers)) == "dropped"

    assert not answers_to(opening)
    assert not mail.outbox
    assert "@" not in caplog.text


def test_an_altered_address_is_dropped_without_a_word(opening, member, caplog):
    other = make_post(opening.module)
    forged = reply_address(opening, member).replace(f"+r{opening.pk}-", f"+r{other.pk}-")

    with caplog.at_level(logging.WARNING):
        assert arrives(written(opening, member, SCHOOL, To=forged)) == "dropped"

    assert not answers_to(other)
    assert not mail.outbox
    assert "@" not in caplog.text


def test_whoever_closed_their_account_answers_no_more(opening, member):
    member.user.is_active = False
    member.user.save()

    assert arrives(written(opening, member, SCHOOL)) == "dropped"


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "To", "Cc"])
def test_the_address_may_stand_in_any_of_these_headers(opening, member, header):
    headers = {"To": "list@example.net", header: reply_address(opening, member)}

    assert arrives(written(opening, member, SCHOOL, **headers)) == "posted"


def test_the_mail_server_may_say_the_recipient(opening, member):
    data = written(opening, member, SCHOOL, To="undisclosed-recipients:;")

    assert arrives(data) == "dropped"
    assert arrives(data, reply_address(opening, member)) == "posted"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner-email=a@b.org"},
        {"Precedence": "bulk"},
        {"Precedence": "Junk"},
        {"Precedence": "list"},
        {"List-Id": "<list.example.org>"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"Return-Path": "<MAILER-DAEMON>"},
        {"Content-Type": "multipart/report; report-type=delivery-status; boundary=x"},
    ],
    ids=str,
)
def test_what_no_person_wrote_is_dropped_without_a_word(opening, member, headers):
    assert arrives(written(opening, member, SCHOOL, **headers)) == "dropped"

    assert not answers_to(opening)
    assert not mail.outbox


def test_a_person_may_say_that_they_wrote_it(opening, member):
    assert arrives(written(opening, member, SCHOOL, **{"Auto-Submitted": "no"})) == "posted"


def test_our_own_mail_that_comes_back_is_dropped(opening, member, settings):
    settings.DEFAULT_FROM_EMAIL = f"SSTC Academy <{SENDER}>"

    assert arrives(written(opening, member, SCHOOL)) == "dropped"


def test_an_automatic_reply_is_dropped(opening, member):
    assert arrives(mail_of("auto-reply", opening, member)) == "dropped"


# What cannot be posted is told, with the text, in the person's language.


@pytest.mark.parametrize("name", ["only-quoted", "files-only"])
def test_a_mail_without_text_is_answered(opening, member, name):
    assert arrives(mail_of(name, opening, member)) == "answered"

    [message] = mail.outbox
    assert message.to == [SENDER]
    assert message.extra_headers["Auto-Submitted"] == "auto-replied"
    assert message.extra_headers["In-Reply-To"] == f"<{name}@mail.exemplo.cv>"
    assert message.body.startswith(marker("pt"))
    assert message.reply_to == [reply_address(opening, member)]
    assert not answers_to(opening)


def test_the_answer_can_itself_be_answered(opening, member):
    arrives(mail_of("only-quoted", opening, member))
    quoted = "\n".join(f"> {line}" for line in mail.outbox[0].body.split("\n"))

    again = written(opening, member, f"{SCHOOL}\n\nOn 1/1/2026 10:12, x@y.org wrote:\n{quoted}")

    assert arrives(again) == "posted"
    assert answers_to(opening)[0].comment == SCHOOL


def closed(opening, member):
    Policy.objects.create(module=opening.module, mode=Policy.Mode.READ_ONLY)


def hidden(opening, member):
    Policy.objects.create(module=opening.module, mode=Policy.Mode.CLOSED)


def gone(opening, member):
    change_state(opening, State.REMOVED)


def deleted(opening, member):
    delete_post(opening)


def draft(opening, member):
    opening.module.status = "draft"
    opening.module.save()


def banned(opening, member):
    Restriction.objects.create(account=member.user, level=Restriction.Level.BANNED, reason="spam")


def refused_word(opening, member):
    BlockedTerm.objects.create(term="school", level=BlockedTerm.Level.REFUSED)


def said_before(opening, member):
    arrives(written(opening, member, SCHOOL, Message_ID="<0@mail.exemplo.cv>"))


@pytest.mark.parametrize(
    "hinder", [closed, hidden, gone, deleted, draft, banned, refused_word, said_before]
)
def test_what_is_refused_is_given_back_with_the_reason(opening, member, hinder):
    data = written(opening, member, SCHOOL)
    hinder(opening, member)
    before = Post.objects.count()

    assert arrives(data) == "answered"
    assert arrives(data) == "known already"

    [message] = mail.outbox
    assert SCHOOL in message.body
    assert SCHOOL in message.alternatives[0].content
    assert Post.objects.count() == before
    # In case it can be posted later, or elsewhere: nothing of it is kept here.
    assert not ReceivedMail.objects.filter(post=None).exclude(text="").exists()


def test_a_guest_may_not_answer_where_members_talk(opening, guest):
    Policy.objects.create(module=opening.module, mode=Policy.Mode.MEMBERS)

    assert arrives(written(opening, guest, SCHOOL)) == "answered"


def test_a_text_that_is_too_long_is_given_back_whole(opening, member):
    text = "Começamos pela escola, e depois pela oficina. " * 250

    assert arrives(written(opening, member, text)) == "answered"

    assert text.strip() in mail.outbox[0].body


def test_the_limits_of_the_forum_hold(opening, member):
    found = [
        arrives(written(opening, member, f"This is text {'x' * i}", Message_ID=f"<{i}@x.org>"))
        for i in range(12)
    ]

    assert found == ["posted"] * 10 + ["answered"] * 2


def test_nobody_gets_more_than_a_few_answers(opening, member):
    for i in range(10):
        arrives(written(opening, member, "", Message_ID=f"<{i}@x.org>"))

    assert len(mail.outbox) == ANSWERS_PER_ADDRESS.short


def test_a_held_answer_waits_and_its_author_is_told(opening, guest):
    Policy.objects.create(module=opening.module, mode=Policy.Mode.APPROVAL)

    assert arrives(written(opening, guest, ESCOLA)) == "posted"

    assert answers_to(opening)[0].state == State.HELD
    assert mail.outbox[0].to == [SENDER]
    assert ESCOLA in mail.outbox[0].body


# What was trimmed can be seen, for a while.


def test_a_facilitator_sees_the_mail_as_it_came(opening, member, facilitator, client_of):
    arrives(mail_of("bottom-posted", opening, member))
    [post] = answers_to(opening)

    page = client_of(facilitator).get(f"/admin/forum/post/{post.pk}/change/")

    assert "The mail as it came" in page.text
    assert "escreveu" not in page.text
    assert "On 22/11/2026 10:12, Ana via SSTC Academy wrote:" in page.text


def test_the_mail_is_kept_for_a_month(opening, member):
    arrives(mail_of("gmail-pt", opening, member))

    drop_old_data(timezone.now() + timedelta(days=29))
    assert ReceivedMail.objects.exists()
    drop_old_data(timezone.now() + timedelta(days=31))
    assert not ReceivedMail.objects.exists()
    assert answers_to(opening)


def test_the_mail_belongs_to_what_is_kept_of_a_person(opening, member):
    arrives(mail_of("signature", opening, member))

    sections = {section["name"]: section["rows"] for section in sections_of(member.user)}
    assert "Ministry of Labour" in sections["answers_by_mail"][0]["text"]

    delete_account(member.user, keeps_posts=True)
    assert not ReceivedMail.objects.exists()
    assert answers_to(opening)


# Mail that bounced.


def test_an_address_that_is_gone_is_noted(opening, guest):
    assert arrives(mail_of("bounce", opening, guest)) == "noted that an address takes no mail"

    bounced = BouncedAddress.objects.get()
    assert bounced.address == SENDER
    assert "User unknown" in bounced.reason
    assert not mail.outbox


def test_a_mailbox_that_is_full_for_now_is_not(opening, guest):
    assert arrives(mail_of("bounce-for-now", opening, guest)) == "dropped"

    assert not BouncedAddress.objects.exists()


def test_a_forged_bounce_stops_nobodys_mail(opening, guest):
    data = mail_of("bounce", opening, guest)

    for forged in (
        data.replace(b"forum+b", b"forum+c"),
        data.replace(f"forum+b{guest.pk}-".encode(), b"forum+b999-"),
        data.replace(b"@talk.example.org", b"@example.net"),
    ):
        assert arrives(forged) == "dropped"

    assert not BouncedAddress.objects.exists()


def test_an_answer_to_the_bounce_address_is_no_bounce(opening, guest):
    data = mail_of("auto-reply", opening, guest)

    assert arrives(data.replace(b"forum+r", b"forum+b")) == "dropped"
    assert not BouncedAddress.objects.exists()


# Whatever comes.


def damaged(data: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(3)
    if kind == 0:
        return data[: chance.randrange(len(data))]
    result = bytearray(data)
    for _change in range(chance.randrange(1, 30)):
        place = chance.randrange(len(result))
        if kind == 1:
            result[place] ^= 1 << chance.randrange(8)
        else:
            result[place : place + chance.randrange(8)] = chance.randbytes(chance.randrange(8))
    return bytes(result)


def test_a_damaged_mail_is_posted_answered_or_dropped(opening, member):
    chance = random.Random(5)  # noqa: S311 - the same damage in each run
    names = [*POSTED, *OTHERS]

    for round_ in range(400):
        data = mail_of(names[round_ % len(names)], opening, member)
        # The envelope is whole: so that most come as far as the text.
        to = reply_address(opening, member) if round_ % 2 else ""
        try:
            arrives(damaged(data, chance), to)
        except UnreadableError:
            continue

    assert Post.objects.filter(in_reply_to=opening).count() <= 10


def test_damaged_mails_of_many_people_are_posted_or_dropped(opening, settings):
    chance = random.Random(6)  # noqa: S311 - the same damage in each run
    for round_ in range(60):
        subscriber = make_subscriber(make_user(email=f"p{round_}@exemplo.cv"))
        data = mail_of(list(POSTED)[round_ % len(POSTED)], opening, subscriber)
        data = data.replace(SENDER.encode(), f"p{round_}@exemplo.cv".encode())
        head, body = data.split(b"\n\n", 1)
        arrives(head + b"\n\n" + damaged(body, chance))

    assert Post.objects.filter(in_reply_to=opening).count() > 20


def test_parts_within_parts_without_end_are_refused():
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000)
    )

    with pytest.raises(UnreadableError):
        arrives(deep)


# The marker, and what is left of texts.


@pytest.mark.parametrize("code", languages.CODES)
def test_what_stands_below_the_marker_is_never_posted(code):
    assert own_text(f"{SCHOOL}\n\n{marker(code)}\n\nSomething else") == SCHOOL
    assert own_text(f"{SCHOOL}\n> {marker(code)}\n> Something else") == SCHOOL


@pytest.mark.parametrize(
    "text",
    [
        "Thanks,\nthat helps me.\n\nBest regards\nAna",
        "- one\n- two\n\n1. three",
        "From: the school\nwe went on.",
        "She wrote:\nwe begin at 10:30 with this:\n- tea",
        "On the question of who pays:\nthe state.",
        "In 2019 I wrote: nothing.",
        "short\nlines\nof\na\npoem",
        "Sent from the ministry came the answer that we had all been waiting for since the spring "
        "of that year.",
    ],
)
def test_what_looks_like_a_quotation_and_is_none_stays(text):
    assert own_text(text) == text


def test_a_fault_of_the_database_is_no_fault_of_the_mail(opening, member, monkeypatch):
    def fails(*_arguments, **_values):
        raise DatabaseError("gone")

    monkeypatch.setattr("forum.receiving.posting.add_reply", fails)
    data = written(opening, member, SCHOOL)

    with pytest.raises(DatabaseError):
        arrives(data)

    monkeypatch.undo()
    assert arrives(data) == "posted"
