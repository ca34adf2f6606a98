"""What a line of the log looks like, and what it never holds: who somebody is, and secrets.

A line may come from any library, so that this is the last place where something can be taken out.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import ip_address

# Of the request that is being answered; "" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_EMAIL = re.compile(r"[^\s\"'<>(),;:=/@]+@[\w-]+(?:\.[\w-]+)+")
_QUERY = re.compile(r"(?<=[\w/-])\?[^\s\"'<>?]*=[^\s\"'<>]*")
_PASSWORD = re.compile(r"(?<=://)[^\s/@]*@")
# Links by mail and the like: long, and with what the names of our pages have not.
_TOKEN = re.compile(r"(?<=/)(?=[\w:.-]*[A-Z:0-9])[\w:.-]{20,}(?=[/\s\"'?]|$)")
_PAGE_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ADDRESS = re.compile(r"(?<!\w)(?:[0-9a-fA-F]*[.:]){2,}[0-9a-fA-F]*(?!\w)")


def without_personal_data(text: str) -> str:
    text = _PASSWORD.sub("[secret]@", text)
    text = _QUERY.sub("?[query]", text)
    text = _EMAIL.sub(_unless_secret, text)
    text = _TOKEN.sub(_unless_page, text)
    return _ADDRESS.sub(_unless_no_address, text)


def _unless_secret(match: re.Match) -> str:
    return match[0] if match[0].startswith("[secret]@") else "[e-mail]"


def _unless_page(match: re.Match) -> str:
    return match[0] if _PAGE_NAME.fullmatch(match[0]) else "[token]"


def _unless_no_address(match: re.Match) -> str:
    # What follows it, as the port does or the end of the sentence.
    for candidate in (match[0], match[0].rstrip(".:"), match[0].split(":")[0]):
        try:
            ip_address(candidate)
        except ValueError:
            continue
        return "[address]" + match[0].removeprefix(candidate)
    return match[0]


class TextFormatter(logging.Formatter):
    """For people: a line, and below it where it went wrong."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record):
        return without_personal_data(super().format(record))


class JSONFormatter(logging.Formatter):
    """For programs: one object a line, with these fields and no other."""

    def format(self, record):
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
            "request": request_id.get(),
        }
        # What our own code adds, and knows to be harmless.
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["exception"] = without_personal_data(self.formatException(record.exc_info))
        return json.dumps({name: value for name, value in fields.items() if value != ""})


def of_strangers(record: logging.LogRecord) -> bool:
    """A filter for what anybody on the internet causes every day: a line without a traceback."""
    record.levelno, record.levelname = logging.WARNING, "WARNING"
    record.exc_info = None
    return True


FORMATTERS = {"text": TextFormatter, "json": JSONFormatter}
