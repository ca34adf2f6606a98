"""Which actions a post offers, and to whom; what only its author and facilitators read of it."""

import re

import pytest
from django.http import HttpResponse

from forum.authors import Author
from forum.guests import COOKIE, Guest, remember_guest
from forum.models import HeldFor, Policy, State
from forum.moderation import approve, remove
from forum.records import of_rule
from forum.services import add_reply, change_state, like
from tests.factories import make_guest, make_module, make_post, make_reply, make_user

ACTIONS = ("like", "reply", "report", "edit", "delete", "moderate")
GUEST = make_guest(name="سلمى", email="salma@example.org")


@pytest.fixture
def module(db):
    return make_module(slug="talk")


@pytest.fixture
def author(db):
    return make_user(display_name="Rosa Quispe")


@pytest.fixture
def opening(module, author):
    return make_post(module, author=Author.member(author), text="Who begins?")


@pytest.fixture
def guest_client(client):
    """A browser that has confirmed the guest's address."""
    response = HttpResponse()
    remember_guest(response, Guest(GUEST.name, GUEST.email))
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def address(post) -> str:
    return f"/en/forum/{post.root_id}/"


def article(html: str, post) -> str:
    return re.search(rf'<article id="post-{post.pk}".*?</article>', html, re.DOTALL)[0]


def offered(html: str, post) -> set[str]:
    found = article(html, post)
    return {name for name in ACTIONS if f'"/en/forum/posts/{post.pk}/{name}/"' in found}


def pages_with(post) -> list[str]:
    return [address(post), "/en/forum/", "/en/modules/talk/forum/", "/en/modules/talk/"]


# Who may do what


def test_a_visitor_may_reply_and_report(client, opening):
    for path in pages_with(opening):
        assert offered(client.get(path).text, opening) == {"reply", "report"}


def test_a_member_may_also_like(client_of, learner, opening):
    for path in pages_with(opening):
        assert offered(client_of(learner).get(path).text, opening) == {"like", "reply", "report"}


def test_an_author_may_change_and_delete_and_neither_like_nor_report(client_of, author, opening):
    for path in pages_with(opening):
        found = offered(client_of(author).get(path).text, opening)
        assert found == {"reply", "edit", "delete"}


def test_a_guest_who_is_known_in_the_browser_is_an_author_too(guest_client, opening):
    own = make_reply(opening, author=GUEST)

    html = guest_client.get(address(opening)).text

    assert offered(html, own) == {"reply", "edit", "delete"}
    assert offered(html, opening) == {"reply", "report"}


def test_a_facilitator_may_also_moderate_whatever_stands_there(client_of, facilitator, opening):
    own = make_reply(opening, author=Author.member(facilitator))
    held, removed = make_reply(opening), make_reply(opening)
    change_state(held, State.HELD, HeldFor.LINKS)
    change_state(removed, State.REMOVED)

    html = client_of(facilitator).get(address(opening)).text

    assert offered(html, opening) == {"like", "reply", "report", "moderate"}
    assert offered(html, own) == {"reply", "edit", "delete", "moderate"}
    assert offered(html, held) == offered(html, removed) == {"moderate"}


def test_where_nobody_may_write_posts_are_still_liked_reported_and_deleted(
    client_of, learner, author, module, opening
):
    Policy.objects.create(module=module, mode=Policy.Mode.READ_ONLY)

    assert offered(client_of(learner).get(address(opening)).text, opening) == {"like", "report"}
    assert offered(client_of(author).get(address(opening)).text, opening) == {"delete"}


def test_each_action_says_which_post_it_is_about(client_of, learner, opening):
    html = article(client_of(learner).get(address(opening)).text, opening)

    for words in ("Like", "Report"):
        assert re.search(rf'{words}<span class="visually-hidden"> no. 1, Rosa Quispe</span>', html)
    assert re.search(r'Reply<span class="visually-hidden"> to no. 1, Rosa Quispe</span>', html)


# Likes


