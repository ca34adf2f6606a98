"""The pages on which facilitators keep order: the desk, one post, people, words, the record."""

import re
from datetime import timedelta

import html5lib
import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from django.utils import timezone

from forum import moderation
from forum.authors import Author
from forum.limits import Origin
from forum.models import BlockedTerm, ModerationRecord, Policy, Post, Report, Restriction, Trace
from forum.services import delete_post, edit_post
from tests.factories import (
    make_facilitator,
    make_guest,
    make_module,
    make_post,
    make_reply,
    make_user,
)

pytestmark = pytest.mark.django_db
DESK = "/admin/forum/post/"
RESTRICTIONS = "/admin/forum/restriction/"
TERMS = "/admin/forum/blockedterm/"
RECORD = "/admin/forum/moderationrecord/"
LANGUAGES = ("en", "fr", "es", "pt", "ar")


@pytest.fixture
def module():
    return make_module()


@pytest.fixture
def desk(client_of, facilitator):
    return client_of(facilitator)


def make_held(module, author=None, **fields) -> Post:
    author = author or make_guest(email=f"guest{Post.objects.count()}@village.example")
    restriction = Restriction.objects.create(address=author.email, level="held")
    post = make_post(module, author, origin=Origin("", ""), **fields)
    restriction.delete()
    return post


def report(post, *reasons):
    for number, reason in enumerate(reasons):
        moderation.report(post, reporter=f"{post.pk}-{number}", reason=reason, note="Look at this")


def now(post) -> Post:
    return Post.objects.get(pk=post.pk)


def shown(response) -> list[Post]:
    return list(response.context["cl"].result_list)


def case_url(post) -> str:
    return f"{DESK}{post.pk}/change/"


def moderate_url(post, language="en") -> str:
    return f"/{language}/forum/posts/{post.pk}/moderate/"


def act(client, action, posts, **data):
    data |= {"action": action, "_selected_action": [post.pk for post in posts]}
    return client.post(DESK, data, follow=True)


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
    page = desk.get(moderate_url(_busy_post(module))).text

    ids = re.findall(r'aria-labelledby="(case-\w+|decide)"', page)
    assert ids[:3] == ["case-post", "decide", "case-reports"]


def _busy_post(module) -> Post:
    author = make_guest(name="Amina", email="amina@village.example")
    make_post(module, author, text="Another one")
    post = make_post(module, author, text="**First** version")
    make_reply(post)
    edit_post(post, text="Second *version* at https://example.org", language="fr")
    report(post, "spam", "insult")
    Report.objects.filter(reporter=f"{post.pk}-0").update(user=make_user(display_name="Rita"))
    moderation.restrict(
        level="held", by=make_facilitator(), reason="spam", address="village.example", note="Why"
    )
    return post


def test_the_page_of_a_post_tells_all_that_a_decision_rests_on(desk, module):
    post = _busy_post(module)
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
    post = _busy_post(module)
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


PAGES = ["forum/post/", "forum/post/{post}/change/", "forum/policy/", "forum/policy/add/"]
PAGES += ["forum/restriction/", "forum/restriction/add/", "forum/restriction/{restriction}/change/"]
PAGES += ["forum/restriction/{restriction}/delete/", "forum/blockedterm/", "forum/blockedterm/add/"]
PAGES += ["forum/moderationrecord/", "forum/moderationrecord/{record}/change/"]


def _address(page: str, module, facilitator) -> str:
    post = make_held(module)
    restriction = moderation.restrict(
        level="held", by=facilitator, reason="spam", address="eve@spam.example"
    )
    record = ModerationRecord.objects.latest("pk")
    return "/admin/" + page.format(post=post.pk, restriction=restriction.pk, record=record.pk)


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_administration_open_for_facilitators_and_for_nobody_else(
    desk, client, client_of, learner, module, facilitator, page
):
    url = _address(page, module, facilitator)

    assert desk.get(url).status_code == 200
    for visitor in (client, client_of(learner)):
        assert visitor.get(url).status_code == 302
    assert client_of(make_user(is_staff=True)).get(url).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [*PAGES, ""])
