"""What a mail service tells by its webhooks, here Postmark's, is believed with the secret only."""

from base64 import b64encode

import pytest
from django.urls import NoReverseMatch, reverse

from accounts.mail.models import BouncedAddress
from forum.models import Post
from forum.reply_addresses import reply_address
from sstc_academy.mail_service import webhooks
from tests.factories import make_module, make_post, make_user
from tests.forum.arriving import REPLY_ADDRESS, SENDER, mail_of, make_subscriber
from tests.forum.urls_of_mail_service import ANYMAIL, SECRET

INBOUND, TRACKING = "/anymail/postmark/inbound/", "/anymail/postmark/tracking/"


@pytest.fixture(autouse=True)
def configured(settings):
    settings.REPLY_ADDRESS = REPLY_ADDRESS
    settings.ANYMAIL = ANYMAIL
    settings.ROOT_URLCONF = "tests.forum.urls_of_mail_service"


@pytest.fixture
def opening(db):
    return make_post(make_module())


@pytest.fixture
def subscriber(opening):
    return make_subscriber(make_user(email=SENDER))


@pytest.fixture
def tell(client):
    """Posts as Postmark does."""

    def post(path: str, event: dict, secret: str = SECRET) -> int:
        headers = {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
        return client.post(
            path, event, content_type="application/json", headers=headers if secret else {}
        ).status_code

    return post


def arrived(post, subscriber) -> dict:
    """As Postmark's documentation shows an inbound mail."""
    address = reply_address(post, subscriber)
    return {
        "FromName": "Amílcar Lopes",
        "MessageStream": "inbound",
        "From": SENDER,
        "FromFull": {"Email": SENDER, "Name": "Amílcar Lopes", "MailboxHash": ""},
        "To": f'"Ana via SSTC Academy" <{address}>',
        "ToFull": [{"Email": address, "Name": "Ana via SSTC Academy", "MailboxHash": ""}],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": address,
        "Subject": "Re: How do you begin?",
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "ReplyTo": "",
        "MailboxHash": address.partition("@")[0].partition("+")[2],
        "Date": "Sun, 22 Nov 2026 10:14:58 +0000",
        "TextBody": "Começamos pela escola.\n\n-- \nAmílcar\n",
        "HtmlBody": "<p>Começamos pela escola.</p>",
        "StrippedTextReply": "Começamos pela escola.",
        "Tag": "",
        "Headers": [
            {"Name": "X-Spam-Status", "Value": "No"},
            {"Name": "MIME-Version", "Value": "1.0"},
            {"Name": "Message-ID", "Value": "<postmark-1@mail.exemplo.cv>"},
        ],
        "Attachments": [
            {
                "Name": "photo.jpg",
                "Content": "/9j/4AAQSkZJRg==",
                "ContentType": "image/jpeg",
                "ContentLength": 10,
            }
        ],
    }


def bounced(**values) -> dict:
    """As Postmark's documentation shows a bounce."""
    return {
        "RecordType": "Bounce",
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": SENDER,
        "From": "academy@example.org",
        "BouncedAt": "2026-11-22T10:15:00Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "How do you begin?",
    } | values


def test_an_answer_that_a_service_has_taken_apart_is_posted_once(tell, opening, subscriber):
    event = arrived(opening, subscriber)

    assert tell(INBOUND, event) == 200
    assert tell(INBOUND, event) == 200

    [post] = Post.objects.filter(in_reply_to=opening)
    assert (post.comment, post.user) == ("Começamos pela escola.", subscriber.user)


def test_so_is_one_that_comes_whole(tell, opening, subscriber):
    event = arrived(opening, subscriber)
    for name in ("TextBody", "HtmlBody", "Attachments"):
        del event[name]
    event["RawEmail"] = mail_of("gmail-ar", opening, subscriber).decode()

    assert tell(INBOUND, event) == 200

    assert Post.objects.get(in_reply_to=opening).comment == "نبدأ بالمدرسة."


@pytest.mark.parametrize(
    "odd",
    [
        {"TextBody": "\ud800\x00 We begin"},
        {"Headers": [{"Name": "Message-ID", "Value": "\ud800<"}]},
        {"Headers": [{"Name": "X-Long", "Value": "ü" * 3000}]},
        {"FromFull": {"Email": "x", "Name": "\ud800"}},
        {"ToFull": []},
        {"TextBody": "", "HtmlBody": ""},
    ],
    ids=["surrogate", "odd id", "long header", "odd sender", "nobody", "no text"],
)
def test_odd_mail_is_taken_or_refused(tell, opening, subscriber, odd):
    assert tell(INBOUND, arrived(opening, subscriber) | odd) in {200, 400}


@pytest.mark.parametrize("secret", ["", "academy:wrong", "other:a-long-random-password"])
def test_without_the_secret_nothing_is_believed(tell, opening, subscriber, secret):
    assert tell(INBOUND, arrived(opening, subscriber), secret) == 400
    assert tell(TRACKING, bounced(), secret) == 400

    assert not Post.objects.filter(in_reply_to=opening).exists()
    assert not BouncedAddress.objects.exists()


@pytest.mark.parametrize(
    "event",
    [
        bounced(),
        bounced(Email=SENDER.upper()),
        bounced(RecordType="SpamComplaint", Type="SpamComplaint"),
        bounced(Type="BadEmailAddress", Details=None),
    ],
    ids=["hard", "in capitals", "complaint", "no address"],
)
def test_an_address_that_takes_no_mail_is_noted(tell, db, event):
    assert tell(TRACKING, event) == 200

    assert BouncedAddress.objects.get().address == SENDER


@pytest.mark.parametrize(
    "event",
    [
        bounced(Type="Transient"),
        bounced(Type="SoftBounce", Details="smtp;452 4.2.2 The mailbox is full."),
        {"RecordType": "Delivery", "Recipient": SENDER, "DeliveredAt": "2026-11-22T10:15:00Z"},
    ],
    ids=["transient", "full", "delivered"],
)
def test_one_that_takes_the_next_mail_is_not(tell, db, event):
    assert tell(TRACKING, event) == 200

    assert not BouncedAddress.objects.exists()


@pytest.mark.parametrize(
    "values", [{}, {"ESP": "postmark"}, {"WEBHOOK_SECRET": SECRET}], ids=["none", "open", "nobody"]
)
def test_there_are_no_webhooks_without_a_service_and_a_secret(settings, values):
    settings.ANYMAIL = values

    assert webhooks() == []


def test_another_service_has_no_address_here():
    with pytest.raises(NoReverseMatch):
        reverse("anymail:mailgun_inbound_webhook")
