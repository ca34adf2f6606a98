"""What a reader sees of a forum: the lists, a conversation, and a post at its address."""

import json
import re
from datetime import timedelta

import html5lib
import pytest
from django.utils import timezone

from forum import conversation
from forum.conversation import POSTS_PER_SCREEN
from forum.models import Policy, Post, State
from forum.reading import CONVERSATIONS_PER_PAGE
from forum.services import Author, change_state
from modules.models.publishing import Status
from sstc_academy.lib import languages
from tests.factories import make_facilitator, make_guest, make_module, make_post, make_reply

FORUM = "/en/modules/talk/forum/"


@pytest.fixture
def module(db):
    return make_module(slug="talk", number=2)


@pytest.fixture
def opening(module):
    return make_post(module, title="Who begins?", author=make_guest(name="Lucía Fernández"))


def conversation_url(post: Post, language: str = "en") -> str:
    return f"/{language}/forum/{post.root_id}/"


def article(html: str, post: Post) -> str:
    return re.search(rf'<article id="post-{post.pk}".*?</article>', html, re.DOTALL)[0]


def shown_posts(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<article id="post-(\d+)"', html)]


def shown_titles(html: str) -> list[str]:
    return re.findall(r'<span lang="\w+" dir="auto">([^<]*)</span></a></h', html)


def link(html: str, words: str) -> str:
    """The address of the link that says so."""
    return re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{words}', html)[1].replace("&amp;", "&")


# Every page


@pytest.fixture
def pages(opening):
    make_reply(opening, text="نعم", language="ar")
    paths = ["modules/talk/", "modules/talk/forum/", "forum/", f"forum/{opening.pk}/"]

    def of(language: str) -> list[str]:
        return [f"/{language}/{path}" for path in paths]

    return of


@pytest.mark.parametrize("language", languages.CODES)
def test_pages_are_sound_html_in_the_direction_of_their_language(client, pages, language):
    direction = "rtl" if language == "ar" else "ltr"

    for path in pages(language):
        html = client.get(path).text
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert f'<link rel="canonical" href="http://testserver{path}">' in html
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)
        html5lib.HTMLParser(strict=True).parse(html)
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))


def test_anonymous_pages_set_no_cookie_hold_no_token_and_are_kept(client, pages):
    for path in pages("en"):
        response = client.get(path)

        assert not response.cookies
        assert "csrf" not in response.text.lower()
        assert response["Cache-Control"] == "public, no-cache"
        again = client.get(path, headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("conversations", [5, 200])
def test_first_screen_takes_at_most_twelve_queries(
    client, module, conversations, django_assert_max_num_queries
):
    for _ in range(conversations):
        first = make_reply(make_post(module))
        make_reply(first, author=make_guest())
        make_reply(first)

    for path in (FORUM, "/en/forum/", conversation_url(first)):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200


def test_module_page_costs_the_same_for_two_conversations_as_for_twenty(
    client, module, django_assert_num_queries, django_assert_max_num_queries
):
    make_reply(make_post(module))
    make_reply(make_post(module))
    with django_assert_max_num_queries(100) as few:
        client.get("/en/modules/talk/")
    for _ in range(18):
        make_reply(make_post(module))

    with django_assert_num_queries(len(few)):
        client.get("/en/modules/talk/")


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense&language=xx&unanswered=maybe&after=abc",
        "after=%00&sort=%00&language=%00",
        "after=" + "9" * 5000,
        "after=999999999999999999-999999999999999999",
        "sort=liked&after=-1-2",
        "after=١٢-٣",
        "post=%00&after=" + "9" * 400,
        "post=999999999999999999",
        "before=-1",
    ],
)
def test_values_that_mean_nothing_are_ignored(client, opening, query):
    for path in (FORUM, conversation_url(opening)):
        response = client.get(f"{path}?{query}")

        assert response.status_code == 200
        assert opening.pk in shown_posts(response.text) or "after=9999" in query


