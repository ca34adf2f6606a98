"""The addresses at which a mail is answered name post and subscriber, and cannot be made up."""

import pytest
from django.core.validators import validate_email

from forum.reply_addresses import (
    bounce_address,
    is_ours,
    read_bounce,
    read_reply,
    reply_address,
)
from tests.factories import make_module, make_post, make_user
from tests.forum.arriving import REPLY_ADDRESS, make_subscriber

OLD_KEY, NEW_KEY = "o" * 50, "n" * 50


@pytest.fixture(autouse=True)
def configured(settings):
    settings.REPLY_ADDRESS = REPLY_ADDRESS


@pytest.fixture
def post(db):
    return make_post(make_module())


@pytest.fixture
def subscriber(db):
    return make_subscriber(make_user())


def altered(address: str, place: int) -> str:
    letter = "2" if address[place] != "2" else "3"
    return address[:place] + letter + address[place + 1 :]


def test_an_address_says_who_answers_what(post, subscriber):
    address = reply_address(post, subscriber)

    assert read_reply(address) == (post.pk, subscriber.pk)
    assert read_bounce(address) is None
    validate_email(address)


def test_mail_servers_may_write_it_in_capitals(post, subscriber):
    assert read_reply(reply_address(post, subscriber).upper()) == (post.pk, subscriber.pk)
    assert read_bounce(bounce_address(subscriber).upper()) == subscriber


def test_it_is_short_enough_for_every_mail_server(post, subscriber, settings):
    settings.REPLY_ADDRESS = "f" * 16 + "@talk.example.org"
    post.pk = subscriber.pk = 9_999_999_999

    local = reply_address(post, subscriber).partition("@")[0]

    assert len(local) <= 64
    assert local == local.lower()


def test_every_altered_letter_is_noticed(post, subscriber):
    address = reply_address(post, subscriber)

    for place in range(len("forum+"), address.index("@")):
        assert read_reply(altered(address, place)) is None


def test_every_altered_letter_of_a_bounce_address_is_noticed(subscriber):
    address = bounce_address(subscriber)

    for place in range(len("forum+"), address.index("@")):
        assert read_bounce(altered(address, place)) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "forum",
        REPLY_ADDRESS,
        "forum+@talk.example.org",
        "forum+r@talk.example.org",
        "forum+r1-1-@talk.example.org",
        f"forum+r{'9' * 40}-1-{'a' * 16}@talk.example.org",
        f"forum+r１-１-{'a' * 16}@talk.example.org",
        "forum+r1-1-\x00@talk.example.org",
    ],
)
def test_what_is_no_address_of_ours_is_none(db, address):
    assert read_reply(address) is None
    assert read_bounce(address) is None


def test_another_domain_or_name_is_not_ours(post, subscriber):
    address = reply_address(post, subscriber)

    assert read_reply(address.replace("talk.example.org", "example.net")) is None
    assert read_reply(address.replace("forum+", "other+")) is None
    assert not is_ours("forum@talk.example.org.example.net")


def test_a_replaced_secret_key_holds_as_long_as_it_is_listed(post, subscriber, settings):
    settings.SECRET_KEY = OLD_KEY
    reply, bounce = reply_address(post, subscriber), bounce_address(subscriber)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [OLD_KEY]
    assert read_reply(reply) == (post.pk, subscriber.pk)
    assert read_bounce(bounce) == subscriber

    settings.SECRET_KEY_FALLBACKS = []
    assert read_reply(reply) is None
    assert read_bounce(bounce) is None


def test_what_bounced_at_an_old_address_says_nothing_of_the_new(subscriber):
    address = bounce_address(subscriber)

    subscriber.user.email = "another@example.org"
    subscriber.user.save()

    assert read_bounce(address) is None


def test_without_a_setting_there_are_no_addresses(post, subscriber, settings):
    address = reply_address(post, subscriber)
    settings.REPLY_ADDRESS = ""

    assert reply_address(post, subscriber) == ""
    assert bounce_address(subscriber) == ""
    assert read_reply(address) is None
    assert not is_ours("@")
