"""Subscriptions follow the person: from guest to member, and away with the account."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.holders import all_holders, register
from accounts.mail import bounces
from accounts.mail.holding import Mails
from accounts.mail.models import BouncedAddress, OutgoingMail
from accounts.personal_data import delete_account, sections_of
from forum.authors import Author
from forum.models import Frequency, Notice, PendingSubscription, Post, ReceivedMail, Subscriber
from forum.subscribing import subscribe, subscriber_at, subscriber_of
from tests.factories import began_earlier, make_module, make_post, make_reply
from tests.forum.arriving import REPLY_ADDRESS, arrives, written

pytestmark = pytest.mark.django_db
GUEST = "salma@example.org"


@pytest.fixture
def module():
    return make_module(slug="talk")


@pytest.fixture
def opening(module):
    return make_post(module)


def chosen(subscriber: Subscriber) -> set[tuple]:
    rows = subscriber.subscriptions.all()
    return set(rows.values_list("module__slug", "conversation", "frequency"))


def adopt(user, email: str) -> None:
    for holder in all_holders():
        holder.adopt(user, email)


def test_a_guests_subscriptions_join_the_account_with_their_links(learner, module):
    guest = subscriber_at(GUEST, language="ar")
    subscribe(guest, module=module, frequency=Frequency.WEEKLY)

    adopt(learner, GUEST.upper())

    subscriber = Subscriber.objects.get()
    assert (subscriber.user, subscriber.email) == (learner, "")
    assert subscriber.key == guest.key
    assert chosen(subscriber) == {("talk", None, "weekly")}


def test_of_two_choices_the_later_one_stays(learner, module, opening):
    member, guest = subscriber_of(learner), subscriber_at(GUEST)
    subscribe(member, module=module, frequency=Frequency.DAILY)
    subscribe(guest, module=module, frequency=Frequency.WEEKLY)
    subscribe(guest, frequency=Frequency.AT_ONCE)
    subscribe(guest, conversation=opening, frequency=Frequency.AT_ONCE)
    subscribe(member, conversation=opening, frequency=Frequency.DAILY)

    adopt(learner, GUEST)

    assert Subscriber.objects.get() == member
    assert chosen(member) == {
        ("talk", None, "weekly"),
        (None, None, "at_once"),
        (None, opening.pk, "daily"),
    }


def test_what_was_noted_for_a_guest_is_told_to_the_member_once(learner, module, opening):
    member, guest = subscriber_of(learner), subscriber_at(GUEST)
    reply = make_reply(opening)
    mails = [OutgoingMail.objects.create(to=GUEST) for _ in range(2)]
    Notice.objects.create(post=opening, subscriber=member, mail=mails[0])
    Notice.objects.create(post=opening, subscriber=guest, mail=mails[1])
    Notice.objects.create(post=reply, subscriber=guest, mail=mails[1])

    adopt(learner, GUEST)

    notices = Notice.objects.filter(subscriber=member)
    assert {notice.post_id for notice in notices} == {opening.pk, reply.pk}
    assert Notice.objects.count() == 2


@pytest.fixture
def joined(learner, module):
    """A guest whose subscriptions have joined those of an account, as links in mails name them."""
    member, guest = subscriber_of(learner), subscriber_at(GUEST)
    subscribe(guest, module=module, frequency=Frequency.WEEKLY)
    subscribe(member, frequency=Frequency.AT_ONCE)
    adopt(learner, GUEST)
    return guest


def test_links_in_a_guests_mails_lead_to_the_accounts_subscriptions(client, joined, learner):
    page = client.get(f"/en/forum/subscriptions/{joined.key}/")

    assert page.status_code == 200
    assert learner.email in page.text
    client.post(f"/en/forum/subscriptions/{joined.key}/", {"end_all": "1"})
    assert chosen(subscriber_of(learner)) == set()


def test_one_click_in_a_guests_mail_ends_it_in_the_account(joined, learner, module):
    program = Client(enforce_csrf_checks=True)

    answer = program.post(f"/u/{joined.key}/m{module.pk}/", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert chosen(subscriber_of(learner)) == {(None, None, "at_once")}


def test_a_guests_mail_is_answered_by_the_member_who_they_are_now(
    joined, learner, opening, settings
):
    settings.REPLY_ADDRESS = REPLY_ADDRESS
    quoted = f"We begin at school.\n\nhttps://academy.example.org/u/{joined.key}/all/"
    joined.email = learner.email

    assert arrives(written(opening, joined, quoted)) == "posted"

    reply = Post.objects.latest("pk")
    assert (reply.user, reply.comment) == (learner, "We begin at school.")


def test_with_the_account_the_links_of_the_guest_are_gone_as_well(client, joined, learner):
    delete_account(learner, keeps_posts=True)

    assert client.get(f"/en/forum/subscriptions/{joined.key}/").status_code == 404


def test_a_changed_address_is_followed_by_itself(learner, module):
    subscriber = subscriber_of(learner)
    learner.email = "new@example.org"
    learner.save()

    assert Subscriber.objects.get(pk=subscriber.pk).address == "new@example.org"


def test_a_members_file_of_data_holds_the_subscriptions(learner, module):
    subscribe(subscriber_of(learner), module=module, frequency=Frequency.DAILY)

    sections = {section["name"]: section["rows"] for section in sections_of(learner)}

    assert sections["subscriptions"][0]["module"] == module.pk
    assert sections["subscriptions"][0]["frequency"] == "daily"


@pytest.mark.parametrize("keeps_posts", [True, False])
def test_with_the_account_its_subscriptions_are_gone(learner, client, module, keeps_posts):
    subscribe(subscriber_of(learner), module=module, frequency=Frequency.DAILY)
    form = {"email": learner.email, "module": "daily", "answers": "off"}
    form |= {"began": began_earlier(), "submission": uuid4()}
    client.post("/en/modules/talk/forum/subscribe/", form)
    assert PendingSubscription.objects.exists()

    delete_account(learner, keeps_posts=keeps_posts)

    assert not Subscriber.objects.exists()
    assert not PendingSubscription.objects.exists()


def test_mails_to_a_member_are_in_their_file_and_go_with_the_account(learner, module):
    OutgoingMail.objects.create(to=learner.email, subject="Re: Schools")
    bounces.mark(learner.email, "550 5.1.1 No such user")
    post = make_post(module, Author.member(learner))
    ReceivedMail.objects.create(submission=uuid4(), post=post, text="As it came.")

    data = {section["name"]: section["rows"] for section in sections_of(learner)}
    delete_account(learner, keeps_posts=True)

    assert [row["subject"] for row in data["mails"]] == ["Re: Schools"]
    assert [row["text"] for row in data["answers_by_mail"]] == ["As it came."]
    for model in (OutgoingMail, BouncedAddress, ReceivedMail):
        assert not model.objects.exists()


def test_no_two_parts_of_the_file_have_the_same_name():
    with pytest.raises(ValueError, match='Two holders are called "mails"'):
        register(Mails())


def test_a_guest_who_has_ended_all_is_forgotten_once_the_last_mail_is_old(module, opening):
    _ended, told, following, new = (
        subscriber_at(f"{name}@example.org") for name in ("ended", "told", "following", "new")
    )
    subscribe(following, module=module, frequency=Frequency.DAILY)
    sent = OutgoingMail.objects.create(to=told.email)
    Notice.objects.create(post=opening, subscriber=told, mail=sent)
    old = timezone.now() - timedelta(days=8)
    Subscriber.objects.exclude(pk=new.pk).update(created_at=old)

    call_command("drop_old_data", verbosity=0)
    assert set(Subscriber.objects.all()) == {told, following, new}

    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=31))
    call_command("drop_old_data", verbosity=0)
    assert set(Subscriber.objects.all()) == {following, new}
