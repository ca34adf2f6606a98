"""A facilitator tells something to all who follow a module's forum: looked at first, sent once."""

import re
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core.mail.message import EmailMessage
from django.utils import timezone

from accounts.mail.models import BouncedAddress, OutgoingMail
from forum import announcing
from forum.models import Announcement, Delivery, Frequency, Restriction, Subscriber
from forum.reply_addresses import read_bounce
from forum.subscribing import subscribe, subscriber_at, subscriber_of
from tests.factories import make_facilitator, make_module, make_post, make_user
from tests.forum.told import html_of, parsed
from tests.modules.admin_pages import sent_by

pytestmark = pytest.mark.django_db
DESK = "/admin/forum/announcement/"


@pytest.fixture
def module():
    return make_module(slug="talk", number=2, title_en="Child labour")


@pytest.fixture
def desk(client_of, facilitator):
    return client_of(facilitator)


def make_announcement(module, **fields) -> Announcement:
    values = {"title_en": "The webinar of June", "text_en": "Come **all**.\n\n- At noon"}
    return Announcement.objects.create(module=module, **values | fields)


def follow(module, *subscribers, frequency=Frequency.WEEKLY):
    for subscriber in subscribers:
        subscribe(subscriber, module=module, frequency=frequency)


def send_url(announcement) -> str:
    return f"{DESK}{announcement.pk}/send/"


def built() -> dict[str, EmailMessage | None]:
    """What leaves, by the address to which it goes."""
    mails = OutgoingMail.objects.filter(kind=announcing.ANNOUNCEMENT).order_by("pk")
    return {mail.to: message for mail, message in announcing.build_announcements(mails)}


def test_a_facilitator_writes_it_in_several_languages_and_sees_the_mail_first(
    desk, facilitator, module
):
    follow(module, subscriber_at("ana@example.org"))
    form = sent_by(desk.get(f"{DESK}add/"))
    form |= {"module": module.pk, "title_en": "A webinar", "text_en": "Come **all**."}
    form |= {"title_ar": "ندوة", "text_ar": "تعالوا **جميعا**."}

    page = desk.post(f"{DESK}add/", form, follow=True)

    announcement = Announcement.objects.get()
    assert page.redirect_chain[-1][0] == send_url(announcement)
    assert announcement.created_by == facilitator
    assert "Send it to 1 person" in page.text
    assert "Subject: <bdi>A webinar</bdi>" in page.text
    assert not OutgoingMail.objects.exists()


def test_english_is_required(desk, module):
    form = sent_by(desk.get(f"{DESK}add/")) | {"module": module.pk, "title_fr": "Un webinaire"}

    page = desk.post(f"{DESK}add/", form)

    assert "This field is required." in page.text
    assert "Un webinaire" in page.text
    assert not Announcement.objects.exists()