def test_pages_answer_only_to_reading(client, opening):
    for path in (FORUM, "/en/forum/", conversation_url(opening), f"/en/forum/posts/{opening.pk}/"):
        assert client.post(path).status_code == 405


# What may be seen


def test_forum_of_a_draft_is_for_facilitators_only(client, client_of, facilitator):
    post = make_post(make_module(slug="draft", status=Status.DRAFT))
    paths = ["/en/modules/draft/forum/", conversation_url(post), f"/en/forum/posts/{post.pk}/"]
    feeds = ["/en/modules/draft/forum/feed/", f"{conversation_url(post)}feed/"]

    for path in paths + feeds:
        assert client.get(path).status_code == 404
    for path in paths:
        assert client_of(facilitator).get(path, follow=True).status_code == 200
    assert "How do you begin?" not in client.get("/en/forum/").text
    assert f"/forum/{post.pk}/" not in client.get("/sitemap.xml").text


def test_a_hidden_forum_is_nowhere(client, module, opening):
    Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)

    for path in (FORUM, conversation_url(opening), f"{FORUM}feed/"):
        assert client.get(path).status_code == 404
    for path in ("/en/forum/", "/en/forum/feed/", "/sitemap.xml", "/en/modules/talk/"):
        html = client.get(path).text
        assert f"/forum/{opening.pk}/" not in html
        assert 'id="forum"' not in html


@pytest.mark.parametrize(
    ("mode", "may_write"),
    [("open", True), ("members", False), ("read_only", False)],
)
def test_only_who_may_write_is_led_to_the_form(client, module, opening, mode, may_write):
    Policy.objects.create(module=module, mode=mode)

    for path in (FORUM, "/en/forum/", conversation_url(opening), "/en/modules/talk/"):
        html = client.get(path).text
        assert (f"/forum/posts/{opening.pk}/reply/" in html) == may_write


def test_members_may_write_where_guests_may_not(client_of, learner, module, opening):
    Policy.objects.create(module=module, mode=Policy.Mode.MEMBERS)

    assert f"/posts/{opening.pk}/reply/" in client_of(learner).get("/en/forum/").text
    assert "/forum/new/" in client_of(learner).get(FORUM).text


@pytest.mark.parametrize("pk", ["999999", "9" * 30])
def test_what_does_not_exist_is_a_404(client, db, pk):
    for path in (f"/en/forum/{pk}/", f"/en/forum/posts/{pk}/", f"/en/forum/{pk}/feed/"):
        assert client.get(path).status_code == 404


def test_a_reply_has_no_conversation_page_of_its_own(client, opening):
    assert client.get(f"/en/forum/{make_reply(opening).pk}/").status_code == 404


@pytest.mark.parametrize(
    ("state", "line"),
    [(State.REMOVED, "Removed by a facilitator"), (State.DELETED, "Deleted by its author")],
)
def test_a_removed_post_with_answers_keeps_a_line_without_name_or_text(
    client, opening, state, line
):
    removed = make_reply(opening, author=make_guest(name="Rosa Quispe"), text="Something bad.")
    answer = make_reply(removed)
    change_state(removed, state)

    html = client.get(conversation_url(opening)).text

    assert line in article(html, removed)
    assert "in reply to no. 2" in article(html, answer)
    assert "Something bad." not in html
    assert "Rosa Quispe" not in html


def test_a_conversation_whose_opening_is_removed_is_still_found_by_its_answers(client, opening):
    answer = make_reply(opening)
    change_state(opening, State.REMOVED)

    html = client.get(FORUM).text

    assert shown_posts(html) == [opening.pk, answer.pk]
    assert "Who begins?" not in html + client.get(conversation_url(opening)).text


