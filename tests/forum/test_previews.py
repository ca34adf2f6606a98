"""How often a text may be looked at before it is sent."""

import pytest

from forum import previewing
from forum.authors import Author
from forum.limits import Limit
from forum.models import Post, Trace
from tests.factories import make_module, make_post

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"
SENTENCE = "Many previews were asked for from here within a short time."
PREVIEW = {"text": "We begin at **school**.", "preview": "1"}


@pytest.fixture
def module():
    return make_module(slug="talk")


@pytest.fixture
def two_at_most(monkeypatch):
    monkeypatch.setattr(previewing, "PER_BROWSER", Limit(short=2, long=10))


def test_one_too_many_is_refused_and_the_text_stays(client, module, two_at_most):
    # The page of the form gives the browser the token that it is counted by.
    client.get(NEW)
    shown = [client.post(NEW, PREVIEW).text for _time in range(3)]

    assert [SENTENCE in page for page in shown] == [False, False, True]
    assert ["<strong>school</strong>" in page for page in shown] == [True, True, False]
    assert "We begin at **school**." in shown[2]


def test_the_text_may_be_sent_all_the_same(client_of, learner, module, two_at_most):
    client = client_of(learner)
    client.get(NEW)
    for _time in range(3):
        client.post(NEW, PREVIEW)

    client.post(NEW, {"text": PREVIEW["text"]})

    assert Post.objects.get().comment == PREVIEW["text"]


def test_a_change_is_previewed_as_often(client_of, learner, module, two_at_most):
    post = make_post(module, Author.member(learner))
    client = client_of(learner)
    edit = f"/en/forum/posts/{post.pk}/edit/"
    client.get(edit)

    shown = [client.post(edit, PREVIEW).text for _time in range(3)]

    assert [SENTENCE in page for page in shown] == [False, False, True]
    assert "We begin at **school**." in shown[2]


def test_a_network_has_a_limit_of_its_own(client, module, monkeypatch):
    monkeypatch.setattr(previewing, "PER_NETWORK", Limit(short=1, long=10))
    # As somebody who throws the token away each time.
    shown = []
    for _time in range(2):
        client.cookies.clear()
        shown.append(client.post(NEW, PREVIEW).text)

    assert [SENTENCE in page for page in shown] == [False, True]
    assert Trace.objects.count() == 1
