"""People choose what they are told of: members at once, others by confirming their address."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from forum.guests import Guest, remember_guest
from forum.models import (
    Frequency,
    PendingSubscription,
    Policy,
    Subscriber,
    Subscription,
    Trace,
)
from forum.subscribing import choose, end, subscribe, subscriber_at, subscriber_of
from tests.factories import (
    began_earlier,
    confirm,
    make_guest,
    make_module,
    make_post,
    make_user,
)

pytestmark = pytest.mark.django_db
OWN = "/en/account/subscriptions/"
GUEST = "salma@example.org"


@pytest.fixture
def module():
    return make_module(slug="talk", number=2, title_en="Child labour")


@pytest.fixture
def opening(module):
    return make_post(module, title="Who begins?")


@pytest.fixture
def known_guest():
    """A browser in which a guest has confirmed the address."""
    client, response = Client(), HttpResponse()
    remember_guest(response, Guest("Salma", GUEST))
    client.cookies = response.cookies
    return client


def to_module(language: str = "en") -> str:
    return f"/{language}/modules/talk/forum/subscribe/"


def to_conversation(opening, language: str = "en") -> str:
    return f"/{language}/forum/{opening.pk}/subscribe/"


def asked(**fields) -> dict:
    """What a guest's browser sends."""
    values = {"email": GUEST, "module": "at_once", "answers": "off", "began": began_earlier()}
    return values | {"submission": uuid4()} | fields


def link_in(message) -> str:
    return urlsplit(re.search(r"https?://\S+/forum/subscribe/\S+", message.body)[0]).path


def chosen(subscriber: Subscriber) -> set[tuple]:
    rows = subscriber.subscriptions.all()
    return set(rows.values_list("module__slug", "conversation", "frequency"))


def test_each_page_of_the_forum_leads_to_the_subscription(client, module, opening):
    for path in ("/en/modules/talk/", "/en/modules/talk/forum/"):
        page = client.get(path)
        assert f'href="{to_module()}"' in page.text
        assert "private" not in page["Cache-Control"]
    assert f'href="{to_conversation(opening)}"' in client.get(f"/en/forum/{opening.pk}/").text


def test_a_member_subscribes_at_once_and_sees_it(client_of, learner, module, opening):
    member = client_of(learner)

    response = member.post(
        to_conversation(opening),
        {"conversation": "at_once", "module": "weekly", "answers": "daily"},
        follow=True,
    )

    assert chosen(learner.forum_subscriber) == {
        ("talk", None, "weekly"),
        (None, opening.pk, "at_once"),
        (None, None, "daily"),
    }
    assert response.redirect_chain[-1][0] == OWN
    for words in ("Who begins?", "Child labour", "Answers to my posts", learner.email):
        assert words in response.text
    assert mail.outbox == []


def test_the_form_shows_what_was_chosen_before(client_of, learner, module, opening):
    subscribe(subscriber_of(learner), module=module, frequency=Frequency.WEEKLY)

    page = client_of(learner).get(to_conversation(opening)).text

    # What is said of the forum holds for the conversation.
    assert page.count('<option value="weekly" selected>') == 2
    assert page.count('<option value="off" selected>') == 1


def test_asked_for_twice_it_is_the_same_as_once(learner, module, opening):
    subscriber = subscriber_of(learner)
    for _ in range(2):
        assert subscriber_of(learner) == subscriber
        subscribe(subscriber, module=module, frequency=Frequency.DAILY)
        subscribe(subscriber, frequency=Frequency.AT_ONCE)

    assert chosen(subscriber) == {("talk", None, "daily"), (None, None, "at_once")}


def test_a_conversation_can_be_left_out_of_a_forum_that_is_followed(learner, module, opening):
    subscriber = subscriber_of(learner)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)

    choose(
        subscriber,
        {"module": "daily", "conversation": "off", "answers": "off"},
        module=module,
        conversation=opening,
    )
    assert chosen(subscriber) == {("talk", None, "daily"), (None, opening.pk, "off")}

    subscribe(subscriber, module=module, frequency=Frequency.OFF)
    assert chosen(subscriber) == set()


