"""People change and delete what they wrote, and nobody else does; likes and reports."""

import re
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from forum.authors import Author
from forum.checking import check
from forum.guests import Guest, remember_guest
from forum.limits import Origin
from forum.models import Like, Policy, Post, Report, Restriction, Revision, State
from forum.services import add_reply, change_state, delete_post, like, open_conversation, unlike
from tests.factories import began_earlier, make_guest, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(module, learner):
    return open_conversation(
        module=module,
        author=Author.member(learner),
        text="How do you begin?",
        title="Beginning",
        language="en",
    )


@pytest.fixture
def guests_post(opening):
    return add_reply(in_reply_to=opening, author=make_guest(), text="At school.", language="en")


def path(post: Post, act: str, **query) -> str:
    query = f"?{urlencode(query)}" if query else ""
    return f"/en/forum/posts/{post.pk}/{act}/{query}"


def knowing(guest: Author) -> Client:
    """A browser that has confirmed the guest's address."""

    response = HttpResponse()
    remember_guest(response, Guest(guest.name, guest.email))
    client = Client()
    client.cookies = response.cookies
    return client


def said(text="Where do you begin?", **fields) -> dict:
    return {"text": text, "title": "Beginning", "language": "English", **fields}


def answer(post: Post, author: Author | None = None) -> Post:
    author = author or Author.member(make_user())
    return add_reply(in_reply_to=post, author=author, text="An answer.", language="en")


def test_a_member_changes_a_post_and_everybody_sees_that_it_was(
    client, client_of, opening, learner
):
    response = client_of(learner).post(path(opening, "edit"), said(), follow=True)

    assert "Where do you begin?" in response.text
    page = client.get(f"/en/forum/{opening.pk}/").text
    assert "Where do you begin?" in page
    assert "edited" in page
    assert "How do you begin?" not in page


def test_every_earlier_version_is_kept(client_of, opening, learner):
    member = client_of(learner)
    member.post(path(opening, "edit"), said("Second version."))
    member.post(path(opening, "edit"), said("Third version.", title="New title"))

    kept = list(Revision.objects.values_list("title", "text"))
    assert kept == [("Beginning", "Second version."), ("Beginning", "How do you begin?")]


def test_sending_the_form_unchanged_changes_nothing(client_of, opening, learner):
    client_of(learner).post(path(opening, "edit"), said("How do you begin?"))

    opening.refresh_from_db()
    assert opening.edited_at is None
    assert not Revision.objects.exists()


def test_a_change_that_cannot_be_taken_stays_in_the_form(client_of, opening, learner):
    response = client_of(learner).post(path(opening, "edit"), said("x" * 10_001))

    assert "1 character too long" in response.text
    assert "x" * 10_001 in response.text


def test_a_change_outlives_the_end_of_the_session(client, opening):
    response = client.post(path(opening, "edit"), said("What took me an hour."))

    assert response.status_code == 403
    assert "You are no longer signed in" in response.text
    assert "What took me an hour." in response.text


def test_nobody_changes_posts_all_day(client_of, opening, learner):
    member = client_of(learner)
    for number in range(20):
        member.post(path(opening, "edit"), said(f"Version {number}."))

    response = member.post(path(opening, "edit"), said("One more."))

    assert "send it again in 10 minutes." in response.text
    assert Revision.objects.count() == 20


def test_where_guests_need_approval_a_change_needs_it_too(guests_post, module):
    Policy.objects.create(module=module, mode="approval")

    knowing(make_guest()).post(path(guests_post, "edit"), said("Buy my pills."))

    guests_post.refresh_from_db()
    assert (guests_post.state, guests_post.held_for) == ("held", "approval")


def test_what_stood_in_the_wrong_place_may_be_posted_in_the_right_one(module, learner):
    author, here = Author.member(learner), Origin("", "")
    text = "This belongs into the other conversation."
    first = open_conversation(module=module, author=author, text=text, language="en", origin=here)
    delete_post(first)

    again = open_conversation(module=module, author=author, text=text, language="en", origin=here)
    assert again.state == State.PUBLISHED


def test_a_stale_token_keeps_the_changed_text_and_changes_nothing(opening, learner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)

    response = strict.post(path(opening, "edit"), said("What took me an hour."))

    assert response.status_code == 403
    assert "What took me an hour." in response.text
    assert not Revision.objects.exists()


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_nobody_else_changes_or_deletes_a_post(client, client_of, facilitator, opening, act):
    for browser in (client, client_of(make_user()), client_of(facilitator), knowing(make_guest())):
        response = browser.post(path(opening, act), said())

        assert response.status_code == 403
    opening.refresh_from_db()
    assert (opening.comment, opening.state) == ("How do you begin?", State.PUBLISHED)