def test_what_waits_keeps_a_line_for_its_answers_and_without_them_nothing(client, opening):
    removed, held = make_reply(opening), make_reply(opening, text="What waits.")
    alone = make_reply(opening)
    answer = make_reply(held)
    change_state(alone, State.HELD)
    change_state(removed, State.REMOVED)
    change_state(held, State.HELD)

    html = client.get(conversation_url(opening)).text

    assert shown_posts(html) == [opening.pk, held.pk, answer.pk]
    assert "What waits." not in html
    assert "in reply to no. 3" in article(html, answer)
    for hidden in (removed, alone):
        assert client.get(f"/en/forum/posts/{hidden.pk}/").status_code == 404


# The module page


def test_module_page_ends_in_the_newest_three_conversations_with_their_first_replies(
    client, module
):
    for number in range(4):
        post = make_post(module, title=f"Talk {number}")
    replies = [make_reply(post) for _ in range(5)]

    html = client.get("/en/modules/talk/").text

    assert shown_titles(html) == ["Talk 3", "Talk 2", "Talk 1"]
    assert shown_posts(html)[:4] == [post.pk, *(reply.pk for reply in replies[:3])]
    assert replies[3].pk not in shown_posts(html)
    assert link(html, "Show 2 more replies") == f"/en/forum/{post.pk}/?after={replies[2].pk}"
    assert "All 4 conversations" in html
    assert '<a class="local-nav__link" href="#forum">Forum <span class="count">4</span>' in html


def test_an_empty_forum_asks_for_the_first_question(client, module):
    for path in ("/en/modules/talk/", FORUM):
        html = client.get(path).text
        assert "Nobody has written yet. Ask the first question." in html
        assert 'href="/en/modules/talk/forum/new/"' in html


def test_house_rules_say_who_may_write_and_that_every_language_is_welcome(client, module):
    html = client.get("/en/modules/talk/").text

    assert "Post as a guest" in html
    assert "write in any language you like" in html


# The list


def test_lists_are_sorted_as_asked(client, module):
    day = timezone.now() - timedelta(days=9)
    early, late = (
        make_post(module, title=title, posted_at=day + timedelta(days=number))
        for number, title in enumerate(["Early", "Late"])
    )
    make_reply(early)
    Post.objects.filter(pk=late.pk).update(like_count=3)

    def titles(sort: str) -> list[str]:
        return shown_titles(client.get(f"{FORUM}?sort={sort}").text)

    assert titles("active") == ["Early", "Late"]
    assert titles("newest") == ["Late", "Early"]
    assert titles("oldest") == ["Early", "Late"]
    assert titles("liked") == ["Late", "Early"]


def test_lists_are_filtered_by_language_and_by_what_nobody_has_answered(client, module):
    make_reply(make_post(module, title="Answered", language="pt"))
    make_post(module, title="Lonely", language="pt")
    make_post(module, title="Other", language="zh")

    html = client.get(f"{FORUM}?language=pt").text

    assert shown_titles(html) == ["Answered", "Lonely"][::-1]
    assert 'Português</bdi> <span class="count">2</span>' in html
    assert '中文</bdi> <span class="count">1</span>' in html
    assert shown_titles(client.get(f"{FORUM}?language=pt&unanswered=1").text) == ["Lonely"]
    assert link(html, "Unanswered") == f"{FORUM}?language=pt&unanswered=1"


@pytest.mark.parametrize("sort", ["active", "newest", "oldest", "liked"])
def test_pages_of_a_list_do_not_shift_while_people_post(client, module, sort):
    made = [
        make_post(module, title=f"Talk {number}") for number in range(CONVERSATIONS_PER_PAGE + 5)
    ]
    first = client.get(f"{FORUM}?sort={sort}").text
    make_post(module, title="Meanwhile")

    second = client.get(link(first, "More conversations")).text

    titles = shown_titles(first) + shown_titles(second)
    assert len(shown_titles(first)) == CONVERSATIONS_PER_PAGE
    assert sorted(set(titles) - {"Meanwhile"}) == sorted(post.title for post in made)
    assert len(titles) == len(set(titles))


