import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from forum.receiving.reading import MOST_BYTES, Incoming, UnreadableError
from forum.receiving.taking import receive

_AT_ONCE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Take a mail from standard input: an answer to a mail of the forum, or the news that one "
        "could not be delivered. Ends with 0 when it was taken, and with 75 when the mail server "
        "should try again later."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--to", default="", help="the recipient on the envelope, when the mail server tells it"
        )

    def handle(self, *, to, **options):
        data = _read()
        if not settings.REPLY_ADDRESS:
            self._later("REPLY_ADDRESS is not set, so that no mail is expected here")
        try:
            self.stdout.write(receive(Incoming.parse(data, to)))
        except UnreadableError as error:
            self.stdout.write(f"dropped: {error}")
        except (DatabaseError, InterfaceError) as error:
            self._later(f"The database does not answer: {error}")
        except Exception as error:
            # The mail server keeps the mail until the fault is mended; its sender would get to
            # read the traceback.
            self._later(f"A fault of the Academy ({type(error).__name__}: {error})")

    def _later(self, reason: str) -> None:
        self.stderr.write(" ".join(reason.split()) + ". Try again later.")
        sys.exit(os.EX_TEMPFAIL)


def _read() -> bytes:
    """What is looked at of the mail; the rest of it is read and forgotten, as mail servers want."""
    stream = sys.stdin.buffer
    data = stream.read(MOST_BYTES)
    while stream.read(_AT_ONCE):
        pass
    return data