def test_likes_are_a_count_for_those_who_cannot_and_a_button_for_those_who_can(
    client, client_of, learner, opening
):
    like(opening, learner)

    assert "1 like" in article(client.get(address(opening)).text, opening)
    assert "<button" not in article(client.get(address(opening)).text, opening)
    member = article(client_of(learner).get(address(opening)).text, opening)
    assert 'aria-pressed="true"' in member
    # Pressed again it takes the like back.
    assert 'name="like" value="0"' in member


def test_no_likes_are_no_count_for_those_who_cannot(client, client_of, author, opening):
    for reader in (client, client_of(author)):
        assert "like" not in article(reader.get(address(opening)).text, opening)


def test_one_form_serves_all_the_buttons_of_a_page(client_of, learner, opening):
    for _ in range(5):
        make_reply(opening)

    for path in pages_with(opening):
        html = client_of(learner).get(path).text
        assert html.count('id="like-form"') == 1
        # The other one is for signing out, in the header.
        assert html.count("csrfmiddlewaretoken") == 2


def test_a_press_answers_with_the_button_alone(client_of, learner, opening):
    path = f"/en/forum/posts/{opening.pk}/like/"

    response = client_of(learner).post(path, {"like": "1"}, headers={"HX-Request": "true"})

    assert response.text.strip().startswith("<button")
    assert 'aria-pressed="true"' in response.text


def test_visitors_and_guests_get_neither_token_nor_cookie(guest_client, client, opening):
    for reader in (guest_client, client):
        for path in pages_with(opening):
            response = reader.get(path)
            assert "csrf" not in response.text.lower()
            assert not response.cookies


# What waits and what was removed


@pytest.fixture
def held(opening, learner):
    post = add_reply(
        in_reply_to=opening, author=Author.member(learner), text="Uma ideia.", language="pt"
    )
    change_state(post, State.HELD, HeldFor.LINKS)
    of_rule(post)
    return post


def test_an_author_reads_what_waits_and_why(client_of, learner, held):
    html = article(client_of(learner).get(address(held)).text, held)

    assert "Waits for a facilitator" in html
    assert "Many links from somebody new" in html
    assert "within two days" in html
    assert "Uma ideia." in html
    assert offered(html, held) == {"edit", "delete"}


def test_a_facilitator_reads_it_too_and_others_do_not(client, client_of, facilitator, held):
    html = article(client_of(facilitator).get(address(held)).text, held)

    assert "Only its author and the facilitators see this post." in html
    assert "Uma ideia." in html
    for other in (client, client_of(make_user())):
        assert "Uma ideia." not in other.get(address(held)).text


def test_an_author_learns_why_a_post_was_removed(client_of, client, learner, facilitator, opening):
    post = make_reply(opening, author=Author.member(learner), text="Buy this!")
    remove(post, by=facilitator, reason="spam", note="Please share <practices>.")

    html = article(client_of(learner).get(address(opening)).text, post)

    assert "Removed by a facilitator" in html
    assert "Advertising or spam" in html
    assert "Please share &lt;practices&gt;." in html
    assert "Buy this!" not in html
    assert f"post-{post.pk}" not in client.get(address(opening)).text
    approve(post, by=facilitator)
    assert "Removed" not in client_of(learner).get(address(opening)).text


def test_of_a_conversation_that_waits_nothing_is_counted(client_of, learner, module):
    waiting, answered = (make_post(module, author=Author.member(learner)) for _ in range(2))
    make_reply(answered)
    for post in (waiting, answered):
        change_state(post, State.HELD, HeldFor.LINKS)

    html = client_of(learner).get(address(waiting)).text
    assert "Waits for a facilitator" in html
    assert "talk-facts" not in html
    assert "/feed/" not in html

    assert "talk-facts" in client_of(learner).get(address(answered)).text


# House rules


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("open", "an e-mail address are enough.</li>"),
        ("approval", "A facilitator looks at a guest's post before everybody sees it."),
        ("members", "Members write here; everybody may read."),
        ("read_only", "This forum takes no new posts."),
    ],
)
def test_house_rules_say_who_may_write(client, module, mode, sentence):
    Policy.objects.create(module=module, mode=mode)

    assert sentence in client.get("/en/modules/talk/").text
    assert sentence in client.get("/en/modules/talk/forum/").text


