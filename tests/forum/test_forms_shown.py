"""What the forms for posts show, and how they tell what is wrong."""

import re

import pytest

from forum.authors import Author
from forum.models import Post
from forum.templatetags.forum import markdown_samples
from tests.factories import make_guest, make_module, make_post

NEW = "/en/modules/talk/forum/new/"
TEXT = "We begin with a story about the market."
FOLDED = '<details class="fold" id="fold-language">'
OPEN = '<details class="fold" id="fold-language" open>'


@pytest.fixture
def module(db):
    return make_module(slug="talk")


def test_new_posts_and_replies_may_be_sent_after_signing_in_and_changes_may_not(
    client, client_of, learner, module
):
    post = make_post(module, author=make_guest())
    Post.objects.filter(pk=post.pk).update(guest_key="key")
    reply = f"/en/forum/posts/{post.pk}/reply/"
    for path in (NEW, reply):
        assert "Sign in and post" in client.get(path).text
        assert "Sign in and post" not in client_of(learner).get(path).text

    page = client.get(f"/en/forum/posts/{post.pk}/edit/?key=key").text
    assert "Save the change" in page
    assert "Sign in and post" not in page


def test_a_guest_learns_what_is_missing_and_nothing_of_haste(client, module):
    began = re.search(r'name="began" value="([^"]+)"', client.get(NEW).text)[1]

    page = client.post(NEW, {"text": TEXT, "began": began}).text

    assert '<a href="#id_name">Your name: Write the name under which you want to post.</a>' in page
    assert '<a href="#id_email">Your e-mail address: Write your e-mail address.</a>' in page
    assert "That was very quick." not in page
    filled = {"text": TEXT, "began": began, "name": "Ana", "email": "ana@example.org"}
    assert "That was very quick." in client.post(NEW, filled).text


def test_the_language_is_folded_away_until_it_is_asked_for(client_of, learner, module):
    client = client_of(learner)

    assert FOLDED in client.get(NEW).text
    assert FOLDED in client.post(NEW, {"text": ""}).text
    for data in ({"language": "Klingonish"}, {"language": "fr", "text": ""}, {"preview": "1"}):
        assert OPEN in client.post(NEW, {"text": TEXT} | data).text
    post = make_post(module, author=Author.member(learner))
    assert OPEN in client.get(f"/en/forum/posts/{post.pk}/edit/").text


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        (
            "**bold**, *italic*, - lists, > quotes and links",
            ["**bold**", "*italic*", "- lists", "&gt; quotes"],
        ),
        (
            "**نص غامق**، *نص مائل*، - قوائم، > اقتباسات، وروابط.",
            ["**نص غامق**", "*نص مائل*", "- قوائم", "&gt; اقتباسات"],
        ),
        ("<b>& nothing", []),
    ],
)
def test_samples_of_markdown_stand_as_they_are_typed(text, samples):
    html = markdown_samples(text)

    assert re.findall(r"<bdi>(.*?)</bdi>", html) == samples
    assert "<b>" not in html
