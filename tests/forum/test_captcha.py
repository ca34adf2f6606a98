"""The optional check against automatic forms: off by default; who cannot make it waits, or asks
less often."""

import base64
import hashlib
import json
import re
from html import unescape
from uuid import uuid4

import pytest
from django.core import mail

from forum import opting_in
from forum.limits import Limit
from forum.models import HeldFor, Post
from tests.factories import began_earlier

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"
SUBSCRIBE = "/en/modules/talk/forum/subscribe/"


@pytest.fixture
def captcha(settings, module):
    settings.CAPTCHA = True


@pytest.fixture
def send(client):
    def sent(**fields):
        values = {"name": "Amílcar", "email": "amilcar@example.org", "text": "We begin at school."}
        values |= {"submission": uuid4(), "began": began_earlier()} | fields
        return client.post(NEW, values)

    return sent


def solution(page: str) -> str:
    """What a browser would find."""
    challenge = json.loads(unescape(re.search(r'data-challenge="([^"]+)"', page)[1]))
    number = next(
        number
        for number in range(50_001)
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest()
        == challenge["challenge"]
    )
    answer = {key: challenge[key] for key in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(answer | {"number": number}).encode()).decode()


def publish(client):
    client.post(re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1])
    return Post.objects.latest("pk")


def test_no_check_is_made_unless_the_operator_asks_for_it(client, module):
    assert "data-challenge" not in client.get(NEW).text


def test_a_solved_challenge_lets_a_post_stand(client, captcha, send):
    send(is_checked=solution(client.get(NEW).text))

    assert publish(client).state == "published"


def test_without_javascript_the_post_waits_for_a_facilitator(client, captcha, send):
    send()

    assert publish(client).held_for == HeldFor.CAPTCHA


@pytest.mark.parametrize("answer", ["x", "e30=", base64.b64encode(b'{"number": 1}').decode()])
def test_a_wrong_answer_is_asked_for_again_and_the_text_stays(captcha, send, answer):
    response = send(is_checked=answer)

    assert "Please send your text once more." in response.text
    assert "We begin at school." in response.text
    assert mail.outbox == []


def test_an_answer_is_good_once(client, captcha, send):
    answer = solution(client.get(NEW).text)
    send(is_checked=answer)

    send(is_checked=answer, text="Another text of the same robot.")

    assert len(mail.outbox) == 1


def test_members_are_not_asked(client_of, learner, captcha):
    assert "data-challenge" not in client_of(learner).get(NEW).text


# Subscribing.


@pytest.fixture
def subscribe(client):
    def sent(**fields):
        values = {"email": "amilcar@example.org", "module": "daily", "answers": "off"}
        values |= {"submission": uuid4(), "began": began_earlier()} | fields
        return client.post(SUBSCRIBE, values, follow=True)

    return sent


@pytest.fixture
def once_at_most(monkeypatch):
    monkeypatch.setattr(opting_in, "PER_UNCHECKED_BROWSER", Limit(short=1, long=5))


def test_who_subscribes_is_asked_as_well(client, captcha):
    assert "data-challenge" in client.get(SUBSCRIBE).text


def test_members_who_subscribe_are_not_asked(client_of, learner, captcha):
    assert "data-challenge" not in client_of(learner).get(SUBSCRIBE).text


def test_solved_challenges_let_a_training_room_subscribe(client, captcha, subscribe, once_at_most):
    for name in ("amilcar", "salma", "rui"):
        answer = solution(client.get(SUBSCRIBE).text)
        subscribe(is_checked=answer, email=f"{name}@example.org")

    assert len(mail.outbox) == 3


def test_without_javascript_few_links_are_sent_and_what_was_chosen_stays(
    client, captcha, subscribe, once_at_most
):
    client.get(SUBSCRIBE)
    subscribe()

    page = subscribe(email="salma@example.org").text

    assert [message.to for message in mail.outbox] == [["amilcar@example.org"]]
    assert "Many subscriptions were asked for from here" in page
    assert 'value="salma@example.org"' in page
    assert '<option value="daily" selected>' in page


def test_a_wrong_answer_of_who_subscribes_is_asked_for_again(captcha, subscribe):
    page = subscribe(is_checked="x").text

    assert "has grown old. Please send it once more." in page
    assert 'value="amilcar@example.org"' in page
    assert mail.outbox == []
