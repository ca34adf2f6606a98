"""What the answer of a mail server or mail service means for a mail, and for those behind it."""

import re
import smtplib
from dataclasses import dataclass

from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
)

_LONGEST = 1000
# Of the enhanced codes of RFC 3463 those that say that the address is no good: it does not exist,
# has moved, or its mailbox is closed. Others speak of a full mailbox, or of us.
_BAD_ADDRESS = re.compile(r"5\.(1\.[0-9]+|2\.1)\b")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_BAD_ADDRESS_WITHOUT_ENHANCED = {550, 551, 553}
# A mail service takes this mail never; any other status may change.
_REFUSED_BY_SERVICE = {400, 404, 406, 413, 415, 422}


@dataclass(frozen=True)
class Answer:
    text: str
    # It is of no use to try again.
    is_final: bool = False
    # The address takes no mail at all.
    is_bounce: bool = False
    # It concerns every mail, not just this one.
    is_for_all: bool = False
    # The connection may be used for the next mail.
    keeps_connection: bool = False


def answer_of(error: Exception) -> Answer:
    """Of whatever was raised while one mail was handed over."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # Each mail goes to one address.
        [(code, text)] = error.recipients.values()
        return _of_smtp(code, text, is_bounce=_is_bad_address(code, _decoded(text)))
    if isinstance(error, smtplib.SMTPDataError):
        return _of_smtp(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        # About the sender or the greeting: an operator can mend it within the day of tries.
        text = f"{error.smtp_code} {_decoded(error.smtp_error)}"
        return Answer(text[:_LONGEST], keeps_connection=error.smtp_code != 421)
    if isinstance(error, AnymailError):
        return _of_service(error)
    text = f"{type(error).__name__}: {error}"[:_LONGEST]
    # What cannot be written as a mail, now or later.
    is_final = isinstance(error, (ValueError, smtplib.SMTPNotSupportedError))
    return Answer(text, is_final=is_final)


def _of_smtp(code: int, text: bytes, *, is_bounce: bool = False) -> Answer:
    return Answer(
        f"{code} {_decoded(text)}"[:_LONGEST],
        is_final=code >= 500,
        is_bounce=is_bounce,
        # smtplib has closed it at this one.
        keeps_connection=code != 421,
    )


def _of_service(error: AnymailError) -> Answer:
    text = str(error)[:_LONGEST]
    if isinstance(error, AnymailRecipientsRefused):
        return Answer(text, is_final=True, is_bounce=True, keeps_connection=True)
    if isinstance(error, AnymailAPIError):
        is_final = error.status_code in _REFUSED_BY_SERVICE
        return Answer(text, is_final=is_final, is_for_all=not is_final, keeps_connection=True)
    # The message holds what the service cannot take.
    return Answer(text, is_final=True, keeps_connection=True)


def _is_bad_address(code: int, text: str) -> bool:
    if code < 500:
        return False
    if enhanced := _ENHANCED.match(text):
        return bool(_BAD_ADDRESS.match(enhanced[0]))
    return code in _BAD_ADDRESS_WITHOUT_ENHANCED


def _decoded(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
