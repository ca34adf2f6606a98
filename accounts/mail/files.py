"""Mails as files, for a machine without a mail server."""

from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

BACKEND = "accounts.mail.files.FileBackend"


class FileBackend(BaseEmailBackend):
    """Lays each mail into MAIL_DIR; sorted by name, the last file is the newest."""

    def send_messages(self, email_messages):
        for message in email_messages:
            _lay_down(message.message().as_bytes(linesep="\r\n"))
        return len(email_messages)


def _lay_down(content: bytes) -> None:
    folder = Path(settings.MAIL_DIR)
    name = f"{timezone.now():%Y%m%dT%H%M%S.%f}-{token_hex(4)}.eml"
    unfinished = folder / f".{name}"
    unfinished.write_bytes(content)
    # Whoever looks into the folder never sees half a mail.
    unfinished.rename(folder / name)
