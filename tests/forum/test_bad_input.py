"""What no form of ours sends: a clear answer or quiet cleaning, never a fault of the server."""

from importlib import import_module
from types import SimpleNamespace
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from forum.models import Post
from forum.services import add_reply
from tests.factories import began_earlier, make_guest, make_post

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "body",
    [
        b"text=%ff%fe%80 broken, but long enough to read",
        b"text=null%00bytes in the middle of a text&title=a%00b&language=e%00n",
        b"text=fine&submission=not-a-uuid",
        b"text=" + quote("\ud800 half of a pair", errors="surrogatepass").encode(),
        b"text=fine&language=" + b"x" * 5000,
        b"",
        b"&&&===%%%",
    ],
)
def test_a_broken_form_of_a_member_is_cleaned_or_said(client_of, learner, module, body):
    response = client_of(learner).post(NEW, body, content_type=FORM)

    assert response.status_code in {200, 302}
    for post in Post.objects.all():
        assert "\x00" not in post.comment + post.title
        post.comment.encode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a\x00b"),
        ("name", "\u200b"),
        ("name", "n" * 300),
        ("email", "no address"),
        ("email", "a\x00@example.org"),
        ("email", "a@example.org\nBcc: everybody@example.org"),
        ("email", f"{'a' * 300}@example.org"),
        ("began", "\x00"),
        ("began", "9" * 400),
    ],
)
def test_a_broken_form_of_a_guest_is_said_and_keeps_the_text(client, module, field, value):
    values = {"name": "Rui", "email": "rui@example.org", "text": "We begin at school."}
    values |= {"submission": uuid4(), "began": began_earlier()}

    response = client.post(NEW, values | {field: value})

    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert "We begin at school." in response.text


@pytest.mark.parametrize("pk", ["0", "9" * 18, "00000001"])
@pytest.mark.parametrize("act", ["", "reply/", "edit/", "delete/", "report/", "moderate/"])
def test_a_post_that_does_not_exist_is_a_404(client_of, learner, module, pk, act):
    assert client_of(learner).get(f"/en/forum/posts/{pk}/{act}").status_code in {403, 404}


@pytest.mark.parametrize("pk", ["-1", "x", "9" * 19, "1%00"])
def test_an_address_that_is_none_is_a_404(client, module, pk):
    assert client.get(f"/en/forum/posts/{pk}/reply/").status_code == 404


@pytest.mark.parametrize("value", ["x", "-1", "9" * 40, "1\x00", "١", ""])
@pytest.mark.parametrize("name", ["after", "before", "post", "sort", "language", "unanswered"])
def test_queries_that_mean_nothing_are_ignored(client, module, name, value):
    post = make_post(module)
    add_reply(in_reply_to=post, author=make_guest(), text="So.", language="en")

    for path in (f"/en/forum/{post.pk}/", "/en/forum/", "/en/modules/talk/forum/"):
        assert client.get(path, {name: value}).status_code == 200


def test_posts_of_guests_from_before_get_their_addresses(module):
    post = make_post(module, author=make_guest(email="Amilcar@Example.org"))
    members = make_post(module)
    Post.objects.update(guest_email="")

    migration = import_module("forum.migrations.0003_guest_addresses")
    migration.fill(apps, SimpleNamespace(connection=connection))

    post.refresh_from_db()
    members.refresh_from_db()
    assert (post.guest_email, members.guest_email) == ("amilcar@example.org", "")
