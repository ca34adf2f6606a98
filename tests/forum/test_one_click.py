"""Ending what a mail is about: by the mail program's button (RFC 8058), or by the link."""

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Frequency, Subscription
from forum.services import delete_post
from forum.unsubscribing import Target
from tests.factories import (
    make_module,
    make_post,
    make_reply,
    make_subscriber,
    make_subscription,
    make_user,
)
from tests.forum.told import received, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def module():
    return make_module(number=2, title_en="Child labour")


@pytest.fixture
def subscriber():
    return make_subscriber()


@pytest.fixture
def mail_program():
    """Sends what RFC 8058 says: no cookies, no token, no Referer."""
    client = Client(enforce_csrf_checks=True)

    def press(url: str):
        client.cookies.clear()
        return client.post(
            url,
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )

    return press


def url_of(subscriber, what) -> str:
    return reverse("forum_unsubscribe", args=[subscriber.key, str(what)])


def test_button_of_a_mail_program_ends_it_at_once(module, mail_program, settings):
    settings.SITE_URL = "https://academy.example.org"
    subscriber = make_subscription(module=module).subscriber
    make_post(module)
    (message,) = received()
    url = message["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)

    response = mail_program(url)

    assert response.status_code == 200
    assert not response.cookies
    assert not subscriber.subscriptions.exists()
    assert told(make_post(module)) == set()


def test_multipart_is_taken_too(module, subscriber, client):
    subscription = make_subscription(subscriber, module=module)

    response = client.post(
        url_of(subscriber, Target.of(subscription)), {"List-Unsubscribe": "One-Click"}
    )

    assert response.status_code == 200
    assert not Subscription.objects.exists()


def test_each_code_ends_what_it_names_and_nothing_else(module, subscriber, mail_program):
    conversation, other = make_post(module), make_post(make_module())
    subscriptions = {
        make_subscription(subscriber, **target)
        for target in ({}, {"conversation": other}, {"module": module}, {"module": other.module})
    }
    stranger = make_subscription(module=module)

    for subscription in subscriptions:
        if subscription.conversation_id is None:
            mail_program(url_of(subscriber, Target.of(subscription)))
            assert not Subscription.objects.filter(pk=subscription.pk).exists()

    assert set(Subscription.objects.all()) == {
        stranger,
        subscriber.subscriptions.get(conversation=other),
    }
    assert conversation not in {each.conversation for each in Subscription.objects.all()}


def test_all_ends_everything(module, subscriber, mail_program):
    make_subscription(subscriber)
    make_subscription(subscriber, module=module)
    stranger = make_subscription(module=module)

    mail_program(url_of(subscriber, "all"))

    assert list(Subscription.objects.all()) == [stranger]


def test_conversation_of_a_module_that_is_followed_is_left_out_from_then_on(
    module, subscriber, mail_program
):
    make_subscription(subscriber, module=module)
    conversation = make_post(module)

    mail_program(url_of(subscriber, f"c{conversation.pk}"))

    assert subscriber.subscriptions.get(conversation=conversation).frequency == Frequency.OFF
    assert told(make_reply(conversation)) == set()
    assert told(make_post(module)) == {subscriber}


def test_repeating_it_does_no_harm(module, subscriber, mail_program):
    make_subscription(subscriber, module=module)
    conversation = make_post(module)

    for what in ("all", "answers", f"m{module.pk}", f"c{conversation.pk}") * 2:
        assert mail_program(url_of(subscriber, what)).status_code == 200

    assert not Subscription.objects.exists()


def test_what_is_gone_meanwhile_needs_no_end(module, subscriber, mail_program):
    conversation = make_post(module)
    url = url_of(subscriber, f"c{conversation.pk}")
    delete_post(conversation)

    assert mail_program(url).status_code == 200
    assert mail_program(url_of(subscriber, "m999999")).status_code == 200


def test_reply_is_no_conversation(module, subscriber, mail_program):
    make_subscription(subscriber, module=module)
    reply = make_reply(make_post(module))

    mail_program(url_of(subscriber, f"c{reply.pk}"))

    assert subscriber.subscriptions.count() == 1


def test_opening_the_link_shows_a_button_and_ends_nothing(module, subscriber, client):
    make_subscription(subscriber, module=module)

    response = client.get(url_of(subscriber, f"m{module.pk}"))

    assert response.status_code == 200
    assert "Module 2: Child labour" in response.text
    assert '<form method="post">' in response.text
    assert reverse("forum:subscriptions", args=[subscriber.key]) in response.text
    assert Subscription.objects.count() == 1
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_page_says_what_has_ended_and_offers_no_button_any_more(module, subscriber, client):
    response = client.post(url_of(subscriber, f"m{module.pk}"))

    assert "You get no more of these e-mails" in response.text
    assert "<form" not in response.text


@pytest.mark.parametrize("member", [True, False])
def test_page_is_in_the_language_of_the_person(client, member):
    fields = {"user": make_user(language="ar")} if member else {"language": "ar"}
    subscriber = make_subscriber(**fields)

    response = client.get(url_of(subscriber, "all"), headers={"Accept-Language": "fr"})

    assert '<html lang="ar" dir="rtl">' in response.text
    assert response["Content-Language"] == "ar"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "path",
    [
        "/u/{altered}/all/",
        "/u/{key}/everything/",
        "/u/{key}/m/",
        "/u/{key}/mx/",
        "/u/{key}/m-1/",
        "/u/{key}/m1c2/",
        "/u/{key}/c" + "9" * 40 + "/",
        "/u/{key}/c١٢/",
        "/u/{key}/all%00/",
        "/u/{key}%00/all/",
        "/u/{key}'--/all/",
        "/u/%F0%9F%98%80/all/",
        "/u/" + "k" * 3000 + "/all/",
        "/u/{key}/",
        "/u//all/",
    ],
)
def test_forged_or_altered_link_is_told_so_and_ends_nothing(
    module, subscriber, client, path, method
):
    make_subscription(subscriber, module=module)
    altered = subscriber.key[:-1] + ("A" if subscriber.key[-1] != "A" else "B")

    response = getattr(client, method)(path.format(key=subscriber.key, altered=altered))

    assert response.status_code == 404
    assert "<h1>" in response.text
    assert Subscription.objects.count() == 1


def test_link_of_a_person_who_is_forgotten_is_no_longer_good(subscriber, client):
    url = url_of(subscriber, "all")
    subscriber.delete()

    response = client.get(url)

    assert response.status_code == 404
    assert "This link is not good" in response.text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_end_nothing(module, subscriber, client, method):
    make_subscription(subscriber, module=module)

    assert getattr(client, method)(url_of(subscriber, "all")).status_code == 405
    assert Subscription.objects.count() == 1
