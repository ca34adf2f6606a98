"""Every page for keeping order: who may enter, and what people, words and the record show."""

import re
from datetime import timedelta

import html5lib
import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from forum import moderation
from forum.models import BlockedTerm, ModerationRecord, Restriction
from tests.factories import (
    make_facilitator,
    make_post,
    make_user,
)
from tests.forum.desk_pages import (
    DESK,
    LANGUAGES,
    RECORD,
    RESTRICTIONS,
    TERMS,
    act,
    busy_post,
    case_url,
    make_held,
    moderate_url,
    now,
    shown,
)

pytestmark = pytest.mark.django_db


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
    assert desk.get(moderate_url(busy_post(module), language)).status_code == 200


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
