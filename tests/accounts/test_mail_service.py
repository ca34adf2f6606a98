"""Mails through the interface of a mail service, by django-anymail: here Postmark's, on this
machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.mail import bounces, outbox
from accounts.mail.sending import Sender
from accounts.models import OutgoingMail

pytestmark = pytest.mark.django_db


class Service(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Request)
        self.received: list[dict] = []
        # What it answers to each mail for the address: status, code of Postmark, words.
        self.answers: dict[str, tuple[int, int, str]] = {}


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, code, words = self.server.answers.get(mail["To"], (200, 0, "OK"))
        if not code:
            self.server.received.append(mail)
        answer = {"ErrorCode": code, "Message": words, "To": mail["To"], "MessageID": "1"}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def service(settings) -> Iterator[Service]:
    with Service() as service:
        thread = Thread(target=service.serve_forever)
        thread.start()
        settings.MAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token",
            "POSTMARK_API_URL": f"http://127.0.0.1:{service.server_port}/",
        }
        yield service
        service.shutdown()
        thread.join()


def queue(*addresses) -> None:
    for address in addresses:
        message = EmailMultiAlternatives(
            "رد جديد",
            "شكرا",
            to=[address],
            reply_to=["reply@example.org"],
            headers={"List-Id": "<forum.example.org>", "Message-ID": "<7@example.org>"},
        )
        message.attach_alternative("<p>شكرا</p>", "text/html")
        outbox.queue(message)


def states() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def test_a_queued_mail_reaches_the_service_with_all_its_parts(service):
    queue("ana@example.org")

    assert Sender().send_batch() == 1

    [mail] = service.received
    assert (mail["To"], mail["Subject"]) == ("ana@example.org", "رد جديد")
    assert mail["From"] == "SSTC Academy <academy@localhost>"
    assert mail["ReplyTo"] == "reply@example.org"
    assert mail["TextBody"].strip() == "شكرا"
    assert mail["HtmlBody"].strip() == "<p>شكرا</p>"
    headers = {header["Name"]: header["Value"] for header in mail["Headers"]}
    assert headers["List-Id"] == "<forum.example.org>"
    assert headers["Message-ID"] == "<7@example.org>"
    assert states() == ["sent"]


def test_a_recipient_whom_the_service_refuses_is_parked_and_marked(service):
    words = "You tried to send to recipients that have been marked as inactive. "
    words += "Found inactive addresses: ana@example.org. Inactive recipients are ones that have "
    words += "generated a hard bounce or a spam complaint."
    service.answers["ana@example.org"] = (422, 406, words)
    queue("ana@example.org", "rosa@example.org")

    assert Sender().send_batch() == 2

    assert states() == ["parked", "sent"]
    assert bounces.of_these(["ana@example.org"]) == {"ana@example.org"}


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_service_that_takes_nothing_now_lets_all_mails_wait(service, status):
    service.answers["ana@example.org"] = (status, 10, "Not now")
    queue("ana@example.org", "rosa@example.org")

    assert Sender().send_batch() == 1

    assert states() == ["waiting", "waiting"]
    assert list(OutgoingMail.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]
