"""What reports and facilitators do to posts and people, what stays on record, who is told."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from accounts.mail import bounces
from forum import limits, moderation, rules
from forum.authors import Author
from forum.checking import check
from forum.limits import Origin
from forum.models import ModerationRecord, PendingPost, Post, Report, Restriction, Trace
from forum.refusals import RefusedError
from forum.services import delete_post, edit_post
from modules.freshness import current_version
from tests.factories import (
    make_facilitator,
    make_guest,
    make_post,
    make_reply,
    make_user,
)

pytestmark = pytest.mark.django_db
NOWHERE = Origin("", "")


@pytest.fixture
def keeper():
    return make_facilitator(display_name="Keeper")


def now(post) -> Post:
    return Post.objects.get(pk=post.pk)


def reported(post, *people, reason="spam"):
    return [moderation.report(post, reporter=person, reason=reason) for person in people]


def test_no_decision_is_mailed_to_an_address_that_takes_no_mail(module, keeper):
    post = make_post(module, Author.member(make_user(email="ana@example.org")))
    bounces.mark("ana@example.org", "550 5.1.1 No such user")

    assert moderation.remove(post, by=keeper, reason="spam")

    assert mail.outbox == []


def test_a_held_post_is_published_counted_put_on_record_and_its_author_told(module, keeper):
    opening = make_post(module)
    author = Author.member(make_user(language="pt", email="ana@example.org"))
    Restriction.objects.create(account=author.user, level="held")
    held = make_reply(opening, author, origin=NOWHERE)
    assert (now(held).state, now(opening).answer_count) == ("held", 0)

    assert moderation.approve(held, by=keeper, note="Bem-vinda")

    assert (now(held).state, now(held).held_for, now(opening).answer_count) == ("published", "", 1)
    record = held.moderation_records.get(act="approved")
    assert (record.by, record.note, record.subject) == (keeper, "Bem-vinda", held.author_name)
    message = mail.outbox[0]
    assert message.to == ["ana@example.org"]
    assert "Bem-vinda" in message.body
    assert f"/pt/forum/posts/{held.pk}/" in message.body
    assert check().faults == []


def test_a_post_is_removed_with_a_reason_that_its_author_learns(module, keeper):
    opening = make_post(module)
    reply = make_reply(opening, make_guest(email="bob@example.org"), language="fr")

    assert moderation.remove(reply, by=keeper, reason="off_topic", note="Une autre fois")

    assert (now(reply).state, now(opening).answer_count) == ("removed", 0)
    record = reply.moderation_records.get()
    assert (record.act, record.reason, record.by) == ("removed", "off_topic", keeper)
    message = mail.outbox[0]
    assert message.to == ["bob@example.org"]
    assert "Une autre fois" in message.body
    assert reply.comment in message.body
    # Nothing is left to see at its address.
    assert "/forum/posts/" not in message.body
    assert 'lang="fr"' in message.alternatives[0].content


def test_a_removed_post_comes_back(module, keeper):
    opening = make_post(module)
    reply = make_reply(opening)
    moderation.remove(reply, by=keeper, reason="spam")

    assert moderation.approve(reply, by=keeper)

    assert (now(reply).state, now(opening).answer_count) == ("published", 1)
    acts = reply.moderation_records.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["removed", "restored"]
    assert "Your post is back" in mail.outbox[-1].subject


def test_a_guest_whose_language_is_none_of_the_five_is_told_in_english(module, keeper):
    post = make_post(module, make_guest(), language="sw")

    moderation.remove(post, by=keeper, reason="spam")

    assert mail.outbox[0].subject == "Your post has been removed"


def test_every_kept_page_is_fetched_anew_after_a_decision(module, keeper):
    post = make_post(module)
    versions = [current_version()]
    for act in (
        lambda: moderation.remove(post, by=keeper, reason="spam"),
        lambda: moderation.approve(post, by=keeper),
        lambda: reported(post, "a", "b", "c"),
    ):
        act()
        versions.append(current_version())

    assert len(set(versions)) == 4


def test_nothing_happens_twice(module, keeper):
    post = make_post(module)
    moderation.remove(post, by=keeper, reason="spam")

    assert not moderation.remove(post, by=keeper, reason="spam")
    assert not moderation.approve(make_post(module), by=keeper)

    assert ModerationRecord.objects.count() == 1
    assert len(mail.outbox) == 1


def test_what_its_author_has_deleted_is_left_alone(module, keeper):
    gone, kept = make_post(module), make_post(module)
    make_reply(kept)
    for post in (gone, kept):
        delete_post(post)
        assert not moderation.approve(post, by=keeper)
        assert not moderation.remove(post, by=keeper, reason="spam")
        assert reported(post, "a", "b", "c").count(True) == (3 if post is kept else 0)

    assert now(kept).state == "deleted"


def test_three_reports_of_different_people_hide_a_post_and_its_author_is_told(module):
    post = make_post(module)

    assert reported(post, "a", "b") == [True, True]
    assert now(post).state == "published"
    assert reported(post, "c") == [True]

    assert (now(post).state, now(post).held_for) == ("held", "reports")
    record = post.moderation_records.get()
    assert (record.act, record.reason, record.by) == ("held", "reports", None)
    assert "Several people have reported it" in mail.outbox[0].body


def test_the_same_person_counts_once_however_often_they_report(module):
    post = make_post(module)

    assert reported(post, "a", "a", "a", "b") == [True, False, False, True]

    assert now(post).state == "published"
    assert post.reports.count() == 2


def test_after_a_facilitator_has_looked_reports_start_anew(module, keeper):
    post = make_post(module)
    reported(post, "a", "b", "c")
    moderation.approve(post, by=keeper)
    assert now(post).state == "published"
    told = len(mail.outbox)

    reported(post, "d", "e")
    assert now(post).state == "published"
    # It stands already: there is nothing to tell its author.
    assert moderation.approve(post, by=keeper)
    assert len(mail.outbox) == told
    assert not post.reports.waiting().exists()
    assert post.moderation_records.filter(act="kept", by=keeper).exists()

    reported(post, "f", "g", "h")
    assert now(post).state == "held"


def test_many_are_decided_about_at_once_and_those_that_cannot_be_are_left(module, keeper):
    posts = [make_post(module) for _ in range(3)]
    moderation.remove(posts[0], by=keeper, reason="spam")

    assert moderation.remove_all(posts, by=keeper, reason="hate", note="No.") == 2
    assert len(mail.outbox) == 3
    assert moderation.approve_all(posts, by=keeper) == 3

    assert {now(post).state for post in posts} == {"published"}


def test_what_a_facilitator_did_stays_on_record_when_the_post_is_gone(module, keeper):
    post = make_post(module, make_guest(name="Amílcar"), text="Cheap watches")
    moderation.remove(post, by=keeper, reason="spam")
    moderation.approve(post, by=keeper)
    delete_post(post)

    record = ModerationRecord.objects.get(act="removed")
    assert (record.post, record.by) == (None, keeper)
    # The name and the text went with the post.
    assert (record.subject, record.excerpt) == ("", "")


@pytest.mark.parametrize("kind", ["account", "address", "domain", "domain above"])
@pytest.mark.parametrize("is_guest", [True, False])
def test_a_ban_and_a_wait_take_effect_when_posting(module, keeper, kind, is_guest):
    email = "eve@mail.spam.example"
    user = make_user(email=email)
    author = make_guest(email=email) if is_guest else Author.member(user)
    subject = {
        "account": {"account": user},
        "address": {"address": "EVE@mail.spam.example"},
        "domain": {"address": "mail.spam.example"},
        "domain above": {"address": "spam.example"},
    }[kind]

    restriction = moderation.restrict(level="banned", by=keeper, reason="spam", **subject)
    with pytest.raises(RefusedError) as refused:
        make_post(module, author, origin=NOWHERE)
    assert refused.value.reason == RefusedError.BANNED

    moderation.restrict(level="held", by=keeper, reason="spam", **subject)
    post = make_post(module, author, origin=NOWHERE)
    assert (post.state, post.held_for) == ("held", "restricted")

    moderation.lift(Restriction.objects.get(), by=keeper)
    assert make_post(module, author, text="Another text", origin=NOWHERE).state == "published"
    acts = ModerationRecord.objects.filter(post=None, subject=str(restriction)).order_by("pk")
    assert list(acts.values_list("act", flat=True)) == ["banned", "restricted", "lifted"]
    assert {act.by for act in acts} == {keeper}


def test_a_restriction_ends_by_itself(module, keeper):
    author = make_guest()
    yesterday = timezone.now() - timedelta(days=1)
    moderation.restrict(
        level="banned", by=keeper, reason="spam", address=author.email, until=yesterday
    )

    assert make_post(module, author, origin=NOWHERE).state == "published"


def test_another_address_at_the_domain_of_a_restricted_guest_may_post(module, keeper):
    moderation.restrict(level="banned", by=keeper, reason="spam", address="eve@example.com")
    moderation.restrict(level="banned", by=keeper, reason="spam", address="example.net")

    for email in ("adam@example.com", "eve@myexample.net"):
        assert make_post(module, make_guest(email=email), text=email, origin=NOWHERE)


def test_nobody_restricts_a_facilitator_a_superuser_or_themselves(keeper):
    other = make_facilitator(email="other@ilo.example")
    boss = make_user(is_superuser=True, email="boss@ilo.example")
    for subject in (
        {"account": other},
        {"account": boss},
        {"account": keeper},
        {"address": "OTHER@ilo.example"},
        {"address": "ilo.example"},
        {"address": keeper.email},
    ):
        with pytest.raises(ValidationError):
            moderation.restrict(level="banned", by=keeper, reason="spam", **subject)

    assert not Restriction.objects.exists()
    assert not ModerationRecord.objects.exists()


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.com", "yahoo.com.br", "com", "com.br"])
def test_nobody_restricts_all_people_of_a_mail_provider(keeper, domain):
    with pytest.raises(ValidationError):
        moderation.restrict(level="held", by=keeper, reason="spam", address=domain)


def test_earlier_versions_stay_when_a_post_is_removed_and_go_with_their_author(module, keeper):
    post = make_post(module, text="First")
    make_reply(post)
    edit_post(post, text="Second", language="en")
    moderation.remove(post, by=keeper, reason="spam")
    assert post.revisions.get().text == "First"

    delete_post(post)
    assert not post.revisions.exists()


def test_purging_forgets_what_is_no_longer_needed_and_nothing_else(module, keeper, capsys):
    post = make_post(module, make_guest(), origin=Origin("browser", "192.0.2.1"))
    reported(post, "a", "b")
    before = timezone.now()
    Report.objects.filter(reporter="a").update(created_at=before - timedelta(days=31))
    Trace.objects.update(at=before - limits.LONG - timedelta(minutes=1))
    rules.trace(["fresh"])
    expired = moderation.restrict(
        level="held", by=keeper, reason="spam", address="a@b.example", until=before
    )

    for _ in range(2):
        call_command("drop_old_data")

    old, new = Report.objects.order_by("pk")
    assert (old.reporter, new.reporter) == (f"#{old.pk}", "b")
    assert list(Trace.objects.values_list("key", flat=True)) == ["fresh"]
    assert Restriction.objects.get() == expired
    assert not PendingPost.objects.exists()
    assert "forgot who had sent 1 reports." in capsys.readouterr().out