def test_what_the_forum_says_already_is_not_said_of_the_conversation(learner, module, opening):
    subscriber = subscriber_of(learner)

    choose(
        subscriber,
        {"module": "daily", "conversation": "daily", "answers": "off"},
        module=module,
        conversation=opening,
    )

    assert chosen(subscriber) == {("talk", None, "daily")}


def test_a_guest_is_told_of_nothing_before_the_button_behind_the_mails_link(client, module):
    response = client.post(to_module(), asked(email="Salma@example.org"), follow=True)

    assert "Almost there" in response.text
    assert GUEST not in response.text
    message = mail.outbox[0]
    assert message.to == ["Salma@example.org"]
    assert "Child labour" in message.body
    assert not Subscriber.objects.exists()

    page = client.get(link_in(message))
    assert "Child labour" in page.text
    assert "At once" in page.text
    assert not Subscriber.objects.exists()

    done = client.post(link_in(message), follow=True)
    subscriber = Subscriber.objects.get()
    assert (subscriber.email, subscriber.user) == (GUEST, None)
    assert subscriber.confirmed_at
    assert chosen(subscriber) == {("talk", None, "at_once")}
    assert "Your subscription is confirmed." in done.text
    assert done.redirect_chain[-1][0] == f"/en/forum/subscriptions/{subscriber.key}/"


def test_a_second_click_changes_nothing_even_after_the_end(client, module):
    client.post(to_module(), asked())
    link = link_in(mail.outbox[0])
    client.post(link)
    end(Subscription.objects.get())

    for again in (client.post(link, follow=True), client.get(link, follow=True)):
        assert "You are told of nothing by mail." in again.text
    assert not Subscription.objects.exists()


def test_the_link_is_good_for_seven_days_and_then_all_is_forgotten(client, module):
    client.post(to_module(), asked())
    PendingSubscription.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))

    response = client.post(link_in(mail.outbox[0]))

    assert response.status_code == 404
    assert "subscribe again" in response.text
    call_command("drop_old_data", verbosity=0)
    assert not PendingSubscription.objects.exists()


def test_the_mail_and_the_digests_are_in_the_language_of_the_page(client, module):
    client.post(to_module("ar"), asked(time_zone="Africa/Tunis"))

    message = mail.outbox[0]
    html = message.alternatives[0].content
    assert 'lang="ar" dir="rtl"' in html
    assert link_in(message).startswith("/ar/forum/subscribe/")
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    client.post(link_in(message))
    subscriber = Subscriber.objects.get()
    assert (subscriber.language, subscriber.time_zone) == ("ar", "Africa/Tunis")


def test_no_answer_tells_whether_an_address_is_known(client, module):
    subscribe(subscriber_at(GUEST), module=module, frequency=Frequency.WEEKLY)
    confirm(make_user(email="ana@example.org"))
    answers = set()

    for email in (GUEST, "ana@example.org", "nobody@example.org"):
        response = client.post(to_module(), asked(email=email))
        answers.add((response.status_code, response["Location"], len(mail.outbox[-1].body)))
        assert mail.outbox[-1].to == [email]

    assert len(answers) == 1
    assert len(mail.outbox) == 3


def test_what_a_stranger_asks_for_joins_nothing_that_the_owner_confirms(client, module, opening):
    subscribe(subscriber_at(GUEST), module=module, frequency=Frequency.WEEKLY)
    Client().post(to_module(), asked(module="at_once"))
    client.post(to_conversation(opening), asked(conversation="daily", module="off"))

    client.post(link_in(mail.outbox[1]))

    assert chosen(Subscriber.objects.get()) == {
        ("talk", None, "weekly"),
        (None, opening.pk, "daily"),
    }


def test_the_owner_of_a_members_address_subscribes_the_member(client, learner, module):
    confirm(learner)
    client.post(to_module(), asked(email=learner.email))

    client.post(link_in(mail.outbox[0]))

    assert Subscriber.objects.get().user == learner