def test_latest_conversations_of_all_published_modules_name_their_module(client, opening):
    make_post(make_module(slug="old", status=Status.ARCHIVED), title="Of an archived module")

    html = client.get("/en/forum/").text

    assert shown_titles(html) == ["Who begins?"]
    assert '<a href="/en/modules/talk/forum/">Module 2</a>' in html


# A conversation


def test_replies_stand_below_what_they_answer_and_say_so_in_words(client, opening):
    first = make_reply(opening, author=make_guest(name="João Macuácua"))
    second = make_reply(opening)
    nested = make_reply(first)

    html = client.get(conversation_url(opening)).text

    assert shown_posts(html) == [opening.pk, first.pk, nested.pk, second.pk]
    assert "no. 4" in article(html, nested)
    assert f'href="#post-{first.pk}">in reply to no. 2</a>, <bdi>João Macuácua' in article(
        html, nested
    )


def test_deep_replies_stop_moving_inwards(client, opening):
    post = opening
    for _ in range(6):
        post = make_reply(post)

    html = client.get(conversation_url(opening)).text

    assert 'class="post post--3"' in article(html, post)
    assert "in reply to no. 6" in article(html, post)


def test_lines_of_the_tree_end_at_the_last_answer(client, opening):
    first = make_reply(opening)
    nested = make_reply(first)
    last = make_reply(opening)

    html = client.get(conversation_url(opening)).text

    assert "post__rail--1 post__rail--branch" in article(html, first)
    assert "post__rail--1 post__rail--through" in article(html, nested)
    assert "post__rail--2 post__rail--last" in article(html, nested)
    assert "post__rail--1 post__rail--last" in article(html, last)


def test_lines_of_the_tree_go_on_towards_the_next_screen(client, opening):
    replies = [make_reply(opening) for _ in range(POSTS_PER_SCREEN + 2)]
    first = client.get(conversation_url(opening)).text
    last_here, last = replies[POSTS_PER_SCREEN - 2], replies[-1]

    assert "post__rail--branch" in article(first, last_here)
    html = client.get(link(first, "Show 3 more replies")).text
    assert "post__rail--last" in article(html, last)
    before = client.get(f"{conversation_url(opening)}?before={last.pk}").text
    assert "post__rail--branch" in article(before, replies[-2])


def test_every_post_of_a_long_conversation_is_reached_by_plain_links(client, opening):
    replies = [make_reply(opening).pk for _ in range(2 * POSTS_PER_SCREEN + 7)]
    html = client.get(conversation_url(opening)).text
    seen = shown_posts(html)
    assert len(seen) == POSTS_PER_SCREEN

    html = client.get(link(html, "Show 30 of 38 more replies")).text
    seen += shown_posts(html)
    html = client.get(link(html, "Show 8 more replies")).text
    seen += shown_posts(html)

    assert seen == [opening.pk, *replies]
    earlier = client.get(link(html, "Show earlier posts")).text
    assert shown_posts(earlier) == replies[-8 - POSTS_PER_SCREEN : -8]


def test_the_rest_of_a_very_long_conversation_is_not_counted_later_on(client, opening, monkeypatch):
    monkeypatch.setattr(conversation, "MOST_POSTS_TO_COUNT", POSTS_PER_SCREEN)
    for _ in range(3 * POSTS_PER_SCREEN):
        make_reply(opening)

    html = client.get(conversation_url(opening)).text
    html = client.get(link(html, "Show 30 of 61 more replies")).text
    html = client.get(link(html, "Show 30 more replies")).text
    assert "Show 1 more reply" in html


def test_permanent_address_leads_to_the_post_in_its_place_highlighted(client, opening):
    replies = [make_reply(opening) for _ in range(50)]

    for post in (opening, replies[3], replies[44], replies[-1]):
        response = client.get(f"/ar/forum/posts/{post.pk}/")
        assert response.status_code == 302
        address = f"/ar/forum/{opening.pk}/?post={post.pk}#post-{post.pk}"
        assert response["Location"] == address
        html = client.get(address).text
        assert "post--chosen" in article(html, post)
        assert html.count("post--chosen") == 1