def test_a_known_guest_changes_and_deletes(guests_post, opening):
    browser = knowing(make_guest())

    browser.post(path(guests_post, "edit"), said("At the market."))
    guests_post.refresh_from_db()
    assert guests_post.comment == "At the market."
    browser.post(path(guests_post, "delete"))
    assert not Post.objects.filter(pk=guests_post.pk).exists()


def test_a_guest_elsewhere_gets_the_link_by_mail_and_is_known_afterwards(client, guests_post):
    refused = client.get(path(guests_post, "edit"))
    assert refused.status_code == 403
    client.post(path(guests_post, "link"))
    message = mail.outbox[0]
    assert message.to == ["amilcar@example.org"]

    form = client.get(re.search(r"http://testserver(/\S+)", message.body)[1], follow=True)
    address = form.redirect_chain[-1][0]
    assert "At school." in form.text
    client.post(address, said("At the market."))

    guests_post.refresh_from_db()
    assert guests_post.comment == "At the market."
    assert client.get(path(guests_post, "edit")).status_code == 200


def test_the_link_of_another_post_or_a_forged_one_opens_nothing(client, guests_post, opening):
    other = add_reply(in_reply_to=opening, author=make_guest(), text="Mine too.", language="en")
    Post.objects.filter(pk=other.pk).update(guest_key="the-key-of-the-other")

    for key in ("the-key-of-the-other", "", "None", "x" * 500, "\x00"):
        response = client.post(path(guests_post, "edit", key=key), said())
        assert response.status_code == 403

    guests_post.refresh_from_db()
    assert guests_post.comment == "At school."


def test_nobody_fills_a_mailbox_with_links(client, guests_post):
    codes = [client.post(path(guests_post, "link")).status_code for _ in range(6)]

    assert codes == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_a_post_without_answers_goes_altogether(client_of, learner, opening):
    response = client_of(learner).post(path(opening, "delete"))

    assert response["Location"] == "/en/modules/talk/forum/"
    assert not Post.objects.exists()


def test_where_others_have_answered_a_line_stays_that_says_nothing_of_it(
    client, client_of, learner, opening
):
    client_of(learner).post(path(opening, "edit"), said("Changed once."))
    answer(opening)

    client_of(learner).post(path(opening, "delete"))

    page = client.get(f"/en/forum/{opening.pk}/")
    assert "Deleted by its author" in page.text
    assert "An answer." in page.text
    for gone in ("Changed once.", "Beginning", learner.display_name):
        assert gone not in page.text
    opening.refresh_from_db()
    assert (opening.user, opening.user_email, opening.comment) == (None, "", "")
    assert not Revision.objects.exists()
    assert check().faults == []


def test_numbers_are_not_given_twice(opening, learner):
    second = answer(opening, Author.member(learner))
    delete_post(second)

    assert answer(opening).number == 3
    assert check().faults == []


def test_counts_and_latest_activity_follow_a_deletion(opening):
    first = answer(opening)
    second = answer(first)
    delete_post(second)

    opening.refresh_from_db()
    assert (opening.answer_count, opening.active_at) == (1, first.posted_at)
    delete_post(first)
    opening.refresh_from_db()
    assert (opening.answer_count, opening.active_at) == (0, opening.posted_at)
    assert check().faults == []


def test_in_a_forum_that_takes_no_posts_one_may_still_delete_but_not_change(
    client_of, learner, module, opening
):
    Policy.objects.create(module=module, mode="read_only")
    member = client_of(learner)

    assert "This forum takes no new posts now." in member.post(path(opening, "edit"), said()).text
    member.post(path(opening, "delete"))
    assert not Post.objects.exists()


def test_the_author_of_a_held_post_sees_and_changes_it_and_others_do_not(
    client, client_of, learner, opening
):
    change_state(opening, State.HELD, "links")

    assert "How do you begin?" in client_of(learner).get(f"/en/forum/{opening.pk}/").text
    assert client_of(learner).get(path(opening, "edit")).status_code == 200
    for browser in (client, client_of(make_user())):
        assert browser.get(f"/en/forum/{opening.pk}/").status_code == 404
        assert browser.get(path(opening, "edit")).status_code == 404


def test_a_removed_post_is_changed_by_nobody(client_of, learner, opening):
    change_state(opening, State.REMOVED)

    response = client_of(learner).post(path(opening, "edit"), said("What took me an hour."))

    assert response.status_code == 410
    assert "has been removed meanwhile" in response.text
    assert "What took me an hour." in response.text
    opening.refresh_from_db()
    assert opening.comment == "How do you begin?"


