"""Who is told of a post, once, and when."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.mail.models import BouncedAddress, OutgoingMail
from accounts.models import User
from forum import notices
from forum.authors import Author
from forum.models import (
    Frequency,
    Notice,
    Policy,
    Post,
    Restriction,
    State,
    Subscriber,
    Subscription,
)
from forum.notices import JOINED_FOR, announce_waiting, next_digest
from forum.services import change_state
from modules.models.publishing import Status
from tests.academy import own_site
from tests.factories import (
    make_facilitator,
    make_guest,
    make_module,
    make_post,
    make_reply,
    make_subscriber,
    make_subscription,
    make_user,
)
from tests.forum.told import announce, told

pytestmark = pytest.mark.django_db
AT_ONCE, DAILY, WEEKLY, OFF = Frequency.AT_ONCE, Frequency.DAILY, Frequency.WEEKLY, Frequency.OFF


@pytest.fixture
def module():
    # Published whatever time a test sets.
    return make_module(published_at=datetime(2020, 1, 1, tzinfo=UTC))


@pytest.fixture
def follower(module):
    """Somebody who follows the module's forum."""
    return make_subscription(module=module).subscriber


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that it is."""

    def set_to(moment: datetime) -> datetime:
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_to


def the_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


def test_who_follows_a_module_is_told_of_its_posts_and_of_no_others(module, follower):
    assert told(make_post(module)) == {follower}
    assert told(make_post(make_module())) == set()


def test_who_follows_a_conversation_is_told_of_what_is_posted_there(module):
    conversation = make_post(module)
    follower = make_subscription(conversation=conversation).subscriber

    assert told(make_reply(make_reply(conversation))) == {follower}
    assert told(make_post(module)) == set()


def test_member_is_told_of_answers_to_their_own_posts_only(module):
    member = make_user()
    subscriber = make_subscription(make_subscriber(member)).subscriber
    own = make_post(module, Author.member(member))

    answer = make_reply(own)

    assert told(answer) == {subscriber}
    assert told(make_reply(answer)) == set()


def test_guest_is_told_of_answers_to_what_they_wrote_with_the_same_address(module):
    guest = make_guest(email="Amilcar@example.org")
    subscriber = make_subscription(make_subscriber(email="amilcar@example.org")).subscriber

    assert told(make_reply(make_post(module, guest))) == {subscriber}


def test_mail_goes_to_the_address_that_a_member_has_today(module):
    make_subscription(make_subscriber(make_user(email="new@example.org")), module=module)

    told(make_post(module))

    assert the_mail().to == "new@example.org"


# Never.


def test_author_is_not_told_of_their_own_post(module):
    member = make_user()
    make_subscription(make_subscriber(member), module=module)

    assert told(make_post(module, Author.member(member))) == set()


def test_guest_is_not_told_of_their_own_post_in_whatever_letters(module):
    make_subscription(make_subscriber(email="amilcar@example.org"), module=module)

    assert told(make_post(module, make_guest(email="Amilcar@Example.org"))) == set()


def test_member_is_not_told_of_what_they_wrote_as_a_guest(module):
    member = make_user(email="amilcar@example.org")
    make_subscription(make_subscriber(member), module=module)

    assert told(make_post(module, make_guest(email="amilcar@example.org"))) == set()


def test_who_answers_their_own_post_is_not_told(module):
    author = Author.member(make_user())
    make_subscription(make_subscriber(author.user))

    assert told(make_reply(make_post(module, author), author)) == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "amilcar@example.org"},
        {"address": "Amilcar@Example.ORG"},
        {"address": "example.org"},
        {"address": "org"},
    ],
)
def test_banned_address_or_domain_is_not_told(module, fields):
    make_subscription(make_subscriber(email="amilcar@example.org"), module=module)
    Restriction.objects.create(**fields)

    assert told(make_post(module)) == set()


def test_banned_account_is_not_told_nor_is_its_address(module):
    member = make_user()
    make_subscription(make_subscriber(member), module=module)
    Restriction.objects.create(account=member)

    assert told(make_post(module)) == set()


def test_who_is_held_or_was_banned_until_yesterday_is_told(module):
    ours = [make_subscription(module=module).subscriber for _person in range(2)]
    Restriction.objects.create(address=ours[0].email, level=Restriction.Level.HELD)
    yesterday = timezone.now() - timedelta(days=1)
    Restriction.objects.create(address=ours[1].email, until=yesterday)

    assert told(make_post(module)) == set(ours)


def test_unconfirmed_address_is_not_told(module):
    make_subscription(make_subscriber(confirmed_at=None), module=module)

    assert told(make_post(module)) == set()


@pytest.mark.parametrize("fields", [{"is_active": False}, {"deletion_asked_at": timezone.now()}])
def test_account_that_is_closed_or_about_to_be_deleted_is_not_told(module, fields):
    make_subscription(make_subscriber(make_user(**fields)), module=module)

    assert told(make_post(module)) == set()


def test_address_that_takes_no_mail_is_not_written_to(module):
    make_subscription(make_subscriber(email="full@example.org"), module=module)
    make_subscription(make_subscriber(make_user(email="gone@example.org")), module=module)
    for address in ("full@example.org", "gone@example.org"):
        BouncedAddress.objects.create(address=address)

    assert told(make_post(module)) == set()


def test_nobody_is_told_of_a_hidden_forum(module, follower):
    make_subscription(make_subscriber(make_facilitator()), module=module)
    Policy.objects.create(module=module, mode=Policy.Mode.CLOSED)

    assert told(make_post(module)) == set()


def test_of_a_draft_only_facilitators_are_told():
    module = make_module(status=Status.DRAFT)
    make_subscription(make_subscriber(make_user(is_staff=True)), module=module)
    make_subscription(module=module)
    facilitator = make_subscription(make_subscriber(make_facilitator()), module=module).subscriber

    assert told(make_post(module)) == {facilitator}


def test_nobody_is_told_of_a_held_or_removed_post_until_it_is_approved(module, follower):
    post = make_post(module)
    change_state(post, State.HELD)
    removed = make_post(module)
    change_state(removed, State.REMOVED)

    assert told(post) == told(removed) == set()
    change_state(post, State.PUBLISHED)
    assert told(post) == {follower}


def test_nobody_is_told_of_a_post_of_the_past(module, follower):
    assert told(make_post(module, posted_at=timezone.now() - timedelta(days=3))) == set()


# Which subscription decides.


@pytest.mark.parametrize(
    ("of_module", "of_conversation", "of_answers", "kind_of_mail"),
    [
        (AT_ONCE, None, None, "at-once"),
        (AT_ONCE, OFF, None, None),
        (DAILY, AT_ONCE, None, "at-once"),
        (AT_ONCE, WEEKLY, None, "weekly"),
        (OFF, DAILY, None, "daily"),
        (OFF, None, AT_ONCE, "at-once"),
        (AT_ONCE, OFF, DAILY, "daily"),
        (None, WEEKLY, DAILY, "daily"),
        (DAILY, None, WEEKLY, "daily"),
        (DAILY, DAILY, OFF, "daily"),
        (OFF, OFF, OFF, None),
    ],
)
def test_conversation_goes_before_module_and_answers_come_besides(
    module, of_module, of_conversation, of_answers, kind_of_mail
):
    member = make_user()
    subscriber = make_subscriber(member)
    conversation = make_post(module, Author.member(member))
    for frequency, target in [
        (of_module, {"module": module}),
        (of_conversation, {"conversation": conversation}),
        (of_answers, {}),
    ]:
        if frequency:
            make_subscription(subscriber, frequency=frequency, **target)

    told(make_reply(conversation))

    groups = [
        group.partition(":")[0] for group in OutgoingMail.objects.values_list("group", flat=True)
    ]
    assert groups == ([kind_of_mail] if kind_of_mail else [])
    assert Notice.objects.count() == len(groups)


# When.


def test_ten_replies_within_minutes_are_one_mail_three_minutes_after_the_first(
    module, follower, clock
):
    conversation = make_post(module, posted_at=timezone.now())
    began = clock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    for number in range(10):
        clock(began + timedelta(seconds=10 * number))
        make_reply(conversation)
        announce_waiting()

    assert the_mail().due_at == began + JOINED_FOR
    assert the_mail().notices.count() == 10


def test_conversations_have_mails_of_their_own(module, follower):
    make_post(module)
    make_post(module)

    announce_waiting()

    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize("state", ["sending", "sent", "parked", "dropped"])
def test_mail_that_is_on_its_way_is_not_joined(module, follower, state):
    conversation = make_post(module)
    announce_waiting()
    first = the_mail()
    OutgoingMail.objects.update(state=state)

    make_reply(conversation)
    announce_waiting()

    assert first.notices.count() == 1
    assert OutgoingMail.objects.filter(state="waiting").get().notices.count() == 1


def test_digest_gathers_what_comes_from_all_that_somebody_follows(module):
    subscriber = make_subscription(module=module, frequency=DAILY).subscriber
    other = make_module()
    make_subscription(subscriber, module=other, frequency=DAILY)
    make_reply(make_post(module))
    make_post(other)

    announce_waiting()

    assert the_mail().notices.count() == 3


@pytest.mark.parametrize(
    ("frequency", "zone", "now", "due"),
    [
        (DAILY, "UTC", "2026-11-22T06:59", "2026-11-22T07:00"),
        (DAILY, "UTC", "2026-11-22T07:00", "2026-11-23T07:00"),
        (DAILY, "America/Lima", "2026-11-22T03:00", "2026-11-22T12:00"),
        (DAILY, "Asia/Manila", "2026-11-22T03:00", "2026-11-22T23:00"),
        (DAILY, "Asia/Kathmandu", "2026-11-22T03:00", "2026-11-23T01:15"),
        # In the night after these the clock is put forward, and back.
        (DAILY, "Europe/Lisbon", "2026-03-28T12:00", "2026-03-29T06:00"),
        (DAILY, "Europe/Lisbon", "2026-10-24T12:00", "2026-10-25T07:00"),
        (DAILY, "America/Santiago", "2026-09-05T12:00", "2026-09-06T10:00"),
        # The 22nd is a Sunday.
        (WEEKLY, "UTC", "2026-11-22T12:00", "2026-11-23T07:00"),
        (WEEKLY, "UTC", "2026-11-23T07:00", "2026-11-30T07:00"),
        (WEEKLY, "Pacific/Auckland", "2026-11-22T12:00", "2026-11-22T18:00"),
        (WEEKLY, "Pacific/Honolulu", "2026-11-23T12:00", "2026-11-23T17:00"),
        (WEEKLY, "Europe/Lisbon", "2026-03-24T12:00", "2026-03-30T06:00"),
    ],
)
def test_digest_is_due_in_the_morning_where_the_person_lives(frequency, zone, now, due):
    def moment(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert next_digest(frequency, ZoneInfo(zone), moment(now)) == moment(due)


def test_time_zone_is_the_members_or_the_guests_or_else_utc(module, clock):
    clock(datetime(2026, 11, 22, 3, tzinfo=UTC))
    people = [
        make_subscriber(make_user(time_zone="America/Lima")),
        make_subscriber(time_zone="Asia/Manila"),
        make_subscriber(),
        make_subscriber(time_zone="Atlantis/Capital"),
    ]
    for person in people:
        make_subscription(person, module=module, frequency=DAILY)
    make_post(module)

    announce_waiting()

    hours = [person.notices.get().mail.due_at.hour for person in people]
    assert hours == [12, 23, 7, 7]


# Once.


def test_post_is_announced_once(module, follower):
    make_post(module)

    assert (announce_waiting(), announce_waiting()) == (1, 0)
    assert Notice.objects.count() == 1


def test_oldest_posts_are_announced_first(module, follower):
    posts = [make_post(module) for _number in range(3)]

    assert announce_waiting(limit=2) == 2
    assert list(Post.objects.filter(announced_at=None)) == posts[2:]


def test_long_work_is_done_in_pieces_so_that_mails_are_sent_in_between(module, monkeypatch):
    monkeypatch.setattr(notices, "_PEOPLE_AT_A_TIME", 2)
    monkeypatch.setattr(notices, "_SECONDS", 0)
    for _person in range(5):
        make_subscription(module=module)
    make_subscription(make_subscriber(confirmed_at=None), module=module)
    make_post(module)
    make_post(module)

    counts = []
    while announce_waiting():
        counts.append(Notice.objects.count())

    assert counts[:3] == [2, 4, 5]
    assert Notice.objects.count() == 10


def test_worker_that_died_halfway_has_told_nobody_twice(module, monkeypatch):
    monkeypatch.setattr(notices, "_PEOPLE_AT_A_TIME", 2)
    for _person in range(5):
        make_subscription(module=module)
    make_post(module)
    put_down = notices._put_down
    calls = []

    def die_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        put_down(*arguments)

    monkeypatch.setattr(notices, "_put_down", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        announce_waiting()
    OutgoingMail.objects.update(state="sent")
    assert Notice.objects.count() == 2

    monkeypatch.setattr(notices, "_put_down", put_down)
    announce()

    assert Notice.objects.count() == OutgoingMail.objects.count() == 5


@pytest.fixture
def two_thousand(module):
    """Who follow the forum, half of them members."""
    now = timezone.now()
    members = User.objects.bulk_create(
        [User(email=f"m{n}@example.org", display_name=f"M {n}") for n in range(1000)]
    )
    people = Subscriber.objects.bulk_create(
        [Subscriber(user=member, confirmed_at=now) for member in members]
        + [Subscriber(email=f"g{n}@example.org", confirmed_at=now) for n in range(1000)]
    )
    Subscription.objects.bulk_create(
        [Subscription(subscriber=each, module=module) for each in people]
    )


def test_a_thousand_people_are_put_down_with_a_few_dozen_queries(module, two_thousand):
    make_post(module)

    with CaptureQueriesContext(connection) as queries:
        announce()

    assert Notice.objects.count() == 2000
    # SQLite takes 999 values in a statement: 80 mails, or 330 notices.
    assert len(queries) <= 2 * 90


@pytest.mark.long
def test_two_processes_announce_what_waits_once(tmp_path):
    with own_site(tmp_path) as site:
        site.manage("migrate", "--verbosity", "0")
        call = "same_announcements(people=4, posts=5, subscribers=300)"
        found = json.loads(
            site.run(f"import json; from tests.forum import crowd; print(json.dumps(crowd.{call}))")
        )

    assert found == {
        "waiting": 0,
        "notices": 1500,
        "told_twice": 0,
        "mails_of_nothing": 0,
        "mails": 300,
    }