def test_a_post_shows_its_author_its_time_its_language_and_its_likes(client, opening):
    moment = timezone.now() - timedelta(days=3)
    Post.objects.filter(pk=opening.pk).update(
        posted_at=moment, edited_at=moment, like_count=14, language="am"
    )

    html = article(client.get(conversation_url(opening)).text, opening)

    assert '<bdi class="post__author">Lucía Fernández</bdi>' in html
    assert '<span class="badge badge--dashed">Guest</span>' in html
    assert "3 days ago" in html
    assert f'<time class="post__fact" datetime="{moment:%Y-%m-%dT%H:%M}' in html
    assert '<bdi lang="am">አማርኛ</bdi>' in html
    assert ">edited</span>" in html
    assert "14 likes" in html
    assert '<div class="post__text" lang="am" dir="ltr">' in html
    assert f'href="/en/forum/posts/{opening.pk}/reply/"' in html


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("ur", "rtl"), ("en", "ltr"), ("sw", "ltr"), ("xyz", "auto"), ("", "auto")],
)
def test_a_post_has_the_direction_of_its_language(client, opening, language, direction):
    Post.objects.filter(pk=opening.pk).update(language=language)

    for path in (conversation_url(opening), f"/en/forum/posts/{opening.pk}/reply/"):
        assert f'lang="{language}" dir="{direction}"' in client.get(path).text


def test_relative_time_speaks_the_readers_language(client, opening):
    Post.objects.filter(pk=opening.pk).update(posted_at=timezone.now() - timedelta(days=2))

    assert "il y a 2 jours" in client.get(conversation_url(opening, "fr")).text
    assert "قبل يومين" in client.get(conversation_url(opening, "ar")).text


def test_facilitators_wear_a_badge_and_members_none(client, opening):
    by_facilitator = make_reply(opening, author=Author.member(make_facilitator()))
    by_member = make_reply(opening)

    html = client.get(conversation_url(opening)).text

    assert '<span class="badge">Facilitator</span>' in article(html, by_facilitator)
    assert "badge" not in article(html, by_member)


def test_what_people_write_is_escaped(client, module):
    name = "<b>Eve</b>"
    post = make_post(module, author=make_guest(name=name), title="</script><i>", text="<u>x</u>")

    html = client.get(conversation_url(post)).text

    assert name not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "</script><i>" not in html
    assert html.count("<script") == html.count("</script>")


def test_a_conversation_is_described_by_its_first_words(client, module):
    post = make_post(module, text="Salt & **bread**")

    html = client.get(conversation_url(post)).text

    assert '<meta name="description" content="Salt &amp; bread">' in html


def test_conversation_is_told_to_search_engines_as_a_tree(client, opening):
    first = make_reply(opening, text="Yes & no", language="pt")
    make_reply(first)

    html = client.get(conversation_url(opening)).text

    data = json.loads(re.search(r"ld\+json\">(.*?)</script>", html, re.DOTALL)[1])
    assert data["@type"] == "DiscussionForumPosting"
    assert data["headline"] == "Who begins?"
    assert data["author"]["name"] == "Lucía Fernández"
    assert data["comment"][0]["text"] == "Yes & no"
    assert data["comment"][0]["inLanguage"] == "pt"
    assert data["comment"][0]["comment"][0]["@type"] == "Comment"


def test_sitemap_names_the_forums_and_their_conversations_at_this_address(client, opening):
    xml = client.get("/sitemap.xml").text

    for path in ("/en/forum/", FORUM, conversation_url(opening, "ar")):
        assert f"<loc>http://testserver{path}</loc>" in xml
    assert "example.com" not in xml
