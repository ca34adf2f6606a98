"""The page of one post, in the administration and in the forum, on which facilitators decide."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from forum import moderation
from forum.authors import Author
from forum.models import ModerationRecord, Policy, Report, Restriction, Trace
from forum.services import delete_post, edit_post
from tests.factories import (
    make_facilitator,
    make_guest,
    make_module,
    make_post,
    make_reply,
    make_user,
)
from tests.forum.desk_pages import (
    DESK,
    act,
    busy_post,
    case_url,
    make_held,
    moderate_url,
    now,
    report,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("where", ["desk", "post"])
def test_a_domain_is_restricted_only_after_the_page_has_said_how_many_that_concerns(
    desk, module, where
):
    make_user(email="one@farm.example"), make_user(email="two@mail.farm.example")
    make_user(email="three@otherfarm.example")
    post = make_post(module, make_guest(email="eve@farm.example"))
    url = case_url(post) if where == "desk" else moderate_url(post)
    data = {"decision": "leave", "level": "held", "whom": "domain", "reason": "spam"}
    assert "Everybody with an address at farm.example" in desk.get(url).text

    asked = desk.post(url, data)
    assert "2 accounts have an address at farm.example." in asked.text
    assert "1 post of a guest came from farm.example." in asked.text
    assert not Restriction.objects.exists()

    desk.post(url, data | {"is_sure": "on", "until": "2099-12-31"})
    restriction = Restriction.objects.get()
    assert (restriction.address, restriction.level) == ("farm.example", "held")
    assert timezone.localtime(restriction.until).date().isoformat() == "2099-12-31"


@pytest.mark.parametrize(
    ("make_author", "whom", "sentence"),
    [
        (lambda: Author.member(make_facilitator()), "person", "facilitators are not restricted"),
        (lambda: Author.member(make_user(is_superuser=True)), "person", "are not restricted"),
        (lambda: make_guest(email="a@gmail.com"), "domain", "gives addresses to everybody"),
    ],
)
def test_a_facilitator_or_a_mail_provider_cannot_be_restricted(
    desk, module, make_author, whom, sentence
):
    post = make_post(module, make_author())
    data = {"decision": "remove", "level": "banned", "whom": whom, "reason": "spam"}

    for url in (case_url(post), moderate_url(post)):
        assert sentence in desk.post(url, data | {"is_sure": "on"}).text

    # All of it or nothing.
    assert now(post).state == "published"
    assert not Restriction.objects.exists()


def test_nobody_restricts_themselves(desk, module, facilitator):
    post = make_post(module, Author.member(facilitator))
    data = {"decision": "leave", "level": "held", "whom": "person", "reason": "other"}

    assert "This would restrict yourself." in desk.post(case_url(post), data).text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"decision": "leave"}, "Choose what is to be done."),
        ({"decision": "remove"}, "Give the reason: it stays on record."),
        ({"decision": "leave", "level": "held"}, "Give the reason: it stays on record."),
        (
            {"decision": "leave", "level": "held", "reason": "spam", "until": "2020-01-01"},
            "This day is over.",
        ),
        ({"decision": "approve"}, "Select a valid choice"),
        ({}, "Choose what is to be done."),
        ({"decision": "\0", "reason": "\0", "until": "x", "whom": "y"}, "Select a valid choice"),
    ],
)
def test_a_decision_without_sense_is_explained_and_what_was_typed_stays(
    desk, module, data, sentence
):
    post = make_post(module)

    for url in (case_url(post), moderate_url(post)):
        response = desk.post(url, {"note": "My words stay"} | data)
        assert response.status_code == 200
        assert sentence in response.text
        assert "My words stay" in response.text
    assert now(post).state == "published"


def test_nothing_is_chosen_beforehand_for_a_post_that_waits(desk, module):
    held = make_held(module)
    for url in (case_url(held), moderate_url(held)):
        assert not re.search(r'name="decision"[^>]*checked', desk.get(url).text)
        assert 'href="#id_decision_0">What becomes of it: Choose' in desk.post(url).text
    assert now(held).state == "held"

    standing = moderate_url(make_post(module))
    assert re.search(r'name="decision" value="leave"[^>]*checked', desk.get(standing).text)


def test_errors_are_named_above_the_form_and_lead_to_their_fields(desk, module):
    post = make_post(module)

    page = desk.post(moderate_url(post), {"decision": "remove"}).text

    assert '<a href="#id_reason">Reason: Give the reason: it stays on record.</a>' in page


def test_restricting_is_folded_away_until_it_has_begun(desk, module):
    post = make_post(module)
    closed = '<details class="fold decision__restriction">'
    opened = '<details class="fold decision__restriction" open>'

    for url in (case_url(post), moderate_url(post)):
        assert closed in desk.get(url).text
        assert closed in desk.post(url, {"decision": "remove", "whom": "person"}).text
        for data in ({"level": "held"}, {"until": "x"}, {"private_note": "Why"}):
            assert opened in desk.post(url, {"decision": "leave"} | data).text
    assert opened in act(desk, "restrict", [post, make_post(module)]).text


def test_the_decision_stands_directly_under_the_post(desk, module):
    page = desk.get(moderate_url(busy_post(module))).text

    ids = re.findall(r'aria-labelledby="(case-\w+|decide)"', page)
    assert ids[:3] == ["case-post", "decide", "case-reports"]


def test_the_page_of_a_post_tells_all_that_a_decision_rests_on(desk, module):
    post = busy_post(module)
    moderation.remove(post, by=make_facilitator(display_name="Olga"), reason="hate", note="Sorry")

    for url in (case_url(post), moderate_url(post)):
        page = desk.get(url).text
        for words in (
            "<em>version</em>",
            "amina@village.example",
            "**First** version",
            "Rita",
            "Somebody without an account",
            "Look at this",
            "Olga",
            "Hatred against people",
            "Sorry",
            "<dt>Other posts</dt><dd>1</dd>",
            "Posts wait for approval",
            "Bring back",
        ):
            assert words in page, (url, words)


def test_the_page_of_a_post_costs_the_same_queries_however_much_there_is_to_tell(
    desk, module, django_assert_max_num_queries
):
    post = busy_post(module)
    for url in (case_url(post), moderate_url(post)):
        with django_assert_max_num_queries(25) as counted:
            desk.get(url)
        for number in range(10):
            values = {"reporter": f"{url}{number}", "user": make_user(), "reason": "spam"}
            Report.objects.create(post=post, **values)
            edit_post(post, text=f"Version {url} {number}", language="en")
            # All within ten minutes.
            Trace.objects.all().delete()
            ModerationRecord.objects.create(
                post=post, subject="x", act="kept", by=make_facilitator()
            )
        with django_assert_max_num_queries(len(counted)):
            desk.get(url)


@pytest.mark.parametrize("state", ["held", "removed", "published", "reported"])
def test_a_decision_on_the_page_of_the_post_leads_back_to_the_post(desk, module, state):
    post = make_held(module) if state == "held" else make_post(module)
    if state == "removed":
        moderation.remove(post, by=make_facilitator(), reason="spam")
    if state == "reported":
        report(post, "spam")
    decision = "remove" if state == "published" else "approve"

    response = desk.post(moderate_url(post), {"decision": decision, "reason": "spam"})

    assert response.status_code == 302
    assert response["Location"] == f"/en/forum/posts/{post.pk}/"
    assert now(post).state == ("removed" if state == "published" else "published")
    assert not Report.objects.waiting().exists()


def test_a_decision_at_the_desk_leads_back_to_the_desk(desk, module):
    post = make_held(module)

    response = desk.post(case_url(post), {"decision": "approve"}, follow=True)

    assert response.redirect_chain[-1][0] == DESK
    assert "1 post was changed." in response.text


def test_a_form_that_was_open_too_long_comes_back_with_what_was_typed(module, facilitator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(facilitator)
    post = make_post(module)

    response = client.post(
        moderate_url(post), {"decision": "remove", "reason": "spam", "note": "My words stay"}
    )

    assert response.status_code == 403
    assert "My words stay" in response.text
    assert now(post).state == "published"


def test_only_facilitators_decide_about_a_post(client, client_of, module, learner):
    post = make_post(module, Author.member(learner))
    for visitor in (client, client_of(learner), client_of(make_user(is_staff=True))):
        assert visitor.get(moderate_url(post)).status_code == 403
        answer = visitor.post(moderate_url(post), {"decision": "remove", "reason": "spam"})
        assert answer.status_code == 403
    assert now(post).state == "published"


def test_there_is_nothing_to_decide_about_a_post_that_is_gone_or_hidden(desk, module):
    kept = make_post(module)
    make_reply(kept)
    delete_post(kept)
    hidden = make_post(make_module())
    Policy.objects.create(module=hidden.module, mode=Policy.Mode.CLOSED)

    for url in (moderate_url(kept), moderate_url(hidden), "/en/forum/posts/999999/moderate/"):
        assert desk.get(url).status_code == 404
    # At the desk it can be seen still.
    assert desk.get(case_url(kept)).status_code == 200
    assert "See it in its conversation" not in desk.get(case_url(hidden)).text