def test_a_member_likes_a_post_once_and_takes_it_back(client_of, guests_post, learner):
    member = client_of(learner)
    for _ in range(2):
        member.post(path(guests_post, "like"), {"like": "1"})
    guests_post.refresh_from_db()
    assert guests_post.like_count == 1

    for _ in range(2):
        member.post(path(guests_post, "like"), {"like": "0"})
    guests_post.refresh_from_db()
    assert guests_post.like_count == 0
    assert check().faults == []


def test_likes_are_of_members_and_of_others_posts(client, client_of, learner, opening):
    banned = make_user()
    Restriction.objects.create(account=banned)

    for browser in (client, knowing(make_guest()), client_of(learner), client_of(banned)):
        assert browser.post(path(opening, "like"), {"like": "1"}).status_code == 403
    assert client.get(path(opening, "like")).status_code == 405
    assert not Like.objects.exists()


def test_many_likes_at_once_are_counted_once_each(opening):
    people = [make_user() for _ in range(5)]
    for person in people + people:
        like(opening, person)
    unlike(opening, people[0])

    opening.refresh_from_db()
    assert opening.like_count == Like.objects.count() == 4


@pytest.mark.parametrize("who", ["visitor", "guest", "member"])
def test_everybody_may_report_with_a_reason(client, client_of, guests_post, opening, who):
    browser = {
        "visitor": client,
        "guest": knowing(make_guest(email="other@example.org")),
        "member": client_of(make_user()),
    }[who]

    response = browser.post(path(opening, "report"), {"reason": "spam", "note": "It sells."})

    assert response["Location"] == f"/en/forum/{opening.pk}/reported/"
    report = Report.objects.get()
    assert (report.post, report.reason, report.note) == (opening, "spam", "It sells.")


def test_a_report_needs_a_reason_and_keeps_the_words(client, opening):
    response = client.post(path(opening, "report"), {"note": "It sells things."})

    assert "It sells things." in response.text
    assert not Report.objects.exists()


def browser_in(network: str) -> Client:
    """Of a visitor, who has opened the form."""
    return Client(REMOTE_ADDR=network)


def reports(browser: Client, post: Post) -> str:
    browser.get(path(post, "report"))
    return browser.post(path(post, "report"), {"reason": "spam"}).status_code


def test_everybody_in_an_office_is_heard_but_counts_as_one(opening):
    for _ in range(5):
        reports(browser_in("192.0.2.7"), opening)

    opening.refresh_from_db()
    assert Report.objects.count() == 5
    assert opening.state == State.PUBLISHED


def test_one_person_with_three_names_is_not_three_people(client_of, opening, learner):
    member, guest = client_of(make_user()), knowing(make_guest(email="same@example.org"))
    for browser in (member, guest, browser_in("127.0.0.1")):
        reports(browser, opening)

    opening.refresh_from_db()
    assert opening.state == State.PUBLISHED


def test_three_people_in_three_places_hide_a_post_and_its_answers_keep_their_sense(client, opening):
    reply = answer(opening)
    for number in range(3):
        reports(browser_in(f"192.0.2.{number}"), opening)

    page = client.get(f"/en/forum/{opening.pk}/")
    assert "How do you begin?" not in page.text
    assert "An answer." in page.text
    assert "in reply to no. 1" in page.text
    assert "Held for a facilitator" in client.get("/en/modules/talk/forum/").text
    assert client.get(f"/en/forum/posts/{reply.pk}/").status_code == 302


def test_a_flood_of_reports_is_stopped(client, opening):
    for number in range(10):
        post = answer(opening) if number else opening
        reports(client, post)

    response = client.post(path(answer(opening), "report"), {"reason": "spam"})
    assert "Many posts came from you" in response.text


def test_reporting_ones_own_post_leads_to_changing_it(client_of, learner, opening):
    response = client_of(learner).get(path(opening, "report"))

    assert response["Location"] == path(opening, "edit")


def test_a_confirmed_guest_comes_back_through_the_same_link(client, module):
    form = {
        "name": "Amílcar",
        "email": "amilcar@example.org",
        "text": "We begin at school.",
        "submission": uuid4(),
        "began": began_earlier(),
    }
    client.post("/en/modules/talk/forum/new/", form)
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    client.post(link)

    page = Client().get(link, follow=True)

    assert page.status_code == 200
    assert "We begin at school." in page.text
    assert page.redirect_chain[0][0].startswith(f"/en/forum/posts/{Post.objects.get().pk}/edit/")
