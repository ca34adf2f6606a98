"""The command to which a mail server hands what arrives, in a process of its own."""

import email
import resource
import subprocess
import sys
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from typing import BinaryIO

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings

from tests.academy import Site, free_port, own_site
from tests.forum.arriving import FOLDER, REPLY_ADDRESS, SENDER

pytestmark = pytest.mark.long

MAKE = """
from tests.factories import make_module, make_post, make_user
from tests.forum.arriving import make_subscriber
from forum.reply_addresses import reply_address, bounce_address
post = make_post(make_module())
subscriber = make_subscriber(make_user(email={sender!r}))
print(reply_address(post, subscriber), bounce_address(subscriber))
"""
SEND = """
from django.core.mail import get_connection
from forum.notices import announce_waiting
from tests.factories import make_module, make_post, make_subscriber, make_subscription
from tests.forum.told import built
subscriber = make_subscriber(email="salma@example.org", language="ar")
module = make_module()
make_subscription(subscriber, module=module)
make_post(module, text="How do you begin?")
announce_waiting()
smtp = "django.core.mail.backends.smtp.EmailBackend"
get_connection(smtp, host="127.0.0.1", port={port}).send_messages(built())
"""
POSTS = "from forum.models import Post; print(list(Post.objects.values_list('comment', flat=True)))"
BOUNCED = """
from accounts.mail.models import BouncedAddress
print(BouncedAddress.objects.latest("pk").address)
"""
_MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with own_site(tmp_path_factory.mktemp("receiving")) as site:
        site.manage("migrate", "--verbosity=0")
        yield site


@pytest.fixture(scope="module")
def addresses(site) -> tuple[str, str]:
    """Where the one subscriber answers the one post, and where mail to them bounces."""
    reply, bounce = receiving(site).run(MAKE.format(sender=SENDER)).split()
    return reply, bounce


class Receiving(Site):
    @property
    def environment(self):
        return super().environment | {"REPLY_ADDRESS": REPLY_ADDRESS}


def receiving(site: Site) -> Receiving:
    return Receiving(site.var_dir, site.database_url)


def hand_over(site: Site, mail: bytes | BinaryIO, *arguments: str) -> subprocess.CompletedProcess:
    result = subprocess.run(
        [sys.executable, "manage.py", "receive_mail", *arguments],
        cwd=settings.BASE_DIR,
        env=site.environment,
        **({"input": mail} if isinstance(mail, bytes) else {"stdin": mail}),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in result.stderr
    return result


def mail(name: str, addresses: tuple[str, str]) -> bytes:
    data = (FOLDER / f"{name}.eml").read_bytes()
    for placeholder, address in zip(("forum+REPLY", "forum+BOUNCE"), addresses, strict=True):
        data = data.replace(f"{placeholder}@talk.example.org".encode(), address.encode())
    return data


def test_an_answer_stands_in_the_forum_once(site, addresses):
    data = mail("gmail-pt", addresses)

    first, second = (hand_over(receiving(site), data) for _time in range(2))

    assert (first.returncode, first.stdout) == (0, b"posted\n")
    assert (second.returncode, second.stdout) == (0, b"known already\n")
    assert receiving(site).run(POSTS).count("Começamos pela escola.") == 1


def test_the_recipient_may_be_told_by_the_mail_server(site, addresses):
    data = mail("gmail-es", addresses).replace(addresses[0].encode(), b"list@example.net")

    result = hand_over(receiving(site), data, "--to", addresses[0])

    assert result.stdout == b"posted\n"


def test_of_20_megabytes_only_the_beginning_is_kept_in_memory(site, addresses, tmp_path):
    begin, end = mail("winmail", addresses).split(b"eJ8+IgAAAAA=\n")
    line = b"/9j/4AAQSkZJRgABAQ" * 4 + b"\n"
    # Through a file, since a new process begins with what this one holds in memory.
    with (tmp_path / "mail").open("wb") as file:
        file.write(begin)
        for _line in range(20 * _MEGABYTE // len(line)):
            file.write(line)
        file.write(end)

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with (tmp_path / "mail").open("rb") as file:
        result = hand_over(receiving(site), file)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

    assert result.stdout == b"posted\n"
    # In kilobytes, of the largest process so far; taken whole it would be a hundred megabytes more.
    assert after - before < 40 * 1024


class Received:
    """A mail server that keeps what it gets."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd calls it so
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture(scope="module")
def envelope(site):
    """Of a mail that tells an Arabic reader of a post, as a mail server received it."""
    handler = Received()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    receiving(site).run(SEND.format(port=server.port))
    server.stop()
    [envelope] = handler.envelopes
    return envelope


def test_the_answer_to_a_mail_that_was_sent_stands_in_the_forum(site, envelope):
    told = email.message_from_bytes(envelope.content, policy=policy.default)
    answer = EmailMessage()
    answer["From"], answer["To"] = told["To"], told["Reply-To"]
    answer["Subject"], answer["Message-ID"] = f"Re: {told['Subject']}", "<1@example.org>"
    answer["In-Reply-To"] = told["Message-ID"]
    quoted = "".join(f"> {line}" for line in told.get_body(("plain",)).get_content().splitlines(1))
    answer.set_content(f"نبدأ بالمدرسة.\n\nفي 22/11/2026 10:12، كتب {told['From']}:\n{quoted}")

    result = hand_over(receiving(site), answer.as_bytes())

    assert result.stdout == b"posted\n"
    assert "'نبدأ بالمدرسة.'" in receiving(site).run(POSTS)


def test_what_bounces_comes_to_the_sender_on_the_envelope(site, envelope):
    assert envelope.mail_from.startswith("forum+b")

    data = mail("bounce", ("", envelope.mail_from))
    result = hand_over(receiving(site), data)

    assert result.stdout == b"noted that an address takes no mail\n"
    assert receiving(site).run(BOUNCED) == "salma@example.org"


def test_a_bounce_is_noted(site, addresses):
    result = hand_over(receiving(site), mail("bounce", addresses))

    assert result.stdout == b"noted that an address takes no mail\n"


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff" * 1000, b"To: forum@talk.example.org\n\nHi"]
)
def test_what_is_no_answer_is_taken_and_dropped(site, data):
    result = hand_over(receiving(site), data)

    assert (result.returncode, result.stdout) == (0, b"dropped\n")


def test_parts_without_end_are_taken_and_dropped(site):
    part = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"

    result = hand_over(receiving(site), b"".join(part % (i, i) for i in range(3000)))

    assert (result.returncode, result.stdout) == (0, b"dropped: too many parts within parts\n")


def test_without_a_reply_address_the_mail_server_keeps_the_mail(site, addresses):
    result = hand_over(site, mail("gmail-fr", addresses))

    assert result.returncode == 75
    assert result.stderr.count(b"\n") == 1
    assert b"REPLY_ADDRESS is not set" in result.stderr


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(site, addresses, tmp_path):
    away = "postgres://academy:x@127.0.0.1:9/academy"
    data = mail("gmail-fr", addresses)

    for absent in (
        replace(receiving(site), database_url=away),
        # A file without tables.
        replace(receiving(site), database_url="", var_dir=tmp_path),
    ):
        absent = Receiving(absent.var_dir, absent.database_url)
        secret = site.var_dir / "secret_key"
        (absent.var_dir / "secret_key").write_bytes(secret.read_bytes())
        result = hand_over(absent, data)

        assert result.returncode == 75
        assert result.stderr.count(b"\n") == 1, result.stderr
        assert b"The database does not answer" in result.stderr

    assert hand_over(receiving(site), data).stdout == b"posted\n"
