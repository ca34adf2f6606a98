"""The switch under a post's form: it says what is so, and changes it only when it is pressed."""

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from forum.models import Frequency, PendingPost, Post, Subscriber
from forum.subscribing import frequency_of_answers, subscribe, subscriber_at, subscriber_of
from tests.factories import began_earlier, make_module, make_post, make_user

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"
TEXT = "We begin with a story about the market."
GUEST = {"name": "Salma", "email": "salma@example.org"}


@pytest.fixture
def module():
    return make_module(slug="talk")


def written(**fields) -> dict:
    return {"text": TEXT, "submission": uuid4()} | fields


def is_pressed(page: str) -> bool:
    field = re.search(r'<input type="checkbox" name="tell_me"[^>]*>', page)[0]
    return "checked" in field


def told(user) -> str:
    return frequency_of_answers(Subscriber.objects.filter(user=user).first())


def weekly(user) -> None:
    subscribe(subscriber_of(user), frequency=Frequency.WEEKLY)


def link_in(message) -> str:
    return re.search(r"http://testserver(/\S+)", message.body)[1]


def test_nobody_is_subscribed_by_posting(client_of, learner, module):
    member = client_of(learner)
    assert not is_pressed(member.get(NEW).text)

    member.post(NEW, written(was_told="False"))

    assert Post.objects.count() == 1
    assert not Subscriber.objects.exists()


def test_a_member_who_ticks_it_hears_of_answers_at_once(client_of, learner, module):
    member = client_of(learner)

    member.post(NEW, written(tell_me="on", was_told="False"))

    assert told(learner) == "at_once"
    assert is_pressed(member.get(NEW).text)


def test_posting_again_leaves_what_was_chosen(client_of, learner, module):
    weekly(learner)
    member = client_of(learner)
    page = member.get(NEW).text
    assert is_pressed(page)
    assert 'name="was_told" value="True"' in page

    member.post(NEW, written(tell_me="on", was_told="True"))
    assert told(learner) == "weekly"
    # From a form that was open before they subscribed, or of an older page.
    member.post(NEW, written(text="Something else to say.", was_told="False"))
    member.post(NEW, written(text="A third thing to say.", tell_me="on", was_told="False"))
    assert told(learner) == "weekly"


def test_who_takes_the_tick_away_hears_no_more(client_of, learner, module):
    weekly(learner)

    client_of(learner).post(NEW, written(was_told="True"))

    assert told(learner) == "off"


def test_a_refused_post_subscribes_to_nothing(client_of, learner, module):
    post = make_post(module)
    member = client_of(learner)
    member.get(NEW)
    post.state = "removed"
    post.save(update_fields=["state"])

    page = member.post(f"/en/forum/posts/{post.pk}/reply/", written(tell_me="on")).text

    assert is_pressed(page)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("sent", [{"text": ""}, {"preview": "1"}, {"language": "Klingonish"}])
@pytest.mark.parametrize("pressed", [True, False])
@pytest.mark.parametrize("was_told", [True, False])
def test_the_form_keeps_the_tick(client_of, learner, module, sent, pressed, was_told):
    if was_told:
        weekly(learner)
    tick = {"tell_me": "on"} if pressed else {}

    page = client_of(learner).post(NEW, written(was_told=str(was_told), **tick) | sent).text

    assert is_pressed(page) is pressed
    assert f'name="was_told" value="{was_told}"' in page


def test_a_guest_keeps_the_tick_on_errors_and_in_the_preview(client, module):
    for sent in ({"email": "salma@"}, {"preview": "1"}):
        form = written(tell_me="on", began=began_earlier()) | GUEST | sent
        assert is_pressed(client.post(NEW, form).text)


def test_a_member_whose_session_has_ended_keeps_the_tick(client, module):
    for tick in ({"tell_me": "on"}, {}):
        page = client.post(NEW, written(was_told="True", **tick)).text
        assert "You are no longer signed in." in page
        assert is_pressed(page) is bool(tick)


def test_the_tick_waits_while_somebody_signs_in(client, learner, module):
    client.post(NEW, written(tell_me="on", sign_in="1", began=began_earlier()))
    client.force_login(learner)

    assert is_pressed(client.get(NEW).text)


def test_a_guests_tick_takes_effect_with_the_post(client, module):
    response = client.post(
        NEW, written(tell_me="on", began=began_earlier(), was_told="True") | GUEST
    )
    assert PendingPost.objects.get().wants_answers
    assert 'name="tell_me" value="on"' in client.get(response["Location"]).text
    assert not Subscriber.objects.exists()

    client.post(link_in(mail.outbox[0]))

    subscriber = Subscriber.objects.get()
    assert (subscriber.email, subscriber.language) == ("salma@example.org", "en")
    assert subscriber.confirmed_at
    assert frequency_of_answers(subscriber) == "at_once"
    # This browser is known from now on.
    assert is_pressed(client.get(NEW).text)
    client.post(NEW, written(text="And one more thing.", was_told="True"))
    assert frequency_of_answers(subscriber) == "off"


def test_a_guests_post_without_the_tick_changes_nothing(client, module):
    subscribe(subscriber_at(GUEST["email"]), frequency=Frequency.DAILY)

    client.post(NEW, written(began=began_earlier()) | GUEST)
    client.post(link_in(mail.outbox[0]))

    assert Post.objects.count() == 1
    assert frequency_of_answers(Subscriber.objects.get()) == "daily"


def test_nobody_learns_from_the_form_whether_an_address_is_known(module):
    subscribe(subscriber_at(GUEST["email"]), frequency=Frequency.DAILY)
    form = written(began=began_earlier(), preview="1") | GUEST

    assert not is_pressed(Client().post(NEW, form).text)


def test_changing_a_post_asks_nothing(client_of, learner, module):
    member = client_of(learner)
    member.post(NEW, written())

    page = member.get(f"/en/forum/posts/{Post.objects.get().pk}/edit/").text

    assert "tell_me" not in page


def test_without_the_tick_a_reply_costs_no_more(
    client_of, learner, module, django_assert_max_num_queries
):
    opening = make_post(module, author=None)
    weekly(learner)
    member = client_of(learner)
    path = f"/en/forum/posts/{opening.pk}/reply/"
    member.post(path, written())

    with django_assert_max_num_queries(15):
        response = member.post(path, written(text="Another one.", tell_me="on", was_told="True"))

    assert response.status_code == 302


def test_of_a_form_sent_twice_the_tick_holds_once(client_of, module):
    person = make_user()
    member, form = client_of(person), written(tell_me="on")

    for _ in range(2):
        member.post(NEW, form)

    assert Post.objects.count() == 1
    assert told(person) == "at_once"