def test_the_preview_is_the_mail_in_each_language(desk, module):
    announcement = make_announcement(module, title_ar="ندوة يونيو", text_ar="تعالوا **جميعا**.")

    arabic = desk.get(f"{DESK}{announcement.pk}/mail/?language=ar")
    french = desk.get(f"{DESK}{announcement.pk}/mail/?language=fr")

    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert "<strong>جميعا</strong>" in arabic.text
    assert '<div style="font-size:18px" lang="en" dir="ltr">' in french.text
    assert "default-src 'none'" in arabic["Content-Security-Policy"]
    assert "script-src" not in arabic["Content-Security-Policy"]
    assert arabic["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src" in desk.get(send_url(announcement))["Content-Security-Policy"]


def test_it_goes_to_each_follower_in_their_language_with_one_click_to_end_it(desk, module):
    ana = subscriber_of(make_user(email="ana@example.org", language="ar"))
    rui = subscriber_at("rui@example.org", language="pt")
    follow(module, ana, rui)
    announcement = make_announcement(module, title_ar="ندوة يونيو", text_ar="تعالوا **جميعا**.")

    page = desk.post(send_url(announcement), follow=True)

    assert "The announcement goes to 2 subscribers." in page.text
    messages = built()
    assert messages["ana@example.org"].subject == "ندوة يونيو"
    message = parsed(messages["rui@example.org"])
    html = html_of(message)
    assert 'lang="pt" dir="ltr"' in html
    assert '<div style="font-size:18px" lang="en" dir="ltr">' in html
    assert "<strong>all</strong>" in html
    assert re.fullmatch(rf"<\S+/u/{re.escape(rui.key)}/m{module.pk}/>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ana.key not in html


def test_a_second_click_sends_nothing(desk, module, facilitator):
    follow(module, subscriber_at("ana@example.org"))
    announcement = make_announcement(module)

    desk.post(send_url(announcement))
    again = desk.post(send_url(announcement), follow=True)

    assert "has been sent already" in again.text
    assert OutgoingMail.objects.count() == 1
    announcement.refresh_from_db()
    assert announcement.recipient_count == 1
    history = desk.get(f"{DESK}{announcement.pk}/history/").text
    assert "Sent" in history
    assert facilitator.display_name in history


def test_to_look_sends_nothing(desk, module):
    follow(module, subscriber_at("ana@example.org"))

    desk.get(send_url(make_announcement(module)))

    assert Announcement.objects.get().sent_at is None
    assert not OutgoingMail.objects.exists()


def test_it_goes_to_nobody_who_did_not_ask_or_cannot_be_reached(module):
    follow(make_module(), subscriber_at("another-module@example.org"))
    subscribe(
        subscriber_at("conversation@example.org"),
        conversation=make_post(module),
        frequency=Frequency.AT_ONCE,
    )
    names = ("bounced", "unconfirmed", "banned", "domain", "ended")
    people = {name: subscriber_at(f"{name}@{name}.example") for name in names}
    closed = subscriber_of(make_user(is_active=False))
    leaving = subscriber_of(make_user(deletion_asked_at=timezone.now()))
    banned = subscriber_of(make_user())
    forgiven = subscriber_of(make_user(email="forgiven@example.org"))
    follow(module, *people.values(), closed, leaving, banned, forgiven)
    BouncedAddress.objects.create(address="bounced@bounced.example")
    people["unconfirmed"].confirmed_at = None
    people["unconfirmed"].save()
    Restriction.objects.create(address="banned@banned.example")
    Restriction.objects.create(address="domain.example")
    Restriction.objects.create(account=banned.user)
    past = timezone.now() - timedelta(days=1)
    Restriction.objects.create(account=forgiven.user, until=past)
    follow(module, people["ended"], frequency=Frequency.OFF)

    assert announcing.send(make_announcement(module)) == 1

    assert OutgoingMail.objects.get().to == "forgiven@example.org"


def test_who_ends_it_before_it_leaves_gets_nothing(module):
    ana, rui, eva = (subscriber_at(f"{name}@example.org") for name in ("ana", "rui", "eva"))
    follow(module, ana, rui, eva)
    announcing.send(make_announcement(module))
    follow(module, ana, frequency=Frequency.OFF)
    BouncedAddress.objects.create(address="rui@example.org")

    messages = built()

    assert messages["ana@example.org"] is None
    assert messages["rui@example.org"] is None
    assert messages["eva@example.org"].to == ["eva@example.org"]


def test_it_is_built_in_the_same_queries_for_two_as_for_twenty(
    module, django_assert_num_queries, django_assert_max_num_queries
):
    follow(module, *(subscriber_at(f"a{number}@example.org") for number in range(2)))
    announcing.send(make_announcement(module))
    with django_assert_max_num_queries(8) as few:
        assert len(built()) == 2
    follow(module, *(subscriber_at(f"b{number}@example.org") for number in range(18)))
    OutgoingMail.objects.all().delete()
    announcing.send(make_announcement(module))

    with django_assert_num_queries(len(few)):
        assert len(built()) == 20


def test_it_bounces_to_an_address_of_its_own(module, settings):
    settings.REPLY_ADDRESS = "forum@talk.example.org"
    ana = subscriber_at("ana@example.org")
    follow(module, ana)
    announcing.send(make_announcement(module))

    message = built()["ana@example.org"]

    assert read_bounce(message.from_email) == ana
    assert message_from_bytes(message.message().as_bytes())["From"] == settings.DEFAULT_FROM_EMAIL


def test_of_a_batch_no_other_followers_are_read(module, monkeypatch):
    follow(module, *(subscriber_at(f"person{number}@example.org") for number in range(5)))
    announcing.send(make_announcement(module))
    read, load = [], Subscriber.from_db.__func__

    def from_db(cls, db, names, values):
        read.append(load(cls, db, names, values))
        return read[-1]

    monkeypatch.setattr(Subscriber, "from_db", classmethod(from_db))

    [(_mail, message)] = announcing.build_announcements(OutgoingMail.objects.all()[:1])

    assert message
    assert len(read) == 1


def test_a_title_of_two_lines_adds_no_header(module):
    follow(module, subscriber_at("ana@example.org"))
    announcing.send(make_announcement(module, title_en="News\r\nBcc: eve@example.org"))

    message = built()["ana@example.org"]

    assert message.subject == "News Bcc: eve@example.org"
    assert "Bcc" not in message_from_bytes(message.message().as_bytes())


def test_what_was_sent_is_neither_changed_nor_deleted(desk, module):
    announcement = make_announcement(module)
    follow(module, subscriber_at("ana@example.org"))
    announcing.send(announcement)
    form = {"module": module.pk, "title_en": "Another", "text_en": "Another"}

    assert desk.post(f"{DESK}{announcement.pk}/change/", form).status_code == 403
    assert desk.post(f"{DESK}{announcement.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(DESK, {"action": "delete_selected", "_selected_action": [announcement.pk]})

    assert Announcement.objects.get().title_en == "The webinar of June"
    assert "It was sent on" in desk.get(send_url(announcement)).text
    assert "The webinar of June" in desk.get(f"{DESK}{announcement.pk}/change/").text


def test_nobody_follows_yet(desk, module):
    page = desk.get(send_url(make_announcement(module))).text

    assert "Nobody has subscribed yet." in page
    assert "Send it to" not in page


@pytest.mark.parametrize("path", ["send/", "mail/"])
def test_only_facilitators_see_and_send_it(client, client_of, learner, module, path):
    announcement = make_announcement(module)
    follow(module, subscriber_at("ana@example.org"))
    without_rights = make_facilitator()
    without_rights.groups.clear()
    url = f"{DESK}{announcement.pk}/{path}"

    for browser, codes in (
        (client, {302}),
        (client_of(learner), {302}),
        (client_of(without_rights), {403}),
    ):
        assert browser.get(url).status_code in codes
        assert browser.post(url).status_code in codes

    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("key", ["0", "999999999999999999999", "x", "1%00"])
def test_a_forged_number_is_a_404(desk, key):
    assert desk.get(f"{DESK}{key}/send/").status_code == 404


def test_with_a_subscriber_their_deliveries_are_gone(module):
    ana = subscriber_at("ana@example.org")
    follow(module, ana)
    announcing.send(make_announcement(module))

    ana.delete()

    assert not Delivery.objects.exists()
    assert built() == {"ana@example.org": None}
