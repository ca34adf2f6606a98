"""The desk: the list of posts, and deciding about many at once."""

import re

import pytest
from django.core import mail

from forum import moderation
from forum.authors import Author
from forum.models import BlockedTerm, ModerationRecord, Post, Restriction
from forum.services import delete_post
from tests.factories import (
    make_facilitator,
    make_guest,
    make_post,
    make_reply,
    make_user,
)
from tests.forum.desk_pages import (
    DESK,
    RECORD,
    RESTRICTIONS,
    TERMS,
    act,
    case_url,
    make_held,
    moderate_url,
    now,
    report,
    shown,
)

pytestmark = pytest.mark.django_db


def test_the_desk_opens_on_what_needs_a_look_the_newest_first(desk, module):
    make_post(module)
    held, reported = make_held(module), make_post(module)
    report(reported, "spam")
    removed = make_post(module)
    moderation.remove(removed, by=make_facilitator(), reason="spam")
    gone = make_post(module)
    make_reply(gone)
    report(gone, "spam")
    delete_post(gone)

    assert shown(desk.get(DESK)) == [reported, held]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("look=held", ["held"]),
        ("look=reported", ["reported"]),
        ("look=removed", ["removed"]),
        ("look=all", ["removed", "reported", "held", "standing"]),
        ("look=nonsense", ["reported", "held"]),
        ("look=all&q=market", ["standing"]),
        ("look=all&q=Am%C3%ADlcar", ["held"]),
        ("look=all&q=amilcar%40example", ["held"]),
        ("look=all&q=nobody", []),
    ],
)
def test_filters_and_search_find_what_they_name(desk, module, query, found):
    posts = {
        "standing": make_post(module, text="About the market"),
        "held": make_held(module, make_guest()),
        "reported": make_post(module),
        "removed": make_post(module),
    }
    report(posts["reported"], "spam")
    moderation.remove(posts["removed"], by=make_facilitator(), reason="spam")

    assert shown(desk.get(f"{DESK}?{query}")) == [posts[name] for name in found]


def test_the_desk_says_who_wrote_what_in_which_language_and_why_it_waits(desk, module):
    make_held(module, make_guest(name="Amina"), text="السلام عليكم", language="ar")
    reported = make_post(module, Author.member(make_user(display_name="Ana")), title="Watches")
    report(reported, "spam", "insult", "spam")

    page = desk.get(DESK).text

    assert 'lang="ar" dir="auto">السلام عليكم' in page
    assert "All posts of this person wait for approval" in page
    for words in (
        "Guest",
        "Member",
        "<bdi>Amina</bdi>",
        ">Module ",
        "Arabic",
        "<strong>Watches</strong>",
    ):
        assert words in page
    for words in ("3 reports", "Advertising or spam: 2", "Insults or threats: 1"):
        assert words in page
    assert "Several people have reported it" in page


def test_names_and_texts_of_others_are_no_html_on_the_desk(desk, module):
    post = make_held(module, make_guest(name="<b>x</b>"), text="<script>1</script>")
    moderation.report(post, reporter="r", reason="other", note="<script>2</script>")

    for url in (DESK, case_url(post), moderate_url(post)):
        page = desk.get(url).text
        assert "<script>1" not in page
        assert "<script>2" not in page
        assert "<b>x" not in page


def test_the_front_page_of_the_administration_says_how_many_posts_wait(desk, client_of, module):
    assert "No post in the forum needs a look." in desk.get("/admin/").text
    make_held(module)
    make_held(module)

    assert "2 posts in the forum need a look" in desk.get("/admin/").text
    assert "need a look" not in client_of(make_user(is_staff=True)).get("/admin/").text


@pytest.mark.parametrize("url", [DESK, f"{DESK}?look=all", RESTRICTIONS, TERMS, RECORD])
def test_a_list_costs_the_same_queries_for_five_rows_as_for_fifty(
    desk, module, facilitator, url, django_assert_max_num_queries
):
    def fill(count):
        for _ in range(count):
            number = Post.objects.count()
            post = make_held(module) if number % 2 else make_post(module)
            report(post, "spam", "hate")
            moderation.restrict(
                level="held", by=facilitator, reason="spam", address=f"x{number}@spam.example"
            )
            BlockedTerm.objects.create(term=f"word {number}")

    fill(5)
    with django_assert_max_num_queries(15) as counted:
        desk.get(url)
    fill(45)
    with django_assert_max_num_queries(len(counted)):
        response = desk.get(url)
    assert len(shown(response)) == 50