def test_a_known_guest_needs_no_second_mail(known_guest, module):
    page = known_guest.get(to_module()).text
    assert GUEST in page
    assert 'name="email"' not in page

    response = known_guest.post(to_module(), {"module": "daily", "answers": "at_once"})

    subscriber = Subscriber.objects.get()
    assert chosen(subscriber) == {("talk", None, "daily"), (None, None, "at_once")}
    assert response["Location"] == f"/en/forum/subscriptions/{subscriber.key}/"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": ""}, "Write your e-mail address."),
        ({"email": "salma@"}, "valid email address"),
        ({"email": f"{'x' * 250}@example.org"}, "at most 254 characters"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "valid email address"),
        ({"module": "hourly"}, "hourly"),
        ({"module": "off", "answers": "off"}, "Choose how often for at least one of these."),
        ({"began": "forged"}, "That was very quick."),
        ({"website": "https://spam.example"}, "Something needs a look."),
    ],
)
def test_a_wrong_form_is_explained_and_sends_nothing(client, module, fields, words):
    response = client.post(to_module(), asked(**fields))

    assert response.status_code == 200
    assert words in response.text
    assert not PendingSubscription.objects.exists()
    assert mail.outbox == []


def test_what_came_too_quickly_is_taken_the_second_time(client, module):
    began = re.search(r'name="began" value="([^"]+)"', client.get(to_module()).text)[1]
    page = client.post(to_module(), asked(began=began))
    assert "That was very quick." in page.text
    assert f'value="{GUEST}"' in page.text


def test_the_same_form_sent_twice_is_one_mail(client, module):
    form = asked()

    for _ in range(2):
        assert client.post(to_module(), form).status_code == 302

    assert len(mail.outbox) == 1


def test_nobody_fills_another_persons_mailbox(client, module):
    for _ in range(6):
        response = client.post(to_module(), asked())

    assert len(mail.outbox) == 5
    assert "Many links went to this address." in response.text
    assert f'value="{GUEST}"' in response.text


def test_nobody_writes_to_many_people_from_one_place(client, module):
    for number in range(61):
        response = client.post(to_module(), asked(email=f"person{number}@example.org"))

    assert len(mail.outbox) == 60
    assert "Many subscriptions were asked for from here" in response.text
    Trace.objects.update(at=timezone.now() - timedelta(minutes=11))
    client.post(to_module(), asked(email="late@example.org"))
    assert mail.outbox[-1].to == ["late@example.org"]


def test_a_form_for_members_whose_session_has_ended_asks_for_an_address(client, module):
    response = client.post(to_module(), {"module": "weekly", "answers": "off"})

    assert "You are no longer signed in." in response.text
    assert '<option value="weekly" selected>' in response.text
    assert 'name="email"' in response.text


def test_a_form_that_was_open_for_too_long_changes_nothing(module):
    subscriber = subscriber_at(GUEST)
    subscribe(subscriber, module=module, frequency=Frequency.DAILY)
    strict = Client(enforce_csrf_checks=True)
    path = f"/en/forum/subscriptions/{subscriber.key}/"

    for response in (
        strict.post(path, {"end_all": "1"}),
        strict.post(to_module(), asked(email="new@example.org")),
    ):
        assert response.status_code == 403
        assert "The page had been open for too long." in response.text
    assert chosen(subscriber) == {("talk", None, "daily")}
    assert mail.outbox == []


def test_there_is_nothing_to_subscribe_to_where_the_forum_is_hidden(client, module, opening):
    Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)

    assert client.get(to_module()).status_code == 404
    assert client.get(to_conversation(opening)).status_code == 404


def test_nothing_is_told_of_a_conversation_that_waits(client, module):
    held = make_post(module, make_guest(), title="Secret")
    held.state = "held"
    held.save(update_fields=["state"])

    assert client.post(to_conversation(held), asked(conversation="daily")).status_code == 404
