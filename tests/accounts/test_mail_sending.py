"""Mails wait in the database, and the worker hands them to a mail server: here to a real one."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.core.mail.message import BadHeaderError
from django.db import transaction
from django.utils import timezone

from accounts.mail import bounces, builders, outbox
from accounts.mail.ready import ReadyMessage
from accounts.mail.sending import BATCH, LEASE, PAUSES, Sender
from accounts.models import BouncedAddress, OutgoingMail
from tests.academy import free_port
from tests.mail_server import MailServer, listening

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self):
        self.moment = timezone.now() + timedelta(seconds=1)

    def __call__(self):
        return self.moment

    def move(self, **time):
        self.moment += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sender(clock):
    return Sender(clock=clock)


@pytest.fixture
def server(settings):
    """Settings lead to it; it does not listen yet."""
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 5
    return MailServer(settings.EMAIL_PORT)


@pytest.fixture
def smtp(server):
    with listening(server):
        yield server


def queued(*addresses, subject="News", body="Hello", **values) -> list[OutgoingMail]:
    for address in addresses:
        outbox.queue(EmailMessage(subject, body, to=[address], **values))
    return list(OutgoingMail.objects.filter(to__in=addresses).order_by("pk"))


def of_kind(kind, *addresses, **values) -> list[OutgoingMail]:
    return [OutgoingMail.objects.create(kind=kind, to=each, **values) for each in addresses]


@pytest.fixture
def built(monkeypatch):
    """Mails of the kind "test" are built by the function that the test gives."""
    monkeypatch.setattr(builders, "_builders", {})
    return lambda function: builders.register("test", function)


def ready(mail) -> ReadyMessage:
    return ReadyMessage(b"Subject: Built\r\n\r\nOf notices\r\n", to=mail.to)


def now(mail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def test_what_is_sent_waits_and_arrives_whole_at_each_recipient(smtp, sender, settings):
    settings.EMAIL_BACKEND = "accounts.mail.backend.OutboxBackend"
    message = EmailMultiAlternatives(
        "رد جديد", "شكرا", to=["Ana <ana@example.org>"], bcc=["rosa@example.org"]
    )
    message.attach_alternative("<p dir='rtl'>شكرا</p>", "text/html")
    assert message.send() == 1
    assert smtp.received == []

    assert sender.send_batch() == 2

    assert smtp.counts == {"ana@example.org": 1, "rosa@example.org": 1}
    received = smtp.received[0].message
    assert (received["Subject"], received["To"]) == ("رد جديد", "Ana <ana@example.org>")
    assert received.get_body(("plain",)).get_content().strip() == "شكرا"
    assert "<p dir='rtl'>شكرا</p>" in received.get_body(("html",)).get_content()
    assert smtp.received[0].sender == "academy@localhost"
    assert smtp.connections == 1
    for mail in OutgoingMail.objects.all():
        # A code may have stood in it.
        assert (mail.state, bytes(mail.message), mail.lease) == ("sent", b"", "")
        assert mail.sent_at


def test_what_is_rolled_back_is_told_to_nobody(settings):
    settings.EMAIL_BACKEND = "accounts.mail.backend.OutboxBackend"
    with transaction.atomic():
        send_mail("News", "Hello", None, ["ana@example.org"])
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()


def test_a_line_break_in_a_subject_adds_no_header(smtp, sender):
    queued("ana@example.org", subject="News\r\nBcc: all@example.org\n\nBuy")

    sender.send_batch()

    [mail] = smtp.received
    assert mail.message["Subject"] == "News Bcc: all@example.org Buy"
    assert mail.message["Bcc"] is None
    assert mail.message.get_content().strip() == "Hello"


@pytest.mark.parametrize(
    "values",
    [
        {"to": ["ana@example.org\r\nBcc: all@example.org"]},
        {"to": ["Ana\nBcc: all@example.org <ana@example.org>"]},
        {"headers": {"List-Id": "a\r\nBcc: all@example.org"}},
        {"reply_to": ["a@example.org\nBcc: all@example.org"]},
    ],
)
def test_a_line_break_in_any_other_header_is_refused_and_nothing_queued(values):
    message = EmailMessage("News", "Hello", **{"to": ["ana@example.org"]} | values)

    with pytest.raises(BadHeaderError):
        outbox.queue(message)

    assert not OutgoingMail.objects.exists()


def test_a_recipient_refused_for_the_moment_is_tried_for_a_day_and_then_parked(smtp, sender, clock):
    began = clock.moment
    smtp.answers_to_recipient["ana@example.org"] = "451 4.3.0 Come back later"
    [ana, rosa] = queued("ana@example.org", "rosa@example.org")

    assert sender.send_batch() == 2
    assert smtp.counts == {"rosa@example.org": 1}
    assert smtp.connections == 1
    assert now(rosa).state == "sent"

    for number, pause in enumerate(PAUSES, start=1):
        mail = now(ana)
        assert (mail.state, mail.attempts) == ("waiting", number)
        assert mail.error == "451 4.3.0 Come back later"
        clock.moment += pause - timedelta(seconds=1)
        assert sender.send_batch() == 0
        clock.move(seconds=2)
        assert sender.send_batch() == 1

    assert (now(ana).state, now(ana).attempts) == ("parked", len(PAUSES) + 1)
    assert timedelta(hours=20) < clock.moment - began < timedelta(hours=30)
    assert sorted(PAUSES) == PAUSES
    assert not BouncedAddress.objects.exists()


@pytest.mark.parametrize(
    ("answer", "is_bounced"),
    [
        ("550 5.1.1 No such user", True),
        ("550 No such user here", True),
        ("552 5.2.2 Mailbox full", False),
        ("554 5.7.1 Your network is blocked", False),
    ],
)
def test_a_recipient_refused_for_good_is_parked_and_marked_if_the_address_is_no_good(
    smtp, sender, answer, is_bounced
):
    smtp.answers_to_recipient["ana@example.org"] = answer
    [ana, _rosa] = queued("ana@example.org", "rosa@example.org")

    assert sender.send_batch() == 2

    assert (now(ana).state, now(ana).error) == ("parked", answer)
    assert smtp.counts == {"rosa@example.org": 1}
    assert bounces.of_these(["Ana@example.org"]) == ({"ana@example.org"} if is_bounced else set())
    assert sender.send_batch() == 0


@pytest.mark.parametrize(
    ("answer", "state"), [("554 5.6.0 Looks like spam", "parked"), ("452 4.3.1 Full", "waiting")]
)
def test_a_text_that_is_refused_says_nothing_of_the_address(smtp, sender, answer, state):
    smtp.answers_to_data["ana@example.org"] = answer
    [ana, _rosa] = queued("ana@example.org", "rosa@example.org")

    sender.send_batch()

    assert (now(ana).state, now(ana).error) == (state, answer)
    assert smtp.counts == {"rosa@example.org": 1}
    assert not BouncedAddress.objects.exists()


@pytest.mark.parametrize("fault", ["slow", "broken"])
def test_a_mail_at_which_the_server_falls_silent_or_hangs_up_holds_up_no_other(
    smtp, sender, clock, settings, fault
):
    settings.EMAIL_TIMEOUT = 1
    if fault == "slow":
        smtp.seconds_to_answer["ana@example.org"] = 2
    else:
        smtp.breaks_at.add("ana@example.org")
    [ana, _rosa] = queued("ana@example.org", "rosa@example.org")

    assert sender.send_batch() == 2

    assert (now(ana).state, now(ana).attempts) == ("waiting", 1)
    assert now(ana).due_at == clock.moment + PAUSES[0]
    assert smtp.counts == {"rosa@example.org": 1}


def test_a_server_that_is_gone_for_an_hour_costs_no_mail_a_try(server, sender, clock, caplog):
    mails = queued(*(f"person{number}@example.org" for number in range(5)))
    back = clock.moment + timedelta(hours=1)
    while clock.moment < back:
        assert sender.send_batch() == 0
        clock.move(seconds=1)
    assert {now(mail).attempts for mail in mails} == {0}
    # It waits longer and longer, and not for ever.
    assert 12 <= caplog.text.count("The mail server cannot be used") <= 20

    with listening(server):
        clock.move(minutes=5)
        assert sender.send_batch() == 5
    assert len(server.counts) == 5


def test_a_server_that_goes_in_the_middle_leaves_the_rest_untried(server, sender, clock):
    mails = queued(*(f"person{number}@example.org" for number in range(4)))
    asked = []

    def goes_on():
        asked.append(1)
        if len(asked) == 3:
            gone.__exit__(None, None, None)
        return True

    sender._goes_on = goes_on
    gone = listening(server)
    gone.__enter__()
    server.breaks_at.add("person2@example.org")

    assert sender.send_batch() == 3

    assert [now(mail).state for mail in mails] == ["sent", "sent", "waiting", "waiting"]
    assert [now(mail).attempts for mail in mails] == [0, 0, 1, 0]
    server.breaks_at.clear()
    with listening(server):
        clock.move(minutes=2)
        assert sender.send_batch() == 2
    assert set(server.counts.values()) == {1}


def test_who_is_told_to_end_sends_the_mail_in_hand_and_puts_the_rest_back(smtp, clock):
    mails = queued(*(f"person{number}@example.org" for number in range(3)))
    answers = iter([True, False])

    assert Sender(clock=clock, goes_on=lambda: next(answers)).send_batch() == 1

    assert [now(mail).state for mail in mails] == ["sent", "waiting", "waiting"]
    assert {now(mail).lease for mail in mails} == {""}


def test_what_a_worker_has_claimed_is_taken_by_another_only_when_it_has_died(smtp, sender, clock):
    [ana] = queued("ana@example.org")
    dead = Sender(clock=clock)
    dead._claim()
    assert now(ana).state == "sending"

    clock.moment += LEASE - timedelta(seconds=1)
    assert sender.send_batch() == 0
    clock.move(seconds=1)
    assert sender.send_batch() == 1
    assert smtp.counts == {"ana@example.org": 1}


def test_a_batch_that_takes_long_stays_claimed(smtp, clock):
    queued("ana@example.org", "rosa@example.org", "salma@example.org")
    other, found = Sender(clock=clock), []

    def goes_on():
        # Each mail takes two minutes.
        clock.move(minutes=2)
        found.append(other.send_batch())
        return True

    assert Sender(clock=clock, goes_on=goes_on).send_batch() == 3
    assert found == [0, 0, 0]
    assert set(smtp.counts.values()) == {1}


def test_a_worker_that_wakes_when_others_have_taken_its_batch_leaves_it_to_them(smtp, clock):
    mails = queued("ana@example.org", "rosa@example.org", "salma@example.org")
    other, found = Sender(clock=clock), []

    def goes_on():
        if not found:
            # The machine sleeps.
            clock.moment += LEASE
            found.append(other.send_batch())
        return True

    assert Sender(clock=clock, goes_on=goes_on).send_batch() == 0

    assert found == [3]
    assert set(smtp.counts.values()) == {1}
    assert {now(mail).state for mail in mails} == {"sent"}


def test_what_another_worker_has_in_hand_is_not_put_back(smtp, clock):
    [mail] = queued("ana@example.org")

    def goes_on():
        clock.moment += LEASE
        Sender(clock=clock)._claim()
        return False

    Sender(clock=clock, goes_on=goes_on).send_batch()

    assert now(mail).state == "sending"


def test_a_code_goes_before_thousands_of_notices(smtp, sender, clock, built):
    built(lambda mails: ((mail, ready(mail)) for mail in mails))
    of_kind("test", *(f"person{number}@example.org" for number in range(BATCH + 1)))
    clock.move(seconds=1)
    queued("ana@example.org")

    assert sender.send_batch() == 1
    assert smtp.counts == {"ana@example.org": 1}
    assert sender.send_batch() == BATCH
    assert sender.send_batch() == 1


def test_notices_are_built_when_their_time_has_come_or_dropped(smtp, sender, built):
    [told, idle] = of_kind("test", "ana@example.org", "rosa@example.org")
    built(lambda mails: ((mail, ready(mail) if mail == told else None) for mail in mails))

    assert sender.send_batch() == 2

    assert smtp.received[0].message["Subject"] == "Built"
    assert (now(told).state, now(idle).state) == ("sent", "dropped")


def test_no_notice_goes_to_an_address_that_takes_none_but_a_code_does(smtp, sender, built):
    built(lambda mails: ((mail, ready(mail)) for mail in mails))
    bounces.mark("ana@example.org", "550 5.1.1 No such user")
    [notice] = of_kind("test", "Ana@example.org")
    [code] = queued("ana@example.org", subject="Your code")

    sender.send_batch()
    sender.send_batch()

    assert (now(notice).state, now(code).state) == ("dropped", "sent")
    assert [mail.message["Subject"] for mail in smtp.received] == ["Your code"]


def test_a_notice_goes_to_the_address_that_its_reader_has_taken_for_one_that_bounced(
    smtp, sender, built
):
    def build(mails):
        for mail in mails:
            yield mail, EmailMessage("Re: Schools", "Hello", to=["new@example.org"])

    built(build)
    bounces.mark("old@example.org", "550 5.1.1 No such user")
    smtp.answers_to_recipient["new@example.org"] = "550 5.7.1 Blocked"
    [notice] = of_kind("test", "old@example.org")

    sender.send_batch()

    # Where an operator looks stands what it was and to whom it went.
    assert (now(notice).state, now(notice).to) == ("parked", "new@example.org")
    assert now(notice).subject == "Re: Schools"


def test_a_builder_that_fails_holds_up_no_other_mail(smtp, sender, clock, built, caplog):
    def fails_at_the_second(mails):
        yield mails[0], ready(mails[0])
        raise LookupError("its post")

    built(fails_at_the_second)
    [first, second] = of_kind("test", "ana@example.org", "rosa@example.org")
    [unknown] = of_kind("unheard", "salma@example.org")

    assert sender.send_batch() == 3

    assert now(first).state == "sent"
    assert (now(second).state, now(second).attempts) == ("waiting", 1)
    assert now(second).error == "LookupError: its post"
    assert (now(unknown).state, now(unknown).error) == ("waiting", "KeyError: 'unheard'")
    assert "cannot be made" in caplog.text


def test_what_waits_again_goes_alone_when_its_group_has_gathered_more(smtp, sender, clock, built):
    built(lambda mails: ((mail, ready(mail)) for mail in mails))
    smtp.answers_to_recipient["ana@example.org"] = "451 4.3.0 Later"
    [first] = of_kind("test", "ana@example.org", group="ana:7")
    sender._goes_on = lambda: bool(of_kind("test", "ana@example.org", group="ana:7"))

    assert sender.send_batch() == 1

    assert (now(first).state, now(first).group) == ("waiting", "")
    assert OutgoingMail.objects.filter(group="ana:7", state="waiting").count() == 1


def test_an_address_that_cannot_be_written_is_parked(smtp, sender):
    [mail] = of_kind(OutgoingMail.READY, f"ana@{80 * 'ü'}.org", message=b"Subject: x\r\n\r\nHello")

    sender.send_batch()

    assert now(mail).state == "parked"
    assert "label" in now(mail).error


def test_parked_mails_are_sent_again_when_an_operator_says_so(smtp, sender, clock):
    smtp.answers_to_recipient["ana@example.org"] = "550 5.7.1 Blocked"
    [ana, rosa] = queued("ana@example.org", "rosa@example.org")
    sender.send_batch()
    smtp.answers_to_recipient.clear()

    assert outbox.send_again([now(ana), now(rosa)]) == 1
    clock.move(minutes=1)
    sender.send_batch()

    assert smtp.counts == {"ana@example.org": 1, "rosa@example.org": 1}
    assert now(ana).state == "sent"


def test_mails_are_forgotten_after_a_month_and_parked_ones_after_three(clock):
    for state in OutgoingMail.State:
        for days in (29, 31, 91):
            made = clock.moment - timedelta(days=days)
            OutgoingMail.objects.create(to="ana@example.org", state=state, created_at=made)

    outbox.drop_old(clock.moment)

    left = {state: OutgoingMail.objects.filter(state=state).count() for state in OutgoingMail.State}
    assert left == {"waiting": 3, "sending": 3, "sent": 1, "dropped": 1, "parked": 2}


def test_the_age_of_the_queue_is_that_of_what_is_due_for_longest():
    assert outbox.queue_age() == 0
    moment = timezone.now()
    for minutes in (-60, 5, 2):
        due = moment - timedelta(minutes=minutes)
        OutgoingMail.objects.create(to="ana@example.org", due_at=due)

    assert 300 <= outbox.queue_age() < 310
