"""Mails that tell of posts are made once, and filled in for each of many people."""

import email
import time
from email.policy import default

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.mail.models import OutgoingMail
from accounts.mail.stencils import ADDRESS, DATE, Stencil
from forum.models import Frequency, Post
from forum.notices import announce_waiting
from forum.post_mails import building
from tests.factories import (
    make_guest,
    make_module,
    make_post,
    make_subscriber,
    make_subscription,
)
from tests.forum.told import built, html_of, parsed, text_of

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


def headers_of(message) -> dict[str, str]:
    """But for what differs whenever a message is built: where its parts begin. Django begins a
    long one on a line of its own, which leaves a space before it."""
    return {name: text.strip() for name, text in message.items() if name != "Content-Type"}


class Remembering(Stencil):
    """Keeps beside each mail what Django builds for the one person."""

    def __init__(self, message):
        super().__init__(message)
        self._message = message

    def fill(self, values):
        filled = super().fill(values)
        filled.slow = for_one_person(self._message, values | {DATE: parsed(filled)["Date"]})
        return filled


def for_one_person(message, values) -> EmailMultiAlternatives:
    def said(text: str) -> str:
        for slot, value in values.items():
            text = text.replace(slot, value)
        return text

    return EmailMultiAlternatives(
        subject=message.subject,
        body=said(message.body),
        to=[values[ADDRESS]],
        headers={name: said(value) for name, value in message.extra_headers.items()},
        alternatives=[(said(html), kind) for html, kind in message.alternatives],
    )


@pytest.mark.parametrize(
    "text",
    [
        "A short text.",
        # Lines that are too long for mail, and so are written as quoted-printable.
        "word " * 400,
        ARABIC * 100,
        "漢字" * 1_000,
        "====\n" * 3 + "https://example.org/" + "a=b&" * 300,
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_bytes_read_back_as_what_django_builds_for_one_person(module, text, language, monkeypatch):
    monkeypatch.setattr(building, "Stencil", Remembering)
    for frequency in (Frequency.AT_ONCE, Frequency.DAILY):
        subscriber = make_subscriber(language=language)
        make_subscription(subscriber, module=module, frequency=frequency)
    make_post(module, make_guest(name="جواو ماكواكوا"), title="Título muy largo " * 7, text=text)
    announce_waiting()

    for message in built():
        quick = parsed(message)
        slow = parsed(message.slow)
        assert headers_of(quick) == headers_of(slow)
        assert text_of(quick) == text_of(slow)
        assert html_of(quick) == html_of(slow)
        assert [part.get_content_type() for part in quick.walk()] == [
            part.get_content_type() for part in slow.walk()
        ]
        assert message.subject == quick["Subject"]


def test_no_line_is_longer_than_mail_servers_take(module, follower):
    make_post(module, text="漢字" * 1_000)
    announce_waiting()

    (message,) = built()

    lines = message.message().as_bytes(linesep="\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 998


def test_each_person_has_their_own_key_and_address_and_nobody_elses(module):
    people = [make_subscription(module=module).subscriber for _person in range(20)]
    make_post(module, text="word " * 400)
    announce_waiting()

    messages = {message.to[0]: message for message in built()}
    for person in people:
        message = messages.pop(person.email)
        content = message.message().as_bytes().decode()
        assert person.key in content
        assert not [other for other in people if other != person and other.key in content]
        assert "stencil" not in content


def test_address_in_other_letters_is_written_as_mail_wants_it(module):
    make_subscription(make_subscriber(email="josé@exämple.org"), module=module)
    make_post(module)

    announce_waiting()

    (message,) = built()
    slow = EmailMultiAlternatives.message(message)
    assert parsed(message)["To"] == email.message_from_bytes(slow.as_bytes(), policy=default)["To"]


def test_a_batch_costs_the_same_queries_for_two_as_for_fifty(module, django_assert_num_queries):
    for people in (2, 48):
        for _person in range(people):
            make_subscription(module=module)
        Post.objects.all().delete()
        OutgoingMail.objects.all().delete()
        make_post(module)
        announce_waiting()
        mails = list(OutgoingMail.objects.all())
        # They are kept for the next batch.
        built()
        # With those that find the mails themselves.
        with django_assert_num_queries(9):
            built()
        assert len(mails) in (2, 50)


def test_building_takes_a_fraction_of_what_django_takes(module):
    for _person in range(100):
        make_subscription(module=module)
    make_post(module, text="word " * 400)
    announce_waiting()
    built()

    began = time.process_time()
    messages = built()
    for message in messages:
        message.message().as_bytes(linesep="\r\n")
    quick = time.process_time() - began
    began = time.process_time()
    for message in messages:
        EmailMultiAlternatives.message(message).as_bytes(linesep="\r\n")
    slow = time.process_time() - began

    # Even without rendering, and with all queries.
    assert quick < slow