def test_many_posts_are_approved_at_once_and_the_rest_is_left(desk, module):
    held, removed, standing = make_held(module), make_post(module), make_post(module)
    moderation.remove(removed, by=make_facilitator(), reason="spam")

    response = act(desk, "approve", [held, removed, standing])

    assert {now(post).state for post in (held, removed)} == {"published"}
    assert "2 posts were changed." in response.text
    assert "1 post was left as it is: its state does not allow this." in response.text
    # The first told of the removal.
    assert len(mail.outbox) == 3


def test_many_posts_are_removed_at_once_with_a_reason_after_a_page_that_asks(
    desk, module, facilitator
):
    posts = [make_held(module), make_post(module)]

    asked = act(desk, "remove", posts)
    assert {now(post).state for post in posts} == {"held", "published"}
    assert "Decide about 2 posts" in asked.text
    assert re.search(r'value="remove"[^>]*checked', asked.text)

    again = act(desk, "remove", posts, decided="1", decision="remove")
    assert "Give the reason: it stays on record." in again.text
    done = act(desk, "remove", posts, decided="1", decision="remove", reason="hate", note="Please")

    assert {now(post).state for post in posts} == {"removed"}
    assert "2 posts were changed." in done.text
    assert [(row.reason, row.by) for row in ModerationRecord.objects.filter(act="removed")] == [
        ("hate", facilitator)
    ] * 2
    assert all("Please" in message.body for message in mail.outbox)


def test_what_another_facilitator_has_decided_meanwhile_is_left_and_counted(desk, module):
    post = make_held(module)
    moderation.approve(post, by=make_facilitator())

    response = act(desk, "approve", [post])

    assert "1 post was left as it is" in response.text
    assert ModerationRecord.objects.filter(act="approved").count() == 1


def test_authors_of_many_posts_are_banned_at_once_each_by_account_or_address(
    desk, module, facilitator
):
    member = make_user()
    posts = [make_post(module, Author.member(member), text=f"Text {n}") for n in range(2)]
    posts.append(make_post(module, make_guest(email="eve@spam.example")))

    response = act(
        desk,
        "restrict",
        posts,
        decided="1",
        decision="remove",
        level="banned",
        whom="person",
        reason="spam",
        private_note="Same text everywhere",
    )

    assert "3 posts were changed." in response.text
    assert "2 restrictions are in force from now on." in response.text
    account, address = Restriction.objects.order_by("address")
    assert (account.account, account.level, account.by) == (member, "banned", facilitator)
    assert (address.address, address.note) == ("eve@spam.example", "Same text everywhere")
    assert {now(post).state for post in posts} == {"removed"}
    assert "Same text everywhere" not in "".join(message.body for message in mail.outbox)


@pytest.mark.parametrize(
    "query",
    ["look=%00", "q=%00", "module__id__exact=99999999999999999999", "module__id__exact=x"]
    + ["state=removed", "user__password=x", "p=-1", "o=99", "e=1"],
)
def test_garbage_in_the_address_of_the_desk_is_no_server_error(desk, query):
    assert desk.get(f"{DESK}?{query}").status_code < 500


@pytest.mark.parametrize("page", ["99999999999999999999/change/", "x/change/", "0/change/"])
def test_a_post_that_is_not_there_leads_back(desk, page):
    assert desk.get(f"{DESK}{page}").status_code in {302, 404}


def test_garbage_as_the_selection_of_an_action_is_no_server_error(desk):
    for action in ("approve", "remove", "restrict"):
        for keys in ([], ["x"], ["9" * 30], ["0"]):
            data = {"action": action, "_selected_action": keys, "decided": "1"}
            assert desk.post(DESK, data).status_code < 500
