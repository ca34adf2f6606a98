"""Rules that need no person: what is refused, what waits, and that everybody else is left alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from forum.authors import Author
from forum.checking import check
from forum.limits import Origin
from forum.models import BlockedTerm, HeldFor, ModerationRecord, Policy, Post, Restriction, Trace
from forum.refusals import RefusedError
from forum.rules import NEWCOMERS_LINKS, PER_NETWORK, PER_PERSON
from forum.services import add_reply, edit_post, open_conversation
from tests.factories import began_earlier, make_facilitator, make_guest, make_user

pytestmark = pytest.mark.django_db
NEW = "/en/modules/talk/forum/new/"
HERE = Origin(browser="a browser", network="192.0.2.7")
THREE_LINKS = " ".join(f"https://example.org/{number}" for number in range(NEWCOMERS_LINKS))


@pytest.fixture
def ana():
    return Author.member(make_user(display_name="Ana"))


def post(module, author, text="We always begin with the school.", **fields) -> Post:
    values = {"language": "en", "origin": HERE} | fields
    return open_conversation(module=module, author=author, text=text, **values)


def refusal(module, author, text="We always begin with the school.", **fields) -> str:
    with pytest.raises(RefusedError) as caught:
        post(module, author, text, **fields)
    return caught.value.reason


def texts():
    """Different ones, without end."""
    number = 0
    while True:
        number += 1
        yield f"This is the text with the number {number}."


def test_what_an_ordinary_member_writes_stands_at_once(module, ana):
    assert post(module, ana).state == "published"
    assert not ModerationRecord.objects.exists()


def test_a_member_who_posts_a_lot_is_asked_to_wait_and_told_how_long(module, ana, client_of):
    text = texts()
    for _ in range(PER_PERSON.short):
        post(module, ana, next(text))

    response = client_of(ana.user).post(NEW, {"text": next(text), "submission": uuid4()})

    assert "send it again in 10 minutes." in response.text
    assert "This is the text with the number 11." in response.text
    Trace.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert post(module, ana, next(text)).state == "published"


def test_nobody_posts_all_day(module, ana, client_of):
    text = texts()
    for _ in range(PER_PERSON.long):
        post(module, ana, next(text))
        Trace.objects.update(at=timezone.now() - timedelta(minutes=30))

    response = client_of(ana.user).post(NEW, {"text": next(text), "submission": uuid4()})

    assert "send it again tomorrow." in response.text


def test_many_people_behind_one_office_address_may_all_post(module):
    text = texts()
    for _ in range(PER_NETWORK.short // PER_PERSON.short):
        person = Author.member(make_user())
        for _ in range(PER_PERSON.short):
            post(module, person, next(text))

    assert refusal(module, Author.member(make_user()), next(text)) == RefusedError.TOO_FAST


def test_what_is_refused_does_not_count(module, ana):
    BlockedTerm.objects.create(term="casino", level=BlockedTerm.Level.REFUSED)
    for _ in range(PER_PERSON.short + 1):
        assert refusal(module, ana, "Come to the casino.") == RefusedError.WORDS

    assert post(module, ana).state == "published"


def test_limits_count_by_keyed_hashes_and_keep_no_address(module):
    post(module, make_guest(), origin=HERE)

    kept = " ".join(Trace.objects.values_list("key", flat=True))
    assert Trace.objects.count() == 5
    assert "192.0.2" not in kept
    assert "amilcar" not in kept


def test_the_same_text_of_the_same_person_is_one_post(module, ana):
    post(module, ana, "We always begin with the SCHOOL!")

    assert refusal(module, ana, "we always begin, with the school") == RefusedError.REPEATED


def test_thanks_may_be_said_twice(module, ana):
    post(module, ana, "Thank you!")

    assert post(module, ana, "Thank you!").state == "published"


def test_the_same_text_from_several_people_waits(module):
    people = [make_guest(email=f"guest{number}@example.org") for number in range(4)]

    states = [post(module, person).held_for for person in people]

    assert states == ["", "", "", HeldFor.REPEATED]


def test_many_links_of_somebody_new_wait_and_the_reason_is_on_record(module, ana):
    held = post(module, ana, THREE_LINKS)

    assert (held.state, held.held_for, held.is_public) == ("held", HeldFor.LINKS, False)
    record = ModerationRecord.objects.get()
    assert (record.post, record.act, record.reason, record.by) == (held, "held", "links", None)


@pytest.mark.parametrize("is_guest", [True, False])
def test_who_has_posted_before_may_send_links(module, ana, is_guest):
    author = make_guest() if is_guest else ana
    text = texts()
    for _ in range(3):
        post(module, author, next(text))

    assert post(module, author, THREE_LINKS).state == "published"


@pytest.mark.parametrize(
    ("term", "text", "is_found"),
    [
        ("casino", "Come to the Cásino!", True),
        ("casino", "Come to the cas\u200bino!", True),
        ("casino", "Occasinos are something else.", False),
        ("easy money", "EASY\n money for you", True),
        ("赌场", "欢迎来到赌场玩", True),
        ("كازينو", "تعال إلى كازينو الآن", True),
        ("example.com", "See https://www.example.com/win now", True),
        ("example.com", "See WWW.EXAMPLE.COM now", True),
        ("example.com", "See https://notexample.com and https://example.com.org", False),
        ("example.com", "[a bank](https://login.example.com)", True),
        ("c++", "I write C++ at night", True),
    ],
)
def test_blocked_words_and_domains_are_found_however_they_are_written(
    module, ana, term, text, is_found
):
    BlockedTerm.objects.create(term=term)

    assert post(module, ana, text).held_for == (HeldFor.WORDS if is_found else "")


def test_a_blocked_word_may_refuse_and_the_text_stays(module, ana, client_of):
    BlockedTerm.objects.create(term="casino", level=BlockedTerm.Level.REFUSED)

    response = client_of(ana.user).post(NEW, {"text": "The casino again.", "submission": uuid4()})

    assert "Your text holds a word or a link that this forum does not take." in response.text
    assert "The casino again." in response.text
    assert not Post.objects.exists()


def test_the_title_is_read_too(module, ana):
    BlockedTerm.objects.create(term="casino")

    assert post(module, ana, title="Casino").held_for == HeldFor.WORDS


@pytest.mark.parametrize(
    "address",
    ["amilcar@example.org", "AMILCAR@EXAMPLE.ORG", "example.org", "Example.Org"],
)
def test_a_ban_reaches_an_address_and_all_of_a_domain(module, address):
    Restriction.objects.create(address=address)
    guest = make_guest(
        email="Amilcar@mail.example.org" if address[0] in "Ee" else "amilcar@example.org"
    )

    assert refusal(module, guest) == RefusedError.BANNED
    assert post(module, make_guest(email="amilcar@other.org")).state == "published"


def test_a_banned_member_does_not_come_back_as_a_guest_with_the_same_address(module, ana):
    Restriction.objects.create(account=ana.user)

    assert refusal(module, ana) == RefusedError.BANNED
    assert refusal(module, make_guest(email=ana.email.upper())) == RefusedError.BANNED


def test_a_ban_ends_at_its_time(module, ana):
    Restriction.objects.create(account=ana.user, until=timezone.now() - timedelta(minutes=1))

    assert post(module, ana).state == "published"


def test_posts_of_a_restricted_member_wait(module, ana):
    Restriction.objects.create(account=ana.user, level=Restriction.Level.HELD)

    assert post(module, ana).held_for == HeldFor.RESTRICTED


def test_the_harder_of_two_restrictions_holds(module, ana):
    Restriction.objects.create(account=ana.user, level=Restriction.Level.HELD)
    Restriction.objects.create(address=ana.email.partition("@")[2])

    assert refusal(module, ana) == RefusedError.BANNED


def test_where_guests_need_approval_they_wait_and_members_do_not(module, ana):
    Policy.objects.create(module=module, mode="approval")

    assert post(module, make_guest()).held_for == HeldFor.APPROVAL
    assert post(module, ana, "And I am a member of this place.").state == "published"


def test_facilitators_are_exempt(module):
    BlockedTerm.objects.create(term="casino", level=BlockedTerm.Level.REFUSED)
    facilitator = Author.member(make_facilitator())

    for _ in range(PER_PERSON.short + 1):
        assert post(module, facilitator, f"casino {THREE_LINKS}").state == "published"


def test_a_held_reply_counts_for_nobody_until_it_is_published(module, ana):
    opening = post(module, ana)
    before = Post.objects.get(pk=opening.pk)

    held = add_reply(
        in_reply_to=opening, author=make_guest(), text=THREE_LINKS, language="en", origin=HERE
    )

    opening.refresh_from_db()
    assert held.number == 2
    assert (opening.answer_count, opening.last_number) == (0, 2)
    assert opening.active_at == before.active_at
    assert check().faults == []


def test_a_change_is_judged_like_a_new_post(module, ana):
    mine = post(module, ana)
    BlockedTerm.objects.create(term="casino")

    edit_post(mine, text="We begin in the casino.", language="en")

    mine.refresh_from_db()
    assert (mine.state, mine.held_for) == ("held", HeldFor.WORDS)
    assert check().faults == []


def guest_form(**fields) -> dict:
    values = {"name": "Amílcar", "email": "amilcar@example.org", "text": "We begin at school."}
    return values | {"submission": uuid4(), "began": began_earlier()} | fields


def test_what_fills_in_every_field_is_no_person(client, module):
    response = client.post(NEW, guest_form(website="https://example.org"))

    assert "Leave this field empty" in response.text
    assert "We begin at school." in response.text
    assert mail.outbox == []


@pytest.mark.parametrize("began", ["", "1234567890", "1234567890:forged"])
def test_a_form_that_comes_too_quickly_is_asked_for_again_and_then_taken(
    client, module, began, monkeypatch
):
    monkeypatch.setattr("forum.forms.QUICKEST_GUEST", timedelta(hours=1))
    response = client.post(NEW, guest_form(began=began))
    assert "That was very quick." in response.text
    assert "We begin at school." in response.text
    again = response.context["form"]["began"].value()

    assert "That was very quick." in client.post(NEW, guest_form(began=again)).text
    monkeypatch.setattr("forum.forms.QUICKEST_GUEST", timedelta())
    client.post(NEW, guest_form(began=again))
    assert len(mail.outbox) == 1


def test_a_banned_guest_learns_it_before_any_mail(module):
    Restriction.objects.create(address="example.org")

    response = Client().post(NEW, guest_form())

    assert "You cannot post in the forum now" in response.text
    assert "We begin at school." in response.text
    assert mail.outbox == []


def test_forms_from_one_browser_are_limited_whatever_address_they_name(module, client):
    client.get(NEW)
    sent = [
        client.post(NEW, guest_form(email=f"guest{number}@example.org")).status_code
        for number in range(16)
    ]

    assert sent == [302] * 15 + [200]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "nonsense", ""),
        (0, "", "192.0.2.1"),
    ],
)
def test_the_network_is_the_one_that_our_own_proxy_saw(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})

    assert Origin.of(request).network == address


def test_one_line_of_the_new_internet_counts_as_one(rf):
    first = rf.get("/", REMOTE_ADDR="2001:db8:1:2:aaaa::1")
    second = rf.get("/", REMOTE_ADDR="2001:db8:1:2:bbbb::2")

    assert Origin.of(first).network == Origin.of(second).network == "2001:db8:1:2::/64"
