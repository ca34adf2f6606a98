"""An answer by mail from an address that is not the subscriber's: never posted, never answered
there; the subscriber is told, once."""

import pytest
from django.core import mail

from accounts.mail import bounces
from forum.models import Post
from tests.factories import make_post, make_user
from tests.forum.arriving import REPLY_ADDRESS, SENDER, arrives, make_subscriber, written

pytestmark = pytest.mark.django_db
OTHER = "amilcar@work.example.net"
TEXT = "Começamos pela escola."


@pytest.fixture(autouse=True)
def reply_address_of_site(settings):
    settings.REPLY_ADDRESS = REPLY_ADDRESS
    settings.SITE_URL = "https://academy.example.org"


@pytest.fixture
def opening(module):
    return make_post(module)


@pytest.fixture
def member():
    return make_subscriber(make_user(email=SENDER, display_name="Amílcar", language="pt"))


@pytest.mark.parametrize("sender", [OTHER, f'"{SENDER}" <{OTHER}>'], ids=["plain", "as a name"])
def test_the_subscriber_is_told_where_we_know_them(opening, member, sender):
    data = written(opening, member, TEXT, From=sender)

    assert arrives(data) == "answered"

    [told] = mail.outbox
    assert told.to == [SENDER]
    assert Post.objects.count() == 1
    assert told.extra_headers["Auto-Submitted"] == "auto-replied"
    assert f"https://academy.example.org/pt/forum/posts/{opening.pk}/" in told.body


def test_neither_the_text_nor_the_token_is_told(opening, member):
    data = written(opening, member, TEXT, From=OTHER)
    arrives(data)

    content = mail.outbox[0].message().as_string() + mail.outbox[0].body
    assert TEXT not in content
    assert "forum+r" not in content
    assert member.key not in content


def test_it_is_told_once_a_day(opening, member):
    for number in range(3):
        data = written(opening, member, TEXT, From=OTHER, Message_ID=f"<{number}@example.net>")
        assert arrives(data) == ("dropped" if number else "answered")

    assert len(mail.outbox) == 1


def test_a_guest_is_told_under_the_name_of_their_last_post(opening):
    guest = make_subscriber(email="salma@example.org", language="ar")

    arrives(written(opening, guest, TEXT, From=f"Eve <{OTHER}>"))

    assert mail.outbox[0].to == ["salma@example.org"]
    assert "Eve" not in mail.outbox[0].body


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List-Id": "<x.example.net>"}],
    ids=lambda headers: next(iter(headers)),
)
def test_a_machine_brings_no_mail(opening, member, headers):
    assert arrives(written(opening, member, TEXT, From=OTHER, **headers)) == "dropped"

    assert mail.outbox == []


def test_nothing_goes_to_an_address_that_takes_no_mail(opening, member):
    bounces.mark(SENDER, "550 5.1.1 No such user")

    assert arrives(written(opening, member, TEXT, From=OTHER)) == "dropped"

    assert mail.outbox == []
