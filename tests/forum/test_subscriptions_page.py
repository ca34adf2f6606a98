"""All that somebody has subscribed to, on one page: by the key of the mails or in the account."""

import pytest
from django.test import Client

from accounts.mail.models import OutgoingMail
from forum.models import Frequency, Notice, Subscriber
from forum.subscribing import subscribe, subscriber_at, subscriber_of
from tests.factories import make_module, make_post

pytestmark = pytest.mark.django_db
OWN = "/en/account/subscriptions/"
GUEST = "salma@example.org"


@pytest.fixture
def module():
    return make_module(slug="talk", number=2, title_en="Child labour")


@pytest.fixture
def opening(module):
    return make_post(module, title="Who begins?")


def chosen(subscriber: Subscriber) -> set[tuple]:
    rows = subscriber.subscriptions.all()
    return set(rows.values_list("module__slug", "conversation", "frequency"))


def test_the_key_of_the_mails_opens_all_subscriptions_without_signing_in(client, module, opening):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)
    subscribe(subscriber, conversation=opening, frequency=Frequency.AT_ONCE)
    path = f"/ar/forum/subscriptions/{subscriber.key}/"

    response = client.get(path)

    assert "Child labour" in response.text
    assert "Who begins?" in response.text
    assert "noindex" in response.text
    assert 'rel="canonical"' not in response.text
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


def test_each_is_changed_and_ended_by_itself_or_all_at_once(client, module, opening):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)
    subscribe(subscriber, conversation=opening, frequency=Frequency.AT_ONCE)
    subscribe(subscriber, frequency=Frequency.AT_ONCE)
    of_module, of_conversation, to_answers = subscriber.subscriptions.order_by("pk")
    path = f"/en/forum/subscriptions/{subscriber.key}/"
    fields = {
        f"frequency-{of_module.pk}": "weekly",
        f"frequency-{of_conversation.pk}": "at_once",
        f"frequency-{to_answers.pk}": "at_once",
    }

    client.get(path)
    client.post(path, fields)
    assert ("talk", None, "weekly") in chosen(subscriber)

    client.post(path, fields | {"end": str(to_answers.pk)})
    assert chosen(subscriber) == {("talk", None, "weekly"), (None, opening.pk, "at_once")}

    response = client.post(path, fields | {"end_all": "1"}, follow=True)
    assert chosen(subscriber) == set()
    assert "No more mail will come." in response.text
    assert client.post(path, {"end_all": "1"}, follow=True).status_code == 200


def test_nobody_ends_what_is_anothers(client, module):
    mine, others = subscriber_at(GUEST), subscriber_at("ana@example.org")
    subscribe(others, module=module, frequency=Frequency.DAILY)
    path = f"/en/forum/subscriptions/{mine.key}/"

    client.post(path, {"end": str(others.subscriptions.get().pk)})
    client.post(path, {f"frequency-{others.subscriptions.get().pk}": "off"})

    assert chosen(others) == {("talk", None, "daily")}


def test_a_frequency_that_there_is_not_is_refused(client, module):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)
    field = f"frequency-{subscriber.subscriptions.get().pk}"

    response = client.post(f"/en/forum/subscriptions/{subscriber.key}/", {field: "hourly"})

    assert "Nothing has been changed yet." in response.text
    assert chosen(subscriber) == {("talk", None, "daily")}


@pytest.mark.parametrize("key", ["x", "a" * 32, "-_-", "%00", "1' OR 1=1"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_key_is_a_404_with_a_way_on(client, key, method):
    response = getattr(client, method)(f"/en/forum/subscriptions/{key}/")

    assert response.status_code == 404
    assert "Go to the " in response.text


def test_ending_all_also_ends_what_was_noted_for_the_next_mail(module, opening):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)
    waiting = OutgoingMail.objects.create(kind="digest", to=GUEST)
    Notice.objects.create(post=opening, subscriber=subscriber, mail=waiting)

    Client().post(f"/en/forum/subscriptions/{subscriber.key}/", {"end_all": "1"})

    assert not Notice.objects.exists()


def test_members_find_their_subscriptions_in_their_account(client_of, client, learner, module):
    member = client_of(learner)
    assert f'href="{OWN}"' in member.get("/en/account/profile/").text
    assert "You are told of nothing by mail." in member.get(OWN).text
    # To look makes no row.
    assert not Subscriber.objects.exists()
    subscribe(subscriber_of(learner), module=module, frequency=Frequency.DAILY)
    assert "Child labour" in member.get(OWN).text
    assert client.get(OWN)["Location"].startswith("/en/account/login/?next=")


def test_a_removed_conversation_shows_nothing_of_what_it_said(client, module, opening):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, conversation=opening, frequency=Frequency.AT_ONCE)
    opening.state = "removed"
    opening.save(update_fields=["state"])

    page = client.get(f"/en/forum/subscriptions/{subscriber.key}/").text

    assert "Who begins?" not in page
    assert f"Conversation no. {opening.pk}" in page


def test_the_list_costs_the_same_for_two_as_for_twenty(
    client, module, django_assert_num_queries, django_assert_max_num_queries
):
    subscriber = subscriber_at(GUEST)
    path = f"/en/forum/subscriptions/{subscriber.key}/"

    def follow(count: int) -> None:
        for _ in range(count):
            subscribe(subscriber, conversation=make_post(module), frequency=Frequency.DAILY)

    follow(2)
    with django_assert_max_num_queries(8) as few:
        client.get(path)
    follow(18)
    with django_assert_num_queries(len(few)):
        client.get(path)