def test_every_page_speaks_each_language_and_loads_nothing_from_elsewhere(
    desk, module, facilitator, page, language
):
    url = _address(page, module, facilitator)

    response = desk.get(url, headers={"accept-language": language})

    assert response.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in response.text
    html5lib.HTMLParser(strict=False).parse(response.text)
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=\"([^\"]*)", response.text)
    assert all(address.startswith("/") and address[1] != "/" for address in loaded)
    assert not re.search(r"<style|\sstyle=|\son\w+=\"", response.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_the_forum_speaks_each_language(desk, module, language):
    assert desk.get(moderate_url(_busy_post(module), language)).status_code == 200


def test_who_may_only_look_finds_no_form_and_decides_nothing(client_of, module):
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_post"))
    client, post = client_of(staff), make_held(module)

    assert 'name="decision"' not in client.get(case_url(post)).text
    assert client.post(case_url(post), {"decision": "approve"}).status_code == 403
    act(client, "approve", [post])
    assert now(post).state == "held"


def test_who_may_not_restrict_is_not_asked_about_it(client_of, module):
    staff = make_user(is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_post", "change_post"])
    staff.user_permissions.set(rights)
    client, post = client_of(staff), make_held(module)

    assert 'name="level"' not in client.get(case_url(post)).text
    data = {"decision": "remove", "reason": "spam", "level": "banned", "whom": "person"}
    client.post(case_url(post), data)
    act(client, "restrict", [post], decided="1", **data)

    assert now(post).state == "removed"
    assert not Restriction.objects.exists()


def test_nobody_deletes_posts_or_touches_the_record(client_of, module, desk, facilitator):
    post = make_post(module)
    moderation.remove(post, by=facilitator, reason="spam")
    record = ModerationRecord.objects.get()
    superuser = client_of(make_user(is_staff=True, is_superuser=True))

    for client in (desk, superuser):
        assert client.post(f"{DESK}{post.pk}/delete/", {"post": "yes"}).status_code == 403
        act(client, "delete_selected", [post], post="yes")
        for page in (f"{record.pk}/change/", f"{record.pk}/delete/", "add/"):
            data = {"act": "approved", "post": "yes", "note": "changed"}
            assert client.post(f"{RECORD}{page}", data).status_code == 403
    record.refresh_from_db()
    assert (record.act, record.note) == ("removed", "")
    assert now(post).state == "removed"


def test_the_record_is_filtered_by_act_and_by_who_acted(desk, module, facilitator):
    other = make_facilitator(display_name="Olga")
    for by in (facilitator, other):
        moderation.remove(make_post(module), by=by, reason="spam")
    make_held(module)

    assert len(shown(desk.get(RECORD))) == 3
    assert len(shown(desk.get(f"{RECORD}?act__exact=removed"))) == 2
    assert [row.by for row in shown(desk.get(f"{RECORD}?by={other.pk}"))] == [other]
    assert [row.act for row in shown(desk.get(f"{RECORD}?by=rule"))] == ["held"]
    today = timezone.now().strftime("%Y-%m-%d 00:00:00%%2B00:00")
    assert len(shown(desk.get(f"{RECORD}?at__gte={today}"))) == 3


def test_a_facilitator_restricts_an_address_at_hand_and_lifts_it(desk, facilitator):
    data = {"address": "EVE@Spam.example", "level": "banned", "reason": "spam", "note": "x"}
    desk.post(f"{RESTRICTIONS}add/", data)
    restriction = Restriction.objects.get()
    assert (restriction.address, restriction.by) == ("eve@spam.example", facilitator)

    # A second one takes the place of the first.
    desk.post(f"{RESTRICTIONS}add/", data | {"level": "held"})
    restriction = Restriction.objects.get()
    assert restriction.level == "held"

    desk.post(f"{RESTRICTIONS}{restriction.pk}/delete/", {"post": "yes"})
    assert not Restriction.objects.exists()
    acts = list(ModerationRecord.objects.order_by("pk").values_list("act", "by"))
    by = facilitator.pk
    assert acts == [("banned", by), ("restricted", by), ("lifted", by)]


def test_the_address_of_an_account_restricts_the_account(desk):
    user = make_user(email="ana@example.org")
    data = {"address": "Ana@example.org", "level": "held", "reason": "spam"}

    desk.post(f"{RESTRICTIONS}add/", data)

    restriction = Restriction.objects.get()
    assert (restriction.account, restriction.address) == (user, "")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("no address", "Enter a valid domain name."),
        ("a@", "Enter a valid email address."),
        ("com", "Enter a valid domain name."),
        ("gmail.com", "gives addresses to everybody"),
        ("farm.example", "Tick the box if you mean all of them."),
        ("keeper@ilo.example", "facilitators are not restricted"),
        ("", "This field is required."),
    ],
)
def test_an_address_that_cannot_be_restricted_is_explained(desk, address, sentence):
    make_facilitator(email="keeper@ilo.example")
    data = {"address": address, "level": "held", "reason": "spam"}

    response = desk.post(f"{RESTRICTIONS}add/", data)

    assert sentence in response.text
    assert not Restriction.objects.exists()


def test_many_restrictions_are_lifted_at_once_and_the_list_says_which_have_expired(
    desk, facilitator
):
    past = timezone.now() - timedelta(days=1)
    values = {"level": "held", "by": facilitator, "reason": "spam"}
    rows = [
        moderation.restrict(address="a@spam.example", until=past, **values),
        moderation.restrict(address="b@spam.example", **values),
    ]
    assert "(expired)" in desk.get(RESTRICTIONS).text
    assert shown(desk.get(f"{RESTRICTIONS}?force=now")) == rows[1:]
    assert shown(desk.get(f"{RESTRICTIONS}?force=expired")) == rows[:1]

    data = {"action": "lift", "_selected_action": [row.pk for row in rows]}
    assert "2 restrictions were lifted." in desk.post(RESTRICTIONS, data, follow=True).text
    assert ModerationRecord.objects.filter(act="lifted", by=facilitator).count() == 2


def test_words_are_blocked_many_at_once_each_once(desk):
    BlockedTerm.objects.create(term="casino", level="refused")
    terms = "Casino\n  cheap   watches \n\nspam.example\nSPAM.example\n"

    desk.post(f"{TERMS}add/", {"terms": terms, "level": "held"})

    assert list(BlockedTerm.objects.values_list("term", "level")) == [
        ("casino", "refused"),
        ("cheap watches", "held"),
        ("spam.example", "held"),
    ]
    for wrong in ("", " \n ", "x" * 101, "\n".join(f"w{number}" for number in range(201))):
        response = desk.post(f"{TERMS}add/", {"terms": wrong, "level": "held"})
        assert response.status_code == 200, wrong
    assert BlockedTerm.objects.count() == 3


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
