"""From visitor and guest to member, and out again: texts and earlier posts come along."""

import io
import json
from uuid import uuid4
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed

from accounts import holders
from accounts.personal_data import as_zip, delete_account
from forum.authors import Author
from forum.checking import check
from forum.models import Like, ModerationRecord, PendingPost, Post, Report, Restriction, State
from forum.moderation import remove, report
from forum.services import add_reply, edit_post, like, open_conversation
from tests.factories import (
    began_earlier,
    make_facilitator,
    make_guest,
    make_post,
    make_user,
)

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"


@pytest.fixture
def ana():
    return make_user(email="ana@example.org", display_name="Ana Lima", has_public_page=True)


def test_a_visitor_signs_in_and_the_text_is_still_there(client, learner, module):
    typed = {"text": "We begin at school.", "title": "Beginning", "name": "Ana", "sign_in": "1"}
    typed |= {"submission": uuid4(), "began": began_earlier(), "email": "ana@example.org"}

    away = client.post(NEW, typed)
    session = client.session
    client.force_login(learner)
    kept = client.session
    kept.update({key: value for key, value in session.items() if not key.startswith("_auth")})
    kept.save()
    for _ in range(2):
        back = client.get(NEW)
        assert "We begin at school." in back.text
        assert "Your e-mail address" not in back.text
    client.post(NEW, {"text": "We begin at school.", "submission": uuid4()})

    assert away["Location"].startswith("/en/account/")
    assert Post.objects.get().user == learner
    # It is there until it has been stored.
    assert "We begin at school." not in client.get(NEW).text


def test_posts_of_a_guest_become_the_members_once_the_address_is_theirs(module, ana):
    mine = make_post(module, make_guest(email="Ana@Example.org"))
    other = make_post(module, make_guest(email="other@example.org"))
    Post.objects.filter(pk=mine.pk).update(guest_key="a-link-from-a-mail")

    for holder in holders.all_holders():
        holder.adopt(ana, "ana@example.org")

    mine, other = Post.objects.get(pk=mine.pk), Post.objects.get(pk=other.pk)
    assert (mine.user, mine.guest_email, mine.guest_key) == (ana, "", None)
    assert (other.user, other.author_name) == (None, "Amílcar")
    assert check().faults == []


def test_confirming_the_address_is_what_brings_them_in(client, module, ana, rf):
    mine = make_post(module, make_guest(email="ana@example.org"))
    address = EmailAddress.objects.create(user=ana, email=ana.email, primary=True)
    request = rf.get("/")
    request.user, request.session = ana, client.session

    address.refresh_from_db()
    address.set_verified()
    email_confirmed.send(EmailAddress, request=request, email_address=address)

    assert Post.objects.get(pk=mine.pk).user == ana


@pytest.fixture
def talk(module, ana):
    """Ana's conversation: another person has answered, and Ana has answered that."""
    member = Author.member(ana)
    opening = open_conversation(module=module, author=member, text="Who begins?", language="en")
    answer = add_reply(in_reply_to=opening, author=make_guest(), text="We do.", language="en")
    reply = add_reply(in_reply_to=answer, author=member, text="Good.", language="en")
    edit_post(reply, text="Very good.", language="en")
    like(answer, ana)
    report(answer, reporter="ana", reason="spam", note="It sells.", author=member)
    return opening, answer, reply


def test_everything_in_the_forum_is_in_the_file_of_data(talk, ana):
    remove(talk[2], by=make_facilitator(), reason="off_topic", note="Elsewhere, please.")

    with ZipFile(io.BytesIO(as_zip(ana))) as archive:
        data = json.loads(archive.read("data.json"))
        page = archive.read("data.html").decode()

    assert [post["text"] for post in data["posts"]] == ["Who begins?", "Very good."]
    assert data["posts"][1]["earlier_versions"][0]["text"] == "Good."
    assert [like["post"] for like in data["likes"]] == [talk[1].pk]
    assert [row["note"] for row in data["reports"]] == ["It sells."]
    assert [row["reason"] for row in data["decisions"]] == ["off_topic"]
    assert "Very good." in page


def test_who_leaves_may_leave_the_posts_without_their_name(client, talk, ana):
    delete_account(ana, keeps_posts=True)

    page = client.get(f"/en/forum/{talk[0].pk}/").text
    assert "Who begins?" in page
    assert "Former member" in page
    for gone in ("Ana Lima", "ana@example.org"):
        assert gone not in page
    answer = Post.objects.get(pk=talk[1].pk)
    assert (answer.like_count, Like.objects.count()) == (0, 0)
    kept = Report.objects.get()
    assert (kept.user, kept.note, kept.reporter) == (None, "", f"#{kept.pk}")
    assert check().faults == []


def test_who_leaves_may_take_the_posts_along(client, talk, ana):
    delete_account(ana, keeps_posts=False)

    page = client.get(f"/en/forum/{talk[0].pk}/").text
    assert "We do." in page
    for gone in ("Who begins?", "Very good.", "Ana Lima"):
        assert gone not in page
    assert not Post.objects.filter(pk=talk[2].pk).exists()
    assert Post.objects.get(pk=talk[0].pk).state == State.DELETED
    assert check().faults == []


def test_the_record_of_moderation_forgets_the_name(talk, ana):
    remove(talk[2], by=make_facilitator(), reason="spam")
    Restriction.objects.create(account=ana)

    delete_account(ana, keeps_posts=False)

    said = "".join(
        record.subject + record.excerpt + record.note for record in ModerationRecord.objects.all()
    )
    assert "Ana" not in said
    assert not Restriction.objects.exists()
    assert not PendingPost.objects.exists()


def test_a_public_page_shows_what_the_member_wrote(client, talk, ana):
    page = client.get(f"/en/members/{ana.pk}/")

    assert "Who begins?" in page.text
    assert "We do." not in page.text
    assert f"/en/members/{ana.pk}/" in client.get(f"/en/forum/{talk[0].pk}/").text


def test_without_a_public_page_the_name_is_no_link(client, module, learner):
    opening = make_post(module, Author.member(learner))

    assert "/members/" not in client.get(f"/en/forum/{opening.pk}/").text
