"""Members post at once; guests once their mail is confirmed; nothing typed is lost."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.authors import Author
from forum.models import (
    DEEPEST_LEVEL,
    BlockedTerm,
    HeldFor,
    PendingPost,
    Policy,
    Post,
    State,
    Trace,
)
from forum.services import add_reply, change_state, delete_post, open_conversation
from modules.models import Module
from tests.factories import began_earlier, make_module, make_user

NEW = "/en/modules/talk/forum/new/"
PUBLISHED = "Your post is published."
GUEST = {"name": "Amílcar", "email": "amilcar@exemplo.cv"}


@pytest.fixture
def module(db):
    return make_module(slug="talk")


@pytest.fixture
def opening(module):
    return open_conversation(
        module=module, author=Author.member(make_user()), text="How do you begin?", language="en"
    )


def reply_url(post: Post, language: str = "en") -> str:
    return f"/{language}/forum/posts/{post.pk}/reply/"


def written(**fields) -> dict:
    return {"text": "Em Moçambique começamos sempre pela escola.", "submission": uuid4()} | fields


def link_in(message) -> str:
    return re.search(r"http://testserver(/\S+)", message.body)[1]


@pytest.fixture
def guest_writes(client, module):
    """Sends the form as a guest in this browser, mail included."""

    def write(path: str = NEW, **fields):
        return client.post(path, written(**GUEST | {"began": began_earlier()} | fields))

    return write


def test_a_members_post_is_there_at_once(client_of, learner, module):
    response = client_of(learner).post(NEW, written(title="  As perguntas "), follow=True)

    post = Post.objects.get()
    assert response.status_code == 200
    assert "Em Moçambique começamos sempre pela escola." in response.text
    assert (post.user, post.title, post.language) == (learner, "As perguntas", "pt")
    assert (post.number, post.level, post.root, post.module) == (1, 0, post, module)


def test_a_member_and_a_guest_are_told_that_their_post_is_published(
    client, client_of, learner, guest_writes
):
    assert PUBLISHED in client_of(learner).post(NEW, written(), follow=True).text
    guest_writes(text="Nous commençons toujours par l'école du village.")

    page = client.post(link_in(mail.outbox[0]), follow=True)

    assert page.text.count(PUBLISHED) == 1
    assert PUBLISHED not in client.get(page.redirect_chain[-1][0]).text


def test_nobody_is_told_that_a_post_is_published_which_waits(client_of, learner, module):
    BlockedTerm.objects.create(term="escola", level=BlockedTerm.Level.HELD)

    page = client_of(learner).post(NEW, written(), follow=True)

    assert Post.objects.get().state == State.HELD
    assert PUBLISHED not in page.text


def test_a_reply_stands_below_what_it_answers_and_is_counted(client_of, learner, opening):
    client_of(learner).post(reply_url(opening), written())

    reply = Post.objects.get(in_reply_to=opening)
    opening.refresh_from_db()
    assert (reply.number, reply.level, reply.root) == (2, 1, opening)
    assert reply.path.startswith(opening.path)
    assert (opening.answer_count, opening.last_number) == (1, 2)
    assert opening.active_at == reply.posted_at


def test_a_guests_post_waits_for_the_mail_and_its_button(client, guest_writes):
    response = guest_writes()

    assert response["Location"].startswith("/en/forum/sent/?post=")
    assert not Post.objects.exists()
    message = mail.outbox[0]
    assert message.to == ["amilcar@exemplo.cv"]
    assert len(link_in(message)) < 60

    page = client.get(link_in(message))
    assert "Em Moçambique começamos sempre pela escola." in page.text
    assert not Post.objects.exists()

    client.post(link_in(message))
    post = Post.objects.get()
    assert (post.user, post.user_name, post.user_email) == (None, "Amílcar", "amilcar@exemplo.cv")
    assert not PendingPost.objects.exists()


def test_a_guest_sees_where_the_link_went_and_can_name_another_address(client, guest_writes):
    page = client.get(guest_writes(title="Beginning", email="amilcar@exmaple.cv")["Location"])
    assert "amilcar@exmaple.cv" in page.text
    assert "Em Moçambique começamos" in page.text

    again = {"title": "Beginning", "text": "Em Moçambique começamos", "name": "Amílcar"}
    form = client.post(NEW, again | {"preview": "1"}).text
    for kept in ("Beginning", "Em Moçambique começamos", "Amílcar"):
        assert kept in form


@pytest.mark.parametrize("forged", ["", "x", "1", "MQ:forged"])
def test_nobody_sees_anothers_waiting_post(guest_writes, forged):
    guest_writes()

    page = Client().get("/en/forum/sent/", {"post": forged}).text

    assert "Almost there" in page
    assert "amilcar@exemplo.cv" not in page


def test_the_mail_speaks_the_language_of_the_page(guest_writes):
    guest_writes("/ar/modules/talk/forum/new/")

    message = mail.outbox[0]
    html = message.alternatives[0].content
    assert 'lang="ar" dir="rtl"' in html
    assert "/ar/forum/confirm/" in message.body


def test_a_confirmed_browser_posts_again_without_another_mail(client, guest_writes):
    guest_writes()
    client.post(link_in(mail.outbox[0]))

    client.post(NEW, written(text="And one more thing that I forgot."))

    assert Post.objects.filter(user_name="Amílcar").count() == 2
    assert len(mail.outbox) == 1


def test_another_browser_or_a_forged_cookie_is_not_known(guest_writes, client):
    guest_writes()
    client.post(link_in(mail.outbox[0]))
    stranger = Client()
    stranger.cookies["forum_guest"] = client.cookies["forum_guest"].value + "x"

    response = stranger.post(NEW, written())

    assert Post.objects.count() == 1
    assert "Your e-mail address" in response.text


def test_a_confirmation_link_publishes_once_and_then_leads_to_the_form(client, guest_writes):
    guest_writes()
    link = link_in(mail.outbox[0])
    client.post(link)

    again = client.post(link, follow=True)

    assert "Change your post" in again.text
    assert Post.objects.count() == 1


def test_a_link_is_good_for_seven_days_and_its_post_is_purged(client, guest_writes):
    guest_writes()
    PendingPost.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))

    assert client.post(link_in(mail.outbox[0])).status_code == 404
    call_command("drop_old_data", verbosity=0)
    assert not PendingPost.objects.exists()


def test_nobody_fills_another_persons_mailbox(guest_writes):
    for _ in range(5):
        guest_writes()

    response = guest_writes(email="AMILCAR@exemplo.cv", text="The sixth one at once.")

    assert len(mail.outbox) == 5
    assert "Many links went to this address." in response.text
    assert "The sixth one at once." in response.text
    Trace.objects.update(at=timezone.now() - timedelta(minutes=11))
    guest_writes()
    assert len(mail.outbox) == 6


@pytest.mark.parametrize("token", ["x", "a" * 32, "../../etc", "%00"])
def test_a_forged_link_is_a_404(client, db, token):
    assert client.get(f"/en/forum/confirm/{token}/").status_code == 404


def test_the_same_form_sent_twice_is_one_post(client_of, learner, module):
    member, form = client_of(learner), written()

    first, second = member.post(NEW, form), member.post(NEW, form)

    assert Post.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_guests_form_sent_twice_is_one_mail(guest_writes):
    key = uuid4()

    guest_writes(submission=key)
    guest_writes(submission=key)

    assert len(mail.outbox) == 1


def test_preview_shows_the_post_and_the_language_that_was_found(client_of, learner, module):
    response = client_of(learner).post(NEW, written(preview="1", text="**Muito** útil, obrigado!"))

    assert "<strong>Muito</strong>" in response.text
    assert "Written in: Portuguese (found by itself)" in response.text
    assert not Post.objects.exists()


def test_a_guest_sees_a_preview_before_giving_a_name(client, module):
    response = client.post(NEW, written(preview="1", began="", text="**Muito** útil, obrigado!"))

    assert "<strong>Muito</strong>" in response.text
    assert "**Muito** útil, obrigado!" in response.text
    assert "This field is required" not in response.text


@pytest.mark.parametrize("name", ["Kiswahili", "swahili", "sw", "السواحلية", "SUAÍLI"])
def test_the_author_may_name_any_language(client_of, learner, module, name):
    client_of(learner).post(NEW, written(language=name))

    assert Post.objects.get().language == "sw"


def test_short_texts_take_the_language_of_the_page(client_of, learner, module):
    client_of(learner).post("/fr/modules/talk/forum/new/", written(text="ok"))

    assert Post.objects.get().language == "fr"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "Write something first."),
        ({"text": " \n\t "}, "Write something first."),
        ({"text": "\u200b\u200d\u2060"}, "Write something first."),
        ({"text": "a" * 10_003}, "Your text is 3 characters too long."),
        ({"language": "Klingonish"}, "This language is not known here."),
        ({"title": "t" * 200}, "at most 150 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_and_stays_in_the_form(
    client_of, learner, module, fields, sentence
):
    response = client_of(learner).post(NEW, written(title="Kept title") | fields)

    assert response.status_code == 200
    assert sentence in response.text
    for value in (written(title="Kept title") | fields).values():
        if str(value).strip() and not hasattr(value, "hex"):
            assert str(value) in response.text
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("caf\u0065\u0301 is a long enough text", "café is a long enough text"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("be\u202egin\u2066ning\x07 of it", "beginning of it"),
        ("a" + "\u0301" * 50 + "tower", "á" + "\u0301" * 4 + "tower"),
        ("سلام\u200cخوب", "سلام\u200cخوب"),
    ],
)
def test_what_only_breaks_pages_is_quietly_left_out(client_of, learner, module, typed, kept):
    client_of(learner).post(NEW, written(text=typed))

    assert Post.objects.get().comment == kept


def test_no_markup_of_a_post_becomes_active(client_of, learner, module):
    client_of(learner).post(
        NEW, written(text="<script>x</script> # [a](javascript:x) https://example.org ![i](x.png)")
    )

    html = Post.objects.get().body_html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript:' not in html
    assert 'rel="nofollow ugc noopener"' in html


def test_a_stale_form_token_shows_the_form_again_with_the_text(learner, module):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)

    response = strict.post(NEW, written(text="A long text that took an hour."))

    assert response.status_code == 403
    assert "A long text that took an hour." in response.text
    assert "csrfmiddlewaretoken" in response.text
    assert not Post.objects.exists()


def test_who_is_no_longer_signed_in_keeps_the_text_and_may_post_as_a_guest(client, module):
    response = client.post(NEW, written(title="Kept title", text="A text that took an hour."))

    assert "You are no longer signed in." in response.text
    for kept in ("Kept title", "A text that took an hour.", "Your e-mail address"):
        assert kept in response.text
    assert "This field is required" not in response.text
    assert not Post.objects.exists()


def test_a_stale_token_never_publishes_a_waiting_post(guest_writes, module):
    guest_writes()
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(link_in(mail.outbox[0]))

    assert response.status_code in {200, 403}
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("mode", "guest_may", "member_may"),
    [("open", True, True), ("members", False, True), ("read_only", False, False)],
)
def test_a_facilitator_chooses_who_may_write(
    client, client_of, learner, module, guest_writes, mode, guest_may, member_may
):
    Policy.objects.create(module=module, mode=mode)

    refused_guest = guest_writes()
    refused_member = client_of(learner).post(NEW, written())

    assert PendingPost.objects.exists() == guest_may
    assert Post.objects.exists() == member_may
    for response, may in ((refused_guest, guest_may), (refused_member, member_may)):
        if not may:
            assert "Em Moçambique começamos" in response.text


def test_a_closed_forum_is_hidden(client, client_of, facilitator, module, opening):
    Policy.objects.create(module=module, mode="closed")

    assert client.get(NEW).status_code == 404
    assert client.get(reply_url(opening)).status_code == 404
    for address in (NEW, reply_url(opening)):
        response = client.post(address, written())
        assert "This forum takes no new posts now." in response.text
        assert "Em Moçambique começamos" in response.text
        assert "How do you begin?" not in response.text
    assert Post.objects.count() == 1


def test_a_reply_to_a_post_that_was_removed_meanwhile_keeps_the_text(client_of, learner, opening):
    change_state(opening, State.REMOVED)

    response = client_of(learner).post(reply_url(opening), written())

    assert client_of(learner).get(reply_url(opening)).status_code == 404
    assert "has been removed meanwhile" in response.text
    assert "Em Moçambique começamos" in response.text
    assert "How do you begin?" not in response.text


def test_a_post_that_is_removed_while_a_guest_confirms_keeps_the_text(
    client, guest_writes, opening
):
    guest_writes(reply_url(opening))
    change_state(opening, State.REMOVED)

    response = client.post(link_in(mail.outbox[0]))

    assert "has been removed meanwhile" in response.text
    assert "Em Moçambique começamos" in response.text
    assert PendingPost.objects.exists()


@pytest.mark.parametrize("mode", ["members", "read_only", "closed"])
def test_a_forum_that_closes_while_a_guest_confirms_takes_no_post_and_keeps_the_text(
    client, guest_writes, module, mode
):
    guest_writes()
    Policy.objects.create(module=module, mode=mode)

    response = client.post(link_in(mail.outbox[0]))

    assert not Post.objects.exists()
    assert "This forum takes no new posts now." in response.text
    assert "Em Moçambique começamos" in response.text


def test_a_module_that_goes_back_to_draft_while_a_guest_confirms_takes_no_post(
    client, guest_writes, module
):
    guest_writes()
    Module.objects.filter(pk=module.pk).update(status="draft")

    response = client.post(link_in(mail.outbox[0]))

    assert not Post.objects.exists()
    assert "Em Moçambique começamos" in response.text


def test_a_conversation_does_not_grow_without_end_in_depth(client_of, learner, opening):
    post, author = opening, Author.member(learner)
    for _ in range(DEEPEST_LEVEL):
        post = add_reply(in_reply_to=post, author=author, text="Deeper.", language="en")

    response = client_of(learner).post(reply_url(post), written())

    assert "This conversation cannot go deeper." in response.text
    assert "Em Moçambique começamos" in response.text
    assert Post.objects.count() == DEEPEST_LEVEL + 1


def test_a_guests_reply_outlives_the_deletion_of_what_it_answers(client, guest_writes, opening):
    guest_writes(reply_url(opening))
    delete_post(opening)

    response = client.post(link_in(mail.outbox[0]))

    assert "has been removed meanwhile" in response.text
    assert "Em Moçambique começamos" in response.text


def test_a_guests_form_that_is_sent_again_after_the_link_was_used_leads_to_the_post(
    client, guest_writes
):
    form = written(text="Thank you!")
    guest_writes(**form)
    Client().post(link_in(mail.outbox[0]))

    response = guest_writes(**form)

    assert response["Location"] == f"/en/forum/posts/{Post.objects.get().pk}/"
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("field", ["title", "name"])
def test_letters_that_become_two_are_counted_as_two(client, guest_writes, module, field):
    response = guest_writes(**{field: "\ufb2c" * 45 + "\ufb2c" * (55 if field == "title" else 0)})

    assert "Em Moçambique começamos" in response.text
    assert not PendingPost.objects.exists()


def test_a_draft_modules_forum_is_a_404_for_the_public(client, client_of, facilitator):
    module = make_module(slug="draft", status="draft")
    post = open_conversation(
        module=module, author=Author.member(facilitator), text="Early.", language="en"
    )

    assert client.get("/en/modules/draft/forum/new/").status_code == 404
    assert client.get(reply_url(post)).status_code == 404


@pytest.mark.parametrize("count", [3, 300])
def test_the_cost_of_a_reply_does_not_grow_with_the_conversation(
    client_of, learner, opening, django_assert_max_num_queries, count
):
    author = Author.member(learner)
    for _ in range(count):
        add_reply(in_reply_to=opening, author=author, text="Before.", language="en")
    member = client_of(learner)

    with django_assert_max_num_queries(15):
        response = member.post(reply_url(opening), written())

    assert response.status_code == 302
    opening.refresh_from_db()
    assert opening.answer_count == count + 1


def test_a_reply_that_a_rule_holds_takes_at_most_fifteen_queries_too(client_of, learner, opening):
    BlockedTerm.objects.create(term="lottery")
    text = "See http://one.example, http://two.example and http://three.example"
    member = client_of(learner)

    with CaptureQueriesContext(connection) as queries:
        member.post(reply_url(opening), written(text=text))

    assert Post.objects.get(number=2).held_for == HeldFor.LINKS
    # To begin and to end a transaction asks for nothing.
    asked = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 15


def test_removing_and_restoring_keeps_the_counts_above_right(learner, opening):
    author = Author.member(learner)
    middle = add_reply(in_reply_to=opening, author=author, text="Middle.", language="en")
    add_reply(in_reply_to=middle, author=author, text="Last.", language="en")

    change_state(middle, State.REMOVED)
    change_state(middle, State.REMOVED)
    opening.refresh_from_db()
    assert opening.answer_count == 1

    change_state(middle, State.PUBLISHED)
    opening.refresh_from_db()
    assert opening.answer_count == 2


def test_form_pages_are_kept_by_no_cache(client, module):
    client.get(NEW)
    response = client.get(NEW)

    assert "no-store" in response["Cache-Control"]
