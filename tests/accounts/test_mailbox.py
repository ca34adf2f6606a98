"""The mails that lie in files, shown on the machine itself."""

import re

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.mail import outbox
from accounts.mail.sending import Sender

pytestmark = pytest.mark.django_db
MAILBOX = "/en/mailbox/"


@pytest.fixture(autouse=True)
def laptop(settings, tmp_path):
    settings.MAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.files.FileBackend", tmp_path
    settings.ALLOWED_HOSTS = ["*"]
    return settings


@pytest.fixture
def client():
    return Client(SERVER_NAME="localhost")


def send(subject="Publish your post", text="Open http://localhost/en/x/ now.", html="") -> None:
    message = EmailMultiAlternatives(subject, text, to=["salma@example.org"])
    if html:
        message.attach_alternative(html, "text/html")
    outbox.queue(message)
    Sender().send_batch()


def test_mails_are_listed_with_the_newest_first(client):
    assert "No mail yet" in client.get(MAILBOX).text
    for subject in ("First", "رد جديد", "<b>Third"):
        send(subject)

    page = client.get(MAILBOX)

    assert [page.text.index(text) for text in ("&lt;b&gt;Third", "رد جديد", "First")] == sorted(
        page.text.index(text) for text in ("&lt;b&gt;Third", "رد جديد", "First")
    )
    assert "salma@example.org" in page.text
    assert "no-store" in page["Cache-Control"]


def first_mail(client) -> str:
    return re.search(rf'href="({MAILBOX}[^"]+/)"', client.get(MAILBOX).text)[1]


def test_the_links_of_a_text_can_be_followed(client):
    send(text="Open http://localhost/en/x/ now. <script>alert(1)</script>")

    page = client.get(first_mail(client))

    assert '<a href="http://localhost/en/x/"' in page.text
    assert "<script>alert" not in page.text


def test_html_stands_in_a_frame_that_may_do_nothing_but_follow_links(client):
    send(html="<html><head></head><body><p style='color:red'>Hello</p></body></html>")

    page = client.get(first_mail(client))
    frame = re.search(r'<iframe[^>]* src="([^"]+)" sandbox="([^"]+)"', page.text)
    assert frame[2] == "allow-top-navigation-by-user-activation"
    assert "frame-src 'self'" in page["Content-Security-Policy"]

    inner = client.get(frame[1])
    assert "<p style='color:red'>Hello</p>" in inner.text
    policy = inner["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy
    assert inner["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["nothing.eml", "..%2Fsecret_key", ".."])
def test_nothing_but_a_mail_is_shown(client, tmp_path, name):
    (tmp_path.parent / "secret_key").write_text("secret")

    assert client.get(f"{MAILBOX}{name}/").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "203.0.113.7"},
        {"REMOTE_ADDR": "203.0.113.7", "headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"REMOTE_ADDR": "203.0.113.7", "headers": {"host": "localhost"}},
        {"REMOTE_ADDR": ""},
        # A proxy on this machine, whatever it says of itself.
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=203.0.113.7"}},
        {"headers": {"host": "academy.example.org"}},
        # A page elsewhere whose name was made to lead here.
        {"headers": {"host": "localhost.example.org"}},
    ],
)
def test_nobody_sees_it_from_elsewhere(client, asked):
    send()
    mail = first_mail(client)

    for path in (MAILBOX, mail, f"{mail}page/"):
        assert client.get(path, **asked).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"),
        ("TRUSTED_PROXIES", 1),
        ("SITE_URL", "https://academy.example.org"),
    ],
)
def test_a_site_in_service_has_none(client, settings, name, value):
    assert client.get(MAILBOX).status_code == 200

    setattr(settings, name, value)

    assert client.get(MAILBOX).status_code == 404
    assert MAILBOX not in client.get("/en/forum/sent/").text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8001", "[::1]:8000"])
def test_this_machine_has_several_names(client, host):
    assert client.get(MAILBOX, headers={"host": host}, REMOTE_ADDR="::1").status_code == 200


def test_a_guest_on_a_laptop_is_led_to_it(client):
    assert f'href="{MAILBOX}"' in client.get("/en/forum/sent/").text
    assert client.get("/mailbox/")["Location"] == MAILBOX