# Cost


def test_a_member_and_a_facilitator_cost_few_queries(
    client_of, learner, facilitator, opening, django_assert_max_num_queries
):
    for number in range(40):
        post = make_reply(opening, author=Author.member(learner))
        if number % 9 == 0:
            change_state(post, State.HELD, HeldFor.LINKS)
            of_rule(post)

    member, staff = client_of(learner), client_of(facilitator)
    for path in pages_with(opening)[:3]:
        with django_assert_max_num_queries(15):
            member.get(path)
        with django_assert_max_num_queries(18):
            staff.get(path)


# News


def test_a_conversation_tells_how_many_posts_have_come(client, opening):
    make_reply(opening)
    path = f"/en/forum/{opening.pk}/news/?after=2-0"
    assert f'data-news="{path}"' in client.get(address(opening)).text
    assert client.get(path).text.strip() == ""

    first = make_reply(opening)
    make_reply(opening)
    change_state(make_reply(opening), State.HELD)

    html = client.get(path).text
    assert "2 new posts, show them" in html
    assert f'href="/en/forum/{opening.pk}/?post={first.pk}#post-{first.pk}"' in html


def test_a_module_tells_in_how_many_conversations_somebody_has_written(client, module, opening):
    make_post(module)
    html = client.get("/en/modules/talk/forum/").text
    path = re.search(r'data-news="([^"]+)"', html)[1]
    assert client.get(path).text.strip() == ""

    make_reply(opening)
    make_reply(opening)
    make_post(module)

    assert "New posts in 2 conversations, show them" in client.get(path).text


def news_of(client, page: str) -> str:
    return re.search(r'data-news="([^"]+)"', client.get(page).text)[1]


def test_what_a_facilitator_lets_stand_later_is_news(client, module, opening, facilitator):
    held = make_reply(opening)
    change_state(held, State.HELD)
    make_reply(opening)
    pages = address(opening), "/en/modules/talk/forum/"
    of_conversation, of_module = (news_of(client, page) for page in pages)

    approve(held, by=facilitator)

    assert f"post={held.pk}#" in client.get(of_conversation).text
    assert "1 new post, show it" in client.get(of_conversation).text
    assert "New posts in 1 conversation, show them" in client.get(of_module).text
    # A page that shows it is told nothing.
    for page in pages:
        assert client.get(news_of(client, page)).text.strip() == ""


def test_an_approved_post_that_is_removed_again_is_no_news(client, module, opening, facilitator):
    held = make_reply(opening)
    change_state(held, State.HELD)
    news = [news_of(client, page) for page in (address(opening), "/en/modules/talk/forum/")]

    approve(held, by=facilitator)
    remove(held, by=facilitator, reason="spam")

    assert [client.get(path).text.strip() for path in news] == ["", ""]


def test_news_cost_little_and_nothing_when_nothing_is_new(
    client, opening, django_assert_max_num_queries
):
    for path in (f"/en/forum/{opening.pk}/news/?after=1", "/en/modules/talk/forum/news/?after=1"):
        with django_assert_max_num_queries(4):
            response = client.get(path)
        assert response["Cache-Control"] == "public, no-cache"
        assert not response.cookies
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("after", ["", "x", "-1", "1-x", "9-9-9", "9" * 18, "9" * 40, "١", "%00"])
def test_news_after_what_means_nothing_are_none(client, opening, after):
    make_reply(opening)

    for path in (f"/en/forum/{opening.pk}/news/", "/en/modules/talk/forum/news/"):
        response = client.get(f"{path}?after={after}")
        assert response.status_code == 200
        assert response.text.strip() == ""


def test_there_is_no_news_of_what_nobody_may_read(client, module, opening):
    reply = make_reply(opening)
    assert client.get(f"/en/forum/{reply.pk}/news/?after=0").status_code == 404
    Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)

    for path in (f"/en/forum/{opening.pk}/news/?after=0", "/en/modules/talk/forum/news/?after=0"):
        assert client.get(path).status_code == 404
